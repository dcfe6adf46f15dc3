"""Tables of the service page: who waits, what was promised, delays by channel, CSAT, repeated contacts, tools."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.intervals import with_share
from app import (
    db,
    empty,
    formats,
    limits,
    names,
    navigation,
    plots,
    service_figures,
    tables,
)
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.service import whole

CUTS = ("channel", "team", "tool")


def waiting(page: Page) -> None:
    """Open tickets, the unanswered and the late ones first; each leads to its case."""
    found = db.query("tickets_waiting", page.filters.variables())
    st.subheader(t("service.waiting", n=found.height), anchor=False)
    if found.is_empty():
        st.caption(t("service.waiting_none"))
        return
    shown = found.with_columns(
        waits_for=pl.when("is_unanswered")
        .then(pl.lit(t("service.reply")))
        .otherwise(pl.lit(t("service.end"))),
        late=pl.col("is_late").replace_strict(
            {True: t("service.late"), False: t("service.in_time")}, default=None
        ),
        channel_name=names.column(found, "contact_channel", "channel"),
        cause_name=pl.col("cause").replace(names.causes()),
    )
    tables.show(
        shown,
        [
            Column("ticket_id", t("service.column.ticket")),
            Column("waits_for", t("service.column.waits_for")),
            Column("age_hours", t("service.column.age"), "number"),
            Column("age_business_hours", t("service.column.age_business"), "number"),
            Column("target_hours", t("service.column.target"), "number"),
            Column("late", t("service.column.late")),
            Column("created_date", t("service.column.created"), "date"),
            Column("channel_name", t("service.column.channel")),
            Column("team", t("service.column.team")),
            Column("cause_name", t("column.cause")),
            Column("order_name", t("column.order")),
            Column("contact_number", t("service.column.contact_number"), "count"),
            Column("source", t("column.system")),
        ],
        "tickets_waiting",
        t("service.waiting_alt"),
        None,
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=300,
    )


def promises(page: Page) -> None:
    """What was promised and how often it was kept, by channel."""
    st.subheader(t("service.promises"), anchor=False)
    found = db.query("service_promises", page.filters.variables())
    if found.is_empty():
        st.caption(t("service.no_promise"))
        return
    shown = found.with_columns(
        measure_name=pl.col("measure").replace_strict(
            {name: t(f"service.measure.{name}") for name in ("first_reply", "resolution")}, default=None
        ),
        clock_name=pl.col("clock").replace_strict(
            {name: t(f"service.clock.{name}") for name in ("business", "calendar")}, default=None
        ),
        channel_name=names.column(found, "channel", "channel"),
    )
    judged = shown.with_columns(judged_count=pl.col("met_count") + pl.col("missed_count"))
    tables.show(
        with_share(judged, "met_count", "judged_count"),
        [
            Column("measure_name", t("service.column.measure")),
            Column("channel_name", t("service.column.channel")),
            Column("target_hours", t("service.column.target"), "number"),
            Column("clock_name", t("service.column.clock")),
            Column("met_share", t("service.column.met_share"), "percent"),
            *limits.share_columns(),
            Column("target_share", t("service.column.target_share"), "percent"),
            Column("met_count", t("service.column.met"), "count"),
            Column("missed_count", t("service.column.missed"), "count"),
            Column("late_open_count", t("service.column.late_open"), "count"),
            Column("not_due_count", t("service.column.not_due"), "count"),
            Column("unknown_count", t("service.column.unknown"), "count"),
        ],
        "service_promises",
        t("service.promises"),
        None,
        None,
        height=260,
    )


def _cut() -> str:
    """By what the delays are told: from the URL, by channel when it says nothing."""
    asked = st.query_params.get("by", CUTS[0])
    cut = asked if asked in CUTS else CUTS[0]

    def changed() -> None:
        st.query_params["by"] = st.session_state["w_by"]

    st.session_state["w_by"] = cut
    st.segmented_control(
        t("service.by"),
        CUTS,
        format_func={name: t(f"service.cut.{name}") for name in CUTS}.__getitem__,
        key="w_by",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )
    return cut


def times_table(page: Page, times: pl.DataFrame) -> None:
    """Waits by channel, team or tool."""
    st.subheader(t("service.times"), anchor=False)
    cut = _cut()
    rows = times.filter(pl.col("cut") == cut)
    titles = [names.code("channel", v) if cut == "channel" else v for v in rows["value"]]
    business = [
        Column("reply_median_business_hours", t("service.column.reply_median_business"), "number"),
        Column("reply_p90_business_hours", t("service.column.reply_p90_business"), "number"),
    ]
    resolution = [
        Column("resolution_median_business_hours", t("service.column.resolution_median_business"), "number"),
        Column("resolution_p90_business_hours", t("service.column.resolution_p90_business"), "number"),
    ]
    has_hours = whole(times)["reply_business_count"] > 0
    tables.show(
        rows.with_columns(title=pl.Series(titles, dtype=pl.String)),
        [
            Column("title", t(f"service.cut.{cut}")),
            Column("ticket_count", t("service.column.contacts"), "count"),
            Column("answered_count", t("service.column.answered"), "count"),
            Column("waiting_count", t("service.column.waiting"), "count"),
            Column("reply_unknown_count", t("service.column.reply_unknown"), "count"),
            Column("reply_median_hours", t("service.column.reply_median"), "number"),
            Column("reply_p90_hours", t("service.column.reply_p90"), "number"),
            *(business if has_hours else []),
            Column("solved_count", t("service.column.solved"), "count"),
            Column("open_count", t("service.column.open"), "count"),
            Column("resolution_median_hours", t("service.column.resolution_median"), "number"),
            Column("resolution_p90_hours", t("service.column.resolution_p90"), "number"),
            *(resolution if has_hours else []),
        ],
        "service_times",
        t("service.times"),
    )
    st.caption(t("service.times_note"))


def satisfaction(page: Page) -> None:
    """CSAT by cause with its interval; causes that few rated say so by its width."""
    found = db.query("satisfaction_by_cause", page.filters.variables())
    st.subheader(t("service.satisfaction"), anchor=False)
    rated = found.filter(pl.col("rating_count") > 0)
    if rated.is_empty():
        st.caption(t("service.no_ratings"))
        return
    titles = [names.cause(code) for code in found["cause"]]
    shown = found.with_columns(title=pl.Series(titles, dtype=pl.String))
    first = shown.filter(pl.col("rating_count") > 0).head(12)
    hovers = [
        t(
            "service.satisfaction_hover",
            cause=row["title"],
            share=formats.percent(row["satisfied_share"], page.lang),
            n=row["rating_count"],
            low=formats.percent(row["satisfied_low_share"], page.lang),
            high=formats.percent(row["satisfied_high_share"], page.lang),
        )
        for row in first.iter_rows(named=True)
    ]
    figure = service_figures.intervals(first, plots.ink(), t("service.satisfaction_axis"), hovers)
    plots.show(
        figure,
        "satisfaction",
        t("service.satisfaction_alt"),
        lambda cause: navigation.cases(page.filters, cause=str(cause)),
    )
    tables.show(
        shown,
        [
            Column("title", t("column.cause")),
            Column("satisfied_share", t("service.column.csat"), "percent"),
            Column("satisfied_low_share", t("service.column.low"), "percent"),
            Column("satisfied_high_share", t("service.column.high"), "percent"),
            Column("rating_count", t("service.column.ratings"), "count"),
            Column("response_share", t("service.column.response"), "percent"),
            Column("rateable_count", t("service.column.rateable"), "count"),
        ],
        "satisfaction_table",
        t("service.satisfaction_alt"),
        None,
        lambda row: navigation.cases(page.filters, cause=row["cause"]),
        height=260,
    )


def repeated(page: Page) -> None:
    """Which causes make customers write again, and what that takes."""
    found = db.query("repeated_contacts", page.filters.variables())
    n = int(found["repeated_contact_count"].sum())
    st.subheader(t("service.repeated", n=n), anchor=False)
    if found.is_empty():
        empty.section("empty.incidents")
        return
    titles = [names.cause(code) for code in found["cause"]]
    costs = [
        Column("repeated_hours", t("service.column.hours"), "number"),
        Column("repeated_cost_cents", t("column.cost"), "money"),
    ]
    has_costs = found["repeated_cost_cents"].drop_nulls().len() > 0
    tables.show(
        with_share(found, "repeated_contact_count", "contact_count").with_columns(
            title=pl.Series(titles, dtype=pl.String), family_name=names.column(found, "family", "family")
        ),
        [
            Column("title", t("column.cause")),
            Column("family_name", t("column.family")),
            Column("contact_count", t("service.column.contacts"), "count"),
            Column("repeated_contact_count", t("service.column.repeated"), "count"),
            Column("repeated_share", t("column.share"), "percent"),
            *limits.share_columns(),
            Column("most_contacts", t("service.column.most"), "count"),
            *(costs if has_costs else []),
        ],
        "repeated_contacts",
        t("service.repeated_alt"),
        page.currency,
        lambda row: navigation.cases(page.filters, cause=row["cause"]),
        height=260,
    )
    st.caption(t("service.repeated_assumed" if has_costs else "service.repeated_counts"))


def tools(page: Page) -> None:
    """What each helpdesk tells: a figure without a base is silence, not zero."""
    found = db.query("service_tools")
    told = {True: t("service.told"), False: t("service.untold")}
    flags = [name for name in found.columns if name.startswith(("tells_", "has_"))]
    st.subheader(t("service.tools"), anchor=False)
    tables.show(
        found.with_columns(pl.col(flags).replace_strict(told, default=None)),
        [
            Column("source", t("column.system")),
            Column("account", t("column.account")),
            Column("ticket_count", t("service.column.contacts"), "count"),
            Column("excluded_count", t("service.column.excluded"), "count"),
            Column("latest_date", t("column.last_date"), "date"),
            *(Column(name, t(f"service.tool.{name}")) for name in flags),
        ],
        "service_tools",
        t("service.tools"),
    )
    st.caption(t("service.tools_note"))
