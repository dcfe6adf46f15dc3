"""The last weeks of the weekly review with their limits, and where the newest of them lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

import polars as pl
import streamlit as st

from app import charts, charts_limits, empty, formats, limits, marks, plots, tables, trends
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.measures import Measure, period_cases, period_name

TREND_WEEKS = 26


@dataclass(frozen=True)
class Trend:
    """What is drawn of the weeks: their rows with limits, the level they are usually at where there are none, the

    finding above them and what is said of it; `missing` is the key of the text that says why there is nothing.
    """

    measure: Measure
    told: limits.Told | None
    title: str = ""
    said: str = ""
    middle: float | None = None
    missing: str = ""


def found(page: Page) -> Trend:
    """The last 26 weeks up to the end of the period, with their median."""
    filters, measure = page.filters, Measure(page.filters.measure, page.lang, page.currency)
    end = filters.until or page.as_of + timedelta(days=1)
    is_newest = end > page.as_of - timedelta(weeks=1)  # then the week that is not over yet is shown too
    reach = replace(filters, start=end - timedelta(weeks=TREND_WEEKS), until=None if is_newest else end)
    trend = trends.total(reach).with_columns(amount=measure.amount("base")).sort("period_start_date")
    if not trend["incident_count"].sum():
        return Trend(measure, None, missing="empty.trend")
    if not measure.is_known(trend):
        return Trend(measure, None, missing=f"empty.{measure.name}")
    # what limits rest on ends before the period reviewed, not before the weeks drawn
    earlier = limits.before(filters)
    past = None if earlier is None else limits.newest(trends.total(earlier))
    told = limits.of_trend(page, trend, past, "base")
    said = [_outside(page, told), limits.run(page, told)]
    done = trend.filter("is_complete")["amount"].drop_nulls().to_list()
    return Trend(
        measure,
        told,
        trend_title(page, measure, trend),
        " ".join(part for part in said if part),
        median(done) if told.basis is None and done else None,
    )


def trend_chart(page: Page) -> None:
    """Draws them; a point leads to the cases of its week."""
    trend = found(page)
    if trend.told is None:
        empty.section(trend.missing)
        return
    told, measure = trend.told, trend.measure
    st.subheader(trend.title, anchor=False)
    if trend.said:
        st.markdown(trend.said)
    hovers = [_hover(page, measure, row) for row in told.rows.iter_rows(named=True)]
    figure = charts.line(told.rows, plots.ink(), measure.axis, hovers, trend.middle)
    keys = [day.isoformat() for day in told.rows["period_start_date"]]
    charts_limits.add(figure, told.rows, plots.ink(), keys, hovers)
    marked = marks.on_trend(page, figure, told.rows, plots.ink())
    plots.show(figure, "trend", t("weekly_review.trend_alt"), lambda day: period_cases(page.filters, day))
    marks.legend(page, marked)
    limits.caption(page, told)
    shown = limits.with_words(told.rows)
    tables.download(lambda: shown, trend_columns(page), "trend", shown.height, page.currency)


def _outside(page: Page, told: limits.Told) -> str:
    """How many of the weeks reviewed lie outside, where the period has several."""
    rows = told.rows.filter(pl.col("verdict").is_not_null())
    if page.filters.start is not None:
        rows = rows.filter(pl.col("period_start_date") >= page.filters.start)
    if told.basis is None or rows.height < 2:
        return ""
    above, below = (rows.filter(pl.col("verdict") == side).height for side in (1, -1))
    unit = t(f"limits.{page.filters.grain}s")
    return t("limits.of_period", points=rows.height, unit=unit, above=above, below=below)


def trend_columns(page: Page) -> list[Column]:
    """What the trend shows and says on hover."""
    columns = [
        Column("period_start_date", t(f"column.{page.filters.grain}"), "date"),
        Column("incident_count", t("column.incidents"), "count"),
        Column("order_count", t("column.orders"), "count"),
        Column("cost_cents", t("column.cost"), "money"),
    ]
    if page.filters.measure == "rate":
        columns.append(Column("amount", t("axis.rate"), "number"))
    return columns if page.filters.measure == "cost" else [*columns, *limits.columns()]


def _hover(page: Page, measure: Measure, row: dict[str, Any]) -> str:
    text = t(
        "weekly_review.trend_hover",
        days=period_name(row["period_start_date"], page.filters.grain, page.lang),
        value=measure.written(row["amount"]),
        n=row["incident_count"],
        orders=formats.number(row["order_count"], page.lang),
    )
    return limits.completed(text, measure, row)


def trend_title(page: Page, measure: Measure, trend: pl.DataFrame) -> str:
    """The finding: where the peak is."""
    done = trend.filter(pl.col("is_complete") & pl.col("amount").is_not_null())
    if done.height < 2:
        return t("weekly_review.trend_short")
    top = done.sort("amount", "period_start_date", descending=True).row(0, named=True)
    if not top["amount"]:
        return t("weekly_review.trend_short")
    is_now = top["period_start_date"] == done["period_start_date"].max()
    days = period_name(top["period_start_date"], page.filters.grain, page.lang)
    key = "weekly_review.trend_peak_now" if is_now else "weekly_review.trend_peak"
    return t(key, days=days, value=measure.written(top["amount"]))
