"""Mirakl: the orders export of a marketplace's back office (CSV or XLSX, a row an order line), in French or English.

What the format won't tell: the headers are in the language of who exports, and an operator adds columns of his own;
none of them is confirmed, so each column is looked for under the names known for it. The operator is named by nothing
but a column that he added (Marketplace, Canal): else the channel is `mirakl`. A line has no id in most exports: it is
the order's number and the line's place in it, which is how the interface names it too. There is one reason a line, of
whatever its state is about: a refusal, a cancellation, an incident or a refund, and none of them has a date of its own
but the last update. Amounts stand with a comma in French. Load the export
or the interface's files, not both: a refund has an id in these only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    StarExpression,
)

from pipelines.cells import NULL, Cells, Field, Parsed, function, reshaped
from pipelines.fields import constant, first, identifier, joined, matched, money, one_of, text, time, whole
from pipelines.source import Source, Table
from pipelines.sources.mirakl_words import FULFILMENT, LINE_STATES, STATES, UNPAID, operator

_ORDER_NAMES = ("Numéro de commande", "N° de commande", "Order number", "Order ID", "Order no.")
_OFFER_NAMES = ("SKU offre", "SKU de l'offre", "SKU boutique", "Offer SKU", "Shop SKU")
_STATE_NAMES = (
    *("Statut", "Statut de la commande", "État", "État de la commande", "Statut de la ligne"),
    *("Status", "Order status", "Line status", "Order line status", "State"),
)
_CREATED_NAMES = (
    *("Date de création", "Date de commande", "Date de la commande", "Créée le"),
    *("Date created", "Created date", "Creation date", "Order date", "Created on"),
)
_LINE_NAMES = ("Numéro de ligne de commande", "ID ligne de commande", "Order line ID", "Order line number")

# A line's place in its order, and its state without accents and blanks.
_PLACED = """
    select
        row_number,
        own_order || '-' || row_number() over (partition by own_order order by row_number) as line_name,
        lower(normal_code(own_state)) as state_word
    from sheet_rows
"""


def _placed(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with the name of its line and its state."""
    cells = Cells(rows.columns)
    read = [
        (ColumnExpression(header) if (header := cells.find(*names)) else NULL.cast("VARCHAR")).alias(name)
        for name, names in (("own_order", _ORDER_NAMES), ("own_state", _STATE_NAMES))
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _PLACED)
    return rows.set_alias("shown").join(told.set_alias("told"), "row_number").select(StarExpression())


def _state(cells: Cells) -> Parsed:
    """The line's state as the interface writes it, in lower case; NULL for a word that nobody knows."""
    cells.find(*_STATE_NAMES)  # read while the rows were prepared, so it is no unknown column
    return one_of("state_word", values=STATES)(cells)


def _in_state(*states: str) -> Callable[[Cells], Expression]:
    """Whether the line is in one of these states, in either language."""

    def condition(cells: Cells) -> Expression:
        return _state(cells).value.isin(*map(ConstantExpression, states))

    return condition


def _then(words: Mapping[str, str | None], otherwise: str) -> Field:
    """What the line's state means in our words."""

    def parse(cells: Cells) -> Parsed:
        state = _state(cells).value
        known = function("map", _list(words), _list(words.values()))
        found = function("map_extract_value", known, state)
        is_known = function("list_contains", _list(words), state)
        return Parsed(function("if", function("ifnull", is_known, False), found, otherwise))

    return parse


def _list(texts: Iterable[str | None]) -> Expression:
    return function("list_value", *texts).cast("VARCHAR[]")


_ORDER = identifier(*_ORDER_NAMES)
_LINE = first(identifier(*_LINE_NAMES), identifier("line_name"))
_SKU = identifier(*_OFFER_NAMES)
_QUANTITY = whole("Quantité", "Quantity")
_CURRENCY = text("Devise", "Currency")
_CREATED = time(*_CREATED_NAMES)
_UPDATED = time(
    *("Dernière mise à jour", "Date de dernière mise à jour", "Date de mise à jour"),
    *("Last updated date", "Last updated", "Date last updated", "Last update"),
)
_SHIPPED = time("Date d'expédition", "Expédiée le", "Shipping date", "Shipped date", "Date shipped")
_REASON = text(
    *("Motif", "Raison", "Motif du statut", "Motif de l'incident", "Motif d'annulation", "Motif de refus"),
    *("Motif de remboursement", "Reason", "Status reason", "State reason", "Incident reason"),
    *("Cancelation reason", "Cancellation reason", "Refusal reason", "Refund reason"),
)
_CARRIER = text("Transporteur", "Shipping company", "Carrier")
_PARCEL = identifier("Numéro de suivi", "N° de suivi", "Tracking number")
_CHANNELS = ("Marketplace", "Place de marché", "Opérateur", "Operator", "Canal", "Canal de vente", "Channel")


def _is_tracked(cells: Cells) -> Expression:
    return _PARCEL(cells).value.cast("VARCHAR").isnotnull()


ORDERS = Source(
    name="mirakl",
    title="Mirakl, orders (back office, CSV or XLSX)",
    needs=(_ORDER_NAMES, _OFFER_NAMES, _STATE_NAMES, _CREATED_NAMES),
    prepare=_placed,
    personal=r"adress|shipping (name|first|last)|billing|^(civilite|civility|siret)",
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                # buyers write the number without the letter of the seller's part
                "order_ref": first(matched(_ORDER, r"^(.+)-[A-Z]$"), _ORDER),
                "channel": operator(*_CHANNELS),
                "channel_raw": text(*_CHANNELS),
                "placed_at": _CREATED,
                "paid_at": time("Date de débit", "Date de paiement", "Debit date", "Customer debited date"),
                "ship_by_at": time("Date limite d'expédition", "Shipping deadline"),
                "shipped_at": _SHIPPED,
                "updated_at": _UPDATED,
                "payment_status": _then(UNPAID, "paid"),
                "fulfilment_status": _then(FULFILMENT, "unfulfilled"),
                "carrier": _CARRIER,
                "country": text("Pays de livraison", "Pays", "Shipping country", "Country"),
                "currency": _CURRENCY,
            },
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": _CREATED,
                "updated_at": _UPDATED,
                "sku": _SKU,
                "product": text(
                    "Titre du produit", "Produit", "Détails", "Product title", "Product", "Details"
                ),
                "category": text("Libellé de la catégorie", "Catégorie", "Category label", "Category"),
                "quantity": _QUANTITY,
                "unit_price_cents": money(
                    "Prix unitaire", "Unit price", "Price per unit", currency=_CURRENCY
                ),
                "currency": _CURRENCY,
                "line_status": _then(LINE_STATES, "open"),
            },
            extra=r"produit|product|offre|offer|commission|categor",
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_LINE, _state, by="/"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": _QUANTITY,
                "cancelled_at": first(_UPDATED, _CREATED),
                "updated_at": _UPDATED,
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
                "declared_by": _then({"refused": "merchant"}, "unknown"),
                "derived_from": constant("line_state:updated_at"),
            },
            where=_in_state("refused", "canceled"),
        ),
        Table(
            "claims",
            {
                "claim_id": joined(_LINE, _then({"incident_open": "open"}, "closed"), by="/"),
                "order_id": _ORDER,
                "sku": _SKU,
                "kind": constant("incident"),
                "opened_at": first(_UPDATED, _SHIPPED, _CREATED),
                "updated_at": _UPDATED,
                "status": _then({"incident_open": "open"}, "closed"),
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
                "currency": _CURRENCY,
            },
            where=_in_state("incident_open", "incident_closed"),
        ),
        Table(
            "refunds",
            {
                "refund_id": joined(_LINE, constant("refund"), by="/"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "refunded_at": first(_UPDATED, _SHIPPED, _CREATED),
                "updated_at": _UPDATED,
                "amount_cents": money(
                    "Montant remboursé", "Refunded amount", "Amount refunded", currency=_CURRENCY
                ),
                "currency": _CURRENCY,
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
            },
            where=_in_state("refunded"),
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_ORDER, _PARCEL, by="/"),
                "order_id": _ORDER,
                "carrier": _CARRIER,
                "tracking_number": _PARCEL,
                "shipped_at": _SHIPPED,
                "updated_at": _UPDATED,
            },
            where=_is_tracked,
        ),
    ),
)
