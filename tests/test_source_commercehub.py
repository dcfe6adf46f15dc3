"""CommerceHub: what its drop-ship files do not say by themselves."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

ORDERS, ACTIONS = SAMPLES / "commercehub_orders.csv", SAMPLES / "commercehub_actions.csv"
CODES = Path(__file__).resolve().parent / "data" / "vendor_codes.tsv"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("commercehub"), "America/Toronto") as at:
        at.land(ORDERS)
        at.land(ACTIONS)
        yield at


def test_an_order_has_the_po_that_files_share_and_the_number_the_customer_knows(samples: Desk) -> None:
    order = samples.one("orders", "commercehub/main/00000033568603")
    assert (order["order_name"], order["order_ref"]) == ("00000033568603", "740012001")
    assert (order["channel"], order["country"], order["region"]) == ("costco", "CA", "QC")
    assert order["placed_at"] == datetime(2026, 3, 2, 5)  # midnight in Toronto


def test_a_line_is_the_retailers_line_number(samples: Desk) -> None:
    line = samples.one("order_lines", "commercehub/main/00000033568603/1")
    assert (line["sku"], line["quantity"], line["unit_price_cents"]) == ("LAMPE-7", 2, 4150)


def test_the_code_says_who_gave_a_line_up_and_merchant_is_the_retailer(samples: Desk) -> None:
    told = samples.con.execute(
        "select sku, reason_raw, declared_by from raw_cancellations order by 1"
    ).fetchall()
    assert told == [("TABLE-2", "out_of_stock", "merchant"), ("VASE-1", "merchant_request", "marketplace")]


def test_returns_and_dispatches_stand_in_the_same_file(samples: Desk) -> None:
    returned = samples.con.execute(
        "select order_id, line_id, reason_raw from raw_returns order by 1"
    ).fetchall()
    assert returned == [("00000033568603", "1", "NA"), ("00000033568605", "1", "EO")]
    assert samples.con.execute("select count(*) from raw_shipments").fetchall() == [(2,)]


def test_without_an_action_the_code_tells_returns_from_cancellations(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        rows = "P1,1,LAMPE-7,DA,1,2026-03-20\nP2,1,LAMPE-7,bad_sku,1,2026-03-21\nP3,1,LAMPE-7,,1,2026-03-22\n"
        landed = at.write("codes.csv", "PO Number,Line Number,Vendor SKU,Reason Code,Qty,Date\n" + rows)
        assert (landed.loaded, landed.rejected) == (2, 1)
        assert at.con.execute("select order_id from raw_returns").fetchall() == [("P1",)]
        assert at.con.execute("select order_id from raw_cancellations").fetchall() == [("P2",)]
        assert [reason for *_, reason in at.rejects()] == ["nothing_to_load"]


def test_the_customer_of_the_retailer_is_not_kept(samples: Desk) -> None:
    kept = repr(samples.records())
    assert not [said for said in ("Olive", "Example Street", "Laval", "H7X", "5145550000") if said in kept]


def test_codes_become_causes_and_say_whose_they_are(tmp_path: Path) -> None:
    told = verdicts([ORDERS, ACTIONS], tmp_path)
    assert told["740012002"] == ("marketplace_or_system", "marketplace", "reason")
    assert told["740012003"] == ("wrong_item_sent", "merchant", "reason")
    assert told["740012001"][0] in ("stock_out", "not_as_described")  # two lines, two incidents


def test_every_code_of_the_hub_is_known() -> None:
    with CODES.open(encoding="utf-8", newline="") as file:
        rows = [(row["scheme"], row["code"]) for row in csv.DictReader(file, delimiter="\t")]
    cancels = {code for scheme, code in rows if scheme == "commercehub.cancel"}
    returns = {code for scheme, code in rows if scheme == "commercehub.return"}
    assert cancels == set(
        "backorder_cancel bad_address bad_sku merchant_request fulfill_time_expired cannot_meet_all_reqs "
        "cannot_shipto_POBOX cannot_ship_USPS customer_request deleted_order invalid_item_cost invalid_ship_method "
        "merchant_detected_fraud other out_of_stock discontinued info_missing".split()
    )
    assert returns == set("SP SD CO DA DM EO LP NA MD SM TE BC DP PE WG DI SR DT".split())
