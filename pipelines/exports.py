"""Frames as files for a spreadsheet, that open with a double click and run nothing.

A text cell that a spreadsheet would take for a formula gets a leading apostrophe: what customers wrote ends
up in these files. Numbers stay numbers, so a negative amount is left as it is.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Literal

import polars as pl

Lang = Literal["fr", "en"]

# LF and the full-width forms are taken for formulas too, by some spreadsheets in some languages
_RISKY = r"^[=+\-@\t\r\n＝＋－＠]"
_LIST_JOINER = " | "


def write_csv(frame: pl.DataFrame, lang: str) -> bytes:
    """The frame as CSV that Excel opens: `;` and decimal comma in French, `,` and point in English; BOM."""
    is_french = lang == "fr"
    return (
        harmless(flat(frame))
        .write_csv(
            separator=";" if is_french else ",",
            decimal_comma=is_french,
            include_bom=True,
            line_terminator="\r\n",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%d %H:%M:%S",
            float_scientific=False,
        )
        .encode("utf-8")
    )


def write_xlsx(frame: pl.DataFrame) -> bytes:
    """The frame as a workbook of one sheet; text is text, whatever it begins with."""
    import xlsxwriter

    safe = flat(frame)
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        safe.write_excel(book, autofit=True, freeze_panes="A2", table_style="Table Style Light 1")
    return out.getvalue()


def write_parquet(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet, lists kept as lists."""
    out = BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows with one plain value a cell: lists joined, NaN and infinity empty, decimals as floats."""
    return frame.select(_plain(name, kind) for name, kind in frame.schema.items())


def _plain(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join(_LIST_JOINER, ignore_nulls=True)
    if isinstance(kind, pl.Struct):
        return column.struct.json_encode()
    if isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if kind.is_decimal():
        return column.cast(pl.Float64)
    if kind.is_float():
        return pl.when(column.is_finite()).then(column)
    return column


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The same frame whose text, headers included, cannot be taken for a formula."""
    text = (column for column, kind in frame.schema.items() if kind == pl.String)
    cells = frame.with_columns(pl.col(name).str.replace(_RISKY, "'$0") for name in text)
    return cells.rename({name: _harmless_text(name) for name in frame.columns})


def _harmless_text(text: str) -> str:
    return re.sub(_RISKY, r"'\g<0>", text)
