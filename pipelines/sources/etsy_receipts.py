"""Etsy: receipts of the API (JSON): an order with its articles, parcels and refunds.

What the format won't tell: an amount is a whole number to be divided by its `divisor`; times are seconds since 1970,
under two names of which one is withdrawn (`create_timestamp`). The receipt's id is the order's number everywhere. A
refund has no id and names no article: it is known by its place, the first by the order alone, as the download tells it
(see etsy). Its reason is a text; notes to buyers are not read. Wishes for engravings are variations, and left out. A
fully refunded order that never left was cancelled.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    joined,
    money,
    text,
    time,
    whole,
)
from pipelines.helpdesks import readable
from pipelines.shops import remark
from pipelines.source import Source, Table

_TOLD = """
    with told as (
        select
            row_number,
            doc,
            regexp_replace(lower(doc ->> '$.status'), '[_-]', ' ', 'g') as status,
            lower(doc ->> '$.is_paid') as is_paid,
            coalesce(doc ->> '$.is_shipped' = 'true', false) or json_array_length(doc, '$.shipments') > 0 as is_shipped,
            json_extract(doc, '$.transactions[*]') as lines,
            json_extract(doc, '$.refunds[*]') as refunds
        from sheet_rows
    ),

    judged as (
        select
            *,
            case
                when status in ('canceled', 'cancelled') then 'status_cancelled:updated_at'
                when status = 'fully refunded' and not is_shipped then 'refunded_unshipped:updated_at'
            end as cancelled_because
        from told
    )

    select
        row_number,
        json_object(
            'receipt', doc::json,
            'cancelled_because', cancelled_because,
            'payment', case
                when is_paid = 'false' or status in ('open', 'payment processing') then 'pending'
                when status = 'fully refunded' then 'refunded'
                else 'paid'
            end,
            'fulfilment', case
                when cancelled_because is not null then 'cancelled'
                when is_shipped then 'fulfilled'
                else 'unfulfilled'
            end,
            'total', (
                try_cast(doc ->> '$.grandtotal.amount' as decimal(18, 3))
                / nullif(try_cast(doc ->> '$.grandtotal.divisor' as integer), 0)
            )::varchar,
            'refunded', list_sum(list_transform(refunds, lambda refund:
                try_cast(refund ->> '$.amount.amount' as decimal(18, 3))
                / nullif(try_cast(refund ->> '$.amount.divisor' as integer), 0)
            ))::varchar,
            'lines', list_transform(lines, lambda line: json_object(
                'line', line,
                'price', (
                    try_cast(line ->> '$.price.amount' as decimal(18, 3))
                    / nullif(try_cast(line ->> '$.price.divisor' as integer), 0)
                )::varchar,
                'variant', nullif(array_to_string(list_transform(
                    list_filter(
                        json_extract(line, '$.variations[*]'),
                        lambda each: coalesce(each ->> '$.property_id', '') <> '54'
                            and not regexp_matches(coalesce(each ->> '$.formatted_name', ''), '(?i)personali[sz]ation')
                    ),
                    lambda each: (each ->> '$.formatted_name') || ':' || (each ->> '$.formatted_value')
                ), ','), ''),
                'status', case
                    when cancelled_because is not null then 'cancelled'
                    when is_shipped then 'shipped'
                    else 'open'
                end
            )),
            'refunds', list_transform(refunds, lambda refund, place: json_object(
                'ordinal', nullif(place, 1),
                'refund', refund,
                'amount', (
                    try_cast(refund ->> '$.amount.amount' as decimal(18, 3))
                    / nullif(try_cast(refund ->> '$.amount.divisor' as integer), 0)
                )::varchar
            ))
        )::varchar as doc
    from judged
"""


def _told(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _TOLD)


def _is_cancelled(cells: Cells) -> Expression:
    return text("$.cancelled_because")(cells).value.isnotnull()


def _has_number(cells: Cells) -> Expression:
    return identifier("@.tracking_code")(cells).value.isnotnull()


_ORDER = identifier("$.receipt.receipt_id")
_CURRENCY = text("$.receipt.grandtotal.currency_code")
_PLACED = time("$.receipt.created_timestamp", "$.receipt.create_timestamp")
_CHANGED = time("$.receipt.updated_timestamp", "$.receipt.update_timestamp")
_PRICE_CURRENCY = text("@.line.price.currency_code")
_REFUND_CURRENCY = text("@.refund.amount.currency_code")
_REFUNDED = time("@.refund.created_timestamp")
_VARIANT = text("@.variant")

RECEIPTS = Source(
    name="etsy",
    title="Etsy, receipts (API JSON)",
    is_documents=True,
    needs=("receipt_id", "status", "grandtotal", "transactions"),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("etsy"),
                "placed_at": _PLACED,
                "updated_at": _CHANGED,
                "ship_by_at": time("$.receipt.transactions[0].expected_ship_date"),
                "shipped_at": time("$.receipt.shipments[0].shipment_notification_timestamp"),
                "payment_status": text("$.payment"),
                "fulfilment_status": text("$.fulfilment"),
                "carrier": text("$.receipt.shipments[0].carrier_name"),
                "country": text("$.receipt.country_iso"),
                "region": text("$.receipt.state"),
                "currency": _CURRENCY,
                "total_cents": money("$.total", currency=_CURRENCY),
                "refunded_cents": money("$.refunded", currency=_CURRENCY),
                "customer_key": customer("$.receipt.buyer_email"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": identifier("@.line.transaction_id"),
                "placed_at": _PLACED,
                "updated_at": _CHANGED,
                "sku": first(
                    identifier("@.line.sku"), joined(identifier("@.line.listing_id"), _VARIANT, by=" ")
                ),
                "product": readable(text("@.line.title")),
                "variant": _VARIANT,
                "quantity": whole("@.line.quantity"),
                "unit_price_cents": money("@.price", currency=_PRICE_CURRENCY),
                "currency": _PRICE_CURRENCY,
                "line_status": text("@.status"),
            },
            each="$.lines",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _ORDER,
                "order_id": _ORDER,
                "cancelled_at": _CHANGED,
                "updated_at": _CHANGED,
                "reason_raw": remark("$.receipt.refunds[0].reason"),
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
                "refund_id": joined(_ORDER, text("@.ordinal"), by="-"),
                "order_id": _ORDER,
                "refunded_at": _REFUNDED,
                "updated_at": _REFUNDED,
                "amount_cents": money("@.amount", currency=_REFUND_CURRENCY),
                "currency": _REFUND_CURRENCY,
                "reason_raw": remark("@.refund.reason"),
                "reason_scheme": constant("shop.tag"),
            },
            each="$.refunds",
        ),
        Table(
            "shipments",
            {
                "shipment_id": identifier("@.receipt_shipping_id", "@.tracking_code"),
                "order_id": _ORDER,
                "carrier": text("@.carrier_name"),
                "tracking_number": identifier("@.tracking_code"),
                "shipped_at": time("@.shipment_notification_timestamp"),
            },
            where=_has_number,
            each="$.receipt.shipments",
        ),
    ),
)
