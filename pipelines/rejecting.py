"""Rows that cannot be loaded are kept: line, column, value, reason and raw text, to be exported, mended and loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation

from pipelines.cells import function
from pipelines.plan import Landing, Plan
from pipelines.reading import BadRow, Sheet

#: their raw texts are in memory meanwhile, and a file may be bad as a whole
ROWS_AT_ONCE = 20_000

_Item = TypeVar("_Item")
_Entry = tuple[str, int | None, int, str | None, str | None, str, str]
_COLUMNS = ("file_id", "row_number", "line", "column_name", "value", "reason", "raw_text")
_KEEP = """
    insert into rejects by name
    select
        unnest($file_id::varchar[]) as file_id, unnest($row_number::bigint[]) as row_number,
        unnest($line::bigint[]) as line, unnest($column_name::varchar[]) as column_name,
        unnest($value::varchar[]) as value, unnest($reason::varchar[]) as reason,
        unnest($raw_text::varchar[]) as raw_text
"""


def reject(
    con: duckdb.DuckDBPyConnection,
    rows: DuckDBPyRelation,
    sheet: Sheet,
    plans: Sequence[Plan],
    landing: Landing,
) -> int:
    """Keeps every row that cannot be loaded with its line, column, value and reason; returns how many rows that is."""
    con.execute("create or replace temp table bad_rows (row_number bigint)")
    for plan in plans:
        con.execute(plan._sql("insert into bad_rows select distinct row_number from incoming_x where is_bad"))
    if all(plan.table.where is not None or plan.table.each is not None for plan in plans):
        con.execute("create or replace temp table told_rows (row_number bigint)")
        for plan in plans:
            con.execute(plan._sql("insert into told_rows select row_number from incoming_x"))
        con.execute(
            "insert into bad_rows select row_number from rows where row_number not in (from told_rows)"
        )
    numbers = [n for (n,) in con.execute("select distinct row_number from bad_rows order by 1").fetchall()]
    con.execute("delete from rejects where file_id = $file", {"file": landing.file_id})
    for batch in _batches(numbers):
        _keep(con, _entries(con, rows, sheet, plans, landing.file_id, batch))
    for broken in _batches(sheet.bad):
        _keep(con, [_structural(landing.file_id, bad) for bad in broken])
    return len(numbers) + len(sheet.bad)


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + ROWS_AT_ONCE] for start in range(0, len(items), ROWS_AT_ONCE))


def _entries(
    con: duckdb.DuckDBPyConnection,
    rows: DuckDBPyRelation,
    sheet: Sheet,
    plans: Sequence[Plan],
    file_id: str,
    numbers: Sequence[int],
) -> list[_Entry]:
    """What is wrong with the bad rows of these numbers (in order, none left out between them): one entry a problem."""
    found = list(_reasons(con, rows, plans, numbers))
    told = {number for number, *_ in found}
    found += [(number, None, None, "nothing_to_load") for number in numbers if number not in told]
    originals = sheet.originals(numbers)
    return [
        (file_id, number, originals[number].line, column, value, reason, originals[number].text)
        for number, column, value, reason in sorted(found, key=lambda f: (f[0], f[1] or ""))
    ]


def _keep(con: duckdb.DuckDBPyConnection, entries: list[_Entry]) -> None:
    # As lists: row by row, DuckDB takes ten times as long and more.
    if entries:
        con.execute(_KEEP, dict(zip(_COLUMNS, map(list, zip(*entries, strict=True)), strict=True)))


def _structural(file_id: str, bad: BadRow) -> _Entry:
    return (file_id, None, bad.line, bad.column, bad.value, bad.code, bad.text)


def _reasons(
    con: duckdb.DuckDBPyConnection, rows: DuckDBPyRelation, plans: Sequence[Plan], numbers: Sequence[int]
) -> Iterator[tuple[int, str | None, str | None, str]]:
    """(row_number, column, value, reason) for each thing wrong with the bad rows; the same said by two tables once."""
    seen: set[tuple[int, str, str]] = set()
    within = ColumnExpression("row_number").between(
        ConstantExpression(numbers[0]), ConstantExpression(numbers[-1])
    )
    bad_rows = con.table("bad_rows").filter(within).distinct()
    for plan in plans:
        unfolded = plan.records(rows.join(bad_rows, "row_number", how="semi"))
        for problem in plan.problems:
            wrong = unfolded.filter(problem.is_bad).select(
                ColumnExpression("row_number"),
                function("nullif", problem.raw.cast("VARCHAR"), "").alias("value"),
            )
            for number, value in wrong.fetchall():
                if (number, problem.column, problem.reason) not in seen:
                    seen.add((number, problem.column, problem.reason))
                    yield number, problem.column, value, problem.reason
