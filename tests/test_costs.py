"""The cost ledger: what an incident cost part by part, how much of it is known, and what is in no sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

RunView = Callable[..., pl.DataFrame]
Facts = Callable[..., duckdb.DuckDBPyConnection]

# back: boots of 100.00 refunded and put on sale again. lost: a parcel the carrier lost, nothing refunded yet, its claim
# open. gone: cancelled before it left. kept: 20.00 given back on boots of 100.00 that the customer keeps.
INCIDENTS = """
    incident_key | order_key | line_key | event_date | order_date | cause           | family    | party    | channel | carrier | country | sku  | supplier | kinds                       | signal_count | first_at            | quantity | cost_cents | currency
    back         | o1        | l1       | 2025-03-03 | 2025-02-20 | product_defect  | product   | supplier | web     | Post    | CA      | BOOT | Ateliers | return, refund              | 2            | 2025-03-03 10:00:00 | 1        | 10000      | CAD
    lost         | o2        | l2       | 2025-03-04 | 2025-02-21 | lost_in_transit | transport | carrier  | web     | Post    | FR      | BOOT | Ateliers | ticket, tracking, claim     | 3            | 2025-03-04 10:00:00 | 1        |            | CAD
    gone         | o3        | l3       | 2025-03-05 | 2025-03-05 | stock_out       | stock     | merchant | web     |         | CA      | HAT  | Ateliers | cancellation, refund        | 2            | 2025-03-05 10:00:00 | 1        | 5000       | CAD
    kept         | o4        | l4       | 2025-03-06 | 2025-02-25 | product_defect  | product   | supplier | shop    | Post    | CA      | BOOT | Ateliers | ticket, refund              | 2            | 2025-03-06 10:00:00 | 1        | 2000       | CAD
"""
SIGNALS = """
    incident_key | kind         | record_id
    back         | return       | r1
    back         | refund       | f1
    lost         | ticket       | t2
    lost         | tracking     | s2
    lost         | claim        | c2
    gone         | cancellation | x3
    gone         | refund       | f3
    kept         | ticket       | t4
    kept         | refund       | f4
"""
RECORDS = {
    "incidents": INCIDENTS,
    "signals": SIGNALS,
    "lines": """
        order_key | line_key | sku  | quantity | unit_price_cents | currency | is_shipped | order_date
        o1        | l1       | BOOT | 1        | 10000            | CAD      | true       | 2025-02-20
        o2        | l2       | BOOT | 1        | 10000            | CAD      | true       | 2025-02-21
        o3        | l3       | HAT  | 1        | 5000             | CAD      | false      | 2025-03-05
        o4        | l4       | BOOT | 1        | 10000            | CAD      | true       | 2025-02-25
    """,
    "raw_returns": """
        record_id | source | account | received_at         | restocked_at        | refund_cents
        r1        | shop   | main    | 2025-03-08 10:00:00 | 2025-03-09 10:00:00 | 10000
    """,
    "raw_claims": """
        record_id | kind    | status | paid_cents | currency
        c2        | carrier | open   | 0          | CAD
    """,
    "raw_products": """
        record_id | sku  | unit_cost_cents | currency
        p1        | BOOT | 4000            | CAD
    """,
    "settings": "zone | main_currency\n UTC | CAD",
}
RULES = {
    "rule_cost_freight": """
        direction | carrier | country | valid_from | amount
        back      |         |         |            | 900
        back      | Post    | CA      |            | 800
        back      | Post    | CA      | 2025-03-04 | 9900
    """,
    "rule_cost_handling": """
        kind         | minutes | hourly_cost
        return       | 6       | 3000
        refund       | 0       | 3000
        ticket       | 10      | 3000
        cancellation | 2       | 3000
        tracking     | 0       | 3000
    """,
    "rule_cost_fees": "channel | kept_share\n web | 0.03",
    "rule_cost_limits": "limit | value\n goodwill_below | 0.5\n coverage_floor | 0.5",
}
EXPOSURE = """
    date_basis | date       | channel | order_count
    event      | 2025-03-03 | web     | 40
    event      | 2025-03-06 | shop    | 10
"""


@pytest.fixture(scope="module")
def shop(facts: Facts) -> Iterator[RunView]:
    """The shop of RECORDS with its RULES, made once: `shop('costs', {'cut': 'sku'})`."""
    with facts(**RECORDS, **RULES, exposure_daily=EXPOSURE) as con:

        def ask(view: str, filters: dict[str, Any] | None = None) -> pl.DataFrame:
            for name, value in (filters or {}).items():
                con.execute(f"set variable {name} = $value", {"value": value})
            try:
                return con.sql(f'from "{view}"').pl()
            finally:
                for name in filters or {}:
                    con.execute(f"reset variable {name}")

        yield ask


def parts(run_view: RunView, incident: str, **drawn: str) -> dict[str, tuple[str, int | None]]:
    """Basis and amount of each part of one incident."""
    rows = run_view("case_costs", {"incident_key": incident}, **drawn)
    return {row["component"]: (row["basis"], row["amount_cents"]) for row in rows.iter_rows(named=True)}


def test_goods_that_are_on_sale_again_lower_what_their_return_cost(shop: RunView) -> None:
    """100.00 refunded, boots of 40.00 back in stock, 8.00 freight back, 6 minutes at 30.00 an hour, 3% of fees: 74.00."""
    assert parts(shop, "back") == {
        "refund": ("measured", 10000),
        "freight_back": ("assumed", 800),
        "handling": ("assumed", 300),
        "fee": ("assumed", 300),
        "resale": ("measured", -4000),
    }
    cost = shop("costs", {"cut": "sku", "until": date(2025, 3, 4)})
    assert cost.select("value", "cost_cents", "measured_cents", "assumed_cents").rows() == [
        ("BOOT", 7400, 6000, 1400)
    ]


def test_a_lost_parcel_costs_its_goods_until_a_refund_pays_for_them(run_view: RunView, shop: RunView) -> None:
    """No rule says how long a claim takes, and this one is open: both are missing, not 0."""
    assert parts(shop, "lost") == {
        "refund": ("missing", None),
        "goods": ("measured", 4000),
        "handling": ("missing", None),
        "recovery": ("missing", None),
    }
    paid = RECORDS | {
        "raw_claims": "record_id | kind | status | paid_cents | currency\n c2 | carrier | closed | 3000 | CAD"
    }
    assert parts(run_view, "lost", **paid)["recovery"] == ("measured", -3000)
    refunded = RECORDS | {
        "incidents": INCIDENTS.replace("1        |            | CAD", "1        | 10000      | CAD")
    }
    assert "goods" not in parts(run_view, "lost", **refunded)


def test_no_refund_of_an_order_whose_tool_tells_refunds_is_none_and_else_it_is_missing(
    run_view: RunView,
) -> None:
    orders = "record_id | source | account | order_id\n o2 | {tool} | main | 2"
    for tool, expected in (("shop", ("measured", 0)), ("other", ("missing", None))):
        drawn = RECORDS | {"raw_orders": orders.format(tool=tool)}
        assert parts(run_view, "lost", **drawn)["refund"] == expected


def test_what_never_left_is_a_sale_lost_and_in_no_sum(shop: RunView) -> None:
    assert parts(shop, "gone") == {
        "handling": ("assumed", 100),
        "fee": ("assumed", 150),
        "lost_sale": ("measured", 5000),
    }
    row = shop("costs", {"causes": ["stock_out"]}).row(0, named=True)
    assert (row["cost_cents"], row["lost_sale_cents"]) == (250, 5000)


def test_a_small_refund_without_a_return_is_goodwill(run_view: RunView, shop: RunView) -> None:
    assert parts(shop, "kept") == {
        "goodwill": ("measured", 2000),
        "handling": ("assumed", 500),
        "fee": ("missing", None),
    }
    half = RECORDS | {"incidents": INCIDENTS.replace("| 2000 ", "| 5000 ")}
    assert "refund" in parts(run_view, "kept", **half, **RULES)


def test_goods_sent_again_cost_their_goods_and_a_second_parcel(run_view: RunView) -> None:
    drawn = RECORDS | {
        "raw_orders": "record_id | source | account | order_id\n o4 | shop | main | 4",
        "raw_shipments": """
            record_id | source | account | order_id | shipped_at
            s1        | shop   | main    | 4        | 2025-02-26 10:00:00
            s2        | shop   | main    | 4        | 2025-03-07 10:00:00
        """,
        "rule_cost_freight": "direction | country | amount\n out | CA | 1100",
    }
    found = parts(run_view, "kept", **drawn)
    assert (found["goods"], found["freight_out"]) == (("measured", 4000), ("assumed", 1100))
    before = drawn | {"raw_shipments": drawn["raw_shipments"].replace("2025-03-07", "2025-02-27")}
    assert not {"goods", "freight_out"} & parts(run_view, "kept", **before).keys()


def test_without_a_catalogue_the_rule_of_its_category_says_what_goods_cost(run_view: RunView) -> None:
    drawn = RECORDS | {"raw_products": "record_id | sku\n p1 | HAT"}
    assert parts(run_view, "back", **drawn)["resale"] == ("missing", None)
    drawn["rule_cost_goods"] = "supplier | cost_share\n  | 0.9\n Ateliers | 0.3\n Others | 0.1"
    assert parts(run_view, "back", **drawn)["resale"] == ("assumed", -3000)


def test_a_decision_says_what_returned_goods_are_worth_and_never_more_than_was_refunded(
    run_view: RunView,
) -> None:
    returns = "record_id | received_at | disposition\n r1 | 2025-03-08 | À jeter"
    drawn = RECORDS | {"raw_returns": returns}
    assert parts(run_view, "back", **drawn)["resale"] == ("missing", None)
    drawn["rule_cost_resale"] = """
        disposition | valid_from | resale_share
        a jeter     |            | 1
        A JETER     | 2025-01-01 | 0.25
        à jeter     | 2026-01-01 | 0.5
    """
    assert parts(run_view, "back", **drawn)["resale"] == ("assumed", -1000)
    little = drawn | {"incidents": INCIDENTS.replace("10000 ", "700   ")}
    assert parts(run_view, "back", **little)["resale"] == ("assumed", -700)


def test_an_amount_in_another_currency_counts_when_the_shop_gave_a_rate_of_that_day(
    run_view: RunView,
) -> None:
    """The refund of 3 March is before the rate; that of the 6th is worth 1.5 times 20.00."""
    drawn = RECORDS | {"incidents": INCIDENTS.replace("CAD", "EUR")}
    rows = run_view("cost_components", **drawn, **RULES)
    refund = rows.row(0, named=True)
    assert (refund["amount_cents"], refund["other_currency_count"], refund["other_currencies"]) == (
        None,
        1,
        ["EUR"],
    )
    drawn["rule_currency_rates"] = (
        "currency | valid_from | rate\n eur | 2025-03-04 | 1.5\n eur | 2026-01-01 | 9"
    )
    told = run_view("cost_components", **drawn, **RULES)
    found = {row["component"]: row for row in told.iter_rows(named=True)}
    assert (found["refund"]["amount_cents"], found["refund"]["coverage_share"]) == (None, 0.0)
    assert (found["goodwill"]["amount_cents"], found["goodwill"]["other_currency_count"]) == (3000, 0)
    assert found["lost_sale"]["measured_cents"] == 7500


def test_every_part_is_measured_assumed_missing_or_in_another_currency(shop: RunView) -> None:
    rows = shop("cost_components")
    kinds = ("measured_count", "assumed_count", "missing_count", "other_currency_count")
    assert rows["part_count"].to_list() == rows.select(pl.sum_horizontal(kinds)).to_series().to_list()
    known = rows.select("component", "part_count", "coverage_share").rows()
    # back and lost have occasion for a refund: kept has goodwill, and what gone gave back is a sale lost
    assert known[0] == ("refund", 2, 0.5)
    assert ("freight_out", 0, None) in known


@pytest.mark.parametrize("cut", ["cause", "party", "sku", "supplier"])
def test_parts_and_cuts_add_up_to_the_same_cost(shop: RunView, cut: str) -> None:
    rows = shop("costs", {"cut": cut})
    spread = (
        "refund",
        "goodwill",
        "goods",
        "freight_out",
        "freight_back",
        "handling",
        "fee",
        "recovery",
        "resale",
    )
    by_part = rows.select(pl.sum_horizontal(f"{part}_cents" for part in spread)).to_series().to_list()
    # 74.00 for back, 40.00 for lost, 2.50 for gone, 25.00 for kept
    assert rows["cost_cents"].sum() == sum(by_part) == 14150
    assert rows["incident_count"].sum() == 4
    assert rows["cost_share"].sum() == pytest.approx(1)
    assert rows["cents_per_1000_orders"].sum() == pytest.approx(14150 * 1000 / 50)


@pytest.mark.parametrize(
    "filters",
    [
        {"start": date(2025, 3, 4)},
        {"channels": ["web"]},
        {"causes": ["product_defect"]},
        {"basis": "order"},
        {},
    ],
)
def test_what_is_added_up_by_day_is_what_the_incidents_say(shop: RunView, filters: dict[str, Any]) -> None:
    """A filter that every incident passes takes the slow way; both must agree."""
    quick = shop("costs", filters).drop("order_count", "cents_per_1000_orders")
    slow = shop("costs", filters | {"countries": ["CA", "FR"]}).drop("order_count", "cents_per_1000_orders")
    assert quick.height
    assert quick.equals(slow)


def test_a_cause_of_which_too_little_is_known_is_marked(run_view: RunView, shop: RunView) -> None:
    """Of lost, the goods are known; refund, minutes and claim are not. Refunds decide where they are known less."""
    rows = {row["value"]: row for row in shop("costs").iter_rows(named=True)}
    assert (rows["lost_in_transit"]["coverage_share"], rows["lost_in_transit"]["is_ranked"]) == (0.0, False)
    assert rows["product_defect"]["is_ranked"]
    # recovery is known of nobody, so it is told by cost_components and weighs on no cause
    assert (rows["lost_in_transit"]["known_count"], rows["lost_in_transit"]["part_count"]) == (1, 3)
    everything = RULES | {"rule_cost_limits": "limit | value\n coverage_floor | 0"}
    assert run_view("costs", **RECORDS, **everything)["is_ranked"].all()


def test_a_shop_without_rules_sees_its_refunds_and_what_is_missing(run_view: RunView) -> None:
    rows = run_view("cost_components", **RECORDS)
    assumed = rows.select("assumed_count", "assumed_cents").rows()
    assert set(assumed) == {(0, None)}
    handling = rows.row(by_predicate=pl.col("component") == "handling", named=True)
    assert (handling["part_count"], handling["missing_count"], handling["amount_cents"]) == (4, 4, None)


def test_refunds_are_in_the_ledger_once(shop: RunView) -> None:
    assert shop("check_refunds_are_in_the_ledger_once").is_empty()
