"""A mapping tried on a file before anything is stored: the records it would give, and the rows it would reject.

The file's first rows are landed in a database in memory by the very code that loads files, so what is seen is what a
load would do with them. Nothing of it outlives the trial.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl
from duckdb import ColumnExpression

from pipelines import build, causes, landing, sayings
from pipelines.contract import KINDS
from pipelines.dates import DatesUnclear, DayOrder
from pipelines.messages import Message
from pipelines.reading import Refusal, Sheet, sheets
from pipelines.reading.json_text import parsed
from pipelines.recognise import NotRecognised
from pipelines.source import Source

#: rows that a trial reads: enough to see what is wrong, few enough to answer at once
ROWS = 5_000
_MEMORY = "1GB"
#: rows that a proposal looks at
_SAMPLE = 300
#: the deepest path into a document that is offered as a column: '$.customer.address.country'
_DEPTH = 3


@dataclass(frozen=True)
class Outcome:
    """What a mapping makes of the rows: records (filled columns only), rejects, and how the rows add up."""

    records: pl.DataFrame
    rejects: pl.DataFrame  # line, column_name, value, reason, raw_text
    rows_in: int
    rejected: int
    warnings: Sequence[Message]
    #: the times of which the file tells only the day
    date_only: frozenset[str] = frozenset()
    #: why nothing could be read at all
    refusal: Message | None = None


@dataclass
class Trial:
    """The first rows of one sheet that nobody knows, in a database of their own; `close` it."""

    con: duckdb.DuckDBPyConnection
    sheet: Sheet
    path: Path
    row_count: int
    #: a page that is drawn again asks for a second run while the first is under way
    _alone: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers, or for documents the paths of their values."""
        return self.sheet.columns or tuple(self._paths)

    def rows(self, n: int = _SAMPLE) -> list[tuple[str | None, ...]]:
        """The first rows, a cell for each of the columns."""
        if self.sheet.columns:
            chosen = [ColumnExpression(name) for name in self.sheet.columns]
            return self.sheet.relation.order("row_number").limit(n).select(*chosen).fetchall()
        texts = self.sheet.relation.order("row_number").limit(n).select("doc").fetchall()
        return [tuple(_flat(parsed(text)).get(path) for path in self._paths) for (text,) in texts]

    def distinct(self, column: str, n: int) -> list[str]:
        """The values of a column, the most frequent first, then as they come."""
        at = self.columns.index(column)
        counts: dict[str, int] = {}
        for row in self.rows(ROWS):
            if (value := (row[at] or "").strip()) != "":
                counts[value] = counts.get(value, 0) + 1
        return sorted(counts, key=lambda value: -counts[value])[:n]

    def run(self, source: Source, zone: str, day_order: DayOrder = "ask") -> Outcome:
        """What a load with this source would do with the rows."""
        with self._alone:
            return self._run(source, zone, day_order)

    def _run(self, source: Source, zone: str, day_order: DayOrder) -> Outcome:
        kind = KINDS[source.tables[0].kind]
        for each in KINDS.values():
            self.con.execute(_EMPTY.replace("raw_x", each.table))
        self.con.execute("delete from rejects")
        try:
            landed = landing.land(self.con, self.sheet, source, _landing(zone, day_order))
        except DatesUnclear as unclear:
            return Outcome(pl.DataFrame(), pl.DataFrame(), self.sheet.rows_in, 0, (), refusal=unclear.message)
        found = self.con.table(kind.table).order("row_number").select(*kind.columns, "date_only").pl()
        date_only = frozenset(found["date_only"].drop_nulls().explode().drop_nulls())
        records = found.drop("date_only")
        filled = [name for name in records.columns if records[name].null_count() < records.height]
        rejects = self.con.sql(
            "select line, column_name, value, reason, raw_text from rejects order by line"
        ).pl()
        return Outcome(
            records.select(filled), rejects, landed.rows_in, landed.rejected, landed.warnings, date_only
        )

    def close(self) -> None:
        self.con.close()

    @property
    def _paths(self) -> list[str]:
        texts = self.sheet.relation.order("row_number").limit(_SAMPLE).select("doc").fetchall()
        return list(dict.fromkeys(path for (text,) in texts for path in _flat(parsed(text))))


def opened(path: Path, name: str | None, scratch: Path) -> Trial:
    """The trial of one sheet of a file, by its name; of the first one without a name.

    Raises NotRecognised when the file holds no such sheet.
    """
    con = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(scratch / "spill")})
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    build.prepare_master(con)
    refusal = None
    for sheet in sheets(path, con, scratch):
        if isinstance(sheet, Sheet) and name in (None, sheet.name):
            first = sheet.relation.order("row_number").limit(ROWS)
            first.create("trial_rows")
            rows = con.table("trial_rows")
            count = rows.count("*").fetchall()[0][0]
            shown = replace(sheet, relation=rows, rows_in=count + len(sheet.bad))
            return Trial(con, shown, path, sheet.rows_in)
        refusal = sheet.message if isinstance(sheet, Refusal) else refusal
    con.close()
    raise NotRecognised(refusal or Message("no_such_file", {"file": name or path.name}))


@functools.cache
def _phrase_patterns() -> tuple[str, ...]:
    """As a load finds phrases in free text."""
    said = sayings.phrases(sayings.read_sayings(build.QUERIES / "sayings"))
    return causes.phrase_patterns(causes.read_causes(build.QUERIES / "causes"), said)


def _landing(zone: str, day_order: DayOrder) -> landing.Landing:
    return landing.Landing(
        file_id="trial",
        account="main",
        zone=zone,
        day_order=day_order,
        customer_secret="a trial keeps nothing",  # noqa: S106 - no secret: its records are looked at and dropped
        phrase_patterns=_phrase_patterns,
        now="9999-01-01 00:00:00",
        modified="2000-01-01 00:00:00",
    )


def _flat(value: object, path: str = "$", depth: int = _DEPTH) -> dict[str, str | None]:
    """The values of a document by their paths; lists, and keys that a path cannot name, are left out."""
    found: dict[str, str | None] = {}
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            if key.isidentifier():
                found |= _flat(inner, f"{path}.{key}", depth - 1)
    elif path != "$" and not isinstance(value, dict | list):
        found[path] = None if value is None else value if isinstance(value, str) else json.dumps(value)
    return found


_EMPTY = "delete from raw_x"
