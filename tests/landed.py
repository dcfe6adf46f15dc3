"""Lands files as a load does, without facts and snapshots: what tests of sources look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines import build, landing
from pipelines.contract import KINDS
from pipelines.dates import DayOrder
from pipelines.load import load
from pipelines.phrases import patterns
from pipelines.reading import Sheet, sheets
from pipelines.recognise import recognise
from pipelines.source import Source
from pipelines.store import Store

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "sample"
_PHRASES = patterns(("mauvais article", "wrong item", "casse a la livraison"))


class Desk:
    """An empty store in memory, in the zone of Paris, that knows the mappings of the samples."""

    def __init__(self, folder: Path, zone: str = "Europe/Paris") -> None:
        self.zone = zone
        self.scratch = folder / "scratch"
        self.scratch.mkdir(parents=True)
        self.store = Store(folder / "store")
        mappings = self.store.user / "mappings"
        mappings.mkdir(parents=True)
        for path in SAMPLES.glob("*.toml"):
            shutil.copy(path, mappings)
        self.con = duckdb.connect()
        self.con.execute("set timezone = 'UTC'")
        build.prepare_master(self.con)

    def sheets(self, path: Path) -> Iterator[tuple[Sheet, Source]]:
        """The sheets of a file with what they are recognised as; a refused one fails the test."""
        for sheet in sheets(path, self.con, self.scratch):
            assert isinstance(sheet, Sheet), sheet
            yield sheet, recognise(sheet, self.store)

    def land(self, path: Path, order: DayOrder = "ask") -> list[landing.Landed]:
        """What became of each sheet of the file."""
        return [
            landing.land(self.con, sheet, source, self.told(f"{path.name}-{number}", order))
            for number, (sheet, source) in enumerate(self.sheets(path))
        ]

    def told(self, file_id: str, order: DayOrder = "ask") -> landing.Landing:
        """What a load says about a file."""
        return landing.Landing(
            file_id=file_id,
            account="main",
            zone=self.zone,
            day_order=order,
            customer_secret="for tests only",
            phrase_patterns=lambda: _PHRASES,
            now="2100-01-01 00:00:00",
            modified="2026-11-22 00:00:00",
        )

    def write(self, name: str, text: str, order: DayOrder = "ask") -> landing.Landed:
        """What became of a file with this text."""
        path = self.scratch / name
        path.write_text(text, encoding="utf-8", newline="")
        (landed,) = self.land(path, order)
        return landed

    def one(self, kind: str, record_id: str) -> dict[str, Any]:
        """The columns that a record fills."""
        found = self.con.execute(
            f"from {KINDS[kind].table} where record_id = $id",
            {"id": record_id},
        )
        columns = [each[0] for each in found.description or ()]
        (row,) = found.fetchall()
        return {name: value for name, value in zip(columns, row, strict=True) if value is not None}

    def records(self, but: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """All records of each kind that has some, without these columns."""
        return {
            kind.name: rows
            for kind in KINDS.values()
            if (
                rows := self.con.table(kind.table)
                .select(*(c for c in kind.all_columns if c not in but))
                .fetchall()
            )
        }

    def rejects(self) -> list[tuple[Any, ...]]:
        return self.con.execute(
            "select line, column_name, value, reason from rejects order by all"
        ).fetchall()


@contextmanager
def desk(folder: Path, zone: str = "Europe/Paris") -> Iterator[Desk]:
    """A Desk that is closed at the end."""
    opened = Desk(folder, zone)
    try:
        yield opened
    finally:
        opened.con.close()


def incidents(folder: Path, *names: str) -> list[tuple[Any, ...]]:
    """(order_name, sku, cause, party, evidence) of every incident that a load of these samples finds, in order."""
    store = Store(folder / "store")
    results = load([SAMPLES / name for name in names], store)
    assert [result.status for result in results] == ["loaded"] * len(names), results
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(
            "select order_name, sku, cause, party, evidence from incidents order by all"
        ).fetchall()
