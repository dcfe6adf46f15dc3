"""eBay: orders of the Fulfillment API (JSON), with their cancellations and refunds.

What the format won't tell: a cancellation is a request among others, and only a completed one cancels; the seller may
cancel at the buyer's wish, which the reason says and the initiator does not. The cost of a line is for its whole
quantity. A refund stands at its line, at the payment, or at both under one id: the payment's counts where no line
names it. Nothing says when an order left. Lines bear the item's number, as in the report (see ebay) and in returns.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.fields import constant, customer, first, identifier, money, one_of, text, time, whole
from pipelines.source import Source, Table

_TOLD = """
    with told as (
        select
            row_number,
            doc,
            upper(doc ->> '$.cancelStatus.cancelState') as cancel_state,
            json_extract(doc, '$.lineItems[*]') as items,
            json_extract(doc, '$.cancelStatus.cancelRequests[*]') as requests,
            coalesce(json_extract(doc, '$.paymentSummary.refunds[*]'), []) as payment_refunds
        from sheet_rows
    ),

    numbered as (
        select
            *,
            list_transform(items, lambda item, place: json_object(
                'item', item,
                'id', (item ->> '$.legacyItemId') || if(
                    len(list_filter(items, lambda other: other ->> '$.legacyItemId' = item ->> '$.legacyItemId')) > 1,
                    '-' || len(list_filter(
                        items[1:place], lambda other: other ->> '$.legacyItemId' = item ->> '$.legacyItemId'
                    )),
                    ''
                ),
                'unit_price', (
                    try_cast(item ->> '$.lineItemCost.value' as decimal(18, 3))
                    / nullif(try_cast(item ->> '$.quantity' as integer), 0)
                )::varchar,
                'status', case
                    when cancel_state in ('CANCELED', 'CANCELLED') then 'cancelled'
                    when upper(item ->> '$.lineItemFulfillmentStatus') = 'FULFILLED' then 'shipped'
                    else 'open'
                end
            )) as lines
        from told
    ),

    refunded as (
        select
            *,
            flatten(list_transform(lines, lambda line: list_transform(
                coalesce(json_extract(line, '$.item.refunds[*]'), []),
                lambda refund: json_object('line', line ->> '$.id', 'sku', line ->> '$.item.sku', 'refund', refund)
            ))) as line_refunds
        from numbered
    )

    select
        row_number,
        json_object(
            'order', doc::json,
            'lines', lines,
            'requests', if(
                len(requests) = 0 and cancel_state in ('CANCELED', 'CANCELLED'),
                [json_object(
                    'cancelRequestId', doc ->> '$.orderId',
                    'cancelCompletedDate', doc ->> '$.cancelStatus.cancelledDate'
                )],
                list_filter(
                    requests,
                    lambda request: upper(coalesce(request ->> '$.cancelRequestState', 'COMPLETED')) = 'COMPLETED'
                )
            ),
            'refunds', list_concat(
                line_refunds,
                list_transform(
                    list_filter(payment_refunds, lambda refund: not list_contains(
                        list_transform(line_refunds, lambda known: known ->> '$.refund.refundId'),
                        refund ->> '$.refundId'
                    ) and upper(coalesce(refund ->> '$.refundStatus', 'REFUNDED')) <> 'FAILED'),
                    lambda refund: json_object('refund', refund)
                )
            )
        )::varchar as doc
    from refunded
"""


def _told(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _TOLD)


#: who wanted it: the reasons that a seller ticks for the buyer, then who asked
DECLARED_BY = {
    "buyer_asked_cancel": "customer",
    "order_unpaid": "payment",
    "wrong_payment_method": "payment",
}
ASKED_BY_BUYER = {"buyer": "true", "seller": "false", "ebay": "false", "system": "false"}
INITIATORS = {"buyer": "customer", "seller": "merchant", "ebay": "marketplace", "system": "marketplace"}

_ORDER = identifier("$.order.orderId")
_CHANGED = time("$.order.lastModifiedDate", zone="UTC")
_CURRENCY = text("$.order.pricingSummary.total.currency")
_PRICE_CURRENCY = text("@.item.lineItemCost.currency")
_REFUND_CURRENCY = text("@.refund.amount.currency")
_SHIP_TO = "$.order.fulfillmentStartInstructions[0].shippingStep.shipTo."
_PAYMENT = {
    "paid": "paid",
    "pending": "pending",
    "failed": "failed",
    "fully_refunded": "refunded",
    "partially_refunded": "partially_refunded",
}
_FULFILMENT = {"fulfilled": "fulfilled", "in_progress": "partial", "not_started": "unfulfilled"}

ORDERS = Source(
    name="ebay",
    title="eBay, orders (Fulfillment API, JSON)",
    is_documents=True,
    needs=("orderId", "orderFulfillmentStatus", "orderPaymentStatus", "lineItems", "creationDate"),
    prepare=_told,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("ebay"),
                "channel_raw": text("$.order.lineItems[0].listingMarketplaceId"),
                "placed_at": time("$.order.creationDate", zone="UTC"),
                "updated_at": _CHANGED,
                "paid_at": time("$.order.paymentSummary.payments[0].paymentDate", zone="UTC"),
                "ship_by_at": time(
                    "$.order.lineItems[0].lineItemFulfillmentInstructions.shipByDate", zone="UTC"
                ),
                "deliver_by_at": time(
                    "$.order.lineItems[0].lineItemFulfillmentInstructions.maxEstimatedDeliveryDate",
                    zone="UTC",
                ),
                "cancelled_at": time("$.order.cancelStatus.cancelledDate", zone="UTC"),
                "payment_status": one_of("$.order.orderPaymentStatus", values=_PAYMENT, keep=True),
                "fulfilment_status": one_of("$.order.orderFulfillmentStatus", values=_FULFILMENT, keep=True),
                "country": text(
                    _SHIP_TO + "contactAddress.countryCode", "$.order.buyer.taxAddress.countryCode"
                ),
                "region": text(_SHIP_TO + "contactAddress.stateOrProvince"),
                "currency": _CURRENCY,
                "total_cents": money("$.order.pricingSummary.total.value", currency=_CURRENCY),
                "customer_key": customer(_SHIP_TO + "email", "$.order.buyer.username"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": identifier("@.id"),
                "placed_at": time("$.order.creationDate", zone="UTC"),
                "updated_at": _CHANGED,
                "sku": first(identifier("@.item.sku"), identifier("@.item.legacyItemId")),
                "product": text("@.item.title"),
                "quantity": whole("@.item.quantity"),
                "unit_price_cents": money("@.unit_price", currency=_PRICE_CURRENCY),
                "currency": _PRICE_CURRENCY,
                "line_status": text("@.status"),
            },
            each="$.lines",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": identifier("@.cancelRequestId"),
                "order_id": _ORDER,
                "cancelled_at": time("@.cancelCompletedDate", "@.cancelRequestedDate", zone="UTC"),
                "updated_at": _CHANGED,
                "reason_raw": text("@.cancelReason"),
                "reason_scheme": constant("ebay.cancel"),
                "declared_by": first(
                    one_of("@.cancelReason", values=DECLARED_BY),
                    one_of("@.cancelInitiator", values=INITIATORS),
                    constant("unknown"),
                ),
                "requested_by_customer": one_of("@.cancelInitiator", values=ASKED_BY_BUYER),
                "is_partial": constant(False),
            },
            each="$.requests",
        ),
        Table(
            "refunds",
            {
                "refund_id": identifier("@.refund.refundId"),
                "order_id": _ORDER,
                "line_id": identifier("@.line"),
                "sku": identifier("@.sku"),
                "refunded_at": time("@.refund.refundDate", zone="UTC"),
                "updated_at": _CHANGED,
                "amount_cents": money("@.refund.amount.value", currency=_REFUND_CURRENCY),
                "currency": _REFUND_CURRENCY,
            },
            each="$.refunds",
        ),
    ),
)
