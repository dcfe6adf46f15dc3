"""What rises beyond chance: a list of stories, and the series behind them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import action_form, alerts, db, formats, names, navigation, report, tables
from app.alerts import Told
from app.exports import Column
from app.filters import Filters, filter_of
from app.frame import Page
from app.i18n import t
from app.measures import period_name
from app.navigation import Target


def found(page: Page) -> pl.DataFrame:
    """The series that rose by the last complete week, the surest story first."""
    return db.query("rising_issues", page.filters.variables())


def told(page: Page) -> list[Told]:
    """What the weekly list tells of rises, weekly and sudden, under the page's filters."""
    filters = {name: page.filters.variables().get(name) for name in ("causes", "families", "parties")}
    return [each for each in alerts.told(filters) if each.row["kind"] in ("rising", "sudden")]


def days(listed: list[Told]) -> None:
    """What leapt within the last days; each leads to what drives it."""
    leapt = [each for each in listed if each.row["kind"] == "sudden"]
    if leapt:
        st.subheader(t("rising.days"), anchor=False)
        st.markdown(t("rising.days_say", n=len(leapt)))
        alerts.rows(leapt, "sudden")


def stories(listed: list[Told], series: pl.DataFrame) -> None:
    """One line a story, numbered as in the table, muted ones too; each leads to what drives it since it began."""
    order = {f"rising/{key}": at for at, key in enumerate(series["issue_key"].unique(maintain_order=True))}
    weekly = [each for each in listed if each.row["alert_key"] in order]
    alerts.rows(sorted(weekly, key=lambda each: order[each.row["alert_key"]]), "rising")


def week(page: Page, series: pl.DataFrame) -> str:
    """The week by which the series were judged, in words; '' when there are none."""
    start = series["week_start_date"].max()
    return period_name(start, "week", page.lang) if isinstance(start, date) else ""


def table(page: Page, series: pl.DataFrame) -> None:
    """Every series with what was observed and expected, and how sure that is."""
    rows = _named(series).with_columns(
        party_name=names.column(series, "party", "party"),
        story_number=pl.col("story").rank("dense").cast(pl.Int64),
    )
    tables.show(
        rows,
        [
            Column("story_number", t("rising.story"), "count"),
            Column("cause_name", t("column.cause")),
            Column("place_kind_name", t("column.place_kind")),
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
        cases,
        explains=lambda row: explained(page, row),
        acts=lambda row: action_form.start_on(page.filters, row["cause"], *filter_of(row), row["since_date"]),
    )


def changed(page: Page) -> pl.DataFrame:
    """What rose only because the data changed, and orders that are late."""
    return db.query("rising_changes", page.filters.variables())


def late_orders(page: Page, rows: pl.DataFrame) -> str:
    """That orders end before incidents do, and what is made of it; '' while they do not."""
    late = rows.filter(pl.col("change") == "late_orders")
    if late.is_empty():
        return ""
    row = late.row(0, named=True)
    facts = json.loads(row["change_facts"])
    return t(
        "rising.orders_waited_for" if facts["is_waiting"] else "rising.orders_missing",
        day=formats.day(row["change_date"], page.lang),
        until=formats.day(date.fromisoformat(facts["until"]), page.lang),
        days=period_name(row["week_start_date"], "week", page.lang),
    )


def changes(page: Page, rows: pl.DataFrame) -> None:
    """The rises that are changes of the data, each with the sentence that says what changed."""
    series = rows.filter(pl.col("cause").is_not_null())
    if series.is_empty():
        return
    st.subheader(t("rising.changes"), anchor=False)
    st.markdown(t("rising.changes_say", n=series.height))
    rows = _named(series).with_columns(
        pl.Series("said", [_why(page, row) for row in series.iter_rows(named=True)], pl.String)
    )
    report.rows(
        [
            report.Row(
                rank=str(rank),
                title=f"{row['cause_name']} · {alerts.words().place(row['place_kind'], row['place'])}",
                detail=row["said"],
                figure=t(
                    "rising.instead",
                    observed=row["observed_count"],
                    expected=formats.about(row["expected_count"], page.lang),
                ),
                badge="",
                target=cases(row),
            )
            for rank, row in enumerate(rows.iter_rows(named=True), 1)
        ],
        "rising_changes",
    )
    columns = [
        Column("cause_name", t("column.cause")),
        Column("place_kind_name", t("column.place_kind")),
        Column("place_name", t("column.place")),
        Column("said", t("rising.change_said")),
        Column("observed_count", t("rising.observed"), "count"),
        Column("expected_count", t("rising.expected"), "number"),
    ]
    tables.download(lambda: rows, columns, "rising_changes", rows.height)


def _why(page: Page, row: dict[str, Any]) -> str:
    """What changed in the data, in a sentence."""
    facts = {name: value for name, value in json.loads(row["change_facts"]).items() if value}
    change = row["change"]
    if change == "relabelled":
        old = facts.pop("old", [])
        facts["old"] = ", ".join(t("rising.quoted", label=label) for label in old)
        change = change if old else "relabelled_several"
    if "loaded" in facts:
        facts["loaded"] = formats.day(date.fromisoformat(facts["loaded"]), page.lang)
    return t(f"rising.change.{change}", **facts, day=formats.day(row["change_date"], page.lang))


def _named(series: pl.DataFrame) -> pl.DataFrame:
    """The series with cause and place as the reader calls them."""
    return series.with_columns(
        cause_name=pl.col("cause").replace(names.causes()),
        place_kind_name=names.column(series, "place_kind", "rising.kind"),
        place_name=pl.when(pl.col("place_kind") == "channel")
        .then(names.column(series, "place", "channel"))
        .otherwise(pl.col("place")),
    )


def cases(row: dict[str, Any]) -> Target:
    """The cases that a series counts: of the three weeks it was judged by, whatever else the page is filtered by."""
    week = row["week_start_date"]
    counted = Filters("custom", week - timedelta(weeks=2), week + timedelta(weeks=1))
    return navigation.cases_at(counted, row)


def explained(page: Page, row: dict[str, Any]) -> Target:
    """What drives a series since it began; of a lot or a region, for which there is no filter, in what holds it."""
    kind, value = filter_of(row)
    place = {kind: value} if kind in navigation.PLACES else {}
    return navigation.explained(_meanwhile(page, row), cause=row["cause"], **place)


def _meanwhile(page: Page, row: dict[str, Any]) -> Filters:
    """The page's filters from the week a series began to the week it was judged by."""
    start = min(row["since_date"], row["week_start_date"] - timedelta(weeks=2))
    return page.filters.during(start, row["week_start_date"] + timedelta(weeks=1))
