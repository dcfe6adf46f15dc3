"""Amazon: what happened to stock in its warehouses (inventory ledger, and the older adjustments), and what is there.

What the format won't tell: the ledger's detail view has no id, and three equal rows are three events; a renamed article
is the same article. Shipments, receipts, transfers and returns are everyday work and have no reason; an adjustment has
a letter or figure as its reason. Damage is a pair: units leave the sellable ones with E, 6, 7, H, K or U and arrive as
damaged ones with P, and only the first counts. What is misplaced (M) is often found again (F): both are told. Day and
month stand in the order of the marketplace; a row's own time, where it has one, settles it.
The summary view has a row an article, place and condition: of those of a day, all are on hand and the sellable ones
available. Its columns Lost and Damaged repeat what the detail view tells, so they are not counted again.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, StarExpression

from pipelines.cells import Cells, reshaped
from pipelines.fields import constant, first, identifier, joined, text, time, whole
from pipelines.source import Source, Table

_SKU = first(identifier("MSKU"), identifier("FNSKU"))

LEDGER_DETAIL = Source(
    name="amazon",
    title="Amazon, inventory ledger (detail view)",
    needs=("FNSKU", "MSKU", "Event Type", "Reference ID", "Quantity", "Disposition", "Reason"),
    tables=(
        Table(
            "stock_moves",
            {
                "location": text("Fulfillment Center"),
                "sku": _SKU,
                "at": time("Date and Time", "Date"),
                "delta": whole("Quantity"),
                "reason_raw": text("Reason"),
                "reason_scheme": constant("amazon.adjust"),
            },
        ),
    ),
)

# The older report: a row an adjustment, with an id. A pair shares neither reason nor condition.
ADJUSTMENTS = Source(
    name="amazon",
    title="Amazon, inventory adjustments",
    needs=("adjusted-date", "transaction-item-id", "fnsku", "fulfillment-center-id", "reason", "disposition"),
    tables=(
        Table(
            "stock_moves",
            {
                "move_id": joined(
                    identifier("transaction-item-id"), text("reason"), text("disposition"), by="/"
                ),
                "location": text("fulfillment-center-id"),
                "sku": first(identifier("sku"), identifier("fnsku")),
                "at": time("adjusted-date"),
                "delta": whole("quantity"),
                "reason_raw": text("reason"),
                "reason_scheme": constant("amazon.adjust"),
            },
        ),
    ),
)

#: what the rows of one article, place and day are put together by
_READ = {
    "own_date": "Date",
    "own_place": "Location",
    "own_sku": "MSKU",
    "own_fnsku": "FNSKU",
    "own_state": "Disposition",
    "own_balance": "Ending Warehouse Balance",
}
# A balance that is no number keeps its text, so that its row can be rejected with it.
_ADDED_UP = r"""
    select
        row_number,
        coalesce(
            sum(try_cast(own_balance as bigint)) over counted::varchar,
            own_balance
        ) as on_hand,
        (
            sum(try_cast(own_balance as bigint)) filter (where upper(own_state) = 'SELLABLE') over counted
        )::varchar as sellable
    from sheet_rows
    window counted as (partition by own_date, own_place, coalesce(own_sku, own_fnsku))
"""


def _added_up(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with what its article has on hand and available at its place on its day."""
    cells = Cells(rows.columns)
    read = [
        ColumnExpression(header).alias(name)
        for name, wanted in _READ.items()
        if (header := cells.find(wanted)) is not None
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _ADDED_UP)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


LEDGER_SUMMARY = Source(
    name="amazon",
    title="Amazon, inventory ledger (summary view)",
    needs=tuple(_READ.values()),
    prepare=_added_up,
    tables=(
        Table(
            "stock_levels",
            {
                "location": text("Location"),
                "sku": _SKU,
                "at": time("Date"),
                "on_hand": whole("on_hand"),
                "available": whole("sellable"),
            },
        ),
    ),
    # what a row says of its own condition is not true of its article: nothing is kept beside the sums
    personal=r".",
)
