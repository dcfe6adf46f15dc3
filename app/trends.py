"""Trends by family, or by cause when few are chosen, and the table of causes."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app import charts, db, empty, formats, names, navigation, plots, tables
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.measures import Measure, period_cases, period_name
from app.navigation import Target

COMPARED_CAUSES = 5  # up to so many chosen causes have a line of their own


def grouped(page: Page) -> tuple[str, pl.DataFrame]:
    """What the chart draws: `cause` or `family`, and one row a group and period.

    Families share one denominator (orders), so that they add up; a cause alone has the one that matches it.
    """
    by_cause = db.query("trend_by_cause", page.filters.variables())
    if 0 < len(page.filters.choices.get("cause", ())) <= COMPARED_CAUSES:
        return "cause", by_cause.with_columns(group=pl.col("cause"), base=pl.col("exposure_count"))
    orders = db.query("trend_total", page.filters.variables()).select("period_start_date", base="order_count")
    families = by_cause.group_by("period_start_date", "family").agg(
        pl.col("incident_count").sum(), known_cost(), pl.col("is_complete").first()
    )
    return "family", families.join(orders, on="period_start_date", how="left").with_columns(
        group=pl.col("family")
    )


def known_cost() -> pl.Expr:
    """The cost of a group: null when it had incidents and none of their amounts is known, never 0."""
    priced = pl.col("cost_cents").filter(pl.col("incident_count") > 0)
    is_unknown = (pl.col("incident_count").sum() > 0) & (priced.drop_nulls().len() == 0)
    return pl.when(~is_unknown).then(pl.col("cost_cents").sum()).alias("cost_cents")


def chart(page: Page) -> None:
    """Bars on top of each other, or lines; every part leads to its cases."""
    measure = Measure(page.filters.measure, page.lang, page.currency)
    kind, rows = grouped(page)
    if rows.is_empty():
        empty.section("empty.incidents")
        return
    rows = rows.with_columns(amount=measure.amount("base")).sort("period_start_date", "group")
    has_incidents = int(rows["incident_count"].sum()) > 0
    if not has_incidents or not measure.is_known(rows):
        empty.section(f"empty.{measure.name}" if has_incidents else "empty.incidents")
        return
    titles = {group: names.of(kind, group) for group in rows["group"].unique()}
    rows = rows.with_columns(title=pl.col("group").replace_strict(titles, return_dtype=pl.String))
    st.subheader(finding(page, rows), anchor=False)
    figure = charts.by_group(
        rows,
        plots.ink(),
        measure.axis,
        [_hover(page, measure, row) for row in rows.iter_rows(named=True)],
        stacked=page.filters.shape == "bars",
    )

    def leads_to(data: Any) -> Target:
        return period_cases(page.filters, data[1], **{kind: str(data[0])})

    alt = t("causes_and_trends.alt", groups=", ".join(titles.values()))
    plots.show(figure, "trends", alt, leads_to)
    tables.show(
        rows.filter(pl.col("incident_count") > 0).sort(
            "period_start_date", "amount", descending=True, nulls_last=True
        ),
        columns(page),
        "trend_table",
        alt,
        page.currency,
        lambda row: period_cases(page.filters, row["period_start_date"], **{kind: row["group"]}),
        height=240,
    )


def columns(page: Page) -> list[Column]:
    """The table behind the chart."""
    shown = [
        Column("period_start_date", t(f"column.{page.filters.grain}"), "date"),
        Column("title", t("causes_and_trends.group")),
        Column("incident_count", t("column.incidents"), "count"),
        Column("base", t("column.exposure"), "count"),
        Column("cost_cents", t("column.cost"), "money"),
    ]
    return [*shown, Column("amount", t("axis.rate"), "number")] if page.filters.measure == "rate" else shown


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
    return text if row["is_complete"] else f"{text} {t('chart.incomplete')}"


def causes_table(page: Page, pareto: pl.DataFrame) -> None:
    """Every cause with its size, change, rate and cost; a row leads to its cases."""
    if pareto.is_empty():
        empty.section("empty.incidents")
        return
    shown = pareto.with_columns(
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
            Column("base", t("column.exposure_kind")),
            Column("cost_cents", t("column.cost"), "money"),
            Column("median_13_week_count", t("column.median_week"), "number"),
        ],
        "causes",
        t("causes_and_trends.table_alt"),
        page.currency,
        lambda row: navigation.cases(page.filters, cause=row["cause"]),
    )
