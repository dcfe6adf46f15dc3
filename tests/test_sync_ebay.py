"""eBay by sync: lists that go by when a case was made, whose open cases are looked at again until they are closed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.load import load
from pipelines.reader import Reader
from pipelines.sync import engine
from pipelines.sync.ebay import EBAY
from pipelines.sync.engine import Request
from pipelines.sync.vendor import Answer, SyncError
from pipelines.sync.windows import SIZE
from tests.test_sync import NOW, Open, Shop, filled, shop
from tests.vendor_server import Reply
from tests.vendor_server_ebay import Ebay

__all__ = ["shop"]  # the fixture


def rows(at: Shop, sql: str) -> list[tuple[Any, ...]]:
    return at.con.execute(sql).fetchall()


def later(at: Shop, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Time passes, for eBay and for us."""
    at.api.now += timedelta(days=days)
    monkeypatch.setattr("pipelines.sync.windows._now", lambda: at.api.now)


def state(at: Shop, feed: str) -> Any:
    text = (at.store.folder / "sync" / "ebay.main.json").read_text(encoding="utf-8")
    return json.loads(text)["feeds"][feed]


def test_orders_returns_cancellations_and_inquiries_arrive_and_link_to_their_order(
    shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = filled(Ebay(), 3)
    api.records[2]["cancelStatus"] = {"cancelState": "CANCELED", "cancelRequests": []}
    api.put_return(1)
    api.put_cancellation(2, "CANCEL_CLOSED_WITH_REFUND", "CLOSED")
    api.put_inquiry(3, "OPEN")
    at = shop("ebay", api)
    monkeypatch.setattr(engine, "load", load)  # all the way to the incidents
    done = at.synced()
    assert (done.records, done.rejected, len(done.files)) == (6, 0, 4)
    incidents = Reader(at.store).query("incidents").sort("order_ref")
    assert incidents.select("order_ref", "cause", "party").rows() == [
        ("12-00000-00001", "damaged_in_transit", "carrier"),
        ("12-00000-00002", "stock_out", "merchant"),
        ("12-00000-00003", "not_received", "carrier"),
    ]


def test_what_is_pending_is_told_once_it_is_done_and_what_was_refused_never(
    shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Ebay()
    api.put_cancellation(1, "CANCEL_REQUESTED", "APPROVAL_PENDING")
    api.put_cancellation(2, "CANCEL_REQUESTED", "APPROVAL_PENDING")
    at = shop("ebay", api)
    assert (at.synced().records, at.synced().files) == (0, [])
    later(at, monkeypatch, 100)  # longer than what is read again anyway
    api.put_cancellation(1, "CANCEL_CLOSED_WITH_REFUND", "CLOSED")
    api.put_cancellation(2, "CANCEL_REJECTED", "CLOSED")
    done = at.synced()
    assert (done.records, done.rejected) == (1, 0)
    assert rows(at, "select cancellation_id from raw_cancellations") == [("1",)]


def test_an_old_case_is_looked_at_until_it_is_closed_and_no_longer(
    shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Ebay(size=50)
    for number in range(1, 6):
        api.put_return(number, "ITEM_SHIPPED" if number == 3 else "CLOSED")
    at = shop("ebay", api)
    monkeypatch.setattr("pipelines.sync.windows._now", lambda: api.now)
    assert at.synced().records == 5
    for number in (11, 12, 13):  # months in which it stays open
        later(at, monkeypatch, 40)
        api.put_return(number)
        api.asked.clear()
        assert (at.synced().records, at.synced().files) == (1, [])
    asked = [each for each in api.asked if "return" in each.path]
    assert len(asked) == 2 * 2  # in each of two syncs: around the open one, and of late
    api.put_return(3, "CLOSED", status="CLOSED")
    assert at.synced().records == 1
    assert rows(at, "select status from raw_returns where return_id = '3'") == [("closed",)]
    api.asked.clear()
    assert at.synced().records == 0
    assert len([each for each in api.asked if "return" in each.path]) == 1


def test_open_cases_made_within_a_day_share_a_question(shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Ebay(size=50)
    for number in range(1, 4):
        api.put_inquiry(number, "WAITING_SELLER_RESPONSE")
    api.now += timedelta(days=3)
    api.put_inquiry(4, "OPEN")
    at = shop("ebay", api)
    at.synced()
    later(at, monkeypatch, 60)
    at.synced()
    windows = state(at, "inquiries")["resume"]["windows"]
    assert [window[2] for window in windows] == [["1", "2", "3"], ["4"], None]


def test_a_killed_reading_still_knows_the_open_cases_that_it_had_not_come_to(
    shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Ebay(size=50)
    api.put_return(1, "ITEM_SHIPPED")
    api.now += timedelta(days=5)
    api.put_return(2, "ITEM_SHIPPED")
    at = shop("ebay", api)
    at.synced()
    later(at, monkeypatch, 100)
    api.put_return(1, "CLOSED")
    api.put_return(2, "CLOSED")

    def die() -> None:
        raise KeyboardInterrupt

    # orders, then the first of the two windows around the open returns
    with monkeypatch.context() as patch:
        told = iter(range(100))
        patch.setattr(engine._Run, "_tell", lambda *_: die() if next(told) == 4 else None)
        with pytest.raises(KeyboardInterrupt):
            at.sync()
    at.synced()
    assert rows(at, "select distinct status from raw_returns") == [("closed",)]


@pytest.mark.parametrize("place", [4, 12, 16])
def test_an_order_that_changes_while_spans_are_divided_is_not_lost(
    shop: Open, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = filled(Ebay(), 9)
    at = shop("ebay", api)
    api.now += timedelta(days=20)  # the last span is empty, and those before it are divided
    monkeypatch.setattr("pipelines.sync.windows._now", lambda: api.now)
    api.faults = [*[None] * place, lambda: [api.put(1, "A"), api.put(5, "B"), api.put(10)]]
    at.synced()
    at.synced()  # for what changed after the end of the list was read
    assert at.tickets() == at.told()


def test_since_goes_back_far_enough_for_cases_that_are_still_open(shop: Open) -> None:
    api = Ebay(size=50)
    api.put_return(1, "ITEM_SHIPPED")
    at = shop("ebay", api)
    at.synced()
    at.synced(Request(since=datetime(2026, 11, 1, tzinfo=UTC)))
    assert list(state(at, "returns")["seen"])
    assert rows(at, "select count(*) from raw_returns") == [(1,)]


def test_a_full_answer_for_one_second_says_so_instead_of_losing_the_rest() -> None:
    feed = EBAY.feeds[0]
    position = {"windows": [["2026-09-01T08:00:00+00:00", "2026-09-01T08:00:01+00:00", None]], "open": {}}
    orders = [
        {"orderId": str(number), "lastModifiedDate": "2026-09-01T08:00:00.000Z"} for number in range(SIZE)
    ]
    with pytest.raises(SyncError) as caught:
        feed.take(position, Answer({"orders": orders, "total": SIZE + 1}, {}))
    assert caught.value.message.code == "sync_not_understood"
    # one that announces more than there is to be had ends
    assert feed.take(position, Answer({"orders": orders[:3], "total": 4}, {})).following is None


def test_how_far_back_is_asked_is_what_the_vendor_allows(shop: Open) -> None:
    at = shop("ebay", Ebay())
    at.synced()
    starts = [
        value
        for asked in at.api.asked
        for name, value in asked.params.items()
        if name.endswith("creation_date_range_from")
    ]
    assert min(starts) >= (NOW - timedelta(days=540)).strftime("%Y-%m-%d")


def test_an_access_that_may_not_read_returns_reads_what_comes_after_them(shop: Open) -> None:
    api = filled(Ebay(), 1)
    api.put_return(1)
    api.put_inquiry(1, "OPEN")
    at = shop("ebay", api)
    answer = api.answer
    api.answer = lambda asked: Reply(403, {}) if "/return/" in asked.path else answer(asked)
    done = at.sync()
    assert done.error is not None
    assert done.error.params["path"] == "/post-order/v2/return/search"
    assert rows(at, "select (select count(*) from raw_claims), (select count(*) from raw_returns)") == [
        (1, 0)
    ]
    api.answer = answer
    at.synced()
    assert rows(at, "select count(*) from raw_returns") == [(1,)]
