"""Amazon: cancelled items in shipped orders, a row a unit at the warehouse, dates with local months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk

MFN = (
    "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tCurrency code\tLabel to be paid by\t"
    "A-to-Z Claim\tMerchant SKU\tReturn quantity\tReturn Reason\tReturn delivery date\tRefunded Amount\n"
)


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same shop with one of each report, for looking only."""
    with desk(tmp_path_factory.mktemp("reports"), "America/Toronto") as opened:
        for name in ("all_orders", "fba_returns", "fba_returns_dated", "mfn_returns"):
            opened.land(SAMPLES / f"amazon_{name}.txt")
        yield opened


def test_a_cancelled_item_of_a_shipped_order_is_a_partial_cancellation(reports: Desk) -> None:
    told = reports.con.execute(
        "select cancellation_id, sku, quantity, is_partial, cancelled_at, derived_from from raw_cancellations order by 1"
    ).fetchall()
    assert told == [
        (
            "702-1000000-0000001/TUQUE-U-1",
            "TUQUE-U",
            None,  # listed as 0, however many were ordered
            True,
            datetime(2026, 3, 1, 8, 4, 21),
            "item_status:placed_at",
        ),
        ("702-1000000-0000002", None, None, False, datetime(2026, 3, 2, 13, 30), "order_status:updated_at"),
    ]


def test_rows_that_leave_out_their_empty_last_cells_are_whole(seller: Desk) -> None:
    (landed,) = seller.land(SAMPLES / "amazon_all_orders.txt")
    assert (landed.rows_in, landed.loaded, landed.rejected) == (7, 7, 0)
    assert seller.one("order_lines", "amazon/main/702-1000000-0000001/TUQUE-U-1")["quantity"] == 0


def test_an_order_says_where_it_was_sold_and_who_shipped_it(reports: Desk) -> None:
    told = reports.con.execute(
        "select right(order_id, 1), channel, fulfilled_by, payment_status, fulfilment_status, currency from raw_orders order by 1"
    ).fetchall()
    assert told == [
        ("1", "amazon.ca", "marketplace", "paid", "fulfilled", "CAD"),
        ("2", "amazon.com", "merchant", None, "cancelled", None),
        ("3", "amazon.com", "merchant", "paid", "fulfilled", "USD"),
        ("4", "non-amazon", "marketplace", "pending", "unfulfilled", "CAD"),
        ("5", "amazon.ca", "merchant", "paid", "partial", "CAD"),
    ]


def test_the_price_of_an_item_is_for_its_whole_quantity(reports: Desk) -> None:
    line = reports.one("order_lines", "amazon/main/702-1000000-0000001/0042-BLK-38-1")
    assert (line["quantity"], line["unit_price_cents"]) == (2, 13000)


def test_two_items_of_one_sku_are_two_lines(reports: Desk) -> None:
    told = reports.con.execute(
        "select line_id, line_status from raw_order_lines where order_id like '%5' order by 1"
    ).fetchall()
    assert told == [("TUQUE-U-1", "shipped"), ("TUQUE-U-2", "open")]


def test_a_later_report_replaces_the_order_and_its_items(seller: Desk) -> None:
    report = (SAMPLES / "amazon_all_orders.txt").read_text(encoding="cp1252")
    seller.write("march.txt", report)
    later = report.replace("2026-03-07T12:00:00", "2026-03-09T12:00:00").replace(
        "\tUnshipped\t1", "\tShipped\t1"
    )
    both = report + "".join(later.splitlines(keepends=True)[1:])
    landed = seller.write("april.txt", both)
    assert landed.rejected == 0
    told = seller.con.execute(
        "select line_id, line_status from raw_order_lines where order_id like '%5' order by 1"
    ).fetchall()
    assert told == [("TUQUE-U-1", "shipped"), ("TUQUE-U-2", "shipped")]


def test_a_returned_unit_is_its_plate_and_its_order(reports: Desk) -> None:
    told = reports.con.execute(
        "select order_id[-2:], reason_raw, condition_raw, phrases[1] from raw_returns where return_id like 'LPN%1/%' or return_id like 'LPN%2/%' order by all"
    ).fetchall()
    assert told == [
        ("01", "SWITCHEROO", "CUSTOMER_DAMAGED", "mauvais article"),
        ("01", "SWITCHEROO", "SELLABLE", None),
        ("09", "AMZ-PG-BAD-DESC", "DEFECTIVE", None),  # the same plate as the first, sold again
    ]


def test_equal_units_without_a_plate_are_both_kept(reports: Desk) -> None:
    assert reports.con.execute("select count(*) from raw_returns where order_id like '%10'").fetchall() == [
        (2,)
    ]


def test_a_day_stays_a_day(reports: Desk) -> None:
    returned = reports.one("returns", "amazon/main/LPNINV00009/702-1000000-0000011")
    assert returned["received_at"] == datetime(2026, 3, 20, 4, 0)  # midnight in Toronto
    assert returned["date_only"] == ["received_at"]


@pytest.mark.parametrize("day", ["29-Sep-2026", "29-sept.-2026", "29-SEP-2026"])
def test_months_are_read_in_english_and_french(seller: Desk, day: str) -> None:
    row = f"702-1\t{day}\tApproved\tR1\tCAD\tSELLER\tN\tA\t1\tCR-DEFECTIVE\t\t\n"
    seller.write("mfn.txt", MFN + row)
    assert seller.one("returns", "amazon/main/R1/A")["requested_at"] == datetime(2026, 9, 29, 4, 0)


def test_reasons_lose_their_first_prefix_only(reports: Desk) -> None:
    told = reports.con.execute(
        "select reason_raw, label_payer, refund_cents from raw_returns where return_id like 'DINV%' order by row_number"
    ).fetchall()
    assert told == [
        ("DEFECTIVE", "merchant", 6650),
        ("AMZ-PG-APP-TOO-LATE", "customer", None),
        ("NOT_AS_DESCRIBED", "marketplace", 3000),
    ]


def test_a_claim_is_one_for_its_order(reports: Desk) -> None:
    claim = reports.one("claims", "amazon/main/702-1000000-0000005")
    assert (claim["kind"], claim["opened_at"]) == ("a_to_z", datetime(2026, 2, 2, 5, 0))
    assert reports.con.execute("select count(*) from raw_claims").fetchall() == [(1,)]


def test_an_amount_with_a_thousands_mark_is_read_and_no_buyer_is_kept(seller: Desk) -> None:
    seller.land(SAMPLES / "amazon_warehouse_orders.csv")
    seller.land(SAMPLES / "amazon_warehouse_items.csv")
    order = seller.one("orders", "amazon/main/702-2000000-0000001")
    assert (order["total_cents"], order["placed_at"]) == (232986, datetime(2026, 3, 1, 12, 0))
    assert (
        seller.one("order_lines", "amazon/main/702-2000000-0000001/0042-BLK-38-1")["unit_price_cents"]
        == 113000
    )
    asked = seller.one("cancellations", "amazon/main/702-2000000-0000002/TUQUE-U-1")
    assert (asked["declared_by"], asked["reason_raw"]) == ("customer", "Ordered by mistake")
    assert "Invent" not in repr(seller.con.execute("select extra from raw_orders").fetchall())
