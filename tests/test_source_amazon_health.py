"""Amazon's account health: each metric with its own period, counts and target, whichever way its name is spelt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk

REPORT = SAMPLES / "amazon_account_health.json"


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


def metrics(at: Desk) -> dict[tuple[str, str], tuple[object, ...]]:
    """(marketplace, metric) -> (numerator, denominator, target, status)."""
    told = at.con.execute(
        "select marketplace, metric, numerator, denominator, target, status from raw_account_health"
    ).fetchall()
    return {row[:2]: row[2:] for row in told}


def test_one_report_is_one_row_of_many_metrics(seller: Desk) -> None:
    (landed,) = seller.land(REPORT)
    assert (landed.rows_in, landed.loaded, landed.kinds) == (1, 1, ("account_health",))
    assert len(metrics(seller)) == 13


def test_what_an_order_defect_is_made_of_shares_its_orders_and_has_no_target(seller: Desk) -> None:
    seller.land(REPORT)
    told = metrics(seller)
    assert told["amazon.ca", "order_defect_rate.mfn"] == (12, 800, 0.01, "BAD")
    assert told["amazon.ca", "order_defect_rate.mfn.claims"] == (7, 800, None, "NONE")
    assert told["amazon.ca", "order_defect_rate.mfn.chargebacks"] == (0, 800, None, "NONE")
    assert ("amazon.ca", "order_defect_rate.mfn.order_with_defects") not in told
    period = seller.one(
        "account_health", "amazon/main/amazon.ca/order_defect_rate.mfn.claims/2025-12-18 00:00:00"
    )
    assert period["period_end_at"] == datetime(2026, 2, 15, 23, 59)  # UTC, whatever the shop's zone


def test_two_spellings_of_one_metric_are_one_and_the_target_is_the_files(seller: Desk) -> None:
    seller.land(REPORT)
    told = metrics(seller)
    assert told["amazon.ca", "pre_fulfillment_cancellation_rate"] == (1, 100, 0.01, "GOOD")
    assert told["amazon.fr", "pre_fulfillment_cancellation_rate"] == (2, 50, 0.025, "BAD")


def test_a_metric_without_orders_has_a_count_and_a_state_has_none(seller: Desk) -> None:
    seller.land(REPORT)
    told = metrics(seller)
    assert told["amazon.ca", "listing_policy_violations"] == (2, None, 0, "BAD")
    assert told["amazon.ca", "account_health_rating"] == (None, None, None, "GREAT")
    assert told["amazon.ca", "warning.spamming_seller_messaging"] == (None, None, None, "BAD")
    assert told["amazon.fr", "account"] == (None, None, None, "AT_RISK")
    state = seller.one("account_health", "amazon/main/amazon.fr/account/2026-03-02 23:59:00")
    assert state["period_end_at"] == datetime(2026, 3, 2, 23, 59)  # the report's last day


def test_a_report_without_account_states_tells_the_same_metrics(seller: Desk) -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    report["accountStatuses"] = []
    seller.write("health.json", json.dumps(report))
    without = metrics(seller)
    seller.land(REPORT)
    assert without == {key: told for key, told in metrics(seller).items() if key[1] != "account"}


def test_a_count_that_is_no_number_rejects_the_report_with_its_value(seller: Desk) -> None:
    text = REPORT.read_text(encoding="utf-8").replace(
        '"lateShipmentCount": 21', '"lateShipmentCount": "many"'
    )
    landed = seller.write("health.json", text)
    assert (landed.loaded, landed.rejected) == (0, 1)
    assert [reject[1:] for reject in seller.rejects()] == [("numerator", "many", "not_a_number")]


def test_a_name_that_could_be_a_command_is_no_metric(seller: Desk) -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    seller.land(REPORT)
    as_it_is = metrics(seller)
    for market in report["performanceMetrics"]:
        market['a"b'] = {"status": "BAD", "count": 9}
    landed = seller.write("health.json", json.dumps(report))
    assert landed.rejected == 0
    assert metrics(seller) == as_it_is
