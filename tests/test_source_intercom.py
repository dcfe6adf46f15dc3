"""Intercom: what its conversations do not say by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.messages import Message
from tests.built import loaded, verdicts
from tests.landed import SAMPLES, Desk, desk

LIST, ONE, COPY = (
    SAMPLES / f"intercom_{name}" for name in ("conversations.json", "conversation.json", "warehouse.csv")
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("intercom")) as at:
        for path in (LIST, ONE, COPY):
            at.land(path)
        yield at


def test_unix_seconds_are_utc_and_durations_in_office_hours_are_not_used(samples: Desk) -> None:
    ticket = samples.one("tickets", "intercom/main/1300101")
    assert ticket["created_at"] == datetime(2026, 9, 14, 6, 12, 38)
    assert ticket["first_reply_at"] == datetime(
        2026, 9, 14, 7, 42, 38
    )  # 1,800 s of office hours are 90 minutes
    assert ticket["solved_at"] == datetime(2026, 9, 15, 9, 0)  # the last closing, after one more opening
    assert ticket["reopened_count"] == 1


def test_subjects_are_html(samples: Desk) -> None:
    assert samples.one("tickets", "intercom/main/1300101")["subject"] == "Mauvais article recu"


def test_the_order_is_a_custom_attribute_or_stands_in_what_the_customer_wrote(samples: Desk) -> None:
    by_attribute = samples.one("tickets", "intercom/main/1300102")
    assert (by_attribute["order_ref"], by_attribute["sku"]) == ("1282", "LAMP-02")
    assert samples.one("tickets", "intercom/main/1300101")["order_ref"] == "1281"
    assert samples.one("tickets", "intercom/main/1300105")["order_ref"] == "1285"  # in a later message
    assert samples.one("tickets", "intercom/main/1300101")["reason_raw"] == ["Livraison"]


def test_the_words_of_bots_agents_and_quotes_are_not_the_customers(samples: Desk) -> None:
    assert samples.one("tickets", "intercom/main/1300105")["phrases"] == []


def test_the_first_reply_is_an_agents_not_a_bots_and_not_a_note(samples: Desk) -> None:
    assert samples.one("tickets", "intercom/main/1300105")["first_reply_at"] == datetime(2026, 9, 18, 10, 30)


def test_messages_and_notes_are_kept_and_bare_events_are_not(samples: Desk) -> None:
    told = samples.con.execute(
        "select message_id, author, is_public from raw_messages where ticket_id = '1300105' order by 1"
    ).fetchall()
    assert told == [
        ("1", "automatic", True),
        ("3", "agent", False),
        ("4", "agent", True),
        ("5", "customer", True),
        ("6", "agent", True),
    ]


@pytest.mark.parametrize(
    ("ticket", "why"),
    [("1300103", "outbound"), ("1300104", "outbound"), ("156643300009902", "outbound"), ("1300101", None)],
)
def test_what_the_shop_or_a_bot_began_tells_of_no_problem(
    samples: Desk, ticket: str, why: str | None
) -> None:
    found = samples.one("tickets", f"intercom/main/{ticket}")
    assert (found["is_excluded"], found.get("excluded_because")) == (why is not None, why)


def test_a_visitor_who_answers_a_bot_may_have_a_problem(tmp_path: Path) -> None:
    greeting = json.loads(LIST.read_text(encoding="utf-8"))["conversations"][3]
    greeting["first_contact_reply"] = {"created_at": 1789635700, "type": "conversation", "url": None}
    with desk(tmp_path) as at:
        at.write("answered.json", json.dumps(greeting))
        assert at.one("tickets", "intercom/main/1300104")["is_excluded"] is False


@pytest.mark.parametrize(
    ("ticket", "status", "channel"),
    [
        ("1300101", "closed", "email"),
        ("1300102", "pending", "whatsapp"),
        ("1300105", "open", "chat"),
        ("156643300009901", "closed", "chat"),
    ],
)
def test_status_and_channel_are_ours(samples: Desk, ticket: str, status: str, channel: str) -> None:
    found = samples.one("tickets", f"intercom/main/{ticket}")
    assert (found["status"], found["channel"]) == (status, channel)


def test_the_rating_goes_from_one_to_five(samples: Desk) -> None:
    assert samples.one("tickets", "intercom/main/1300101")["csat"] == 0.25
    assert samples.one("tickets", "intercom/main/156643300009901")["csat"] == 0


def test_of_the_versions_of_a_conversation_the_last_one_counts(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(COPY)
        assert (landed.rows_in, landed.loaded, landed.unchanged) == (4, 2, 2)
        ticket = at.one("tickets", "intercom/main/156643300009901")
        assert ticket["updated_at"] == datetime(2026, 9, 12, 10, 0)  # not the file's last row
        assert ticket["order_ref"] == "1291"
        assert "Odile" not in str(ticket)  # the remark of the rating


def test_names_of_tags_and_tickets_that_repeat_conversations_are_refused_with_what_to_load(
    tmp_path: Path,
) -> None:
    tags, tickets = tmp_path / "tags.csv", tmp_path / "tickets.json"
    tags.write_text(
        "id,_fivetran_deleted,_fivetran_synced,name\n4614778,FALSE,2026-12-01 18:00:16.969,Support\n",
        encoding="utf-8",
    )
    ticket = {"type": "ticket", "id": "1", "ticket_id": "7", "category": "Customer", "ticket_attributes": {}}
    tickets.write_text(json.dumps({"type": "ticket.list", "tickets": [ticket]}), encoding="utf-8")
    _, results = loaded([tags, tickets], tmp_path)
    assert [result.message for result in results] == [
        Message("warehouse_names", {"file": "tags.csv"}),
        Message("intercom_tickets", {"file": "tickets.json"}),
    ]


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([LIST, ONE, COPY], tmp_path)
    assert found["1281"] == ("wrong_item_sent", "merchant", "tag")
    assert found["1282"] == ("lost_in_transit", "carrier", "tag")
    assert found["1291"][0] == "damaged_in_transit"
    assert set(found) == {"1281", "1282", "1285", "1291"}
