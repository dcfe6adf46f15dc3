"""Defect rates of suppliers, articles and lots, and what can be charged back: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

RunView = Callable[..., pl.DataFrame]

INCIDENTS = """
    incident_key | event_date | order_date | last_at    | family    | cause           | party    | supplier | sku  | product | lot | warehouse | order_name | signal_count | kinds          | cost_cents | currency
    ticket/z/1   | 2025-03-03 | 2025-02-20 | 2025-03-03 | product   | product_defect  | supplier | Kord     | BOOT | Boot    | L2  | Laval     | #1         | 1            | ticket         | 1000       | EUR
    b            | 2025-03-10 | 2025-03-02 | 2025-03-10 | product   | product_defect  | supplier | Kord     | BOOT | Boot    | L2  | Laval     | #2         | 2            | return, refund | 500        | USD
    c            | 2025-03-12 | 2025-03-02 | 2025-03-12 | product   | product_quality | supplier | Kord     | SHOE | Shoe    | L1  | Laval     | #3         | 1            | return         |            | EUR
    d            | 2025-03-12 | 2025-03-02 | 2025-03-12 | product   | product_defect  | supplier |          |      |         |     |           |            | 1            | return         |            |
    e            | 2025-03-12 | 2025-03-02 | 2025-03-12 | logistics | wrong_item_sent | 3pl      | Kord     | BOOT | Boot    | L2  | Laval     | #4         | 1            | return         | 300        | EUR
    f            | 2025-03-12 | 2025-03-02 | 2025-03-12 | logistics | wrong_item_sent | merchant | Kord     | BOOT | Boot    | L2  | Laval     | #5         | 1            | return         | 900        | EUR
"""
LINES = """
    line_key | order_key | order_date | supplier | sku  | product | lot | quantity | is_confirmed
    1        | o1        | 2025-01-10 | Kord     | SHOE | Shoe    | L1  | 30       | true
    2        | o2        | 2025-02-10 | Kord     | BOOT | Boot    | L2  | 10       | true
    3        | o3        | 2025-03-02 | Kord     | BOOT | Boot    | L2  | 10       | true
    4        | o4        | 2025-03-02 | Kord     | BOOT | Boot    |     | 4        | true
    5        | o5        | 2025-03-02 | Kord     | BOOT | Boot    | L2  | 99       | false
    6        | o6        | 2025-03-03 | Alto     | HAT  | Hat     | A1  | 50       | true
"""
EXPOSURE = """
    date_basis | date       | supplier | sku  | units_sold
    event      | 2025-02-10 | Kord     | BOOT | 10
    event      | 2025-03-02 | Kord     | BOOT | 14
    event      | 2025-03-03 | Alto     | HAT  | 50
    order      | 2025-03-02 | Kord     | BOOT | 999
"""
MARCH = {"start": date(2025, 3, 1), "until": date(2025, 4, 1)}


def table(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns as rows; dates as text."""
    return frame.select(columns).with_columns(pl.col(pl.Date).cast(pl.String)).rows()


def test_suppliers_and_articles_are_set_against_what_was_sold_in_the_period(run_view: RunView) -> None:
    got = run_view("defect_rates", MARCH, incidents=INCIDENTS, exposure_daily=EXPOSURE)
    assert table(got, "level", "place", "incident_count", "units_sold", "rate", "cost_cents") == [
        # 3 of Kord: 10.00 EUR known, the other in USD, one unknown; 14 sold in March
        ("supplier", "Kord", 3, 14, 3 / 14, 1000),
        ("supplier", None, 1, None, None, None),
        ("supplier", "Alto", 0, 50, 0.0, 0),
        ("sku", "BOOT", 2, 14, 2 / 14, 1000),
        ("sku", "SHOE", 1, None, None, None),
        ("sku", None, 1, None, None, None),
        ("sku", "HAT", 0, 50, 0.0, 0),
    ]
    for level in ("supplier", "sku"):
        part = got.filter(pl.col("level") == level)
        assert (part["incident_count"].sum(), part["units_sold"].sum()) == (4, 64), "each level is the whole"


def test_a_lot_is_judged_by_its_whole_life_up_to_the_end_of_the_period(run_view: RunView) -> None:
    drawn = {"incidents": INCIDENTS, "lines": LINES}
    got = run_view("lot_rates", MARCH, **drawn)
    columns = (
        "supplier",
        "lot",
        "product",
        "incident_count",
        "units_sold",
        "first_sold_date",
        "first_seen_date",
    )
    assert table(got, *columns) == [
        ("Kord", "L1", "Shoe", 1, 30, "2025-01-10", "2025-03-12"),
        ("Kord", "L2", "Boot", 2, 20, "2025-02-10", "2025-03-03"),
        ("Kord", None, None, 0, 4, "2025-03-02", None),
        ("Alto", "A1", "Hat", 0, 50, "2025-03-03", None),
        (None, None, None, 1, None, None, "2025-03-12"),
    ]
    assert got["days_since_first_sign"].to_list() == [0, 9, None, None, 0]
    earlier = run_view("lot_rates", {"until": date(2025, 3, 3)}, **drawn)
    assert table(earlier, "lot", "incident_count", "units_sold")[:2] == [("L1", 0, 30), ("L2", 0, 20)]


def test_what_is_left_of_a_lot_is_at_most_the_stock_of_its_articles(run_view: RunView) -> None:
    """Laval's last count is 7, of Lyon the one of three weeks before says nothing any more; below zero is none."""
    stock = """
        record_id | location | sku  | at                  | on_hand | available
        s1        | Laval    | boot | 2025-03-01 10:00:00 | 40      | 40
        s2        | Laval    | boot | 2025-03-20 10:00:00 | 7       | 5
        s3        | Lyon     | boot | 2025-02-25 10:00:00 | 100     |
        s4        | Shop     | boot | 2025-03-19 10:00:00 |         | -2
    """
    got = run_view("lot_rates", incidents=INCIDENTS, lines=LINES, raw_stock_levels=stock)
    left = {
        lot: (n, str(day))
        for lot, n, day in got.select("lot", "stock_at_most_count", "stock_counted_date").rows()
    }
    assert left["L2"] == (7, "2025-03-20")
    uncounted = LINES + "    7 | o7 | 2025-03-02 | Kord | SOLE | Sole | L2 | 1 | true\n"
    got = run_view("lot_rates", incidents=INCIDENTS, lines=uncounted, raw_stock_levels=stock)
    assert got.filter(pl.col("lot") == "L2")["stock_at_most_count"].to_list() == [None], (
        "not counted is not none"
    )


def test_defects_are_those_with_the_most_incidents_when_only_some_are_asked_for(run_view: RunView) -> None:
    whole = run_view("defects", incidents=INCIDENTS, lines=LINES)
    some = run_view("defects", {"row_limit": 1}, incidents=INCIDENTS, lines=LINES)
    assert table(whole, "sku", "lot", "incident_count", "units_sold") == [
        ("BOOT", "L2", 2, 20),
        ("SHOE", "L1", 1, 30),
    ]
    assert some.rows() == whole.head(1).rows()
