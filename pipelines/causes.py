"""Root causes: read from one TOML file each, checked, and written as the reference tables the views join.

A cause file says what the cause is called, who answers for it, what to do first, and everything that means it: the
vendors' codes, the usual helpdesk tags, and phrases in French and English. `_neutral.toml` holds the codes and tags
that mean nothing on purpose, so that they are not shown as "not mapped".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.cause_files import LANGUAGES, NEUTRAL, Cause, CauseError, Code, Document
from pipelines.kept_reading import until_changed
from pipelines.messages import Message
from pipelines.phrases import create_macros, normaliser, patterns, phrases_in
from pipelines.shop_tags import read_shop_tags

__all__ = [
    "Cause",
    "CauseError",
    "Causes",
    "Code",
    "create_macros",
    "create_reference_tables",
    "phrase_patterns",
    "phrases_in",
    "read_causes",
]


@dataclass(frozen=True)
class Causes:
    """Every root cause by name, and what is known to mean none of them."""

    by_name: Mapping[str, Cause]
    neutral_codes: tuple[Code, ...]
    neutral_tags: tuple[str, ...]
    neutral_phrases: tuple[str, ...]

    def phrases(self) -> dict[str, str | None]:
        """Cause of each phrase; None for the phrases that must not count."""
        found: dict[str, str | None] = dict.fromkeys(self.neutral_phrases)
        for cause in self.by_name.values():
            found.update(dict.fromkeys(cause.not_phrases))
            found.update(dict.fromkeys(cause.phrases, cause.name))
        return found


@until_changed
def read_causes(folder: Path) -> Causes:
    """Every cause of a folder, checked as a whole: nothing may be claimed by two causes."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise CauseError(folder, "folder", "holds no cause file (*.toml)")
    with normaliser() as normal:
        documents = {file: Document(file, normal) for file in files}
    causes = {file.stem: doc.cause() for file, doc in documents.items() if file.stem != NEUTRAL}
    neutral = next((doc for file, doc in documents.items() if file.stem == NEUTRAL), None)
    read = Causes(
        by_name=causes,
        neutral_codes=neutral.codes() if neutral else (),
        neutral_tags=neutral.tags() if neutral else (),
        neutral_phrases=neutral.words("not") if neutral else (),
    )
    _refuse_double_claims(documents.values())
    return read


def phrase_patterns(causes: Causes, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The patterns that find every phrase of every cause, those that must not count, and `others`; see `phrases_in`."""
    return patterns([*causes.phrases(), *others])


def create_reference_tables(
    con: duckdb.DuckDBPyConnection, causes: Causes, shop_tags: Path | None = None
) -> list[Message]:
    """Tables ref_causes, ref_codes, ref_phrases and ref_tags; what deserves a warning in the shop's own tag file.

    Grain: a cause; a scheme and code; a phrase; a tag (the shop's mapping replaces ours).
    """
    found = causes.by_name.values()
    _fill(
        con,
        """
        create or replace table ref_causes as
        select
            unnest($1::varchar[]) as cause, unnest($2::varchar[]) as family, unnest($3::varchar[]) as party,
            unnest($4::varchar[]) as exposure, unnest($5::varchar[]) as title_fr, unnest($6::varchar[]) as title_en,
            unnest($7::varchar[]) as why_fr, unnest($8::varchar[]) as why_en,
            unnest($9::varchar[]) as first_step_fr, unnest($10::varchar[]) as first_step_en
        """,
        [
            (c.name, c.family, c.party, c.exposure, *_both(c.title), *_both(c.why), *_both(c.first_step))
            for c in found
        ],
    )
    codes = [
        (code.scheme, code.code, c.name, code.party or c.party, code.confidence)
        for c in found
        for code in c.codes
    ]
    neutral = [(code.scheme, code.code, None, None, code.confidence) for code in causes.neutral_codes]
    _fill(
        con,
        """
        create or replace table ref_codes as
        select
            unnest($1::varchar[]) as scheme, unnest($2::varchar[]) as code, unnest($3::varchar[]) as cause,
            unnest($4::varchar[]) as party, unnest($5::varchar[]) as confidence
        """,
        [*codes, *neutral],
    )
    _fill(
        con,
        "create or replace table ref_phrases as"
        " select unnest($1::varchar[]) as phrase, unnest($2::varchar[]) as cause",
        list(causes.phrases().items()),
    )
    tags: dict[str, tuple[str, str | None, str]] = {
        tag: (tag, None, "product") for tag in causes.neutral_tags
    }
    tags |= {tag: (tag, c.name, "product") for c in found for tag in c.tags}
    warnings: list[Message] = []
    if shop_tags is not None and shop_tags.exists():
        shop, warnings = read_shop_tags(shop_tags, causes.by_name)
        tags |= {tag: (tag, cause, "shop") for tag, cause in shop.items()}
    _fill(
        con,
        """
        create or replace table ref_tags as
        select unnest($1::varchar[]) as tag, unnest($2::varchar[]) as cause, unnest($3::varchar[]) as origin
        """,
        list(tags.values()),
    )
    return warnings


def _both(text: Mapping[str, str]) -> tuple[str, ...]:
    """A text in French and in English, in the order of the columns."""
    return tuple(text[language] for language in LANGUAGES)


def _fill(con: duckdb.DuckDBPyConnection, sql: str, rows: Sequence[Sequence[str | None]]) -> None:
    """Run a statement whose parameters are the columns of these rows (there is always at least one row)."""
    con.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _refuse_double_claims(documents: Iterable[Document]) -> None:
    """Raise when a code, tag or phrase is claimed twice: which cause it means would depend on luck."""
    claimed: dict[tuple[str, str], Path] = {}

    def claim(kind: str, value: str, file: Path) -> None:
        other = claimed.setdefault((kind, value), file)
        if other != file:
            raise CauseError(file, kind, f"{value!r} is already claimed by {other.name}")

    for document in documents:
        codes = [f"{code.scheme} {code.code}" for code in document.codes()]
        for code in codes:
            if codes.count(code) > 1:
                raise CauseError(document.file, "codes", f"{code!r} is there twice")
            claim("codes", code, document.file)
        for tag in document.tags():
            claim("tags", tag, document.file)
        counted = set(document.words("fr")) | set(document.words("en"))
        for phrase in counted:
            claim("words", phrase, document.file)
        for phrase in document.words("not"):
            if phrase in counted:
                raise CauseError(document.file, "words.not", f"{phrase!r} is also a phrase that counts")
            claim("words", phrase, document.file)
