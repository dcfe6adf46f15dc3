"""Back Market: what its orders export does not say by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "backmarket_orders.csv"


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("backmarket")) as at:
        at.land(SAMPLE)
        yield at


def test_the_price_of_a_line_is_for_its_whole_quantity(orders: Desk) -> None:
    line = orders.one("order_lines", "backmarket/main/5100102/7000202")
    assert (line["quantity"], line["unit_price_cents"]) == (2, 6990)
    assert orders.one("orders", "backmarket/main/5100102")["total_cents"] == 18980


def test_a_line_refunded_before_it_left_was_cancelled_and_one_refunded_later_was_not(orders: Desk) -> None:
    told = orders.con.execute("select line_id, updated_at, derived_from from raw_cancellations").fetchall()
    assert told == [("7000204", datetime(2026, 3, 7, 11), "line_state:updated_at")]
    assert orders.con.execute("select line_id, sku from raw_refunds").fetchall() == [("7000202", "CASQ-B3")]
    states = dict(orders.con.execute("select line_id, line_status from raw_order_lines").fetchall())
    assert states == {
        "7000201": "shipped",
        "7000202": "shipped",
        "7000203": "shipped",
        "7000204": "cancelled",
        "7000205": "open",
    }


def test_a_state_that_contradicts_the_dates_is_not_believed(tmp_path: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    refunded = text.replace('"7000203";"3"', '"7000203";"5"').replace('"7000204";"5"', '"7000204";"6"')
    assert refunded != text
    with desk(tmp_path) as at:
        at.write("states.csv", refunded)
        assert at.con.execute("select count(*) from raw_cancellations").fetchall() == [(0,)]
        assert at.con.execute("select line_id from raw_refunds").fetchall() == [("7000202",)]


def test_an_order_without_a_date_of_payment_is_not_paid(orders: Desk) -> None:
    assert orders.one("orders", "backmarket/main/5100104")["payment_status"] == "pending"
    assert orders.one("orders", "backmarket/main/5100103")["payment_status"] == "paid"


def test_countries_are_codes_and_parcels_of_two_lines_are_one(orders: Desk) -> None:
    assert orders.one("orders", "backmarket/main/5100103")["country"] == "ES"
    told = orders.con.execute("select tracking_number, carrier from raw_shipments order by 1").fetchall()
    assert told == [("6A00000000017", "Colissimo"), ("6A00000000024", "Colissimo")]


def test_neither_addresses_nor_serial_numbers_are_kept(orders: Desk) -> None:
    kept = repr(orders.records())
    assert "Super" not in kept
    assert not [said for said in ("Exemples", "Inventée", "350000000000001", "0600000000") if said in kept]


def test_the_buyers_words_name_the_cause(tmp_path: Path) -> None:
    told = verdicts([SAMPLE], tmp_path)
    assert told["5100101"] == ("damaged_in_transit", "carrier", "words")
    assert told["5100103"][0] == "unknown"  # nobody says why it was refunded before it left
