"""Shopify: the inventory export (CSV): what articles are called, by SKU.

What the format won't tell: when it was made, so its counts belong to no moment and are not kept. A row is a variant at
a place; an older layout has a row a variant and a column for each place. A variant without SKU cannot be met by an
order's line and is rejected. `Default Title` is the only variant of an article that has none.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, StarExpression

from pipelines.cells import Cells, reshaped
from pipelines.fields import identifier, joined, one_of, text
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
    ),
    # counts differ from place to place: beside one article they would be those of any of them
    personal=r".",
)
