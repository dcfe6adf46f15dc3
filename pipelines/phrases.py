"""How texts, tags and codes are compared: two SQL macros, and the patterns that find known phrases in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb
from duckdb import ConstantExpression, Expression, FunctionExpression

from pipelines import mentions

#: letters in one pattern's tree; RE2 gives up its fast automaton somewhere above 15,000
NODES = 12_000


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Macros `normal_code`, `normal_ref` and `normal_text`: the only definition of what is compared with what."""
    # an order number as everyone writes it: '# 1050' and '1050 ' are '1050'
    # without the null it is half the work: enough where a number is held against known ones
    con.execute("create or replace macro bare_ref(x) as upper(ltrim(trim(x), '# '))")
    con.execute("create or replace macro normal_ref(x) as nullif(bare_ref(x), '')")
    mentions.create_macros(con)
    con.execute(
        "create or replace macro normal_code(x) as"
        " trim(regexp_replace(upper(strip_accents(x)), '[^A-Z0-9]+', '_', 'g'), '_')"
    )
    # Words of letters and digits, one space between them: whatever else stands there only separates. The pattern
    # leaves single plain spaces alone, for speed: most of a text is right already.
    con.execute(
        "create or replace macro normal_text(x) as trim(regexp_replace("
        "replace(strip_accents(lower(x)), 'œ', 'oe'),"
        " '[^a-z0-9 ][^a-z0-9]*| [^a-z0-9]+', ' ', 'g'))"
    )


@contextmanager
def normaliser() -> Iterator[Normal]:
    """Normalises lists of texts outside a query, through the very macros that the queries use."""
    with duckdb.connect() as con:
        create_macros(con)
        yield Normal(con)


def patterns(phrases: Iterable[str], limit: int = NODES) -> tuple[str, ...]:
    """RE2 patterns that together find these phrases in `normal_text`: the longest at each place, whole words only.

    Each is a tree of shared beginnings, small enough for RE2's fast automaton: 3,700 phrases in one tree cost eight
    times what three trees cost, and a flat list of them far more.
    """
    groups: list[list[str]] = []
    size, before = limit, ""
    for phrase in sorted(set(phrases)):
        added = len(phrase) - len(_shared_beginning(before, phrase))
        if size + added > limit:
            groups.append([])
            size, added = 0, len(phrase)
        groups[-1].append(phrase)
        size, before = size + added, phrase
    return tuple(r"\b(?:" + _branches(group) + r")\b" for group in groups)


def phrases_in(text: Expression, patterns: Sequence[str]) -> Expression:
    """The phrases found in a text, each once; an empty list when there is none, or no text."""
    words = FunctionExpression("normal_text", text)
    found = (
        FunctionExpression("regexp_extract_all", words, ConstantExpression(pattern)) for pattern in patterns
    )
    return FunctionExpression(
        "list_distinct", FunctionExpression("flatten", FunctionExpression("list_value", *found))
    )


def _branches(phrases: Sequence[str]) -> str:
    """Alternatives for sorted phrases, the common beginning of each group written once."""
    by_first: dict[str, list[str]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[:1], []).append(phrase)
    ends_here = bool(by_first.pop("", []))
    parts = []
    for group in by_first.values():
        shared = _shared_beginning(group[0], group[-1])
        rest = [phrase[len(shared) :] for phrase in group]
        parts.append(re.escape(shared) + (_branches(rest) if rest != [""] else ""))
    inside = "|".join(parts)
    if not ends_here:
        return inside if len(parts) == 1 else f"(?:{inside})"
    return f"(?:{inside})?" if parts else ""


def _shared_beginning(first: str, last: str) -> str:
    """What two strings begin with alike; of a sorted group, its first and last suffice."""
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[: min(len(first), len(last)) if length is None else length]


class Normal:
    """See `normaliser`."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        # a query costs the same for one text as for hundreds: who asks for many first finds them here afterwards
        self._known: dict[str, dict[str, str]] = {_CODES: {}, _TEXTS: {}}

    def codes(self, values: Sequence[str]) -> list[str]:
        return self._apply(_CODES, values)

    def texts(self, values: Sequence[str]) -> list[str]:
        return self._apply(_TEXTS, values)

    def _apply(self, sql: str, values: Sequence[str]) -> list[str]:
        known = self._known[sql]
        new = [value for value in dict.fromkeys(values) if value not in known]
        if new:
            ((normal,),) = self._con.execute(sql, {"values": new}).fetchall()
            known.update(zip(new, normal, strict=True))
        return [known[value] for value in values]


_CODES = "select list_transform($values::varchar[], lambda x: normal_code(x))"
_TEXTS = "select list_transform($values::varchar[], lambda x: normal_text(x))"
