"""One cause file, read and checked key by key; what is wrong is said with the file, the key and the value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.phrases import Normal

FAMILIES = (
    "product",
    "logistics",
    "transport",
    "stock",
    "catalogue",
    "payment",
    "customer",
    "internal",
    "unknown",
)
#: 'fulfiller' is settled for each incident: whoever shipped it, the 3PL or the merchant.
PARTIES = (
    "supplier",
    "merchant",
    "catalogue",
    "3pl",
    "carrier",
    "marketplace",
    "payment",
    "customer",
    "unknown",
    "fulfiller",
)
EXPOSURES = ("lines_shipped", "lines_confirmed", "units_sold", "orders")
CONFIDENCES = ("high", "medium", "low")
LANGUAGES = ("fr", "en")
NEUTRAL = "_neutral"


class CauseError(ValueError):
    """A cause file that cannot be used; the sentence names the file, the key and the value."""

    def __init__(self, file: Path, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}")
        self.file, self.key, self.problem = file, key, problem


@dataclass(frozen=True)
class Code:
    """One vendor code as compared: normalised, with the party it blames and how far it may be trusted."""

    scheme: str
    code: str
    party: str | None
    confidence: str


@dataclass(frozen=True)
class Cause:
    """One root cause. Phrases, tags and codes are normalised; `not_phrases` are read and do not count."""

    name: str
    title: Mapping[str, str]
    family: str
    party: str
    exposure: str
    why: Mapping[str, str]
    first_step: Mapping[str, str]
    tags: tuple[str, ...]
    codes: tuple[Code, ...]
    phrases: tuple[str, ...]
    not_phrases: tuple[str, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]


class Document:
    """One cause file, each part checked as it is read."""

    KEYS = (
        "title",
        "family",
        "party",
        "exposure",
        "why",
        "first_step",
        "tags",
        "codes",
        "words",
        "examples",
    )

    def __init__(self, file: Path, normal: Normal) -> None:
        self.file = file
        try:
            self.values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CauseError(file, "file", f"is not TOML: {error}") from error
        allowed = ("codes", "tags", "words") if file.stem == NEUTRAL else self.KEYS
        self._only(self.values, allowed, "")
        normal.codes(list(_texts_in([self.values.get("codes"), self.values.get("tags")])))
        normal.texts(list(spellings(_texts_in(self.values.get("words")))))
        self._codes = self._read_codes(normal)
        self._tags = self._read_tags(normal)
        self._words = self._read_words(normal)

    def cause(self) -> Cause:
        """The cause of this file; all keys must be there, in both languages."""
        examples = self._table("examples")
        self._only(examples, ("match", "no_match"), "examples.")
        return Cause(
            name=self.file.stem,
            title=self._bilingual("title"),
            family=self._one_of("family", FAMILIES),
            party=self._one_of("party", PARTIES),
            exposure=self._one_of("exposure", EXPOSURES),
            why=self._bilingual("why"),
            first_step=self._bilingual("first_step"),
            tags=self.tags(),
            codes=self.codes(),
            phrases=tuple(dict.fromkeys(self.words("fr") + self.words("en"))),
            not_phrases=self.words("not"),
            match=tuple(self._strings(examples, "match", "examples.match")),
            no_match=tuple(self._strings(examples, "no_match", "examples.no_match")),
        )

    def codes(self) -> tuple[Code, ...]:
        return self._codes

    def tags(self) -> tuple[str, ...]:
        return self._tags

    def words(self, key: str) -> tuple[str, ...]:
        return self._words[key]

    def _read_codes(self, normal: Normal) -> tuple[Code, ...]:
        found: list[Code] = []
        for number, entry in enumerate(self._tables("codes"), start=1):
            where = f"codes[{number}]"
            self._only(entry, ("scheme", "values", "party", "confidence"), where + ".")
            scheme = entry.get("scheme")
            if not isinstance(scheme, str) or not re.fullmatch(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)?", scheme):
                raise CauseError(
                    self.file, f"{where}.scheme", f"{scheme!r} is not a scheme such as 'amazon.return'"
                )
            party = self._choice(entry, "party", PARTIES, f"{where}.party") if "party" in entry else None
            confidence = self._choice(entry, "confidence", CONFIDENCES, f"{where}.confidence")
            values = self._strings(entry, "values", f"{where}.values")
            if not values:
                raise CauseError(self.file, f"{where}.values", "is empty")
            for value, code in zip(values, normal.codes(values), strict=True):
                if not code:
                    raise CauseError(self.file, f"{where}.values", f"{value!r} has no letter or digit")
                found.append(Code(scheme, code, party, confidence))
        return tuple(found)

    def _read_tags(self, normal: Normal) -> tuple[str, ...]:
        values = self._strings(self.values, "tags", "tags")
        # A tag is claimed once however it is written here: 'Wrong item' and 'wrong_item' are the same tag.
        return tuple(dict.fromkeys(normal.codes(values)))

    def _read_words(self, normal: Normal) -> dict[str, tuple[str, ...]]:
        words = self._table("words", required=False)
        self._only(words, (*LANGUAGES, "not"), "words.")
        read = {}
        for key in (*LANGUAGES, "not"):
            values = self._strings(words, key, f"words.{key}")
            for value, phrase in zip(values, normal.texts(values), strict=True):
                if not phrase:
                    raise CauseError(self.file, f"words.{key}", f"{value!r} has no letter or digit")
            read[key] = tuple(dict.fromkeys(normal.texts(list(spellings(values)))))
        return read

    def _bilingual(self, key: str) -> dict[str, str]:
        texts = self._table(key)
        self._only(texts, LANGUAGES, f"{key}.")
        for language in LANGUAGES:
            if not isinstance(texts.get(language), str) or not texts[language].strip():
                raise CauseError(self.file, f"{key}.{language}", f"{texts.get(language)!r} is not a text")
        return {language: texts[language].strip() for language in LANGUAGES}

    def _one_of(self, key: str, allowed: Sequence[str]) -> str:
        return self._choice(self.values, key, allowed, key)

    def _choice(self, table: Mapping[str, Any], key: str, allowed: Sequence[str], where: str) -> str:
        value = table.get(key)
        if value not in allowed:
            raise CauseError(self.file, where, f"{value!r} is none of {', '.join(allowed)}")
        return str(value)

    def _strings(self, table: Mapping[str, Any], key: str, where: str) -> list[str]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            raise CauseError(self.file, where, f"{values!r} is not a list of texts")
        return values

    def _table(self, key: str, *, required: bool = True) -> dict[str, Any]:
        value = self.values.get(key, None if required else {})
        if not isinstance(value, dict):
            raise CauseError(self.file, key, f"{value!r} is not a table")
        return value

    def _tables(self, key: str) -> list[dict[str, Any]]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise CauseError(self.file, key, f"{value!r} is not a list of tables ([[{key}]])")
        return value

    def _only(self, table: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
        for key in table:
            if key not in allowed:
                raise CauseError(self.file, f"{where}{key}", f"is not a known key ({', '.join(allowed)})")


def _texts_in(value: object) -> Iterator[str]:
    """Every text in a value of a TOML file, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts_in(list(value.values()))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)


def spellings(phrases: Iterable[str]) -> Iterable[str]:
    """Each phrase, and as hurried people type it, without its apostrophes: "didnt arrive", "jai pas recu"."""
    for phrase in phrases:
        yield phrase
        if "'" in phrase or "’" in phrase:
            yield phrase.replace("'", "").replace("’", "")
