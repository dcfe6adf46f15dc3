"""Parcels that never came: the finding, the count-down of claim windows, what was paid twice, addresses by hour."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from app import claim_figures, db, formats, names, navigation, plots, tables, zones
from app.exports import Column
from app.frame import Page
from app.i18n import md, t

PRODUCT_FILTERS = ("cause", "family", "party", "sku", "supplier")
FEW = 25  # fewer orders than this make no rate
FEW_AN_HOUR = 200  # and fewer than this hide, behind their intervals, what the other hours show
NEXT = ("answer", "claimable", "before")


def facts(told: pl.DataFrame) -> list[str]:
    """What the grey line adds: cases, and those of which nobody can tell."""
    n, unknown = int(told["case_count"].sum()), int(told["unknown_count"].sum())
    return [t("claims.n", n=n), *([t("claims.n_unknown", n=unknown)] if unknown else [])]


def finding(page: Page, told: pl.DataFrame, owed: pl.DataFrame) -> None:
    """The page in a few sentences: what is open and pressing, what carriers still owe, what is lost."""
    unsettled = int(told["open_count"].sum())
    said = [t("claims.open", n=unsettled) if unsettled else t("claims.none_open")]
    for stage in NEXT:
        n = int(told[f"{stage}_count"].sum())
        if n:
            said.append(t(f"claims.of_them_{stage}", n=n))
    if int(owed["recoverable_count"].sum()):
        said.append(recoverable(page, owed))
    if int(owed["expired_count"].sum()):
        amount = formats.money(total(owed, "expired_cents"), page.currency, page.lang, 0)
        said.append(t("claims.expired", n=int(owed["expired_count"].sum()), amount=md(amount)))
    without = int(owed["no_contract_count"].sum())
    if without:
        said.append(t("claims.no_contract", n=without))
    st.markdown(" ".join(said))


def recoverable(page: Page, owed: pl.DataFrame) -> str:
    """What carriers can still be asked for, and until when the first of it."""
    first = owed["first_days_left"].min()
    return t(
        "claims.recoverable",
        n=int(owed["recoverable_count"].sum()),
        amount=md(formats.money(total(owed, "recoverable_cents"), page.currency, page.lang, 0)),
        days=days(first if isinstance(first, int) else 0),
    )


def total(frame: pl.DataFrame, column: str) -> int | None:
    """A sum that is not known where none of its parts is."""
    known = frame[column].drop_nulls()
    return int(known.sum()) if known.len() else None


def days(n: int) -> str:
    """A number of days in words."""
    return t("claims.days", n=n)


def countdown(page: Page, told: pl.DataFrame) -> None:
    """The cases that nothing settled, each with what comes next and how long is left."""
    st.subheader(t("claims.countdown"), anchor=False)
    found = db.query("not_received_cases", page.filters.variables())
    if told.is_empty():
        st.caption(t("claims.nothing"))
        return
    st.caption(_shares(page, told))
    if found.is_empty():
        st.caption(t("claims.all_settled"))
        return
    shown = found.with_columns(
        *zones.local("reported_at", "next_at"),
        order=pl.coalesce("order_name", "order_key"),
        cause_name=pl.col("cause").replace(names.causes()),
        channel_name=names.column(found, "channel", "channel"),
        stage_name=names.column(found, "stage", "claim_stage"),
        left=pl.Series([_left(row) for row in found.iter_rows(named=True)], dtype=pl.String),
        seen=pl.Series([_seen(row) for row in found.iter_rows(named=True)], dtype=pl.String),
    )
    tables.show(
        shown,
        [
            Column("order", t("column.order")),
            Column("stage_name", t("claims.column.stage")),
            Column("left", t("claims.column.left")),
            Column("next_at", t("claims.column.next"), "moment"),
            Column("cause_name", t("column.cause")),
            Column("event_date", t("claims.column.reported"), "date"),
            Column("order_date", t("column.order_date"), "date"),
            Column("channel_name", t("column.channel")),
            Column("carrier", t("column.carrier")),
            Column("product", t("column.product")),
            Column("seen", t("claims.column.seen")),
        ],
        "not_received_cases",
        t("claims.countdown_alt"),
        None,
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=420,
    )


def _shares(page: Page, told: pl.DataFrame) -> str:
    """How many of the open may be claimed now, and how many were settled in time."""
    settled, opened = int(told["settled_before_count"].sum()), int(told["opened_count"].sum())
    parts = [
        t(
            "claims.shares",
            now=int(told["claimable_count"].sum()) + int(told["answer_count"].sum()),
            n=int(told["open_count"].sum()),
            without=int(told["no_window_count"].sum()),
        )
    ]
    if opened:
        share = formats.percent(settled / opened, page.lang) if opened >= FEW else t("claims.few")
        parts.append(t("claims.settled_before", share=share, settled=settled, n=opened))
    marketplace = int(told["marketplace_count"].sum())
    if marketplace:
        parts.append(t("claims.by_marketplace", n=marketplace))
    return md(" ".join(parts))


def _left(row: dict[str, Any]) -> str | None:
    """What is left until the next step: hours below three days, else days."""
    hours = row["hours_left"]
    if hours is None or row["stage"] not in NEXT:
        return None
    if hours < 0:
        return t("claims.overdue")
    return t("claims.hours", n=hours) if hours < 72 else days(hours // 24)


def _seen(row: dict[str, Any]) -> str | None:
    """What the carrier says against the customer, or that nobody would see a delivery."""
    if row["is_said_delivered"]:
        return t("claims.said_delivered")
    return None if row["is_open"] else t("claims.not_followed")


def paid_twice(page: Page, told: pl.DataFrame) -> None:
    """Refunds of parcels that came after all, or were sent again."""
    n, refunded = int(told["paid_twice_count"].sum()), int(told["refunded_any_count"].sum())
    st.subheader(t("claims.paid_twice", n=n), anchor=False)
    if not refunded:
        st.caption(t("claims.none_refunded"))
        return
    amount = formats.money(total(told, "paid_twice_cents"), page.currency, page.lang, 0)
    st.caption(md(t("claims.paid_twice_note", n=n, refunded=refunded, amount=amount)))
    if not n:
        return
    found = db.query("paid_twice", page.filters.variables())
    tables.show(
        found.with_columns(
            *zones.local("refunded_at", "second_at"),
            order=pl.coalesce("order_name", "order_key"),
            how_name=names.column(found, "how", "paid_how"),
            channel_name=names.column(found, "channel", "channel"),
        ),
        [
            Column("order", t("column.order")),
            Column("how_name", t("column.what")),
            Column("refunded_at", t("claims.column.refunded_at"), "moment"),
            Column("second_at", t("claims.column.second_at"), "moment"),
            Column("refunded_cents", t("column.amount"), "money"),
            Column("currency", t("column.currency")),
            Column("carrier", t("column.carrier")),
            Column("channel_name", t("column.channel")),
            Column("product", t("column.product")),
        ],
        "paid_twice",
        t("claims.paid_twice_alt"),
        None,
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=260,
    )


def addresses(page: Page) -> None:
    """Address errors for 1,000 orders by the hour of the order; of devices nothing is known."""
    found = db.query("address_errors_by_hour", page.filters.variables())
    timed = found.filter(pl.col("order_hour").is_not_null() & (pl.col("order_count") >= FEW_AN_HOUR))
    n = int(found["error_count"].sum())
    st.subheader(t("claims.addresses", n=n), anchor=False)
    if not n or timed.is_empty():
        st.caption(t("claims.no_addresses"))
        return
    rows = timed.with_columns(
        rate=pl.col("share") * 1000, low=pl.col("share_low") * 1000, high=pl.col("share_high") * 1000
    )
    hovers = [_hour_hover(page, row) for row in rows.iter_rows(named=True)]
    figure = claim_figures.hours(rows, plots.ink(), t("claims.axis_addresses"), t("claims.axis_hour"), hovers)
    plots.show(
        figure,
        "address_errors",
        t("claims.addresses_alt"),
        lambda _: navigation.cases(page.filters, cause="address_error"),
    )
    st.caption(t("claims.addresses_note", few=FEW_AN_HOUR))
    tables.show(
        found,
        [
            Column("order_hour", t("claims.column.hour"), "count"),
            Column("order_count", t("column.orders"), "count"),
            Column("error_count", t("claims.column.errors"), "count"),
            Column("share", t("column.rate"), "per_mille"),
            Column("share_low", t("claims.column.low"), "per_mille"),
            Column("share_high", t("claims.column.high"), "per_mille"),
        ],
        "address_errors_by_hour",
        t("claims.addresses_alt"),
        height=200,
    )


def _hour_hover(page: Page, row: dict[str, Any]) -> str:
    return t(
        "claims.hour_hover",
        hour=hour(int(row["order_hour"])),
        rate=formats.per_mille(row["share"], page.lang),
        n=row["error_count"],
        orders=row["order_count"],
    )


def hour(value: int) -> str:
    """An hour of the day as people write it: `21 h` or `21:00`."""
    return t("claims.hour", hour=f"{value:02d}")
