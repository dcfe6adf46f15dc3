"""Amazon's reimbursements and feedback: money that comes back is no cost, a reversal blames nobody, praise no problem."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.reader import open_snapshot
from pipelines.store import Store
from tests.landed import SAMPLES, Desk, desk

REIMBURSEMENTS = SAMPLES / "amazon_reimbursements.txt"
FEEDBACK = SAMPLES / "amazon_feedback.txt"


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Desk]:
    """An empty store of a shop in Toronto."""
    with desk(tmp_path, "America/Toronto") as opened:
        yield opened


def test_a_payment_for_two_articles_is_two_claims(seller: Desk) -> None:
    (landed,) = seller.land(REIMBURSEMENTS)
    assert (landed.rows_in, landed.loaded, landed.rejected) == (8, 8, 0)
    told = seller.con.execute(
        "select sku, paid_cents, currency from raw_claims where claim_id like '9100000002/%' order by sku"
    ).fetchall()
    assert told == [("0042-BLK-38", 6120, "CAD"), ("TUQUE-U", 810, "CAD")]


def test_what_amazon_pays_is_no_cost(seller: Desk) -> None:
    seller.land(REIMBURSEMENTS)
    told = seller.con.execute("select count(amount_cents), sum(paid_cents)::int from raw_claims").fetchall()
    assert told == [(0, 12240 + 810 + 6120 + 6120 + 810 + 0 + 810)]


def test_a_payment_that_is_taken_back_is_no_claim(seller: Desk) -> None:
    seller.land(REIMBURSEMENTS)
    assert seller.con.execute("select sku, reason_raw from raw_stock_moves").fetchall() == [
        ("TUQUE-U", "Reimbursement_Reversal")
    ]
    assert seller.con.execute(
        "select count(*) from raw_claims where reason_raw ilike '%reversal%'"
    ).fetchall() == [(0,)]


def test_a_payment_without_its_reason_is_still_a_claim(seller: Desk) -> None:
    text = REIMBURSEMENTS.read_text(encoding="cp1252").replace("\tLost_Inbound\t", "\t\t")
    landed = seller.write("reimbursements.txt", text)
    assert (landed.loaded, landed.rejected) == (8, 0)


def test_feedback_keeps_its_stars_and_phrases_and_forgets_its_words_and_author(seller: Desk) -> None:
    seller.land(FEEDBACK)
    ticket = seller.one("tickets", "amazon/main/feedback/702-1000000-0000001")
    assert (ticket["csat"], ticket["phrases"], ticket["order_ref"]) == (
        0,
        ["mauvais article"],
        "702-1000000-0000001",
    )
    assert (ticket["created_at"], ticket["date_only"]) == (datetime(2026, 3, 21, 4, 0), ["created_at"])
    kept = repr(seller.records())
    assert not [said for said in ("example.com", "514-555", "new one", "crushed") if said in kept]


@pytest.mark.parametrize(("order", "is_excluded"), [("1", False), ("5", False), ("3", True), ("14", False)])
def test_four_stars_and_more_are_no_problem(seller: Desk, order: str, is_excluded: bool) -> None:
    seller.land(FEEDBACK)
    ticket = seller.one("tickets", f"amazon/main/feedback/702-1000000-{order:0>7}")
    assert (ticket["is_excluded"], ticket.get("excluded_because")) == (
        is_excluded,
        "praise" if is_excluded else None,
    )


def test_stars_that_are_none_reject_their_row(seller: Desk) -> None:
    seller.write("feedback.txt", FEEDBACK.read_text(encoding="cp1252").replace("\t2\t", "\tbad\t"))
    assert {reject[1:] for reject in seller.rejects()} == {("Rating", "bad", "not_a_number")}


def test_each_loss_blames_whoever_had_the_goods(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    results = load([REIMBURSEMENTS, FEEDBACK, SAMPLES / "amazon_fba_returns.txt"], store)
    assert [result.status for result in results] == ["loaded"] * 3
    snapshot = store.snapshot()
    assert snapshot is not None
    with open_snapshot(snapshot) as con:
        claims = con.execute(
            """
            select incidents.sku, incidents.cause, incidents.party, incidents.cost_cents
            from incidents
            where list_contains(incidents.kinds, 'claim')
            order by all
            """
        ).fetchall()
        told_twice = con.execute(
            "select kinds, cause from incidents where order_ref = '702-1000000-0000001'"
        ).fetchall()
        words = con.execute("select cause from incidents where order_ref = '702-1000000-0000005'").fetchall()
        praised = con.execute("from incidents where order_ref = '702-1000000-0000003'").fetchall()
    assert claims == [
        ("0042-BLK-38", "damaged_in_warehouse", "3pl", None),
        ("0042-BLK-38", "damaged_unspecified", "customer", None),
        ("0042-BLK-38", "stock_desync", "3pl", None),
        ("TUQUE-U", "lost_in_transit", "carrier", None),
        ("TUQUE-U", "marketplace_or_system", "marketplace", None),
        ("TUQUE-U", "stock_desync", "3pl", None),
        ("TUQUE-U", "stock_desync", "3pl", None),
    ]
    # what Amazon paid for a return, and the buyer's feedback, are the incident of the return, which says why
    assert told_twice == [(["claim", "return", "ticket"], "damaged_unspecified")]
    assert words == [("damaged_in_transit",)]
    assert praised == []
