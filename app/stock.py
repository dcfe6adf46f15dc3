"""Stock out of step: runs of stock-outs on a time line, how long they last, channels that oversell, negative stock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import bars, db, empty, formats, names, navigation, plots, tables, zones
from app.charts import FAMILY_COLOURS
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.navigation import Target

DRAWN_RUNS = 12  # those with most cancellations; the table has them all
DAY_MINUTES = 1440


def lasting(minutes: float | None, lang: str) -> str:
    """A length of time as `5 h`, or `7,7 j` from two days on; "—" when it is not known."""
    if minutes is None:
        return formats.UNKNOWN
    if minutes < 2 * DAY_MINUTES:
        return t("stock.hours", n=formats.number(minutes / 60, lang, 0))
    return t("stock.days", n=formats.number(minutes / DAY_MINUTES, lang, 1))


def sentence(page: Page, runs: pl.DataFrame) -> str:
    """The finding in words: lines sold without stock, those that could have been spared, how long it lasts."""
    if runs.is_empty():
        return t("stock.found_none")
    cancelled, late = int(runs["cancelled_line_count"].sum()), int(runs["late_line_count"].sum())
    hidden = int(runs["hidden_line_count"].sum())
    text = [t("stock.found", n=cancelled, runs=runs.height, late=late)]
    if hidden:
        text.append(t("stock.found_hidden", n=hidden))
    told = db.query("stock_reaction", page.filters.variables()).row(0, named=True)
    if told["counted_run_count"]:
        text.append(
            t(
                "stock.reaction",
                median=_reached(told["median_minutes"], page),
                p90=_reached(told["p90_minutes"], page),
                n=told["counted_run_count"],
                open=told["open_run_count"],
            )
        )
    uncounted = told["run_count"] - told["counted_run_count"]
    if uncounted:
        text.append(t("stock.uncounted", n=uncounted))
    return " ".join(text)


def _reached(minutes: float | None, page: Page) -> str:
    return t("stock.not_reached") if minutes is None else lasting(minutes, page.lang)


def time_line(page: Page, runs: pl.DataFrame) -> None:
    """The runs with most cancellations as bars in time: what was ordered, cancelled, and when stock was right."""
    st.subheader(t("stock.time_line"), anchor=False)
    if runs.is_empty():
        empty.section("stock.empty")
        return
    chosen = runs.sort("cancelled_line_count", "first_at", descending=[True, True]).head(DRAWN_RUNS)
    chosen = chosen.sort("first_at", descending=True).with_columns(
        *zones.local("first_at", "set_right_at", "last_at")
    )
    lines = db.query("stock_run_lines", page.filters.variables()).with_columns(
        *zones.local("order_at", "cancelled_at")
    )
    moments = {
        key: (rows["order_at"].drop_nulls().to_list(), rows["cancelled_at"].to_list())
        for (key,), rows in lines.group_by("run_key")
    }
    end = datetime.combine(page.as_of + timedelta(days=1), datetime.min.time())
    spans = [_span(page, row, moments) for row in chosen.iter_rows(named=True)]
    words = [t(f"stock.mark.{name}") for name in ("right", "open", "ordered", "cancelled")]
    targets = {row["run_key"]: run_cases(page, row) for row in chosen.iter_rows(named=True)}
    figure = bars.time_line(spans, end, words, plots.ink(), FAMILY_COLOURS["logistics"])
    plots.show(figure, "stock_time_line", t("stock.time_line_alt", n=len(spans)), targets.get)
    note = [t("stock.time_line_note")]
    if runs.height > DRAWN_RUNS:
        note.append(t("stock.first_runs", n=DRAWN_RUNS, of=runs.height))
    st.caption(" ".join(note))


def _span(
    page: Page, row: dict[str, Any], moments: dict[Any, tuple[list[datetime], list[datetime]]]
) -> bars.Span:
    """One run; one that nobody counted ends with its last cancellation: more is not known of it."""
    ordered, cancelled = moments.get(row["run_key"], ([], []))
    channel = names.of("channel", row["channel"])
    if row["still_open"]:
        state = t("stock.state_open", days=lasting(row["open_minutes"], page.lang))
    elif row["is_counted"]:
        state = t("stock.state_right", days=lasting(row["reaction_minutes"], page.lang))
    else:
        state = t("stock.state_uncounted")
    until = (
        row["set_right_at"]
        if row["is_counted"]
        else max(row["last_at"], row["first_at"] + timedelta(hours=6))
    )
    return bars.Span(
        label=f"{row['sku']} · {channel}",
        start=row["first_at"],
        until=None if row["still_open"] else until,
        ordered=ordered,
        cancelled=cancelled,
        hover=t(
            "stock.hover",
            sku=row["sku"],
            channel=channel,
            n=row["cancelled_line_count"],
            late=row["late_line_count"],
            state=state,
        ),
        key=row["run_key"],
    )


def run_cases(page: Page, row: dict[str, Any]) -> Target:
    """The cases of one run: its article on its channel, on the days of its cancellations."""
    filters = page.filters.choose(sku=row["sku"], channel=row["channel"])
    if page.filters.basis == "event":
        # a case begins with its first signal, which may be a ticket days before
        first, last = row["first_at"].date() - timedelta(days=7), row["last_at"].date()
        filters = filters.during(first, last + timedelta(days=1))
    return navigation.cases(filters)


def runs_table(page: Page, runs: pl.DataFrame) -> None:
    """Every run: since when, how many, still open; a row leads to its cases."""
    if runs.is_empty():
        return
    state = (
        pl.when("still_open")
        .then(pl.lit(t("stock.state.open")))
        .when("is_counted")
        .then(pl.lit(t("stock.state.right")))
        .otherwise(pl.lit(t("stock.state.uncounted")))
    )
    shown = runs.with_columns(
        *zones.local("first_at", "last_at", "set_right_at"),
        state=state,
        channel_name=names.column(runs, "channel", "channel"),
        reaction_days=pl.col("reaction_minutes") / DAY_MINUTES,
    )
    columns = [
        Column("first_at", t("stock.column.first"), "moment"),
        Column("sku", t("column.sku")),
        Column("product", t("column.product")),
        Column("channel_name", t("column.channel")),
        Column("state", t("column.status")),
        Column("set_right_at", t("stock.column.set_right"), "moment"),
        Column("reaction_days", t("stock.column.reaction"), "number"),
        Column("cancelled_line_count", t("stock.column.cancelled"), "count"),
        Column("late_line_count", t("stock.column.late"), "count"),
        Column("ordered_line_count", t("stock.column.ordered"), "count"),
        Column("hidden_line_count", t("stock.column.hidden"), "count"),
        Column("unit_count", t("stock.column.units"), "count"),
        Column("cost_cents", t("column.cost"), "money"),
    ]
    tables.show(
        shown,
        columns,
        "stock_runs",
        t("stock.time_line"),
        page.currency,
        lambda row: run_cases(page, row),
        height=360,
    )


def channels(page: Page) -> None:
    """Lines cancelled for want of stock for 1,000 ordered, by channel, with its interval."""
    st.subheader(t("stock.channels"), anchor=False)
    found = db.query("oversell_by_channel", page.filters.variables())
    if found.is_empty():
        empty.section("stock.channels_none")
        return
    shown = found.with_columns(channel_name=names.column(found, "channel", "channel"))
    columns = [
        Column("channel_name", t("column.channel")),
        Column("cancelled_line_count", t("stock.column.cancelled"), "count"),
        Column("line_count", t("stock.column.lines"), "count"),
        Column("rate", t("column.rate"), "per_mille"),
        Column("rate_low", t("stock.column.low"), "per_mille"),
        Column("rate_high", t("stock.column.high"), "per_mille"),
        Column("hidden_line_count", t("stock.column.hidden"), "count"),
    ]
    tables.show(
        shown,
        columns,
        "oversell_by_channel",
        t("stock.channels"),
        leads_to=lambda row: navigation.cases(page.filters, channel=row["channel"], family="stock"),
    )
    st.caption(t("stock.channels_note"))


def gaps(page: Page) -> None:
    """Channels that showed more stock than the warehouses that ship for them had."""
    st.subheader(t("stock.gaps"), anchor=False)
    found = db.query("stock_gaps", page.filters.variables())
    if found.is_empty():
        empty.section("stock.gaps_none")
        return
    shown = found.with_columns(channel_name=names.column(found, "channel", "channel"))
    columns = [
        Column("sku", t("column.sku")),
        Column("channel_name", t("column.channel")),
        Column("over_day_count", t("stock.column.over_days"), "count"),
        Column("day_count", t("stock.column.days"), "count"),
        Column("worst_gap", t("stock.column.gap"), "count"),
        Column("first_date", t("stock.column.from"), "date"),
        Column("last_date", t("stock.column.to"), "date"),
    ]
    tables.show(
        shown,
        columns,
        "stock_gaps",
        t("stock.gaps"),
        leads_to=lambda row: navigation.cases(page.filters, sku=row["sku"], channel=row["channel"]),
    )


def negative(page: Page) -> None:
    """Articles whose newest count is below zero."""
    st.subheader(t("stock.negative"), anchor=False)
    found = db.query("negative_stock", page.filters.variables())
    if found.is_empty():
        empty.section("stock.negative_none")
        return
    columns = [
        Column("sku", t("column.sku")),
        Column("location", t("stock.column.place")),
        Column("level", t("stock.column.level"), "count"),
        Column("counted_at", t("stock.column.counted"), "moment"),
        Column("last_right_at", t("stock.column.last_right"), "moment"),
        Column("source", t("column.source")),
    ]
    tables.show(
        found.with_columns(*zones.local("counted_at", "last_right_at")),
        columns,
        "negative_stock",
        t("stock.negative"),
        leads_to=lambda row: navigation.cases(page.filters, sku=row["sku"]),
        height=260,
    )


def losses(page: Page) -> None:
    """Pieces that warehouses wrote off or could not find."""
    st.subheader(t("stock.losses"), anchor=False)
    found = db.query("stock_losses", page.filters.variables())
    if found.is_empty():
        empty.section("stock.losses_none")
        return
    shown = found.with_columns(
        cause_name=pl.col("cause").replace(names.causes()), party_name=names.column(found, "party", "party")
    )
    columns = [
        Column("warehouse", t("column.warehouse")),
        Column("cause_name", t("column.cause")),
        Column("party_name", t("column.party")),
        Column("unit_count", t("stock.column.units"), "count"),
        Column("incident_count", t("column.incidents"), "count"),
        Column("last_date", t("column.last_seen"), "date"),
    ]
    tables.show(
        shown,
        columns,
        "stock_losses",
        t("stock.losses"),
        leads_to=lambda row: navigation.cases(page.filters, cause=row["cause"], warehouse=row["warehouse"]),
        height=260,
    )
