"""Parquet as text: every value as DuckDB writes it, lists and structures as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.reading import staging
from pipelines.reading.model import Original, Refusal, Sheet

_NESTED = ("list", "struct", "map", "array", "union")
# Beyond it a float no longer holds every whole number.
_EXACT = 2.0**53


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection) -> Iterator[Sheet | Refusal]:
    """The one sheet of a Parquet file."""
    try:
        source = con.sql("from read_parquet($path)", params={"path": str(path)})
        kinds = [str(kind.id) for kind in source.types]
        cells = [
            _as_text(duckdb.ColumnExpression(column), kind).alias(f"c{number}")
            for number, (column, kind) in enumerate(zip(source.columns, kinds, strict=True))
        ]
        table = staging.create(con, source.select(*cells))
    except (duckdb.Error, RuntimeError):  # a RuntimeError where the name of a column is no text
        yield Refusal(name, Message("broken_parquet", {"file": name}))
        return
    columns = staging.unique_headers(source.columns)
    rows = staging.rows_by_place(con, table, 0, len(columns))

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        """Row of the file, and its values with tabs between."""
        numbers = [duckdb.ConstantExpression(number) for number in wanted]
        picked = (
            rows.filter(duckdb.ColumnExpression("row_number").isin(*numbers)).fetchall() if numbers else []
        )
        return {number: Original(number, staging.written_line(values, "\t")) for number, *values in picked}

    yield Sheet(
        name=name,
        shape="table",
        columns=columns,
        relation=staging.named(rows, columns),
        rows_in=staging.count(rows),
        originals=originals,
        header_text=staging.written_line(columns, "\t"),
    )


def _as_text(value: duckdb.Expression, kind: str) -> duckdb.Expression:
    """The value as text. A number of a float column that is whole loses its '.0': ids are kept so beside blanks."""
    if kind in _NESTED:
        text = duckdb.FunctionExpression("to_json", value).cast("VARCHAR")
    elif kind in ("double", "float"):
        is_whole = (duckdb.FunctionExpression("trunc", value) == value) & (
            duckdb.FunctionExpression("abs", value) < duckdb.ConstantExpression(_EXACT)
        )
        text = duckdb.CaseExpression(is_whole, value.cast("BIGINT").cast("VARCHAR")).otherwise(
            value.cast("VARCHAR")
        )
    else:
        text = value.cast("VARCHAR")
    return duckdb.FunctionExpression("nullif", text, duckdb.ConstantExpression(""))
