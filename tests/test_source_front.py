"""Front: what its API does not say by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "front_conversations.json"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("front")) as at:
        at.land(SAMPLE)
        yield at


def _written(change: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The first conversation of the sample with something changed, as it lands."""
    one = json.loads(SAMPLE.read_text(encoding="utf-8"))["_results"][0] | change
    with desk(folder) as at:
        at.write("one.json", json.dumps(one))
        return at.one("tickets", "front/main/cnv_8a1")


def test_times_are_unix_seconds_with_or_without_a_fraction(samples: Desk) -> None:
    ticket = samples.one("tickets", "front/main/cnv_8a1")
    assert ticket["created_at"] == datetime(2026, 9, 14, 8, 12, 38)
    assert ticket["updated_at"] == datetime(2026, 9, 14, 10, 12, 38)
    assert samples.one("tickets", "front/main/cnv_8a2")["created_at"] == datetime(2026, 9, 15, 10)


def test_a_time_that_cannot_be_read_rejects_its_record(tmp_path: Path) -> None:
    rows = json.loads(SAMPLE.read_text(encoding="utf-8"))["_results"][:2]
    rows[0]["created_at"] = "soon"
    with desk(tmp_path) as at:
        landed = at.write("bad.json", json.dumps(rows))
        assert (landed.loaded, landed.rejected) == (1, 1)
        assert [reject[1:] for reject in at.rejects()] == [("created_at", "soon", "not_a_date")]


@pytest.mark.parametrize(
    ("ticket", "status"),
    [("8a1", "solved"), ("8a2", "pending"), ("8a3", "open"), ("8a4", "closed"), ("8a5", "deleted")],
)
def test_the_category_of_a_ticket_says_more_than_archived_or_assigned(
    samples: Desk, ticket: str, status: str
) -> None:
    assert samples.one("tickets", f"front/main/cnv_{ticket}")["status"] == status


def test_what_the_shop_answered_is_not_what_the_customer_says(samples: Desk) -> None:
    assert samples.one("tickets", "front/main/cnv_8a1")["phrases"] == ["mauvais article"]
    answered = samples.one("tickets", "front/main/cnv_8a3")
    assert (answered["phrases"], answered.get("order_ref")) == ([], None)


@pytest.mark.parametrize(("ticket", "why"), [("8a1", None), ("8a4", "spam"), ("8a5", "deleted")])
def test_spam_and_trash_tell_of_no_problem(samples: Desk, ticket: str, why: str | None) -> None:
    found = samples.one("tickets", f"front/main/cnv_{ticket}")
    assert (found["is_excluded"], found.get("excluded_because")) == (why is not None, why)


def test_the_channel_is_the_type_of_the_last_message(samples: Desk, tmp_path: Path) -> None:
    told = {n: samples.one("tickets", f"front/main/cnv_8a{n}") for n in (1, 2, 5, 6)}
    assert [each["channel"] for each in told.values()] == ["email", "sms", "api", "facebook"]
    assert told[5]["channel_raw"] == "custom"
    new = _written({"last_message": {"type": "carrier pigeon"}}, tmp_path / "new")
    assert (new["channel"], new["channel_raw"]) == ("carrier pigeon", "carrier pigeon")
    assert "channel" not in _written({"last_message": None}, tmp_path / "none")


def test_added_fields_name_the_order_and_the_reason(samples: Desk) -> None:
    ticket = samples.one("tickets", "front/main/cnv_8a1")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1101", ["Mauvais article"])
    assert ticket["tags"] == ["Retour", "VIP"]


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1101"] == ("wrong_item_sent", "merchant", "reason")
    assert found["1102"] == ("lost_in_transit", "carrier", "tag")
