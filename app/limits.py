"""Limits on the trends of pages: which weeks they rest on, what they say of each point, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import Any

import polars as pl
import streamlit as st

from analysis import limits
from analysis.intervals import wilson
from analysis.limits import FEWEST_POINTS, Basis
from app import db, formats
from app.exports import Column
from app.filters import Filters
from app.frame import LATE_DAYS, Page
from app.i18n import t
from app.measures import Measure, period_end, period_name

WAVE = 1.3  # times the usual orders are a wave of sales
WAVE_PERIODS = 3  # for so long its incidents come in
BASE_PERIODS = 26  # weeks or months before those shown


@dataclass(frozen=True)
class Told:
    """A trend with its limits: rows with low, centre and high as they are drawn, verdict, run and is_mature; what the

    limits rest on, from and until which day, and whether that is before the period shown; without limits, why.
    """

    rows: pl.DataFrame
    basis: Basis | None
    span: tuple[date, date] | None
    is_before: bool
    why: str


def before(filters: Filters) -> Filters | None:
    """The same selection over all that lies before the first week or month shown; None when nothing can."""
    if filters.start is None:
        return None
    day = filters.start
    until = day.replace(day=1) if filters.grain == "month" else day - timedelta(days=day.weekday())
    return replace(filters, start=None, until=until)


def newest(earlier: pl.DataFrame) -> pl.DataFrame:
    """The last of these periods, none of them before the first incident of all: nobody counted then."""
    by_period = (
        earlier.group_by("period_start_date").agg(pl.col("incident_count").sum()).sort("period_start_date")
    )
    begun = by_period.filter(pl.col("incident_count").cum_sum() > 0)["period_start_date"].tail(BASE_PERIODS)
    return earlier.filter(pl.col("period_start_date").is_in(begun.to_list()))


def is_mature(page: Page, measure: str) -> pl.Expr:
    """Whether all of a period is known: refunds, and the incidents of an order, come up to four weeks later."""
    if page.filters.basis != "order" and measure != "cost":
        return pl.lit(value=True)
    days = pl.duration(days=LATE_DAYS)
    start = pl.col("period_start_date")
    until = start.dt.offset_by("1mo" if page.filters.grain == "month" else "1w")
    return until <= pl.lit(page.as_of) - days


def of_trend(
    page: Page, rows: pl.DataFrame, earlier: pl.DataFrame | None, base: str, since: date | None = None
) -> Told:
    """One series with its limits. Both frames: period_start_date, incident_count, is_complete and the column `base`.

    They rest on the complete and mature periods before those shown, where there are enough, else on those shown.
    Periods from `since` on, when an outbreak is known to have begun, are left out.
    """
    measure = page.filters.measure
    if measure == "rate":
        return of_rate(page, rows, earlier, base, 1000.0, since)
    of_count = measure == "count" and not _has_orders(rows, base)
    exposure = pl.lit(1.0) if of_count else pl.col(base).cast(pl.Float64)
    rows = _prepared(page, rows, exposure, measure)
    past = None if earlier is None else _prepared(page, earlier, exposure, measure)
    used, is_before = _base(rows, past, since)
    span = _span(used, page.filters.grain)
    why = _why(measure, used)
    judged, basis = limits.judged(rows, used if not why else used.clear())
    judged = judged.with_columns(pl.col("low", "centre", "high") * pl.col("exposure_count"))
    return Told(judged, basis, span, is_before, "" if basis else why or "points")


def of_rate(
    page: Page,
    rows: pl.DataFrame,
    earlier: pl.DataFrame | None,
    base: str,
    scale: float,
    since: date | None = None,
) -> Told:
    """The same of a rate that is drawn `scale` times as large, whatever measure the page has chosen."""
    exposure = pl.col(base).cast(pl.Float64)
    rows = _prepared(page, rows, exposure, "rate")
    past = None if earlier is None else _prepared(page, earlier, exposure, "rate")
    used, is_before = _base(rows, past, since)
    judged, basis = limits.judged(rows, used)
    judged = judged.with_columns(pl.col("low", "centre", "high") * scale)
    return Told(judged, basis, _span(used, page.filters.grain), is_before, "" if basis else "points")


def by_week(page: Page) -> Page:
    """The page as if weeks had been chosen, for what is only counted by week."""
    return replace(page, filters=replace(page.filters, grain="week"))


def _has_orders(rows: pl.DataFrame, base: str) -> bool:
    """Without any order, weeks are compared as such."""
    return rows.filter(pl.col("is_complete"))[base].fill_null(0).sum() > 0


def _prepared(page: Page, frame: pl.DataFrame, exposure: pl.Expr, measure: str) -> pl.DataFrame:
    done = frame.sort("period_start_date").with_columns(
        exposure_count=exposure, is_mature=is_mature(page, measure)
    )
    return done.with_columns(is_judged=pl.col("is_complete") & pl.col("is_mature"))


def _base(rows: pl.DataFrame, earlier: pl.DataFrame | None, since: date | None) -> tuple[pl.DataFrame, bool]:
    """The periods that limits rest on, and whether they are those before."""
    is_calm = pl.lit(value=True) if since is None else pl.col("period_start_date") < since
    can = pl.col("is_judged") & (pl.col("exposure_count") > 0) & is_calm
    if earlier is not None and earlier.filter(can).height >= FEWEST_POINTS:
        return earlier.filter(can), True
    return rows.filter(can), False


def _span(used: pl.DataFrame, grain: str) -> tuple[date, date] | None:
    days = used["period_start_date"].to_list()
    return (min(days), period_end(max(days), grain)) if days else None


def _why(measure: str, used: pl.DataFrame) -> str:
    """Why there can be no limits, as a key of the texts; empty when there can be."""
    if measure == "cost":
        return "cost"
    return "points" if used.height < FEWEST_POINTS else ""


def outbreaks(page: Page) -> dict[str, date]:
    """Since when each cause is known to rise, in the whole shop or in the one place that the page is narrowed to: these

    weeks are no measure of what is usual.
    """
    if not db.has("rising_issues"):
        return {}
    rising = db.query("rising_issues", page.filters.variables())
    here = [
        (pl.col("place_kind") == kind) & (pl.col("place") == chosen[0])
        for kind, chosen in page.filters.choices.items()
        if len(chosen) == 1
    ]
    found = rising.filter(pl.any_horizontal(pl.col("place_kind") == "all", *here))
    return dict(found.group_by("cause").agg(pl.col("since_date").min()).iter_rows())


@dataclass(frozen=True)
class Held:
    """One week held against its limits: 1 above, -1 below, 0 inside; and whether a wave of sales may be behind it."""

    low: float
    high: float
    verdict: int
    is_after_sales: bool = False

    @property
    def name(self) -> str:
        return {1: "above", -1: "below", 0: "inside"}[self.verdict]


def of_week(weekly: pl.DataFrame, start: date | None, until: date | None) -> Held | None:
    """What the limits of a KPI say of the week from `start` to `until`; None when it is no whole week, or not known.

    `weekly` are the rows of a kpi_ view. Limits rest on the 26 weeks before.
    """
    if start is None or until is None or until - start != timedelta(weeks=1) or start.weekday():
        return None
    rows = weekly.sort("week_start_date").select(
        "unit",
        period_start_date="week_start_date",
        incident_count="numerator",
        exposure_count="denominator",
        is_judged=pl.lit(value=True),
    )
    week, past = (
        rows.filter(test)
        for test in (pl.col("period_start_date") == start, pl.col("period_start_date") < start)
    )
    if week.is_empty() or week["unit"][0] not in ("per_1000", "share"):
        return None
    judged, _ = limits.judged(week, newest(past), is_share=week["unit"][0] == "share")
    low, high, verdict = judged.select("low", "high", "verdict").row(0)
    if verdict is None:
        return None
    near = pl.concat([newest(past), week]).with_columns(verdict=pl.lit(0)).sort("period_start_date")
    is_last = pl.col("period_start_date") == start
    return Held(low, high, verdict, follows_sales(near.with_columns(verdict=pl.when(is_last).then(verdict))))


def explained(page: Page, told: Told, has_bars: bool = False) -> str:
    """What the lines are and what they rest on; or why there are none."""
    grain = page.filters.grain
    if told.basis is None or told.span is None:
        return t(f"limits.none_{told.why}", fewest=FEWEST_POINTS, unit=t(f"limits.{grain}s"))
    aside = t("limits.set_aside", n=told.basis.set_aside) if told.basis.set_aside else ""
    rest = t(
        "limits.rest_on_before" if told.is_before else "limits.rest_on_shown",
        points=told.basis.points,
        unit=t(f"limits.{grain}s"),
        days=formats.span(*told.span, page.lang),
        aside=aside,
    )
    lines = t("limits.rare" if told.basis.is_rare else "limits.edges" if has_bars else "limits.band")
    late = [t("limits.follows_sales")] if page.filters.basis == "event" and follows_sales(told.rows) else []
    return " ".join([lines, rest, *late])


def follows_sales(rows: pl.DataFrame) -> bool:
    """Whether what lies outside may come of a wave of sales: incidents follow their orders by a week or two, so that

    the rate by event falls in a week of many orders and rises in those after.
    """
    middle = rows["exposure_count"].median()
    is_wave = pl.col("exposure_count") > WAVE * pl.lit(middle, pl.Float64)
    near = pl.any_horizontal(is_wave.shift(n, fill_value=False) for n in range(WAVE_PERIODS + 1))
    return rows.sort("period_start_date").filter(near & (pl.col("verdict") != 0)).height > 0


def each_alone(page: Page, toldest: Sequence[Told]) -> str:
    """That several series are each held against their own limits, and how many points chance takes out of them."""
    points = sum(told.rows["verdict"].drop_nulls().len() for told in toldest if told.basis)
    if not points:
        return explained(page, toldest[0])
    return t("limits.each_alone", points=points, most=ceil(points / 100))


def legend(page: Page, toldest: Sequence[Told], has_bars: bool = False) -> str:
    """What the marks and the hatching of a chart mean, of those that it has."""
    rows = [told.rows for told in toldest]
    said = []
    if any((frame["verdict"] == 1).any() for frame in rows):
        said.append(t("limits.above"))
    if any((frame["verdict"] == -1).any() for frame in rows):
        said.append(t("limits.below"))
    if any(not frame["is_complete"].all() for frame in rows):
        said.append(t("limits.hollow_bar" if has_bars else "limits.hollow"))
    if any(not frame["is_mature"].all() for frame in rows):
        said.append(
            t(f"limits.hatched_{'cost' if page.filters.measure == 'cost' else 'order'}", days=LATE_DAYS)
        )
    return " · ".join(said)


def caption(page: Page, told: Told, has_bars: bool = False) -> None:
    """What the marks of a chart of one series mean, and what its limits rest on."""
    st.caption("  \n".join(notes(page, told, has_bars)))


def notes(page: Page, told: Told, has_bars: bool = False) -> list[str]:
    """The same as lines of Markdown."""
    said = (legend(page, [told], has_bars), explained(page, told, has_bars))
    return [part for part in said if part]


def share_hint(page: Page, part: float, base: float) -> str:
    """The interval of a share, as a tile says it when the pointer rests on it."""
    ends = wilson(part, base)
    if ends is None:
        return ""
    low, high = (formats.percent(end, page.lang, 1) for end in ends)
    return t("limits.interval_of", low=low, high=high)


def state(page: Page, told: Told, measure: Measure) -> str:
    """Where the newest period that can be judged lies; nothing without limits."""
    known = told.rows.filter(pl.col("verdict").is_not_null())
    if told.basis is None or known.is_empty():
        return ""
    row = known.row(known.height - 1, named=True)
    held = Held(row["low"], row["high"], row["verdict"])
    return t(
        f"limits.state_{held.name}",
        days=period_name(row["period_start_date"], page.filters.grain, page.lang),
        value=measure.written(row["amount"]),
        low=measure.written(row["low"]),
        high=measure.written(row["high"]),
    )


def run(page: Page, told: Told) -> str:
    """That the newest points lie all on one side of the centre, if eight or more do; else nothing."""
    known = told.rows.filter(pl.col("run").is_not_null())
    if told.basis is None or known.is_empty() or not (side := known["run"][-1]):
        return ""
    last = known["run"].reverse().to_list()
    n = next((i for i, value in enumerate(last) if value != side), len(last))
    start = known["period_start_date"][known.height - n]
    return t(
        "limits.run_above" if side > 0 else "limits.run_below",
        count=n,
        unit=t(f"limits.{page.filters.grain}s"),
        days=period_name(start, page.filters.grain, page.lang),
    )


def completed(text: str, measure: Measure, row: Mapping[str, Any]) -> str:
    """What hovering over a point says, and its limits, and that it may still change."""
    said = [text]
    if row.get("high") is not None:
        said.append(t("limits.between", low=measure.written(row["low"]), high=measure.written(row["high"])))
    if not row["is_complete"]:
        said.append(t("chart.incomplete"))
    elif not row.get("is_mature", True):
        said.append(t("limits.to_come"))
    return " ".join(said)


def with_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what their verdict is called."""
    words = {1: t("limits.verdict_words.above"), -1: t("limits.verdict_words.below")}
    inside = t("limits.verdict_words.inside")
    return rows.with_columns(
        verdict_words=pl.col("verdict").replace_strict(words, default=inside, return_dtype=pl.String)
    ).with_columns(pl.when(pl.col("verdict").is_not_null()).then("verdict_words"))


def share_columns() -> list[Column]:
    """The interval of a share, beside it in a table."""
    return [
        Column("share_low", t("column.share_low"), "percent"),
        Column("share_high", t("column.share_high"), "percent"),
    ]


def columns() -> list[Column]:
    """What the table and the file behind a chart say of limits."""
    return [
        Column("low", t("limits.low"), "number"),
        Column("high", t("limits.high"), "number"),
        Column("verdict_words", t("limits.verdict")),
    ]
