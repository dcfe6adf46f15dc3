"""Shopify: parcels (fulfilments of the Admin API, JSON), by themselves or inside their orders.

What the format won't tell: a fulfilment is named after its order, '#1050.1' or '#1050-F1', and that is how a REST
fulfilment, which knows the order's internal number only, meets it. One with several tracking numbers is as many
parcels. A cancelled one never left: it has neither carrier nor place, so that it cannot contradict the one that
replaced it. `CONFIRMED` means that the carrier knows of the label, `FAILURE` that tracking failed, not the delivery.
REST names the place by its number. Inside an order stands why it was cancelled, which its CSV export does not say; of
such an order nothing else is read: its lines and amounts are in the CSV.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.carriers import carrier
from pipelines.cells import Cells, reshaped
from pipelines.fields import constant, first, gid, identifier, joined, matched, one_of, text, time, when
from pipelines.source import Source, Table

# One row a parcel, one a scan of it, and one a cancelled order.
_PARCELS = r"""
    with nodes as (
        select row_number, coalesce(json_extract(doc, '$.node'), doc) as node
        from sheet_rows
    ),

    fulfilments as (
        select
            row_number,
            node ->> '$.name' as order_name,
            node ->> '$.id' as order_id,
            unnest(
                list_concat(
                    json_extract(node, '$.fulfillments[*]'),
                    list_concat(
                        json_extract(node, '$.fulfillments.nodes[*]'),
                        json_extract(node, '$.fulfillments.edges[*].node')
                    )
                )
            ) as fulfilment
        from nodes
        where json_exists(node, '$.fulfillments')
        union all
        select
            row_number,
            coalesce(
                node ->> '$.order.name', nullif(regexp_extract(node ->> '$.name', '^(.+)[.-]F?\d+$', 1), '')
            ),
            coalesce(node ->> '$.order.id', node ->> '$.order_id'),
            node
        from nodes
        where not json_exists(node, '$.fulfillments')
    ),

    numbered as (
        select
            *,
            list_concat(
                list_concat(
                    json_extract_string(fulfilment, '$.trackingInfo[*].number'),
                    json_extract_string(fulfilment, '$.tracking_numbers[*]')
                ),
                if(
                    coalesce(json_array_length(fulfilment, '$.tracking_numbers'), 0) = 0,
                    [fulfilment ->> '$.tracking_number'],
                    []
                )
            ).list_filter(lambda number: number is not null).list_distinct().list_sort() as numbers
        from fulfilments
    ),

    parcels as (
        select
            *,
            unnest(if(len(numbers) = 0, [null::varchar], numbers)) as tracking_number,
            nullif(generate_subscripts(if(len(numbers) = 0, [null::varchar], numbers), 1), 1)::varchar as ordinal
        from numbered
    ),

    scans as (
        select
            *,
            unnest(
                list_concat(
                    json_extract(fulfilment, '$.events.nodes[*]'),
                    json_extract(fulfilment, '$.events.edges[*].node')
                )
            ) as scan
        from parcels
    )

    select
        row_number,
        'parcel' as what,
        order_name,
        order_id,
        fulfilment ->> '$.id' as id,
        ordinal,
        tracking_number,
        coalesce(fulfilment ->> '$.trackingInfo[0].company', fulfilment ->> '$.tracking_company') as company,
        coalesce(
            fulfilment ->> '$.location.name', fulfilment ->> '$.location.id', fulfilment ->> '$.location_id'
        ) as location,
        lower(fulfilment ->> '$.status') in ('cancelled', 'canceled', 'error', 'failure') as is_void,
        coalesce(fulfilment ->> '$.displayStatus', fulfilment ->> '$.shipment_status') as status,
        coalesce(
            fulfilment ->> '$.inTransitAt', fulfilment ->> '$.createdAt', fulfilment ->> '$.created_at'
        ) as shipped_at,
        fulfilment ->> '$.deliveredAt' as delivered_at,
        fulfilment ->> '$.estimatedDeliveryAt' as estimated_at,
        coalesce(fulfilment ->> '$.updatedAt', fulfilment ->> '$.updated_at') as changed_at,
        null::varchar as scanned_at,
        null::varchar as reason
    from parcels
    union all by name
    select
        row_number,
        'scan' as what,
        tracking_number,
        scan ->> '$.status' as status,
        scan ->> '$.happenedAt' as scanned_at
    from scans
    where tracking_number is not null
    union all by name
    select
        row_number,
        'cancelled' as what,
        node ->> '$.name' as order_name,
        node ->> '$.id' as order_id,
        coalesce(node ->> '$.cancelledAt', node ->> '$.cancelled_at') as scanned_at,
        coalesce(node ->> '$.updatedAt', node ->> '$.updated_at') as changed_at,
        coalesce(node ->> '$.cancelReason', node ->> '$.cancel_reason') as reason
    from nodes
    where coalesce(node ->> '$.cancelledAt', node ->> '$.cancelled_at') is not null
"""


def _parcels(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _PARCELS)


def _is_parcel(_: Cells) -> Expression:
    return ColumnExpression("what") == ConstantExpression("parcel")


def _is_scan(_: Cells) -> Expression:
    return ColumnExpression("what") == ConstantExpression("scan")


def _is_cancelled(_: Cells) -> Expression:
    return ColumnExpression("what") == ConstantExpression("cancelled")


def _has_left(_: Cells) -> Expression:
    return ~ColumnExpression("is_void")


#: FulfillmentDisplayStatus, FulfillmentEventStatus and REST's shipment_status; others say nothing of the way
_EVENTS = {
    "label_purchased": "label_created",
    "label_printed": "label_created",
    "submitted": "label_created",
    "confirmed": "label_created",
    "carrier_picked_up": "accepted",
    "in_transit": "in_transit",
    "delayed": "delayed",
    "out_for_delivery": "out_for_delivery",
    "attempted_delivery": "attempted",
    "ready_for_pickup": "available_for_pickup",
    "ready_for_recipient_pickup": "available_for_pickup",
    "picked_up": "delivered",
    "delivered": "delivered",
    "returning_to_sender": "returning",
    "not_delivered": "exception",
    "buyer_action_required": "exception",
}
#: who asked for a cancellation, by its reason
DECLARED_BY = {
    "customer": "customer",
    "declined": "payment",
    "fraud": "merchant",
    "inventory": "merchant",
    "staff": "merchant",
}
_ORDER = first(identifier("order_name"), gid("order_id"))
_NUMBER = identifier("tracking_number")

_TABLES = (
    Table(
        "shipments",
        {
            "shipment_id": joined(gid("id"), text("ordinal"), by="-"),
            "order_id": _ORDER,
            "carrier": when(_has_left, carrier("company")),
            "tracking_number": _NUMBER,
            "warehouse": when(_has_left, matched(text("location"), r"([^/]+)$")),
            "shipped_at": when(_has_left, time("shipped_at")),
            "promised_by_at": time("estimated_at"),
            "delivered_at": time("delivered_at"),
            "updated_at": time("changed_at"),
            "status": when(_has_left, one_of("status", values=_EVENTS), constant("cancelled")),
        },
        where=_is_parcel,
    ),
    Table(
        "tracking_events",
        {
            "tracking_number": _NUMBER,
            "scanned_at": time("scanned_at"),
            "code_raw": text("status"),
            "event": one_of("status", values=_EVENTS),
        },
        where=_is_scan,
    ),
    Table(
        "cancellations",
        {
            # not the id under which the CSV tells of it: that file, loaded later, would take the reason away
            "cancellation_id": gid("order_id"),
            "order_id": _ORDER,
            "cancelled_at": time("scanned_at"),
            "updated_at": time("changed_at"),
            "reason_raw": text("reason"),
            "reason_scheme": constant("shopify.cancel"),
            "declared_by": first(one_of("reason", values=DECLARED_BY), constant("unknown")),
            "is_partial": constant(False),
        },
        where=_is_cancelled,
    ),
)

FULFILMENTS = Source(
    name="shopify",
    title="Shopify, parcels (API, JSON)",
    is_documents=True,
    needs=(
        ("trackingInfo", "node.trackingInfo", "tracking_company"),
        ("displayStatus", "node.displayStatus", "shipment_status"),
        "id",
        "status",
    ),
    prepare=_parcels,
    tables=_TABLES,
)

ORDERS_WITH_PARCELS = Source(
    name="shopify",
    title="Shopify, orders with their parcels (API, JSON)",
    is_documents=True,
    needs=(
        ("fulfillments", "node.fulfillments"),
        ("name", "node.name"),
        ("displayFulfillmentStatus", "createdAt", "cancelledAt", "fulfillment_status", "node.createdAt"),
    ),
    prepare=_parcels,
    tables=_TABLES,
)
