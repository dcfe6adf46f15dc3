"""Shopify: the inventory export (CSV): what articles are called, and how many there are.

What the format won't tell: when it was made. Its counts are of the moment the file was written, unless a column `Date`
was added. A row is a variant at a place; an older layout has a row a variant and a column for
each place, whose counts are not read. `not stocked` is no count of zero. Fewer than none are available: more was sold
than there is. Titles of columns changed more than once. A variant without SKU cannot be met by an order's line and is
rejected. `Default Title` is the only variant of an article that has none.
"""

from __future__ import annotations

from duckdb import (
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    StarExpression,
)

from pipelines.cells import Cells, function, reshaped
from pipelines.fields import first, identifier, joined, one_of, text, time, whole, written
from pipelines.source import Source, Table

# The title of an article may stand in its first row only.
_TITLES = """
    select row_number, coalesce(title, any_value(title) over (partition by handle)) as article_title
    from sheet_rows
"""


def _titled(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with its article's title."""
    cells = Cells(rows.columns)
    read = [
        ColumnExpression(header).alias(name)
        for name in ("handle", "title")
        if (header := cells.find(name)) is not None
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TITLES)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


_ONLY = {"default title": None}
_DATE = (
    "Date",
    "Count date",
    "Inventory date",
    "As of",
    "Date d'inventaire",
    "Date de l'inventaire",
    "Compté le",
)
_AVAILABLE = r"~^available( not editable)?$"
_ON_HAND = r"~^on hand( current)?$"


def _is_counted(cells: Cells) -> Expression:
    counted = text(_ON_HAND)(cells).value
    is_stocked = CoalesceOperator(function("lower", counted), ConstantExpression("")) != ConstantExpression(
        "not stocked"
    )
    return counted.isnotnull() & is_stocked


INVENTORY = Source(
    name="shopify",
    title="Shopify, inventory (CSV)",
    needs=("Handle", "Title", "Option1 Name", "Option1 Value", "Option3 Value", "SKU"),
    prepare=_titled,
    tables=(
        Table(
            "products",
            {
                "sku": identifier("SKU"),
                "product": text("article_title"),
                "variant": joined(
                    one_of("Option1 Value", values=_ONLY, keep=True),
                    text("Option2 Value"),
                    text("Option3 Value"),
                    by=" / ",
                ),
            },
        ),
        Table(
            "stock_levels",
            {
                "location": text("Location"),
                "sku": identifier("SKU"),
                "at": first(time(*_DATE), written()),
                "on_hand": whole(_ON_HAND),
                "available": whole(_AVAILABLE),
            },
            where=_is_counted,
        ),
    ),
    # counts differ from place to place: beside one article they would be those of any of them
    personal=r".",
)
