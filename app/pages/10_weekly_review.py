"""What went wrong last week, is it more than usual, and what should we treat first?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import charts, db, empty, formats, frame, kpis, names, navigation, plots, report, tables
from app.exports import Column
from app.i18n import md, t
from app.navigation import Target

LISTED_ISSUES = 7
LISTED_CAUSES = 10
TREND_WEEKS = 26

#: the tiles in reading order, with what their cases are narrowed to; None: its rows are no incidents
TILES: dict[str, dict[str, str] | None] = {
    "kpi_incident_rate": {},
    "kpi_cost_rate": {},
    "kpi_seller_cancellation_rate": None,
    "kpi_received_not_refunded": None,
    "kpi_contradicted_request_share": None,
    "kpi_unknown_cause_share": {"cause": "unknown"},
}

page = frame.open_page(default_period="last_week")
filters, lang = page.filters, page.lang


def title() -> str:
    start, until = filters.start, filters.until
    if start and until and until - start == timedelta(weeks=1) and start.weekday() == 0:
        return t("weekly_review.title_week", week=str(start.isocalendar().week), days=formats.span(start, until, lang))
    days = formats.span(start, until, lang) if start and until else t("period.all")
    return t("weekly_review.title_period", days=days)


def tile(view: str, narrowed: dict[str, str] | None) -> report.Tile | None:
    """The tile of one KPI; None when its view has no row at all."""
    figure = kpis.figure(db.query(view, filters.without_period()), filters.start, filters.until)
    if figure is None:
        return None

    def written(value: float | None) -> str:
        return kpis.written(value, figure.unit, lang, page.currency)

    difference = figure.value - figure.prior if figure.value is not None and figure.prior is not None else None
    rising = difference is not None and difference > 0
    tone = "even" if not difference else "bad" if rising == (figure.better == "lower") else "good"
    usual = t("weekly_review.usual", value=written(figure.usual))
    return report.Tile(
        label=t(f"kpi.{figure.title}.short"),
        value=written(figure.value),
        change="" if difference is None else formats.change(written(difference)),
        tone=tone,
        against=f"{t('weekly_review.than_before')} · {usual}" if difference is not None else usual,
        note=t(f"kpi.{figure.title}.n", numerator=figure.numerator, denominator=figure.denominator),
        spark=figure.weeks,
        target=None if narrowed is None else navigation.cases(filters, **narrowed),
    )


def sentence(pareto: pl.DataFrame) -> str:
    """The finding of the period in a line or two of Markdown; data in it is made harmless."""
    found = kpis.figure(db.query("kpi_incident_rate", filters.without_period()), filters.start, filters.until)
    n = int(pareto["incident_count"].sum())
    if found is None or found.value is None:
        text = t("weekly_review.sentence_counts", n=n)
    else:
        rate, usual = formats.per_mille(found.value, lang), formats.per_mille(found.usual, lang)
        direction = "as_usual"
        if found.usual and abs(found.value / found.usual - 1) > 0.1:
            direction = "above" if found.value > found.usual else "below"
        text = t(f"weekly_review.sentence_{direction}", rate=rate, usual=usual, n=found.numerator, orders=found.denominator)
    rising = pareto.filter(pl.col("median_13_week_count").is_not_null()).with_columns(
        more=pl.col("incident_count") - pl.col("median_13_week_count") * weeks()
    )
    if rising.height and (top := rising.sort("more", descending=True).row(0, named=True))["more"] >= 2:
        text += " " + t(
            "weekly_review.sentence_cause",
            cause=md(names.cause(top["cause"])),
            n=top["incident_count"],
            usual=formats.number(top["median_13_week_count"] * weeks(), lang, 0),
        )
    return text


def weeks() -> float:
    """How many weeks the period has; medians are for one."""
    return (filters.until - filters.start).days / 7 if filters.start and filters.until else 1.0


def issue_row(rank: int, issue: dict[str, Any]) -> report.Row:
    place = t("weekly_review.place", kind=names.code("place_kind", issue["place_kind"]), place=issue["place"])
    ratio = issue["rate"] / issue["rest_rate"] if issue["rate"] and issue["rest_rate"] else None
    since = formats.day(issue["first_seen_date"], lang)
    detail = [t("weekly_review.issue_weeks", n=issue["weeks_present_count"], count=issue["incident_count"])]
    if ratio:
        detail.append(t("weekly_review.issue_ratio", ratio=formats.number(ratio, lang, 1)))
    detail.append(t("weekly_review.issue_since", day=since))
    return report.Row(
        rank=str(rank),
        title=f"{names.cause(issue['cause'])} · {place}",
        detail=" · ".join(detail),
        figure=formats.money(issue["cost_cents"], page.currency, lang, 0),
        badge=names.code("party", issue["party"]),
        target=issue_target(issue),
    )


def issue_target(issue: dict[str, Any]) -> Target:
    end = filters.until or page.as_of + timedelta(days=1)
    recent = filters.during(end - timedelta(weeks=13), end)
    return navigation.cases(recent, cause=issue["cause"], **{issue["place_kind"]: issue["place"]})


def measure(count: str = "incident_count", orders: str = "order_count") -> pl.Expr:
    """The switch's figure: incidents, incidents per 1,000, or money; null where there is no denominator."""
    if filters.measure == "cost":
        return pl.col("cost_cents") / 100
    if filters.measure == "rate":
        return pl.when(pl.col(orders) > 0).then(pl.col(count) / pl.col(orders) * 1000)
    return pl.col(count).cast(pl.Float64)


def value(amount: float | None) -> str:
    if filters.measure == "cost":
        return formats.money(None if amount is None else amount * 100, page.currency, lang, 0)
    return formats.number(amount, lang, 1 if filters.measure == "rate" else 0)


def draw_pareto(pareto: pl.DataFrame) -> None:
    top = (
        pareto.with_columns(key=pl.col("cause"), amount=measure(orders="exposure_count"))
        .with_columns(median=pl.col("median_13_week_count") * weeks() if filters.measure == "count" else pl.lit(None))
        .sort("amount", descending=True, nulls_last=True)
    )
    shown = top.head(LISTED_CAUSES)
    share = shown.head(5)[_share()].sum() / max(top[_share()].sum(), 1)
    st.subheader(t(f"weekly_review.pareto_{_share()}", n=min(5, shown.height), share=formats.percent(share, lang)), anchor=False)
    labels = [names.cause(code) for code in shown["cause"]]
    hovers = [
        t("weekly_review.pareto_hover", cause=label, n=row["incident_count"], share=formats.percent(row["incident_share"], lang),
          cost=formats.money(row["cost_cents"], page.currency, lang, 0), prior=row["prior_incident_count"] or 0)
        for label, row in zip(labels, shown.iter_rows(named=True), strict=True)
    ]
    figure = charts.pareto(
        shown, plots.ink(), t(f"axis.{filters.measure}", currency=page.currency), labels,
        [value(amount) for amount in shown["amount"]], hovers,
    )
    plots.show(figure, "pareto", t("weekly_review.pareto_alt", causes=", ".join(labels[:3])),
               lambda cause: navigation.cases(filters, cause=str(cause)))
    tables.download(
        top.with_columns(title=pl.col("cause").replace(names.causes())),
        [Column("title", t("column.cause")), Column("incident_count", t("column.incidents"), "count"),
         Column("incident_share", t("column.share"), "percent"), Column("cost_cents", t("column.cost"), "money"),
         Column("exposure_count", t("column.exposure"), "count"),
         Column("median_13_week_count", t("column.median"), "number")],
        "pareto", page.currency,
    )


def _share() -> str:
    return "cost_cents" if filters.measure == "cost" else "incident_count"


def draw_trend() -> None:
    end = filters.until or page.as_of + timedelta(days=1)
    reach = replace(filters, start=end - timedelta(weeks=TREND_WEEKS), until=None)
    trend = db.query("trend_total", reach.variables()).with_columns(amount=measure()).sort("period_start_date")
    if trend.is_empty():
        empty.section("empty.trend")
        return
    done = trend.filter(pl.col("is_complete"))["amount"].drop_nulls()
    middle = float(done.median()) if done.len() else None  # type: ignore[arg-type]
    st.subheader(trend_title(trend), anchor=False)
    hovers = [
        t("weekly_review.trend_hover", days=period_name(row["period_start_date"]), value=value(row["amount"]),
          n=row["incident_count"], orders=row["order_count"] or 0)
        + ("" if row["is_complete"] else " " + t("chart.incomplete"))
        for row in trend.iter_rows(named=True)
    ]
    figure = charts.line(trend, plots.ink(), t(f"axis.{filters.measure}", currency=page.currency), hovers, middle)
    plots.show(figure, "trend", t("weekly_review.trend_alt"), week_target)
    tables.download(
        trend,
        [Column("period_start_date", t(f"column.{filters.grain}"), "date"), Column("incident_count", t("column.incidents"), "count"),
         Column("order_count", t("column.orders"), "count"), Column("cost_cents", t("column.cost"), "money")],
        "trend", page.currency,
    )


def period_name(start: date) -> str:
    return formats.month(start, lang) if filters.grain == "month" else formats.span(start, start + timedelta(weeks=1), lang)


def trend_title(trend: pl.DataFrame) -> str:
    done = trend.filter(pl.col("is_complete") & pl.col("amount").is_not_null())
    if done.height < 2:
        return t("weekly_review.trend_short")
    last, top = done.row(-1, named=True), done.sort("amount", descending=True).row(0, named=True)
    key = "trend_peak_now" if last["period_start_date"] == top["period_start_date"] else "trend_peak"
    return t(f"weekly_review.{key}", days=period_name(top["period_start_date"]), value=value(top["amount"]))


def week_target(day: Any) -> Target:
    start = date.fromisoformat(str(day))
    until = (start + timedelta(days=32)).replace(day=1) if filters.grain == "month" else start + timedelta(weeks=1)
    return navigation.cases(filters.during(start, until))


pareto = db.query("cause_pareto", filters.variables())
n = int(pareto["incident_count"].sum())
frame.header(page, title(), [t("frame.n_incidents", n=n)], switches=("measure", "grain", "basis"))
st.markdown(sentence(pareto))
report.tiles([made for view, narrowed in TILES.items() if db.has(view) and (made := tile(view, narrowed))], key="tiles")

left, right = st.columns(2, gap="large")
with left:
    st.subheader(t("weekly_review.to_treat"), anchor=False)
    issues = db.query("recurring_issues", {**filters.variables(), "start": None}).sort("cost_cents", descending=True, nulls_last=True)
    if issues.is_empty():
        empty.section("empty.issues")
    else:
        report.rows([issue_row(i + 1, row) for i, row in enumerate(issues.head(LISTED_ISSUES).iter_rows(named=True))], key="issues")
with right:
    if pareto.is_empty():
        empty.section("empty.incidents")
    else:
        draw_pareto(pareto)
draw_trend()
frame.attribution()
