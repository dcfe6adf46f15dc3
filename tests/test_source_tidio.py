"""Tidio: what its export does not say by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "tidio_messages.csv"
HEADER = (
    "CONVERSATION_ID,THREAD_ID,TIME_SENT,CHANNEL,SENDER,MESSAGE_CONTENT,NAME,FIRST_NAME,LAST_NAME,EMAIL,PHONE,"
    "OS_NAME,BROWSER"
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("tidio")) as at:
        at.land(SAMPLE)
        yield at


def test_a_conversation_is_a_ticket_once_a_visitor_wrote(samples: Desk) -> None:
    tickets = samples.con.execute("select ticket_id from raw_tickets order by all").fetchall()
    assert tickets == [("958725001",), ("958725003",), ("958725005",)]
    told = samples.con.execute("select distinct ticket_id from raw_messages order by all").fetchall()
    assert ("958725002",) in told  # a greeting without an answer
    assert ("958725004",) in told  # an operator without an answer


def test_it_begins_with_the_visitor_and_an_operator_answers_not_the_bot(samples: Desk) -> None:
    ticket = samples.one("tickets", "tidio/main/958725001")
    assert ticket["created_at"] == datetime(2026, 9, 14, 15, 22, 31)
    assert ticket["first_reply_at"] == datetime(2026, 9, 14, 15, 31)
    assert ticket["updated_at"] == datetime(2026, 9, 14, 15, 40, 12)
    assert "first_reply_at" not in samples.one("tickets", "tidio/main/958725005")


def test_every_row_is_a_message_by_a_customer_an_agent_or_the_bot(samples: Desk) -> None:
    rows = samples.con.execute(
        "select author from raw_messages where ticket_id = '958725001' order by sent_at"
    ).fetchall()
    assert [author for (author,) in rows] == ["automatic", "customer", "automatic", "agent", "customer"]


def test_a_comma_without_quotes_costs_its_row_not_the_file(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLE)
        assert (landed.rows_in, landed.loaded, landed.rejected) == (11, 10, 1)
        assert [reject[0::3] for reject in at.rejects()] == [(13, "too_many_cells")]


def test_only_what_visitors_wrote_is_read(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = [
            "1,9,2026-09-14T10:00:00Z,chat,operator,wrong item #1199,,,,,,,",
            "1,9,2026-09-14T10:01:00Z,chat,visitor,Bonjour,,,,,,,",
            "1,9,2026-09-14T10:02:00Z,chat,visitor,mauvais article,,,,,,,",
        ]
        at.write("one.csv", "\n".join([HEADER, *rows]))
        ticket = at.one("tickets", "tidio/main/1")
        assert (ticket["phrases"], ticket.get("order_ref")) == (["mauvais article"], None)


def test_the_first_question_says_the_channel_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = [
            "1,9,2026-09-14T10:05:00Z,email,visitor,encore,,,,,,,",
            "1,9,2026-09-14T10:00:00Z,Pinterest,visitor,Bonjour,,,,,,,",
            "2,9,2026-09-14T10:00:00Z,Minitel,visitor,Bonjour,,,,,,,",
        ]
        at.write("one.csv", "\n".join([HEADER, *rows]))
        ticket = at.one("tickets", "tidio/main/1")
        assert (ticket["channel"], ticket["created_at"]) == ("pinterest", datetime(2026, 9, 14, 10))
        assert at.one("tickets", "tidio/main/2")["channel"] == "Minitel"


def test_a_file_saved_again_by_a_spreadsheet_goes_by_the_order_of_its_rows(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = [
            "1;9;14/09/2026 10:00;chat;visitor;Bonjour;;;;;;;",
            "1;9;14/09/2026 10:30;chat;operator;Bonjour;;;;;;;",
        ]
        at.write("one.csv", "\n".join([HEADER.replace(",", ";"), *rows]))
        ticket = at.one("tickets", "tidio/main/1")
        assert ticket["created_at"] == datetime(2026, 9, 14, 8)  # the shop is in Paris
        assert ticket["first_reply_at"] == datetime(2026, 9, 14, 8, 30)


def test_an_address_makes_the_customer_and_a_made_up_name_does_not(samples: Desk) -> None:
    assert "customer_key" in samples.one("tickets", "tidio/main/958725001")
    assert "customer_key" not in samples.one("tickets", "tidio/main/958725005")


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1141"] == ("wrong_item_sent", "merchant", "words")
    assert found["1143"][0::2] == ("damaged_in_transit", "words")
