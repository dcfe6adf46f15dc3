"""What a chart or table shows, as the page writes it and as a file has it: same rows, columns, order and rounding.

How the file is written (separator, decimal mark, nothing that a spreadsheet would run) is pipelines/exports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from app import formats
from pipelines.exports import write_csv

Kind = Literal["text", "count", "number", "percent", "per_mille", "money", "date", "moment", "list"]
DECIMALS: Mapping[str, int] = {"count": 0, "number": 1, "percent": 1, "per_mille": 1, "money": 2}


@dataclass(frozen=True)
class Column:
    """One column as it is shown: its name in the frame, its heading, what its values are."""

    name: str
    label: str
    kind: Kind = "text"


def shown(value: Any, kind: Kind, lang: str, currency: str | None = None) -> str:
    """A value as the page writes it; an unknown one is "—"."""
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
    return str(value)


def csv_bytes(
    frame: pl.DataFrame, columns: Sequence[Column], lang: str, currency: str | None = None
) -> bytes:
    """The whole frame as a file; figures are in the unit they are shown in, which the heading says."""
    return write_csv(as_shown(frame, columns, currency), lang)


def as_shown(frame: pl.DataFrame, columns: Sequence[Column], currency: str | None = None) -> pl.DataFrame:
    """The shown columns under their headings, figures in the unit and rounding of the page; unknown is null."""
    headings = _distinct([heading(column, currency) for column in columns])
    return frame.select(
        _figure(column, currency).alias(name) for column, name in zip(columns, headings, strict=True)
    )


def heading(column: Column, currency: str | None) -> str:
    """A column's heading in a file, with the unit that its figures have lost."""
    unit = {"percent": "%", "per_mille": "‰", "money": currency or ""}.get(column.kind, "")
    return f"{column.label} ({unit})" if unit else column.label


def _figure(column: Column, currency: str | None) -> pl.Expr:
    expression = pl.col(column.name)
    if column.kind == "list":
        return expression.list.join(", ")
    if column.kind in ("count", "text", "date", "moment"):
        return expression
    cents = 1.0 if currency in formats.WITHOUT_CENTS else 0.01
    scale = {"percent": 100.0, "per_mille": 1000.0, "money": cents}.get(column.kind, 1.0)
    return (expression * scale).round(DECIMALS[column.kind])


def _distinct(headings: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for name in headings:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names
