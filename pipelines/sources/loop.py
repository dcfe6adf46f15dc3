"""Loop: returns of its interface and its webhooks (JSON), with their articles where the answer holds them.

What the format won't tell: the order is Shopify's, by its name and by its id (`provider_order_id`; `order_id` is Loop's
own). Amounts are texts; `refund` is what goes back in money, an exchange or a gift card is none. The plain list and the
details of a return name no article and no reason: those are in the webhooks and, where the shop has asked for it, in
detailed answers. Reasons are the shop's own, in two levels, and mapped as tags are. A return that is read from both
forms is there by its articles and once for itself: load one of them. `expired` is a label that nobody used: no return.
A label that moves says that the parcel is on its way, not when. Names of the fields of an article are unconfirmed.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.fields import constant, identifier, joined, money, one_of, text, time
from pipelines.source import Source, Table

# One row an article of a return, or one for a return that names none. What the inspection found may be a word or an
# object with a name; the refund of the whole return stays with its first article.
_RETURNED_ITEMS = """
    with listed as (
        select row_number, doc, json_extract(doc, '$.line_items[*]') as items
        from sheet_rows
    ),

    items as (
        select
            row_number,
            doc,
            unnest(if(len(items) = 0, [null::json], items)) as item,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    )

    select
        row_number,
        doc ->> '$.id' as id,
        doc ->> '$.state' as state,
        doc ->> '$.outcome' as outcome,
        doc ->> '$.order_name' as order_name,
        coalesce(doc ->> '$.provider_order_id', doc ->> '$.order_name') as provider_order_id,
        doc ->> '$.currency' as currency,
        if(position = 1, doc ->> '$.refund', null) as refund,
        doc ->> '$.created_at' as created_at,
        coalesce(doc ->> '$.edited_at', doc ->> '$.updated_at') as updated_at,
        coalesce(item ->> '$.provider_line_item_id', item ->> '$.line_item_id') as line,
        item ->> '$.sku' as sku,
        item ->> '$.outcome' as line_outcome,
        nullif(item ->> '$.parent_return_reason', '') as parent_reason,
        nullif(item ->> '$.return_reason', '') as reason,
        item ->> '$.return_comment' as comment,
        coalesce(item ->> '$.conditions.name', item ->> '$.conditions[0].name', item ->> '$.grading.name')
            as condition
    from items
"""

_STATES = {
    "open": "open",
    "review": "open",
    "closed": "closed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "expired": "cancelled",
}


def _returned_items(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_ITEMS)


RETURNS = Source(
    name="loop",
    title="Loop, returns (API, JSON)",
    is_documents=True,
    needs=("id", "state", "outcome", "order_name", "return_product_total"),
    prepare=_returned_items,
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("id"),
                "order_ref": identifier("order_name"),
                "order_id": identifier("provider_order_id"),
                "line_id": identifier("line"),
                "sku": identifier("sku"),
                "status": one_of("state", values=_STATES, keep=True),
                "reason_raw": joined(text("parent_reason"), text("reason"), by=" > "),
                "reason_scheme": constant("shop.tag"),
                "condition_raw": text("condition"),
                "condition_scheme": constant("3pl.condition"),
                "disposition": text("line_outcome", "outcome"),
                "requested_at": time("created_at"),
                "updated_at": time("updated_at"),
                "refund_cents": money("refund", currency=text("currency")),
                "currency": text("currency"),
            },
            words=text("comment"),
        ),
    ),
)
