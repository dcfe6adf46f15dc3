"""Back Market: the orders export in French (CSV, a row an order line).

What the format won't tell: states are numbers, and their meaning is nowhere in the file. Unconfirmed, from the
seller's interface: a line is 3 shipped, 4 cancelled, 5 refunded before it left, 6 refunded after it had arrived. So a
number alone is not believed: a line is cancelled only while it has no date of dispatch, and refunded only once it has
one. Neither has a date of its own, nor an amount: they are dated by the order's last change. The state of an order
says nothing more than those of its lines and is not read. The price of a line is for its whole quantity. The reason of
a return is the buyer's, in words. IMEI numbers name one telephone and its owner, so they are not kept.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import ConstantExpression, Expression

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.fields import (
    constant,
    customer,
    identifier,
    joined,
    money,
    one_of,
    text,
    time,
    whole,
)
from pipelines.source import Source, Table

_STATE = "État ligne de commande"
_CANCELLED = ("4", "annulée", "annulé", "cancelled", "canceled")
_REFUNDED_BEFORE = ("5", "remboursée avant expédition", "refunded before shipping")
_REFUNDED_AFTER = ("6", "remboursée après expédition", "refunded after shipping")


def _state(*words: str) -> Callable[[Cells], Expression]:
    """Whether the line is in one of these states, as the file writes them."""

    def condition(cells: Cells) -> Expression:
        written = function("lower", text(_STATE)(cells).value.cast("VARCHAR"))
        return written.isin(*map(ConstantExpression, words))

    return condition


def _has_left(cells: Cells) -> Expression:
    return text("Date expédition")(cells).value.cast("VARCHAR").isnotnull()


def _is_cancelled(cells: Cells) -> Expression:
    return _state(*_CANCELLED, *_REFUNDED_BEFORE)(cells) & ~_has_left(cells)


def _is_refunded(cells: Cells) -> Expression:
    return _state(*_REFUNDED_AFTER)(cells) & _has_left(cells)


def _is_sent_back(cells: Cells) -> Expression:
    return text("Raison du retour")(cells).value.cast("VARCHAR").isnotnull()


def _is_tracked(cells: Cells) -> Expression:
    return text("Numéro de tracking")(cells).value.cast("VARCHAR").isnotnull()


def _line_status(cells: Cells) -> Parsed:
    """The line's state in our words; without a sign of having left or been cancelled it is open."""
    sent = function("if", _has_left(cells), "shipped", "open")
    return Parsed(function("if", _is_cancelled(cells), "cancelled", sent))


def _payment(cells: Cells) -> Parsed:
    """Paid by its date of payment; pending without one."""
    paid = text("Date paiement")(cells).value.cast("VARCHAR").isnotnull()
    return Parsed(function("if", paid, "paid", "pending"))


def _fulfilment(cells: Cells) -> Parsed:
    return Parsed(function("if", _has_left(cells), "fulfilled", "unfulfilled"))


def _unit_price(total: Field, quantity: Field) -> Field:
    """The price of one, of an amount for several; NULL without a quantity."""

    def parse(cells: Cells) -> Parsed:
        paid, count = total(cells), quantity(cells)
        each = function("round", paid.value / function("nullif", count.value, 0)).cast("BIGINT")
        return Parsed(each, paid.problems)

    return parse


def _tracking(cells: Cells) -> Parsed:
    """The number of the parcel without the blanks that make it easier to read."""
    return Parsed(function("replace", identifier("Numéro de tracking")(cells).value.cast("VARCHAR"), " ", ""))


#: countries are written out in French; elsewhere they are codes
_COUNTRIES = {
    "france": "FR",
    "espagne": "ES",
    "allemagne": "DE",
    "italie": "IT",
    "belgique": "BE",
    "pays-bas": "NL",
    "portugal": "PT",
    "autriche": "AT",
    "irlande": "IE",
    "luxembourg": "LU",
    "finlande": "FI",
    "suède": "SE",
    "grèce": "GR",
    "slovaquie": "SK",
    "royaume-uni": "GB",
    "états-unis": "US",
    "etats-unis": "US",
    "japon": "JP",
    "australie": "AU",
}
_ORDER = identifier("Numéro de commande")
_LINE = identifier("Numéro de la ligne de commande")
_SKU = identifier("Sku")
_QUANTITY = whole("Quantité")
_CURRENCY = text("Devise")
_UPDATED = time("Date modification")

ORDERS = Source(
    name="backmarket",
    title="Back Market, orders (CSV)",
    needs=(
        "Numéro de commande",
        "Numéro de la ligne de commande",
        _STATE,
        "Grade ligne de commande",
        "Date création",
        "Raison du retour",
    ),
    personal=r"imei|livraison$|facturation$|^numero de facture$|^url ",
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "channel": constant("back_market"),
                "placed_at": time("Date création"),
                "updated_at": _UPDATED,
                "paid_at": time("Date paiement"),
                "shipped_at": time("Date expédition"),
                "payment_status": _payment,
                "fulfilment_status": _fulfilment,
                "carrier": text("Expéditeur"),
                "country": one_of("Pays", values=_COUNTRIES, keep=True),
                "currency": _CURRENCY,
                "total_cents": money("Prix", currency=_CURRENCY),
                "customer_key": customer("Mail livraison"),
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": time("Date création"),
                "updated_at": _UPDATED,
                "sku": _SKU,
                "product": text("Titre Ligne de commande"),
                "variant": text("Grade ligne de commande"),
                "quantity": _QUANTITY,
                "unit_price_cents": _unit_price(
                    money("Prix ligne de commande", currency=_CURRENCY), _QUANTITY
                ),
                "currency": _CURRENCY,
                "line_status": _line_status,
            },
            extra=r"ligne",
        ),
        Table(
            "returns",
            {
                "return_id": _LINE,
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _QUANTITY,
                "updated_at": _UPDATED,
                "reason_raw": text("Raison du retour"),
                "reason_scheme": constant("backmarket.return"),
                "currency": _CURRENCY,
            },
            where=_is_sent_back,
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": _LINE,
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _QUANTITY,
                "updated_at": _UPDATED,
                "declared_by": constant("unknown"),
                "derived_from": constant("line_state:updated_at"),
            },
            where=_is_cancelled,
        ),
        Table(
            "refunds",
            {
                "refund_id": _LINE,
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "updated_at": _UPDATED,
                "currency": _CURRENCY,
            },
            where=_is_refunded,
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_ORDER, _tracking, by="/"),
                "order_id": _ORDER,
                "carrier": text("Expéditeur"),
                "tracking_number": _tracking,
                "shipped_at": time("Date expédition"),
                "updated_at": _UPDATED,
            },
            where=_is_tracked,
        ),
    ),
)
