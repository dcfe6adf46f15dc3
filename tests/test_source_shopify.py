"""Shopify: one row a line, orders as one record whatever columns an export has, cancellations that nobody wrote down."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk

ORDERS = SAMPLES / "shopify_orders.csv"
#: columns that came with time, or that a shop deletes before it hands the file over
OLDER = ("Outstanding Balance", "Employee", "Location", "Device ID", "Payment ID", "Payment References")
NEWEST = ("Payment References", "Next Payment Due At", "Payment Terms Name", "Payment ID")
PERSONAL = ("Email", "Phone", "Notes", "Id", "Tags")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto, whose clocks change on 8 March 2026."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same shop with its orders, for looking only."""
    with desk(tmp_path_factory.mktemp("orders"), "America/Toronto") as opened:
        opened.land(ORDERS)
        yield opened


def rewritten(without: Sequence[str] = (), separator: str = ",") -> str:
    """The orders sample without some columns."""
    with ORDERS.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    kept = [number for number, name in enumerate(header) if name not in without]
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows([[row[n] for n in kept] for row in [header, *rows]])
    return written.getvalue()


def test_continuation_rows_are_lines_of_the_order_above_them(orders: Desk) -> None:
    lines = orders.con.execute(
        "select line_id, sku, currency, unit_price_cents, line_status from raw_order_lines where order_id = '#1050' order by row_number"
    ).fetchall()
    assert lines == [
        ("0042-BLK-38-1", "0042-BLK-38", "CAD", 13000, "shipped"),
        ("0042-BLK-38-2", "0042-BLK-38", "CAD", 13000, "shipped"),
        ("Tip-1", None, "CAD", 500, "not_shippable"),
    ]
    assert orders.con.execute("select count(*) from raw_orders").fetchall() == [(6,)]


def test_a_line_is_numbered_within_its_order_whatever_stands_beside_it(orders: Desk) -> None:
    told = orders.con.execute(
        "select order_id, line_id from raw_order_lines where sku = 'TUQUE-U' order by 1"
    ).fetchall()
    assert told == [("#1048", "TUQUE-U-1"), ("#1051", "TUQUE-U-1")]


def test_the_offset_of_each_row_counts_not_that_of_the_file(orders: Desk) -> None:
    assert orders.one("orders", "shopify/main/#1049")["placed_at"] == datetime(2026, 3, 8, 6, 30)  # -0500
    assert orders.one("orders", "shopify/main/#1050")["placed_at"] == datetime(2026, 3, 9, 3, 30)  # -0400


def test_a_line_is_read_into_product_variant_and_supplier(orders: Desk) -> None:
    line = orders.one("order_lines", "shopify/main/#1050/0042-BLK-38-1")
    assert (line["product"], line["variant"], line["supplier"]) == (
        "Botte Laurentides",
        "38 / Noir",
        "Laurentides",
    )
    assert "variant" not in orders.one("order_lines", "shopify/main/#1052/WH-001-1")


@pytest.mark.parametrize(
    ("name", "channel"),
    [("1052", "pos"), ("1051", "app"), ("1050", "web"), ("1049", "draft_order"), ("1048", "amazon")],
)
def test_the_channel_says_where_the_order_was_made(orders: Desk, name: str, channel: str) -> None:
    assert orders.one("orders", f"shopify/main/#{name}")["channel"] == channel


def test_an_order_is_found_by_its_number_on_the_marketplace_and_nothing_else_of_its_notes_is_kept(
    orders: Desk,
) -> None:
    assert orders.one("orders", "shopify/main/#1051")["order_ref"] == "702-1234567-7654321"
    kept = repr(orders.records()).lower()
    assert not [said for said in ("rue invent", "code 4321", "invoice language", "lang: fr") if said in kept]


def test_columns_nobody_reads_stay_with_the_row_they_tell_of(orders: Desk) -> None:
    order, line = (
        orders.one("orders", "shopify/main/#1050"),
        orders.one("order_lines", "shopify/main/#1050/0042-BLK-38-2"),
    )
    assert '"Risk Level":"Low"' in order["extra"]
    assert "Lineitem" not in order["extra"]
    assert "Lineitem discount" in line["extra"]
    assert "Invent" not in order["extra"]


def test_what_was_refunded_before_it_left_was_cancelled(orders: Desk) -> None:
    told = orders.con.execute(
        "select cancellation_id, derived_from, is_partial, amount_cents, sku from raw_cancellations order by all"
    ).fetchall()
    assert told == [
        ("#1047", "cancelled_at", False, 0, None),
        ("#1049", "refunded_unfulfilled:paid_at", False, 3449, None),
        ("#1051/TUQUE-U-1", "pending_in_fulfilled:shipped_at", True, None, "TUQUE-U"),
        ("#1052", "cancelled_not_refunded", False, 0, None),
    ]


def test_a_cancellation_without_a_date_is_dated_by_the_payment_and_one_line_by_the_dispatch(
    orders: Desk,
) -> None:
    assert orders.one("cancellations", "shopify/main/#1049")["cancelled_at"] == datetime(2026, 3, 8, 6, 30, 5)
    assert orders.one("cancellations", "shopify/main/#1051/TUQUE-U-1")["cancelled_at"] == datetime(
        2026, 3, 11, 14, 0
    )


@pytest.mark.parametrize(
    ("width", "without"),
    [(75, NEWEST), (73, OLDER), (74, PERSONAL)],
)
def test_an_export_with_fewer_columns_tells_of_the_same_orders_and_lines(
    shop: Desk, width: int, without: Sequence[str]
) -> None:
    shop.land(ORDERS)
    known = {kind: {row[0] for row in rows} for kind, rows in shop.records().items()}
    text = rewritten(without)
    assert text.splitlines()[0].count(",") + 1 == width
    landed = shop.write("fewer.csv", text)
    assert landed.rejected == 0
    assert {kind: {row[0] for row in rows} for kind, rows in shop.records().items()} == known


def test_a_file_saved_again_by_a_french_spreadsheet_tells_of_the_same_orders(shop: Desk) -> None:
    (landed,) = shop.land(SAMPLES / "shopify_orders_resaved.csv")
    assert (landed.rows_in, landed.loaded, landed.rejected) == (11, 11, 0)
    order = shop.one("orders", "shopify/main/#1051")
    assert order["placed_at"] == datetime(2026, 3, 10, 0, 5)  # 09/03/2026 20:05 in Toronto
    assert order["refunded_cents"] == 5749  # 57,49
    assert "total_cents" not in order  # the column was deleted: not known, not 0
    resaved = shop.con.execute(
        "select order_id, line_id from raw_order_lines where order_id <> '#0990'"
    ).fetchall()
    shop.land(ORDERS)
    native = shop.con.execute(
        "select order_id, line_id from raw_order_lines where order_id not in ('#0990', '#1052')"
    ).fetchall()
    assert sorted(resaved) == sorted(native)
    assert shop.con.execute("select count(*) from raw_orders").fetchall() == [(7,)]


def test_rows_of_one_name_that_stand_apart_are_not_filled_from_each_other(shop: Desk) -> None:
    header = "Name,Financial Status,Fulfillment Status,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem sku"
    shop.write(
        "apart.csv",
        f"{header}\n#1,paid,fulfilled,CAD,2026-03-01 10:00:00 -0500,1,A,A\n"
        "#2,paid,fulfilled,EUR,2026-03-01 11:00:00 -0500,1,B,B\n#1,,,,2026-03-01 10:00:00 -0500,1,C,C\n",
    )
    currencies = shop.con.execute("select sku, currency from raw_order_lines order by sku").fetchall()
    assert currencies == [("A", "CAD"), ("B", "EUR"), ("C", None)]
    assert shop.con.execute("select count(*) from raw_orders").fetchall() == [(2,)]


def test_a_date_that_is_none_rejects_its_row_with_column_and_value(shop: Desk) -> None:
    text = rewritten().replace("2026-03-07 12:00:01 -0500", "yesterday")
    landed = shop.write("bad.csv", text)
    assert landed.rows_in == landed.loaded + landed.rejected
    assert [reject[1:] for reject in shop.rejects()] == [("Paid at", "yesterday", "not_a_date")]


def test_a_return_keeps_its_reason_and_forgets_its_note(shop: Desk) -> None:
    shop.land(SAMPLES / "shopify_returns.json")
    told = shop.con.execute(
        "select record_id, order_id, sku, quantity, status, reason_raw, phrases from raw_returns order by record_id"
    ).fetchall()
    assert [row[0].removeprefix("shopify/main/") for row in told] == [
        "7400000001/14600000003",
        "7400000001/14600000003-2",  # two reasons for two units of one line
        "7400000002/14600000006",
        "7400000003",
    ]
    assert told[0][1:] == ("#1050", "0042-BLK-38", 1, "closed", "OTHER", ["mauvais article"])
    assert told[1][5] == "SIZE_TOO_SMALL"
    assert told[2][4:6] == ("declined", "too-tight")  # UNKNOWN says nothing, the handle does
    assert "envoyé" not in repr(shop.records())


def test_a_reason_that_says_something_goes_before_its_handle(shop: Desk) -> None:
    node = (
        '{"id":"gid://shopify/Return/1","name":"#R1","status":"OPEN","createdAt":"2026-03-14T18:02:11Z",'
        '"order":{"id":"gid://shopify/Order/450","name":"#1001"},"returnLineItems":{"nodes":[{"id":'
        '"gid://shopify/ReturnLineItem/9","quantity":1,"returnReason":"WRONG_ITEM",'
        '"returnReasonDefinition":{"handle":"quality"}}]}}\n'
    )
    shop.write("returns.jsonl", node)
    assert shop.one("returns", "shopify/main/1/9")["reason_raw"] == "WRONG_ITEM"


def test_the_money_of_a_refund_is_counted_once_tax_and_shipping_included(shop: Desk) -> None:
    shop.land(SAMPLES / "shopify_refunds.jsonl")
    amounts = shop.con.execute(
        "select refund_id, sum(amount_cents)::int, list(amount_cents order by amount_cents) from raw_refunds group by all order by all"
    ).fetchall()
    assert amounts == [
        ("910001", 29893, [29893]),
        ("910002", 10000, [3333, 3333, 3334]),
        ("910003", 1250, [1250]),
    ]
    assert shop.one("refunds", "shopify/main/910001/14600000003")["return_id"] == "7400000001"


def test_a_line_taken_out_before_dispatch_is_a_cancellation_too(shop: Desk) -> None:
    shop.land(SAMPLES / "shopify_refunds.jsonl")
    told = shop.con.execute(
        "select order_id, sku, restocked, declared_by from raw_cancellations order by sku"
    ).fetchall()
    assert told == [("#1048", "PULL-LAINE-M", True, "unknown"), ("#1048", "TUQUE-U", True, "unknown")]


def test_a_rest_refund_counts_what_was_paid_back_and_not_what_failed(shop: Desk) -> None:
    shop.land(SAMPLES / "shopify_refunds_rest.json")
    refund = shop.one("refunds", "shopify/main/509562969/703073504")
    assert (refund["amount_cents"], refund["payment_method"]) == (2300, "shopify_payments")
