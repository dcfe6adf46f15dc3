"""Each kind of thing on the weekly list, worked out by hand from the views that it reads."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from app.alert_words import Words, leads_to
from app.i18n import LANGS, Lang, say, texts
from pipelines import alert_states, views
from pipelines.rules import all_rules
from tests.conftest import make_table

TYPES = {
    **dict.fromkeys(
        ("item_count", "known_count", "owed_cents", "eligible_cents", "cost_cents", "open_days", "days_left"), "BIGINT"
    ),
    **dict.fromkeys(("hours_left", "quantity", "unit_price_cents", "numerator", "denominator"), "BIGINT"),
    **dict.fromkeys(("told_numerator", "told_denominator", "window_days", "headroom"), "BIGINT"),
    **dict.fromkeys(("observed_count", "cancelled_line_count", "series_count", "back_after_weeks"), "BIGINT"),
    **dict.fromkeys(("expected_count", "ratio", "ratio_low", "ratio_high", "q", "certainty", "near_share"), "DOUBLE"),
    **dict.fromkeys(("limit_share", "share", "told_share", "used_share", "used_told"), "DOUBLE"),
    **dict.fromkeys(("received_date", "due_date", "shipped_date", "claim_until_date", "event_date"), "DATE"),
    **dict.fromkeys(("order_date", "start_date", "since_date", "week_start_date", "began_date", "first_date", "last_date"), "DATE"),
    **dict.fromkeys(("answer_by_at", "first_at"), "TIMESTAMP"),
    **dict.fromkeys(("is_overdue", "is_open", "still_open", "is_lead", "has_exposure", "is_new_source"), "BOOLEAN"),
    "aliases": "VARCHAR[]",
}  # fmt: skip
BETWEEN = {"int_rise_costs"}
#: columns that are NULL where no test draws them
UNDRAWN = {
    "incidents": ("sku", "supplier", "lot", "warehouse", "carrier", "country", "region", "channel"),
    **dict.fromkeys(("rising_issues", "rising_days"), ("within_kind", "within_place")),
}
RULES = {rules.table: rules.types for rules in all_rules()}
SETTINGS = "main_currency | zone\n EUR | UTC"


def found(kind: str, **tables: str) -> list[dict[str, Any]]:
    """The rows of one kind, from what its query reads; tables that are not drawn have no rows."""
    known = {each.name: each for each in views.queries(("issues", "alerts"))}
    query = known[f"int_alert_{kind}"]
    between = [known[name] for name in query.reads if name in BETWEEN]
    with duckdb.connect() as con:
        views.create_macros(con)
        for name in {name for each in (query, *between) for name in each.reads} - BETWEEN:
            text = {"settings": SETTINGS, **tables}.get(name, "")
            columns = [cell.strip() for cell in text.strip().split("\n")[0].split("|") if cell.strip()]
            columns += [column for column in UNDRAWN.get(name, ()) if column not in columns]
            types = RULES.get(name) or {column: TYPES.get(column, "VARCHAR") for column in columns}
            make_table(con, name, types or {"kind": "VARCHAR"}, text)
        views.run(con, [*between, query])
        return (
            con.sql(f"select {', '.join(views.ALERT_COLUMNS)} from {query.name} order by item")
            .pl()
            .rows(named=True)
        )


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a_rise_is_worth_what_its_cases_cost_on_average_times_those_above_the_expected() -> None:
    """Of the 3 weeks to 15 March: 10, 20 and 30 EUR known, 20 on average; 12 observed, 4 expected: 8 x 20 = 160 EUR.

    90 EUR of another article, and 50 of before, are not among them. Certainty (1 - 0.1) x (1.8 - 1) / (3 - 1) = 0.36.
    """
    rows = found(
        "rising",
        rising_issues="""
            issue_key | aliases            | cause | party    | place_kind | place | week_start_date | since_date | observed_count | expected_count | ratio | ratio_low | ratio_high | q   | has_exposure | is_new_source | series_count | began_date | back_after_weeks | is_lead
            c/sku/A   | c/sku/A,c/supplier/X | c   | supplier | sku        | A     | 2026-03-09      | 2026-03-02 | 12             | 4              | 3     | 1.8       | 5          | 0.1 | true         | false         | 2            | 2026-03-09 |                  | true
            c/sku/A   | c/sku/A,c/supplier/X | c   | supplier | supplier   | X     | 2026-03-09      | 2026-03-02 | 14             | 6              | 2.3   | 1.2       | 5          | 0.1 | true         | false         | 2            | 2026-03-09 |                  | false
            d/all     | d/all              | d     | carrier  | all        |       | 2026-03-09      | 2025-12-01 | 5              | 1              | 5     | 2         | 9          | 0.0 | false        | false         | 1            |            | 6                | true
        """,
        rising_days="cause | place_kind | place | first_date | last_date | is_lead",
        incidents="""
            cause | sku | supplier | warehouse | carrier | channel | event_date | cost_cents | currency
            c     | A   | X        |           |         |         | 2026-02-23 | 1000       | EUR
            c     | A   | X        |           |         |         | 2026-03-10 | 2000       | EUR
            c     | A   | X        |           |         |         | 2026-03-15 | 3000       | EUR
            c     | A   | X        |           |         |         | 2026-03-15 | 7000       | CAD
            c     | A   | X        |           |         |         | 2026-03-15 |            | EUR
            c     | B   | X        |           |         |         | 2026-03-15 | 9000       | EUR
            c     | A   | X        |           |         |         | 2026-02-22 | 5000       | EUR
            c     | A   | X        |           |         |         | 2026-03-16 | 5000       | EUR
            d     | A   | X        |           |         |         | 2026-03-10 | 400        | CAD
        """,
    )  # fmt: skip
    names = ("item", "amount_cents", "currency", "amount_count", "item_count", "size")
    assert told(rows, *names) == [
        ("c/sku/A", 16_000, "EUR", 3, 12, 8),
        ("d/all", 1_600, "CAD", 1, 5, 4),  # in the main currency nothing is known
    ]
    assert rows[0]["certainty"] == pytest.approx(0.36)
    assert rows[0]["aliases"] == [
        f"{kind}/c/{place}" for kind in ("rising", "sudden") for place in ("sku/A", "supplier/X")
    ]
    facts = json.loads(rows[1]["facts"])
    assert (facts["is_older"], facts["without_orders"], facts["back_after_weeks"]) == (True, True, 6)


def test_a_leap_is_worth_what_the_cases_of_its_days_cost_times_those_above_the_expected() -> None:
    """Two days: 10 and 30 EUR known, 20 on average; 11 observed, 1 expected: 200 EUR. (1 - 0) x (5 - 1) / (11 - 1)."""
    (row,) = found(
        "sudden",
        rising_days="""
            cause | party    | place_kind | place | first_date | last_date  | observed_count | expected_count | ratio | ratio_low | ratio_high | q | has_exposure | series_count | is_lead
            c     | merchant | sku        | A     | 2026-03-10 | 2026-03-11 | 11             | 1              | 11    | 5         | 20         | 0 | false        | 2            | true
            c     | merchant | all        |       | 2026-03-10 | 2026-03-11 | 12             | 2              | 6     | 3         | 20         | 0 | false        | 2            | false
        """,
        rising_issues="issue_key | cause | place_kind | place | week_start_date | is_lead",
        incidents="""
            cause | sku | supplier | warehouse | carrier | channel | event_date | cost_cents | currency
            c     | A   |          |           |         |         | 2026-03-09 | 9000       | EUR
            c     | A   |          |           |         |         | 2026-03-10 | 1000       | EUR
            c     | A   |          |           |         |         | 2026-03-11 | 3000       | EUR
            c     | B   |          |           |         |         | 2026-03-11 | 9000       | EUR
            c     | A   |          |           |         |         | 2026-03-12 | 9000       | EUR
        """,
    )  # fmt: skip
    assert (row["item"], row["aliases"]) == ("c/sku/A", ["sudden/c/sku/A"])
    assert (row["amount_cents"], row["amount_count"], row["size"]) == (20_000, 2, 10)
    assert row["certainty"] == pytest.approx(0.4)
    facts = json.loads(row["facts"])
    assert (facts["days"], facts["until"], facts["more"], facts["without_orders"]) == (
        2,
        "2026-03-11",
        1,
        True,
    )
    shown = {**row, "left_days": None}
    assert leads_to(shown) == (
        "drivers", {"cause": ["c"], "sku": ["A"], "from": ["2026-03-10"], "to": ["2026-03-11"]}
    )  # fmt: skip
    assert Words("fr", {"c": "Rupture"}).title(shown) == "Soudain\u202f: Rupture · SKU A"
    assert Words("en", {"c": "Out of stock"}).reason(shown).startswith("11 incidents in 2 d, 1.0 expected")


def test_refunds_that_are_late_are_one_thing_with_what_is_owed_in_the_main_currency() -> None:
    """Late: 20 and an unknown amount in EUR, 90 in CAD. What is not late, or has no target, is not counted."""
    rows = found(
        "refund_overdue",
        returns_not_refunded="""
            owed_cents | currency | received_date | due_date   | open_days | is_overdue
            2000       | EUR      | 2026-02-20    | 2026-03-01 | 23        | true
                       | EUR      | 2026-02-10    | 2026-02-20 | 33        | true
            9000       | CAD      | 2026-03-01    | 2026-03-10 | 14        | true
            5000       | EUR      | 2026-03-10    | 2026-03-24 | 5         | false
            5000       | EUR      | 2026-01-10    |            | 64        |
        """,
        rule_alerts="kind | certainty\n refund_overdue | 0.9",
    )
    names = ("item_count", "amount_cents", "currency", "amount_count", "certainty", "due_date")
    assert told(rows, *names) == [(3, 2_000, "EUR", 1, 0.9, date(2026, 2, 20))]
    assert json.loads(rows[0]["facts"]) == {"days": 33}
    none = "owed_cents | currency | received_date | due_date | open_days | is_overdue\n 5 | EUR | 2026-03-10 | | 5 | false"
    assert found("refund_overdue", returns_not_refunded=none) == []


def test_parcels_to_claim_count_until_their_last_day_by_carrier() -> None:
    rows = found(
        "carrier_claim",
        carrier_claim_parcels="""
            carrier | state       | days_left | eligible_cents | currency | shipped_date | claim_until_date
            UPS     | recoverable | 0         | 1000           | EUR      | 2026-02-01   | 2026-03-15
            UPS     | recoverable | 10        | 500            | EUR      | 2026-02-03   | 2026-03-25
            UPS     | recoverable | 11        | 9000           | EUR      | 2026-02-04   | 2026-03-26
            UPS     | expired     | 5         | 9000           | EUR      | 2026-02-04   | 2026-03-20
            GLS     | recoverable | 3         |                | EUR      | 2026-02-04   | 2026-03-18
        """,
        rule_alerts="kind | certainty | within_days\n carrier_claim | 0.5 | 10",
    )
    names = ("item", "item_count", "amount_cents", "certainty", "due_date")
    assert told(rows, *names) == [
        ("GLS", 1, None, 0.5, date(2026, 3, 18)),
        ("UPS", 2, 1_500, 0.5, date(2026, 3, 15)),
    ]


def test_claims_that_wait_for_an_answer_are_worth_what_their_orders_were_sold_for() -> None:
    """Order o1 was 2 x 30 EUR + 5, o2 has no known price; o3's answer is overdue, o4 is not open for sure."""
    rows = found(
        "buyer_claim",
        not_received_cases="""
            incident_key | order_key | channel | stage  | is_open | hours_left | event_date | answer_by_at
            a            | o1        | amazon  | answer | true    | 6          | 2026-03-10 | 2026-03-15 06:00:00
            b            | o2        | amazon  | answer | true    | 40         | 2026-03-12 | 2026-03-16 16:00:00
            c            | o3        | amazon  | answer | true    | -1         | 2026-03-01 | 2026-03-14 23:00:00
            d            | o4        | amazon  | answer | false   | 6          | 2026-03-10 | 2026-03-15 06:00:00
            e            | o5        | amazon  | before | true    | 6          | 2026-03-10 | 2026-03-15 06:00:00
        """,
        lines="""
            order_key | quantity | unit_price_cents | currency
            o1        | 2        | 3000             | EUR
            o1        | 1        | 500              | EUR
            o2        | 1        |                  | EUR
            o3        | 1        | 9900             | EUR
        """,
    )
    names = ("item", "item_count", "amount_cents", "amount_count", "certainty", "due_date")
    assert told(rows, *names) == [("amazon", 2, 6_500, 1, 1.0, date(2026, 3, 15))]


def test_a_limit_is_told_by_the_worse_of_both_counts_when_it_is_passed_or_nearly_used() -> None:
    """Near is 80 % of the limit. Metric a: ours 90 %, theirs 50 %. b: theirs 120 %. c: 79 %. d: of 24 orders only.

    In the last 7 days to 15 March the channel sold for 10 + 2 x 20 = 50 EUR.
    """
    rows = found(
        "marketplace_limit",
        marketplace_health="""
            channel | metric | limit_share | window_days | start_date | numerator | denominator | told_numerator | told_denominator | share | told_share | used_share | used_told | headroom
            m       | a      | 0.02        | 30          | 2026-02-14 | 9         | 500         | 5              | 500              | 0.018 | 0.01       | 0.9        | 0.5       | 1
            m       | b      | 0.01        | 60          | 2026-01-14 | 1         | 300         | 6              | 500              | 0.003 | 0.012      | 0.3        | 1.2       | 2
            m       | c      | 0.02        | 30          | 2026-02-14 | 79        | 5000        |                |                  | 0.0158 |           | 0.79       |           | 21
            m       | d      | 0.02        | 30          | 2026-02-14 | 2         | 24          |                |                  | 0.083 |            | 4          |           | -2
            m       | e      |             | 30          | 2026-02-14 | 2         | 240         |                |                  | 0.083 |            |            |           |
        """,
        lines="""
            channel | order_date | quantity | unit_price_cents | currency
            m       | 2026-03-09 | 1        | 1000             | EUR
            m       | 2026-03-15 | 2        | 2000             | EUR
            m       | 2026-03-08 | 1        | 9000             | EUR
            other   | 2026-03-15 | 1        | 9000             | EUR
        """,
        int_data_end="last_date\n 2026-03-15",
        rule_alerts="""
            kind             | certainty | near_share | at_stake_days
            marketplace_over | 0.1       |            | 7
            marketplace_near | 0.02      | 0.8        | 7
        """,
    )  # fmt: skip
    names = ("item", "item_count", "size", "amount_cents", "certainty")
    assert told(rows, *names) == [("m/a", 9, 0.9, 5_000, 0.02), ("m/b", 6, 1.2, 5_000, 0.1)]
    facts = [json.loads(row["facts"]) for row in rows]
    assert [(each["is_over"], each["is_told"], each["headroom"]) for each in facts] == [
        (False, False, 1),
        (True, True, None),  # what is left by their count is not known
    ]


def test_stock_that_was_never_set_right_is_one_thing_an_article_whatever_its_channels() -> None:
    rows = found(
        "stock_wrong",
        stock_desync="""
            sku | product | channel | first_at            | still_open | cancelled_line_count | cost_cents
            A   | Sac     | web     | 2026-03-01 10:00:00 | true       | 3                    | 1000
            A   | Sac     | amazon  | 2026-02-27 10:00:00 | true       | 2                    | 500
            B   | Mug     | web     | 2026-03-01 10:00:00 | false      | 9                    | 9000
        """,
    )
    names = ("item", "item_count", "amount_cents", "since_date")
    assert told(rows, *names) == [("A", 5, 1_500, date(2026, 2, 27))]


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_has_its_words_and_leads_somewhere(lang: Lang) -> None:
    kinds = [path.stem.removeprefix("int_alert_") for path in Path(views.QUERIES / "alerts").glob("*.sql")]
    for kind in kinds:
        assert {f"alerts.title.{kind}", f"alerts.reason.{kind}", f"alert_kind.{kind}"} <= texts(lang).keys()
    row = {
        "kind": "marketplace_limit", "cause": None, "place_kind": "channel", "place": "m", "item_count": 6,
        "amount_cents": None, "amount_count": None, "currency": None, "since_date": date(2026, 1, 14),
        "due_date": None, "left_days": None,
        "facts": '{"metric":"seller_cancellation","share":0.012,"limit":0.01,"n_all":500,"headroom":null,'
        '"is_over":true,"is_told":false,"window_days":60,"at_stake_days":7}',
    }  # fmt: skip
    words = Words(lang, {})
    assert words.amount(row) == "—", "what is not known is not nought"
    assert ("1,2" if lang == "fr" else "1.2%") in words.reason(row)
    assert say(lang, "alerts.also.marketplace_limit.is_over") in words.reason(row)
    assert say(lang, "alerts.also.marketplace_limit.is_told") not in words.reason(row)
    assert leads_to(row) == ("marketplaces", {"channel": ["m"]})
    back = {**row, "kind": "action_back", "alert_key": "action_back/7"}
    assert leads_to(back) == ("actions", {"action": ["7"]})
    rise = {
        **row, "kind": "rising", "cause": "c", "place_kind": "sku", "place": "A", "since_date": date(2026, 3, 9),
        "facts": '{"week":"2026-03-09"}',
    }  # fmt: skip
    days = {"from": ["2026-02-23"], "to": ["2026-03-15"]}
    assert leads_to(rise) == ("drivers", {"cause": ["c"], "sku": ["A"], **days})


def test_the_list_of_no_data_is_empty() -> None:
    assert alert_states.listed(pl.DataFrame().rows(named=True), [], datetime(2026, 1, 1).date()) == []
