"""Walmart Marketplace: the orders file of Seller Center, and its reports on cancellations and late deliveries (CSV).

What the format won't tell: `Order#` and `salesOrder` are the buyer's number, `PO#` and `poNum` the seller's (see
walmart). The reports name Walmart's own item and no SKU; both have the same columns, `defectType` tells which it is.
A delivery that missed its promise is a parcel with its dates here, the report gives it no cause. In the orders file a
cancelled line has neither reason nor date: it is dated by the order. Its header is unconfirmed, and matched by the
columns that no seller tool leaves out.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, Expression, StarExpression

from pipelines.cells import NULL, Cells, reshaped
from pipelines.fields import constant, first, identifier, joined, money, one_of, text, time, whole
from pipelines.helpdesks import says
from pipelines.source import Source, Table

#: who wanted it, by the reason; Walmart cancels without one
DECLARED_BY = {
    "customer_requested_seller_to_cancel": "customer",
    "supplier_cancel_customer_request": "customer",
    "customer_error": "customer",
    "seller_cancel_out_of_stock": "merchant",
    "seller_cancel_pricing_error": "merchant",
    "seller_cancel_address_not_serviceable": "merchant",
    "seller_cancel_fraud_stop_shipment": "merchant",
    "cancel_by_seller": "merchant",
    "supplier_cancel": "merchant",
    "supplier_cancel_backorder": "merchant",
    "supplier_cancel_discontinue": "merchant",
    "supplier_cancel_unrecognized": "merchant",
    "no_inventory": "merchant",
    "price error": "merchant",
    "price_error": "merchant",
}
FULFILLED_BY = {
    "sellerfulfilled": "merchant",
    "seller fulfilled": "merchant",
    "wfsfulfilled": "marketplace",
    "wfs fulfilled": "marketplace",
    "3plfulfilled": "3pl",
}

_DEFECT = text("defectType")
_is_cancel = says(_DEFECT, "cancel", "cancelled", "cancellation")
_SALE = identifier("salesOrder")
_PO_NUMBER = identifier("poNum")


def _is_late(cells: Cells) -> Expression:
    return says(_DEFECT, "otd")(cells)


DEFECTS = Source(
    name="walmart",
    title="Walmart, cancellation and delivery defect reports (CSV)",
    needs=("salesOrder", "poNum", "defectType", "cancelReason", "orderPlacedDt"),
    personal=r"^destination",
    tables=(
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_PO_NUMBER, identifier("catlgItemId"), by="/"),
                "order_id": _SALE,
                "cancelled_at": time("cancelDate", "orderPlacedDt"),
                "reason_raw": text("cancelReason"),
                "reason_scheme": constant("walmart.cancel"),
                "declared_by": first(one_of("cancelReason", values=DECLARED_BY), constant("unknown")),
            },
            where=_is_cancel,
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_PO_NUMBER, identifier("trackingNum"), by="/"),
                "order_id": _SALE,
                "carrier": text("carrier"),
                "tracking_number": identifier("trackingNum"),
                "promised_by_at": time("estimatedDeliveryDate"),
                "delivered_at": time("actualDeliveryDate"),
            },
            where=_is_late,
        ),
    ),
)

# Rows are lines: what an order comes to is told by all of them.
_TOLD = """
    with stated as (
        select
            row_number,
            own_order,
            case
                when lower(own_status) in ('shipped', 'delivered', 'refund') then 'fulfilled'
                when lower(own_status) in ('cancelled', 'canceled') then 'cancelled'
                else 'unfulfilled'
            end as state
        from sheet_rows
    )

    select
        row_number,
        case
            when bool_and(state = 'cancelled') over lines then 'cancelled'
            when bool_and(state in ('fulfilled', 'cancelled')) over lines then 'fulfilled'
            when bool_or(state = 'fulfilled') over lines then 'partial'
            else 'unfulfilled'
        end as order_state
    from stated
    window lines as (partition by own_order)
"""


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every line with the state of its order."""
    cells = Cells(rows.columns)
    found = {"own_order": cells.find(*_ORDER_NAMES), "own_status": cells.find(*_STATUS_NAMES)}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TOLD)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


_ORDER_NAMES = ("Order#", "Order #")
_STATUS_NAMES = ("Status", "Order Status")
_ORDER = identifier(*_ORDER_NAMES)
_PO = identifier("PO#", "PO #")
_NUMBER = identifier("Line#", "Line #")
_LINE = joined(_PO, first(_NUMBER, constant("1")), by="/")
_STATUS = text(*_STATUS_NAMES)
_is_cancelled = says(_STATUS, "cancelled", "canceled")
_PLACED = time("Order Date")
_LINE_STATUSES = {
    "shipped": "shipped",
    "delivered": "shipped",
    "refund": "shipped",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}

ORDERS = Source(
    name="walmart",
    title="Walmart, orders (Seller Center file)",
    needs=(("PO#", "PO #"), _ORDER_NAMES, "Order Date", _STATUS_NAMES, "SKU", ("FLIDS", "Line#", "Line #")),
    prepare=_told,
    personal=r"^(customer|ship to)\b|^(city|zip|state)$",
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("walmart"),
                "placed_at": _PLACED,
                "ship_by_at": time("Ship By", "Ship By Date"),
                "deliver_by_at": time("Delivery Date", "Deliver By"),
                "payment_status": constant("paid"),
                "fulfilment_status": text("order_state"),
                "fulfilled_by": one_of("Fulfillment Entity", values=FULFILLED_BY),
                "region": text("State"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": _PLACED,
                "sku": identifier("SKU"),
                "product": text("Item Description", "Product Name"),
                "quantity": whole("Qty", "Quantity"),
                "unit_price_cents": money("Item Cost"),
                "line_status": one_of(*_STATUS_NAMES, values=_LINE_STATUSES, otherwise="open"),
            },
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _LINE,
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": identifier("SKU"),
                "quantity": whole("Qty", "Quantity"),
                "cancelled_at": _PLACED,
                "declared_by": constant("unknown"),
                "derived_from": constant("line_status:placed_at"),
            },
            where=_is_cancelled,
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_PO, identifier("Tracking Number"), by="/"),
                "order_id": _ORDER,
                "carrier": text("Carrier"),
                "tracking_number": identifier("Tracking Number"),
                "promised_by_at": time("Delivery Date", "Deliver By"),
            },
            where=lambda cells: identifier("Tracking Number")(cells).value.isnotnull(),
        ),
    ),
)
