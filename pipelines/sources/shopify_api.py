"""Shopify: orders with their lines from the GraphQL Admin API (JSON: whole answers, or one order a line).

What the format won't tell: an order and its lines must meet themselves in the orders export (CSV), so an order is its
`name` and a line its SKU and ordinal, not the API's ids. A line was taken out before it was sent when a refund of the
order says so (restock type `CANCEL`); `currentQuantity` sinks for returned articles as well and tells nothing. Unlike
the CSV, the API says why an order was cancelled. An order refunded whole before anything left was cancelled too, as in
the CSV. No field tells when an order was paid or sent: parcels do (see shopify_shipments). What was refunded and
returned is read from the refunds and returns themselves (see shopify_returns).
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.fields import (
    constant,
    first,
    gid,
    identifier,
    joined,
    listed,
    money,
    one_of,
    split,
    text,
    time,
    whole,
)
from pipelines.source import Source, Table
from pipelines.sources.shopify import marketplace_order, sold_on
from pipelines.sources.shopify_shipments import DECLARED_BY

# One row a line, or one for an order without lines; the first of an order stands for the order itself.
_LINES = r"""
    with nodes as (
        select row_number, coalesce(json_extract(doc, '$.node'), doc) as node
        from sheet_rows
    ),

    listed as (
        select
            row_number,
            node,
            list_concat(
                json_extract(node, '$.lineItems.nodes[*]'), json_extract(node, '$.lineItems.edges[*].node')
            ) as items,
            list_concat(
                json_extract(node, '$.refunds[*].refundLineItems.nodes[*]'),
                json_extract(node, '$.refunds[*].refundLineItems.edges[*].node')
            ) as refunded_items
        from nodes
    ),

    lines as (
        select
            row_number,
            node,
            list_filter(refunded_items, lambda item: lower(item ->> '$.restockType') = 'cancel') as taken_out,
            unnest(if(len(items) = 0, [null::json], items)) as line,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    ),

    told as (
        select
            *,
            coalesce(
                list_sum(
                    list_transform(
                        list_filter(taken_out, lambda item: item ->> '$.lineItem.id' = line ->> '$.id'),
                        lambda item: try_cast(item ->> '$.quantity' as bigint)
                    )
                ),
                0
            ) as taken_out_quantity,
            lower(node ->> '$.displayFinancialStatus') as payment_status,
            case
                when lower(node ->> '$.displayFulfillmentStatus') = 'partially_fulfilled' then 'partial'
                when lower(node ->> '$.displayFulfillmentStatus') in ('fulfilled', 'restocked')
                    then lower(node ->> '$.displayFulfillmentStatus')
                else 'unfulfilled'
            end as fulfilment_status,
            list_min(json_extract_string(node, '$.refunds[*].createdAt')) as first_refund_at
        from lines
    )

    select
        row_number,
        position = 1 as is_order,
        line is not null as is_line,
        node ->> '$.id' as id,
        node ->> '$.name' as name,
        node ->> '$.createdAt' as "createdAt",
        node ->> '$.updatedAt' as "updatedAt",
        node ->> '$.cancelledAt' as "cancelledAt",
        node ->> '$.cancelReason' as "cancelReason",
        coalesce(node ->> '$.cancelledAt', first_refund_at) as cancelled_at,
        payment_status,
        fulfilment_status,
        node ->> '$.sourceName' as "sourceName",
        coalesce(node ->> '$.currencyCode', node ->> '$.totalPriceSet.shopMoney.currencyCode') as currency,
        node ->> '$.totalPriceSet.shopMoney.amount' as total,
        node ->> '$.totalRefundedSet.shopMoney.amount' as refunded,
        node ->> '$.shippingAddress.countryCodeV2' as country,
        node ->> '$.shippingAddress.provinceCode' as region,
        array_to_string(json_extract_string(node, '$.tags[*]'), ',') as tags,
        array_to_string(
            list_transform(
                json_extract(node, '$.customAttributes[*]'),
                lambda each: (each ->> '$.key') || ': ' || coalesce(each ->> '$.value', '')
            ),
            chr(10)
        ) as "Note Attributes",
        line ->> '$.sku' as sku,
        line ->> '$.name' as "line name",
        line ->> '$.title' as title,
        nullif(line ->> '$.variantTitle', 'Default Title') as "variantTitle",
        line ->> '$.vendor' as vendor,
        line ->> '$.quantity' as quantity,
        line ->> '$.originalUnitPriceSet.shopMoney.amount' as price,
        row_number() over (
            partition by row_number, coalesce(nullif(trim(line ->> '$.sku'), ''), line ->> '$.name') order by position
        )::varchar as ordinal,
        case
            when line ->> '$.requiresShipping' = 'false' then 'not_shippable'
            when taken_out_quantity >= try_cast(line ->> '$.quantity' as bigint) then 'cancelled'
            when
                fulfilment_status <> 'unfulfilled'
                and try_cast(line ->> '$.unfulfilledQuantity' as bigint)
                < try_cast(line ->> '$.quantity' as bigint) - taken_out_quantity
                then 'shipped'
            when node ->> '$.cancelledAt' is not null then 'cancelled'
            when fulfilment_status = 'fulfilled' and line ->> '$.unfulfilledQuantity' is null then 'shipped'
            else 'open'
        end as line_status,
        case
            when node ->> '$.cancelledAt' is not null
                then if(
                    payment_status in ('paid', 'partially_paid')
                    and coalesce(try_cast(node ->> '$.totalPriceSet.shopMoney.amount' as decimal(18, 3)), 1) > 0,
                    'cancelled_not_refunded',
                    'cancelled_at'
                )
            when
                payment_status = 'refunded' and fulfilment_status in ('unfulfilled', 'restocked') and len(taken_out) = 0
                then if(first_refund_at is null, 'refunded_unfulfilled:placed_at', 'refunded_unfulfilled:refunded_at')
        end as cancellation
    from told
"""


def _lines(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _LINES)


def _is_order(_: Cells) -> Expression:
    return ColumnExpression("is_order")


def _is_line(_: Cells) -> Expression:
    return ColumnExpression("is_line")


def _is_cancelled(_: Cells) -> Expression:
    return ColumnExpression("is_order") & ColumnExpression("cancellation").isnotnull()


_NAME = identifier("name")
_CURRENCY = text("currency")
_PLACED = time("createdAt")

ORDERS = Source(
    name="shopify",
    title="Shopify, orders (API, JSON)",
    is_documents=True,
    needs=(
        ("lineItems", "node.lineItems"),
        ("name", "node.name"),
        ("createdAt", "node.createdAt"),
        ("displayFinancialStatus", "node.displayFinancialStatus"),
        ("displayFulfillmentStatus", "node.displayFulfillmentStatus"),
    ),
    prepare=_lines,
    tables=(
        Table(
            "orders",
            {
                "order_id": _NAME,
                "order_name": _NAME,
                "order_ref": first(marketplace_order(), _NAME),
                "other_refs": listed(gid("id")),
                "channel": sold_on("sourceName"),
                "channel_raw": text("sourceName"),
                "placed_at": _PLACED,
                "updated_at": time("updatedAt"),
                "cancelled_at": time("cancelledAt"),
                "payment_status": text("payment_status"),
                "fulfilment_status": text("fulfilment_status"),
                "country": text("country"),
                "region": text("region"),
                "currency": _CURRENCY,
                "total_cents": money("total", currency=_CURRENCY),
                "refunded_cents": money("refunded", currency=_CURRENCY),
                "tags": split("tags"),
            },
            where=_is_order,
        ),
        Table(
            "order_lines",
            {
                "order_id": _NAME,
                "line_id": joined(first(identifier("sku"), text("line name")), text("ordinal"), by="-"),
                "placed_at": _PLACED,
                "updated_at": time("updatedAt"),
                "sku": identifier("sku"),
                "product": text("title"),
                "variant": text("variantTitle"),
                "supplier": text("vendor"),
                "quantity": whole("quantity"),
                "unit_price_cents": money("price", currency=_CURRENCY),
                "currency": _CURRENCY,
                "line_status": text("line_status"),
            },
            where=_is_line,
        ),
        Table(
            "cancellations",
            {
                # the id under which an order with its parcels tells of it: not the CSV's, which knows no reason
                "cancellation_id": gid("id"),
                "order_id": _NAME,
                "cancelled_at": first(time("cancelled_at"), _PLACED),
                "updated_at": time("updatedAt"),
                "reason_raw": text("cancelReason"),
                "reason_scheme": constant("shopify.cancel"),
                "declared_by": first(one_of("cancelReason", values=DECLARED_BY), constant("unknown")),
                "is_partial": constant(False),
                "amount_cents": money("refunded", currency=_CURRENCY),
                "currency": _CURRENCY,
                "derived_from": one_of("cancellation", values={"cancelled_at": None}, keep=True),
            },
            where=_is_cancelled,
        ),
    ),
)
