"""ShipBob: orders with their shipments, and returns (API, JSON).

What the formats won't tell: `order_number` is the shop's name of the order, `reference_id` its id there. `Completed`
means that a shipment left the building, not that it arrived. What holds one back (no stock, an unknown SKU, an address)
stands in `status_details`, and a promise that ShipBob broke in `estimated_fulfillment_date_status`: it tells the shop
of each as a customer would, so each is a ticket with ShipBob's code for a reason. The SKU of an article is found by its
inventory id. A return of the type `ReturnToSender` is a parcel that the carrier brought back. Levels of stock carry no
date and are not read; headers of the dashboard's own CSV are not known.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, Expression

from pipelines.carriers import carrier
from pipelines.cells import Cells, reshaped
from pipelines.fields import constant, identifier, joined, listed, one_of, split, text, time, whole
from pipelines.source import Source, Table

# One row a shipment, one more for each thing that holds it back, one more for a broken promise.
_SHIPMENTS = """
    with orders as (
        select row_number, doc, unnest(json_extract(doc, '$.shipments[*]')) as shipment
        from sheet_rows
    ),

    details as (
        select
            *,
            unnest(json_extract(shipment, '$.status_details[*]')) as detail
        from orders
    ),

    problems as (
        select
            row_number,
            doc,
            shipment,
            coalesce(detail ->> '$.name', detail ->> '$') as code,
            'shipbob.detail' as scheme,
            concat_ws('-', detail ->> '$.name', detail ->> '$.inventory_id') as problem,
            detail ->> '$.inventory_id' as inventory,
            coalesce(shipment ->> '$.last_update_at', shipment ->> '$.created_date') as told_at
        from details
        where
            try_cast(detail ->> '$.id' as integer) >= 300
            or (
                detail ->> '$.id' is null
                and coalesce(detail ->> '$.name', detail ->> '$') not in (
                    'Processing', 'None', 'Picked', 'Packed', 'Labeled', 'AwaitingCarrierScan', 'InTransit',
                    'OutForDelivery', 'Delivered', 'DeliveryException'
                )
            )
        union all
        select
            row_number,
            doc,
            shipment,
            shipment ->> '$.estimated_fulfillment_date_status',
            'shipbob.sla',
            'sla',
            null,
            coalesce(shipment ->> '$.estimated_fulfillment_date', shipment ->> '$.created_date')
        from orders
        where shipment ->> '$.estimated_fulfillment_date_status' in ('PendingLate', 'FulfilledLate')
    ),

    together as (
        select
            row_number,
            doc,
            shipment,
            null as code,
            null as scheme,
            null as problem,
            null as inventory,
            null as told_at
        from orders
        union all by name
        from problems
    )

    select
        row_number,
        doc ->> '$.order_number' as order_number,
        doc ->> '$.reference_id' as reference_id,
        shipment ->> '$.id' as shipment_id,
        shipment ->> '$.status' as shipment_status,
        shipment ->> '$.location.name' as location,
        shipment ->> '$.tracking.carrier' as carrier,
        coalesce(shipment ->> '$.tracking.carrier_service', shipment ->> '$.ship_option') as service,
        shipment ->> '$.tracking.tracking_number' as tracking_number,
        coalesce(shipment ->> '$.tracking.shipping_date', shipment ->> '$.actual_fulfillment_date') as shipped_at,
        shipment ->> '$.delivery_date' as delivered_at,
        shipment ->> '$.last_update_at' as updated_at,
        coalesce(
            list_last(json_extract_string(shipment, '$.status_details[*].name')), shipment ->> '$.status'
        ) as last_detail,
        (
            select string_agg((product ->> '$.sku') || ':' || (item ->> '$.lot'), '|')
            from (
                select product, unnest(json_extract(product, '$.inventory_items[*]')) as item
                from (select unnest(json_extract(shipment, '$.products[*]')) as product)
            )
        ) as lots,
        code,
        scheme,
        problem,
        told_at,
        (
            select any_value(product ->> '$.sku')
            from (
                select product, unnest(json_extract_string(product, '$.inventory_items[*].id')) as item
                from (select unnest(json_extract(shipment, '$.products[*]')) as product)
            )
            where item = inventory
        ) as sku
    from together
"""

# One row a returned article, or one for a return that names none.
_RETURNED_ITEMS = """
    with listed as (
        select row_number, doc, json_extract(doc, '$.inventory[*]') as items
        from sheet_rows
    ),

    items as (
        select
            row_number,
            doc,
            unnest(if(len(items) = 0, [null::json], items)) as item
        from listed
    )

    select
        row_number,
        doc ->> '$.id' as id,
        doc ->> '$.store_order_id' as store_order_id,
        replace(doc ->> '$.status', ' ', '') as status,
        doc ->> '$.return_type' as return_type,
        doc ->> '$.insert_date' as insert_date,
        doc ->> '$.arrived_date' as arrived_date,
        coalesce(doc ->> '$.processing_date', doc ->> '$.completed_date') as processed_date,
        if(
            list_contains(json_extract_string(item, '$.action_taken[*].action'), 'Restock'),
            doc ->> '$.completed_date',
            null
        ) as restocked_date,
        doc ->> '$.fulfillment_center.name' as fulfillment_center,
        item ->> '$.id' as inventory_id,
        item ->> '$.sku' as sku,
        item ->> '$.quantity' as quantity,
        array_to_string(list_distinct(json_extract_string(item, '$.action_taken[*].action')), ', ') as actions,
        item ->> '$.action_taken[0].action_reason' as action_reason
    from items
"""


def _shipments(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _SHIPMENTS)


def _returned_items(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_ITEMS)


def _is_shipment(_: Cells) -> Expression:
    return ColumnExpression("problem").isnull()


def _is_problem(_: Cells) -> Expression:
    return ColumnExpression("problem").isnotnull()


_EVENTS = {
    "labeled": "label_created",
    "labeledcreated": "label_created",
    "awaitingcarrierscan": "label_created",
    "completed": "in_transit",
    "intransit": "in_transit",
    "outfordelivery": "out_for_delivery",
    "delivered": "delivered",
    "deliveryexception": "exception",
}

ORDERS = Source(
    name="shipbob",
    title="ShipBob, orders with their shipments (API, JSON)",
    is_documents=True,
    needs=("order_number", "reference_id", "shipments", "products"),
    prepare=_shipments,
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": identifier("shipment_id"),
                "order_ref": identifier("order_number"),
                "order_id": identifier("reference_id"),
                "carrier": carrier("carrier"),
                "service": text("service"),
                "tracking_number": identifier("tracking_number"),
                "warehouse": text("location"),
                "shipped_at": time("shipped_at"),
                "delivered_at": time("delivered_at"),
                "updated_at": time("updated_at"),
                "status": one_of("last_detail", values=_EVENTS),
                "lots": split("lots", on=r"\|"),
            },
            where=_is_shipment,
        ),
        Table(
            "tickets",
            {
                "ticket_id": joined(identifier("shipment_id"), text("problem"), by="/"),
                "order_ref": identifier("order_number"),
                "order_id": identifier("reference_id"),
                "created_at": time("told_at"),
                "updated_at": time("updated_at"),
                "status": one_of(
                    "shipment_status", values={"exception": "open", "onhold": "open"}, otherwise="solved"
                ),
                "channel_raw": constant("ShipBob"),
                "reason_raw": listed(text("code")),
                "reason_scheme": text("scheme"),
                "sku": identifier("sku"),
            },
            where=_is_problem,
        ),
    ),
)

_STATUSES = {
    "awaitingarrival": "open",
    "arrived": "open",
    "processing": "open",
    "completed": "closed",
    "cancelled": "cancelled",
}

RETURNS = Source(
    name="shipbob",
    title="ShipBob, returns (API, JSON)",
    is_documents=True,
    needs=("return_type", "inventory", "fulfillment_center", "store_order_id"),
    prepare=_returned_items,
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("id"),
                "order_id": identifier("store_order_id"),
                "line_id": identifier("inventory_id"),
                "sku": identifier("sku"),
                "quantity": whole("quantity"),
                "status": one_of("status", values=_STATUSES, keep=True),
                "reason_raw": text("return_type"),
                "reason_scheme": constant("shipbob.return"),
                "condition_raw": text("action_reason"),
                "condition_scheme": constant("3pl.condition"),
                "disposition": text("actions"),
                "requested_at": time("insert_date"),
                "received_at": time("arrived_date"),
                "inspected_at": time("processed_date"),
                "restocked_at": time("restocked_date"),
                "fulfilled_by": constant("3pl"),
                "warehouse": text("fulfillment_center"),
            },
            words=text("action_reason"),
        ),
    ),
)
