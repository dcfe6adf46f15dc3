"""Words of Mirakl that its interface and its exports share: operators, and states of orders and lines."""

from __future__ import annotations

from duckdb import CaseExpression, ConstantExpression

from pipelines.cells import Cells, Field, Parsed, function

#: letters of a channel's label -> the operator
_OPERATORS = (
    ("carrefour", "carrefour"),
    ("decathlon", "decathlon"),
    ("fnac", "fnac_darty"),
    ("darty", "fnac_darty"),
    ("bestbuy", "best_buy"),
    ("leroymerlin", "leroy_merlin"),
    ("labaie", "la_baie"),
    ("hudsonsbay", "la_baie"),
    ("thebay", "la_baie"),
    ("alltricks", "alltricks"),
    ("rueducommerce", "rue_du_commerce"),
)


def operator(*names: str) -> Field:
    """The marketplace that a label names; `mirakl` where it names none (a country, the initial channel)."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return Parsed(ConstantExpression("mirakl"))
        raw = found[1].cast("VARCHAR")
        letters = function(
            "regexp_replace", function("lower", function("strip_accents", raw)), "[^a-z]+", "", "g"
        )
        says_nothing = (
            raw.isnull()
            | (function("length", letters) <= ConstantExpression(3))
            | function("starts_with", letters, "init")
        )
        named = CaseExpression(says_nothing, ConstantExpression("mirakl"))
        for word, ours in _OPERATORS:
            named = named.when(function("contains", letters, word), ConstantExpression(ours))
        return Parsed(named.otherwise(raw))

    return parse


#: states of a line, as the contract has them; the others are still open
LINE_STATES = {
    "shipped": "shipped",
    "to_collect": "shipped",
    "received": "shipped",
    "closed": "shipped",
    "incident_open": "shipped",
    "incident_closed": "shipped",
    "waiting_refund": "shipped",
    "waiting_refund_payment": "shipped",
    "refunded": "shipped",
    "refused": "cancelled",
    "canceled": "cancelled",
}
#: nothing was taken from the buyer yet
UNPAID = {
    "staging": "pending",
    "waiting_acceptance": "pending",
    "waiting_debit": "pending",
    "waiting_debit_payment": "pending",
    "refused": None,
    "canceled": None,
}
FULFILMENT = {
    **dict.fromkeys(("shipped", "to_collect", "received", "closed"), "fulfilled"),
    **dict.fromkeys(("incident_open", "incident_closed", "refunded", "waiting_refund"), "fulfilled"),
    "waiting_refund_payment": "fulfilled",
    "refused": "cancelled",
    "canceled": "cancelled",
}

#: how back offices write a state, French or English, without accents and blanks -> the interface's state
STATES: dict[str, str] = {
    **{state: state for state in (*LINE_STATES, *UNPAID, "shipping")},
    "en_attente_d_acceptation": "waiting_acceptance",
    "pending_acceptance": "waiting_acceptance",
    "a_accepter": "waiting_acceptance",
    "en_attente_de_debit": "waiting_debit",
    "debit_en_cours": "waiting_debit",
    "pending_debit": "waiting_debit",
    "en_attente_d_expedition": "shipping",
    "expedition_en_cours": "shipping",
    "a_expedier": "shipping",
    "awaiting_shipment": "shipping",
    "shipment_in_progress": "shipping",
    "expediee": "shipped",
    "expedie": "shipped",
    "a_retirer": "to_collect",
    "recue": "received",
    "recu": "received",
    "livree": "received",
    "delivered": "received",
    "cloturee": "closed",
    "cloture": "closed",
    "fermee": "closed",
    "refusee": "refused",
    "refuse": "refused",
    "rejected": "refused",
    "annulee": "canceled",
    "annule": "canceled",
    "cancelled": "canceled",
    "incident_ouvert": "incident_open",
    "incident_en_cours": "incident_open",
    "open_incident": "incident_open",
    "incident_clos": "incident_closed",
    "incident_ferme": "incident_closed",
    "closed_incident": "incident_closed",
    "remboursement_en_cours": "waiting_refund",
    "en_attente_de_remboursement": "waiting_refund",
    "remboursee": "refunded",
    "rembourse": "refunded",
}

#: the interface writes countries with three letters
COUNTRIES = {
    "fra": "FR",
    "can": "CA",
    "usa": "US",
    "bel": "BE",
    "che": "CH",
    "lux": "LU",
    "deu": "DE",
    "esp": "ES",
    "ita": "IT",
    "prt": "PT",
    "nld": "NL",
    "gbr": "GB",
    "irl": "IE",
    "aut": "AT",
    "pol": "PL",
}
