"""Which cancellations: those in mass, labels that put missing stock back on sale, and the list with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app import db, empty, names, navigation, tables, zones
from app.cancellations import EVERY, LABELS, VERDICTS, counts
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.navigation import Target


def bursts(page: Page) -> None:
    """Mass cancellations of one article; a row leads to its cases."""
    found = db.query("cancellation_bursts", page.filters.variables())
    st.subheader(t("cancellations.bursts"), anchor=False)
    if found.is_empty():
        empty.section("cancellations.bursts_none")
        return
    wrong = found.filter("has_abnormal_price")
    text = t(
        "cancellations.bursts_found", n=found.height, cancellations=int(found["cancellation_count"].sum())
    )
    if wrong.height:
        text += " " + t("cancellations.bursts_price", n=wrong.height)
    st.markdown(text)
    shown = found.with_columns(
        *zones.local("first_at", "last_at"),
        contacted=pl.when(pl.col("contact_known_count") > 0).then(
            pl.col("contacted_count") / pl.col("contact_known_count")
        ),
        channel_names=pl.Series(
            [", ".join(names.of("channel", channel) for channel in row) for row in found["channels"]],
            dtype=pl.String,
        ),
    )
    columns = [
        Column("first_at", t("cancellations.column.first"), "moment"),
        Column("product", t("column.product")),
        Column("sku", t("column.sku")),
        Column("channel_names", t("column.channel")),
        Column("cancellation_count", t("cancellations.column.cancellations"), "count"),
        Column("customer_label_count", t("cancellations.column.customer_label"), "count"),
        Column("contradicted_count", t("cancellations.verdict.contradicted"), "count"),
        Column("amount_cents", t("column.amount"), "money"),
        Column("sold_price_cents", t("cancellations.column.sold_price"), "money"),
        Column("usual_price_cents", t("cancellations.column.usual_price"), "money"),
        Column("price_ratio", t("cancellations.column.ratio"), "number"),
        Column("contacted", t("cancellations.column.contacted_share"), "percent"),
        Column("last_at", t("cancellations.column.last"), "moment"),
    ]

    def leads_to(row: dict[str, Any]) -> Target:
        filters = page.filters.choose(sku=row["sku"])
        if page.filters.basis == "event":
            first, last = row["first_at"].date(), row["last_at"].date()
            filters = filters.during(first, last + timedelta(days=1))
        return Target("cancellations", {**filters.pinned().params(), "verdict": [EVERY]})

    tables.show(shown, columns, "cancellation_bursts", t("cancellations.bursts"), page.currency, leads_to)


def restocks(page: Page) -> None:
    """Labels that put stock back on sale that was not there."""
    told = db.query("cancellation_summary", page.filters.variables()).row(0, named=True)
    found = db.query("cancellation_restocks", page.filters.variables())
    st.subheader(t("cancellations.restocks"), anchor=False)
    if not told["restocked_count"]:
        empty.section("cancellations.restocks_none")
        return
    st.markdown(t("cancellations.restocks_found", n=told["reopened_count"], of=told["restocked_count"]))
    if found.is_empty():
        return
    shown = found.with_columns(*zones.local("cancelled_at", "stock_out_after_at"))
    columns = [
        Column("cancelled_at", t("cancellations.column.put_back"), "moment"),
        Column("stock_out_after_at", t("cancellations.column.stock_out_after"), "moment"),
        Column("order_name", t("column.order")),
        Column("product", t("column.product")),
        Column("sku", t("column.sku")),
        Column("quantity", t("cancellations.column.quantity"), "count"),
    ]
    tables.show(
        shown,
        columns,
        "cancellation_restocks",
        t("cancellations.restocks"),
        leads_to=lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=260,
    )


def chosen_verdict() -> str:
    """Which cases the URL asks for; those that facts contradict if it asks for nothing known."""
    asked = st.query_params.get("verdict", VERDICTS[0])
    return asked if asked in (*VERDICTS, EVERY) else VERDICTS[0]


def cases(page: Page, labels: pl.DataFrame) -> None:
    """The list: why each label is confirmed, contradicted or left open."""
    st.subheader(t("cancellations.cases"), anchor=False)
    n = {**counts(labels), EVERY: int(labels["cancellation_count"].sum())}
    verdict = chosen_verdict()
    words = {name: f"{t(f'cancellations.verdict.{name}')} ({n[name]})" for name in (*VERDICTS, EVERY)}

    def changed() -> None:
        st.query_params["verdict"] = st.session_state["w_verdict"]

    st.session_state["w_verdict"] = verdict
    st.pills(
        t("cancellations.column.verdict"),
        [*VERDICTS, EVERY],
        format_func=words.__getitem__,
        key="w_verdict",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )
    st.caption(t("cancellations.cases_note"))
    asked = None if verdict == EVERY else verdict
    found = db.query(
        "cancellation_cases", page.filters.variables(), row_limit=tables.SHOWN_ROWS, verdict=asked
    )
    if found.is_empty():
        empty.section("cancellations.cases_none")
        return
    say = vocabulary(found)
    every = partial(db.query, "cancellation_cases", page.filters.variables(), verdict=asked)
    tables.show(
        named(found, say),
        case_columns(),
        "cancellation_cases",
        t("cancellations.cases"),
        None,  # each row says its own currency
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=560,
        whole=lambda: named(every(), say),
        n=n[verdict],
    )


def vocabulary(found: pl.DataFrame) -> dict[str, Mapping[str, str]]:
    """What the codes of the cases are called, and the shop's zone; files are made later, without a reader."""
    channels = found["channel"].drop_nulls().unique()
    return {
        "declared": {name: t(f"cancellations.label.{name}") for name in LABELS},
        "verdict": {name: t(f"cancellations.verdict.{name}") for name in VERDICTS},
        "cause": names.causes(),
        "channel": {name: names.of("channel", name) for name in channels},
        "flag": {"true": t("cancellations.yes"), "false": t("cancellations.no")},
        "zone": {"zone": str(db.query("settings")["zone"][0] or "UTC")},
    }


def named(found: pl.DataFrame, say: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """The same rows as the reader calls things."""
    moments = ("cancelled_at", "request_at", "denied_at", "stock_at")
    return found.with_columns(
        *(
            pl.col(name).replace(say[name]).alias(f"{name}_name")
            for name in ("declared", "verdict", "cause", "channel")
        ),
        *(
            pl.col(name).cast(pl.String).replace(say["flag"]).alias(name)
            for name in ("requested_by_customer", "is_contacted", "restocked")
        ),
        *zones.in_zone(say["zone"]["zone"], *moments),
        order=pl.coalesce("order_name", "order_key"),
    )


def case_columns() -> list[Column]:
    """Each piece of evidence in its own column."""
    own = partial(str.format, "cancellations.column.{}")
    return [
        Column("cancelled_at", t(own("cancelled")), "moment"),
        Column("order", t("column.order")),
        Column("declared_name", t(own("label"))),
        Column("verdict_name", t(own("verdict"))),
        Column("request_at", t(own("request_at")), "moment"),
        Column("requested_by_customer", t(own("button"))),
        Column("denied_at", t(own("denied_at")), "moment"),
        Column("stock_level", t(own("stock")), "count"),
        Column("stock_at", t(own("stock_at")), "moment"),
        Column("sold_price_cents", t(own("sold_price")), "money"),
        Column("usual_price_cents", t(own("usual_price")), "money"),
        Column("currency", t("column.currency")),
        Column("burst_line_count", t(own("burst_lines")), "count"),
        Column("is_contacted", t(own("contacted"))),
        Column("restocked", t(own("restocked"))),
        Column("product", t("column.product")),
        Column("sku", t("column.sku")),
        Column("channel_name", t("column.channel")),
        Column("cause_name", t("column.cause")),
        Column("reason_raw", t("column.reason")),
    ]
