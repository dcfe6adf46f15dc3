"""Shopify's parcels: they meet their order by its name, several numbers are several parcels, a void one says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.reader import open_snapshot
from pipelines.store import Store
from tests.landed import SAMPLES, Desk, desk

REST = SAMPLES / "shopify_fulfilments_rest.json"
ORDERS = SAMPLES / "shopify_orders_with_parcels.json"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


def fulfilment(**told: object) -> str:
    """One fulfilment as GraphQL gives it."""
    node = {
        "id": "gid://shopify/Fulfillment/7",
        "name": "#1050-F1",
        "status": "SUCCESS",
        "displayStatus": "IN_TRANSIT",
        "createdAt": "2026-03-09T14:00:00Z",
        "trackingInfo": [{"company": "UPS", "number": "1Z7"}],
    }
    return json.dumps({"data": {"fulfillment": {**node, **told}}})


@pytest.mark.parametrize(
    ("name", "order"),
    [("#1050-F1", "#1050"), ("#1050.2", "#1050"), ("#1050-CA.1", "#1050-CA"), ("#1050-CA-F12", "#1050-CA")],
)
def test_a_parcel_is_named_after_its_order(shop: Desk, name: str, order: str) -> None:
    shop.write("parcel.json", fulfilment(name=name))
    assert shop.one("shipments", "shopify/main/7")["order_id"] == order


def test_an_order_that_is_told_goes_before_the_name_and_its_number_is_the_last_resort(shop: Desk) -> None:
    order = {"id": "gid://shopify/Order/450", "name": "#9"}
    shop.write("parcel.json", fulfilment(order=order))
    assert shop.one("shipments", "shopify/main/7")["order_id"] == "#9"
    shop.write(
        "parcel.json", fulfilment(id="gid://shopify/Fulfillment/8", order={"id": order["id"]}, name=None)
    )
    assert shop.one("shipments", "shopify/main/8")["order_id"] == "450"


def test_several_tracking_numbers_are_as_many_parcels(shop: Desk) -> None:
    (landed,) = shop.land(REST)
    assert (landed.rows_in, landed.loaded, landed.rejected) == (3, 3, 0)
    told = shop.con.execute(
        "select shipment_id, tracking_number, carrier from raw_shipments where shipment_id like '%002%' order by 1"
    ).fetchall()
    assert told == [
        ("255858046002", "7035000000000001", "Canada Post"),
        ("255858046002-2", "7035000000000002", "Canada Post"),
    ]


def test_a_parcel_without_tracking_is_a_parcel(shop: Desk) -> None:
    shop.land(REST)
    parcel = shop.one("shipments", "shopify/main/255858046003")
    assert (parcel["status"], parcel["shipped_at"]) == ("label_created", datetime(2026, 3, 11, 14, 0))
    assert "tracking_number" not in parcel


def test_a_cancelled_parcel_never_left_and_had_no_carrier(shop: Desk) -> None:
    shop.land(REST)
    parcel = shop.one("shipments", "shopify/main/255858046001")
    assert parcel["status"] == "cancelled"
    assert not {"carrier", "warehouse", "shipped_at"} & parcel.keys()


def test_failed_tracking_is_no_failed_delivery(shop: Desk) -> None:
    shop.write("parcel.json", fulfilment(displayStatus="FAILURE"))
    assert "status" not in shop.one("shipments", "shopify/main/7")


def test_parcels_inside_their_orders_come_with_their_scans_and_the_reason_of_a_cancellation(
    shop: Desk,
) -> None:
    (landed,) = shop.land(ORDERS)
    assert (landed.rows_in, landed.loaded) == (2, 2)
    parcel = shop.one("shipments", "shopify/main/255858046004")
    assert (parcel["order_id"], parcel["warehouse"], parcel["shipped_at"]) == (
        "#1048",
        "Entrepôt Laval",
        datetime(2026, 3, 9, 20, 0),
    )
    scans = shop.con.execute("select event from raw_tracking_events order by scanned_at").fetchall()
    assert scans == [("accepted",), ("attempted",), ("returning",)]
    cancelled = shop.one("cancellations", "shopify/main/6798481000001")
    assert (cancelled["order_id"], cancelled["reason_raw"], cancelled["declared_by"]) == (
        "#1047",
        "INVENTORY",
        "merchant",
    )


def test_a_later_state_of_a_parcel_replaces_the_earlier(shop: Desk) -> None:
    shop.land(REST)
    text = REST.read_text(encoding="utf-8")
    earlier = text.replace("2026-03-12T16:00:00", "2026-03-10T16:00:00").replace(
        '"delivered"', '"in_transit"'
    )
    landed = shop.write("earlier.json", earlier)
    assert (landed.loaded, landed.unchanged) == (0, 3)
    assert shop.one("shipments", "shopify/main/255858046002")["status"] == "delivered"


def test_orders_take_carrier_place_and_the_reason_of_their_end_from_the_api(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    results = load([SAMPLES / "shopify_orders.csv", REST, ORDERS], store)
    assert [result.status for result in results] == ["loaded"] * 3
    snapshot = store.snapshot()
    assert snapshot is not None
    with open_snapshot(snapshot) as con:
        places = con.execute(
            "select distinct order_name, carrier, warehouse from lines where order_name in ('#1048', '#1050') order by 1"
        ).fetchall()
        incidents = con.execute(
            "select cause, party, kinds, evidence from incidents where order_name = '#1047'"
        ).fetchall()
    assert places == [
        ("#1048", "Canada Post", "Entrepôt Laval"),
        ("#1050", "Canada Post", "487838322"),  # the void parcel of another carrier does not contradict
    ]
    # the CSV tells that it was cancelled, the API why: one incident
    assert incidents == [("stock_out", "merchant", ["cancellation"], "reason")]
