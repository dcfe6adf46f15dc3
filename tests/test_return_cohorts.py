"""The share of orders returned, by the week of the order: worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

RunView = Callable[..., pl.DataFrame]

# Orders a to d of a winter week, half a year before the last day; e to g of the last weeks of August.
LINES = """
    order_key | line_key | order_date | is_confirmed | quantity
    a         | a1       | 2025-01-06 | true         | 1
    a         | a2       | 2025-01-06 | true         | 1
    b         | b1       | 2025-01-08 | true         | 1
    c         | c1       | 2025-01-12 | true         | 1
    d         | d1       | 2025-01-12 | true         | 1
    e         | e1       | 2025-08-11 | true         | 1
    f         | f1       | 2025-08-18 | true         | 1
    g         | g1       | 2025-08-31 | true         | 1
"""
# Both lines of a came back, of d the wish was withdrawn; after 4 days (a) and 10 (b). h is of an order not loaded.
RETURNED = """
    incident_key | order_key | order_date | requested_date | received_date | is_withdrawn | cause
    i1           | a         | 2025-01-06 | 2025-01-10     |               | false        | size_or_fit
    i2           | a         | 2025-01-06 |                | 2025-01-20    | false        | size_or_fit
    i3           | b         | 2025-01-08 |                | 2025-01-18    | false        | product_defect
    i4           | d         | 2025-01-12 | 2025-01-13     |               | true         | size_or_fit
    i5           | e         | 2025-08-11 | 2025-08-20     |               | false        | size_or_fit
    i6           |           |            | 2025-08-20     |               | false        | size_or_fit
    i7           |           |            | 2025-08-21     |               | false        | size_or_fit
"""


def cohorts(run_view: RunView, **variables: object) -> list[tuple[object, ...]]:
    got = run_view("return_cohorts", variables, lines=LINES, returned_lines=RETURNED, incidents="")
    shown = got.filter((pl.col("order_count") > 0) | pl.col("period_start_date").is_null())
    return shown.select(
        "period_start_date", "order_count", "returned_order_count", "returned_share", "is_mature"
    ).rows()


def test_an_order_counts_once_in_the_week_it_was_placed_and_young_weeks_are_told_apart(
    run_view: RunView,
) -> None:
    # nine of ten of the old returns came within 10 days: the week to 17 August ended 14 days before the last day,
    # the one to 24 August only 7
    assert cohorts(run_view) == [
        (date(2025, 1, 6), 4, 2, 0.5, True),
        (date(2025, 8, 11), 1, 1, 1.0, True),
        (date(2025, 8, 18), 1, 0, 0.0, False),
        (date(2025, 8, 25), 1, 0, 0.0, False),
        (None, 0, 2, None, False),
    ]


def test_months_filters_and_the_date_basis(run_view: RunView) -> None:
    by_month = cohorts(run_view, grain="month", causes=["product_defect"])
    assert by_month == [(date(2025, 1, 1), 4, 1, 0.25, True), (date(2025, 8, 1), 3, 0, 0.0, False)]
    winter = {"start": date(2025, 1, 6), "until": date(2025, 1, 13)}
    assert cohorts(run_view, **winter)[0] == (date(2025, 1, 6), 4, 2, 0.5, True)
    assert cohorts(run_view, basis="order", **winter)[0] == (date(2025, 1, 6), 4, 2, 0.5, True)


def test_without_half_a_year_of_orders_nothing_is_said_to_be_old_enough(run_view: RunView) -> None:
    got = run_view(
        "return_cohorts", lines=LINES.replace("2025-01", "2025-07"), returned_lines="", incidents=""
    )
    assert not got["is_mature"].any()
    assert got["late_days"].null_count() == got.height
