"""Trends by family, or by cause when few are chosen, and the table of causes."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analysis.intervals import with_interval
from app import (
    charts,
    charts_limits,
    db,
    empty,
    formats,
    limits,
    marks,
    names,
    navigation,
    plots,
    rare,
    tables,
)
from app.exports import Column
from app.filters import Filters
from app.frame import Page
from app.i18n import t
from app.measures import Measure, period_cases, period_name
from app.navigation import Target

COMPARED_CAUSES = 5  # up to so many chosen causes have a line of their own


def grouped(filters: Filters) -> tuple[str, pl.DataFrame]:
    """What the chart draws: `cause` or `family`, and one row a group and period.

    Families share one denominator (orders), so that they add up; a cause alone has the one that matches it.
    """
    by_cause = db.query("trend_by_cause", filters.variables())
    if 0 < len(filters.choices.get("cause", ())) <= COMPARED_CAUSES:
        return "cause", by_cause.with_columns(group=pl.col("cause"), base=pl.col("exposure_count"))
    orders = total(filters).select("period_start_date", "base")
    families = by_cause.group_by("period_start_date", "family").agg(
        pl.col("incident_count").sum(), known_cost(), pl.col("is_complete").first()
    )
    return "family", families.join(orders, on="period_start_date", how="left").with_columns(
        group=pl.col("family")
    )


def total(filters: Filters) -> pl.DataFrame:
    """All of it, one row a period."""
    return db.query("trend_total", filters.variables()).with_columns(base=pl.col("order_count"))


def with_limits(page: Page, rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, limits.Told]]:
    """The rows of all groups with their limits, and what each group's rest on."""
    earlier = limits.before(page.filters)
    past = None if earlier is None else limits.newest(grouped(earlier)[1])
    since = limits.outbreaks(page)
    told = {
        group: limits.of_trend(
            page,
            rows.filter(pl.col("group") == group),
            None if past is None else past.filter(pl.col("group") == group),
            "base",
            since.get(group),
        )
        for group in rows["group"].unique(maintain_order=True)
    }
    return pl.concat([one.rows for one in told.values()]), told


def of_total(page: Page, measure: Measure) -> limits.Told:
    """The whole with its limits, as stacked bars add up to it."""
    earlier = limits.before(page.filters)
    rows = total(page.filters).with_columns(amount=measure.amount("base"))
    return limits.of_trend(page, rows, None if earlier is None else limits.newest(total(earlier)), "base")


def known_cost() -> pl.Expr:
    """The cost of a group: null when it had incidents and none of their amounts is known, never 0."""
    priced = pl.col("cost_cents").filter(pl.col("incident_count") > 0)
    is_unknown = (pl.col("incident_count").sum() > 0) & (priced.drop_nulls().len() == 0)
    return pl.when(~is_unknown).then(pl.col("cost_cents").sum()).alias("cost_cents")


def chart(page: Page) -> None:
    """Bars on top of each other, or lines; every part leads to its cases."""
    measure = Measure(page.filters.measure, page.lang, page.currency)
    kind, rows = grouped(page.filters)
    if rows.is_empty():
        empty.section("empty.incidents")
        return
    rows = rows.with_columns(amount=measure.amount("base"))
    has_incidents = int(rows["incident_count"].sum()) > 0
    if not has_incidents or not measure.is_known(rows):
        empty.section(f"empty.{measure.name}" if has_incidents else "empty.incidents")
        return
    titles = {group: names.of(kind, group) for group in rows["group"].unique()}
    rows, told = with_limits(page, rows)
    rows = rows.with_columns(title=pl.col("group").replace_strict(titles, return_dtype=pl.String)).sort(
        "period_start_date", "group"
    )
    stacked = page.filters.shape == "bars"
    whole = next(iter(told.values())) if len(told) == 1 else None
    if whole is None and stacked and kind == "family":
        whole = of_total(page, measure)
    st.subheader(finding(page, rows), anchor=False)
    if whole is not None:
        st.markdown(" ".join([limits.state(page, whole, measure), limits.run(page, whole)]))
    figure = charts.by_group(
        rows,
        plots.ink(),
        measure.axis,
        [_hover(page, measure, row) for row in rows.iter_rows(named=True)],
        stacked=stacked,
    )
    _draw_limits(page, measure, figure, rows, whole)
    marked = marks.on_trend(page, figure, rows, plots.ink())

    def leads_to(data: Any) -> Target:
        return period_cases(page.filters, data[1], **({kind: str(data[0])} if data[0] else {}))

    alt = t("causes_and_trends.alt", groups=", ".join(titles.values()))
    plots.show(figure, "trends", alt, leads_to)
    marks.legend(page, marked)
    _caption(page, whole, list(told.values()), stacked)
    if whole is not None and whole.basis is not None and whole.basis.is_rare:
        rare.gaps(page, lambda day: period_cases(page.filters, day))
    listed = rows.filter(pl.col("incident_count") > 0)
    if whole is not None and len(told) > 1:
        of_all = whole.rows.with_columns(title=pl.lit(t("limits.total")), group=pl.lit(None, pl.String))
        listed = pl.concat([listed, of_all], how="diagonal_relaxed")
    tables.show(
        limits.with_words(listed).sort("period_start_date", "amount", descending=True, nulls_last=True),
        columns(page),
        "trend_table",
        alt,
        page.currency,
        lambda row: period_cases(page.filters, row["period_start_date"], **{kind: row["group"]}),
        height=240,
    )


def _draw_limits(
    page: Page, measure: Measure, figure: go.Figure, rows: pl.DataFrame, whole: limits.Told | None
) -> None:
    """The band of the only series, or of the whole of the bars; of several lines, what lies outside of each one's."""
    stacked = page.filters.shape == "bars"
    drawn = rows if whole is None or (whole.rows.height == rows.height and not stacked) else whole.rows
    if stacked and whole is None:
        return
    drawn = drawn if "group" in drawn.columns else drawn.with_columns(group=pl.lit(None, pl.String))
    title = "" if "title" in drawn.columns else t("limits.total")
    keys = [[group, day.isoformat()] for group, day in drawn["group", "period_start_date"].iter_rows()]
    hovers = [_hover(page, measure, {"title": title, **row}) for row in drawn.iter_rows(named=True)]
    band: charts_limits.Band = "none" if whole is None else "edges" if stacked else "filled"
    charts_limits.add(figure, drawn, plots.ink(), keys, hovers, band)


def _caption(page: Page, whole: limits.Told | None, told: list[limits.Told], stacked: bool) -> None:
    """What the limits rest on, and what marks mean."""
    shown = [whole] if whole is not None else [] if stacked else told
    if whole is not None:
        said = limits.explained(page, whole, stacked)
    else:
        said = limits.each_alone(page, shown) if shown else ""
    legend = limits.legend(page, shown or told, stacked)
    st.caption("  \n".join(part for part in (legend, said) if part))


def columns(page: Page) -> list[Column]:
    """The table behind the chart."""
    shown = [
        Column("period_start_date", t(f"column.{page.filters.grain}"), "date"),
        Column("title", t("causes_and_trends.group")),
        Column("incident_count", t("column.incidents"), "count"),
        Column("base", t("column.exposure"), "count"),
        Column("cost_cents", t("column.cost"), "money"),
    ]
    if page.filters.measure == "rate":
        shown.append(Column("amount", t("axis.rate"), "number"))
    return [*shown, *limits.columns()] if page.filters.measure != "cost" else shown


def finding(page: Page, rows: pl.DataFrame) -> str:
    """Which group is the largest over the period."""
    totals = rows.group_by("title").agg(pl.col("incident_count", "cost_cents").sum())
    whole = "cost_cents" if page.filters.measure == "cost" else "incident_count"
    top = totals.sort(whole, "title", descending=[True, False]).row(0, named=True)
    share = top[whole] / max(totals[whole].sum(), 1)
    return t(
        f"causes_and_trends.finding_{whole}", group=top["title"], share=formats.percent(share, page.lang)
    )


def _hover(page: Page, measure: Measure, row: dict[str, Any]) -> str:
    text = t(
        "causes_and_trends.hover",
        group=row["title"],
        days=period_name(row["period_start_date"], page.filters.grain, page.lang),
        value=measure.written(row["amount"]),
        n=row["incident_count"],
    )
    return limits.completed(text, measure, row)


def causes_table(page: Page, pareto: pl.DataFrame) -> None:
    """Every cause with its size, change, rate and cost; a row leads to its cases."""
    if pareto.is_empty():
        empty.section("empty.incidents")
        return
    shown = with_interval(pareto, "incident_count", "exposure_count").with_columns(
        title=pl.col("cause").replace(names.causes()),
        family_name=names.column(pareto, "family", "family"),
        party_name=names.column(pareto, "party", "party"),
        rate=pl.when(pl.col("exposure_count") > 0).then(pl.col("incident_count") / pl.col("exposure_count")),
        base=names.column(pareto, "exposure_kind", "exposure"),
    )
    tables.show(
        shown,
        [
            Column("title", t("column.cause")),
            Column("family_name", t("column.family")),
            Column("party_name", t("column.party")),
            Column("incident_count", t("column.incidents"), "count"),
            Column("incident_share", t("column.share"), "percent"),
            Column("prior_incident_count", t("column.prior"), "count"),
            Column("rate", t("column.rate"), "per_mille"),
            Column("rate_low", t("column.rate_low"), "per_mille"),
            Column("rate_high", t("column.rate_high"), "per_mille"),
            Column("base", t("column.exposure_kind")),
            Column("cost_cents", t("column.cost"), "money"),
            Column("median_13_week_count", t("column.median_week"), "number"),
        ],
        "causes",
        t("causes_and_trends.table_alt"),
        page.currency,
        lambda row: navigation.cases(page.filters, cause=row["cause"]),
    )
    st.caption(t("limits.interval"))
