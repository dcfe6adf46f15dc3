"""Etsy: days that look ambiguous and are not, amounts nobody adjusted, engravings, refunds told by two files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.dates import DatesUnclear
from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

ORDERS = SAMPLES / "etsy_orders.csv"
ITEMS = SAMPLES / "etsy_order_items.csv"
RECEIPTS = SAMPLES / "etsy_api_receipts.json"
SHORT = (
    "Sale Date,Order ID,Number of Items,Date Shipped,Currency,Order Value,Order Total,Order Net,Status,"
    "Adjusted Order Total\n"
)


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("downloads")) as at:
        at.land(ORDERS)
        at.land(ITEMS)
        yield at


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("receipts")) as at:
        at.land(RECEIPTS)
        yield at


def rows(at: Desk, sql: str) -> list[tuple[Any, ...]]:
    return at.con.execute(sql).fetchall()


def test_days_are_american_though_no_value_of_the_file_shows_it(downloads: Desk) -> None:
    order = downloads.one("orders", "etsy/main/3100000001")
    assert order["placed_at"] == datetime(2026, 3, 3, 23, 0)  # 4 March in Paris, written 03/04/26
    assert order["shipped_at"] == datetime(2026, 3, 4, 23, 0)  # 03/05/2026 in the same row
    assert order["date_only"] == ["placed_at", "shipped_at"]


def test_a_day_that_cannot_be_american_is_read_as_it_is_written(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("shop.csv", SHORT + "25/03/26,1,1,26/03/2026,EUR,10,10,9,,0\n")
        assert at.one("orders", "etsy/main/1")["placed_at"] == datetime(2026, 3, 24, 23, 0)


def test_british_headers_are_understood_and_their_days_never_guessed(tmp_path: Path) -> None:
    british = SHORT.replace("Date Shipped", "Date Posted").replace("Currency", "Delivery Country,Currency")
    with desk(tmp_path) as at:
        with pytest.raises(DatesUnclear):
            at.write("uk.csv", british + "03/04/26,1,1,05/04/2026,United Kingdom,GBP,10,10,9,,0\n")
        at.write("uk2.csv", british + "03/04/26,2,1,25/04/2026,United Kingdom,GBP,10,10,9,,0\n")
        order = at.one("orders", "etsy/main/2")
        assert (order["placed_at"], order["country"]) == (datetime(2026, 4, 2, 22, 0), "United Kingdom")
        assert order["fulfilment_status"] == "fulfilled"


def test_an_adjusted_amount_of_0_means_that_nobody_adjusted_it(downloads: Desk) -> None:
    told = rows(downloads, "select order_id, amount_cents from raw_refunds order by 1")
    assert told == [
        ("3100000002", 1500),
        ("3100000003", 3600),
    ]  # the second by its status: all of it, nothing left to adjust to


def test_decimal_commas_are_read(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("fr.csv", SHORT + '03/14/26,1,1,,EUR,"12,00","17,50","16,00",,"12,50"\n')
        assert at.one("orders", "etsy/main/1")["total_cents"] == 1750
        assert at.one("refunds", "etsy/main/1")["amount_cents"] == 500


def test_without_sku_listing_and_variation_tell_articles_apart_and_engravings_are_left_out(
    downloads: Desk, receipts: Desk
) -> None:
    told = rows(downloads, "select line_id, sku, variant, product from raw_order_lines order by 1")
    assert told == [
        ("4200000001", "MUG-1", None, "Stoneware mug"),
        ("4200000002", "1500000002 Size:Large", "Size:Large", "Baby's name plate, oak"),
        ("4200000003", "1500000002 Size:Large,Color:Oak", "Size:Large,Color:Oak", "Baby's name plate, oak"),
    ]
    assert receipts.one("order_lines", "etsy/main/3100000011/4200000011")["variant"] == "Size:Small"


def test_what_the_orders_file_says_of_an_order_stands(tmp_path: Path) -> None:
    for number, files in enumerate(itertools.permutations((ORDERS, ITEMS))):
        with desk(tmp_path / str(number)) as at:
            for path in files:
                at.land(path)
            order = at.one("orders", "etsy/main/3100000002")
            assert (order["total_cents"], order["refunded_cents"]) == (5000, 1500)


def test_items_alone_tell_what_was_sold_where_and_what_left(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(ITEMS)
        order = at.one("orders", "etsy/main/3100000001")
        assert (order["channel"], order["fulfilment_status"]) == ("etsy", "fulfilled")


def test_amounts_of_the_api_are_divided(receipts: Desk) -> None:
    order = receipts.one("orders", "etsy/main/3100000002")
    assert (order["total_cents"], order["refunded_cents"]) == (5000, 1500)
    assert order["placed_at"] == datetime(2026, 3, 6, 10, 0)
    assert receipts.one("order_lines", "etsy/main/3100000010/4200000010")["unit_price_cents"] == 2200


@pytest.mark.parametrize("files", list(itertools.permutations((ORDERS, ITEMS, RECEIPTS))))
def test_downloads_and_api_meet_in_any_order(files: tuple[Path, ...], tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        for path in files:
            at.land(path)
        told = "select refund_id, amount_cents from raw_refunds where order_id = '3100000002' order by 1"
        assert rows(at, told) == [("3100000002", 1000), ("3100000002-2", 500)]
        assert rows(at, "select count(*) from raw_order_lines where order_id = '3100000002'") == [(1,)]


def test_a_refunded_order_that_left_was_not_cancelled(receipts: Desk) -> None:
    assert rows(receipts, "select order_id, reason_raw from raw_cancellations") == [
        ("3100000011", "Out of stock")
    ]
    assert receipts.one("order_lines", "etsy/main/3100000012/4200000012")["line_status"] == "shipped"


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([ORDERS, ITEMS, RECEIPTS], tmp_path)
    assert found["3100000011"][:2] == ("stock_out", "merchant")
    assert found["3100000012"][:2] == ("not_received", "carrier")
    assert found["3100000002"][:2] == ("damaged_in_transit", "carrier")
    assert found["3100000003"][0] == "unknown"
    assert "3100000001" not in found
