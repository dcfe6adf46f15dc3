"""WooCommerce: the orders that Analytics > Orders lets download (CSV), in English or French.

What the format won't tell: times are the site's own, which are read in the shop's zone; articles are names in one
cell, `2× Lamp, 1× Vase` or `Lamp x 2, Vase x 1`, without SKU or price; there is no id but the number. Net sales
are without tax, shipping and what was refunded, so they are not the order's total. Large reports come by e-mail, with
other names for that column. A row with negative sales is a refund in its own right (unconfirmed). Nothing says whether
a cancelled order had been paid: what `woocommerce` leaves out as given up baskets is counted here. The French header
was seen in a third party's file only. What the API says of an order stands, whichever of the two is loaded first.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression, StarExpression

from pipelines.cells import NULL, Cells, Parsed, function, reshaped
from pipelines.fields import constant, first, identifier, money, one_of, text, time, whole
from pipelines.shops import just_before
from pipelines.source import Source, Table

_NUMBER_NAMES = ("Order #", "Commande n°", "Commande nº", "N° de commande", "Numéro de commande")
_STATUS_NAMES = ("Status", "État")
_PRODUCT_NAMES = ("Product(s)", "Produit(s)")
_SALES_NAMES = ("Net sales", "N. Revenue", "Ventes nettes", "N. Revenue (formatted)")
_READ = {"own_status": _STATUS_NAMES, "own_products": _PRODUCT_NAMES, "own_sales": _SALES_NAMES}

# One row an article, or one for an order without any; `place` is where it stands among the articles.
_TOLD = r"""
    with split as (
        select
            row_number,
            coalesce(regexp_matches(own_sales, '^\D*[-(]'), false) as is_refund,
            regexp_replace(lower(strip_accents(own_status)), '^wc-', '') as written,
            string_split(regexp_replace(regexp_replace(
                coalesce(own_products, ''), ', (\d+ ?× ?)', chr(31) || '\1', 'g'
            ), '( [x×] ?\d+), ', '\1' || chr(31), 'g'), chr(31)) as products
        from sheet_rows
    ),

    lines as (
        select
            row_number,
            is_refund,
            case
                when written in ('pending', 'pending payment', 'en attente de paiement') then 'pending'
                when written in ('processing', 'en cours') then 'processing'
                when written in ('on-hold', 'on hold', 'en attente') then 'on-hold'
                when written in ('completed', 'terminee', 'termine') then 'completed'
                when written in ('cancelled', 'canceled', 'annulee', 'annule') then 'cancelled'
                when written in ('refunded', 'remboursee', 'rembourse') then 'refunded'
                when written in ('failed', 'echouee', 'echoue') then 'failed'
                else written
            end as order_state,
            unnest(products) as written_product,
            generate_subscripts(products, 1) as place
        from split
    )

    select
        row_number,
        is_refund,
        order_state,
        place = 1 as is_order_row,
        place::varchar as place,
        nullif(
            trim(regexp_replace(regexp_replace(written_product, '^\d+ ?× ?', ''), ' [x×] ?\d+$', '')), ''
        ) as product,
        coalesce(
            nullif(regexp_extract(written_product, '^(\d+) ?×', 1), ''),
            nullif(regexp_extract(written_product, ' [x×] ?(\d+)$', 1), '')
        ) as product_quantity
    from lines
"""


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every order once for each of its articles, with its state in one spelling."""
    cells = Cells(rows.columns)
    found = {name: cells.find(*headers) for name, headers in _READ.items()}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TOLD)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


def _is_order(_: Cells) -> Expression:
    return ColumnExpression("is_order_row") & ~ColumnExpression("is_refund")


def _is_line(_: Cells) -> Expression:
    return ColumnExpression("product").isnotnull() & ~ColumnExpression("is_refund")


def _is_cancelled(cells: Cells) -> Expression:
    return _is_order(cells) & (ColumnExpression("order_state") == ConstantExpression("cancelled"))


def _is_refund(_: Cells) -> Expression:
    return ColumnExpression("is_order_row") & ColumnExpression("is_refund")


def _unsigned(cells: Cells) -> Parsed:
    amount = money(*_SALES_NAMES)(cells)
    return Parsed(function("abs", amount.value), amount.problems)


_NUMBER = identifier(*_NUMBER_NAMES)
_PLACED = time("Date")
_AS_KNOWN_THEN = just_before(_PLACED)
_PAYMENT = {
    "pending": "pending",
    "on-hold": "pending",
    "failed": "failed",
    "cancelled": None,
    "refunded": "refunded",
}
_FULFILMENT = {
    "completed": "fulfilled",
    "processing": "unfulfilled",
    "on-hold": "unfulfilled",
    "pending": "unfulfilled",
    "failed": "unfulfilled",
}

ORDERS = Source(
    name="woocommerce",
    title="WooCommerce, Analytics orders (CSV)",
    needs=(
        "Date",
        _NUMBER_NAMES,
        _STATUS_NAMES,
        ("Customer type", "Type de client"),
        _PRODUCT_NAMES,
        ("Items sold", "Articles vendus"),
    ),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _NUMBER,
                "order_name": _NUMBER,
                "channel": first(
                    one_of("Attribution", values={"web admin": "draft_order", "mobile app": "mobile"}),
                    constant("web"),
                ),
                "channel_raw": text("Attribution"),
                "placed_at": _PLACED,
                "updated_at": _AS_KNOWN_THEN,
                "payment_status": one_of("order_state", values=_PAYMENT, otherwise="paid"),
                "fulfilment_status": one_of("order_state", values=_FULFILMENT, keep=True),
            },
            where=_is_order,
        ),
        Table(
            "order_lines",
            {
                "order_id": _NUMBER,
                "line_id": text("place"),
                "placed_at": _PLACED,
                "updated_at": _AS_KNOWN_THEN,
                "product": text("product"),
                "quantity": whole("product_quantity"),
                "line_status": one_of(
                    "order_state",
                    values={"completed": "shipped", "cancelled": "cancelled", "failed": "cancelled"},
                    otherwise="open",
                ),
            },
            where=_is_line,
            extra=r"$^",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _NUMBER,
                "order_id": _NUMBER,
                "cancelled_at": _PLACED,
                "updated_at": _AS_KNOWN_THEN,
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "derived_from": constant("status_cancelled:placed_at"),
            },
            where=_is_cancelled,
        ),
        Table(
            "refunds",
            {
                "order_id": _NUMBER,
                "refunded_at": _PLACED,
                "amount_cents": _unsigned,
            },
            where=_is_refund,
        ),
    ),
)
