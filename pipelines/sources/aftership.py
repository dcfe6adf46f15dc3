"""AfterShip: tracked parcels with their scans, and returns (API or webhook, JSON).

What the formats won't tell: `order_id` of a parcel is what the shop wrote there, usually the order's number. `Expired`
means 30 days of silence, not a loss. Reasons of returns are the shop's own, in two levels: they are mapped as tags are.
A return item has no id of its own everywhere: its line is the shop's line id, else its SKU. When a return's parcel
arrived is not among the fields that are documented: `received_at` stays empty. The buyer's name and notes are not kept.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.carriers import AFTERSHIP, carrier, event
from pipelines.cells import reshaped
from pipelines.fields import constant, identifier, joined, one_of, text, time, whole
from pipelines.source import Source, Table

_TRACKING = identifier("$.tracking_number")
_ORDER = identifier("$.order_number", "$.order_id")

TRACKINGS = Source(
    name="aftership",
    title="AfterShip, parcels (API, JSON)",
    is_documents=True,
    needs=("tracking_number", "slug", "checkpoints"),
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": identifier("$.id", "$.tracking_number"),
                "order_id": _ORDER,
                "carrier": carrier("$.slug"),
                "service": text("$.shipment_type"),
                "tracking_number": _TRACKING,
                "shipped_at": time("$.shipment_pickup_date"),
                "delivered_at": time("$.shipment_delivery_date"),
                "updated_at": time("$.updated_at"),
                "status": event(
                    text("$.subtag_message"), (text("$.subtag"), AFTERSHIP), (text("$.tag"), AFTERSHIP)
                ),
            },
        ),
        Table(
            "tracking_events",
            {
                "tracking_number": _TRACKING,
                "order_ref": _ORDER,
                "scanned_at": time("@.checkpoint_time", "@.created_at"),
                "code_raw": text("@.subtag", "@.tag"),
                "event": event(text("@.message"), (text("@.subtag"), AFTERSHIP), (text("@.tag"), AFTERSHIP)),
            },
            each="$.checkpoints",
        ),
    ),
)

# One row a returned article, or one for a return without articles; a webhook carries the return in `data`. Two items
# of one line, returned for two reasons, are told apart by an ordinal.
_RETURNED_ITEMS = """
    with rmas as (
        select row_number, if(json_exists(doc, '$.data.rma_number'), json_extract(doc, '$.data'), doc) as rma
        from sheet_rows
    ),

    listed as (
        select row_number, rma, json_extract(rma, '$.return_items[*]') as items
        from rmas
    ),

    items as (
        select
            row_number,
            rma,
            unnest(if(len(items) = 0, [null::json], items)) as item,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    ),

    named as (
        select
            *,
            coalesce(
                item ->> '$.external_order_item_id', item ->> '$.external_id', item ->> '$.sku'
            ) as line
        from items
    )

    select
        row_number,
        line,
        nullif(row_number() over (partition by row_number, line order by position), 1)::varchar as ordinal,
        rma ->> '$.id' as id,
        rma ->> '$.rma_number' as rma_number,
        coalesce(rma ->> '$.approval_status', rma ->> '$.status') as status,
        rma ->> '$.created_at' as created_at,
        rma ->> '$.updated_at' as updated_at,
        rma ->> '$.order.order_number' as order_number,
        rma ->> '$.order.external_id' as order_external_id,
        item ->> '$.sku' as sku,
        coalesce(item ->> '$.return_quantity', item ->> '$.quantity') as quantity,
        item ->> '$.return_reason' as reason,
        item ->> '$.return_subreason' as subreason,
        item ->> '$.return_reason_comment' as comment
    from named
"""


def _returned_items(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_ITEMS)


_STATUSES = {
    "submitted": "open",
    "approved": "open",
    "shipped": "open",
    "received": "open",
    "done": "closed",
    "resolved": "closed",
    "rejected": "declined",
    "expired": "cancelled",
}

RETURNS = Source(
    name="aftership",
    title="AfterShip, returns (API, JSON)",
    is_documents=True,
    needs=(("rma_number", "data.rma_number"), ("return_items", "data.return_items")),
    prepare=_returned_items,
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("id", "rma_number"),
                "order_ref": identifier("order_number"),
                "order_id": identifier("order_external_id", "order_number"),
                "line_id": joined(text("line"), text("ordinal"), by="-"),
                "sku": identifier("sku"),
                "quantity": whole("quantity"),
                "status": one_of("status", values=_STATUSES, keep=True),
                "reason_raw": joined(text("reason"), text("subreason"), by=" > "),
                "reason_scheme": constant("shop.tag"),
                "requested_at": time("created_at"),
                "updated_at": time("updated_at"),
            },
            words=text("comment"),
        ),
    ),
)
