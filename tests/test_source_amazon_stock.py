"""Amazon's warehouses: one loss counts once, equal rows are several events, and an article is not one condition of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.reader import open_snapshot
from pipelines.store import Store
from tests.landed import SAMPLES, Desk, desk

DETAIL = SAMPLES / "amazon_ledger_detail.csv"
SUMMARY = SAMPLES / "amazon_ledger_summary.csv"


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


def test_equal_rows_are_several_events_and_meet_in_a_longer_export(seller: Desk) -> None:
    seller.land(DETAIL)
    equal = "select count(*) from raw_stock_moves where \"at\" = timestamp '2026-03-02 05:00:00'"
    assert seller.con.execute(equal).fetchall() == [(3,)]
    header, *rows = DETAIL.read_text(encoding="utf-8").splitlines(keepends=True)
    earlier = rows[0].replace("03/02/2026", "02/28/2026").replace("2026-03-02", "2026-02-28")
    landed = seller.write("longer.csv", header + earlier + "".join(rows))
    assert (landed.loaded, landed.unchanged) == (1, 13)
    assert seller.con.execute(equal).fetchall() == [(3,)]


def test_a_renamed_article_has_the_same_history(seller: Desk) -> None:
    seller.land(DETAIL)
    seller.write("renamed.csv", DETAIL.read_text(encoding="utf-8").replace("Tuque", "Tuque de laine"))
    assert seller.con.execute("select count(*) from raw_stock_moves").fetchall() == [(13,)]


def test_an_article_without_its_own_number_is_known_by_amazons(seller: Desk) -> None:
    seller.land(DETAIL)
    told = seller.con.execute("select location, delta from raw_stock_moves where sku = 'X00INVENT3'")
    assert told.fetchall() == [("YUL2", -1)]


def test_the_time_of_a_row_settles_its_day(seller: Desk) -> None:
    header, *rows = DETAIL.read_text(encoding="utf-8").splitlines(keepends=True)
    seller.write("short.csv", header + rows[5])  # 03/05/2026 could be 3 May
    at = seller.con.execute('select "at" from raw_stock_moves').fetchall()
    assert at == [(datetime(2026, 3, 5, 5, 0),)]


def test_conditions_of_an_article_add_up_and_only_sellable_units_are_available(seller: Desk) -> None:
    (landed,) = seller.land(SUMMARY)
    assert (landed.rows_in, landed.rejected) == (6, 0)
    told = seller.con.execute(
        'select location, sku, "at"::date::varchar, on_hand, available from raw_stock_levels order by "at", location'
    ).fetchall()
    assert told == [
        ("YUL2", "0042-BLK-38", "2026-03-05", 3, 3),
        ("YYZ4", "0042-BLK-38", "2026-03-05", 9, 7),  # 7 sellable, 2 damaged
        ("YUL2", "TUQUE-U", "2026-03-06", 17, 17),
        ("YUL2", "TUQUE-U", "2026-03-13", 0, 0),
        ("YYZ4", "0042-BLK-38", "2026-03-13", 1, None),  # nothing is said of sellable ones
    ]


def test_the_order_of_conditions_in_the_summary_changes_nothing(seller: Desk) -> None:
    seller.land(SUMMARY)
    header, *rows = SUMMARY.read_text(encoding="utf-8").splitlines(keepends=True)
    landed = seller.write("turned.csv", header + "".join(reversed(rows)))
    assert (landed.loaded, landed.unchanged) == (0, 6)


def test_a_balance_that_is_no_number_rejects_its_row(seller: Desk) -> None:
    text = SUMMARY.read_text(encoding="utf-8").replace('"17","0","YUL2"', '"n/a","0","YUL2"')
    landed = seller.write("summary.csv", text)
    assert landed.rejected == 1
    assert [reject[1:] for reject in seller.rejects()] == [("on_hand", "n/a", "not_a_whole_number")]


def test_the_older_report_keeps_both_halves_of_a_pair_apart(seller: Desk) -> None:
    (landed,) = seller.land(SAMPLES / "amazon_adjustments.txt")
    assert (landed.loaded, landed.rejected) == (4, 0)
    told = seller.con.execute("select reason_raw, delta from raw_stock_moves order by all").fetchall()
    assert told == [("H", -1), ("M", -2), ("N", 1), ("P", 1)]


def test_what_amazon_broke_or_mislaid_is_an_incident_of_its_warehouse_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    results = load([DETAIL, SUMMARY, SAMPLES / "amazon_adjustments.txt"], store)
    assert [result.status for result in results] == ["loaded"] * 3
    snapshot = store.snapshot()
    assert snapshot is not None
    with open_snapshot(snapshot) as con:
        told = con.execute(
            "select warehouse, sku, cause, party, quantity, event_date::varchar from incidents order by event_date, cause, sku"
        ).fetchall()
    assert told == [
        ("YYZ4", "0042-BLK-38", "damaged_in_warehouse", "3pl", 1, "2022-11-20"),
        ("YUL2", "TUQUE-U", "stock_desync", "3pl", 2, "2022-11-21"),
        ("YUL2", "TUQUE-U", "stock_desync", "3pl", 1, "2022-11-24"),
        ("YYZ4", "0042-BLK-38", "damaged_in_warehouse", "3pl", 2, "2026-03-05"),
        ("YUL2", "TUQUE-U", "stock_desync", "3pl", 1, "2026-03-06"),
        ("YUL2", "TUQUE-U", "stock_desync", "3pl", 1, "2026-03-09"),
        ("YYZ4", "0042-BLK-38", "damaged_in_warehouse", "3pl", 1, "2026-03-11"),
        ("YUL2", "X00INVENT3", "damaged_in_warehouse", "3pl", 1, "2026-03-12"),
    ]
