"""eBay: the orders report of Seller Hub (CSV), in English (US, UK) or French.

What the format won't tell: an order of several articles has a row of its own, without article, that holds its totals,
and one for each article; an order of one article is one row. A sale that nobody paid has no order number yet. The
currency is told by how amounts are written: `$1.00`, `C $1.00`, `EUR 90,00`, `1 234,50 €`. Cancellations, returns and
refunds are not in it (see ebay_orders, ebay_cases). Lines have no id that the API shares: theirs is the item's number,
with an ordinal where an order has it more than once, so that a return, which knows no more, is put to no wrong one.
Whether `Sold For` is for one article or for all is unconfirmed: for one. Of the French headers only nine were seen, in
a third party's file; the others are a guess and do no harm.
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

from pipelines.cells import NULL, Cells, Parsed, reshaped
from pipelines.fields import constant, first, identifier, joined, money, text, time, when, whole
from pipelines.source import Source, Table

_NUMBER = ("Order Number", "Numéro de commande")
_RECORD = ("Sales Record Number", "Numéro de vente")
_ITEM = ("Item Number", "Numéro de l'objet", "Numéro de l’objet")
_TITLE = ("Item Title", "Intitulé de l'objet", "Intitulé de l’objet")
_SOLD_FOR = ("Sold For", "Vendu pour")
_TOTAL = ("Total Price", "Prix total")
_SALE = ("Sale Date", "Date de vente")
_PAID = ("Paid On Date", "Date de paiement", "Date du paiement")
_SHIP_BY = ("Ship By Date", "Post By Date", "Dispatch By Date", "Expédier avant le")
_SHIPPED = (
    "Shipped On Date",
    "Posted On Date",
    "Dispatched On Date",
    "Date d'expédition",
    "Date d’expédition",
)
_DELIVER_BY = ("Maximum Estimated Delivery Date",)
_COUNTRY = ("Ship To Country", "Post To Country", "Pays de livraison")
_REGION = ("Ship To State", "Post To County", "Ship To Province")

#: what rows of an order are filled by, under names of our own
_READ = {
    "own_number": _NUMBER,
    "own_record": _RECORD,
    "own_item": _ITEM,
    "own_sold_for": _SOLD_FOR,
    "own_total": _TOTAL,
    "own_sale": _SALE,
    "own_paid": _PAID,
    "own_ship_by": _SHIP_BY,
    "own_shipped": _SHIPPED,
    "own_deliver_by": _DELIVER_BY,
    "own_country": _COUNTRY,
    "own_region": _REGION,
}
# The line "12 record(s) downloaded", where a re-save made it as wide as the table, is no order.
_TOLD = r"""
    with keyed as (
        select
            *,
            coalesce(own_number, if(regexp_full_match(own_record, '\d+') and own_item is not null, own_record, null))
                as known_order,
            coalesce(own_total, own_sold_for) as amount
        from sheet_rows
    )

    select
        row_number,
        known_order,
        known_order is not null and own_item is not null as is_item_row,
        known_order is not null
        and row_number() over (partition by known_order order by own_item is not null, row_number) = 1 as is_order_row,
        if(
            count(*) over (partition by known_order, own_item) > 1,
            row_number() over (partition by known_order, own_item order by row_number),
            null
        )::varchar as item_ordinal,
        any_value(own_sale) over orders as order_sale,
        any_value(own_paid) over orders as order_paid,
        any_value(own_ship_by) over orders as order_ship_by,
        any_value(own_shipped) over orders as order_shipped,
        any_value(own_deliver_by) over orders as order_deliver_by,
        any_value(own_country) over orders as order_country,
        any_value(own_region) over orders as order_region,
        any_value(case
            when regexp_matches(amount, '^\s*(C|CA) ?\$') then 'CAD'
            when regexp_matches(amount, '^\s*(A|AU) ?\$') then 'AUD'
            when regexp_matches(amount, '^\s*(US ?)?\$') then 'USD'
            when contains(amount, '£') then 'GBP'
            when contains(amount, '€') then 'EUR'
            else nullif(regexp_extract(amount, '\b[A-Z]{3}\b'), '')
        end) over orders as order_currency
    from keyed
    window orders as (partition by known_order)
"""


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with what it needs of the other rows of its order."""
    cells = Cells(rows.columns)
    found = {name: cells.find(*headers) for name, headers in _READ.items()}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TOLD)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


def _is_order_row(_: Cells) -> Expression:
    return ColumnExpression("is_order_row")


def _is_item_row(_: Cells) -> Expression:
    return ColumnExpression("is_item_row")


def _has_parcel(cells: Cells) -> Expression:
    return ColumnExpression("is_item_row") & _TRACKING(cells).value.isnotnull()


def _is_shipped(cells: Cells) -> Expression:
    return _LEFT(cells).value.isnotnull()


def _payment_status(cells: Cells) -> Parsed:
    """'paid' or 'unpaid'; NULL in a report that has no column for it."""
    if not cells.find(*_PAID):
        return Parsed(NULL.cast("VARCHAR"))
    paid = time(*_PAID, "order_paid")(cells)
    return Parsed(
        CaseExpression(paid.value.isnotnull(), ConstantExpression("paid")).otherwise(
            ConstantExpression("unpaid")
        )
    )


_ORDER = identifier("known_order")
_SOLD = time(*_SALE, "order_sale")
_LEFT = time(*_SHIPPED, "order_shipped")
_TRACKING = identifier("Tracking Number", "Numéro de suivi")
_CURRENCY = text("order_currency")

ORDERS = Source(
    name="ebay",
    title="eBay, orders report (CSV)",
    needs=(_NUMBER, _ITEM, _TITLE, _SOLD_FOR, _SALE),
    prepare=_told,
    personal=r"^(buyer|ship to|post to|feedback|paypal|seller id)\b|pseudo|acheteur|note$|^item (zip|location)",
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("ebay"),
                "placed_at": _SOLD,
                "paid_at": time(*_PAID, "order_paid"),
                "ship_by_at": time(*_SHIP_BY, "order_ship_by"),
                "deliver_by_at": time(*_DELIVER_BY, "order_deliver_by"),
                "shipped_at": _LEFT,
                "payment_status": _payment_status,
                "fulfilment_status": when(_is_shipped, constant("fulfilled"), constant("unfulfilled")),
                "country": text(*_COUNTRY, "order_country"),
                "region": text(*_REGION, "order_region"),
                "currency": _CURRENCY,
                "total_cents": money(*_TOTAL, currency=_CURRENCY),
            },
            where=_is_order_row,
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": joined(identifier(*_ITEM), text("item_ordinal"), by="-"),
                "placed_at": _SOLD,
                "sku": first(identifier("Custom Label", "Libellé personnalisé"), identifier(*_ITEM)),
                "product": text(*_TITLE),
                "variant": text("Variation Details", "Détails de la variation"),
                "quantity": whole("Quantity", "Quantité"),
                "unit_price_cents": money(*_SOLD_FOR, currency=_CURRENCY),
                "currency": _CURRENCY,
                "line_status": when(_is_shipped, constant("shipped"), constant("open")),
            },
            where=_is_item_row,
        ),
        Table(
            "shipments",
            {
                "shipment_id": _TRACKING,
                "order_id": _ORDER,
                "service": text("Shipping Service", "Service de livraison"),
                "tracking_number": _TRACKING,
                "shipped_at": _LEFT,
                "promised_by_at": time(*_DELIVER_BY, "order_deliver_by"),
            },
            where=_has_parcel,
        ),
    ),
)
