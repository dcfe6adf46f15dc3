"""Shopify: returns and refunds from the Admin API (JSON: whole answers, or one node a line as bulk operations give).

What the format won't tell: `DEFECTIVE` is displayed "Damaged or defective" and mixes the maker's fault and the
carrier's; `OTHER` and `UNKNOWN` say nothing, so the handle of the newer reason definition is then the reason. The money
of a refund is its total: the lines tell subtotals before tax and shipping, so the total is shared out over them, and
every cent stays counted once. A line with the restock type `cancel` was taken out before it was sent: that is a
cancellation, and the file does not say who asked for it. The order is named by its `name`, as the orders export names
it; REST refunds only know its numeric id. Notes of staff and customers are read for phrases and not kept.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.fields import constant, first, gid, identifier, joined, money, one_of, text, time, whole
from pipelines.source import Source, Table

# One row a returned line. Two reasons for units of one line are two lines of the return: they get an ordinal.
_RETURNED_LINES = """
    with nodes as (
        select row_number, coalesce(json_extract(doc, '$.node'), doc) as node
        from sheet_rows
    ),

    listed as (
        select
            row_number,
            node,
            list_concat(
                json_extract(node, '$.returnLineItems.edges[*].node'), json_extract(node, '$.returnLineItems.nodes[*]')
            ) as items
        from nodes
    ),

    lines as (
        select
            row_number,
            node,
            unnest(if(len(items) = 0, [null::json], items)) as line,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    ),

    named as (
        select
            *,
            coalesce(
                line ->> '$.fulfillmentLineItem.lineItem.id', line ->> '$.lineItem.id', line ->> '$.id'
            ) as line_item
        from lines
    )

    select
        row_number,
        line_item,
        nullif(row_number() over (partition by row_number, line_item order by position), 1)::varchar as ordinal,
        node ->> '$.id' as id,
        node ->> '$.name' as name,
        node ->> '$.status' as status,
        node ->> '$.createdAt' as "createdAt",
        node ->> '$.order.name' as "order name",
        node ->> '$.order.id' as "order id",
        line ->> '$.quantity' as quantity,
        coalesce(
            line ->> '$.fulfillmentLineItem.lineItem.sku', line ->> '$.lineItem.sku'
        ) as sku,
        line ->> '$.returnReason' as "returnReason",
        line ->> '$.returnReasonDefinition.handle' as handle,
        line ->> '$.returnReasonNote' as "returnReasonNote",
        line ->> '$.customerNote' as "customerNote"
    from named
"""

# One row a refunded line with its share of the total, or one for a refund without lines.
_REFUNDED_LINES = """
    with nodes as (
        select row_number, coalesce(json_extract(doc, '$.node'), doc) as node
        from sheet_rows
    ),

    listed as (
        select
            row_number,
            node,
            list_concat(
                list_concat(
                    json_extract(node, '$.refundLineItems.edges[*].node'),
                    json_extract(node, '$.refundLineItems.nodes[*]')
                ),
                json_extract(node, '$.refund_line_items[*]')
            ) as items,
            list_sum(
                list_transform(
                    list_filter(
                        json_extract(node, '$.transactions[*]'),
                        lambda t: t ->> '$.kind' = 'refund' and coalesce(t ->> '$.status', 'success') = 'success'
                    ),
                    lambda t: try_cast(t ->> '$.amount' as decimal(18, 3))
                )
            ) as paid_back
        from nodes
    ),

    lines as (
        select
            row_number,
            node,
            paid_back,
            unnest(if(len(items) = 0, [null::json], items)) as line,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    ),

    told as (
        select
            *,
            coalesce(line ->> '$.lineItem.id', line ->> '$.line_item_id', line ->> '$.line_item.id') as line_item,
            try_cast(
                coalesce(node ->> '$.totalRefundedSet.shopMoney.amount', paid_back::varchar) as decimal(18, 3)
            ) as total,
            coalesce(
                try_cast(
                    coalesce(line ->> '$.subtotalSet.shopMoney.amount', line ->> '$.subtotal') as decimal(18, 3)
                ),
                0
            ) as subtotal
        from lines
    ),

    shared as (
        select
            *,
            round(
                coalesce(total * subtotal / nullif(sum(subtotal) over (partition by row_number), 0), 0), 2
            ) as share
        from told
    )

    select
        row_number,
        line_item,
        nullif(row_number() over (partition by row_number, line_item order by position), 1)::varchar as ordinal,
        -- rounding, and a refund of shipping alone, stay with the first line
        case
            when total is null then nullif(subtotal, 0)
            when position = 1 then total - (sum(share) over (partition by row_number) - share)
            else share
        end::varchar as amount,
        coalesce(
            node ->> '$.totalRefundedSet.shopMoney.currencyCode',
            line ->> '$.subtotalSet.shopMoney.currencyCode',
            node ->> '$.transactions[0].currency'
        ) as currency,
        node ->> '$.id' as id,
        coalesce(node ->> '$.createdAt', node ->> '$.processed_at', node ->> '$.created_at') as "createdAt",
        coalesce(node ->> '$.updatedAt', node ->> '$.updated_at') as "updatedAt",
        node ->> '$.order.name' as "order name",
        coalesce(node ->> '$.order.id', node ->> '$.order_id') as "order id",
        node ->> '$.order.cancelReason' as "cancelReason",
        node ->> '$.return.id' as "return",
        node ->> '$.transactions[0].gateway' as gateway,
        coalesce(line ->> '$.lineItem.sku', line ->> '$.line_item.sku') as sku,
        line ->> '$.quantity' as quantity,
        lower(coalesce(line ->> '$.restockType', line ->> '$.restock_type')) as restock_type
    from shared
"""


def _returned_lines(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_LINES)


def _refunded_lines(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _REFUNDED_LINES)


def _is_taken_out(_: Cells) -> Expression:
    return ColumnExpression("restock_type") == ConstantExpression("cancel")


_ORDER = first(identifier("order name"), gid("order id"))
_LINE = joined(gid("line_item"), text("ordinal"), by="-")
STATUSES = {
    "open": "open",
    "requested": "open",
    "closed": "closed",
    "declined": "declined",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}

RETURNS = Source(
    name="shopify",
    title="Shopify, returns (API, JSON)",
    is_documents=True,
    needs=(("returnLineItems", "node.returnLineItems"), ("order", "node.order"), ("status", "node.status")),
    prepare=_returned_lines,
    tables=(
        Table(
            "returns",
            {
                "return_id": gid("id"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": identifier("sku"),
                "quantity": whole("quantity"),
                "status": one_of("status", values=STATUSES, keep=True),
                "reason_raw": first(
                    one_of("returnReason", values={"other": None, "unknown": None}, keep=True),
                    text("handle", "returnReason"),
                ),
                "reason_scheme": constant("shopify.return"),
                "requested_at": time("createdAt"),
            },
            words=joined(text("returnReasonNote"), text("customerNote"), by="\n"),
        ),
    ),
)

_REFUNDS = (
    Table(
        "refunds",
        {
            "refund_id": gid("id"),
            "order_id": _ORDER,
            "line_id": _LINE,
            "sku": identifier("sku"),
            "refunded_at": time("createdAt"),
            "updated_at": time("updatedAt"),
            "amount_cents": money("amount", currency=text("currency")),
            "currency": text("currency"),
            "payment_method": text("gateway"),
            "restock_type": text("restock_type"),
            "return_id": gid("return"),
        },
    ),
    Table(
        "cancellations",
        {
            "cancellation_id": joined(gid("id"), _LINE, by="/"),
            "order_id": _ORDER,
            "line_id": _LINE,
            "sku": identifier("sku"),
            "quantity": whole("quantity"),
            "cancelled_at": time("createdAt"),
            "updated_at": time("updatedAt"),
            "reason_raw": text("cancelReason"),
            "reason_scheme": constant("shopify.cancel"),
            "declared_by": first(
                one_of(
                    "cancelReason",
                    values={
                        "customer": "customer",
                        "declined": "payment",
                        "fraud": "merchant",
                        "inventory": "merchant",
                        "staff": "merchant",
                    },
                ),
                constant("unknown"),
            ),
            "restocked": constant(True),
            "refunded_at": time("createdAt"),
            "derived_from": constant("restock_type"),
        },
        where=_is_taken_out,
    ),
)

REFUNDS = Source(
    name="shopify",
    title="Shopify, refunds (API, JSON)",
    is_documents=True,
    needs=(("refundLineItems", "node.refundLineItems"), ("totalRefundedSet", "node.totalRefundedSet")),
    prepare=_refunded_lines,
    tables=_REFUNDS,
)

REST_REFUNDS = Source(
    name="shopify",
    title="Shopify, refunds (REST, JSON)",
    is_documents=True,
    needs=("refund_line_items", "order_id", "created_at"),
    prepare=_refunded_lines,
    tables=_REFUNDS,
)
