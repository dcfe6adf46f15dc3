"""Lands one sheet: its rows become records of the contract, are checked, compared with what is there, and kept.

Every row of the sheet ends as loaded (it told something new), unchanged (known already, or an older state of what is
known) or rejected (with line, column, value and reason): the three always add up to the rows in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
)
from duckdb.sqltypes import VARCHAR

from pipelines import dates
from pipelines.cells import Cells, function, tidied
from pipelines.contract import KINDS
from pipelines.messages import Message
from pipelines.plan import Landing, Plan, mark_everything, unfold
from pipelines.reading import Sheet
from pipelines.rejecting import reject
from pipelines.source import Source, Table


@dataclass(frozen=True)
class Landed:
    """What became of the rows of a sheet."""

    rows_in: int
    loaded: int
    unchanged: int
    rejected: int
    kinds: tuple[str, ...]
    warnings: tuple[Message, ...]
    as_of: datetime  # UTC: the latest event it tells of, or when it was written if it tells of none


def land(con: duckdb.DuckDBPyConnection, sheet: Sheet, source: Source, landing: Landing) -> Landed:
    """Keeps the sheet's records in the raw_ tables, inside the caller's transaction.

    Raises dates.DatesUnclear when the file does not settle how its dates are written.
    """
    rows = _prepared(con, sheet, source)
    cells = _settled_cells(rows, sheet, source, landing)
    cells.tidy = _names_of_texts(rows, cells)
    rows = tidied(rows, cells.tidy)
    plans = [
        Plan(con, rows, table, source, sheet, replace(cells, date_rules=_own_rules(table, cells)), landing)
        for table in source.tables
    ]
    for plan in plans:
        plan.stage()
    rejected = reject(con, rows, sheet, plans, landing)
    has_bad_rows = rejected > len(sheet.bad)
    # a file that tells of no event (a catalogue) is as recent as when it was written
    moments = [moment for plan in plans if (moment := plan.latest()) is not None]
    as_of = max(moments, default=datetime.fromisoformat(landing.modified))
    con.execute("create or replace temp table touched_rows (row_number bigint)")
    for plan in plans:
        plan.merge(as_of, has_bad_rows)
    loaded = con.sql("select count(distinct row_number) from touched_rows").fetchall()[0][0]
    for plan in plans:
        plan.forget()
    telling = [plan for plan in plans if plan.has_rows] or plans
    kinds = tuple(dict.fromkeys(plan.kind.name for plan in telling))
    return Landed(
        sheet.rows_in, loaded, sheet.rows_in - loaded - rejected, rejected, kinds, sheet.warnings, as_of
    )


def _prepared(con: duckdb.DuckDBPyConnection, sheet: Sheet, source: Source) -> DuckDBPyRelation:
    if source.prepare is None:
        return sheet.relation
    prepared = source.prepare(sheet.relation)  # noqa: F841 - DuckDB reads the relation by the variable's name
    con.execute("create or replace temp table prepared_rows as from prepared")
    return con.table("prepared_rows")


def _settled_cells(rows: DuckDBPyRelation, sheet: Sheet, source: Source, landing: Landing) -> Cells:
    """The sheet's cells with the formats of its dates and amounts settled by a dry pass over all of its rows."""
    cells = Cells(
        columns=rows.columns,
        is_documents=sheet.shape == "documents",
        zone=landing.zone,
        customer_secret=landing.customer_secret,
        written=landing.modified,
    )
    times: dict[str, tuple[DuckDBPyRelation, Expression]] = {}
    decimal_marks: list[str] = []
    for table in source.tables:
        dry = replace(cells, times={}, amounts={})
        unfolded = unfold(rows, table, {})
        for field in table.all_fields:
            field(dry)
        # what stands beside a list is in every document, those whose list is empty included
        times |= {
            _label(table, label): (unfolded if label.startswith("@.") else rows, raw)
            for label, raw in dry.times.items()
        }
        decimal_marks += [mark for raw in dry.amounts.values() for mark in _decimal_marks(unfolded, raw)]
    cells.date_rules = dates.settle(times, landing.day_order)
    cells.decimal_comma = "," in decimal_marks and "." not in decimal_marks
    return cells


def _names_of_texts(rows: DuckDBPyRelation, cells: Cells) -> dict[str, str]:
    """The columns and paths that fields read as texts -> names that no column of the sheet has."""
    texts = {name for name, kind in zip(rows.columns, rows.types, strict=True) if kind == VARCHAR}
    read = sorted(
        name for name in cells.used if name in texts or (name[:2] in ("$.", "@.") and "[*]" not in name)
    )
    prefix = "tidy_"
    while any(column.lower().startswith(prefix) for column in rows.columns):
        prefix += "_"
    return {name: f"{prefix}{number}" for number, name in enumerate(read)}


def _label(table: Table, label: str) -> str:
    """What a time column is called in the whole sheet: `@.at` is another one in the items of every list."""
    return f"{table.each} {label}" if table.each is not None and label.startswith("@.") else label


def _own_rules(table: Table, cells: Cells) -> dict[str, dates.DateRule]:
    """The rules of the sheet's time columns, by the names that the table gives them."""
    return {label.removeprefix(f"{table.each} "): rule for label, rule in cells.date_rules.items()}


def _decimal_marks(rows: DuckDBPyRelation, raw: Expression) -> Iterator[str]:
    """The decimal marks seen in a column of amounts: the mark that is followed by one or two last figures."""
    seen = rows.select(
        function("regexp_matches", raw, r",\d{1,2}\D*$").alias("comma"),
        function("regexp_matches", raw, r"\.\d{1,2}\D*$").alias("dot"),
    ).aggregate("bool_or(comma), bool_or(dot)")
    comma, dot = seen.fetchall()[0]
    if comma:
        yield ","
    if dot:
        yield "."


def forget_keyless(con: duckdb.DuckDBPyConnection, file_id: str) -> None:
    """Drops the records of a file that are keyed by their content, before it is read again by newer code or mappings.

    Read differently, they would get other keys and be there twice. Records with an id of their own are replaced by it.
    """
    for kind in KINDS.values():
        if kind.own_id is None:
            continue
        found = (
            con.table(kind.table)
            .filter(ColumnExpression("file_id") == ConstantExpression(file_id))
            .filter(function("starts_with", ColumnExpression(kind.own_id), "content-"))
            .select(ColumnExpression("record_id"))
        )
        keyless = [record for (record,) in found.fetchall()]
        if keyless:
            con.execute(_FORGET.replace("raw_x", kind.table), {"records": keyless})
            mark_everything(con)


_FORGET = "delete from raw_x where record_id in (select unnest($records::varchar[]))"
