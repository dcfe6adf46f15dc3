"""eBay: returns, cancellations and item-not-received inquiries of the Post-Order API (JSON).

What the format won't tell: the reason of a return is what the buyer ticked. A return names no SKU, but the item, which
is the line's number in orders; of an item with variations it does not say which. What was really paid back is the
actual refund, the estimate is none. A cancellation that is asked for, pending or refused cancelled nothing: such a
record is told as holding nothing to count. An inquiry may name no order (whether it always does is unconfirmed): the
item and its transaction then stand for it. What buyers write is read for phrases and not kept.
"""

from __future__ import annotations

from duckdb import ConstantExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, function, reshaped
from pipelines.fields import constant, first, identifier, joined, money, one_of, text, time, whole
from pipelines.source import Source, Table
from pipelines.sources.ebay_orders import ASKED_BY_BUYER, DECLARED_BY, INITIATORS

# A single return is answered as `summary` beside its `detail`, a list has summaries only.
_SUMMARIES = """
    select
        row_number,
        coalesce(json_extract(doc, '$.summary'), doc)::varchar as doc
    from sheet_rows
"""


def _summaries(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _SUMMARIES)


#: states of a cancellation that cancelled nothing (yet)
UNDONE = ("CANCEL_REQUESTED", "CANCEL_PENDING", "CANCEL_REJECTED", "CANCEL_FAILED", "INITIAL", "PENDING")


def _is_cancelled(cells: Cells) -> Expression:
    state = function("upper", text("$.cancelStatus", "$.cancelState")(cells).value)
    return state.isnull() | ~state.isin(*map(ConstantExpression, UNDONE))


_DECLINED = {"return_rejected": "declined", "return_request_rejected": "declined"}
_RETURNED_CURRENCY = text(
    "$.sellerTotalRefund.actualRefundAmount.currency", "$.buyerTotalRefund.actualRefundAmount.currency"
)

RETURNS = Source(
    name="ebay",
    title="eBay, returns (Post-Order API, JSON)",
    is_documents=True,
    needs=(("returnId", "summary.returnId"), ("creationInfo", "summary.creationInfo")),
    prepare=_summaries,
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("$.returnId"),
                "order_id": identifier("$.orderId"),
                "line_id": identifier("$.creationInfo.item.itemId"),
                "quantity": whole("$.creationInfo.item.returnQuantity"),
                "status": first(
                    one_of("$.state", values=_DECLINED),
                    one_of("$.status", "$.state", values={"closed": "closed"}, otherwise="open"),
                ),
                "reason_raw": text("$.creationInfo.reason"),
                "reason_scheme": constant("ebay.return"),
                "requested_at": time("$.creationInfo.creationDate.value", zone="UTC"),
                "refund_cents": money(
                    "$.sellerTotalRefund.actualRefundAmount.value",
                    "$.buyerTotalRefund.actualRefundAmount.value",
                    currency=_RETURNED_CURRENCY,
                ),
                "currency": _RETURNED_CURRENCY,
            },
            words=text("$.creationInfo.comments.content"),
        ),
    ),
)

_CANCELLED_CURRENCY = text("$.requestRefundAmount.currency")

CANCELLATIONS = Source(
    name="ebay",
    title="eBay, cancellations (Post-Order API, JSON)",
    is_documents=True,
    needs=("cancelId", "legacyOrderId", "cancelReason", "cancelRequestDate"),
    tables=(
        Table(
            "cancellations",
            {
                "cancellation_id": identifier("$.cancelId"),
                "order_id": identifier("$.legacyOrderId"),
                "cancelled_at": time("$.cancelCloseDate.value", "$.cancelRequestDate.value", zone="UTC"),
                "reason_raw": text("$.cancelReason"),
                "reason_scheme": constant("ebay.cancel"),
                "declared_by": first(
                    one_of("$.cancelReason", values=DECLARED_BY),
                    one_of("$.requestorType", values=INITIATORS),
                    constant("unknown"),
                ),
                "requested_by_customer": one_of("$.requestorType", values=ASKED_BY_BUYER),
                "is_partial": constant(False),
                "amount_cents": money("$.requestRefundAmount.value", currency=_CANCELLED_CURRENCY),
                "currency": _CANCELLED_CURRENCY,
            },
            where=_is_cancelled,
        ),
    ),
)

_CLAIMED_CURRENCY = text("$.claimAmount.currency")

INQUIRIES = Source(
    name="ebay",
    title="eBay, item-not-received inquiries (Post-Order API, JSON)",
    is_documents=True,
    needs=("inquiryId", "inquiryStatusEnum", "itemId", "creationDate"),
    tables=(
        Table(
            "claims",
            {
                "claim_id": identifier("$.inquiryId"),
                "order_id": first(
                    identifier("$.orderId", "$.legacyOrderId"),
                    joined(identifier("$.itemId"), identifier("$.transactionId"), by="-"),
                ),
                "kind": constant("inr"),
                "opened_at": time("$.creationDate.value", "$.creationDate", zone="UTC"),
                "updated_at": time("$.lastModifiedDate.value", "$.lastModifiedDate", zone="UTC"),
                "due_at": time("$.respondByDate.value", "$.respondByDate", zone="UTC"),
                "status": text("$.inquiryStatusEnum"),
                "amount_cents": money("$.claimAmount.value", currency=_CLAIMED_CURRENCY),
                "currency": _CLAIMED_CURRENCY,
            },
        ),
    ),
)
