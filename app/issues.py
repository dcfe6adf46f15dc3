"""The table of the ops review: one row a recurring issue, one list for each party that can fix them."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.intervals import with_interval, with_ratio
from app import action_form, db, empty, names, review, tables
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

ALL = ""


def party_switch(page: Page, found: pl.DataFrame) -> None:
    """One list for each party, as a filter in the URL like any other."""
    everybody = db.query("recurring_issues", {**page.filters.variables(), "parties": None})
    counts = dict(everybody.group_by("party").len().sort("len", descending=True).iter_rows())
    chosen = page.filters.choices.get("party", ())
    st.session_state["w_party_list"] = chosen[0] if len(chosen) == 1 and chosen[0] in counts else ALL
    if len(counts) < 2:
        return

    everybody_name = t("recurring_issues.everybody")
    named = {ALL: everybody_name, **{party: names.of("party", party) for party in counts}}
    labels = {party: f"{md(name)} ({counts.get(party, everybody.height)})" for party, name in named.items()}

    def changed() -> None:
        party = st.session_state["w_party_list"]
        if party:
            st.query_params["party"] = party
        else:
            st.query_params.pop("party", None)

    st.pills(
        t("dimension.party"),
        [ALL, *counts],
        format_func=labels.__getitem__,
        key="w_party_list",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )


def table(page: Page, found: pl.DataFrame) -> None:
    """The issues, those that cost most first; each leads to its cases."""
    if found.is_empty():
        empty.section("empty.issues")
        return
    rows = (
        with_ratio(with_interval(found, "incident_count", "exposure_count"))
        .with_columns(
            title=pl.col("cause").replace(names.causes()),
            party_name=names.column(found, "party", "party"),
            place_name=pl.when(pl.col("place_kind") == "channel")
            .then(names.column(found, "place", "channel"))
            .otherwise(pl.col("place")),
            place_kind_name=names.column(found, "place_kind", "place_kind"),
            ratio=pl.when(pl.col("rest_rate") > 0).then(pl.col("rate") / pl.col("rest_rate")),
        )
        .sort("cost_cents", "incident_count", descending=True, nulls_last=True)
    )
    tables.show(
        rows,
        [
            Column("title", t("column.cause")),
            Column("place_kind_name", t("column.place_kind")),
            Column("place_name", t("column.place")),
            Column("party_name", t("column.party")),
            Column("weeks_present_count", t("column.weeks"), "count"),
            Column("incident_count", t("column.incidents"), "count"),
            Column("cost_cents", t("column.cost"), "money"),
            Column("rate", t("column.rate"), "per_mille"),
            Column("rest_rate", t("column.rest_rate"), "per_mille"),
            Column("ratio", t("column.ratio"), "number"),
            Column("ratio_low", t("column.ratio_low"), "number"),
            Column("ratio_high", t("column.ratio_high"), "number"),
            Column("first_seen_date", t("column.first_seen"), "date"),
            Column("last_seen_date", t("column.last_seen"), "date"),
            Column("rate_low", t("column.rate_low"), "per_mille"),
            Column("rate_high", t("column.rate_high"), "per_mille"),
        ],
        "recurring_issues",
        t("recurring_issues.alt"),
        page.currency,
        lambda row: review.issue_cases(page, row),
        height=620,
        explains=lambda row: Target("drivers", review.issue_cases(page, row).params),
        acts=lambda row: action_form.start_on(page.filters, row["cause"], row["place_kind"], row["place"]),
    )
    st.caption(t("limits.ratio"))
