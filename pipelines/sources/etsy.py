"""Etsy: the downloads "Orders" and "Order items" (CSV), of a year or a month.

What the format won't tell: dates are days, month first, with two figures for the year in one column and four in the
next. Accounts elsewhere say `Date Posted` and `Delivery …`; how they write days is unconfirmed, so it is settled from
the file. An amount that nobody adjusted is blank or 0 in `Adjusted …`, so that a full refund shows in the status alone
(its words are unconfirmed), and a partial one as the difference. Neither says when nor why. Cancelled orders may be
absent. Most sellers have no SKU: the listing and the variation then tell articles apart. What a buyer had engraved is
among the variations, and is left out.

Both files tell of the order; what the orders file says stands. A line is its transaction, as in the API
(etsy_receipts), and so is the first refund of an order: all files meet.
"""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
)

from pipelines.cells import NULL, Cells, Parsed, function
from pipelines.fields import (
    constant,
    first,
    identifier,
    joined,
    matched,
    money,
    text,
    time,
    when,
    whole,
)
from pipelines.helpdesks import readable, says
from pipelines.shops import just_before
from pipelines.source import Source, Table

_DAYS = ("Sale Date", "Date Paid", "Date Shipped")


def _month_first(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """The rows with their days in ISO, unless they are written day first or by an account outside the US."""
    cells = Cells(rows.columns)
    days = cells.find_all(*_DAYS)
    if cells.find("Date Posted", "Delivery City") or any(_has_day_first(rows, day) for day in days):
        return rows
    return rows.select(*(_iso(name) if name in days else ColumnExpression(name) for name in rows.columns))


def _has_day_first(rows: DuckDBPyRelation, name: str) -> bool:
    part = function("regexp_extract", ColumnExpression(name), r"^(\d{1,2})/\d{1,2}/\d{2,4}$", 1)
    number = function("nullif", part, "").cast("INTEGER")
    ((largest,),) = rows.aggregate([function("max", number).alias("largest")]).fetchall()
    return largest is not None and largest > 12


def _iso(name: str) -> Expression:
    written = ColumnExpression(name)
    read: Expression = NULL.cast("TIMESTAMP")
    for year, figures in (("%Y", r"\d{4}"), ("%y", r"\d{2}")):
        is_so = function("regexp_matches", written, r"^\d{1,2}/\d{1,2}/" + figures + "$")
        read = CaseExpression(is_so, function("try_strptime", written, "%m/%d/" + year)).otherwise(read)
    return CoalesceOperator(function("strftime", read, "%Y-%m-%d"), written).alias(name)


_ORDER = identifier("Order ID")
_SOLD = time("Sale Date")
_SHIPPED = time("Date Shipped", "Date Posted")
_CURRENCY = text("Currency")
_TOTAL = money("Order Total", currency=_CURRENCY)
_ADJUSTED = money("Adjusted Order Total", currency=_CURRENCY)
_STATUS = text("Status")
_is_cancelled_by_status = says(_STATUS, "canceled", "cancelled", "annulée", "annulé")
_is_refunded_by_status = says(
    _STATUS, "canceled", "cancelled", "annulée", "annulé", "fully refunded", "refunded", "remboursée"
)
# where the listing has no SKU, and without what somebody wanted to have written on it
_VARIATIONS = matched(text("Variations"), r"(?i)[, ]*\bpersonn?ali[sz]ation\b.*$", "")
_VARIANT = matched(_VARIATIONS, r"^\s*(\S.*?)\s*$")
_SKU = first(identifier("SKU"), joined(identifier("Listing ID"), _VARIANT, by=" "))
_LISTED_COUNTRY = text("Ship Country", "Delivery Country")
_FULFILMENT = when(
    lambda cells: _SHIPPED(cells).value.isnotnull(), constant("fulfilled"), constant("unfulfilled")
)


def _refunded(cells: Cells) -> Parsed:
    """What was paid back: what the total was adjusted by, or all of it where the status says so; else NULL."""
    total, adjusted = _TOTAL(cells), _ADJUSTED(cells)
    before, after = (
        total.value.cast("BIGINT"),
        CoalesceOperator(adjusted.value, ConstantExpression(0)).cast("BIGINT"),
    )
    none = ConstantExpression(0)
    value = CaseExpression((after > none) & (after < before), before - after).when(
        _is_refunded_by_status(cells) & (after == none) & (before > none), before
    )
    return Parsed(value.otherwise(NULL.cast("BIGINT")), total.problems + adjusted.problems)


def _is_refunded(cells: Cells) -> Expression:
    return _refunded(cells).value.isnotnull()


def _is_cancelled(cells: Cells) -> Expression:
    was_kept_back = _is_refunded_by_status(cells) & _SHIPPED(cells).value.isnull()
    return _is_cancelled_by_status(cells) | was_kept_back


_PERSONAL = r"^buyer|^street|^(ship|delivery) "

ORDERS = Source(
    name="etsy",
    title="Etsy, orders (CSV)",
    needs=("Sale Date", "Order ID", "Number of Items", "Order Value", "Order Total", "Order Net"),
    prepare=_month_first,
    personal=_PERSONAL,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("etsy"),
                "channel_raw": text("Order Type"),
                "placed_at": _SOLD,
                "shipped_at": _SHIPPED,
                "payment_status": when(
                    says(_STATUS, "payment processing", "open"), constant("pending"), constant("paid")
                ),
                "fulfilment_status": when(_is_cancelled, constant("cancelled"), _FULFILMENT),
                "country": _LISTED_COUNTRY,
                "region": text("Ship State", "Delivery State"),
                "currency": _CURRENCY,
                "total_cents": _TOTAL,
                "refunded_cents": _refunded,
            },
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _ORDER,
                "order_id": _ORDER,
                "cancelled_at": _SOLD,
                "updated_at": just_before(_SOLD),
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "derived_from": constant("status:placed_at"),
            },
            where=_is_cancelled,
        ),
        Table(
            "refunds",
            {
                "refund_id": _ORDER,
                "order_id": _ORDER,
                # the day of the sale, for want of another: the API's refund, if loaded, takes its place
                "refunded_at": _SOLD,
                "updated_at": just_before(_SOLD),
                "amount_cents": _refunded,
                "currency": _CURRENCY,
            },
            where=_is_refunded,
        ),
    ),
)

ITEMS = Source(
    name="etsy",
    title="Etsy, order items (CSV)",
    needs=("Sale Date", "Item Name", "Item Total", "Transaction ID", "Listing ID", "Order ID"),
    prepare=_month_first,
    personal=_PERSONAL,
    tables=(
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": identifier("Transaction ID"),
                "placed_at": _SOLD,
                "sku": _SKU,
                "product": readable(text("Item Name")),
                "variant": _VARIANT,
                "quantity": whole("Quantity"),
                "unit_price_cents": money("Price", currency=_CURRENCY),
                "currency": _CURRENCY,
                "line_status": when(
                    lambda cells: _SHIPPED(cells).value.isnotnull(), constant("shipped"), constant("open")
                ),
            },
        ),
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("etsy"),
                "channel_raw": text("Order Type"),
                "placed_at": _SOLD,
                "updated_at": just_before(_SOLD),
                "paid_at": time("Date Paid"),
                "shipped_at": _SHIPPED,
                "fulfilment_status": _FULFILMENT,
                "country": _LISTED_COUNTRY,
                "region": text("Ship State", "Delivery State"),
                "currency": _CURRENCY,
            },
        ),
    ),
)
