"""Counts of stock: what a sheet does not say by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("counts")) as at:
        at.land(SAMPLES / "stock_counts.csv")
        at.land(SAMPLES / "stock_counts_fr.csv")
        yield at


def test_nothing_there_and_sold_without_stock_are_counts(samples: Desk) -> None:
    assert samples.one("stock_levels", "stock_counts/main/Laval/WH-001/2026-03-31 16:10:00")["on_hand"] == 0
    assert samples.one("stock_levels", "stock_counts/main/Laval/0183-S/2026-03-31 16:12:00")["on_hand"] == -2


def test_a_blank_is_not_counted(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "stock_counts.csv")
        assert (landed.rows_in, landed.loaded, landed.rejected) == (5, 4, 1)
        assert at.rejects() == [(5, None, None, "nothing_to_load")]


def test_thousands_may_be_set_apart(samples: Desk) -> None:
    found = samples.one("stock_levels", "stock_counts/main/Montréal/VASE-B/2026-03-31 16:20:00")
    assert found["on_hand"] == 1250


def test_a_part_of_a_piece_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        landed = at.write("c.csv", 'SKU,Lieu,Compté,Date\nA,x,"2,5",2026-03-31\nB,x,3,2026-03-31\n')
        assert (landed.loaded, landed.rejected) == (1, 1)
        assert at.rejects() == [(2, "Compté", "2,5", "not_a_whole_number")]


def test_a_leading_zero_of_an_article_survives_the_spreadsheet(samples: Desk) -> None:
    found = samples.one("stock_levels", "stock_counts/main/A-01/0183-M/2026-03-30 22:00:00")
    assert (found["sku"], found["at"]) == ("0183-M", datetime(2026, 3, 30, 22, 0))  # 31 March in Paris
    assert found["date_only"] == ["at"]


def test_places_are_counted_apart_and_none_is_the_whole_shop(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("c.csv", "SKU,Stock,Disponible,Date\nA,5,3,2026-03-31\n")
        only = at.one("stock_levels", "stock_counts/main/stock/A/2026-03-30 22:00:00")
        assert (only["on_hand"], only["available"]) == (5, 3)


def test_who_counted_is_not_kept(samples: Desk) -> None:
    assert "Camille" not in repr(samples.records())
