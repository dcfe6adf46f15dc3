"""EDI X12: what its transaction sets do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

WAREHOUSE = SAMPLES / "edi_warehouse.edi"
STATUS = SAMPLES / "edi_order_status.edi"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("edi")) as at:
        at.land(WAREHOUSE)
        at.land(STATUS)
        yield at


def test_short_is_ordered_less_shipped_unless_the_rest_follows(samples: Desk) -> None:
    told = samples.con.execute(
        "select order_id, sku, quantity, reason_raw, is_partial from raw_cancellations "
        "where derived_from = 'shipped_less_than_ordered' order by 1"
    ).fetchall()
    assert told == [("1051", "0042-BLK-38", 1, "CP", True), ("1052", "WH-001", 1, "DS", False)]


def test_a_dispatch_of_nothing_is_no_parcel(samples: Desk) -> None:
    told = samples.con.execute(
        "select order_id, tracking_number, carrier, warehouse, lots from raw_shipments where warehouse is not null "
        "order by 1"
    ).fetchall()
    assert told == [
        ("1051", "1Z999AA10123456784", "UPS", "Entrepôt Nord", ["TUQUE-U:L2026-02"]),
        ("1053", "7300000000000017", None, "Entrepôt Nord", []),
    ]


def test_stock_has_the_time_beside_its_date(samples: Desk) -> None:
    told = samples.con.execute(
        'select location, sku, "at", on_hand, available from raw_stock_levels order by 2'
    ).fetchall()
    at = datetime(2026, 3, 10, 6)  # 07:00 in Paris
    assert told == [("Entrepôt Nord", "TUQUE-U", at, 120, 117), ("Entrepôt Nord", "WH-001", at, 0, 0)]


def test_adjustments_and_receipts_move_stock_by_whole_units(samples: Desk) -> None:
    told = samples.con.execute(
        "select reason_scheme, reason_raw, sku, delta from raw_stock_moves order by 1, row_number"
    ).fetchall()
    assert told == [
        ("edi944.W13", None, "TUQUE-U", 200),
        ("edi944.W13", "01", "0042-BLK-38", 95),
        ("edi947.W19", "AU", "TUQUE-U", -3),
        ("edi947.W19", "AA", "0042-BLK-38", -1),
        ("edi947.W19", "05", "MUG-R", -4),
        ("edi947.W19", "AY", "WH-001", 2),
    ]


def test_an_order_status_tells_of_lines_given_up_and_of_whole_orders(samples: Desk) -> None:
    told = samples.con.execute(
        "select order_id, line_id, sku, quantity, reason_raw, cancelled_at from raw_cancellations "
        "where derived_from is null order by 1"
    ).fetchall()
    assert told == [
        ("PO-9001", "1", "LAMPE-7", 2, "IC", datetime(2026, 3, 9, 23)),
        ("PO-9002", None, None, None, "DS", datetime(2026, 3, 10, 23)),
    ]
    shipped = samples.con.execute("select order_id from raw_shipments where warehouse is null").fetchall()
    assert shipped == [("PO-9001",)]


def test_a_quantity_that_is_no_number_rejects_its_record_and_no_other(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        text = WAREHOUSE.read_text(encoding="utf-8")
        path = tmp_path / "bad.edi"
        path.write_text(text.replace("W12*CP*2*1*1", "W12*CP*2*one*1").replace("*-3.000*", "*-3.5*"))
        landed = at.land(path)
        assert [(each.loaded, each.rejected) for each in landed] == [(2, 0), (2, 0), (2, 1), (3, 1)]
        reasons = at.con.execute("select value, reason from rejects order by 1").fetchall()
        assert reasons == [("-3.5", "not_a_whole_number"), ("one", "not_a_whole_number")]


def test_who_lives_where_is_not_kept(samples: Desk) -> None:
    kept = repr(samples.records())
    assert not [said for said in ("Odile", "Exemples", "H2X") if said in kept]


def test_what_is_missing_in_stock_and_what_broke_there_become_incidents(tmp_path: Path) -> None:
    told = verdicts([WAREHOUSE, STATUS], tmp_path)
    assert told["1052"] == ("stock_out", "merchant", "reason")
    assert told["PO-9002"] == ("stock_out", "merchant", "reason")
    assert told["PO-9001"][0] == "unknown"
    assert told[None][0] in ("damaged_in_warehouse", "stock_desync")
