"""Temp tables that hold a sheet while it is loaded: `row_number` and c0, c1 … for a table, `doc` for documents.

They live as long as their connection, so that a sheet stays readable while others of the same file are read. Cells are
put under neutral names because a header may be anything, 'row_number' included; the relation gives the real ones.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence

import duckdb

_numbers = itertools.count(1)


def new_name() -> str:
    """A table name not used before in this process."""
    return f"stage_{next(_numbers)}"


def statement(sql: str, table: str) -> str:
    """The SQL with the name of one of our own tables in place of `staged`; values go in as parameters."""
    return sql.replace("staged", table)


def cell_columns(count: int) -> dict[str, str]:
    """The neutral columns of a table of that many cells, as read_csv wants them."""
    return {f"c{number}": "VARCHAR" for number in range(count)}


def unique_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Headers as written; an empty one becomes 'column 7', a repeated one 'Name (2)'.

    Names that differ only by letter case are repeated too: SQL does not tell them apart, and row_number is ours.
    """
    taken = {"row_number"}
    named: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = wanted = cell.replace("\x00", "") if cell.strip() else f"column {number}"
        repeat = 2
        while name.casefold() in taken or name.lower() in taken:
            name = f"{wanted} ({repeat})"
            repeat += 1
        taken |= {name.casefold(), name.lower()}
        named.append(name)
    return tuple(named)


def create(con: duckdb.DuckDBPyConnection, source: duckdb.DuckDBPyRelation) -> str:
    """The name of a new temp table with the rows of a relation (DuckDB finds the `source` of the SQL by its name)."""
    table = new_name()
    con.execute(statement("create temp table staged as from source", table))
    return table


def rows_by_number(con: duckdb.DuckDBPyConnection, table: str) -> duckdb.DuckDBPyRelation:
    """The rows of a table that has its own row_number column."""
    return con.table(table)


def rows_by_place(
    con: duckdb.DuckDBPyConnection, table: str, skipped: int, width: int
) -> duckdb.DuckDBPyRelation:
    """The rows of a table staged in file order, numbered from 1 after the first `skipped`, empty ones left out."""
    place = duckdb.ColumnExpression("rowid")
    rows = con.table(table)
    if skipped:
        rows = rows.filter(place >= duckdb.ConstantExpression(skipped))
    if has_empty_rows(rows, width):
        rows = rows.filter(any_filled(width))
    number = (place + duckdb.ConstantExpression(1 - skipped)).cast("BIGINT").alias("row_number")
    return rows.select(number, duckdb.StarExpression())


def named(rows: duckdb.DuckDBPyRelation, columns: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """The rows with their cells under the headers."""
    cells = [duckdb.ColumnExpression(f"c{number}").alias(name) for number, name in enumerate(columns)]
    return rows.select(duckdb.ColumnExpression("row_number"), *cells)


def any_filled(width: int) -> duckdb.Expression:
    """True for a row in which any of its cells holds something."""
    return duckdb.CoalesceOperator(
        *(duckdb.ColumnExpression(name) for name in cell_columns(width))
    ).isnotnull()


def has_empty_rows(rows: duckdb.DuckDBPyRelation, width: int) -> bool:
    return bool(rows.filter(any_filled(width).isin(duckdb.ConstantExpression(False))).limit(1).fetchall())


def count(rows: duckdb.DuckDBPyRelation) -> int:
    """How many rows a relation has."""
    return int(rows.aggregate("count(*)").fetchall()[0][0])


def written_line(cells: Sequence[str | None], separator: str) -> str:
    """The cells with that separator between, quoted where they must be: a line that can be read again."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(cells)
    return line.getvalue()
