"""Walmart Marketplace: orders of the API (JSON) of the US, Canada and Mexico, with cancellations, refunds and parcels.

What the format won't tell: an order has two ids. `purchaseOrderId` is the seller's, one for each place it leaves from;
`customerOrderId` is the buyer's, and what a ticket quotes: orders are known by it, lines by both. A line may be split:
each of its statuses holds for a quantity, so that one unit is cancelled and one shipped. A refund stands at its line,
with charges (and taxes) that are negative in some answers; its reason is the first that a charge gives. Nothing says
when a line was cancelled but the date of its last status. Amounts of a charge are for the line. Mexico has lists where
the others have lists in objects, parcels beside the lines, and reasons of its own. An order that the seller did not
ship within 7 days is cancelled by Walmart, without a reason.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.fields import (
    constant,
    customer,
    first,
    flag,
    identifier,
    joined,
    money,
    one_of,
    text,
    time,
    whole,
)
from pipelines.source import Source, Table
from pipelines.sources.walmart_reports import DECLARED_BY, FULFILLED_BY

# One order is answered within `order`; Mexican ones have their lines as a list, the others within an object.
_TOLD = """
    with orders as (
        select
            row_number,
            coalesce(json_extract(doc, '$.order'), doc::json) as "order"
        from sheet_rows
    ),

    listed as (
        select
            *,
            json_type("order", '$.orderLines') = 'ARRAY' as is_mexican,
            list_concat(
                coalesce(json_extract("order", '$.orderLines.orderLine[*]'), []),
                coalesce(json_extract("order", '$.orderLines[*]'), [])
            ) as lines
        from orders
    ),

    told as (
        select
            *,
            list_transform(lines, lambda line: json_object(
                'line', line,
                'number', coalesce(line ->> '$.lineNumber', line ->> '$.primeLineNumber'),
                'product_charge', list_filter(
                    list_concat(
                        coalesce(json_extract(line, '$.charges.charge[*]'), []),
                        coalesce(json_extract(line, '$.charges[*]'), [])
                    ),
                    lambda charge: upper(charge ->> '$.chargeType') = 'PRODUCT'
                )[1],
                'statuses', list_concat(
                    coalesce(json_extract(line, '$.orderLineStatuses.orderLineStatus[*]'), []),
                    coalesce(json_extract(line, '$.orderLineStatus[*]'), [])
                ),
                'refund_charges', coalesce(json_extract(line, '$.refund.refundCharges.refundCharge[*]'), [])
            )) as told_lines
        from listed
    ),

    lined as (
        select
            row_number,
            "order",
            is_mexican,
            list_transform(told_lines, lambda line: json_object(
                'line', line -> '$.line',
                'number', line ->> '$.number',
                'currency', coalesce(
                    line ->> '$.product_charge.chargeAmount.currency', line ->> '$.line.item.unitPrice.currency'
                ),
                'unit_price', coalesce(
                    (
                        try_cast(line ->> '$.product_charge.chargeAmount.amount' as decimal(18, 3))
                        / nullif(try_cast(line ->> '$.line.orderLineQuantity.amount' as double)::integer, 0)
                    )::varchar,
                    line ->> '$.line.item.unitPrice.amount'
                ),
                'status', case
                    when len(json_extract(line, '$.statuses[*]')) = len(list_filter(
                        json_extract(line, '$.statuses[*]'), lambda each: lower(each ->> '$.status') = 'cancelled'
                    )) then 'cancelled'
                    when list_bool_or(list_transform(
                        json_extract(line, '$.statuses[*]'),
                        lambda each: lower(each ->> '$.status') in ('shipped', 'delivered', 'refund', 'refunded')
                    )) then 'shipped'
                    else 'open'
                end,
                'is_split', len(json_extract(line, '$.statuses[*]')) > 1,
                'statuses', line -> '$.statuses',
                'refund_charges', line -> '$.refund_charges'
            )) as lines
        from told
    ),

    flat as (
        select
            *,
            flatten(list_transform(lines, lambda line: list_transform(
                json_extract(line, '$.statuses[*]'),
                lambda each, place: json_object(
                    'number', line ->> '$.number',
                    'sku', line ->> '$.line.item.sku',
                    'ordinal', if(place > 1, place, null),
                    'is_split', line -> '$.is_split',
                    'status', each,
                    'told_at', coalesce(each ->> '$.statusDate', line ->> '$.line.statusDate')
                )
            ))) as statuses
        from lined
    ),

    gathered as (
        select
            *,
            "order" ->> '$.customerOrderId' as customer_order,
            list_filter(statuses, lambda each: each ->> '$.status.trackingInfo.trackingNumber' is not null) as parcels,
            case
                when list_bool_and(list_transform(lines, lambda line: line ->> '$.status' = 'cancelled'))
                    then 'cancelled'
                when list_bool_and(list_transform(lines, lambda line: line ->> '$.status' in ('shipped', 'cancelled')))
                    then 'fulfilled'
                when list_bool_or(list_transform(lines, lambda line: line ->> '$.status' = 'shipped')) then 'partial'
                else 'unfulfilled'
            end as state,
            lower(replace("order" ->> '$.shipNode.type', ' ', '')) as node_type,
            "order" ->> '$.shipNode.name' as node_name
        from flat
    ),

    -- what differs between the parts of a buyer's order is said of none of them
    joined as (
        select
            *,
            case
                when bool_and(state = 'cancelled') over parts then 'cancelled'
                when bool_and(state in ('fulfilled', 'cancelled')) over parts then 'fulfilled'
                when bool_or(state in ('fulfilled', 'partial')) over parts then 'partial'
                else 'unfulfilled'
            end as fulfilment,
            if(min(node_type) over parts = max(node_type) over parts, node_type, null) as node_type_of_all,
            if(min(node_name) over parts = max(node_name) over parts, node_name, null) as node_name_of_all
        from gathered
        window parts as (partition by customer_order)
    )

    select
        row_number,
        json_object(
            'order', "order",
            'lines', lines,
            'cancelled', list_filter(statuses, lambda each: lower(each ->> '$.status.status') = 'cancelled'),
            'cancel_scheme', if(is_mexican, 'walmart.mx', 'walmart.cancel'),
            'parcels', list_concat(
                list_transform(parcels, lambda each: json_object(
                    'number', each ->> '$.status.trackingInfo.trackingNumber',
                    'carrier', coalesce(
                        each ->> '$.status.trackingInfo.carrierName.carrier',
                        each ->> '$.status.trackingInfo.carrierName.otherCarrier'
                    ),
                    'service', each ->> '$.status.trackingInfo.methodCode',
                    'shipped_at', each ->> '$.status.trackingInfo.shipDateTime'
                )),
                list_transform(
                    list_filter(
                        coalesce(json_extract("order", '$.shipments[*]'), []),
                        lambda each: each ->> '$.trackingNumber' is not null
                    ),
                    lambda each: json_object(
                        'number', each ->> '$.trackingNumber',
                        'carrier', each ->> '$.carrier',
                        'service', each ->> '$.methodCode',
                        'shipped_at', each ->> '$.shipDateTime'
                    )
                )
            ),
            'refunds', list_transform(
                list_filter(lines, lambda line: len(json_extract(line, '$.refund_charges[*]')) > 0),
                lambda line: json_object(
                    'id', line ->> '$.line.refund.refundId',
                    'number', line ->> '$.number',
                    'sku', line ->> '$.line.item.sku',
                    'refunded_at', if(
                        list_contains(
                            list_transform(
                                json_extract(line, '$.statuses[*]'), lambda each: lower(each ->> '$.status')
                            ),
                            'refund'
                        ),
                        line ->> '$.line.statusDate',
                        null
                    ),
                    'reason', line ->> '$.refund_charges[0].refundReason',
                    'currency', line ->> '$.refund_charges[0].charge.chargeAmount.currency',
                    'amount', abs(list_sum(list_transform(
                        json_extract(line, '$.refund_charges[*]'),
                        lambda each: coalesce(
                            try_cast(each ->> '$.charge.chargeAmount.amount' as decimal(18, 3)), 0
                        ) + coalesce(try_cast(each ->> '$.charge.tax.taxAmount.amount' as decimal(18, 3)), 0)
                    )))::varchar
                )
            ),
            'fulfilment', fulfilment,
            'node_type', node_type_of_all,
            'node_name', node_name_of_all,
            'currency', lines[1] ->> '$.currency'
        )::varchar as doc
    from joined
"""


def _told(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _TOLD)


def _is_lines_refund(cells: Cells) -> Expression:
    return identifier("@.number")(cells).value.isnotnull()


_ORDER = identifier("$.order.customerOrderId", "$.order.purchaseOrderId")
_PO = identifier("$.order.purchaseOrderId")
_PLACED = time("$.order.orderDate", zone="UTC")
_LINE = joined(_PO, identifier("@.number"), by="/")
_LINE_CURRENCY = text("@.currency")

ORDERS = Source(
    name="walmart",
    title="Walmart, orders (API, JSON)",
    is_documents=True,
    needs=(
        ("purchaseOrderId", "order.purchaseOrderId"),
        ("customerOrderId", "order.customerOrderId"),
        ("orderLines", "order.orderLines"),
        ("shippingInfo", "order.shippingInfo"),
    ),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("walmart"),
                "channel_raw": text("$.order.mart"),
                "placed_at": _PLACED,
                "ship_by_at": time("$.order.shippingInfo.estimatedShipDate", zone="UTC"),
                "deliver_by_at": time("$.order.shippingInfo.estimatedDeliveryDate", zone="UTC"),
                "shipped_at": time("$.parcels[0].shipped_at", zone="UTC"),
                "payment_status": constant("paid"),
                "fulfilment_status": text("$.fulfilment"),
                "fulfilled_by": one_of("$.node_type", values=FULFILLED_BY),
                "warehouse": text("$.node_name"),
                "country": text("$.order.shippingInfo.postalAddress.country"),
                "region": text("$.order.shippingInfo.postalAddress.state"),
                "currency": text("$.order.orderTotal.currency", "$.currency"),
                "total_cents": money(
                    "$.order.orderSummary.totalAmount.currencyAmount",
                    "$.order.orderTotal.amount",
                    currency=text("$.order.orderTotal.currency", "$.currency"),
                ),
                "customer_key": customer("$.order.customerEmailId"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": _PLACED,
                "sku": identifier("@.line.item.sku"),
                "product": text("@.line.item.productName"),
                "quantity": whole("@.line.orderLineQuantity.amount"),
                "unit_price_cents": money("@.unit_price", currency=_LINE_CURRENCY),
                "currency": _LINE_CURRENCY,
                "line_status": text("@.status"),
            },
            each="$.lines",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_LINE, text("@.ordinal"), by="-"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": identifier("@.sku"),
                "quantity": whole("@.status.statusQuantity.amount"),
                "cancelled_at": time("@.told_at", zone="UTC"),
                "reason_raw": text("@.status.cancellationReason"),
                "reason_scheme": text("$.cancel_scheme"),
                "declared_by": first(
                    one_of("@.status.cancellationReason", values=DECLARED_BY), constant("unknown")
                ),
                "is_partial": flag("@.is_split"),
            },
            each="$.cancelled",
        ),
        Table(
            "refunds",
            {
                "refund_id": first(identifier("@.id"), _LINE),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": identifier("@.sku"),
                "refunded_at": time("@.refunded_at", zone="UTC"),
                "amount_cents": money("@.amount", currency=_LINE_CURRENCY),
                "currency": _LINE_CURRENCY,
                "reason_raw": text("@.reason"),
                "reason_scheme": constant("walmart.refund"),
            },
            where=_is_lines_refund,
            each="$.refunds",
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_PO, identifier("@.number"), by="/"),
                "order_id": _ORDER,
                "carrier": text("@.carrier"),
                "service": text("@.service"),
                "tracking_number": identifier("@.number"),
                "shipped_at": time("@.shipped_at", zone="UTC"),
            },
            each="$.parcels",
        ),
    ),
)
