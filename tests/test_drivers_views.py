"""Lines and incidents counted for explaining a rise: which time they belong to, and what was new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from analysis.explaining import coded, explained, rate_ratio

RunView = Callable[..., pl.DataFrame]
PERIOD = {"start": date(2025, 6, 2), "until": date(2025, 6, 16)}  # two weeks
#: all of them two days after their order
INCIDENTS = """
    incident_key | event_date | order_date | cause          | source  | sku | lot | supplier | evidence_rank | has_conflict
    a            | 2025-06-03 | 2025-06-01 | product_defect | shop    | x   | L2  | S        | 4             | false
    b            | 2025-06-15 | 2025-06-13 | product_defect | gorgias | x   | L2  | S        | 2             | false
    c            | 2025-05-20 | 2025-05-18 | product_defect | shop    | y   | L1  | S        | 4             | false
    d            | 2025-05-18 | 2025-05-16 | product_defect | shop    | y   | L1  | S        | 4             | false
    e            | 2025-06-16 | 2025-06-14 | product_defect | shop    | y   | L1  | S        | 4             | false
    z            | 2025-03-03 | 2025-03-03 | product_defect | shop    | y   | L1  | S        | 4             | false
"""
LINES = """
    order_key | line_key | order_date | sku | lot | supplier | is_confirmed | is_shipped | quantity
    o0        | l0       | 2025-03-03 | y   | L1  | S        | true         | true       | 1
    o1        | l1       | 2025-05-30 | x   | L2  | S        | true         | true       | 1
    o2        | l2       | 2025-06-01 | x   | L2  | S        | true         | true       | 3
    o3        | l3       | 2025-06-13 | x   | L2  | S        | false        | false      | 5
    o4        | l4       | 2025-06-14 | x   | L2  | S        | true         | true       | 7
    o5        | l5       | 2025-05-18 | y   | L1  | S        | true         | true       | 2
"""
SOLD = "date_basis | date | lines_confirmed\n order | 2025-03-03 | 1\n event | 2025-06-29 | 1"


def asked(run_view: RunView, view: str, **more: Any) -> pl.DataFrame:
    drawings = {"incidents": INCIDENTS, "lines": LINES, "exposure_daily": SOLD}
    return run_view(view, {**PERIOD, **more}, **drawings)


def test_lines_count_in_the_block_in_which_their_incidents_show(run_view: RunView) -> None:
    # incidents come two days after their order: o1 (30 May) still shows before the period that begins on 2 June,
    # o2 (1 June) in it, o4 (14 June) only after it; o3 was never confirmed. Units: 3 in the period.
    # 19 May to 1 June is block 1 (with incident c, order o1 and o5 of 18 + 2 = 20 May), 5 to 18 May block 2.
    got = (
        asked(run_view, "driver_lines")
        .group_by("block")
        .agg(pl.col("incident_count", "exposure_count").sum(), pl.col("is_compared").unique())
    )
    rows = {
        row["block"]: (row["incident_count"], row["exposure_count"], row["is_compared"])
        for row in got.to_dicts()
    }
    assert rows[0] == (2, 3.0, [False])
    assert rows[1] == (1, 3.0, [True])
    assert rows[2] == (1, 0.0, [False])


def test_the_window_says_base_delay_and_what_incidents_are_set_against(run_view: RunView) -> None:
    row = asked(run_view, "driver_window").row(0, named=True)
    assert row["compared_date"] == date(2025, 5, 19)
    # 12 weeks before 2 June is 10 March; data begin before that
    assert row["base_date"] == date(2025, 3, 10)
    assert (row["delay_days"], row["exposure"], row["has_base"]) == (2, "units_sold", True)


def test_by_the_day_of_the_order_nothing_is_delayed(run_view: RunView) -> None:
    assert asked(run_view, "driver_window", basis="order")["delay_days"].to_list() == [0]


def test_without_a_beginning_there_is_no_window(run_view: RunView) -> None:
    assert asked(run_view, "driver_window", start=None).is_empty()
    assert asked(run_view, "driver_lines", start=None).is_empty()


def test_causes_counted_against_different_things_are_set_against_lines(run_view: RunView) -> None:
    other = INCIDENTS.replace(
        "a            | 2025-06-03 | 2025-06-01 | product_defect",
        "a            | 2025-06-03 | 2025-06-01 | stock_out",
    )
    drawings = {"incidents": other, "lines": LINES, "exposure_daily": SOLD}
    assert run_view("driver_window", PERIOD, **drawings)["exposure"].to_list() == ["lines_confirmed"]


def test_a_lot_first_sold_since_the_base_began_is_new_and_an_old_one_is_not(run_view: RunView) -> None:
    got = asked(run_view, "driver_changes").to_dicts()
    assert [(row["kind"], row["value"], row["first_date"], row["incident_count"]) for row in got] == [
        ("lot", "L2", date(2025, 5, 30), 2)
    ]


def test_a_warehouse_is_new_since_the_day_of_its_first_order_whenever_that_left(run_view: RunView) -> None:
    places = """
        date_basis | date       | warehouse | lines_confirmed | lines_shipped
        order      | 2025-03-03 | old       | 1               | 1
        event      | 2025-01-02 | old       | 4               | 0
        event      | 2025-05-30 | new       | 2               | 0
        event      | 2025-06-04 | new       | 0               | 2
    """
    incidents = INCIDENTS.replace("source", "warehouse").replace("gorgias", "new").replace("shop", "old")
    got = run_view("driver_changes", PERIOD, incidents=incidents, lines=LINES, exposure_places=places)
    assert [tuple(row.values()) for row in got.filter(kind="warehouse").to_dicts()] == [
        ("warehouse", "new", date(2025, 5, 30), 2, 1)
    ]


def test_a_tool_first_heard_of_since_the_base_began_is_new(run_view: RunView) -> None:
    got = asked(run_view, "driver_sources").select("source", "is_new", "incident_count", "before_count")
    assert got.rows() == [("gorgias", True, 1, 0), ("shop", False, 1, 1)]


def test_the_cases_with_the_surest_evidence_come_first_and_a_lot_narrows_them(run_view: RunView) -> None:
    assert asked(run_view, "telling_cases")["incident_key"].to_list() == ["b", "a"]
    assert asked(run_view, "telling_cases", lots=["L1"]).is_empty()
    assert asked(run_view, "telling_cases", lots=["L2"], row_limit=1)["incident_key"].to_list() == ["b"]


def test_each_cause_is_held_against_its_own_rate_of_before(run_view: RunView) -> None:
    # lines by the day their incidents show: o2 in the period, o1 and o5 (and none of o0, before the base) before it
    got = asked(run_view, "driver_causes").row(0, named=True)
    assert (got["cause"], got["incident_count"], got["before_count"]) == ("product_defect", 2, 2)
    assert (got["exposure_ratio"], got["expected_count"]) == (0.5, 1.0)


def counts(now: int, before: int, sold: float = 1000.0) -> pl.DataFrame:
    """Two carriers that shipped alike; all incidents beyond 10 a block are of the first."""
    rows = []
    for block, n in ((0, now), (1, before), (2, before), (3, before)):
        for carrier, part in (("A", n - 10), ("B", 10)):
            rows.append(
                {
                    "block": block,
                    "is_compared": block == 1,
                    "carrier": carrier,
                    "incident_count": part,
                    "exposure_count": sold,
                }
            )
    names = ("sku", "product", "supplier", "category", "lot", "warehouse", "channel", "country", "region")
    return pl.DataFrame(rows).with_columns(**{name: pl.lit(None, pl.String) for name in names})


def test_a_carrier_that_rose_is_named_in_the_words_of_the_data() -> None:
    told = explained(counts(60, 20))
    assert [dict(one.values) for one in told.segments] == [{"carrier": "A"}]
    assert (told.verdict, told.observed, round(told.expected)) == ("told", 60, 20)
    assert told.parts is not None
    assert (told.parts.volume, told.parts.mix, told.parts.rate) == pytest.approx((0, 0, 40), abs=1e-6)


def test_what_never_happened_before_is_explained_too() -> None:
    """Sixty-four prices typed wrong in one week, and none in the three months before."""
    rows = counts(64, 10).with_columns(
        incident_count=pl.when(pl.col("block") > 0)
        .then(0)
        .when(pl.col("carrier") == "A")
        .then(64)
        .otherwise(0)
    )
    told = explained(rows)
    assert [dict(one.values) for one in told.segments] == [{"carrier": "A"}]
    assert told.low > 5
    assert told.high == float("inf")
    assert told.parts is not None
    assert told.parts.rate == pytest.approx(64)


@pytest.mark.parametrize(
    ("rows", "has_base", "verdict"),
    [
        (counts(60, 20, sold=0.0), True, "no_lines"),
        (counts(60, 20), False, "no_base"),
        (counts(60, 20).filter(pl.col("block") == 0), True, "no_base"),
        (counts(14, 10).filter(pl.col("carrier") == "A"), True, "too_few"),
        (counts(15, 20), True, "no_rise"),
    ],
)
def test_what_cannot_be_said_is_not_said(rows: pl.DataFrame, has_base: bool, verdict: str) -> None:
    told = explained(rows, has_base)
    assert told.verdict == verdict
    assert not told.segments


def test_rates_of_a_few_loaded_lines_expect_nothing_of_many() -> None:
    # before: 3 x 2 incidents on 0.1 line of A and none on 7 of B, so the rate of A would be 20 a line; now 400 of A
    rows = counts(60, 12).with_columns(
        incident_count=pl.when(pl.col("block") == 0)
        .then(pl.when(pl.col("carrier") == "A").then(50).otherwise(4))
        .otherwise(pl.when(pl.col("carrier") == "A").then(2).otherwise(0)),
        exposure_count=pl.when(pl.col("block") == 0)
        .then(400.0)
        .otherwise(pl.when(pl.col("carrier") == "A").then(0.1).otherwise(7.0)),
    )
    told = explained(rows)
    assert (told.verdict, told.is_untold, told.observed) == ("thin_base", True, 54)
    assert told.parts is None


def test_an_attribute_with_one_value_or_none_tells_nothing_apart() -> None:
    _, values = coded(counts(60, 20))
    assert values == {"carrier": ["A", "B"]}


def test_the_ratio_of_two_rates_has_the_exact_interval() -> None:
    # 12 in 1,000 against 30 in 5,000: 0.93 to 4.02 for the ratio of 2.0 (test of the sum; Clopper and Pearson)
    low, high = rate_ratio(12, 1000, 30, 5000)
    assert (round(low, 2), round(high, 2)) == (0.93, 4.02)
