"""Amazon: the All Orders flat file (tab-separated, a row an order item), and the Orders API's tables of a warehouse.

What the format won't tell: a cancelled item in a shipped order is a partial cancellation, with quantity 0 and often no
price. Nobody says why nor when: it is dated by the purchase, which it followed soon, and a whole cancelled order by its
last update; `derived_from` names which. The price of an item is for its whole quantity. The flat file gives an item no
id: its line is the SKU and its ordinal in the order, in the API's tables too, so that both meet. `Non-Amazon` is an
order of another channel that Amazon only shipped. "Amazon" or "AFN" as fulfilment means that the marketplace ships.
"""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    StarExpression,
)

from pipelines.cells import NULL, Cells, Field, Parsed, function, reshaped
from pipelines.fields import constant, customer, first, identifier, joined, money, one_of, text, time, whole
from pipelines.source import Source, Table

_ORDER_ID = ("amazon-order-id", "order-id")
#: what items are numbered by, under names of our own
_READ = {
    "own_order": _ORDER_ID,
    "own_sku": ("sku", "seller-sku"),
    "own_asin": ("asin",),
    "own_title": ("product-name", "title"),
    "own_update": ("last-updated-date", "last-update-date"),
    "own_status": ("order-status",),
    "own_item_status": ("item-status",),
    "own_channel": ("sales-channel",),
    "own_currency": ("currency",),
}
# An order that is told twice, before and after an update, has its items numbered each time.
_TOLD = r"""
    select
        row_number,
        row_number() over (
            partition by own_order, own_update, coalesce(own_sku, own_asin, own_title) order by row_number
        )::varchar as line_ordinal,
        -- India adds what followed: 'Shipped - Delivered to Buyer'
        replace(lower(regexp_extract(own_status, '^\w+')), 'canceled', 'cancelled') as order_state,
        replace(lower(regexp_extract(own_item_status, '^\w+')), 'canceled', 'cancelled') as item_state,
        lower(own_channel) as shop_window,
        -- a cancelled item has neither price nor currency
        any_value(own_currency) over (partition by own_order) as order_currency
    from sheet_rows
"""


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with the ordinal of its item, and with its states in one spelling."""
    cells = Cells(rows.columns)
    found = {name: cells.find(*headers) for name, headers in _READ.items()}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TOLD)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


def _unit_price(total: Field, quantity: Field) -> Field:
    """The price of one, of an amount for several; NULL without a quantity."""

    def parse(cells: Cells) -> Parsed:
        paid, count = total(cells), quantity(cells)
        each = function("round", paid.value / function("nullif", count.value, 0)).cast("BIGINT")
        return Parsed(each, paid.problems)

    return parse


def _counted(quantity: Field) -> Field:
    """A quantity that is not 0: cancelled items are listed with none, however many were ordered."""

    def parse(cells: Cells) -> Parsed:
        parsed = quantity(cells)
        return Parsed(function("nullif", parsed.value.cast("BIGINT"), 0), parsed.problems)

    return parse


def _is_cancelled_order(_: Cells) -> Expression:
    return ColumnExpression("order_state") == ConstantExpression("cancelled")


def _is_cancelled_item(_: Cells) -> Expression:
    is_item = ColumnExpression("item_state") == ConstantExpression("cancelled")
    return is_item & (ColumnExpression("order_state") != ConstantExpression("cancelled"))


def _is_cancel_requested(cells: Cells) -> Expression:
    asked = text("buyer_requested_cancel_is_buyer_requested_cancel")(cells)
    return function("lower", asked.value) == ConstantExpression("true")


def _line_status(cells: Cells) -> Parsed:
    """The item's own state; every item of a cancelled order is cancelled."""
    own = one_of("item_state", values={"shipped": "shipped", "cancelled": "cancelled"}, otherwise="open")(
        cells
    )
    return Parsed(
        CaseExpression(_is_cancelled_order(cells), ConstantExpression("cancelled")).otherwise(own.value)
    )


_ORDER = identifier(*_ORDER_ID)
_SKU = identifier("sku", "seller-sku")
_LINE = joined(first(_SKU, text("asin"), text("product-name", "title")), text("line_ordinal"), by="-")
_FULFILMENT = {
    "pending": "unfulfilled",
    "unshipped": "unfulfilled",
    "partiallyshipped": "partial",
    "shipped": "fulfilled",
    "cancelled": "cancelled",
}
_FULFILLED_BY = {"amazon": "marketplace", "afn": "marketplace", "merchant": "merchant", "mfn": "merchant"}
_QUANTITY = whole("quantity")
_CURRENCY = text("currency", "order_currency")

ALL_ORDERS = Source(
    name="amazon",
    title="Amazon, All Orders (flat file)",
    needs=(_ORDER_ID, "purchase-date", "order-status", "item-status", "sales-channel", "quantity"),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": text("shop_window"),
                "channel_raw": text("sales-channel"),
                "placed_at": time("purchase-date"),
                "updated_at": time("last-updated-date"),
                "payment_status": one_of(
                    "order_state", values={"pending": "pending", "cancelled": None}, otherwise="paid"
                ),
                "fulfilment_status": one_of("order_state", values=_FULFILMENT, keep=True),
                "fulfilled_by": one_of("fulfillment-channel", values=_FULFILLED_BY),
                "country": text("ship-country"),
                "region": text("ship-state"),
                "currency": _CURRENCY,
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": time("purchase-date"),
                "updated_at": time("last-updated-date"),
                "sku": _SKU,
                "product": text("product-name"),
                "quantity": _QUANTITY,
                "unit_price_cents": _unit_price(money("item-price", currency=_CURRENCY), _QUANTITY),
                "currency": _CURRENCY,
                "line_status": _line_status,
            },
            extra=r"^(item|shipping|gift wrap|price|promotion) |promotion discount$",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _ORDER,
                "order_id": _ORDER,
                "cancelled_at": time("last-updated-date"),
                "updated_at": time("last-updated-date"),
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "derived_from": constant("order_status:updated_at"),
            },
            where=_is_cancelled_order,
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_ORDER, _LINE, by="/"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _counted(_QUANTITY),
                "cancelled_at": time("purchase-date"),
                "updated_at": time("last-updated-date"),
                "declared_by": constant("unknown"),
                "is_partial": constant(True),
                "derived_from": constant("item_status:placed_at"),
            },
            where=_is_cancelled_item,
        ),
    ),
)

_TOTAL_CURRENCY = text("order_total_currency_code")

API_ORDERS = Source(
    name="amazon",
    title="Amazon, orders (Orders API, copied to a warehouse)",
    needs=("amazon_order_id", "order_status", "purchase_date", "last_update_date", "number_of_items_shipped"),
    prepare=_told,
    personal=r"^(buyer|shipping address|default ship from) ",
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": text("shop_window"),
                "channel_raw": text("sales_channel"),
                "placed_at": time("purchase_date", zone="UTC"),
                "ship_by_at": time("latest_ship_date", zone="UTC"),
                "deliver_by_at": time("latest_delivery_date", zone="UTC"),
                "updated_at": time("last_update_date", zone="UTC"),
                "payment_status": one_of(
                    "order_state", values={"pending": "pending", "cancelled": None}, otherwise="paid"
                ),
                "fulfilment_status": one_of("order_state", values=_FULFILMENT, keep=True),
                "fulfilled_by": one_of("fulfillment_channel", values=_FULFILLED_BY),
                "country": text("shipping_address_country_code"),
                "region": text("shipping_address_state_or_region"),
                "currency": _TOTAL_CURRENCY,
                "total_cents": money("order_total_amount", currency=_TOTAL_CURRENCY),
                "customer_key": customer("buyer_info_buyer_email"),
            },
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _ORDER,
                "order_id": _ORDER,
                "cancelled_at": time("last_update_date", zone="UTC"),
                "updated_at": time("last_update_date", zone="UTC"),
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "derived_from": constant("order_status:updated_at"),
            },
            where=_is_cancelled_order,
        ),
    ),
)

_PRICE_CURRENCY = text("item_price_currency_code")
_ORDERED = whole("quantity_ordered")

API_ITEMS = Source(
    name="amazon",
    title="Amazon, order items (Orders API, copied to a warehouse)",
    needs=("amazon_order_id", "order_item_id", "seller_sku", "quantity_ordered"),
    prepare=_told,
    tables=(
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "product": text("title"),
                "quantity": _ORDERED,
                "unit_price_cents": _unit_price(
                    money("item_price_amount", currency=_PRICE_CURRENCY), _ORDERED
                ),
                "currency": _PRICE_CURRENCY,
            },
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_ORDER, _LINE, by="/"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _ORDERED,
                "reason_raw": text("buyer_requested_cancel_buyer_cancel_reason"),
                "reason_scheme": constant("amazon.cancel"),
                "declared_by": constant("customer"),
                "requested_by_customer": constant(True),
                "derived_from": constant("buyer_requested_cancel"),
            },
            where=_is_cancel_requested,
        ),
    ),
)
