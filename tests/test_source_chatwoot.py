"""Chatwoot: what its API does not say by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.recognise import NotRecognised
from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "chatwoot_conversations.json"
REPORT = (
    "Période de rapport 2026-09-01 à 2026-09-30\n\n"
    "Nom de l'agent,Nombre de conversations,Temps de réponse moyen (Minutes),Resolution Count\n"
    "Agent A,12,34,10\n"
)
SURVEY = (
    "Agent Name,Rating,Feedback Comment,Contact Name,Contact Email Address,Contact Phone Number,"
    "Link to the conversation,Recorded date\n"
    "A (a@example.com),5,,B,b@example.com,,https://desk.example/app/accounts/1/conversations/41,2026-09-15\n"
    "Reporting period 2026-09-01 to 2026-09-30\n"
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("chatwoot")) as at:
        at.land(SAMPLE)
        yield at


def test_times_are_unix_seconds_and_0_is_never(samples: Desk) -> None:
    ticket = samples.one("tickets", "chatwoot/main/41")
    assert ticket["created_at"] == datetime(2026, 9, 14, 8)
    assert ticket["first_reply_at"] == datetime(2026, 9, 14, 9, 30)
    assert ticket["updated_at"] == datetime(2026, 9, 15, 9)
    assert "first_reply_at" not in samples.one("tickets", "chatwoot/main/42")


def test_the_last_activity_dates_a_conversation_only_without_a_creation(tmp_path: Path) -> None:
    one = json.loads(SAMPLE.read_text(encoding="utf-8"))["data"]["payload"][0]
    del one["created_at"]
    with desk(tmp_path) as at:
        landed = at.write("one.json", json.dumps(one))
        assert (landed.loaded, landed.rejected) == (1, 0)
        assert at.one("tickets", "chatwoot/main/41")["created_at"] == datetime(2026, 9, 15, 9)


@pytest.mark.parametrize(
    ("ticket", "status", "channel"),
    [
        ("41", "solved", "email"),
        ("42", "open", "tiktok"),
        ("43", "pending", "chat"),
        ("44", "pending", "api"),
        ("45", "open", "whatsapp"),
    ],
)
def test_status_and_channel_are_ours(samples: Desk, ticket: str, status: str, channel: str) -> None:
    found = samples.one("tickets", f"chatwoot/main/{ticket}")
    assert (found["status"], found["channel"]) == (status, channel)


def test_only_the_words_of_the_customer_are_read(samples: Desk, tmp_path: Path) -> None:
    assert samples.one("tickets", "chatwoot/main/42")["phrases"] == ["wrong item"]
    one = json.loads(SAMPLE.read_text(encoding="utf-8"))["data"]["payload"][1]
    one["messages"][0]["message_type"] = 1
    with desk(tmp_path) as at:
        at.write("one.json", json.dumps(one))
        ticket = at.one("tickets", "chatwoot/main/42")
        assert (ticket["phrases"], ticket.get("order_ref")) == ([], None)


def test_attributes_of_the_shop_name_the_order_and_the_reason(samples: Desk) -> None:
    ticket = samples.one("tickets", "chatwoot/main/41")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1121", ["Produit défectueux"])
    assert (ticket["subject"], ticket["agent_team"]) == ("Lampe en panne [e-mail]", "SAV")
    assert samples.one("tickets", "chatwoot/main/45")["order_ref"] == "1125"


def test_messages_are_by_customers_agents_and_the_system(samples: Desk) -> None:
    rows = samples.con.execute(
        "select message_id, author, is_public from raw_messages where ticket_id in ('44', '45') order by all"
    ).fetchall()
    assert rows == [("4400", "customer", True), ("4401", "automatic", True), ("4500", "agent", False)]


@pytest.mark.parametrize("text", [REPORT, SURVEY], ids=["report", "survey"])
def test_sums_and_survey_lists_are_refused(tmp_path: Path, text: str) -> None:
    with desk(tmp_path) as at:
        path = at.scratch / "file.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(NotRecognised):
            list(at.sheets(path))


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1121"] == ("product_defect", "supplier", "tag")
    assert found["1122"] == ("wrong_item_sent", "merchant", "words")
    assert found["1125"] == ("lost_in_transit", "carrier", "tag")
