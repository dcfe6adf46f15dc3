"""ShipStation: what its shipments and scans do not say by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("shipstation")) as at:
        for name in ("shipstation_shipments.json", "shipstation_export.csv", "shipstation_tracking.json"):
            at.land(SAMPLES / name)
        yield at


def test_a_voided_label_and_a_return_label_are_no_parcels_of_the_order(samples: Desk) -> None:
    for shipment, status in (("33974375", "voided"), ("33974377", "return_label")):
        label = samples.one("shipments", f"shipstation/main/{shipment}")
        assert label["status"] == status
        assert not {"order_id", "order_ref", "carrier", "warehouse", "shipped_at"} & set(label)
    sent = samples.one("shipments", "shipstation/main/33974376")
    assert (sent["order_ref"], sent["carrier"], sent["status"]) == ("1051", "UPS", "in_transit")


def test_a_label_that_is_voided_later_is_taken_from_its_order(tmp_path: Path) -> None:
    label = json.loads((SAMPLES / "shipstation_shipments.json").read_text(encoding="utf-8"))["shipments"][1]
    with desk(tmp_path) as at:
        at.write("a.json", json.dumps([{**label, "voided": False, "voidDate": None}]))
        assert at.one("shipments", "shipstation/main/33974375")["order_ref"] == "1051"
        at.write("b.json", json.dumps([label]))
        assert "order_ref" not in at.one("shipments", "shipstation/main/33974375")


def test_times_with_seven_figures_are_pacific_and_days_are_the_shops(samples: Desk) -> None:
    sent = samples.one("shipments", "shipstation/main/33974374")
    assert sent["updated_at"] == datetime(2026, 3, 12, 15, 59, 38, 987000)
    assert sent["shipped_at"] == datetime(2026, 3, 11, 23, 0)  # 12 March in Paris
    assert sent["date_only"] == ["shipped_at"]


def test_an_order_of_two_articles_in_one_parcel_is_one_shipment(samples: Desk) -> None:
    parcel = samples.one("shipments", "shipstation/main/1Z999AA10123456042")
    assert (parcel["order_ref"], parcel["carrier"]) == ("1042", "UPS")  # of 'UPS® Ground'


def test_a_shipment_without_a_tracking_number_is_known_by_order_and_day(samples: Desk) -> None:
    parcel = samples.one("shipments", "shipstation/main/1044/4/4/2026 9:05:00 AM")
    assert (parcel["carrier"], parcel["service"]) == ("USPS", "USPS First Class Mail")


def test_nothing_of_the_customer_is_kept(samples: Desk) -> None:
    kept = repr(samples.records())
    for word in ("Camille", "J8X", "voisin", "Gatineau"):
        assert word not in kept


def test_an_exception_is_explained_by_what_is_written(samples: Desk) -> None:
    scan = samples.one("tracking_events", "shipstation/main/1Z999AA10123456042/2026-04-29 12:32:00/X")
    assert scan["event"] == "lost"


def test_a_lost_parcel_is_an_incident_of_the_order_that_the_export_names(tmp_path: Path) -> None:
    assert incidents(tmp_path, "shipstation_tracking.json") == [
        (None, None, "lost_in_transit", "carrier", "fact")
    ]
    assert incidents(tmp_path / "both", "shipstation_export.csv", "shipstation_tracking.json") == [
        ("1042", None, "lost_in_transit", "carrier", "fact")
    ]
