"""Spreadsheets as text: .xlsx workbooks, and the XML that Excel wrote before them (Freshdesk still does, as '.xls')."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import Element, ParseError

import duckdb
import fastexcel
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from pipelines.messages import Message
from pipelines.reading import extents, staging
from pipelines.reading.archives import BROKEN_ARCHIVE
from pipelines.reading.layout import MAX_COLUMNS, Header, find_header
from pipelines.reading.model import Original, Refusal, Sheet

HEAD_ROWS = 100

_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"
_SPREADSHEETML = "{urn:schemas-microsoft-com:office:spreadsheet}"


def read_workbook(path: Path, name: str, con: duckdb.DuckDBPyConnection) -> Iterator[Sheet | Refusal]:
    """One sheet of cells for each visible worksheet that has a header."""
    try:
        if far := extents.too_large(path):
            yield Refusal(name, Message("workbook_too_large", {"file": name, "cell": far}))
            return
        book = fastexcel.read_excel(path)
    except (fastexcel.FastExcelError, *BROKEN_ARCHIVE):
        yield Refusal(name, Message("broken_workbook", {"file": name}))
        return
    found = False
    for title in book.sheet_names:
        try:
            # skip_rows=0 keeps the empty rows at the top, so that places are the sheet's own row numbers.
            grid = book.load_sheet(title, header_row=None, skip_rows=0, dtypes="string")
        except fastexcel.FastExcelError:
            yield Refusal(f"{name} › {title}", Message("broken_worksheet", {"file": name, "sheet": title}))
            found = True
            continue
        if grid.visible != "visible" or not grid.width or grid.width > MAX_COLUMNS:
            continue
        table = _stage_grid(con, grid)
        for sheet in _sheet(f"{name} › {title}", con, table, grid.width):
            found = True
            yield sheet
    if not found:
        yield Refusal(name, Message("empty_workbook", {"file": name}))


def _stage_grid(con: duckdb.DuckDBPyConnection, grid: Any) -> str:
    """A temp table of place (0 is the first row of the worksheet) and cells."""
    cells = con.from_arrow(grid)
    place = duckdb.SQLExpression("row_number() over () - 1").alias("place")
    named = [
        _filled(duckdb.ColumnExpression(old)).alias(new)
        for old, new in zip(cells.columns, staging.cell_columns(grid.width), strict=True)
    ]
    table = staging.create(con, cells.select(place, *named))
    for column in staging.cell_columns(grid.width):
        _mend_times(con, table, column)
    return table


def _filled(cell: duckdb.Expression) -> duckdb.Expression:
    return duckdb.FunctionExpression("nullif", cell, duckdb.ConstantExpression(""))


def _mend_times(con: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """A column of dates without times is given as dates: workbooks store every date as midnight.

    Whether a date has a time is a matter of the whole column: a single order may well be placed at midnight.
    """
    value = duckdb.ColumnExpression(column)
    looks = duckdb.FunctionExpression("regexp_full_match", value, duckdb.ConstantExpression(_MOMENT))
    moments = con.table(table).filter(looks).select(value.alias("moment"))
    midnights, times, total = moments.aggregate(
        "count(*) filter (moment like '% 00:00:00'), count(*) filter (moment like '1899-12-3_ %'), count(*)"
    ).fetchall()[0]
    if total and midnights == total:
        sql = "update staged set cell = left(cell, 10) where regexp_full_match(cell, $moment)"
    elif total and times == total:
        sql = "update staged set cell = substr(cell, 12) where regexp_full_match(cell, $moment)"
    else:
        return
    con.execute(staging.statement(sql, table).replace("cell", column), {"moment": _MOMENT})


def _sheet(name: str, con: duckdb.DuckDBPyConnection, table: str, width: int) -> Iterator[Sheet | Refusal]:
    """The sheet of a grid, if it has a header; nothing for a worksheet of notes or charts."""
    head = _first_rows(con, table, width)
    header = find_header([row for _, row in head])
    if header is None:
        return
    top = head[header.rows - 1][0]
    place = duckdb.ColumnExpression("place")
    number = (place - duckdb.ConstantExpression(top)).cast("BIGINT").alias("row_number")
    below = con.table(table).filter(place > duckdb.ConstantExpression(top)).filter(staging.any_filled(width))
    rows = below.select(number, *map(duckdb.ColumnExpression, staging.cell_columns(width)))
    columns = staging.unique_headers([*header.cells, *[""] * (width - len(header.cells))])
    kept = _columns_in_use(rows, header, width)

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        """Row of the worksheet, and its cells with tabs between."""
        if not wanted:
            return {}
        numbers = [duckdb.ConstantExpression(number) for number in wanted]
        picked = rows.filter(duckdb.ColumnExpression("row_number").isin(*numbers)).fetchall()
        return {
            number: Original(number + top + 1, staging.written_line(cells, "\t")) for number, *cells in picked
        }

    yield Sheet(
        name=name,
        shape="table",
        columns=tuple(columns[number] for number in kept),
        other_headers=header.other,
        relation=staging.named(rows, columns).select(
            "row_number", *(duckdb.ColumnExpression(columns[number]) for number in kept)
        ),
        rows_in=staging.count(rows),
        originals=originals,
        header_text=staging.written_line(columns, "\t"),
    )


def _first_rows(con: duckdb.DuckDBPyConnection, table: str, width: int) -> list[tuple[int, list[str]]]:
    """(place, cells) of the first rows that hold anything; a place is counted from 0."""
    found = con.table(table).filter(staging.any_filled(width)).order("place").limit(HEAD_ROWS).fetchall()
    return [(place, [cell or "" for cell in cells]) for place, *cells in found]


def _columns_in_use(rows: duckdb.DuckDBPyRelation, header: Header, width: int) -> list[int]:
    """Columns with a header or a value: workbooks often go on to the right with nothing but colours."""
    counts = rows.aggregate(", ".join(f"count({name})" for name in staging.cell_columns(width))).fetchall()[0]
    named = [bool(cell.strip()) for cell in header.cells]
    named += [False] * (width - len(named))
    return [number for number in range(width) if named[number] or counts[number]]


def read_spreadsheetml(
    path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path
) -> Iterator[Sheet | Refusal]:
    """One sheet of cells for each worksheet of a SpreadsheetML 2003 file that has a header."""
    found = False
    try:
        for title, width, rows in _worksheets(path, scratch):
            if not width:
                continue
            table = _stage_file(con, rows, width)
            for sheet in _sheet(f"{name} › {title}", con, table, width):
                found = True
                yield sheet
    except (ParseError, DefusedXmlException):
        # What came before the break may be half a table: better none than one that looks whole.
        yield Refusal(name, Message("broken_xml", {"file": name}))
        return
    if not found:
        yield Refusal(name, Message("empty_workbook", {"file": name}))


def _worksheets(path: Path, scratch: Path) -> Iterator[tuple[str, int, Path]]:
    """(title, width, file of rows) for each worksheet, read as a stream; a file is complete when it is given."""
    title, width, place = "", 0, -1
    around: list[Element] = []
    target: Path | None = None
    stream: TextIO | None = None
    with contextlib.ExitStack() as open_file:
        for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                around.append(element)
            else:
                around.pop()
            if event == "start" and element.tag == _SPREADSHEETML + "Worksheet":
                title, width, place = element.get(_SPREADSHEETML + "Name", ""), 0, -1
                target = scratch / f"{staging.new_name()}.ndjson"
                stream = open_file.enter_context(target.open("w", encoding="utf-8"))
            elif event == "end" and element.tag == _SPREADSHEETML + "Row" and stream is not None:
                cells = _row_cells(element)
                # ss:Index counts from 1 and says where a row stands after empty ones that are left out.
                place = max(_count(element, "Index") - 1, place + 1)
                width = max(width, len(cells))
                if any(cells):
                    stream.write(json.dumps({"place": place, "cells": cells}) + "\n")
                around[-1].remove(element)  # else the whole sheet stays in memory
            elif event == "end" and element.tag == _SPREADSHEETML + "Worksheet" and target is not None:
                open_file.close()
                yield title, min(width, MAX_COLUMNS), target
                stream, target = None, None


def _row_cells(row: Element) -> list[str]:
    """The texts of a row; cells left out before one with an ss:Index are empty."""
    cells: list[str] = []
    for cell in row.iter(_SPREADSHEETML + "Cell"):
        place = _count(cell, "Index") - 1
        if len(cells) < place < MAX_COLUMNS:
            cells += [""] * (place - len(cells))
        data = cell.find(_SPREADSHEETML + "Data")
        text = "" if data is None else "".join(data.itertext())
        is_date = data is not None and data.get(_SPREADSHEETML + "Type") == "DateTime"
        cells.append(text.removesuffix("T00:00:00.000") if is_date else text)
        cells += [""] * min(_count(cell, "MergeAcross"), MAX_COLUMNS)
        if len(cells) > MAX_COLUMNS:
            break
    del cells[MAX_COLUMNS:]
    while cells and not cells[-1]:
        cells.pop()  # a title may be merged over thousands of columns
    return cells


def _count(element: Element, name: str) -> int:
    """A number that the XML gives a row or cell; 0 for one that no spreadsheet has room for."""
    text = element.get(_SPREADSHEETML + name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _stage_file(con: duckdb.DuckDBPyConnection, rows: Path, width: int) -> str:
    """A temp table of place and cells from the rows of a worksheet."""
    read = con.sql(
        """
        from read_json(
            $path, columns = {place: 'BIGINT', cells: 'VARCHAR[]'}, format = 'newline_delimited',
            compression = 'none', maximum_object_size = 67108864
        )
        """,
        params={"path": str(rows)},
    )
    cells = [
        _filled(
            duckdb.FunctionExpression(
                "list_extract", duckdb.ColumnExpression("cells"), duckdb.ConstantExpression(number + 1)
            )
        ).alias(name)
        for number, name in enumerate(staging.cell_columns(width))
    ]
    return staging.create(con, read.select(duckdb.ColumnExpression("place"), *cells))
