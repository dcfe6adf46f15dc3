"""Mirakl: what its orders, returns and exports do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.built import loaded
from tests.landed import SAMPLES, Desk, desk

API, RETURNS = SAMPLES / "mirakl_orders.json", SAMPLES / "mirakl_returns.json"
FRENCH, ENGLISH = SAMPLES / "mirakl_orders_fr.csv", SAMPLES / "mirakl_orders_en.csv"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("mirakl")) as at:
        at.land(API)
        at.land(RETURNS)
        yield at


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("mirakl_export")) as at:
        at.land(FRENCH)
        at.land(ENGLISH)
        yield at


@pytest.mark.parametrize(
    ("order", "channel"),
    [("5100420401-A", "decathlon"), ("5100420402-A", "mirakl"), ("5100420403-A", "mirakl")],
)
def test_the_operator_is_named_by_the_channels_label_or_not_at_all(
    api: Desk, order: str, channel: str
) -> None:
    assert api.one("orders", f"mirakl/main/{order}")["channel"] == channel


def test_the_parts_of_a_customers_order_bear_its_number(api: Desk) -> None:
    refs = api.con.execute("select order_id, order_ref from raw_orders order by 1 limit 2").fetchall()
    assert refs == [("5100420401-A", "5100420401"), ("5100420401-B", "5100420401")]


def test_an_order_that_nobody_was_charged_for_is_not_paid(api: Desk) -> None:
    paid = dict(api.con.execute("select order_id, payment_status from raw_orders").fetchall())
    assert (paid["5100420404-A"], paid["5100420401-A"], paid["5100420401-B"]) == ("pending", "paid", None)


def test_an_incident_is_about_its_line_with_the_reason_of_its_state(api: Desk) -> None:
    claim = api.one("claims", "mirakl/main/5100420401-A-1/open")
    assert (claim["sku"], claim["reason_raw"], claim["status"]) == ("LAMPE-7", "Article non reçu", "open")


def test_a_closed_incident_does_not_take_the_reason_of_the_open_one_away(tmp_path: Path) -> None:
    text = API.read_text(encoding="utf-8")
    later = text.replace('"INCIDENT_OPEN"', '"INCIDENT_CLOSED"').replace("Article non reçu", "Résolu")
    with desk(tmp_path) as at:
        at.land(API)
        at.write("later.json", later.replace("2026-03-12T08:57:11Z", "2026-03-20T08:00:00Z"))
        told = at.con.execute("select status, reason_raw from raw_claims order by 1").fetchall()
    assert told == [("closed", "Résolu"), ("open", "Article non reçu")]


def test_a_refusal_is_the_sellers_and_a_cancelation_is_told_once(api: Desk) -> None:
    told = api.con.execute(
        "select cancellation_id, declared_by, amount_cents, cancelled_at from raw_cancellations order by 1"
    ).fetchall()
    assert told == [
        ("5100420401-B-1/refused", "merchant", None, datetime(2026, 3, 12, 8, 57, 11)),
        ("5100420403-A-1/canceled", "unknown", None, datetime(2026, 3, 12, 8, 57, 11)),
        ("90001", "unknown", 5000, datetime(2026, 3, 2, 10)),
    ]


def test_shipping_is_refunded_beside_the_amount_and_a_label_says_more_than_a_code(api: Desk) -> None:
    told = api.con.execute(
        "select refund_id, amount_cents, reason_raw, refunded_at from raw_refunds order by 1"
    ).fetchall()
    assert told == [
        ("1110", 4500, "Article endommagé", datetime(2026, 3, 11, 9)),
        ("1111", 500, "99", datetime(2026, 3, 12, 9)),  # not paid out yet
    ]


def test_an_amount_that_is_no_number_rejects_its_order(tmp_path: Path) -> None:
    text = API.read_text(encoding="utf-8").replace('"shipping_amount": 4.5', '"shipping_amount": "x"')
    with desk(tmp_path) as at:
        landed = at.write("bad.json", text)
        assert (landed.loaded, landed.rejected) == (4, 1)
        assert [reason for *_, reason in at.rejects()] == ["not_an_amount"]


def test_a_return_names_its_line_as_the_order_does(api: Desk) -> None:
    ((line,),) = api.con.execute("select line_id from raw_returns").fetchall()
    found = api.con.execute(
        "select sku from raw_order_lines where line_id = $line", {"line": line}
    ).fetchall()
    assert found == [("LAMPE-7",)]


def test_the_export_is_read_in_both_languages(export: Desk) -> None:
    told = export.con.execute(
        "select order_id, channel, fulfilment_status from raw_orders order by 1"
    ).fetchall()
    assert told == [
        ("6200100101-A", "carrefour", "fulfilled"),
        ("6200100102-A", "carrefour", "cancelled"),
        ("6200100103-A", "mirakl", "fulfilled"),
        ("880000001-A", "mirakl", "cancelled"),
        ("880000002-A", "mirakl", "fulfilled"),
    ]
    line = export.one("order_lines", "mirakl/main/6200100101-A/6200100101-A-1")
    assert line["unit_price_cents"] == 125000
    assert line["placed_at"] == datetime(2026, 3, 1, 18, 41, 53)  # 19:41 in Paris


def test_a_line_of_the_export_is_the_line_of_the_interface(tmp_path: Path) -> None:
    row = "2026-03-01 19:41:53;{order};2;Lampe;Expédiée;LAMPE-7;50,00;EUR\n"
    header = "Date de création;Numéro de commande;Quantité;Détails;Statut;SKU offre;Prix unitaire;Devise\n"
    with desk(tmp_path) as at:
        at.land(API)
        before = at.con.execute("select count(*) from raw_order_lines").fetchall()
        at.write("export.csv", header + row.format(order="5100420402-A"))
        assert at.con.execute("select count(*) from raw_order_lines").fetchall() == before


def test_the_state_of_a_line_decides_what_its_one_reason_is_about(export: Desk) -> None:
    assert export.con.execute("select reason_raw, sku from raw_claims").fetchall() == [
        ("Article défectueux", "TABLE-2")
    ]
    assert export.con.execute("select reason_raw, amount_cents from raw_refunds").fetchall() == [
        ("Colis perdu", 1200)
    ]
    told = export.con.execute("select reason_raw, declared_by from raw_cancellations order by 1").fetchall()
    assert told == [("Out of stock", "unknown"), ("Rupture de stock", "merchant")]


def test_who_bought_is_not_kept(api: Desk, export: Desk) -> None:
    for at in (api, export):
        kept = repr(at.records())
        assert not [said for said in ("Odile", "Inventée", "Exemples", "Example Street") if said in kept]


def test_reasons_of_operators_become_causes(tmp_path: Path) -> None:
    store, results = loaded([API, RETURNS, FRENCH, ENGLISH], tmp_path)
    assert {result.status for result in results} == {"loaded"}
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        rows = con.execute("select order_name, sku, cause, party, evidence from incidents").fetchall()
    told = {(order, sku): verdict for order, sku, *verdict in rows}
    assert told == {
        ("5100420401-A", "LAMPE-7"): ["not_received", "carrier", "reason"],
        ("5100420401-B", "VASE-1"): ["stock_out", "merchant", "reason"],
        ("5100420402-A", "LAMPE-7"): ["price_error", "merchant", "reason"],
        ("5100420403-A", "MUG-R"): ["changed_mind", "customer", "reason"],
        ("6200100101-A", "TABLE-2"): ["product_defect", "supplier", "reason"],
        ("6200100102-A", "VASE-1"): ["stock_out", "merchant", "reason"],
        ("6200100103-A", "MUG-R"): ["lost_in_transit", "carrier", "reason"],
        ("880000001-A", "LAMPE-7"): ["stock_out", "merchant", "reason"],
    }
