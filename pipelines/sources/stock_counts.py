"""Counts of stock, as a spreadsheet holds them: a row an article, headers in French or English.

What such sheets won't tell by themselves: a count without a place is the whole shop's ("stock"). An article counted
twice at one time in one place is a recount: the later row counts. A blank is an article that was not counted, not one
that is missing. Without a date a count says nothing: the sheet needs a column for it.
"""

from __future__ import annotations

from duckdb import Expression

from pipelines.cells import Cells, Field, Parsed, Problem, function
from pipelines.fields import constant, first, identifier, text, time
from pipelines.logistics_headers import QUANTITY, SKU, WAREHOUSE, by_first
from pipelines.source import Source, Table

_COUNTED = (
    "counted quantity", "quantity counted", "qty counted", "counted qty", "counted", "physical count",
    "physical stock", "actual stock", "actual count", "quantite comptee", "qte comptee", "quantite inventoriee",
    "stock compte", "stock reel", "stock physique", "compte", "comptage", "on hand", "on hand quantity",
    "quantity on hand", "qty on hand", "stock on hand", "stock", "quantite en stock", "qte en stock", "en stock",
    "stock level", "niveau de stock",
)  # fmt: skip
_AVAILABLE = (
    "available", "available quantity", "quantity available", "qty available", "available stock", "sellable",
    "disponible", "quantite disponible", "qte disponible", "stock disponible", "dispo", "vendable",
)  # fmt: skip
_COUNT_DATE = (
    "count date", "counted at", "counted on", "date counted", "inventory date", "stocktake date", "stock date",
    "date de comptage", "date comptage", "compte le", "comptee le", "date d inventaire", "date inventaire",
    "date de l inventaire", "inventorie le", "date du stock", "date stock",
)  # fmt: skip
_DATE = (*_COUNT_DATE, "as of", "date", "date et heure", "datetime", "timestamp", "horodatage", "au")


def _pieces(*names: str) -> Field:
    """A whole number of pieces, thousands set apart by blanks: '1 250' is 1250."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return text(*names)(cells)
        label, raw = found
        bare = function("regexp_replace", raw, r"[\s\x{00a0}\x{202f}]", "", "g")
        figures = function("regexp_extract", bare, r"^([+-]?0{0,9}\d{1,7})(?:[.,]0+)?$", 1)
        value = function("nullif", figures, "").cast("BIGINT")
        return Parsed(value, (Problem(label, raw, value, "not_a_whole_number"),))

    return parse


def _counts(title: str, counted: tuple[str, ...], date: tuple[str, ...]) -> Source:
    on_hand, available = by_first(_pieces, counted), by_first(_pieces, _AVAILABLE)

    def is_counted(cells: Cells) -> Expression:
        return (
            by_first(text, counted)(cells).value.isnotnull()
            | by_first(text, _AVAILABLE)(cells).value.isnotnull()
        )

    return Source(
        name="stock_counts",
        title=title,
        needs=(SKU, (*counted, *_AVAILABLE), date),
        is_generic=True,
        personal=r"\b(by|par|operator|operateur|responsable|counter|compteur|employe)\b",
        tables=(
            Table(
                "stock_levels",
                {
                    "location": first(by_first(text, WAREHOUSE), constant("stock")),
                    "sku": by_first(identifier, SKU),
                    "at": by_first(time, date),
                    "on_hand": on_hand,
                    "available": available,
                },
                where=is_counted,
            ),
        ),
    )


COUNTS = _counts("Counts of stock (table)", _COUNTED, _DATE)
# 'Quantity' alone is also what was ordered or returned: then the date must say that it was counted
COUNTS_BY_DATE = _counts("Counts of stock, by date of the count (table)", QUANTITY, _COUNT_DATE)
