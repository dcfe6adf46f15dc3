"""Cancellations: the label against the facts, mass cancellations, the procedure, stock put back, the limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import causes, phrases, sayings
from tests.cancelled import RULES, cancelled
from tests.conftest import Build, RunView

QUERIES = Path(__file__).resolve().parent.parent / "queries"
SAYINGS = sayings.read_sayings(QUERIES / "sayings")
PRICES = {"CAP": 800, "HAT": 1000}


def verdicts(frame: pl.DataFrame) -> dict[str, str | None]:
    """Verdict by order."""
    return dict(frame.select("order_key", "verdict").iter_rows())


# --- what customers say


def said(texts: list[str]) -> dict[str, set[str]]:
    """Which sayings a text holds, found as a load finds phrases in it, among those of all causes."""
    patterns = causes.phrase_patterns(causes.read_causes(QUERIES / "causes"), sayings.phrases(SAYINGS))
    with duckdb.connect() as con:
        causes.create_macros(con)
        sayings.create_table(con, SAYINGS)
        con.execute("create table told as select unnest($t::varchar[]) as text", {"t": texts})
        con.table("told").select(
            duckdb.ColumnExpression("text"),
            phrases.phrases_in(duckdb.ColumnExpression("text"), patterns).alias("phrases"),
        ).create("found")
        rows = con.execute(
            "select text, list(saying) from found join ref_sayings on list_contains(phrases, phrase) group by text"
        ).fetchall()
    return {text: set(names) for text, names in rows}


def test_every_saying_is_found_in_its_examples_and_in_no_trap() -> None:
    told = said([text for saying in SAYINGS for text in (*saying.match, *saying.no_match)])
    for saying in SAYINGS:
        assert [text for text in saying.match if saying.name not in told.get(text, set())] == []
        assert [text for text in saying.no_match if saying.name in told.get(text, set())] == []


def test_no_phrase_of_a_cause_is_hidden_by_a_saying() -> None:
    of_causes = causes.read_causes(QUERIES / "causes").phrases()
    hidden = [(p, c) for p in sayings.phrases(SAYINGS) for c in of_causes if f" {c} " in f" {p} "]
    assert hidden == []


# --- the label against the facts

FOUR = """
    order | sku  | at                  | declared_by | cause        | requested_by_customer
    asked | SHOE | 2025-03-10 10:00:00 | customer    | changed_mind |
    self  | SHOE | 2025-03-11 10:00:00 | customer    | changed_mind | true
    none  | HAT  | 2025-03-10 10:00:00 | customer    | changed_mind |
    gone  | BELT | 2025-03-10 10:00:00 | customer    | changed_mind |
    ours  | BAG  | 2025-03-10 10:00:00 | merchant    | stock_out    |
    late  | TIE  | 2025-03-10 10:00:00 | customer    | changed_mind |
"""
# BELT: none left two days before. SHOE too, but its customers asked. TIE: counted at 0 eight days before: too old.
LEVELS = """
    location | sku  | at                  | available
    here     | belt | 2025-03-08 10:00:00 | 0
    here     | SHOE | 2025-03-09 10:00:00 | 0
    here     | HAT  | 2025-03-09 10:00:00 | 4
    here     | TIE  | 2025-03-02 09:00:00 | 0
"""
TICKETS = """
    record_id | ticket_id | created_at          | subject
    t1        | t1        | 2025-03-09 08:00:00 | Please cancel, thanks
    t2        | t2        | 2025-03-12 08:00:00 | Where is my refund?
"""
INCIDENTS_OF_TICKETS = """
    incident_key | order_key | kinds  | signal_count | cause | event_date
    ticket/t1    | asked     | ticket | 1            | other | 2025-03-09
    ticket/t2    | none      | ticket | 1            | other | 2025-03-12
"""


def test_a_label_is_confirmed_contradicted_or_left_open(run_view: RunView) -> None:
    tables = cancelled(FOUR, raw_stock_levels=LEVELS, raw_tickets=TICKETS, incidents=INCIDENTS_OF_TICKETS)
    got = run_view("cancellation_cases", **tables)
    assert verdicts(got) == {
        "asked": "confirmed",  # wrote before, although nothing was in stock
        "self": "confirmed",  # used the shop's own button
        "none": "undetermined",  # no message, but nothing against it either
        "gone": "contradicted",  # nothing in stock, and no request
        "late": "undetermined",  # the count is too old to tell
        "ours": None,
    }
    gone = got.filter(pl.col("order_key") == "gone").row(0, named=True)
    assert (gone["stock_level"], gone["has_no_stock"], gone["evidence_count"]) == (0, True, 1)
    kept = run_view("cancellation_cases", {"verdict": "contradicted"}, **tables)
    assert kept["order_key"].to_list() == ["gone"]


@pytest.mark.parametrize(
    ("subject", "phrases", "created", "verdict"),
    [
        ("I never asked to cancel!", "", "2025-03-12 08:00:00", "contradicted"),
        ("My order", "never asked to cancel", "2025-03-12 08:00:00", "contradicted"),
        # the words of asking are part of the denial
        ("I never asked to cancel, please cancel nothing", "", "2025-03-12 08:00:00", "contradicted"),
        ("Please cancel", "", "2025-03-12 08:00:00", "undetermined"),  # after the fact: no request
        ("Please cancel", "", "2025-03-10 09:59:00", "confirmed"),
    ],
)
def test_what_the_customer_writes_decides(
    run_view: RunView, subject: str, phrases: str, created: str, verdict: str
) -> None:
    tables = cancelled(
        "order | sku | at | declared_by | cause\n o | HAT | 2025-03-10 10:00:00 | customer | changed_mind",
        raw_tickets=f"record_id | created_at | subject | phrases\n t | {created} | {subject} | {phrases}",
        signals="signal_key | incident_key | order_key | kind | record_id\n ticket/t | x | o | ticket | t",
    )
    assert verdicts(run_view("cancellation_cases", **tables)) == {"o": verdict}


def test_who_asks_and_then_denies_settles_nothing(run_view: RunView) -> None:
    tables = cancelled(
        "order | sku | at | declared_by | cause\n o | HAT | 2025-03-10 10:00:00 | customer | changed_mind",
        raw_tickets="""
            record_id | created_at          | subject
            t1        | 2025-03-09 08:00:00 | Please cancel
            t2        | 2025-03-12 08:00:00 | I never asked to cancel
        """,
        signals="""
            signal_key | incident_key | order_key | kind   | record_id
            ticket/t1  | x            | o         | ticket | t1
            ticket/t2  | x            | o         | ticket | t2
        """,
    )
    assert verdicts(run_view("cancellation_cases", **tables)) == {"o": "undetermined"}


def test_on_a_day_without_a_time_a_request_of_that_day_came_before(run_view: RunView) -> None:
    tables = cancelled(
        "order | sku | at | date_only | declared_by | cause\n"
        "o | HAT | 2025-03-10 00:00:00 | cancelled_at | customer | changed_mind",
        raw_tickets="record_id | created_at | subject\n t | 2025-03-10 15:00:00 | Please cancel",
        signals="signal_key | incident_key | order_key | kind | record_id\n ticket/t | x | o | ticket | t",
    )
    assert verdicts(run_view("cancellation_cases", **tables)) == {"o": "confirmed"}


def test_the_count_before_tells_even_when_one_after_is_nearer(run_view: RunView) -> None:
    counts = """
        location | sku | at                  | available
        here     | HAT | 2025-03-07 10:00:00 | 4
        here     | HAT | 2025-03-10 11:00:00 | 0
        here     | TIE | 2025-03-11 09:59:00 | 0
        here     | BAG | 2025-03-11 10:01:00 | 0
    """
    head = "order | sku | at | declared_by | cause"
    rows = [f"{sku} | {sku} | 2025-03-10 10:00:00 | customer | changed_mind" for sku in ("HAT", "TIE", "BAG")]
    got = run_view("cancellation_cases", **cancelled("\n".join([head, *rows]), raw_stock_levels=counts))
    # without one before, the first within a day counts; a minute more is too late
    assert dict(got.select("sku", "stock_level").iter_rows()) == {"HAT": 4, "TIE": 0, "BAG": None}


def test_another_place_that_has_stock_speaks_for_the_label_unless_the_warehouse_is_known(
    run_view: RunView,
) -> None:
    levels = """
        location | sku | at                  | available
        Laval    | HAT | 2025-03-09 10:00:00 | -2
        Lyon     | HAT | 2025-03-09 10:00:00 | 5
    """
    tables = cancelled(
        """
        order | sku | at                  | declared_by | cause        | warehouse
        any   | HAT | 2025-03-10 10:00:00 | customer    | changed_mind |
        laval | HAT | 2025-03-10 10:00:00 | customer    | changed_mind | LAVAL
        """,
        raw_stock_levels=levels,
    )
    got = run_view("cancellation_cases", **tables)
    assert dict(got.select("order_key", "stock_level").iter_rows()) == {"any": 5, "laval": -2}
    assert verdicts(got) == {"any": "undetermined", "laval": "contradicted"}


def test_the_usual_price_is_the_median_of_30_days_and_no_cancelled_line_counts(run_view: RunView) -> None:
    # usual: 900, 1000, 1000, 5000 -> the lower median 1000; the line of 2025-02-01 is too old; 100 / 1000 = 0.1
    sold = "\n".join(
        ["line_key | order_key | sku | order_date | unit_price_cents | currency"]
        + [
            f"s{i} | so{i} | HAT | {day} | {price} | EUR"
            for i, (day, price) in enumerate(
                [
                    ("2025-03-01", 900),
                    ("2025-03-02", 1000),
                    ("2025-03-03", 1000),
                    ("2025-03-09", 5000),
                    ("2025-02-01", 100),
                    ("2025-02-01", 100),
                    ("2025-02-01", 100),
                ]
            )
        ]
    )
    tables = cancelled(
        """
        order | sku | at                  | declared_by | cause        | price
        typo  | HAT | 2025-03-10 10:00:00 | customer    | changed_mind | 100
        fine  | HAT | 2025-03-10 11:00:00 | customer    | changed_mind | 950
        few   | TIE | 2025-03-10 11:00:00 | customer    | changed_mind | 100
        old1  | HAT | 2025-03-08 11:00:00 | merchant    | stock_out    | 100
        old2  | HAT | 2025-03-08 11:00:00 | merchant    | stock_out    | 100
        old3  | HAT | 2025-03-07 11:00:00 | merchant    | stock_out    | 100
        old4  | HAT | 2025-03-06 11:00:00 | merchant    | stock_out    | 100
        old5  | HAT | 2025-03-05 11:00:00 | merchant    | stock_out    | 100
        """,
        rule_cancellation_evidence=RULES.replace("| 24 ", "| 1  "),
        lines=sold,
    )
    got = run_view("cancellation_cases", **tables)
    prices = {row["order_key"]: row for row in got.iter_rows(named=True)}
    assert (prices["typo"]["usual_price_cents"], prices["typo"]["price_ratio"]) == (1000, 0.1)
    assert prices["few"]["has_abnormal_price"] is None
    told = {order: verdict for order, verdict in verdicts(got).items() if verdict}
    assert told == {"typo": "contradicted", "fine": "undetermined", "few": "undetermined"}


@pytest.mark.parametrize("first", ["CAP", "HAT"])
def test_of_lines_that_tell_as_much_the_first_is_told_however_they_were_loaded(
    run_view: RunView, first: str
) -> None:
    """Both articles of a cancelled order were sold at their usual price: the first line is the cap's."""
    sold = [
        f"s{n}{sku} | s{n} | {sku} | 2025-03-0{n} | {PRICES[sku]} | EUR"
        for n in range(1, 6)
        for sku in PRICES
    ]
    ordered = [f"o/{n} | o | {sku} | 2025-03-10 | {PRICES[sku]} | EUR" for n, sku in enumerate(PRICES)]
    got = run_view(
        "cancellation_cases",
        raw_cancellations="record_id | source | account | cancelled_at | declared_by\n"
        "o | shop | main | 2025-03-10 10:00:00 | customer",
        signals="signal_key | incident_key | order_key | kind | record_id | occurred_at | cause | party\n"
        "c/o | c/o | o | cancellation | o | 2025-03-10 10:00:00 | changed_mind | customer",
        incidents="incident_key | order_key | cause | party | kinds | event_date | order_date | currency\n"
        "c/o | o | changed_mind | customer | cancellation | 2025-03-10 | 2025-03-10 | EUR",
        lines="\n".join(
            [
                "line_key | order_key | sku | order_date | unit_price_cents | currency",
                *sold,
                *sorted(ordered, reverse=first == "HAT"),
            ]
        ),
        rule_cancellation_evidence=RULES,
    )
    assert got.select("line_count", "price_ratio", "usual_price_cents").rows() == [(2, 1.0, 800)]


# --- mass cancellations


def burst(times: list[str], **more: Any) -> dict[str, str]:
    head = "order | sku | at | declared_by | cause"
    rows = [f"o{i} | HAT | {at} | customer | changed_mind" for i, at in enumerate(times)]
    return cancelled("\n".join([head, *rows]), **more)


def test_three_cancellations_within_24_hours_are_a_burst_and_a_minute_more_is_none(run_view: RunView) -> None:
    near = burst(["2025-03-10 10:00:00", "2025-03-10 20:00:00", "2025-03-11 10:00:00"])
    got = run_view("cancellation_bursts", **near)
    assert got.select("sku", "cancellation_count", "customer_label_count", "contradicted_count").rows() == [
        ("HAT", 3, 3, 3)
    ]
    far = burst(["2025-03-10 10:00:00", "2025-03-10 20:00:00", "2025-03-11 10:01:00"])
    assert run_view("cancellation_bursts", **far).is_empty()


def test_what_is_usual_for_an_article_is_no_burst(run_view: RunView) -> None:
    # 180 in the 90 days before are 2 a day; 2 + 3·√2 = 6.2: three in a day are nothing new
    usual = [f"2025-{1 + i // 56:02}-{1 + i % 56 // 2:02} {8 + i % 2:02}:00:00" for i in range(168)]
    times = [*usual, "2025-03-29 10:00:00", "2025-03-29 11:00:00", "2025-03-29 12:00:00"]
    got = run_view("cancellation_bursts", {"start": "2025-03-29"}, **burst(times))
    assert got.is_empty()


def test_fraud_is_no_mass_cancellation(run_view: RunView) -> None:
    head = "order | sku | at | declared_by | cause"
    rows = [f"o{i} | HAT | 2025-03-10 1{i}:00:00 | merchant | payment_or_fraud" for i in range(4)]
    assert run_view("cancellation_bursts", **cancelled("\n".join([head, *rows]))).is_empty()


# --- rates and limits


def test_declared_and_corrected_count_orders_and_the_open_ones_are_apart(run_view: RunView) -> None:
    exposure = "date_basis | date | order_count\n event | 2025-03-10 | 40"
    tables = cancelled(FOUR, raw_stock_levels=LEVELS, exposure_daily=exposure)
    rates = run_view("cancellation_rates", **tables)
    columns = ("order_count", "declared_count", "corrected_count", "undetermined_count")
    # without the ticket, 'asked' is contradicted by its stock of 0, as 'gone' is; 'none' and 'late' stay open
    assert rates.select(columns).rows() == [(40, 1, 3, 2)]
    assert run_view("cancellation_summary", **tables).select(columns).rows() == [(40, 1, 3, 2)]
    for kpi, numerator in (("kpi_seller_cancellation_rate", 1), ("kpi_corrected_cancellation_rate", 3)):
        assert run_view(kpi, **tables).select("numerator", "denominator").rows() == [(numerator, 40)]


def test_labels_sum_to_all_cancellations_and_channels_part_them(run_view: RunView) -> None:
    text = FOUR.replace("| requested_by_customer", "| requested_by_customer | channel")
    rows = text.strip().splitlines()
    rows = [rows[0], *(f"{row} | {'amazon' if i % 2 else 'web'}" for i, row in enumerate(rows[1:]))]
    tables = cancelled("\n".join(rows), raw_stock_levels=LEVELS)
    every = run_view("cancellation_labels", **tables)["cancellation_count"].sum()
    parts = [
        run_view("cancellation_labels", {"channels": [name]}, **tables)["cancellation_count"].sum()
        for name in ("web", "amazon")
    ]
    assert (every, sum(parts)) == (6, 6)
    assert run_view("cancellation_cases", **tables).height == 6


# --- the procedure, and stock put back on sale


def test_each_step_has_its_own_base_and_what_nobody_tells_is_unknown(run_view: RunView) -> None:
    tables = cancelled(
        """
        order | line | sku  | at                  | declared_by | cause     | customer_contacted_at | alternative_offered
        a     | 1    | SHOE | 2025-03-10 10:00:00 | merchant    | stock_out | 2025-03-10 08:00:00   | true
        b     | 1    | SHOE | 2025-03-10 10:00:00 | merchant    | stock_out | 2025-03-10 12:00:00   | false
        c     | 1    | HAT  | 2025-03-10 10:00:00 | merchant    | price     |                       |
        d     | 1    | SHOE | 2025-03-10 10:00:00 | merchant    | stock_out |                       |
        d     | 2    | HAT  | 2025-03-10 10:00:00 | merchant    | stock_out |                       |
        """,
        raw_stock_levels=LEVELS,
    )
    got = {row["step"]: row for row in run_view("cancellation_procedure", **tables).iter_rows(named=True)}
    counts = {
        step: tuple(row[f"{name}_count"] for name in ("cancellation", "done", "missing", "unknown"))
        for step, row in got.items()
    }
    assert counts == {
        # told after the cancellation is not told before; the account tells when customers are told, so no time is no
        "contacted": (5, 1, 4, 0),
        "alternative": (5, 1, 1, 3),
        # not asked of a wrong price (c); SHOE counted at 0 before, HAT (d) at 4
        "stock_updated": (4, 3, 1, 0),
        # d was cancelled whole although HAT was there; its two lines count
        "partial": (2, 0, 2, 0),
        "all": (5, 1, 4, 0),
    }
    summary = run_view("cancellation_summary", **tables).row(0, named=True)
    assert (summary["needless_order_count"], summary["needless_cents"]) == (1, 1000)


def test_without_any_message_or_contact_told_nobody_is_said_not_to_have_written(run_view: RunView) -> None:
    tables = cancelled("order | sku | at | declared_by\n a | SHOE | 2025-03-10 10:00:00 | merchant")
    got = run_view("cancellation_procedure", **tables).row(0, named=True)
    assert (got["step"], got["done_count"], got["missing_count"], got["unknown_count"]) == (
        "contacted",
        0,
        0,
        1,
    )


def test_an_automatic_message_is_no_contact(run_view: RunView) -> None:
    for author, contacted in (("automatic", False), ("agent", True)):
        tables = cancelled(
            "order | sku | at | declared_by\n a | SHOE | 2025-03-10 10:00:00 | merchant",
            raw_tickets="record_id | source | account | ticket_id | created_at | first_reply_at\n"
            "t | desk | main | t | 2025-03-09 08:00:00 | 2025-03-09 08:01:00",
            raw_messages="source | account | ticket_id | author | sent_at\n"
            f"desk | main | t | {author} | 2025-03-09 08:01:00",
            signals="signal_key | incident_key | order_key | kind | record_id\n ticket/t | x | a | ticket | t",
        )
        assert run_view("cancellation_cases", **tables)["is_contacted"].to_list() == [contacted]


def test_a_label_that_puts_missing_stock_back_on_sale_is_followed_by_a_stock_out(run_view: RunView) -> None:
    tables = cancelled(
        """
        order | sku  | at                  | declared_by | cause        | restocked | requested_by_customer
        false | SHOE | 2025-03-10 10:00:00 | customer    | changed_mind | true      |
        real  | HAT  | 2025-03-10 10:00:00 | customer    | changed_mind | true      |
        asked | SHOE | 2025-03-10 11:00:00 | customer    | changed_mind | true      | true
        long  | BELT | 2025-03-01 10:00:00 | customer    | changed_mind | true      |
        x1    | SHOE | 2025-03-12 10:00:00 | merchant    | stock_out    |           |
        x2    | HAT  | 2025-03-12 10:00:00 | merchant    | stock_out    |           |
        x3    | BELT | 2025-03-16 10:00:00 | merchant    | stock_out    |           |
        """,
        # HAT was counted at 5 in between: a true restock. BELT's stock-out came a day too late.
        raw_stock_levels="location | sku | at | available\n here | HAT | 2025-03-11 10:00:00 | 5",
    )
    got = run_view("cancellation_restocks", **tables)
    assert got.select("order_key", "minutes_to_stock_out").rows() == [("false", 48 * 60)]
    summary = run_view("cancellation_summary", **tables).row(0, named=True)
    assert (summary["restocked_count"], summary["reopened_count"]) == (4, 1)


def test_rules_of_another_day_do_not_count(facts: Build) -> None:
    rules = """
        valid_from | burst_lines | burst_hours | low_price_ratio | high_price_ratio | stock_days | restock_days
                   | 9           | 24          | 0.5             | 2                | 7          | 14
        2025-03-10 | 3           | 24          | 0.5             | 2                | 7          | 14
    """
    times = [f"2025-03-{day} {hour}:00:00" for day in ("09", "20") for hour in ("10", "11", "12")]
    assert RULES.strip()
    with facts(**{**burst(times), "rule_cancellation_evidence": rules}) as con:
        days = con.sql("select first_at::date::varchar from cancellation_bursts").fetchall()
    assert days == [("2025-03-20",)]
