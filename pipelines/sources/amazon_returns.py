"""Amazon: returns of what Amazon shipped (FBA, a row a unit) and of what the seller shipped (MFN, a row an item).

What the format won't tell: the reason is what the buyer chose, and `DAMAGED_BY_FC` or `DAMAGED_BY_CARRIER` are choices
like any other; the disposition is what the warehouse saw. Reasons come with and without the prefix `CR-`: without it
one reason would be two. A unit keeps its licence plate when it is sold again, so a return is plate and order. The SKU
may be re-labelled and differ from the order's. In the MFN report nothing says when an A-to-z claim was opened: it is
dated by the return's request. Refunds without a return are in neither report. Comments are read and not kept.
"""

from __future__ import annotations

from duckdb import ConstantExpression, Expression

from pipelines.cells import Cells, function
from pipelines.fields import (
    constant,
    first,
    identifier,
    joined,
    matched,
    money,
    one_of,
    text,
    time,
    when,
    whole,
)
from pipelines.source import Source, Table

_ORDER_ID = ("amazon-order-id", "order-id")
_ORDER = identifier(*_ORDER_ID)
_PLATE = identifier("license-plate-number")


def _has_plate(cells: Cells) -> Expression:
    return _PLATE(cells).value.isnotnull()


def _is_claimed(cells: Cells) -> Expression:
    said = function("lower", text("A-to-Z Claim")(cells).value)
    return said.isin(*map(ConstantExpression, ("y", "yes", "true", "oui")))


FBA_RETURNS = Source(
    name="amazon",
    title="Amazon, FBA customer returns",
    needs=("return-date", _ORDER_ID, "detailed-disposition", "reason", "fulfillment-center-id"),
    tables=(
        Table(
            "returns",
            {
                "return_id": when(_has_plate, joined(_PLATE, _ORDER, by="/")),
                "order_id": _ORDER,
                "sku": identifier("sku"),
                "quantity": whole("quantity"),
                "status": one_of("status", values={"pending repackaging": "open"}, otherwise="closed"),
                "reason_raw": matched(text("reason"), r"^CR-", ""),
                "reason_scheme": constant("amazon.return"),
                "received_at": time("return-date"),
                "condition_raw": text("detailed-disposition"),
                "condition_scheme": constant("amazon.disposition"),
                "disposition": text("status"),
                "fulfilled_by": constant("marketplace"),
                "warehouse": text("fulfillment-center-id"),
            },
            words=text("customer-comments"),
        ),
    ),
)

_RMA_STATUSES = {
    "pending": "open",
    "pendingapproval": "open",
    "approved": "open",
    "authorized": "open",
    "completed": "closed",
    "closed": "closed",
    "denied": "declined",
    "declined": "declined",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
_PAYERS = {"customer": "customer", "seller": "merchant", "amazon": "marketplace"}
_CURRENCY = text("Currency code")
_SKU = identifier("Merchant SKU")

MFN_RETURNS = Source(
    name="amazon",
    title="Amazon, returns of what the seller ships (MFN)",
    needs=("Order ID", "Return request date", "Amazon RMA ID", "Return Reason", "Label to be paid by"),
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("Amazon RMA ID"),
                "order_id": identifier("Order ID"),
                "line_id": first(_SKU, identifier("ASIN")),
                "sku": _SKU,
                "quantity": whole("Return quantity"),
                "status": one_of("Return request status", values=_RMA_STATUSES, keep=True),
                "reason_raw": matched(text("Return Reason"), r"^CR-", ""),
                "reason_scheme": constant("amazon.return"),
                "requested_at": time("Return request date"),
                "received_at": time("Return delivery date"),
                "disposition": text("Resolution"),
                "refund_cents": money("Refunded Amount", currency=_CURRENCY),
                "currency": _CURRENCY,
                "label_payer": one_of("Label to be paid by", values=_PAYERS),
                "fulfilled_by": constant("merchant"),
            },
        ),
        Table(
            "claims",
            {
                "claim_id": identifier("Order ID"),
                "order_id": identifier("Order ID"),
                "sku": _SKU,
                "kind": constant("a_to_z"),
                "opened_at": time("Return request date"),
                "currency": _CURRENCY,
            },
            where=_is_claimed,
        ),
    ),
)
