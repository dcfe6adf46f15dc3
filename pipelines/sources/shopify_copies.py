"""Shopify: tables that a copying service (Fivetran) makes of its GraphQL API in a warehouse, exported as CSV.

What the format won't tell: each table is a part. Refunds name their order (by its internal number only, as REST does)
and their return; returns name their order and what became of them, and no day: the day they were last copied is the
only one there is, so a first copy of everything dates all of them alike. The lines of refunds and of returns name
neither order nor day nor article, and stock is counted by internal numbers: those tables are refused, with where the
same can be had whole. Notes are not kept.
"""

from __future__ import annotations

from pipelines.fields import identifier, money, one_of, text, time
from pipelines.source import Source, Table, Unusable
from pipelines.sources.shopify_returns import STATUSES

_CURRENCY = text("total_refunded_set_shop_currency_code")

REFUND_COPY = Source(
    name="shopify",
    title="Shopify, refunds (copied to a warehouse)",
    needs=("id", "order_id", "created_at", "total_refunded_set_shop_amount", "_fivetran_synced"),
    personal=r"^staff ",
    tables=(
        Table(
            "refunds",
            {
                "refund_id": identifier("id"),
                "order_id": identifier("order_id"),
                "refunded_at": time("created_at", zone="UTC"),
                "updated_at": time("updated_at", zone="UTC"),
                "amount_cents": money("total_refunded_set_shop_amount", currency=_CURRENCY),
                "currency": _CURRENCY,
                "return_id": identifier("return_id"),
            },
        ),
    ),
)

RETURN_COPY = Source(
    name="shopify",
    title="Shopify, returns (copied to a warehouse)",
    needs=("id", "order_id", "name", "status", "decline_reason", "total_quantity", "_fivetran_synced"),
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("id"),
                "order_id": identifier("order_id"),
                "status": one_of("status", values=STATUSES, keep=True),
                "updated_at": time("_fivetran_synced", zone="UTC"),
            },
        ),
    ),
)

REFUND_LINES = Unusable(
    needs=("refund_id", "order_line_id", "restock_type", "_fivetran_synced"), message="shopify_refund_lines"
)
RETURN_LINES = Unusable(
    needs=(
        "return_id",
        ("order_line_id", "fulfillment_line_item_id"),
        "refundable_quantity",
        "_fivetran_synced",
    ),
    message="shopify_return_lines",
)
QUANTITIES = Unusable(
    needs=("inventory_item_id", "inventory_level_id", "name", "quantity"), message="shopify_quantities"
)
