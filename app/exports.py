"""CSV of exactly what a chart or table shows: same rows, same columns, same order, same unit, same rounding.

French: what Excel in French opens by double click (`;`, decimal comma, byte order mark, day/month/year).
English: `,`, decimal point, byte order mark, ISO dates. Text that a spreadsheet would run as a formula is disarmed;
numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

from app import formats

Kind = Literal["text", "count", "number", "percent", "per_mille", "money", "date", "moment", "list"]
DECIMALS = {"count": 0, "number": 1, "percent": 1, "per_mille": 1, "money": 2}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """One column as it is shown: its name in the frame, its heading, what its values are."""

    name: str
    label: str
    kind: Kind = "text"


def shown(value: Any, kind: Kind, lang: str, currency: str | None = None) -> str:
    """A value as the page writes it; empty text for an unknown one is "—"."""
    if value is None:
        return formats.UNKNOWN
    if kind == "count":
        return formats.number(value, lang, 0)
    if kind == "number":
        return formats.number(value, lang, DECIMALS["number"])
    if kind == "percent":
        return formats.percent(value, lang, DECIMALS["percent"])
    if kind == "per_mille":
        return formats.per_mille(value, lang, DECIMALS["per_mille"])
    if kind == "money":
        return formats.money(value, currency, lang)
    if kind == "date":
        return formats.day(value, lang)
    if kind == "moment":
        return formats.moment(value, lang)
    if kind == "list":
        return ", ".join(str(item) for item in value)
    return str(value)


def heading(column: Column, currency: str | None, lang: str) -> str:
    """A column's heading in a file, with the unit that its figures have lost."""
    unit = {"percent": "%", "per_mille": "‰", "money": currency or ""}.get(column.kind, "")
    return f"{column.label} ({unit})" if unit else column.label


def csv_bytes(frame: pl.DataFrame, columns: Sequence[Column], lang: str, currency: str | None = None) -> bytes:
    """The whole frame as a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow([harmless(heading(column, currency, lang)) for column in columns])
    kinds = [column.kind for column in columns]
    for row in frame.select([column.name for column in columns]).iter_rows():
        writer.writerow(cells(row, kinds, lang, currency))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def cells(row: Iterable[Any], kinds: Sequence[Kind], lang: str, currency: str | None) -> list[str]:
    """One row as a file has it; an unknown value is an empty cell."""
    return [_cell(value, kind, lang, currency) for value, kind in zip(row, kinds, strict=True)]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Any, kind: Kind, lang: str, currency: str | None) -> str:
    if value is None:
        return ""
    if kind in DECIMALS:
        scale = {"percent": 100.0, "per_mille": 1000.0, "money": 1.0 if currency in formats.WITHOUT_CENTS else 0.01}
        figure = f"{value * scale.get(kind, 1):.{DECIMALS[kind]}f}"
        figure = figure.lstrip("-") if float(figure) == 0 else figure
        return figure.replace(".", ",") if lang == "fr" else figure
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M" if lang == "fr" else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y" if lang == "fr" else "%Y-%m-%d")
    return harmless(shown(value, kind, lang, currency))
