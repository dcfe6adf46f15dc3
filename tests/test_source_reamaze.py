"""Re:amaze: what its API does not say by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "reamaze_conversations.json"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("reamaze")) as at:
        at.land(SAMPLE)
        yield at


def test_times_carry_their_offset(samples: Desk) -> None:
    ticket = samples.one("tickets", "reamaze/main/colis-abime-3")
    assert ticket["created_at"] == datetime(2026, 9, 14, 8, 12, 38, 120000)
    assert ticket["updated_at"] == datetime(2026, 9, 16, 7)


@pytest.mark.parametrize(
    ("slug", "status", "channel"),
    [
        ("colis-abime-3", "solved", "email"),
        ("insta-dm-12", "open", "instagram"),
        ("whatsapp-7", "pending", "whatsapp"),
        ("promo-1", "closed", "email"),
        ("chat-2", "solved", "chat"),
    ],
)
def test_status_and_channel_are_numbers(samples: Desk, slug: str, status: str, channel: str) -> None:
    ticket = samples.one("tickets", f"reamaze/main/{slug}")
    assert (ticket["status"], ticket["channel"]) == (status, channel)


def test_numbers_that_nobody_explains_stay_as_they_are(tmp_path: Path) -> None:
    one = json.loads(SAMPLE.read_text(encoding="utf-8"))["conversations"][0]
    one |= {"status": 11, "category": {"name": "Boutique", "channel": 21}}
    with desk(tmp_path) as at:
        at.write("one.json", json.dumps(one))
        ticket = at.one("tickets", "reamaze/main/colis-abime-3")
        assert (ticket["status"], ticket["channel"], ticket["channel_raw"]) == ("11", "21", "21")


def test_spam_is_a_status(samples: Desk) -> None:
    assert samples.one("tickets", "reamaze/main/promo-1")["excluded_because"] == "spam"
    assert samples.one("tickets", "reamaze/main/whatsapp-7")["is_excluded"] is False


def test_the_first_message_and_the_customers_last_are_read(samples: Desk, tmp_path: Path) -> None:
    one = json.loads(SAMPLE.read_text(encoding="utf-8"))["conversations"][2]
    one["last_customer_message"] = {"body": "<p>You sent the wrong item</p>", "created_at": one["created_at"]}
    with desk(tmp_path) as at:
        at.write("one.json", json.dumps(one))
        assert at.one("tickets", "reamaze/main/whatsapp-7")["phrases"] == ["wrong item"]
    assert samples.one("tickets", "reamaze/main/insta-dm-12")["order_ref"] == "1112"


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([SAMPLE], tmp_path)
    assert found["1111"][0::2] == ("damaged_in_transit", "tag")
    assert found["1112"] == ("product_defect", "supplier", "words")
