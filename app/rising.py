"""What rises beyond chance: a list of stories, and the series behind them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from app import db, formats, names, navigation, report, tables
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.measures import period_name
from app.navigation import Target

SHOWN_WEEKS = 13  # as far back as a rise is dated: one that is older began "at least" then


def found(page: Page) -> pl.DataFrame:
    """The series that rose by the last complete week, the surest story first."""
    return db.query("rising_issues", page.filters.variables())


def stories(page: Page, series: pl.DataFrame, most: int, key: str) -> None:
    """One line a story, by its surest series; each leads to the cases since it began."""
    leads = series.filter("is_lead").head(most)
    lines = [_line(page, rank, row) for rank, row in enumerate(leads.iter_rows(named=True), 1)]
    report.rows(lines, key=key)


def week(page: Page, series: pl.DataFrame) -> str:
    """The week by which the series were judged, in words; '' when there are none."""
    start = series["week_start_date"].max()
    return period_name(start, "week", page.lang) if isinstance(start, date) else ""


def table(page: Page, series: pl.DataFrame) -> None:
    """Every series with what was observed and expected, and how sure that is."""
    rows = series.with_columns(
        title=pl.col("cause").replace(names.causes()),
        party_name=names.column(series, "party", "party"),
        kind_name=names.column(series, "place_kind", "rising.kind"),
        place_name=pl.when(pl.col("place_kind") == "channel")
        .then(names.column(series, "place", "channel"))
        .otherwise(pl.col("place")),
        story_number=pl.col("story").rank("dense").cast(pl.Int64),
    )
    tables.show(
        rows,
        [
            Column("story_number", t("rising.story"), "count"),
            Column("title", t("column.cause")),
            Column("kind_name", t("column.place_kind")),
            Column("place_name", t("column.place")),
            Column("party_name", t("column.party")),
            Column("observed_count", t("rising.observed"), "count"),
            Column("expected_count", t("rising.expected"), "number"),
            Column("ratio", t("rising.ratio"), "number"),
            Column("ratio_low", t("rising.low"), "number"),
            Column("ratio_high", t("rising.high"), "number"),
            Column("since_date", t("rising.since"), "date"),
            Column("q", t("rising.false_share"), "percent"),
        ],
        "rising",
        t("rising.alt"),
        page.currency,
        lambda row: cases(page, row),
    )


def cases(page: Page, row: dict[str, Any]) -> Target:
    """The cases of a series from the week it began to the week it was judged by."""
    start = min(row["since_date"], row["week_start_date"] - timedelta(weeks=2))
    filters = page.filters.during(start, row["week_start_date"] + timedelta(weeks=1))
    place = {row["place_kind"]: row["place"]} if row["place_kind"] in navigation.PLACES else {}
    return navigation.cases(filters, cause=row["cause"], **place)


def _line(page: Page, rank: int, row: dict[str, Any]) -> report.Row:
    kind = t(f"rising.kind.{row['place_kind']}")
    where = f"{kind} {names.of(row['place_kind'], row['place'])}" if row["place"] is not None else kind
    began = row["week_start_date"] - timedelta(weeks=SHOWN_WEEKS - 1)
    since = "rising.since_at_least" if row["since_date"] <= began else "rising.since_day"
    detail = [
        t(
            "rising.line",
            n=row["observed_count"],
            expected=formats.number(row["expected_count"], page.lang, 1),
            low=formats.number(row["ratio_low"], page.lang, 1),
            high=formats.number(row["ratio_high"], page.lang, 1),
        ),
        t(since, day=formats.day(row["since_date"], page.lang)),
    ]
    if row["series_count"] > 1:
        detail.append(t("rising.more", n=row["series_count"] - 1))
    if not row["has_exposure"]:
        detail.append(t("rising.without_orders"))
    if row["is_new_source"]:
        detail.append(t("rising.new_source"))
    return report.Row(
        rank=str(rank),
        title=f"{names.cause(row['cause'])} · {where}",
        detail=" · ".join(detail),
        figure=f"× {formats.number(row['ratio'], page.lang, 1)}",
        badge=names.code("party", row["party"]),
        target=cases(page, row),
    )
