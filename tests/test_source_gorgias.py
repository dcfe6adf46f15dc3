"""Gorgias: what its exports do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk

HEADER = (
    "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Survey score,"
    "Customer email,First response time (s)"
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("gorgias")) as at:
        at.land(SAMPLES / "gorgias_tickets.csv")
        at.land(SAMPLES / "gorgias_tickets_2023.csv")
        yield at


def test_a_closed_date_is_the_status(samples: Desk) -> None:
    assert samples.one("tickets", "gorgias/main/812345001")["status"] == "closed"
    assert samples.one("tickets", "gorgias/main/812345002")["status"] == "open"


def test_a_reply_after_0_or_1_second_is_none(samples: Desk) -> None:
    replied = samples.one("tickets", "gorgias/main/812345001")
    assert replied["first_reply_at"] == datetime(2026, 9, 14, 7, 42, 38)  # 90 minutes later
    assert "first_reply_at" not in samples.one("tickets", "gorgias/main/812345002")
    assert "first_reply_at" not in samples.one("tickets", "gorgias/main/812345003")


def test_a_ticket_that_an_agent_opened_tells_of_no_problem(samples: Desk) -> None:
    ticket = samples.one("tickets", "gorgias/main/812345004")
    assert (ticket["is_excluded"], ticket["excluded_because"]) == (True, "outbound")
    assert samples.one("tickets", "gorgias/main/812345001")["is_excluded"] is False


def test_tags_may_hold_blanks(samples: Desk) -> None:
    assert samples.one("tickets", "gorgias/main/812345001")["tags"] == ["wrong item", "VIP client"]


def test_reasons_are_found_in_custom_fields_of_both_generations_of_headers(samples: Desk) -> None:
    new = samples.one("tickets", "gorgias/main/812345001")
    assert new["reason_raw"] == ["Order::Wrong Item", "Article::Mauvais article"]
    assert new["order_ref"] == "1042"
    assert samples.one("tickets", "gorgias/main/812345003")["reason_raw"] == ["Order::Status", "Question"]
    old = samples.one("tickets", "gorgias/main/61200001")
    assert old["reason_raw"] == ["Delivery::Damaged::Broken"]


def test_the_last_order_of_the_customer_links_nothing(samples: Desk) -> None:
    ticket = samples.one("tickets", "gorgias/main/61200001")
    assert "order_ref" not in ticket
    assert "#7781" in ticket["extra"]


def test_a_subject_over_two_lines_is_one_record(samples: Desk) -> None:
    assert samples.one("tickets", "gorgias/main/61200001")["subject"] == "Vase cassé\r\nà la livraison"


def test_telephone_numbers_and_addresses_are_masked_in_subjects(samples: Desk) -> None:
    assert samples.one("tickets", "gorgias/main/812345003")["subject"] == "Where is my order? call me [tel]"
    assert samples.one("tickets", "gorgias/main/812345004")["subject"].endswith("(écrire à [e-mail])")


def test_custom_fields_lose_their_prefix_unless_two_would_have_one_name(samples: Desk) -> None:
    extra = samples.one("tickets", "gorgias/main/812345001")["extra"]
    assert '"Brand":"Maison Lin"' in extra
    assert '"Ticket Field: Customer Type":"Returning"' in extra
    assert '"Customer Field: Customer Type":"VIP"' in extra


def test_letter_case_of_an_address_makes_no_other_customer(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = [
            f"{n},,email,False,,2026-01-0{n} 10:00:00,,,{mail}," for n, mail in ((1, "A@b.fr"), (2, "a@B.fr"))
        ]
        at.write("two.csv", "\r\n".join([HEADER, *rows]))
        keys = {at.one("tickets", f"gorgias/main/{n}")["customer_key"] for n in (1, 2)}
    assert len(keys) == 1


def test_a_date_that_cannot_be_read_rejects_its_row_only_and_is_told_once(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = [
            "1,,email,False,,2026-01-01 10:00:00,,,,60",
            "2,,email,False,,soon,,,,60",
            "3,,email,False,,,,,,",
        ]
        landed = at.write("bad.csv", "\r\n".join([HEADER, *rows]))
        assert (landed.loaded, landed.rejected) == (1, 2)
        assert at.rejects() == [
            (3, "Creation date", "soon", "not_a_date"),
            (4, "Creation date", None, "missing"),
        ]


def test_the_api_lists_spam_and_trash_and_writes_utc_without_saying_so(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "gorgias_api_tickets.json")
        ticket = at.one("tickets", "gorgias/main/812345005")
        assert ticket["created_at"] == datetime(2026, 9, 16, 8, 12, 38, 123456)
        assert ticket["tags"] == ["lost parcel", "VIP client"]
        assert (ticket["order_ref"], ticket["agent_team"], ticket["csat"]) == ("1044", "SAV", 0)
        assert at.one("tickets", "gorgias/main/812345006")["excluded_because"] == "spam"
        assert at.one("tickets", "gorgias/main/812345002")["excluded_because"] == "deleted"
