"""ShipBob: what its orders and returns do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("shipbob")) as at:
        at.land(SAMPLES / "shipbob_orders.json")
        at.land(SAMPLES / "shipbob_returns.json")
        yield at


def test_a_shipment_names_its_order_as_the_shop_does(samples: Desk) -> None:
    parcel = samples.one("shipments", "shipbob/main/880001")
    assert (parcel["order_ref"], parcel["order_id"]) == ("1050", "6798481599999")
    assert (parcel["warehouse"], parcel["carrier"], parcel["status"]) == (
        "Ottawa (ON)",
        "Canada Post",
        "delivered",
    )
    assert parcel["lots"] == ["0183-M:L-2026-02"]


def test_a_shipment_that_is_held_back_has_not_left(samples: Desk) -> None:
    held = samples.one("shipments", "shipbob/main/880002")
    assert "shipped_at" not in held
    assert "status" not in held


def test_each_thing_that_holds_a_shipment_back_is_told_with_its_article(samples: Desk) -> None:
    missing = samples.one("tickets", "shipbob/main/880002/OutOfStock-7002")
    assert (missing["reason_raw"], missing["sku"], missing["status"]) == (["OutOfStock"], "WH-001", "open")
    assert samples.one("tickets", "shipbob/main/880002/BinTransferInProgress-7003")["sku"] == "0183-S"
    assert "sku" not in samples.one("tickets", "shipbob/main/880003/InvalidAddress")


def test_being_delivered_is_nothing_to_tell_of(samples: Desk) -> None:
    told = samples.con.execute("select ticket_id from raw_tickets where ticket_id like '880001/%'").fetchall()
    assert told == [("880001/sla",)]  # left later than ShipBob had promised


def test_an_order_that_has_no_shipment_yet_is_no_error(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "shipbob_orders.json")
        assert (landed.rows_in, landed.rejected) == (3, 0)


def test_a_return_is_received_and_put_back_by_the_3pl(samples: Desk) -> None:
    line = samples.one("returns", "shipbob/main/990001/7002")
    assert (line["disposition"], line["fulfilled_by"], line["status"]) == ("Restock", "3pl", "closed")
    assert line["restocked_at"] == samples.one("returns", "shipbob/main/990001/7002")["restocked_at"]
    assert "restocked_at" not in samples.one("returns", "shipbob/main/990001/7001")


def test_what_shipbob_tells_of_is_somebodys_fault(tmp_path: Path) -> None:
    assert incidents(tmp_path, "shipbob_orders.json", "shipbob_returns.json") == [
        ("1050", None, "late_dispatch", "3pl", "reason"),
        ("1052", "0183-S", "late_dispatch", "3pl", "reason"),
        ("1052", "WH-001", "stock_out", "merchant", "reason"),
        ("1052", None, "address_error", "customer", "reason"),
        ("1060", None, "recipient_unavailable_or_refused", "customer", "reason"),
        ("6798481599999", "0183-M", "product_defect", "supplier", "fact"),
        ("6798481599999", "WH-001", "unknown", "unknown", "none"),
    ]
