"""Stock out of step: runs of stock-outs, how long they last, what channels show against what warehouses have."""

from __future__ import annotations

import polars as pl
import pytest

from tests.cancelled import cancelled
from tests.conftest import RunView

# Cancelled for want of stock on amazon: a on the 3rd, b and c on the 5th. Ordered: a before the first cancellation, b
# and c after it; c last, on the 4th at 20:00. BAG has no count at all.
SHORT = """
    order | sku  | ordered    | at                  | declared_by | cause     | channel | warehouse
    a     | SHOE | 2025-03-02 | 2025-03-03 10:00:00 | merchant    | stock_out | amazon  | Laval
    b     | SHOE | 2025-03-04 | 2025-03-05 10:00:00 | merchant    | stock_out | amazon  | Laval
    c     | shoe | 2025-03-04 | 2025-03-05 11:00:00 | merchant    | stock_out | amazon  | Laval
    d     | BAG  | 2025-03-04 | 2025-03-05 11:00:00 | merchant    | stock_out | amazon  | Laval
"""
LINES = """
    line_key | order_key | order_at            | order_date | sku  | channel
    1        | l1        | 2025-03-04 10:00:00 | 2025-03-04 | SHOE | amazon
    2        | l2        | 2025-03-05 11:30:00 | 2025-03-05 | SHOE | amazon
    3        | l3        | 2025-03-07 10:00:00 | 2025-03-07 | SHOE | amazon
    4        | l4        | 2025-03-04 10:00:00 | 2025-03-04 | SHOE | shopify
"""
COUNTS = """
    location | sku  | at                  | available
    Laval    | SHOE | 2025-03-03 20:00:00 | 3
    Laval    | shoe | 2025-03-05 12:00:00 | -2
    Laval    | shoe | 2025-03-06 10:00:00 | 0
    Lyon     | SHOE | 2025-03-05 09:00:00 | 8
"""
COLUMNS = (
    "channel",
    "is_counted",
    "still_open",
    "ordered_line_count",
    "cancelled_line_count",
    "late_line_count",
    "reaction_minutes",
)


def run_of(frame: pl.DataFrame, sku: str) -> list[tuple[object, ...]]:
    return frame.filter(pl.col("sku").str.to_uppercase() == sku).select(COLUMNS).rows()


def test_a_run_lasts_from_the_first_cancellation_until_its_warehouse_counts_right(run_view: RunView) -> None:
    got = run_view("stock_desync", **cancelled(SHORT, lines=LINES, raw_stock_levels=COUNTS))
    # the 3 of the 3rd came before the last order that was cancelled, Lyon is another warehouse, -2 is not right: so
    # the 6th at 10:00, 72 hours on. Ordered meanwhile on amazon: b, c, 1 and 2.
    assert run_of(got, "SHOE") == [("amazon", True, False, 4, 3, 2, 72 * 60)]
    # nobody counted BAG: neither right nor open
    assert run_of(got, "BAG") == [("amazon", False, False, 0, 1, 0, None)]


def test_a_run_never_counted_right_is_open_until_the_data_end(run_view: RunView) -> None:
    counts = "\n".join(COUNTS.strip().splitlines()[:3])
    got = run_view("stock_desync", **cancelled(SHORT, lines=LINES, raw_stock_levels=counts))
    assert run_of(got, "SHOE") == [("amazon", True, True, 5, 3, 2, None)]
    # the last order is of the 7th: the run is known to last until that day is over, 110 hours
    assert got.filter("still_open")["open_minutes"].to_list() == [110 * 60]


def test_what_the_channel_shows_decides_before_any_warehouse(run_view: RunView) -> None:
    feed = COUNTS + "amazon (feed) | SHOE | 2025-03-09 10:00:00 | 0"
    got = run_view("stock_desync", **cancelled(SHORT, lines=LINES, raw_stock_levels=feed))
    assert got.filter(pl.col("sku") != "BAG")["reaction_minutes"].to_list() == [6 * 24 * 60]


def test_two_weeks_without_a_stock_out_end_a_run(run_view: RunView) -> None:
    tables = cancelled(
        """
        order | sku  | at                  | declared_by | cause
        a     | SHOE | 2025-03-03 10:00:00 | merchant    | stock_out
        b     | SHOE | 2025-03-17 10:00:00 | merchant    | stock_out
        c     | SHOE | 2025-04-01 10:00:00 | merchant    | stock_out
        """,
        raw_stock_levels="location | sku | at | available\n here | SHOE | 2025-03-20 10:00:00 | 4",
    )
    got = run_view("stock_desync", **tables).sort("first_at")
    assert got.select("cancelled_line_count", "is_counted").rows() == [(2, True), (1, False)]


def test_a_run_that_reaches_into_the_period_is_shown_whole(run_view: RunView) -> None:
    tables = cancelled(SHORT, lines=LINES, raw_stock_levels=COUNTS)
    for start, until, n in (
        ("2025-03-05", "2025-03-06", 3),
        ("2025-03-06", "2025-03-09", 3),
        ("2025-03-07", "2025-03-09", 0),
    ):
        got = run_view("stock_desync", {"start": start, "until": until, "skus": ["SHOE"]}, **tables)
        assert got["cancelled_line_count"].sum() == n, (start, until)


def test_a_label_that_hides_a_stock_out_is_one(run_view: RunView) -> None:
    tables = cancelled(
        """
        order | sku  | at                  | declared_by | cause        | warehouse
        a     | SHOE | 2025-03-05 14:00:00 | customer    | changed_mind | Laval
        b     | BELT | 2025-03-05 14:00:00 | customer    | changed_mind | Laval
        """,
        raw_stock_levels=COUNTS,
    )
    got = run_view("stock_desync", **tables)
    assert got.select("sku", "cancelled_line_count", "hidden_line_count").rows() == [("SHOE", 1, 1)]
    assert run_view("oversell_by_channel", **tables)["hidden_line_count"].to_list() == [1]


@pytest.mark.parametrize(
    ("closed", "still_open", "median", "p90"),
    [
        # 1, 2, 3, 4 hours, all over: half are right after 2, nine in ten after 4
        ([1, 2, 3, 4], 0, 120, 240),
        # two of four still open after a long time: half are right after 2, nine in ten never
        ([1, 2], 2, 120, None),
        # one of three: neither
        ([1], 2, None, None),
    ],
)
def test_open_runs_count_as_long_as_they_are_known_to_last(
    run_view: RunView, closed: list[int], still_open: int, median: int | None, p90: int | None
) -> None:
    rows = ["order | sku | ordered | at | declared_by | cause"]
    counts = ["location | sku | at | available"]
    for i in range(len(closed) + still_open):
        rows.append(f"o{i} | S{i} | 2025-03-01 | 2025-03-03 10:00:00 | merchant | stock_out")
        level, hour = (1, 10 + closed[i]) if i < len(closed) else (-1, 20)
        counts.append(f"here | S{i} | 2025-03-03 {hour}:00:00 | {level}")
    tables = cancelled("\n".join(rows), raw_stock_levels="\n".join(counts))
    got = run_view("stock_reaction", **tables).row(0, named=True)
    assert (got["counted_run_count"], got["open_run_count"]) == (len(closed) + still_open, still_open)
    assert (got["median_minutes"], got["p90_minutes"]) == (median, p90)


def test_a_channel_without_orders_has_no_rate_and_one_without_stock_outs_has_0(run_view: RunView) -> None:
    exposure = """
        date_basis | date       | channel | lines_confirmed
        event      | 2025-03-05 | amazon  | 400
        event      | 2025-03-05 | etsy    | 10
    """
    rows = SHORT + "x | HAT | 2025-03-04 | 2025-03-05 11:00:00 | merchant | stock_out | web | Laval"
    got = run_view("oversell_by_channel", **cancelled(rows, exposure_daily=exposure))
    rates = {row["channel"]: row for row in got.iter_rows(named=True)}
    assert (rates["amazon"]["rate"], rates["etsy"]["rate"], rates["web"]["rate"]) == (0.01, 0.0, None)
    # Wilson for 4 of 400: 0.39 % to 2.54 %; for none of 10: up to 27.75 %
    assert (round(rates["amazon"]["rate_low"], 4), round(rates["amazon"]["rate_high"], 4)) == (0.0039, 0.0254)
    assert (rates["etsy"]["rate_low"], round(rates["etsy"]["rate_high"], 4)) == (0.0, 0.2775)


def test_only_a_newest_count_below_zero_is_negative_stock(run_view: RunView) -> None:
    counts = """
        location | sku  | at                  | available | on_hand
        Laval    | SHOE | 2025-03-01 10:00:00 | 2         | 2
        Laval    | SHOE | 2025-03-05 10:00:00 | -1        | 1
        Laval    | HAT  | 2025-03-04 10:00:00 | -1        | 0
        Laval    | HAT  | 2025-03-05 10:00:00 | 0         | 0
        Laval    | OLD  | 2025-02-01 10:00:00 | -3        |
    """
    got = run_view("negative_stock", **cancelled(SHORT, raw_stock_levels=counts))
    assert got.select("sku", "level", "negative_count", "count_count").rows() == [("SHOE", -1, 1, 2)]


def test_a_channel_is_held_against_the_warehouses_that_ship_for_it(run_view: RunView) -> None:
    counts = """
        location      | sku  | at                  | available
        Amazon (flux) | SHOE | 2025-03-04 07:00:00 | 9
        Amazon (flux) | SHOE | 2025-03-05 07:00:00 | 9
        Amazon (flux) | SHOE | 2025-03-06 07:00:00 | 2
        Laval         | SHOE | 2025-03-04 08:00:00 | -4
        Laval         | SHOE | 2025-03-05 08:00:00 | 3
        Laval         | SHOE | 2025-03-06 08:00:00 | 5
        Lyon          | SHOE | 2025-03-04 08:00:00 | 50
    """
    lines = "line_key | order_key | warehouse | channel\n x | x | Laval | amazon\n y | y | Lyon | web"
    got = run_view("stock_gaps", **cancelled(SHORT, lines=lines, raw_stock_levels=counts))
    # 9 shown where there is nothing (Lyon ships for another channel), then 6 too many, then enough
    columns = ("sku", "channel", "day_count", "over_day_count", "worst_gap")
    assert got.select(columns).rows() == [("SHOE", "amazon", 3, 2, 9)]


def test_a_run_costs_what_was_refunded_for_its_incidents_each_once(run_view: RunView) -> None:
    tables = cancelled(SHORT)
    head, *rows = tables["incidents"].splitlines()
    tables["incidents"] = "\n".join([head + " | cost_cents", *(f"{row} | 500" for row in rows)])
    got = run_view("stock_desync", **tables)
    assert dict(got.select("sku", "cost_cents").iter_rows())["BAG"] == 500
    assert got.filter(pl.col("sku") != "BAG")["cost_cents"].to_list() == [1500]
    assert run_view("stock_desync", {"currency": "USD"}, **tables)["cost_cents"].to_list() == [None, None]
