"""ShipHero: what its returns, orders and changes of stock do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents

NAMES = (
    "shiphero_returns.json",
    "shiphero_return_webhook.json",
    "shiphero_orders.json",
    "shiphero_stock_changes.json",
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("shiphero")) as at:
        for name in NAMES:
            at.land(SAMPLES / name)
        yield at


def test_a_return_is_received_when_something_of_it_is(samples: Desk) -> None:
    received = samples.one("returns", "shiphero/main/3394303/5378501")
    assert received["received_at"] == datetime(2026, 3, 25, 9, 0)  # 10:00, taken for Paris, the shop's zone
    assert "received_at" not in samples.one("returns", "shiphero/main/3394303/5378502")


def test_a_manual_order_is_known_by_its_number(samples: Desk) -> None:
    line = samples.one("returns", "shiphero/main/3394399/5378599")
    assert (line["order_ref"], line["sku"], line["reason_raw"]) == ("243", "CUTENESS", "Found it cheaper")


def test_holds_may_be_flags_or_names(samples: Desk) -> None:
    told = samples.con.execute("select ticket_id from raw_tickets order by ticket_id").fetchall()
    assert told == [("2/address",), ("2/backorder/WH-001",), ("2/client",), ("3/fraud",)]


def test_an_order_that_nothing_holds_is_no_error(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "shiphero_orders.json")
        assert (landed.rows_in, landed.loaded, landed.rejected) == (4, 3, 0)


def test_a_label_is_a_parcel_of_its_order(samples: Desk) -> None:
    parcel = samples.one("shipments", "shiphero/main/700")
    assert (parcel["order_ref"], parcel["carrier"]) == ("1050", "Canada Post")


def test_of_a_change_of_stock_only_what_it_says_is_kept(samples: Desk) -> None:
    told = samples.con.execute("select reason_raw, delta from raw_stock_moves order by move_id").fetchall()
    assert told == [("damaged", -2), ("count", -1), ("other", 0), ("shipped", -1)]
    assert "Camille" not in repr(samples.records())


def test_returns_holds_and_losses_are_incidents(tmp_path: Path) -> None:
    assert incidents(tmp_path, *NAMES) == [
        ("1050", "0183-M", "damaged_in_transit", "carrier", "fact"),
        ("1050", "WH-001", "wrong_item_sent", "merchant", "reason"),
        ("1052", "WH-001", "address_error", "customer", "reason"),  # held, and its stock is missing besides
        ("1053", None, "payment_or_fraud", "customer", "reason"),
        ("243", "CUTENESS", "cheaper_elsewhere", "customer", "words"),
        (None, "0183-M", "damaged_in_warehouse", "merchant", "fact"),
        (None, "WH-001", "stock_desync", "merchant", "fact"),
    ]
