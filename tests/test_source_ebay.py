"""eBay: totals in rows of their own, sales nobody paid, currencies written as signs, requests that cancel nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.built import verdicts
from tests.landed import SAMPLES, Desk, desk

REPORT = SAMPLES / "ebay_orders.csv"
API = SAMPLES / "ebay_api_orders.json"
RETURNS = SAMPLES / "ebay_returns.json"
CANCELLATIONS = SAMPLES / "ebay_cancellations.json"
INQUIRIES = SAMPLES / "ebay_inquiries.json"
FRENCH = (
    "Numéro de vente;Numéro de commande;Pseudo de l’acheteur;Numéro de l'objet;Intitulé de l'objet;Quantité;"
    "Vendu pour;Livraison et manutention;Date de vente\r\n"
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A shop in Toronto with its report, for looking only."""
    with desk(tmp_path_factory.mktemp("report"), "America/Toronto") as at:
        at.land(REPORT)
        yield at


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("api")) as at:
        for path in (API, RETURNS, CANCELLATIONS, INQUIRIES):
            at.land(path)
        yield at


def rows(at: Desk, sql: str) -> list[tuple[Any, ...]]:
    return at.con.execute(sql).fetchall()


def test_the_row_of_totals_is_the_order_and_no_article(report: Desk) -> None:
    told = rows(report, "select order_id, total_cents, currency from raw_orders order by 1")
    assert told == [("12-34567-89001", 10980, "CAD"), ("12-34567-89002", 9000, "CAD"), ("203", 1500, "CAD")]
    assert rows(report, "select count(*) from raw_order_lines") == [(4,)]


def test_an_article_row_takes_its_dates_from_the_order(report: Desk) -> None:
    line = report.one("order_lines", "ebay/main/12-34567-89002/155000000002-2")
    assert line["placed_at"] == datetime(2026, 3, 4, 5, 0)  # midnight in Toronto
    assert (line["sku"], line["quantity"], line["line_status"]) == ("POT-P", 2, "shipped")


def test_a_sale_that_nobody_paid_is_known_by_its_record_and_not_confirmed(report: Desk) -> None:
    order = report.one("orders", "ebay/main/203")
    assert (order["payment_status"], order["fulfilment_status"]) == ("unpaid", "unfulfilled")


def test_an_article_without_label_is_known_by_its_item_number(report: Desk) -> None:
    assert report.one("order_lines", "ebay/main/203/155000000003")["sku"] == "155000000003"


def test_lines_before_and_after_the_table_are_no_orders(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(REPORT)
        assert (landed.rows_in, landed.rejected) == (5, 0)
        assert [warning.code for warning in landed.warnings] == ["footer_skipped"]


def test_a_footer_that_a_re_save_made_as_wide_as_the_table_is_no_order(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write(
            "saved.csv",
            FRENCH + "301;05-1;x;15500;Lampe;1;1,00 €;0,00 €;25-oct.-26\r\n2 record(s);;;;;;;;\r\n",
        )
        assert rows(at, "select order_id from raw_orders") == [("05-1",)]


@pytest.mark.parametrize(
    ("written", "cents", "currency"),
    [
        ("$25.00", 2500, "USD"),
        ("US $1,225.00", 122500, "USD"),
        ("C $25.00", 2500, "CAD"),
        ("AU $25.00", 2500, "AUD"),
        ("£25.00", 2500, "GBP"),
        ("EUR 90,00", 9000, "EUR"),
        ("1\u202f234,50 €", 123450, "EUR"),
        ("1\u00a0234,50 €", 123450, "EUR"),
    ],
)
def test_amounts_tell_their_currency(written: str, cents: int, currency: str, tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("one.csv", FRENCH + f"301;05-1;x;15500;Lampe;1;{written};0;25-oct.-26\r\n")
        line = at.one("order_lines", "ebay/main/05-1/15500")
        assert (line["unit_price_cents"], line["currency"]) == (cents, currency)


@pytest.mark.parametrize("day", ["Oct-05-26", "05-oct.-26", "05-Oct-26", "Oct-05-26 09:30:00"])
def test_days_are_read_as_each_site_writes_them(day: str, tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("one.csv", FRENCH + f"301;05-1;x;15500;Lampe;1;1,00 €;0;{day}\r\n")
        placed = at.one("orders", "ebay/main/05-1")["placed_at"]
        assert placed in (datetime(2026, 10, 4, 22, 0), datetime(2026, 10, 5, 7, 30))


def test_a_french_report_says_nothing_of_payment(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "ebay_orders_fr.csv")
        assert "payment_status" not in at.one("orders", "ebay/main/05-11111-22222")


def test_report_and_api_name_lines_alike(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(REPORT)
        at.land(API)
        told = rows(
            at,
            "select line_id, unit_price_cents from raw_order_lines where order_id like '%89002' order by 1",
        )
        assert told == [("155000000002-1", 3000), ("155000000002-2", 2500)]


def test_only_a_completed_request_cancels(api: Desk) -> None:
    told = rows(api, "select cancellation_id, reason_raw, declared_by from raw_cancellations order by 1")
    assert told == [
        ("5360000001", "OUT_OF_STOCK_OR_CANNOT_FULFILL", "merchant"),
        ("5360000002", "BUYER_ASKED_CANCEL", "customer"),  # the seller's tick, at the buyer's wish
        ("5360000004", "ORDER_UNPAID", "payment"),
    ]
    assert api.rejects()[0][3] == "nothing_to_load"  # asked for, and not yet granted


def test_a_refund_at_the_line_and_at_the_payment_is_one(api: Desk) -> None:
    told = rows(
        api,
        "select refund_id, line_id, amount_cents from raw_refunds where order_id like '%89002' order by 1",
    )
    assert told == [("5000000001", "155000000002-2", 2500), ("5000000002", None, 500)]


def test_an_estimate_is_no_refund(api: Desk) -> None:
    told = rows(api, "select return_id, refund_cents, status, phrases from raw_returns order by 1")
    assert told == [
        ("5100000001", 2500, "closed", ["casse a la livraison"]),
        ("5100000002", None, "open", []),
        ("5100000003", None, "declined", []),
    ]


def test_a_single_return_is_read_from_its_summary(tmp_path: Path) -> None:
    member = json.loads(RETURNS.read_text(encoding="utf-8"))["members"][1]
    with desk(tmp_path) as at:
        at.write("one.json", json.dumps({"summary": member, "detail": {"itemDetail": {"itemId": "1"}}}))
        assert (
            at.one("returns", "ebay/main/5100000002/155000000001")["reason_raw"] == "ORDERED_DIFFERENT_ITEM"
        )


def test_an_inquiry_without_order_is_known_by_item_and_transaction(api: Desk) -> None:
    assert api.one("claims", "ebay/main/5200000001")["order_ref"] == "12-34567-89012"
    assert api.one("claims", "ebay/main/5200000002")["order_ref"] == "155000000009-2300000000019"


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([REPORT, API, RETURNS, CANCELLATIONS, INQUIRIES], tmp_path)
    assert found["12-34567-89001"] == ("wrong_item_sent", "merchant", "reason")
    assert found["12-34567-89002"] == ("damaged_in_transit", "carrier", "reason")
    assert found["12-34567-89010"] == ("stock_out", "merchant", "reason")
    assert found["12-34567-89011"] == ("changed_mind", "customer", "reason")
    assert found["12-34567-89012"][:2] == ("not_received", "carrier")
    assert found["12-34567-89020"][:2] == ("payment_or_fraud", "customer")
