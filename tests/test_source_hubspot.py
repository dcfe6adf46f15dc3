"""HubSpot: what its exports do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.messages import Message
from tests.built import loaded, verdicts
from tests.landed import SAMPLES, Desk, desk

FILES = sorted(SAMPLES.glob("hubspot_*"))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("hubspot")) as at:
        for path in FILES:
            at.land(path)
        yield at


@pytest.mark.parametrize(
    ("ticket", "status"),
    [
        ("5510001", "closed"),  # its label begins so, the pipeline's name follows
        ("5510002", "pending"),
        ("5510003", "open"),  # opened again: the label is believed, not the closed date of before
        ("5510011", "closed"),
        ("307030001", "closed"),  # an id of a stage says nothing, a closed date does
        ("307030002", "open"),
        ("5510021", "closed"),
        ("5510023", "open"),
    ],
)
def test_the_label_of_a_stage_is_a_status_and_its_id_is_none(samples: Desk, ticket: str, status: str) -> None:
    assert samples.one("tickets", f"hubspot/main/{ticket}")["status"] == status


def test_an_export_is_in_the_shops_zone_the_others_in_utc(samples: Desk) -> None:
    export = samples.one("tickets", "hubspot/main/5510001")
    assert export["created_at"] == datetime(2026, 9, 14, 6, 12)
    assert export["first_reply_at"] == datetime(2026, 9, 14, 7, 42)
    copy = samples.one("tickets", "hubspot/main/307030001")
    assert copy["created_at"] == datetime(2026, 9, 23, 20, 31, 5)
    by_api = samples.one("tickets", "hubspot/main/5510021")
    assert by_api["created_at"] == datetime(2026, 9, 25, 8, 12, 38, 123000)
    assert by_api["updated_at"] == datetime(2026, 9, 26, 10, 0)


def test_an_export_in_french_is_read(samples: Desk) -> None:
    ticket = samples.one("tickets", "hubspot/main/5510011")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1384", ["Produit défectueux"])
    assert ticket["created_at"] == datetime(2026, 9, 21, 6, 12)


def test_several_categories_are_several_reasons_and_the_empty_ones_are_none(samples: Desk) -> None:
    assert samples.one("tickets", "hubspot/main/5510001")["reason_raw"] == ["Product issue", "Damaged"]
    assert samples.one("tickets", "hubspot/main/5510002")["reason_raw"] == ["Colis perdu"]
    assert samples.one("tickets", "hubspot/main/5510003")["reason_raw"] == []
    assert samples.one("tickets", "hubspot/main/307030001")["reason_raw"] == ["BILLING_ISSUE"]
    assert samples.one("tickets", "hubspot/main/5510021")["reason_raw"] == [
        "PRODUCT_ISSUE",
        "Mauvais article",
        "Taille",
    ]


def test_the_order_is_a_property_of_the_shops_own(samples: Desk) -> None:
    assert samples.one("tickets", "hubspot/main/307030001")["order_ref"] == "1385"
    by_api = samples.one("tickets", "hubspot/main/5510021")
    assert (by_api["order_ref"], by_api["sku"]) == ("1386", "VEST-40")
    assert samples.one("tickets", "hubspot/main/5510003")["order_ref"] == "1383"  # in its description


def test_a_form_is_a_form_whatever_the_letter_case(samples: Desk) -> None:
    assert samples.one("tickets", "hubspot/main/5510003")["channel"] == "web_form"
    assert samples.one("tickets", "hubspot/main/5510021")["channel"] == "web_form"


def test_the_description_is_read_for_phrases_and_forgotten(samples: Desk) -> None:
    ticket = samples.one("tickets", "hubspot/main/5510021")
    assert ticket["phrases"] == ["mauvais article"]
    assert "veste" not in str(ticket)


def test_an_export_and_the_api_know_the_customer_by_one_id(samples: Desk) -> None:
    keys = {samples.one("tickets", f"hubspot/main/{n}")["customer_key"] for n in (5510001, 5510021)}
    assert len(keys) == 1


@pytest.mark.parametrize("ticket", ["307030003", "5510022"])
def test_a_deleted_ticket_tells_of_no_problem(samples: Desk, ticket: str) -> None:
    assert samples.one("tickets", f"hubspot/main/{ticket}")["excluded_because"] == "deleted"


def test_a_list_of_stages_is_refused_with_what_to_load(tmp_path: Path) -> None:
    stages = tmp_path / "stages.csv"
    stages.write_text(
        "stage_id,active,is_closed,label,pipeline_id,ticket_state\n1,TRUE,FALSE,New,0,OPEN\n",
        encoding="utf-8",
    )
    _, (result,) = loaded([stages], tmp_path)
    assert result.message == Message("hubspot_stages", {"file": "stages.csv"})


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts(FILES, tmp_path)
    assert found["1381"] == ("damaged_in_transit", "carrier", "reason")
    assert found["1382"] == ("lost_in_transit", "carrier", "reason")
    assert found["1384"] == ("product_defect", "supplier", "reason")
    assert found["1385"] == ("billing_error", "merchant", "reason")
    assert found["1386"][:2] == ("size_or_fit", "customer")
