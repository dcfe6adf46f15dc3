"""Rows that cannot be loaded are kept: line, column, value, reason and raw text, to be exported, mended and loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
from duckdb import (
    ColumnExpression,
    DuckDBPyRelation,
)

from pipelines.cells import function
from pipelines.plan import Landing, Plan, unfold
from pipelines.reading import BadRow, Sheet

_Entry = tuple[str, int | None, int, str | None, str | None, str, str]


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
    found = list(_reasons(con, rows, plans)) if numbers else []
    told = {number for number, *_ in found}
    found += [(number, None, None, "nothing_to_load") for number in numbers if number not in told]
    originals = sheet.originals(numbers) if numbers else {}
    entries: list[_Entry] = [
        (landing.file_id, number, originals[number].line, column, value, reason, originals[number].text)
        for number, column, value, reason in sorted(found, key=lambda f: (f[0], f[1] or ""))
    ]
    entries += [_structural(landing.file_id, bad) for bad in sheet.bad]
    con.execute("delete from rejects where file_id = $file", {"file": landing.file_id})
    if entries:
        con.executemany(
            "insert into rejects (file_id, row_number, line, column_name, value, reason, raw_text) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            entries,
        )
    return len(numbers) + len(sheet.bad)


def _structural(file_id: str, bad: BadRow) -> _Entry:
    return (file_id, None, bad.line, bad.column, bad.value, bad.code, bad.text)


def _reasons(
    con: duckdb.DuckDBPyConnection, rows: DuckDBPyRelation, plans: Sequence[Plan]
) -> Iterator[tuple[int, str | None, str | None, str]]:
    """(row_number, column, value, reason) for each thing wrong with the bad rows; the same said by two tables once."""
    seen: set[tuple[int, str, str]] = set()
    bad_rows = con.table("bad_rows").distinct()
    for plan in plans:
        unfolded = unfold(rows.join(bad_rows, "row_number", how="semi"), plan.table)
        if plan.table.where is not None:
            unfolded = unfolded.filter(plan.table.where(plan.cells))
        for problem in plan.problems:
            wrong = unfolded.filter(problem.is_bad).select(
                ColumnExpression("row_number"),
                function("nullif", problem.raw.cast("VARCHAR"), "").alias("value"),
            )
            for number, value in wrong.fetchall():
                if (number, problem.column, problem.reason) not in seen:
                    seen.add((number, problem.column, problem.reason))
                    yield number, problem.column, value, problem.reason


# Writing the table anew takes seconds where updating it in place takes minutes.
