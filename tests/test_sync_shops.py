"""WooCommerce's refunds, and Amazon's reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.sync import amazon
from pipelines.sync.engine import Request
from tests.test_sync import Open, shop
from tests.vendor_server_shops import Amazon, WooCommerce

__all__ = ["shop"]  # the fixture
NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
FIRST = Request(first_since=NOW - timedelta(days=70))


def test_refunds_are_fetched_with_the_orders_that_have_some(shop: Open) -> None:
    api = WooCommerce()
    api.put(1, refunded="")
    api.put(2, refunded="4.00")
    at = shop("woocommerce", api)
    at.synced()
    rows = at.con.execute(
        "select order_id, sku, amount_cents from raw_refunds where sku is not null"
    ).fetchall()
    assert rows == [("2", "SKU-1", 400)]
    assert [asked.path for asked in api.asked if "refunds" in asked.path] == [
        "/wp-json/wc/v3/orders/2/refunds"
    ]
    api.put(1, refunded="10.00")
    at.synced()
    assert at.con.execute("select sum(amount_cents) from raw_refunds").fetchall() == [(1400,)]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    for report in amazon.AMAZON.feeds:
        monkeypatch.setattr(type(report), "now", lambda _: NOW)
        object.__setattr__(report, "now", lambda: NOW)


def seller() -> Amazon:
    api = Amazon()
    for number in range(1, 61):
        api.order(number, NOW - timedelta(days=number, hours=1), sku=f"SKU-{number % 7}")
    for number in (3, 40):
        api.back(number, NOW - timedelta(days=number - 1, hours=1))
    return api


@pytest.mark.usefixtures("today")
def test_reports_are_asked_for_by_month_waited_for_and_loaded(shop: Open) -> None:
    at = shop("amazon", seller())
    done = at.synced(FIRST)
    counts = at.con.execute(
        "select (select count(*) from raw_orders), (select count(*) from raw_returns)"
    ).fetchall()
    assert counts == [(60, 2)]
    starts = [
        asked.json["dataStartTime"][:10]
        for asked in at.api.asked
        if asked.method == "POST" and asked.path != "/token"
    ]
    assert starts[:3] == ["2026-07-12", "2026-08-11", "2026-09-10"]
    assert at.clock.waited.count(30.0) == 2 * 9
    # a month without returns has a report of a header alone, which is no file to load
    assert (len(done.files), min(file.rows_in for file in done.files)) == (5, 1)
    assert not [file for file in done.files if file.rejected]
    # the last days are asked for again; what is the same is not loaded again
    at.synced(FIRST)
    assert at.synced(FIRST).files == []
    at.api.order(61, NOW - timedelta(hours=2))
    at.synced(FIRST)
    assert at.con.execute("select count(*) from raw_orders").fetchall() == [(61,)]


@pytest.mark.usefixtures("today")
def test_a_report_that_cannot_be_made_is_told(shop: Open) -> None:
    at = shop("amazon", seller())
    at.api.ending = "FATAL"
    error = at.sync(FIRST).error
    assert error is not None
    assert error.code == "sync_not_understood"
