"""Of the orders placed each week or month, the share that came back: a line whose young end is hatched, and a table."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.intervals import with_share
from app import charts, charts_limits, db, empty, formats, limits, plots, tables
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.navigation import Target
from app.trends import period_name


def draw(page: Page) -> None:
    """The share with its 95 % interval; what is too young to be known is told apart, what has no order is counted."""
    st.subheader(t("returns.cohorts"), anchor=False)
    found = db.query("return_cohorts", page.filters.variables())
    placed = found.drop_nulls("period_start_date")
    if not placed["order_count"].sum():
        empty.section("empty.rate")
        return
    rows = with_share(placed, "returned_order_count", "order_count").with_columns(
        amount=pl.col("returned_share") * 100,
        low=pl.col("share_low") * 100,
        centre=pl.col("returned_share") * 100,
        high=pl.col("share_high") * 100,
        verdict=pl.lit(0),
        young=pl.when("is_mature").then(pl.lit("")).otherwise(pl.lit(t("returns.cohort_too_young"))),
    )
    hovers = [
        t(
            "returns.cohort_hover",
            days=period_name(row["period_start_date"], page.filters.grain, page.lang),
            share=formats.percent(row["returned_share"], page.lang, 1),
            n=row["returned_order_count"],
            orders=row["order_count"],
        )
        for row in rows.iter_rows(named=True)
    ]
    figure = charts.line(rows, plots.ink(), t("returns.cohort_axis"), hovers)
    keys = [day.isoformat() for day in rows["period_start_date"]]
    charts_limits.add(figure, rows, plots.ink(), keys, hovers)
    plots.show(figure, "return_cohorts", t("returns.cohort_alt"), lambda _: _returns(page))
    st.caption(_note(found, rows))
    tables.show(
        rows.sort("period_start_date", descending=True),
        [
            Column("period_start_date", t(f"column.{page.filters.grain}"), "date"),
            Column("order_count", t("returns.cohort_orders"), "count"),
            Column("returned_order_count", t("returns.cohort_returned"), "count"),
            Column("returned_share", t("returns.cohort_share"), "percent"),
            *limits.share_columns(),
            Column("young", t("returns.cohort_mature")),
        ],
        "return_cohorts",
        t("returns.cohort_alt"),
        page.currency,
        height=250,
    )


def _returns(page: Page) -> Target:
    return Target("returns", page.filters.pinned().params())


def _note(found: pl.DataFrame, rows: pl.DataFrame) -> str:
    """What the picture shows, from when on orders are too young, and how many returns belong to no order loaded."""
    said = [t("returns.cohort_note")]
    late = rows["late_days"].drop_nulls()
    said.append(t("returns.cohort_young", n=int(late[0])) if late.len() else t("returns.cohort_unknown"))
    lost = int(found.filter(pl.col("period_start_date").is_null())["returned_order_count"].sum())
    return " ".join([*said, *([t("returns.cohort_lost", n=lost)] if lost else [])])
