"""Amazon: what it paid for stock that it lost or damaged (FBA reimbursements), and what buyers say of the seller.

What the format won't tell: a reimbursement is money that the seller gets, not a cost; it comes days after the loss, and
only one for a customer's order names that order. A loss in a warehouse is told by the inventory ledger too, and nothing
links the two: load one of them. Reasons are written `Lost_Warehouse` in files and `Lost: Warehouse` on pages; the list
is open. A reversal takes an earlier payment back, mostly because units were found: it blames nobody. One payment may be
for several articles.
Feedback of four or five stars is praise, no problem. Nothing but its words says what was wrong, and they are read and
not kept. Amazon gives one feedback an order. There is no file of A-to-z claims: the returns of what the seller ships
(amazon_returns) flag them.
"""

from __future__ import annotations

from duckdb import CoalesceOperator, ConstantExpression, Expression

from pipelines.cells import Cells, function
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    joined,
    money,
    number,
    share,
    text,
    time,
    told,
    when,
)
from pipelines.source import Source, Table

_REASON = text("reason")


def _is_reversal(cells: Cells) -> Expression:
    said = CoalesceOperator(_REASON(cells).value, ConstantExpression(""))
    return function("contains", function("lower", said), "reversal")


def _is_payment(cells: Cells) -> Expression:
    return ~_is_reversal(cells)


_CURRENCY = text("currency-unit")
_SKU = first(identifier("sku"), identifier("fnsku"))
_PAYMENT = joined(identifier("reimbursement-id"), _SKU, _REASON, by="/")

REIMBURSEMENTS = Source(
    name="amazon",
    title="Amazon, FBA reimbursements",
    needs=("approval-date", "reimbursement-id", "amazon-order-id", "reason", "amount-total", "currency-unit"),
    tables=(
        Table(
            "claims",
            {
                "claim_id": _PAYMENT,
                "order_id": identifier("amazon-order-id"),
                "sku": _SKU,
                "kind": constant("reimbursement"),
                "opened_at": time("approval-date"),
                "outcome": constant("paid"),
                "reason_raw": _REASON,
                "reason_scheme": constant("amazon.reimbursement"),
                "paid_cents": money("amount-total", currency=_CURRENCY),
                "currency": _CURRENCY,
            },
            where=_is_payment,
        ),
        Table(
            "stock_moves",
            {
                "move_id": _PAYMENT,
                "order_id": identifier("amazon-order-id"),
                "sku": _SKU,
                "at": time("approval-date"),
                "reason_raw": _REASON,
                "reason_scheme": constant("amazon.reimbursement"),
            },
            where=_is_reversal,
        ),
    ),
)

_RATING = number("Rating")


def _is_praise(cells: Cells) -> Expression:
    return _RATING(cells).value > ConstantExpression(3)


_PRAISE = when(_is_praise, constant("praise"))

FEEDBACK = Source(
    name="amazon",
    title="Amazon, seller feedback",
    needs=("Date", "Rating", "Comments", "Order ID", ("Rater Email", "Rater", "Response", "Your Response")),
    personal=r"^rater|response$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": joined(constant("feedback"), identifier("Order ID"), by="/"),
                "created_at": time("Date"),
                "channel": constant("review"),
                "order_id": identifier("Order ID"),
                "customer_key": customer("Rater Email"),
                "csat": share("Rating", worst=1, best=5),
                "is_excluded": told(_PRAISE),
                "excluded_because": _PRAISE,
            },
            words=text("Comments"),
        ),
    ),
)
