"""Messages of helpdesks by sync: all of them in one list, each once, and never what they say."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from pipelines.messages import sentence
from pipelines.sync import engine
from pipelines.sync.client import ATTEMPTS
from tests.test_sync import Open, Shop, filled, shop
from tests.vendor_server import Asked, Gorgias, Reply, Zendesk

__all__ = ["shop"]  # the fixture


def zendesk(count: int = 5) -> Zendesk:
    api = filled(Zendesk(), 2)
    for number in range(count):
        api.change(1)
        api.comment(1 + number % 2, public=number != 1, channel="rule" if number == 2 else "email")
    return api


def gorgias(count: int = 5) -> Gorgias:
    api = filled(Gorgias(), 2)
    for number in range(1, count + 1):
        api.write(number, 1 + number % 2, from_agent=number % 2 == 0, public=number != 4)
    return api


def add_one(api: Any) -> None:
    if isinstance(api, Zendesk):
        api.comment(1)
    else:
        api.write(77, 1)


MADE = {"zendesk": zendesk, "gorgias": gorgias}
both = pytest.mark.parametrize("system", MADE)


def messages(at: Shop) -> list[tuple[Any, ...]]:
    return at.con.execute(
        "select message_id, ticket_id, author, is_public from raw_messages order by message_id"
    ).fetchall()


def test_zendesk_comments_arrive_with_when_and_where_they_were_said(shop: Open) -> None:
    at = shop("zendesk", zendesk(3))
    done = at.synced()
    assert done.rejected == 0, "an event without a comment is left out"
    assert messages(at) == [
        ("9002", "1", None, True),
        ("9004", "2", None, False),
        ("9006", "1", "automatic", True),
    ]


def test_gorgias_messages_arrive_but_for_those_that_could_not_be_sent(shop: Open) -> None:
    api = gorgias(4)
    api.write(9, 1, from_agent=True, sent_datetime=None, failed_datetime="2026-09-01T09:00:00")
    at = shop("gorgias", api)
    assert at.synced().rejected == 0
    assert messages(at) == [
        ("1", "2", "customer", True),
        ("2", "1", "agent", True),
        ("3", "2", "customer", True),
        ("4", "1", "agent", False),
    ]


@both
def test_the_next_sync_asks_for_new_messages_only_and_for_no_ticket_by_itself(
    shop: Open, system: str
) -> None:
    at = shop(system, MADE[system](25))
    at.synced()
    first = len(at.api.asked)
    assert len(messages(at)) == 25
    assert at.synced().files == []
    at.api.now += timedelta(hours=1)
    add_one(at.api)
    at.api.asked.clear()
    assert at.synced().records == 1
    assert len(messages(at)) == 26
    assert len(at.api.asked) < first
    assert not [asked.path for asked in at.api.asked if asked.path.rstrip("/").split("/")[-1].isdigit()]


@both
def test_messages_survive_errors_a_stop_and_one_that_comes_meanwhile(shop: Open, system: str) -> None:
    at = shop(system, MADE[system](9))
    at.api.faults = [None, (500, {}), None, "cut", (429, {"Retry-After": "7"}), lambda: add_one(at.api)]
    at.synced()
    assert 7 in at.clock.waited
    assert len(messages(at)) == 10
    add_one(at.api)
    at.api.faults = [None, *[(503, {})] * (ATTEMPTS + 3)]
    assert at.sync().error is not None
    at.api.faults = []
    at.synced()
    assert len(messages(at)) == (11 if system == "zendesk" else 10)


@both
def test_what_messages_say_is_kept_nowhere_not_even_on_their_way(
    shop: Open, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = shop(system, MADE[system]())
    folder = at.store.folder / "sync"
    seen: list[bytes] = []
    at.synced(progress=lambda _: seen.extend(p.read_bytes() for p in folder.rglob("*messages*")))
    assert seen
    assert not [page for page in seen if "cassée".encode() in page or b"exemple.fr" in page]


@both
def test_an_access_that_may_not_read_messages_reads_tickets_all_the_same_and_says_so(
    shop: Open, system: str
) -> None:
    at = shop(system, MADE[system]())
    answer = at.api.answer
    at.api.answer = lambda asked: Reply(403, {}) if _is_of_messages(asked) else answer(asked)
    for _ in range(2):
        done = at.sync()
        assert done.error is not None
        assert re.search("does not let it read /api.*(messages|ticket_events)", sentence(done.error, "en"))
        assert at.tickets() == at.told()
        at.api.put(8)
    at.api.answer = answer
    at.synced()
    assert len(messages(at)) == 5
    assert at.tickets() == at.told()


def _is_of_messages(asked: Asked) -> bool:
    return "messages" in asked.path or "ticket_events" in asked.path


def test_tickets_of_a_long_first_sync_are_there_before_its_messages(
    shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAGES_A_FEED", 3)
    at = shop("zendesk", filled(zendesk(5), 7))
    seen: list[int] = []
    at.api.faults = [*[None] * 4, lambda: seen.append(len(at.tickets()))]
    assert len(at.synced().files) == 2
    assert seen == [7]
