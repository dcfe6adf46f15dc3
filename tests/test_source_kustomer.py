"""Kustomer: what its API does not say by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "kustomer_conversations.json"
IDS = "kustomer/main/67dd47dfbc632c1804db1b0"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("kustomer")) as at:
        at.land(SAMPLE)
        yield at


def test_the_channel_is_that_of_the_first_message_not_the_first_of_the_list(samples: Desk) -> None:
    assert samples.one("tickets", f"{IDS}1")["channel"] == "chat"  # email and chat are listed
    assert samples.one("tickets", f"{IDS}2")["channel"] == "instagram"
    assert (
        samples.one("tickets", f"{IDS}6")["channel"],
        samples.one("tickets", f"{IDS}6")["channel_raw"],
    ) == (
        "phone",
        "voice",
    )


@pytest.mark.parametrize(
    ("ticket", "why"), [(1, None), (2, None), (3, "outbound"), (4, "spam"), (5, "merged"), (6, None)]
)
def test_what_ended_is_merged_only_if_that_is_why(samples: Desk, ticket: int, why: str | None) -> None:
    found = samples.one("tickets", f"{IDS}{ticket}")
    assert (found["is_excluded"], found.get("excluded_because")) == (why is not None, why)


def test_times_are_told_beside_durations(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{IDS}1")
    assert ticket["first_reply_at"] == datetime(2026, 9, 14, 9, 42, 38, 123000)
    assert (ticket["solved_at"], ticket["status"]) == (datetime(2026, 9, 15, 9), "solved")
    waiting = samples.one("tickets", f"{IDS}6")
    assert (waiting["status"], "first_reply_at" in waiting, "solved_at" in waiting) == (
        "pending",
        False,
        False,
    )


def test_added_fields_end_in_their_type(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{IDS}1")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1131", ["livraison::article_manquant"])
    assert samples.one("tickets", f"{IDS}6")["reason_raw"] == ["avant_vente::taille"]
    assert samples.one("tickets", f"{IDS}2")["language"] == "en"


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1131"] == ("missing_item_or_part", "merchant", "reason")
    assert found["1132"][0::2] == ("not_received", "words")
