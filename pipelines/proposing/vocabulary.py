"""Columns that hold one of a few words: ours, and what French and English files write for each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pipelines.cells import plain
from pipelines.proposing.headers import stem

_FILE = Path(__file__).with_name("vocabulary.toml")


def words_of(kind: str, column: str) -> tuple[str, ...]:
    """The words that a contract column of this kind may hold; () when it may hold any."""
    return tuple(_section(kind, column))


def proposed_words(kind: str, column: str, values: Iterable[str]) -> dict[str, str]:
    """Ours for each of a file's words that we know; those that are ours already need none."""
    ours: dict[str, str] = {}
    for word, theirs in _section(kind, column).items():
        ours |= {_bare(each): word for each in (word, *theirs)}
    known = _section(kind, column)
    found = {value: ours.get(_bare(value)) for value in values if value.strip().lower() not in known}
    return {value: word for value, word in found.items() if word is not None}


def _section(kind: str, column: str) -> Mapping[str, list[str]]:
    book = _book()
    return book.get(f"{kind}.{column}", book.get(column, {}))


def _bare(text: str) -> str:
    return " ".join(stem(word) for word in plain(text).split())


@cache
def _book() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
