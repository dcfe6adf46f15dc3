"""What texts say that is no cause: customers who ask for a cancellation, or deny that they did.

A saying is a file of queries/sayings: its phrases in French and English, and examples. They are found in a text while
it is read, as the phrases of causes are, and never change what cause a text has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.cause_files import spellings
from pipelines.kept_reading import until_changed
from pipelines.phrases import normaliser


@dataclass(frozen=True)
class Saying:
    """One saying with its phrases as they are compared, and texts that say it and that do not."""

    name: str
    phrases: tuple[str, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]


@until_changed
def read_sayings(folder: Path) -> tuple[Saying, ...]:
    """Every saying of a folder."""
    found = []
    with normaliser() as normal:
        for path in sorted(folder.glob("*.toml")):
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            written = [*told["words"]["fr"], *told["words"]["en"]]
            phrases = tuple(dict.fromkeys(normal.texts(list(spellings(written)))))
            examples = told["examples"]
            found.append(Saying(path.stem, phrases, tuple(examples["match"]), tuple(examples["no_match"])))
    return tuple(found)


def phrases(sayings: Sequence[Saying]) -> tuple[str, ...]:
    """Every phrase of every saying."""
    return tuple(phrase for saying in sayings for phrase in saying.phrases)


def create_table(con: duckdb.DuckDBPyConnection, sayings: Sequence[Saying]) -> None:
    """Table ref_sayings: one row a saying and phrase."""
    rows = [(saying.name, phrase) for saying in sayings for phrase in saying.phrases]
    con.execute(
        "create or replace table ref_sayings as"
        " select unnest($1::varchar[]) as saying, unnest($2::varchar[]) as phrase",
        [[name for name, _ in rows], [phrase for _, phrase in rows]],
    )
