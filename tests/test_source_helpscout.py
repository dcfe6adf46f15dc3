"""Help Scout: what its conversations do not say by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "helpscout_conversations.json"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("helpscout")) as at:
        at.land(SAMPLE)
        yield at


def test_the_first_reply_is_the_first_message_sent_after_the_customers(samples: Desk) -> None:
    ticket = samples.one("tickets", "helpscout/main/5500101")
    assert ticket["first_reply_at"] == datetime(
        2026, 9, 14, 7, 42, 38
    )  # neither the note nor the draft before it
    assert ticket["solved_at"] == datetime(2026, 9, 15, 9, 0)
    assert "first_reply_at" not in samples.one("tickets", "helpscout/main/5500102")


def test_the_customers_words_are_read_and_neither_notes_nor_answers_nor_quotes(samples: Desk) -> None:
    ticket = samples.one("tickets", "helpscout/main/5500101")
    assert ticket["phrases"] == ["mauvais article"]  # marked up, with a hard blank in it
    assert ticket["order_ref"] == "1081"  # told in the second message; #1099 is quoted


def test_the_text_of_a_custom_field_is_read_not_the_id_of_its_choice(samples: Desk) -> None:
    ticket = samples.one("tickets", "helpscout/main/5500102")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1082", ["Livraison"])
    assert "sku" not in ticket  # the field is there and blank
    assert samples.one("tickets", "helpscout/main/5500101")["reason_raw"] == ["Order"]  # 'Orders' is a count


def test_tags_are_objects(samples: Desk) -> None:
    assert samples.one("tickets", "helpscout/main/5500101")["tags"] == ["VIP client"]


@pytest.mark.parametrize(
    ("ticket", "channel", "raw"),
    [
        ("5500101", "email", "email/email"),
        ("5500102", "chat", "chat/beacon-v2"),
        ("5500105", "phone", "phone/web"),
        ("5500106", "web_form", "email/beacon-v2"),
    ],
)
def test_the_channel_is_told_by_type_and_source(samples: Desk, ticket: str, channel: str, raw: str) -> None:
    found = samples.one("tickets", f"helpscout/main/{ticket}")
    assert (found["channel"], found["channel_raw"]) == (channel, raw)


@pytest.mark.parametrize(
    ("ticket", "why"),
    [
        ("5500103", "outbound"),
        ("5500104", "spam"),
        ("5500106", "deleted"),
        ("5500105", None),
        ("5500102", None),
    ],
)
def test_what_the_shop_began_tells_of_no_problem_but_a_call_it_noted_does(
    samples: Desk, ticket: str, why: str | None
) -> None:
    found = samples.one("tickets", f"helpscout/main/{ticket}")
    assert (found["is_excluded"], found.get("excluded_because")) == (why is not None, why)


@pytest.mark.parametrize(
    ("ticket", "status"),
    [("5500101", "closed"), ("5500102", "pending"), ("5500103", "open"), ("5500106", "deleted")],
)
def test_the_status_is_ours(samples: Desk, ticket: str, status: str) -> None:
    assert samples.one("tickets", f"helpscout/main/{ticket}")["status"] == status


def test_messages_are_what_was_sent_and_noted(samples: Desk) -> None:
    told = [
        (each["author"], each["is_public"])
        for each in (samples.one("messages", f"helpscout/main/5500101/{n}") for n in (1, 2, 3, 4, 5))
    ]
    assert told == [
        ("customer", True),
        ("agent", False),
        ("agent", True),
        ("customer", True),
        ("agent", True),
    ]
    rows = samples.con.execute("select count(*) from raw_messages where ticket_id = '5500101'").fetchall()
    assert rows == [(5,)]  # neither the draft nor the line of the log


def test_a_conversation_without_its_threads_is_read_too(tmp_path: Path) -> None:
    bare = json.loads(SAMPLE.read_text(encoding="utf-8"))["_embedded"]["conversations"][0]
    del bare["_embedded"]
    with desk(tmp_path) as at:
        landed = at.write("one.json", json.dumps(bare))
        assert (landed.loaded, landed.kinds) == (1, ("tickets",))
        ticket = at.one("tickets", "helpscout/main/5500101")
        assert "first_reply_at" not in ticket
        assert ticket["phrases"] == []


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1081"] == ("wrong_item_sent", "merchant", "words")
    assert found["1082"] == ("lost_in_transit", "carrier", "tag")
    assert len(found) == 3  # and the call, of no order that is named
