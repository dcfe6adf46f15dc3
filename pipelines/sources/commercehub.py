"""CommerceHub (Rithum): drop-ship orders of Costco.com and other retailers, and what became of their lines (delimited).

What the format won't tell: suppliers choose the columns of their files themselves, so none is certain; each is looked
for under the name of CommerceHub's own field (poNumber, trxVendorSKU, actionCode …) and as its portal writes it. Not
confirmed: any header, and how an action is written besides v_ship and v_cancel; without one, a code of two letters is
a return's. "Merchant" is the retailer, never the supplier. An order bears two numbers: the retailer's PO, by which all
files meet, and the number the retailer's customer knows. Codes say who gave a line up: customer_request is the
customer's, merchant_request, deleted_order and merchant_detected_fraud the retailer's, the others the supplier's.
Return codes are what the retailer's desk ticked. Unit costs are what the retailer pays, not its price. CommerceHub's
XML is not read: choose a delimited format in the portal.
"""

from __future__ import annotations

from duckdb import CaseExpression, ConstantExpression, Expression

from pipelines.cells import Cells, Parsed, function
from pipelines.fields import constant, customer, first, identifier, joined, money, one_of, text, time, whole
from pipelines.source import Source, Table

_PO_NAMES = ("poNumber", "PO Number", "PO #", "PO", "Purchase Order Number", "Purchase Order")
_SKU_NAMES = ("vendorSKU", "trxVendorSKU", "Vendor SKU", "Vendor Item Number", "Supplier SKU")
_RETAILER_SKU_NAMES = ("merchantSKU", "trxMerchantSKU", "Merchant SKU", "Retailer SKU")
_LINE_NAMES = ("merchantLineNumber", "Merchant Line Number", "PO Line Number", "Line Number", "Line #")
_ORDERED_NAMES = ("qtyOrdered", "Qty Ordered", "Quantity Ordered", "Order Quantity")
_ORDER_DATE_NAMES = ("orderDate", "custOrderDate", "Order Date", "Customer Order Date", "PO Date")
_ACTION_NAMES = ("action", "Action", "Action Type", "Transaction Type")
_CODE_NAMES = (
    *("actionCode", "Action Code", "Cancel Code", "Cancel Reason Code", "Cancellation Reason"),
    *("Return Code", "Return Reason Code", "Reason Code"),
)

_PO = identifier(*_PO_NAMES)
_RETAILER_ORDER = identifier(
    *("custOrderNumber", "Customer Order Number", "Retailer Order Number", "Merchant Order Number"),
    *("Order Number", "Order #"),
)
_SKU = first(identifier(*_SKU_NAMES), identifier(*_RETAILER_SKU_NAMES))
_LINE = first(identifier(*_LINE_NAMES), _SKU)
_CURRENCY = text("currencyCode", "Currency", "Currency Code")
_CODE = text(*_CODE_NAMES)
_RETAILER_NAMES = (
    "merchant",
    "Merchant",
    "Merchant Name",
    "Merchant ID",
    "Retailer",
    "Partner",
    "Partner Name",
)


def _retailer(cells: Cells) -> Parsed:
    """The shop window: costco, or as the file calls the retailer; the hub when it names none."""
    written = text(*_RETAILER_NAMES)(cells).value.cast("VARCHAR")
    is_costco = function("contains", function("lower", written), "costco")
    named = CaseExpression(is_costco, ConstantExpression("costco")).otherwise(function("lower", written))
    return Parsed(function("ifnull", named, "commercehub"))


def _action(cells: Cells) -> Expression:
    """cancel, return or ship, by the word of the action, else by the look of its code; '' for others."""
    word = function("lower", function("ifnull", text(*_ACTION_NAMES)(cells).value.cast("VARCHAR"), ""))
    code = function("ifnull", _CODE(cells).value.cast("VARCHAR"), "")
    is_silent = word == ConstantExpression("")
    return (
        CaseExpression(function("contains", word, "cancel"), ConstantExpression("cancel"))
        .when(function("contains", word, "return"), ConstantExpression("return"))
        .when(function("contains", word, "ship"), ConstantExpression("ship"))
        .when(is_silent & function("regexp_full_match", code, "[A-Z]{2}"), ConstantExpression("return"))
        .when(is_silent & (code != ConstantExpression("")), ConstantExpression("cancel"))
        .otherwise(ConstantExpression(""))
    )


def _is_cancel(cells: Cells) -> Expression:
    return _action(cells) == ConstantExpression("cancel")


def _is_return(cells: Cells) -> Expression:
    return _action(cells) == ConstantExpression("return")


def _is_ship(cells: Cells) -> Expression:
    return _action(cells) == ConstantExpression("ship")


_BY = {
    "customer_request": "customer",
    "merchant_request": "marketplace",
    "deleted_order": "marketplace",
    "merchant_detected_fraud": "marketplace",
}

ORDERS = Source(
    name="commercehub",
    title="CommerceHub, orders (delimited)",
    needs=(_PO_NAMES, _SKU_NAMES, _RETAILER_SKU_NAMES, _ORDERED_NAMES, _ORDER_DATE_NAMES),
    personal=r"^(ship|bill|customer|recipient|invoice|sold) ?to|^(name|city|day|night) ?phone|gift|packing",
    tables=(
        Table(
            "orders",
            {
                "order_id": _PO,
                "order_name": _PO,
                "order_ref": first(_RETAILER_ORDER, _PO),
                "channel": _retailer,
                "channel_raw": text(*_RETAILER_NAMES),
                "placed_at": time(*_ORDER_DATE_NAMES),
                "ship_by_at": time("expectedShipDate", "Expected Ship Date", "Required Ship Date", "Ship By"),
                "payment_status": constant("paid"),
                "fulfilled_by": constant("merchant"),
                "country": text("shipToCountry", "Ship To Country", "Country"),
                "region": text("shipToState", "Ship To State", "State"),
                "currency": _CURRENCY,
                "customer_key": customer("Ship To Email", "Customer Email", "email"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _PO,
                "line_id": _LINE,
                "placed_at": time(*_ORDER_DATE_NAMES),
                "sku": _SKU,
                "product": text("description", "Description", "Item Description", "Product Description"),
                "quantity": whole(*_ORDERED_NAMES),
                "unit_price_cents": money("unitCost", "Unit Cost", currency=_CURRENCY),
                "currency": _CURRENCY,
            },
            extra=r"sku|upc|unit|line",
        ),
    ),
)

_AT = time(
    *(
        "actionDate",
        "Action Date",
        "Cancel Date",
        "Cancellation Date",
        "Return Date",
        "Ship Date",
        "shipDate",
    ),
    *("trxDate", "partnerTrxDate", "Transaction Date", "Date"),
)
_QUANTITY = whole("trxQty", "Action Qty", "Cancel Qty", "Return Qty", "Quantity", "Qty")
_PARCEL = identifier("trackingNumber", "Tracking Number", "Tracking #")

ACTIONS = Source(
    name="commercehub",
    title="CommerceHub, cancellations, returns and dispatches (delimited)",
    needs=(_PO_NAMES, (*_SKU_NAMES, *_RETAILER_SKU_NAMES), _CODE_NAMES, (*_ACTION_NAMES, *_LINE_NAMES)),
    personal=r"^(ship|bill|customer|recipient) ?to",
    tables=(
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_PO, _LINE, _CODE, by="/"),
                "order_id": _PO,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _QUANTITY,
                "cancelled_at": _AT,
                "reason_raw": _CODE,
                "reason_scheme": constant("commercehub.cancel"),
                "declared_by": one_of(*_CODE_NAMES, values=_BY, otherwise="merchant"),
            },
            where=_is_cancel,
        ),
        Table(
            "returns",
            {
                "return_id": first(
                    identifier("returnNumber", "Return Number", "RMA", "RMA Number", "RA Number"),
                    joined(_PO, _LINE, by="/"),
                ),
                "order_id": _PO,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _QUANTITY,
                "received_at": _AT,
                "reason_raw": _CODE,
                "reason_scheme": constant("commercehub.return"),
                "fulfilled_by": constant("merchant"),
            },
            where=_is_return,
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_PO, first(_PARCEL, _LINE), by="/"),
                "order_id": _PO,
                "carrier": text("carrier", "Carrier", "serviceLevel1", "Ship Method", "SCAC"),
                "tracking_number": _PARCEL,
                "shipped_at": _AT,
            },
            where=_is_ship,
        ),
    ),
)
