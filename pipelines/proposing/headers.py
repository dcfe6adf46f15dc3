"""How well a header says a contract column: headers and phrases compared as sets of words, French and English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.cells import plain

_FILE = Path(__file__).with_name("headers.toml")
#: what each word of a header that the phrase does not have takes away
_EXTRA = 0.17
#: the least that a header with many other words is worth
_LEAST = 0.4
#: a phrase of one such word says little beside words of another subject: 'Montant réclamé' may be an amount that the
#: kind knows; 'N° de suivi' is no article's number
_VAGUE = {"DATE": 0.65, "AMOUNT": 0.65, "ID": 0.0, "NAME": 0.0}


@dataclass(frozen=True)
class _Book:
    """headers.toml, its words stemmed: classes by word, phrases by contract column, words that tell of a kind."""

    small: frozenset[str]
    classes: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    kinds: Mapping[str, frozenset[str]]


def says(header: str, column: str) -> float:
    """From 0 (says nothing of the column) to 1 (says just that)."""
    words = _words(header)
    if not words:
        return 0.0
    return max((_match(words, phrase) for phrase in _book().phrases.get(column, ())), default=0.0)


def tells_of(texts: Sequence[str], kind: str) -> bool:
    """Whether a word of one of the headers (or of the file's name) belongs to that kind of record alone."""
    wanted = _book().kinds[kind]
    return any(labels & wanted for header in texts for labels in _words(header))


def columns() -> frozenset[str]:
    """The contract columns that have phrases."""
    return frozenset(_book().phrases)


def vague(header: str) -> str | None:
    """The class of a header that is one word of no subject ('Date', 'N°', 'Amount'); None for any other."""
    words = _words(header)
    if len(words) != 1:
        return None
    return next((name for name in _VAGUE if name in words[0]), None)


def is_by_whom(header: str) -> bool:
    """Whether the header ends with 'by' or 'par': who did something is somebody's name, more often than not."""
    words = _words(header)
    return len(words) > 1 and "BY" in words[-1]


def is_comment(header: str) -> bool:
    """Whether free text is announced."""
    return any("COMMENT" in labels for labels in _words(header))


def stem(word: str) -> str:
    """A word without its plural and feminine endings: 'expédiées' -> 'expedi'."""
    bare = word
    for ending in ("s", "e", "e"):
        if len(bare) > 4:
            bare = bare.removesuffix(ending)
    return bare


def _match(words: Sequence[frozenset[str]], phrase: Sequence[str]) -> float:
    """1 for the same words, less for each one more; 0 when one of the phrase is missing."""
    left = list(words)
    for wanted in phrase:
        found = next((labels for labels in left if wanted in labels), None)
        if found is None:
            return 0.0
        left.remove(found)
    doubt = _VAGUE.get(phrase[0], 1.0) if left and len(phrase) == 1 else 1.0
    return max(1.0 - _EXTRA * len(left), _LEAST) * doubt


@cache
def _words(header: str) -> tuple[frozenset[str], ...]:
    """For each word of a header that counts: itself, and the classes it may stand for."""
    book = _book()
    spaced = header.replace("#", " no ").replace("’", " ")
    apart = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", " ", spaced)
    found = plain(re.sub(r"(?i)\be[- ]?mails?\b", "email", apart)).split()
    # 'Le' before a name is an article, behind it a date: 'Le client', 'Reçu le'
    kept = [
        word
        for at, word in enumerate(found)
        if word not in book.small or (word == "le" and at > 0 and at == len(found) - 1)
    ]
    return tuple(
        frozenset({stem(word), *book.classes.get(stem(word), ()), *(["DATE"] if word == "le" else [])})
        for word in (kept or found)
    )


@cache
def _book() -> _Book:
    written = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    classes: dict[str, set[str]] = {}
    for name, members in written["classes"].items():
        for word in members.split():
            classes.setdefault(stem(plain(word)), set()).add(name)
    return _Book(
        frozenset(written["small"].split()),
        {word: frozenset(names) for word, names in classes.items()},
        {
            column: tuple(tuple(_element(word) for word in phrase.split()) for phrase in phrases)
            for column, phrases in written["columns"].items()
        },
        {kind: frozenset(_element(word) for word in text.split()) for kind, text in written["kinds"].items()},
    )


def _element(word: str) -> str:
    """A class as it is, a word stemmed."""
    return word if word.isupper() else stem(plain(word))
