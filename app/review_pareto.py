"""The causes of the weekly review by size, and which of their ranks chance alone may have given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from analysis import intervals
from app import charts, empty, formats, names, navigation, plots, review, tables
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.measures import Measure

LISTED_CAUSES = 10


@dataclass(frozen=True)
class Ranked:
    """What is drawn of the causes: the first of them, largest first (title, amount, median and the interval of each),

    the finding above them, what stands below; `missing` is the key of the text that says why there is nothing.
    """

    measure: Measure
    rows: pl.DataFrame
    title: str
    missing: str = ""
    legend: str = ""
    overlaps: str = ""


def found(page: Page, pareto: pl.DataFrame) -> Ranked:
    """The causes by size, each with its usual level."""
    measure = Measure(page.filters.measure, page.lang, page.currency)
    if pareto.is_empty():
        return Ranked(measure, pareto, t("causes_and_trends.causes"), "empty.incidents")
    by_count = measure.name == "count" and page.filters.start is not None
    median = pl.col("median_13_week_count") * review.weeks(page) if by_count else pl.lit(None, pl.Float64)
    ranked = pareto.with_columns(
        key=pl.col("cause"),
        amount=measure.amount("exposure_count"),
        median=median,
        title=pl.col("cause").replace(names.causes()),
    ).sort("amount", "cause", descending=[True, False], nulls_last=True)
    ranked, groups = with_ranks(ranked, measure)
    if not measure.is_known(ranked):
        return Ranked(measure, ranked.clear(), t("causes_and_trends.causes"), f"empty.{measure.name}")
    whole = "cost_cents" if measure.name == "cost" else "incident_count"
    top = ranked.head(LISTED_CAUSES)
    few = ranked.sort(whole, descending=True, nulls_last=True).head(5)
    share = formats.percent(int(few[whole].sum()) / max(int(ranked[whole].sum()), 1), page.lang)
    return Ranked(
        measure,
        top,
        t(f"weekly_review.pareto_{whole}", n=few.height, share=share),
        legend=t("weekly_review.pareto_legend" if by_count else "weekly_review.pareto_colours"),
        overlaps=_overlaps(measure, groups, top.height),
    )


def chart(page: Page, pareto: pl.DataFrame) -> None:
    """Draws them; a bar leads to its cases."""
    ranked = found(page, pareto)
    st.subheader(ranked.title, anchor=False)
    if ranked.missing:
        empty.section(ranked.missing)
        return
    top, measure = ranked.rows, ranked.measure
    titles = top["title"].to_list()
    figure = charts.pareto(
        top,
        plots.ink(),
        measure.axis,
        titles,
        [measure.written(amount) for amount in top["amount"]],
        [_hover(page, row) for row in top.iter_rows(named=True)],
    )
    alt = t("weekly_review.pareto_alt", causes=", ".join(titles[:3]))
    plots.show(figure, "pareto", alt, lambda cause: navigation.cases(page.filters, cause=str(cause)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(ranked.legend)
        tables.download(lambda: top, columns(measure), "pareto", top.height, page.currency)
    st.caption(ranked.overlaps)


def with_ranks(ranked: pl.DataFrame, measure: Measure) -> tuple[pl.DataFrame, list[tuple[int, int]]]:
    """The causes in their order with rank, the best and worst it may be, and the interval of the bar (amount_low and

    amount_high, right for all bars together); and which ranks cannot be told apart. Nothing of it is known of costs.
    """
    rank = pl.int_range(1, pl.len() + 1).alias("rank")
    if measure.name == "cost":
        unknown = [pl.lit(None, pl.Int64).alias(name) for name in ("rank_best", "rank_worst")]
        ends = [pl.lit(None, pl.Float64).alias(name) for name in ("amount_low", "amount_high")]
        return ranked.with_columns(rank, *unknown, *ends), []
    counts, exposures = (
        ranked[name].cast(pl.Float64).fill_null(0.0).to_numpy()
        for name in ("incident_count", "exposure_count")
    )
    if measure.name == "rate":
        best, worst = intervals.ranks(counts, exposures)
        low, high = intervals.poisson(counts, intervals.LEVEL / 2 / max(counts.size, 1))
        with np.errstate(divide="ignore"):
            scale = np.where(exposures > 0, 1000 / exposures, np.nan)
    else:
        best, worst = intervals.ranks(counts)
        low, high = intervals.shares(counts)
        scale = np.full(counts.size, counts.sum())
    told = ranked.with_columns(
        rank,
        rank_best=pl.Series(best),
        rank_worst=pl.Series(worst),
        amount_low=pl.Series(low * scale).fill_nan(None),
        amount_high=pl.Series(high * scale).fill_nan(None),
    )
    return told, intervals.alike(best, worst)


def _overlaps(measure: Measure, groups: list[tuple[int, int]], shown: int) -> str:
    """Which ranks chance alone may have given, of those shown."""
    if measure.name == "cost":
        return t("limits.ranks_of_cost")
    seen = [f"{first}–{last}" for first, last in groups if first <= shown]
    return t("limits.ranks_alike", ranks=", ".join(seen)) if seen else t("limits.ranks_sure")


def _hover(page: Page, row: dict[str, Any]) -> str:
    text = t(
        "weekly_review.pareto_hover",
        cause=row["title"],
        n=row["incident_count"],
        share=formats.percent(row["incident_share"], page.lang),
        cost=formats.money(row["cost_cents"], page.currency, page.lang, 0),
        prior=formats.number(row["prior_incident_count"], page.lang),
    )
    best, worst = row["rank_best"], row["rank_worst"]
    if best is None or best == worst:
        return text
    return f"{text}{t('limits.rank_between', best=best, worst=worst)}"


def columns(measure: Measure) -> list[Column]:
    """What the Pareto shows: the bar, its mark, and what its hover says."""
    drawn = {
        "count": Column("incident_count", t("column.incidents"), "count"),
        "rate": Column("amount", t("axis.rate"), "number"),
        "cost": Column("cost_cents", t("column.cost"), "money"),
    }
    rest = [column for name, column in drawn.items() if name not in (measure.name, "rate")]
    ends = [
        Column("amount_low", t("limits.bar_low"), "number"),
        Column("amount_high", t("limits.bar_high"), "number"),
        Column("rank_best", t("limits.rank_best"), "count"),
        Column("rank_worst", t("limits.rank_worst"), "count"),
    ]
    return [
        Column("rank", t("limits.rank"), "count"),
        Column("title", t("column.cause")),
        drawn[measure.name],
        *(ends if measure.name != "cost" else ()),
        Column("median", t("column.median"), "number"),
        Column("incident_share", t("column.share"), "percent"),
        *rest,
        Column("prior_incident_count", t("column.prior"), "count"),
    ]
