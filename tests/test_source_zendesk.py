"""Zendesk: what its exports do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("account")) as at:
        at.land(SAMPLES / "zendesk_account_export.csv")
        yield at


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("full")) as at:
        at.land(SAMPLES / "zendesk_full_export.json")
        yield at


def test_tags_are_parted_by_blanks_or_commas(account: Desk) -> None:
    assert account.one("tickets", "zendesk/main/70001")["tags"] == ["colis_abime", "vip"]
    assert account.one("tickets", "zendesk/main/70002")["tags"] == ["lost_parcel", "closed_by_merge"]


def test_a_dropdown_repeated_among_the_tags_counts_once(account: Desk, full: Desk) -> None:
    ticket = account.one("tickets", "zendesk/main/70001")
    assert ticket["reason_raw"] == ["Damaged item"]
    assert "damaged_item" not in ticket["tags"]
    ticket = full.one("tickets", "zendesk/main/70101")
    assert sorted(ticket["reason_raw"]) == ["size_l", "wrong_item"]
    assert ticket["tags"] == ["vip"]


def test_minutes_are_counted_from_the_creation_in_the_shops_zone(account: Desk) -> None:
    ticket = account.one("tickets", "zendesk/main/70001")
    assert ticket["created_at"] == datetime(2026, 9, 1, 6, 10)
    assert ticket["first_reply_at"] == datetime(2026, 9, 1, 7, 25)
    assert "first_reply_at" not in account.one("tickets", "zendesk/main/70002")  # 0 minutes: never


@pytest.mark.parametrize(("ticket", "why"), [("70002", "merged"), ("70004", "deleted"), ("70001", None)])
def test_merged_and_deleted_tickets_tell_of_no_problem(account: Desk, ticket: str, why: str | None) -> None:
    found = account.one("tickets", f"zendesk/main/{ticket}")
    assert (found["is_excluded"], found.get("excluded_because")) == (why is not None, why)


@pytest.mark.parametrize(
    ("ticket", "status"), [("70001", "closed"), ("70003", "pending"), ("70004", "deleted")]
)
def test_a_ticket_on_hold_is_pending(account: Desk, ticket: str, status: str) -> None:
    assert account.one("tickets", f"zendesk/main/{ticket}")["status"] == status


def test_spam_is_told_by_a_tag(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        header = "Summation column,Id,Tags,Status,Via,Created at"
        at.write(
            "spam.csv",
            f"{header}\n1,9,spam,Closed,Mail,2026-09-03 09:00\n1,8,no_spam,Closed,Mail,2026-09-03 09:00\n",
        )
        assert at.one("tickets", "zendesk/main/9")["excluded_because"] == "spam"
        assert at.one("tickets", "zendesk/main/8")["is_excluded"] is False


@pytest.mark.parametrize(
    ("ticket", "channel"),
    [("70001", "email"), ("70002", "web_form"), ("70003", "phone"), ("70004", "messenger")],
)
def test_the_words_for_channels_are_ours(account: Desk, ticket: str, channel: str) -> None:
    assert account.one("tickets", f"zendesk/main/{ticket}")["channel"] == channel


def test_an_offered_survey_is_no_answer(account: Desk, full: Desk) -> None:
    assert account.one("tickets", "zendesk/main/70001")["csat"] == 0
    assert "csat" not in account.one("tickets", "zendesk/main/70002")
    assert "csat" not in full.one("tickets", "zendesk/main/70102")  # null
    assert full.one("tickets", "zendesk/main/70101")["csat"] == 0  # an object
    assert full.one("tickets", "zendesk/main/70103")["csat"] == 1  # a text


def test_free_text_fields_are_not_kept(account: Desk) -> None:
    assert '"Gift wrap [flag]"' in account.one("tickets", "zendesk/main/70001")["extra"]
    assert "Gift message" not in account.one("tickets", "zendesk/main/70001")["extra"]


def test_the_order_is_a_custom_field_or_external_id_that_looks_like_one(
    account: Desk, full: Desk, tmp_path: Path
) -> None:
    assert account.one("tickets", "zendesk/main/70001")["order_id"] == "1051"
    assert full.one("tickets", "zendesk/main/70101")["order_ref"] == "FR-1061"
    assert full.one("tickets", "zendesk/main/70103")["order_ref"] == "1062"
    with desk(tmp_path) as at:
        at.land(SAMPLES / "zendesk_api_search.json")
        ticket = at.one("tickets", "zendesk/main/70104")  # a postcode among its fields
        assert ticket["order_ref"] == "406-1112223-3334445"


def test_a_description_is_read_for_phrases_and_forgotten(full: Desk) -> None:
    ticket = full.one("tickets", "zendesk/main/70101")
    assert ticket["phrases"] == ["mauvais article"]
    assert "Bonjour" not in str(ticket)


def test_comments_are_messages_by_customers_agents_and_rules(full: Desk) -> None:
    authors = [full.one("messages", f"zendesk/main/70101/{n}")["author"] for n in (1, 2, 3)]
    assert authors == ["customer", "automatic", "agent"]
    assert full.one("messages", "zendesk/main/70101/2")["is_public"] is False


def test_what_the_export_and_the_api_tell_of_a_ticket_meets(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "zendesk_full_export.json")
        (landed,) = at.land(SAMPLES / "zendesk_api_search.json")
        assert (landed.loaded, landed.unchanged) == (1, 1)  # its copy of 70101 is older
        assert at.one("tickets", "zendesk/main/70101")["order_ref"] == "FR-1061"
        (landed,) = at.land(SAMPLES / "zendesk_incremental.json")
        assert landed.loaded == 1
        assert at.one("tickets", "zendesk/main/70104")["excluded_because"] == "deleted"


def test_the_apis_hold_is_pending(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "zendesk_api_search.json")
        assert at.one("tickets", "zendesk/main/70104")["status"] == "pending"


def test_a_single_ticket_of_the_api_is_read(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "zendesk_api_ticket.json")
        assert (landed.loaded, landed.kinds) == (1, ("tickets",))


def test_the_warehouse_is_in_utc(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "zendesk_warehouse.csv")
        ticket = at.one("tickets", "zendesk/main/70201")
        assert (ticket["created_at"], ticket["order_ref"]) == (datetime(2026, 9, 19, 1, 54, 52), "1071")
        assert at.one("tickets", "zendesk/main/70203")["excluded_because"] == "deleted"


def test_comments_among_ticket_events_are_messages_whose_text_is_forgotten(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "zendesk_ticket_events.json")
        assert (landed.rows_in, landed.loaded, landed.kinds) == (3, 3, ("messages",))
        told = at.con.execute(
            "select ticket_id, message_id, author, is_public from raw_messages order by message_id"
        ).fetchall()
        assert told == [
            ("70101", "91002", None, True),
            ("70101", "91012", "automatic", True),
            ("70101", "91023", None, False),
        ]
        kept = repr(at.records(but=("file_id",)))
        assert not [word for word in ("lampe", "Odile", "203.0.113", "Laval") if word in kept]
