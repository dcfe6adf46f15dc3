"""Shopify's tables in a warehouse: what can be understood alone is read, the rest is refused with where to find it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.load import load
from pipelines.messages import Message, sentence
from pipelines.reader import open_snapshot
from pipelines.recognise import NotRecognised
from pipelines.sources import find_unusable
from pipelines.store import Store
from tests.landed import SAMPLES, Desk, desk

REFUNDS = SAMPLES / "shopify_copy_refunds.csv"
RETURNS = SAMPLES / "shopify_copy_returns.csv"
INVENTORY = SAMPLES / "shopify_inventory.csv"
#: the headers of tables that say nothing alone
PARTS = {
    "shopify_refund_lines": "_fivetran_synced,id,location_id,order_line_id,quantity,refund_id,restock_type,subtotal_set_shop_amount",
    "shopify_return_lines": "_fivetran_synced,id,return_id,order_line_id,customer_note,quantity,refundable_quantity,refunded_quantity",
    "shopify_quantities": "id,inventory_item_id,inventory_level_id,name,quantity,updated_at,_fivetran_synced",
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


def test_a_copied_refund_counts_what_the_shop_paid_in_its_own_currency(shop: Desk) -> None:
    shop.land(REFUNDS)
    refund = shop.one("refunds", "shopify/main/920001")
    assert (refund["amount_cents"], refund["currency"], refund["return_id"]) == (6120, "CAD", "7400000011")
    assert refund["refunded_at"] == datetime(2026, 3, 17, 10, 0)  # UTC, whatever the shop's zone
    assert shop.one("refunds", "shopify/main/920002")["amount_cents"] == 125000
    assert "rupture" not in repr(shop.records())


def test_a_copied_return_keeps_its_state_and_forgets_its_note(shop: Desk) -> None:
    shop.land(RETURNS)
    told = shop.con.execute("select return_id, status from raw_returns order by 1").fetchall()
    assert told == [("7400000011", "closed"), ("7400000012", "declined")]
    assert "Invented Person" not in repr(shop.records())


@pytest.mark.parametrize("code", sorted(PARTS))
def test_a_table_that_tells_nothing_alone_is_refused_with_what_to_load(shop: Desk, code: str) -> None:
    header = PARTS[code]
    with pytest.raises(NotRecognised) as refusal:
        shop.write("part.csv", header + "\n" + ",".join("1" for _ in header.split(",")) + "\n")
    assert refusal.value.message == Message(code, {"file": "part.csv"})
    for language in ("fr", "en"):
        said = sentence(refusal.value.message, language)
        assert said.startswith(("Le fichier part.csv", "The file part.csv"))
        assert "API" in said or "Export" in said


def test_every_table_that_is_refused_is_tried_here() -> None:
    assert {known.message for known in find_unusable() if known.message.startswith("shopify_")} == set(PARTS)


def test_an_inventory_names_articles_and_variants(shop: Desk) -> None:
    (landed,) = shop.land(INVENTORY)
    assert (landed.rows_in, landed.rejected) == (5, 0)
    told = shop.con.execute("select sku, product, variant from raw_products order by sku").fetchall()
    assert told == [
        ("0042-BLK-38", "Botte Laurentides", "38 / Noir"),
        ("0042-BLK-39", "Botte Laurentides", "39 / Noir"),
        ("TUQUE-U", "Tuque", None),  # Default Title is no variant
    ]


def test_the_older_inventory_has_a_column_for_each_place(shop: Desk) -> None:
    landed = shop.write(
        "inventory.csv",
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,"
        '"Blainville, Quebec"\nbotte,Botte,Pointure,38,,,,,B-38,4\nbotte,Botte,Pointure,39,,,,,,not stocked\n',
    )
    assert (landed.loaded, landed.rejected) == (1, 1)
    assert [reject[1:] for reject in shop.rejects()] == [("SKU", None, "missing")]


def test_counts_are_of_the_moment_the_file_was_written_unless_it_says_otherwise(shop: Desk) -> None:
    shop.land(INVENTORY)
    at = shop.con.execute("select distinct s.at::varchar from raw_stock_levels as s").fetchall()
    assert at == [("2026-11-22 00:00:00",)]
    shop.con.execute("delete from raw_stock_levels")
    header, *rows = INVENTORY.read_text(encoding="utf-8").splitlines()
    dated = [header + ",Date", *(row + ",2026-03-13" for row in rows)]
    landed = shop.write("dated.csv", "\n".join(dated))
    assert (landed.loaded, landed.rejected) == (4, 0)  # what is not stocked is no count
    told = shop.con.execute(
        "select location, sku, on_hand, available from raw_stock_levels order by sku, location"
    ).fetchall()
    assert told == [
        ("Boutique Montréal", "0042-BLK-38", 4, 3),
        ("Laval, Québec", "0042-BLK-38", 1, -1),  # one more was sold than there is
        ("Laval, Québec", "0042-BLK-39", 0, 0),
        ("Laval, Québec", "TUQUE-U", 40, 40),
    ]


@pytest.mark.parametrize("is_refund_first", [True, False])
def test_a_refund_that_knows_its_order_by_number_only_meets_it(tmp_path: Path, is_refund_first: bool) -> None:
    files = [SAMPLES / "shopify_refunds_rest.json", SAMPLES / "shopify_orders.csv"]
    store = Store(tmp_path / "store")
    for path in files if is_refund_first else files[::-1]:
        load([path], store)
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        told = con.execute(
            "select distinct order_ref, kind from all_signals where kind = 'refund'"
        ).fetchall()
    assert told == [("1047", "refund")]


def test_a_copied_refund_is_the_money_of_its_copied_return(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    results = load([REFUNDS, RETURNS], store)
    assert [result.status for result in results] == ["loaded"] * 2
    snapshot = store.snapshot()
    assert snapshot is not None
    with open_snapshot(snapshot) as con:
        told = con.execute(
            "select order_ref, kinds, cause, party, cost_cents, currency from incidents order by order_ref"
        ).fetchall()
    assert told == [
        ("6798481000004", ["refund", "return"], "unknown", "unknown", 6120, "CAD"),
        ("6798481000005", ["refund"], "unknown", "unknown", 125000, "CAD"),
        ("6798481000006", ["return"], "unknown", "unknown", None, None),
    ]
