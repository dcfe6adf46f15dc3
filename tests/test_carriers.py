"""Scans of carriers: what their words mean, in both languages, and which of two meanings wins."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.carriers import AFTERSHIP, AMAZON, CANADA_POST, LA_POSTE, SHIPSTATION, UPS, event, event_in
from pipelines.cells import Cells
from pipelines.fields import text

WORDS = {
    "Delivered, front door": "delivered",
    "Livré au client": "delivered",
    "Votre colis est livré.": "delivered",
    "Delivered to sender": "returned",
    "Article renvoyé avec succès à l'expéditeur": "returned",
    "Votre colis a été retourné à l’expéditeur": "returned",
    "Il sera retourné à l'expéditeur": "returning",
    "Return to sender": "returning",
    "Retour expéditeur": "returning",
    "Package damaged, contents inspected": "damaged",
    "Colis endommagé pendant le transport": "damaged",
    "Parcel lost": "lost",
    "Colis perdu": "lost",
    "Customer refused delivery": "refused",
    "Refusé par le destinataire": "refused",
    "Not collected in time": "unclaimed",
    "Colis non réclamé": "unclaimed",
    "Incomplete address": "address_problem",
    "Adresse incomplète ou erronée": "address_problem",
    "Destinataire introuvable": "address_problem",
    "Customer has moved": "address_problem",
    "Delivery attempted, nobody home": "attempted",
    "Avis de passage déposé": "attempted",
    "Not delivered": "exception",
    "Non livré": "exception",
    "Impossible de livrer": "exception",
    "Livré au point relais": "available_for_pickup",
    "Available for pickup": "available_for_pickup",
    "Out for delivery": "out_for_delivery",
    "En cours de livraison": "out_for_delivery",
    "Customer contacted": None,
    "Held in customs": "customs",
    "Retenu en douane": "customs",
    "Delayed by weather": "delayed",
    "Retard de livraison": "delayed",
    "Shipping label created": "label_created",
    "Étiquette créée": "label_created",
    "Pris en charge": "accepted",
    "Accepted at post office": "accepted",
    "Arrived at facility": "in_transit",
    "En cours d’acheminement": "in_transit",
    "Departed": "in_transit",
    "": None,
}
ALL_CODES = [CANADA_POST, LA_POSTE, UPS, AMAZON, AFTERSHIP, SHIPSTATION]
#: the words of pipelines/contract.py and of the notes on carriers
EVENTS = """
    label_created accepted in_transit delayed customs out_for_delivery attempted available_for_pickup delivered
    address_problem refused unclaimed damaged lost returning returned exception
""".split()


@pytest.mark.parametrize("told", WORDS)
def test_what_a_scan_says_in_words(told: str) -> None:
    with duckdb.connect() as con:
        rows = con.sql("select $told as said", params={"told": told})
        (found,) = rows.select(event_in(text("said"))(Cells(["said"])).value.alias("event")).fetchall()
    assert found == (WORDS[told],)


@pytest.mark.parametrize(
    ("code", "said", "meant"),
    [
        ("DI1", "Retourné à l'expéditeur", "delivered"),  # a known code is believed
        (
            "ND1",
            "Adresse incomplète",
            "address_problem",
        ),  # one that only says that something is wrong is explained
        ("nd1", "", "exception"),
        ("ZZ9", "Colis perdu", "lost"),
        ("ZZ9", "", None),
    ],
)
def test_a_code_goes_before_words_unless_it_says_nothing(code: str, said: str, meant: str | None) -> None:
    with duckdb.connect() as con:
        rows = con.sql("select $code as code, $said as said", params={"code": code, "said": said})
        told = event(text("said"), (text("code"), LA_POSTE))(Cells(["code", "said"])).value
        assert rows.select(told.alias("event")).fetchall() == [(meant,)]


@pytest.mark.parametrize("codes", ALL_CODES)
def test_no_code_means_two_events_and_every_event_is_known(codes: dict[str, tuple[str, ...]]) -> None:
    listed = [code for several in codes.values() for code in several]
    assert len(set(listed)) == len(listed)
    assert set(codes) <= set(EVENTS)
    assert listed == [code.upper() for code in listed]
