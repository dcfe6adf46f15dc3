"""The list of incidents behind a figure, and the time line of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl
import streamlit as st

from app import alerts, db, empty, formats, names, navigation, tables, zones
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from pipelines import places

EVIDENCE = ("decision", "fact", "tag", "reason", "words", "default", "none")


def searched() -> str | None:
    """What the reader looks for, from the URL."""
    return st.query_params.get("search", "").strip() or None


def search_box() -> None:
    """An order, SKU, product or tracking number to look for; it stands in the URL."""

    def changed() -> None:
        text = st.session_state["w_search"].strip()
        if text:
            st.query_params["search"] = text
        else:
            st.query_params.pop("search", None)

    st.session_state["w_search"] = st.query_params.get("search", "")
    st.text_input(
        t("cases.search"),
        key="w_search",
        placeholder=t("cases.search"),
        label_visibility="collapsed",
        width=420,
        on_change=changed,
    )


def place() -> dict[str, str]:
    """The one place that a rise led here from, as its view reads it; empty when the URL names none."""
    kind, _, value = st.query_params.get("at", "").partition("/")
    known = value and kind in {each.name for each in places.KINDS}
    return {"place_kind": kind, "place": value} if known else {}


def _everywhere() -> None:
    st.query_params.pop("at", None)


def only_place() -> None:
    """Says that the list holds the cases of one place alone, and lets go of it."""
    chosen = place()
    if chosen:
        said = alerts.words().place(chosen["place_kind"], chosen["place"])
        st.button(
            md(t("cases.only", place=said)) + " ✕",
            help=t("cases.only_help"),
            key="cases_only",
            on_click=_everywhere,
        )


def found(page: Page, search: str | None) -> tuple[pl.DataFrame, int]:
    """The newest incidents of the period, one row each, and how many there are in all."""
    if search or place():
        every = db.query("cases", {**page.filters.variables(), **place()}, search=search)
        return every, every.height
    n = int(db.query("cause_pareto", page.filters.variables())["incident_count"].sum())
    return db.query("cases", page.filters.variables(), row_limit=tables.SHOWN_ROWS), n


def vocabulary() -> dict[str, dict[str, str]]:
    """What the codes of each column are called in the reader's language."""
    values = db.query("filter_values")
    said = {
        name: {
            code: names.of(name, code)
            for code in values.filter(values["dimension"] == name)["value"].drop_nulls()
        }
        for name in ("party", "country", "channel")
    }
    evidence = {code: names.code("evidence", code) for code in EVIDENCE}
    return {**said, "cause": names.causes(), "evidence": evidence, "conflict": {"true": t("cases.conflict")}}


def named(incidents: pl.DataFrame, words: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """The same rows with codes as the reader calls them. Asks the page nothing: files are made later."""
    return incidents.with_columns(
        *(
            pl.col(name).replace(words[name]).alias(f"{name}_name")
            for name in ("cause", "party", "country", "evidence", "channel")
        ),
        order=pl.coalesce("order_name", "order_key"),
        conflict=pl.col("has_conflict").cast(pl.String).replace_strict(words["conflict"], default=""),
    )


def table(page: Page, incidents: pl.DataFrame, n: int) -> None:
    """The list; a row leads to its order's time line. The file has all `n`, however few are shown."""
    if incidents.is_empty():
        looked_for = searched() or place().get("place")
        if looked_for and page.filters.start is not None:
            st.caption(md(t("cases.not_found", text=looked_for[:80], everywhere=t("period.all"))))
        else:
            empty.section("empty.incidents")
        return
    every = partial(db.query, "cases", {**page.filters.variables(), **place()}, search=searched())
    words = vocabulary()
    basis = "order_date" if page.filters.basis == "order" else "event_date"
    tables.show(
        named(incidents, words),
        [
            Column(basis, t(f"column.{basis}"), "date"),
            Column("order", t("column.order")),
            Column("cause_name", t("column.cause")),
            Column("party_name", t("column.party")),
            Column("evidence_name", t("column.evidence")),
            Column("cost_cents", t("column.cost"), "money"),
            Column("currency", t("column.currency")),
            Column("product", t("column.product")),
            Column("sku", t("column.sku")),
            Column("supplier", t("column.supplier")),
            Column("lot", t("column.lot")),
            Column("warehouse", t("column.warehouse")),
            Column("carrier", t("column.carrier")),
            Column("channel_name", t("column.channel")),
            Column("country_name", t("column.country")),
            Column("signal_count", t("column.signals"), "count"),
            Column("conflict", t("column.conflict")),
        ],
        "cases",
        t("cases.alt"),
        None,  # each row says its own currency
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=620,
        whole=lambda: named(every(), words),
        n=n,
    )


def chosen() -> dict[str, str]:
    """The case of the URL: an order, or an incident without one; empty when the URL names none."""
    order, incident = st.query_params.get("order"), st.query_params.get("incident")
    return {"order_key": order} if order else {"incident_key": incident} if incident else {}


def heading(incidents: pl.DataFrame) -> str:
    """The order's name as people write it."""
    known = incidents["order_name"].drop_nulls() if incidents.height else pl.Series([], dtype=pl.String)
    return t("case.title", order=known[0]) if known.len() else t("case.title_unknown")


def timeline(page: Page, case: dict[str, str]) -> None:
    """Everything known of one order, oldest first, each line with the file and record it comes from."""
    events = db.query("case_timeline", {}, None, **case).with_columns(zones.local("at"))
    if events.is_empty():
        st.text(t("case.nothing", number=" ".join(case.values())[:80]))
        return
    moments = [_when(at, is_day, page.lang) for at, is_day in events.select("at", "is_date_only").iter_rows()]
    shown = events.with_columns(
        when=pl.Series(moments, dtype=pl.String),
        what_name=names.column(events, "what", "signal"),
        cause_name=pl.col("cause").replace(names.causes()),
        evidence_name=names.column(events, "evidence", "evidence"),
        party_name=names.column(events, "party", "party"),
        linked_by=pl.Series(_links(events), dtype=pl.String),
    )
    tables.show(
        shown,
        [
            Column("when", t("column.at")),
            Column("what_name", t("column.what")),
            Column("detail", t("column.detail")),
            Column("amount_cents", t("column.amount"), "money"),
            Column("currency", t("column.currency")),
            Column("cause_name", t("column.cause")),
            Column("party_name", t("column.party")),
            Column("evidence_name", t("column.evidence")),
            Column("linked_by", t("column.linked_by")),
            Column("source", t("column.source")),
            Column("file_name", t("column.file")),
            Column("row_number", t("column.row"), "count"),
        ],
        "timeline",
        t("case.alt"),
        None,
    )


def _links(events: pl.DataFrame) -> list[str | None]:
    """How each signal was linked to the order and to its line, and how sure that is; None for what is no signal."""
    found = events.select("order_evidence", "link_evidence", "link_confidence").iter_rows()
    return [
        None
        if order is None
        else t(
            "case.linked",
            order=names.code("order_link", order),
            line=names.code("line_link", line),
            certainty=names.code("certainty", certainty or "none"),
        )
        for order, line, certainty in found
    ]


def _when(at: object, is_date_only: bool | None, lang: str) -> str:
    return formats.day(at, lang) if is_date_only else formats.moment(at, lang)  # type: ignore[arg-type]
