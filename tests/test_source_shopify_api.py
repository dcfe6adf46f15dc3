"""Orders of the API: the same orders and lines as in the CSV export, and why they were cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.load import load
from pipelines.reader import Reader
from pipelines.store import Store
from tests.landed import SAMPLES, Desk, desk

SAMPLE = SAMPLES / "shopify_api_orders.json"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A store with the orders of the sample, for looking only."""
    with desk(tmp_path_factory.mktemp("shop")) as opened:
        opened.land(SAMPLE)
        yield opened


def lines(shop: Desk, order: str) -> list[tuple[Any, ...]]:
    return shop.con.execute(
        "select line_id, quantity, unit_price_cents, line_status from raw_order_lines where order_id = $o order by 1",
        {"o": order},
    ).fetchall()


def test_lines_of_one_article_are_told_apart_by_their_ordinal_as_in_the_csv(shop: Desk) -> None:
    assert lines(shop, "#2001") == [
        ("Pourboire-1", 1, 300, "not_shippable"),
        ("VASE-BLEU-1", 2, 2500, "shipped"),
        ("VASE-BLEU-2", 1, 2500, "shipped"),
    ]
    (line,) = shop.con.execute(
        "select product, variant, supplier from raw_order_lines where line_id = 'VASE-BLEU-2'"
    ).fetchall()
    assert line == ("Vase", "Bleu", "Atelier Roux")


def test_a_line_taken_out_before_it_left_is_cancelled_whatever_the_order_says(shop: Desk) -> None:
    assert lines(shop, "#2003") == [("BOL-S-1", 3, 1000, "shipped"), ("PLAT-M-1", 1, 4000, "cancelled")]


def test_a_line_of_which_some_pieces_left_has_left_and_the_others_have_not(shop: Desk) -> None:
    # yen have no cents
    assert lines(shop, "#2005") == [("BOL-S-1", 2, 1100, "shipped"), ("PLAT-M-1", 1, 4400, "open")]


def test_statuses_are_the_words_of_the_csv(shop: Desk) -> None:
    told = shop.con.execute(
        "select order_id, payment_status, fulfilment_status, channel from raw_orders order by 1"
    ).fetchall()
    assert told == [
        ("#2001", "paid", "fulfilled", "web"),
        ("#2002", "refunded", "unfulfilled", "web"),
        ("#2003", "partially_refunded", "fulfilled", "web"),
        ("#2004", "refunded", "unfulfilled", "web"),
        ("#2005", "paid", "partial", "web"),
        ("#2006", "pending", "unfulfilled", "app"),
        ("#2007", "paid", "unfulfilled", "pos"),
    ]


def test_an_order_of_a_marketplace_is_also_known_by_its_number_there(shop: Desk) -> None:
    assert shop.one("orders", "shopify/main/#2006")["order_ref"] == "406-1112223-3334445"


def test_cancellations_say_why_and_those_that_are_implied_say_how(shop: Desk) -> None:
    told = shop.con.execute(
        "select order_id, reason_raw, declared_by, cancelled_at, derived_from, amount_cents from raw_cancellations order by 1"
    ).fetchall()
    assert told == [
        ("#2002", "INVENTORY", "merchant", datetime(2026, 9, 3, 7, 59), None, 6000),
        ("#2004", None, "unknown", datetime(2026, 9, 5, 7, 30), "refunded_unfulfilled:refunded_at", 1000),
        ("#2007", "CUSTOMER", "customer", datetime(2026, 9, 8, 9), "cancelled_not_refunded", 0),
    ]


def test_an_order_of_the_csv_meets_itself(tmp_path: Path) -> None:
    order = json.loads(SAMPLE.read_text(encoding="utf-8"))["data"]["orders"]["nodes"][0]
    skus = [("0042-BLK-38", "Botte"), ("0042-BLK-38", "Botte"), (None, "Tip")]
    for line, (sku, title) in zip(order["lineItems"]["nodes"], skus, strict=True):
        line |= {"sku": sku, "title": title, "name": title, "variantTitle": None}
    order |= {"name": "#1050", "updatedAt": "2030-01-01T00:00:00Z"}
    one = tmp_path / "one.json"
    one.write_text(json.dumps({"data": {"order": order}}), encoding="utf-8")
    for files in ([SAMPLES / "shopify_orders.csv", one], [one, SAMPLES / "shopify_orders.csv"]):
        with desk(tmp_path / f"first {files[0].name}", "America/Toronto") as at:
            for file in files:
                at.land(file)
            assert [each[0] for each in lines(at, "#1050")] == ["0042-BLK-38-1", "0042-BLK-38-2", "Tip-1"]
            assert at.one("orders", "shopify/main/#1050")["country"] == "FR"  # the later state


def test_an_order_cancelled_for_want_of_stock_becomes_the_merchants_stock_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    load([SAMPLE], store)
    incidents = {row["order_name"]: row for row in Reader(store).query("incidents").to_dicts()}
    assert (incidents["#2002"]["cause"], incidents["#2002"]["party"]) == ("stock_out", "merchant")
    assert incidents["#2007"]["cause"] == "changed_mind"
