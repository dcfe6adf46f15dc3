"""WooCommerce: signs that mix, two clocks, refunds told twice, articles in one cell, abandoned baskets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.load import load
from pipelines.store import Store
from tests.built import loaded, verdicts
from tests.landed import SAMPLES, Desk, desk

ORDERS = SAMPLES / "woocommerce_api_orders.json"
REFUNDS = SAMPLES / "woocommerce_api_refunds.json"
ENGLISH = SAMPLES / "woocommerce_analytics_orders.csv"
FRENCH = SAMPLES / "woocommerce_analytics_orders_fr.csv"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("woocommerce")) as at:
        for path in (ORDERS, REFUNDS, ENGLISH, FRENCH):
            at.land(path)
        yield at


def rows(at: Desk, sql: str) -> list[tuple[Any, ...]]:
    return at.con.execute(sql).fetchall()


def test_times_are_read_from_the_clock_that_names_its_zone(samples: Desk) -> None:
    order = samples.one("orders", "woocommerce/main/5101")
    assert order["placed_at"] == datetime(2026, 3, 2, 9, 15)  # 10:15 on the site's clock
    assert order["shipped_at"] == datetime(2026, 3, 4, 8, 0)


def test_an_order_that_nobody_paid_was_not_cancelled_but_given_up(samples: Desk) -> None:
    told = rows(
        samples, "select order_id, derived_from from raw_cancellations where order_id < '52' order by 1"
    )
    assert told == [("5102", "refunded_uncompleted:updated_at"), ("5104", "status_cancelled:updated_at")]
    assert samples.one("orders", "woocommerce/main/5103")["payment_status"] == "unpaid"
    assert samples.one("orders", "woocommerce/main/5104")["payment_status"] == "on_delivery"


def test_refunds_count_as_positive_whatever_sign_they_are_told_with(samples: Desk) -> None:
    assert samples.one("orders", "woocommerce/main/5101")["refunded_cents"] == 1995
    told = rows(
        samples,
        "select refund_id, sku, amount_cents from raw_refunds where order_id < '52' order by refund_id",
    )
    assert told == [
        ("5150", "ID 320", 1495),
        ("5151", None, 500),
        ("5152", None, 6390),
        (
            "5160",
            "LAMPE-N",
            6667,
        ),  # shipping is shared out, and the cent that is left over stays with the first
        ("5160-2", "POT-G", 3334),
    ]


@pytest.mark.parametrize("files", [(ORDERS, REFUNDS), (REFUNDS, ORDERS)], ids=["order first", "refund first"])
def test_a_refund_told_by_its_order_and_by_itself_is_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        for path in files:
            at.land(path)
        assert rows(at, "select count(*), sum(amount_cents) from raw_refunds where order_id = '5101'") == [
            (2, 1995)
        ]
        assert at.one("refunds", "woocommerce/main/5150")["refunded_at"] == datetime(2026, 3, 11, 9, 0)


def test_a_refund_finds_its_order_in_its_parent_or_in_its_link(samples: Desk) -> None:
    told = rows(
        samples, "select refund_id, order_ref from raw_refunds where refund_id in ('5150', '5160') order by 1"
    )
    assert told == [("5150", "5101"), ("5160", "5108")]


def test_what_staff_wrote_is_kept_without_addresses_and_telephones(samples: Desk) -> None:
    told = rows(
        samples, "select reason_raw from raw_refunds where refund_id in ('5151', '5160') order by refund_id"
    )
    assert told == [("Geste commercial, demandé par [e-mail]",), ("Colis perdu, tél. [tel]",)]


def test_an_article_without_sku_is_known_by_its_product_and_a_name_is_read_as_text(samples: Desk) -> None:
    lamp = samples.one("order_lines", "woocommerce/main/5101/1")
    assert (lamp["sku"], lamp["product"], lamp["variant"]) == ("LAMPE-N", "Lampe & Co", "Noir")
    assert samples.one("order_lines", "woocommerce/main/5101/2")["sku"] == "ID 320"


def test_a_currency_without_cents_has_none(samples: Desk) -> None:
    assert samples.one("orders", "woocommerce/main/5107")["total_cents"] == 12900
    assert samples.one("order_lines", "woocommerce/main/5107/1")["unit_price_cents"] == 8000


def test_status_words_of_plugins_lose_their_prefix(samples: Desk) -> None:
    assert samples.one("orders", "woocommerce/main/5105")["fulfilment_status"] == "fulfilled"
    assert samples.one("order_lines", "woocommerce/main/5105/2")["line_status"] == "shipped"


def test_articles_in_one_cell_are_lines_of_both_ways_to_write_them(samples: Desk) -> None:
    told = rows(
        samples,
        "select order_id, line_id, product, quantity from raw_order_lines where order_id in ('5201', '5203') order by all",
    )
    assert told == [
        ("5201", "1", "Lampe", 1),
        ("5201", "2", "Vase fait main, bleu", 2),  # a name may hold a comma
        ("5203", "1", "Lampe", 1),
        ("5203", "2", "Vase fait main", 2),
    ]


def test_states_in_french_and_with_the_prefix_of_the_database_are_understood(samples: Desk) -> None:
    told = rows(
        samples,
        "select order_id, fulfilment_status, payment_status from raw_orders where order_id in ('5203', '5204', '5205') order by 1",
    )
    assert told == [
        ("5203", "fulfilled", "paid"),
        ("5204", "cancelled", None),
        ("5205", "unfulfilled", "pending"),
    ]


def test_negative_sales_are_a_refund_and_no_second_order(samples: Desk) -> None:
    assert rows(samples, "select amount_cents, refunded_at from raw_refunds where order_id = '5201'") == [
        (1495, datetime(2026, 4, 9, 7, 0))
    ]
    assert samples.one("orders", "woocommerce/main/5201")["placed_at"] == datetime(2026, 4, 1, 8, 30)


@pytest.mark.parametrize("files", [(ORDERS, ENGLISH), (ENGLISH, ORDERS)], ids=["API first", "CSV first"])
def test_the_api_says_more_than_the_download_and_stands(files: tuple[Path, Path], tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        for path in files:
            at.land(path)
        assert at.one("orders", "woocommerce/main/5106")["country"] == "FR"
        assert rows(at, "select line_id, sku from raw_order_lines where order_id = '5106'") == [
            ("1", "POT-G")
        ]


def test_an_order_is_found_by_its_id_and_by_the_number_of_a_plugin(tmp_path: Path) -> None:
    documents = json.loads(ORDERS.read_text(encoding="utf-8"))[:1]
    documents[0]["number"] = "FR-2026-17"
    path = tmp_path / "numbered.json"
    path.write_text(json.dumps(documents), encoding="utf-8")
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(
        "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Order number\n"
        "1,lost parcel,email,False,?,2026-03-11 10:00:00,,FR-2026-17\n",
        encoding="utf-8",
    )
    store = Store(tmp_path / "store")
    for file in (path, REFUNDS, tickets):  # one after the other: what came before must be found again
        load([file], store)
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        told = con.execute(
            "select order_name, kinds from incidents where order_name = 'FR-2026-17' order by all"
        ).fetchall()
    assert {kind for _, kinds in told for kind in kinds} == {"refund", "ticket"}


def test_one_refund_alone_is_read(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        one = json.loads(REFUNDS.read_text(encoding="utf-8"))[1]
        landed = at.write("one.json", json.dumps(one))
        assert (landed.loaded, landed.kinds) == (1, ("refunds",))


def test_the_planted_problems_become_incidents_and_each_euro_is_counted_once(tmp_path: Path) -> None:
    found = verdicts([ORDERS, REFUNDS], tmp_path / "seen")
    assert found["5102"] == ("stock_out", "merchant", "reason")
    assert found["5108"] == ("lost_in_transit", "carrier", "words")
    assert found["5104"][0] == "unknown"
    assert "5103" not in found
    store, _ = loaded([ORDERS, REFUNDS], tmp_path / "cost")
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        costs = con.execute(
            "select order_ref, sum(cost_cents)::bigint from incidents where cost_cents > 0 group by all order by 1"
        ).fetchall()
    assert costs == [("5101", 1995), ("5102", 6390), ("5108", 10001)]
