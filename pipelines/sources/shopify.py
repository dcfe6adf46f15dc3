"""Shopify: the orders export (CSV), with 34 to 79 columns, native or re-saved by a spreadsheet.

What the format won't tell: a row is a line, and only the first row of an order holds the order's cells, the others
leave them blank. There is no cancellation but the date of one, which many shops never set: an order refunded before
anything left was cancelled too, and in a fulfilled, partly refunded order a line that is still pending was taken out.
Neither says when, so such a cancellation carries the nearest date known and names it in `derived_from`. The quantity
is the ordered one, never reduced. Tips and shipping protection are lines, `not_eligible`. Reasons and the refunded
line are not in this file (see shopify_returns).

An order is known by its `Name`: exports stripped of personal columns have no `Id`, and the same order must meet itself.
Lines have no id at all: theirs is the SKU (or title) and its ordinal in the order, so that exports that overlap meet.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression, StarExpression

from pipelines.cells import NULL, Cells, Field, function, reshaped
from pipelines.channels import channel
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    joined,
    listed,
    matched,
    money,
    one_of,
    split,
    text,
    time,
    when,
    whole,
)
from pipelines.source import Source, Table

#: what the order's rows are compared and filled by, under names of our own: a header may be written in any case
_READ = {
    "own_name": "Name",
    "own_status": "Financial Status",
    "own_fulfilment": "Fulfillment Status",
    "own_currency": "Currency",
    "own_total": "Total",
    "own_paid": "Paid at",
    "own_fulfilled": "Fulfilled at",
    "own_cancelled": "Cancelled at",
    "own_sku": "Lineitem sku",
    "own_title": "Lineitem name",
    "own_line_status": "Lineitem fulfillment status",
}
# One order is one block of rows with the same name; the same name further down is another shop's, or another export's.
_FILL = """
    with begun as (
        select *, own_name is distinct from lag(own_name) over (order by row_number) as begins
        from sheet_rows
    ),

    numbered as (
        select *, count(*) filter (where begins) over (order by row_number rows unbounded preceding) as block
        from begun
    ),

    filled as (
        select
            row_number,
            own_status is not null
            and row_number() over (partition by block order by own_status is null, row_number) = 1 as is_order_row,
            row_number() over (
                partition by block, coalesce(ltrim(own_sku, ''''), own_title) order by row_number
            )::varchar as line_ordinal,
            any_value(own_currency) over orders as order_currency,
            any_value(own_paid) over orders as order_paid_at,
            any_value(own_fulfilled) over orders as order_fulfilled_at,
            any_value(own_cancelled) over orders as order_cancelled_at,
            any_value(own_total) over orders as order_total,
            lower(any_value(own_status) over orders) as order_status,
            lower(any_value(own_fulfilment) over orders) as order_fulfilment,
            lower(own_line_status) as line_fulfilment
        from numbered
        window orders as (partition by block)
    )

    select
        row_number,
        is_order_row,
        line_ordinal,
        line_fulfilment,
        order_currency,
        order_paid_at,
        order_fulfilled_at,
        case
            when order_cancelled_at is not null
                then if(
                    order_status in ('paid', 'partially_paid')
                    and not regexp_full_match(coalesce(order_total, '1'), '0+([.,]0+)?'),
                    'cancelled_not_refunded',
                    'cancelled_at'
                )
            when order_status = 'refunded' and coalesce(order_fulfilment, 'unfulfilled') in ('unfulfilled', 'restocked')
                then if(order_paid_at is null, 'refunded_unfulfilled:placed_at', 'refunded_unfulfilled:paid_at')
        end as order_is_cancelled,
        case
            when
                order_cancelled_at is null and order_status = 'partially_refunded'
                and order_fulfilment = 'fulfilled' and line_fulfilment = 'pending'
                then 'pending_in_fulfilled:'
                    || case
                        when order_fulfilled_at is not null then 'shipped_at'
                        when order_paid_at is not null then 'paid_at'
                        else 'placed_at'
                    end
        end as line_is_cancelled
    from filled
"""


def _filled(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with what it needs of its order's first row, and with the cancellation that its order implies."""
    cells = Cells(rows.columns)
    found = {name: cells.find(header) for name, header in _READ.items()}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    # windows over a few columns, joined back, take half the time of windows that drag all columns along
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _FILL)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


def _is_order_row(_: Cells) -> Expression:
    return ColumnExpression("is_order_row")


def _is_cancelled_order(_: Cells) -> Expression:
    return ColumnExpression("is_order_row") & ColumnExpression("order_is_cancelled").isnotnull()


def _is_cancelled_line(_: Cells) -> Expression:
    return ColumnExpression("line_is_cancelled").isnotnull()


def _is_gone(cells: Cells) -> Expression:
    """A line that will never be sent: taken out of its order, or the whole order was cancelled before it left."""
    is_pending = ColumnExpression("line_fulfilment") == ConstantExpression("pending")
    return _is_cancelled_line(cells) | (is_pending & ColumnExpression("order_is_cancelled").isnotnull())


def _is_line(cells: Cells) -> Expression:
    found = cells.text("Lineitem name", "Lineitem sku")
    return found[1].isnotnull() if found else ConstantExpression(False)


def sold_on(name: str) -> Field:
    """The channel of an order: an app is told by a bare number."""

    def is_app(cells: Cells) -> Expression:
        return function("regexp_matches", text(name)(cells).value, r"^\d+$")

    return when(is_app, one_of(name, values=SOURCES, otherwise="app"), channel(name, more=SOURCES))


def _needs_no_shipping(cells: Cells) -> Expression:
    return function("lower", text("Lineitem requires shipping")(cells).value) == ConstantExpression("false")


def marketplace_order() -> Field:
    """The order's number on the marketplace it came from, which connectors write into the note attributes."""
    attributes = text("Note Attributes")
    return first(
        matched(attributes, r"\b(\d{3}-\d{7}-\d{7}|\d{2}-\d{5}-\d{5})\b"),
        matched(
            attributes,
            r"(?im)^[^:\n]*(?:marketplace|channel|external|amazon|ebay|walmart|etsy|mirakl|best ?buy)[^:\n]*"
            r"order[^:\n]*:\s*([A-Za-z0-9_-]{5,40})\s*$",
        ),
    )


_NAME = identifier("Name")
_CURRENCY = text("Currency", "order_currency")
_PLACED = time("Created at")
_PAID = time("Paid at", "order_paid_at")
_TITLE = text("Lineitem name")
_SKU = identifier("Lineitem sku")
_LINE_ID = joined(first(_SKU, _TITLE), text("line_ordinal"), by="-")
#: where an order was made; a number is the app that made it
SOURCES = {
    "web": "web",
    "580111": "web",
    "pos": "pos",
    "129785": "pos",
    "shopify_draft_order": "draft_order",
    "1354745": "draft_order",
    "iphone": "mobile",
    "android": "mobile",
    "subscription_contract": "subscription",
    "sell-on-amazon": "amazon",
}

ORDERS = Source(
    name="shopify",
    title="Shopify, orders (CSV)",
    needs=(
        "Name",
        "Financial Status",
        "Fulfillment Status",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
    ),
    prepare=_filled,
    personal=r"^(billing|shipping) (province|country)|^payment ref|^device id|^receipt|^tax ",
    tables=(
        Table(
            "orders",
            {
                "order_id": _NAME,
                "order_name": _NAME,
                "order_ref": first(marketplace_order(), _NAME),
                "other_refs": listed(identifier("Id")),
                "channel": sold_on("Source"),
                "channel_raw": text("Source"),
                "placed_at": _PLACED,
                "paid_at": time("Paid at"),
                "shipped_at": time("Fulfilled at"),
                "cancelled_at": time("Cancelled at"),
                "payment_status": text("Financial Status"),
                "fulfilment_status": text("Fulfillment Status"),
                "country": text("Shipping Country"),
                "region": text("Shipping Province"),
                "currency": text("Currency"),
                "total_cents": money("Total", currency=_CURRENCY),
                "refunded_cents": money("Refunded Amount", currency=_CURRENCY),
                "tags": split("Tags"),
                "customer_key": customer("Email"),
            },
            where=_is_order_row,
        ),
        Table(
            "order_lines",
            {
                "order_id": _NAME,
                "line_id": _LINE_ID,
                "placed_at": _PLACED,
                "sku": _SKU,
                "product": first(matched(_TITLE, r"^(.+) - .+$"), _TITLE),
                "variant": matched(_TITLE, r"^.+ - (.+)$"),
                "supplier": text("Vendor"),
                "quantity": whole("Lineitem quantity"),
                "unit_price_cents": money("Lineitem price", currency=_CURRENCY),
                "currency": _CURRENCY,
                "line_status": when(
                    _needs_no_shipping,
                    constant("not_shippable"),
                    when(
                        _is_gone,
                        constant("cancelled"),
                        one_of(
                            "Lineitem fulfillment status",
                            values={
                                "fulfilled": "shipped",
                                "partial": "shipped",
                                "not_eligible": "not_shippable",
                            },
                            otherwise="open",
                        ),
                    ),
                ),
            },
            where=_is_line,
            extra=r"^lineitem ",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _NAME,
                "order_id": _NAME,
                "cancelled_at": first(time("Cancelled at"), _PAID, _PLACED),
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "amount_cents": money("Refunded Amount", currency=_CURRENCY),
                "currency": _CURRENCY,
                "derived_from": text("order_is_cancelled"),
            },
            where=_is_cancelled_order,
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_NAME, _LINE_ID, by="/"),
                "order_id": _NAME,
                "line_id": _LINE_ID,
                "sku": _SKU,
                "quantity": whole("Lineitem quantity"),
                "cancelled_at": first(time("Fulfilled at", "order_fulfilled_at"), _PAID, _PLACED),
                "declared_by": constant("unknown"),
                "is_partial": constant(True),
                "currency": _CURRENCY,
                "derived_from": text("line_is_cancelled"),
            },
            where=_is_cancelled_line,
        ),
    ),
)
