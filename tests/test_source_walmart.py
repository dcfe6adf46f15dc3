"""Walmart: two ids of an order, lines split by quantity, three countries' shapes, amounts that are only expected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

US = SAMPLES / "walmart_api_orders.json"
CANADA = SAMPLES / "walmart_api_orders_ca.json"
MEXICO = SAMPLES / "walmart_api_orders_mx.json"
RETURNS = SAMPLES / "walmart_returns.json"
MEXICAN_RETURNS = SAMPLES / "walmart_returns_mx.json"
REPORTS = (SAMPLES / "walmart_cancellation_report.csv", SAMPLES / "walmart_delivery_defect_report.csv")
SELLER_CENTER = SAMPLES / "walmart_seller_center_orders.csv"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("walmart")) as at:
        for path in (US, CANADA, MEXICO, RETURNS, MEXICAN_RETURNS, *REPORTS, SELLER_CENTER):
            at.land(path)
        yield at


def rows(at: Desk, sql: str) -> list[tuple[Any, ...]]:
    return at.con.execute(sql).fetchall()


def test_an_order_is_what_the_buyer_calls_so_in_however_many_parts_it_leaves(samples: Desk) -> None:
    order = samples.one("orders", "walmart/main/200010000000001")
    assert (order["fulfilment_status"], order["placed_at"]) == ("fulfilled", datetime(2026, 3, 10, 12, 0))
    assert "fulfilled_by" not in order  # one part left from the seller, one from Walmart
    told = rows(
        samples,
        "select line_id, line_status from raw_order_lines where order_id = '200010000000001' order by 1",
    )
    assert told == [
        ("108800000000001/1", "shipped"),
        ("108800000000001/2", "shipped"),
        ("108800000000002/1", "shipped"),
    ]


@pytest.mark.parametrize(
    ("order", "who"), [("200010000000002", "merchant"), ("200010000000003", "3pl")], ids=["seller", "3PL"]
)
def test_who_ships_is_told_by_the_kind_of_place(samples: Desk, order: str, who: str) -> None:
    assert samples.one("orders", f"walmart/main/{order}")["fulfilled_by"] == who


def test_a_line_split_by_quantity_is_cancelled_in_part(samples: Desk) -> None:
    gone = samples.one("cancellations", "walmart/main/108800000000001/1-2")
    assert (gone["quantity"], gone["is_partial"], gone["reason_raw"]) == (
        1,
        True,
        "SELLER_CANCEL_OUT_OF_STOCK",
    )
    line = samples.one("order_lines", "walmart/main/200010000000001/108800000000001/1")
    assert (line["quantity"], line["unit_price_cents"], line["line_status"]) == (2, 4990, "shipped")


def test_canada_writes_its_days_out_and_walmart_cancels_without_a_reason(samples: Desk) -> None:
    told = rows(
        samples,
        "select order_id, cancelled_at, reason_raw, declared_by from raw_cancellations where order_id like '3%' order by 1",
    )
    assert told == [
        ("300010000000001", datetime(2026, 3, 13, 15, 0), "SUPPLIER_CANCEL_BACKORDER", "merchant"),
        ("300010000000002", datetime(2026, 3, 21, 0, 0), None, "unknown"),
    ]


def test_mexico_lists_lines_and_parcels_and_has_reasons_of_its_own(samples: Desk) -> None:
    order = samples.one("orders", "walmart/main/400010000000001")
    assert (order["total_cents"], order["currency"], order["shipped_at"]) == (
        139800,
        "MXN",
        datetime(2026, 3, 15, 18),
    )
    gone = samples.one("cancellations", "walmart/main/P108900000001/2")
    assert (gone["reason_scheme"], gone["reason_raw"]) == ("walmart.mx", "NO_INVENTORY")
    back = samples.one("returns", "walmart/main/600000000000001/P108900000001/1")
    assert (back["reason_scheme"], back["reason_raw"]) == (
        "walmart.mx",
        "FACTORY_DEFECT",
    )  # beside a Spanish label
    assert (back["refund_cents"], back["fulfilled_by"]) == (89900, "merchant")


def test_negative_charges_with_their_taxes_are_what_was_paid_back(samples: Desk) -> None:
    refund = samples.one("refunds", "walmart/main/2000000001/108800000000004/1")
    assert (refund["amount_cents"], refund["reason_raw"]) == (1650, "IncorrectItemReceived")
    assert "Unreal" not in repr(samples.records(but=("file_id",)))


def test_two_lines_in_one_parcel_are_one_shipment(samples: Desk) -> None:
    told = rows(
        samples,
        "select carrier, tracking_number from raw_shipments where order_id = '200010000000001' order by 1",
    )
    assert told == [("FedEx", "790000000001"), ("UPS", "1Z0000000000000001")]


def test_an_amount_is_expected_until_the_return_is_completed(samples: Desk) -> None:
    told = rows(
        samples,
        "select return_id, line_id, refund_cents, received_at, disposition from raw_returns where return_id like '5%' order by all",
    )
    assert told == [
        ("500000000000001", "108800000000001/2", 3300, None, None),  # 44.00 for both lines, shared by price
        ("500000000000001", "108800000000002/1", 1100, None, None),
        ("500000000000002", "108800000000009/1", None, datetime(2026, 3, 24, 9, 0), None),
        ("500000000000003", "108800000000010/1", None, None, "kept"),
    ]


def test_one_order_alone_is_read(tmp_path: Path) -> None:
    order = json.loads(US.read_text(encoding="utf-8"))["list"]["elements"]["order"][2]
    for number, document in enumerate((order, {"order": order})):
        with desk(tmp_path / str(number)) as at:
            at.write("one.json", json.dumps(document))
            assert at.one("orders", "walmart/main/200010000000002")["fulfilment_status"] == "cancelled"


def test_a_report_of_cancellations_and_one_of_late_deliveries_share_their_columns(samples: Desk) -> None:
    gone = samples.one("cancellations", "walmart/main/108800000000020/5550000002")
    assert (gone["order_ref"], gone["declared_by"]) == ("200010000000020", "customer")
    late = samples.one("shipments", "walmart/main/108800000000021/1Z0000000000000021")
    assert late["promised_by_at"] < late["delivered_at"]
    assert rows(samples, "select count(*) from raw_cancellations where order_id = '200010000000021'") == [
        (0,)
    ]


def test_the_file_of_seller_center_tells_an_order_by_all_its_lines(samples: Desk) -> None:
    order = samples.one("orders", "walmart/main/200010000000030")
    assert (order["fulfilment_status"], order["fulfilled_by"]) == ("fulfilled", "merchant")
    gone = samples.one("cancellations", "walmart/main/108800000000030/2")
    assert (gone["sku"], gone["derived_from"]) == ("POT-G", "line_status:placed_at")


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([US, CANADA, MEXICO, RETURNS, MEXICAN_RETURNS, *REPORTS, SELLER_CENTER], tmp_path)
    assert found["200010000000002"] == (
        "price_error",
        "merchant",
        "reason",
    )  # told by the API and by the report: one
    assert found["200010000000003"] == ("wrong_item_sent", "3pl", "reason")
    assert found["200010000000009"] == ("size_or_fit", "customer", "reason")
    assert found["200010000000010"] == ("lost_in_transit", "carrier", "reason")
    assert found["200010000000020"] == ("changed_mind", "customer", "reason")
    assert found["300010000000001"] == ("stock_out", "merchant", "reason")
    assert found["300010000000002"][0] == "unknown"
    assert found["400010000000001"][0] in ("product_defect", "stock_out")  # a line each
    assert "200010000000021" not in found
