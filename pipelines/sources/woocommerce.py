"""WooCommerce: orders of the REST API (JSON), with their lines and refunds.

What the format won't tell: `date_…` is the site's own clock without its zone, `date_…_gmt` is UTC; the status
`completed` is how a shop says that an order left. Nothing says why or by whom an order was cancelled. An order that
was cancelled before anybody paid is mostly a basket that the hold-stock timeout gave up: it is no cancellation here
(cash on delivery apart) and counts as not confirmed. A fully refunded order that never was completed was cancelled too.

A refund within an order has a negative total, no date and no lines: it is dated by the order's last change, until
the refund itself is loaded (see woocommerce_refunds), which takes its place. Its reason is free text of the staff. An
order has an id and, where a plugin gives one, another number, by which customers call it: it is found by both. A line
is known by its place in the order, so that the Analytics export, which has no ids, meets it; an article without SKU by
its product's id. Customers' notes are not read: they are wishes for the delivery.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.channels import channel
from pipelines.fields import constant, customer, first, identifier, money, text, time, when, whole
from pipelines.helpdesks import says
from pipelines.shops import remark
from pipelines.source import Source, Table

# Facts of the order that take more than one of its keys, beside the order as it was.
_TOLD = """
    with told as (
        select
            row_number,
            doc,
            json_extract(doc, '$.line_items[*]') as lines,
            json_extract(doc, '$.refunds[*]') as refunds,
            doc ->> '$.currency' as currency,
            regexp_replace(lower(doc ->> '$.status'), '^wc-', '') as status,
            coalesce(doc ->> '$.date_paid_gmt', doc ->> '$.date_paid') is not null as is_paid,
            coalesce(doc ->> '$.date_completed_gmt', doc ->> '$.date_completed') is not null as is_completed,
            coalesce(doc ->> '$.payment_method' = 'cod', false) as is_paid_at_the_door
        from sheet_rows
    ),

    judged as (
        select
            *,
            case
                when status = 'cancelled' and (is_paid or is_paid_at_the_door) then 'status_cancelled:updated_at'
                when status = 'refunded' and not is_completed then 'refunded_uncompleted:updated_at'
            end as cancelled_because,
            case
                when status in ('pending', 'on-hold', 'checkout-draft') then 'pending'
                when status = 'failed' then 'failed'
                when status = 'trash' then 'voided'
                when status = 'refunded' then 'refunded'
                when is_paid or status <> 'cancelled' then 'paid'
                when is_paid_at_the_door then 'on_delivery'
                else 'unpaid'
            end as payment
        from told
    )

    select
        row_number,
        json_object(
            'order', doc::json,
            'status', status,
            'payment', payment,
            'fulfilment', case
                when status in ('completed', 'shipped', 'delivered') or is_completed then 'fulfilled'
                when status in ('processing', 'on-hold', 'pending', 'refunded', 'failed') then 'unfulfilled'
                else status
            end,
            'cancelled_because', cancelled_because,
            'refunded', list_sum(
                list_transform(refunds, lambda refund: abs(try_cast(refund ->> '$.total' as decimal(18, 3))))
            )::varchar,
            'lines', list_transform(lines, lambda line, place: json_object(
                'line', line,
                'place', place,
                'currency', currency,
                'sku', coalesce(
                    nullif(trim(line ->> '$.sku'), ''),
                    'ID ' || nullif(line ->> '$.product_id', '0')
                    || coalesce('-' || nullif(line ->> '$.variation_id', '0'), '')
                ),
                'name', regexp_replace(regexp_replace(regexp_replace(
                    coalesce(line ->> '$.parent_name', line ->> '$.name'),
                    '&(ndash|mdash|#821[12]);', '–', 'g'), '&(amp|#0?38);', '&', 'g'), '&(quot|#0?34);', '"', 'g'),
                'variant', nullif(array_to_string(list_transform(
                    list_filter(
                        json_extract(line, '$.meta_data[*]'),
                        lambda meta: regexp_matches(
                            lower(strip_accents(meta ->> '$.key')), '^(pa_.*|size|taille|colou?r|couleur)$'
                        )
                    ),
                    lambda meta: coalesce(meta ->> '$.display_value', meta ->> '$.value')
                ), ', '), ''),
                'status', case
                    when status in ('cancelled', 'failed', 'trash') or cancelled_because is not null then 'cancelled'
                    when status in ('completed', 'shipped', 'delivered') or is_completed then 'shipped'
                    else 'open'
                end
            )),
            'refunds', list_transform(refunds, lambda refund: json_object(
                'id', refund ->> '$.id',
                'total', abs(try_cast(refund ->> '$.total' as decimal(18, 3)))::varchar,
                'reason', coalesce(refund ->> '$.reason', refund ->> '$.refund')
            ))
        )::varchar as doc
    from judged
"""


def _told(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _TOLD)


def _is_cancelled(cells: Cells) -> Expression:
    return text("$.cancelled_because")(cells).value.isnotnull()


_ID = identifier("$.order.id")
_NUMBER = identifier("$.order.number", "$.order.id")
_CURRENCY = text("$.order.currency")
_PLACED = first(time("$.order.date_created_gmt", zone="UTC"), time("$.order.date_created"))
_CHANGED = first(time("$.order.date_modified_gmt", zone="UTC"), time("$.order.date_modified"))
#: how an order was made, where it is not one of the words that all tools share
CREATED_VIA = {
    "checkout": "web",
    "store-api": "web",
    "admin": "draft_order",
    "rest-api": "app",
    "pos-rest-api": "pos",
    "subscription": "subscription",
}

ORDERS = Source(
    name="woocommerce",
    title="WooCommerce, orders (REST API, JSON)",
    is_documents=True,
    needs=("number", "order_key", "created_via", "line_items", "date_created", "payment_method"),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ID,
                "order_name": _NUMBER,
                "channel": channel("$.order.created_via", more=CREATED_VIA),
                "channel_raw": text("$.order.created_via"),
                "placed_at": _PLACED,
                "updated_at": _CHANGED,
                "paid_at": first(time("$.order.date_paid_gmt", zone="UTC"), time("$.order.date_paid")),
                "shipped_at": first(
                    time("$.order.date_completed_gmt", zone="UTC"), time("$.order.date_completed")
                ),
                "cancelled_at": when(says(text("$.status"), "cancelled"), _CHANGED),
                "payment_status": text("$.payment"),
                "fulfilment_status": text("$.fulfilment"),
                "country": text("$.order.shipping.country", "$.order.billing.country"),
                "region": text("$.order.shipping.state", "$.order.billing.state"),
                "currency": _CURRENCY,
                "total_cents": money("$.order.total", currency=_CURRENCY),
                "refunded_cents": money("$.refunded", currency=_CURRENCY),
                "customer_key": customer("$.order.billing.email"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ID,
                "line_id": identifier("@.place"),
                "placed_at": _PLACED,
                "updated_at": _CHANGED,
                "sku": identifier("@.sku"),
                "product": text("@.name"),
                "variant": text("@.variant"),
                "quantity": whole("@.line.quantity"),
                "unit_price_cents": money("@.line.price", currency=text("@.currency")),
                "currency": text("@.currency"),
                "line_status": text("@.status"),
            },
            each="$.lines",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _ID,
                "order_id": _ID,
                "cancelled_at": _CHANGED,
                "updated_at": _CHANGED,
                # what staff wrote when they paid it back is all that is ever said of the reason
                "reason_raw": remark("$.refunds[0].reason"),
                "reason_scheme": constant("shop.tag"),
                "declared_by": constant("unknown"),
                "is_partial": constant(False),
                "derived_from": text("$.cancelled_because"),
            },
            where=_is_cancelled,
        ),
        Table(
            "refunds",
            {
                "refund_id": identifier("@.id"),
                "order_id": _ID,
                "refunded_at": _CHANGED,
                # older than any refund of the order, so that the refund itself, once loaded, takes its place
                "updated_at": _PLACED,
                "amount_cents": money("@.total", currency=_CURRENCY),
                "currency": _CURRENCY,
                "payment_method": text("$.order.payment_method"),
                "reason_raw": remark("@.reason"),
                "reason_scheme": constant("shop.tag"),
            },
            each="$.refunds",
        ),
    ),
)
