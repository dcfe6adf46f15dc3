"""Freshdesk: what its exports do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.landed import SAMPLES, Desk, desk


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("freshdesk")) as at:
        at.land(SAMPLES / "freshdesk_tickets.csv")
        at.land(SAMPLES / "freshdesk_tickets.xls")
        at.land(SAMPLES / "freshdesk_api_tickets.json")
        yield at


def test_the_initial_response_is_a_moment_and_business_hours_place_nothing_in_time(samples: Desk) -> None:
    ticket = samples.one("tickets", "freshdesk/main/3101")
    assert ticket["first_reply_at"] == datetime(2026, 1, 8, 16, 20)
    assert ticket["solved_at"] == datetime(2026, 1, 10, 8, 12)
    assert '"Resolution time (in hrs)":"64:00:00"' in ticket["extra"]


def test_durations_of_zero_mean_never(samples: Desk) -> None:
    ticket = samples.one("tickets", "freshdesk/main/3102")
    assert "first_reply_at" not in ticket
    assert "solved_at" not in ticket


@pytest.mark.parametrize(
    ("ticket", "status"), [("3101", "closed"), ("3102", "pending"), ("3104", "solved"), ("3108", "solved")]
)
def test_a_status_of_the_shops_own_waits_until_there_is_a_time_of_its_end(
    samples: Desk, ticket: str, status: str
) -> None:
    assert samples.one("tickets", f"freshdesk/main/{ticket}")["status"] == status


def test_the_standard_types_are_no_reasons(samples: Desk) -> None:
    assert samples.one("tickets", "freshdesk/main/3101")["reason_raw"] == [
        "Produit cassé"
    ]  # its type: Incident
    assert samples.one("tickets", "freshdesk/main/3102")["reason_raw"] == ["Colis perdu"]
    assert samples.one("tickets", "freshdesk/main/3103")["reason_raw"] == []


@pytest.mark.parametrize(("ticket", "share"), [("3101", 1 / 3), ("3104", 1.0), ("3106", 5 / 6)])
def test_survey_words_are_seven_steps(samples: Desk, ticket: str, share: float) -> None:
    assert samples.one("tickets", f"freshdesk/main/{ticket}")["csat"] == pytest.approx(share)


def test_a_mail_that_the_shop_sent_first_tells_of_no_problem(samples: Desk) -> None:
    assert samples.one("tickets", "freshdesk/main/3103")["excluded_because"] == "outbound"
    by_api = samples.one("tickets", "freshdesk/main/3110")
    assert (by_api["excluded_because"], by_api["channel"]) == ("outbound", "internal")
    assert samples.one("tickets", "freshdesk/main/3109")["excluded_because"] == "spam"


def test_the_number_of_the_order_is_found_under_a_french_label(samples: Desk) -> None:
    assert samples.one("tickets", "freshdesk/main/3101")["order_ref"] == "CMD-2201"
    assert samples.one("tickets", "freshdesk/main/3108")["order_ref"] == "2204"


def test_a_customer_is_known_again_by_the_address_in_contact_id(samples: Desk) -> None:
    keys = {samples.one("tickets", f"freshdesk/main/{n}")["customer_key"] for n in (3102, 3103)}
    assert len(keys) == 1


def test_a_file_saved_again_by_a_spreadsheet_says_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    with desk(tmp_path_factory.mktemp("resaved")) as at:
        at.land(SAMPLES / "freshdesk_tickets_resaved.csv")
        ticket = at.one("tickets", "freshdesk/main/3102")
        assert ticket["created_at"] == datetime(2026, 1, 9, 7, 0)
        assert (ticket["subject"], ticket["status"]) == ("Où est mon colis", "solved")
        assert at.one("tickets", "freshdesk/main/3105")["subject"] == 'Reçu 1 article sur 2; "manque" le pull'


def test_the_api_tells_status_and_channel_by_numbers(samples: Desk) -> None:
    ticket = samples.one("tickets", "freshdesk/main/3108")
    assert (ticket["channel"], ticket["channel_raw"]) == ("chat", "7")
    assert ticket["reason_raw"] == ["Produit défectueux", "Panne"]
    assert samples.one("messages", "freshdesk/main/3108/2") | {
        "author": "agent",
        "is_public": False,
    } == samples.one("messages", "freshdesk/main/3108/2")
    assert samples.one("messages", "freshdesk/main/3108/3")["author"] == "customer"
