"""The head of the service page: the finding in words, six figures, and how many customers write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from app import charts, charts_limits, db, empty, formats, limits, navigation, plots, report, tables
from app.exports import Column
from app.filters import Filters
from app.frame import Page
from app.i18n import t
from app.measures import period_cases, period_name
from app.navigation import Target

FEW = 30  # fewer than so many orders or tickets make no rate


def whole(times: pl.DataFrame) -> dict[str, Any]:
    """The line that is about all tickets of the period."""
    return times.filter(pl.col("cut") == "all").row(0, named=True)


def facts(times: pl.DataFrame) -> list[str]:
    """What the grey line adds: how many tickets, and which clock they are told by."""
    if times.is_empty():
        return []
    told = whole(times)
    hours = "with_hours" if told["reply_business_count"] else "without_hours"
    return [t("service.n", n=told["ticket_count"]), t(f"service.{hours}")]


def has_tickets(times: pl.DataFrame) -> bool:
    """Whether there is anything to show; if not, says which file would fill the page."""
    if times.is_empty():
        empty.section("service.empty" if db.query("service_tools").is_empty() else "service.empty_period")
    return not times.is_empty()


def duration(hours: float | None, *, business: bool = False) -> str:
    """Hours as people say them: 25 min, 4 h 05, 5 j; business hours are never called days."""
    if hours is None:
        return formats.UNKNOWN
    minutes = round(hours * 60)
    if minutes < 60:
        return t("service.minutes", n=minutes)
    if hours >= 72 and not business:
        return t("service.days", n=round(hours / 24, 1))
    return t("service.hours", hours=str(minutes // 60), minutes=f"{minutes % 60:02d}")


def findings(page: Page, times: pl.DataFrame) -> None:
    """The period in two or three sentences: waits, what still waits, what was promised."""
    told = whole(times)
    said = []
    if told["answered_count"]:
        key = "answered_business" if told["reply_business_count"] else "answered"
        said.append(
            t(
                f"service.{key}",
                n=told["answered_count"],
                median=duration(told["reply_median_hours"]),
                p90=duration(told["reply_p90_hours"]),
                business=duration(told["reply_median_business_hours"], business=True),
                business_p90=duration(told["reply_p90_business_hours"], business=True),
            )
        )
    said.append(t("service.waiting_said", n=told["waiting_count"], open=told["open_count"]))
    unknown = told["reply_unknown_count"] + told["automatic_reply_count"]
    if unknown:
        said.append(t("service.unknown_said", n=unknown))
    if told["reply_met_share"] is not None:
        due = told["reply_met_count"] + told["reply_missed_count"]
        share = formats.percent(told["reply_met_share"], page.lang)
        said.append(t("service.promise_said", share=share, n=told["reply_met_count"], due=due))
    st.markdown(md_sentences(said))


def md_sentences(said: Sequence[str]) -> str:
    """Sentences of ours, the first in bold: nothing in them comes from data."""
    return " ".join([f"**{said[0]}**", *said[1:]])


def tiles(page: Page, times: pl.DataFrame) -> None:
    """First reply, resolution, contact rate, settled at once, reopened, CSAT; each with its base."""
    told = whole(times)
    found = db.query("service_outcomes", page.filters.variables()).filter(pl.col("cut") == "all")
    outcomes = found.row(0, named=True) if found.height else dict.fromkeys(found.columns, 0)
    series = db.query("contact_rate", page.filters.variables())
    behind = navigation.cases(page.filters)
    report.tiles(
        [
            _wait("reply", told, told["answered_count"], behind),
            _wait("resolution", told, told["solved_count"], behind),
            _contacts(page, series, behind),
            _share(
                page, "settled", outcomes["settled_at_once_count"], outcomes["settled_base_count"], behind
            ),
            _share(page, "reopened", outcomes["reopened_count"], outcomes["reopened_base_count"], behind),
            _share(page, "csat", outcomes["satisfied_count"], outcomes["rating_count"], behind),
        ],
        key="service_tiles",
    )
    if outcomes["too_early_count"] or outcomes["without_order_count"]:
        st.caption(
            t(
                "service.judged",
                early=outcomes["too_early_count"],
                without=outcomes["without_order_count"],
                touch=_of(outcomes["one_touch_count"], outcomes["one_touch_base_count"], page),
            )
        )


def _of(part: int, base: int, page: Page) -> str:
    """A share with its parts, or that nobody tells of it."""
    if not base:
        return formats.UNKNOWN
    return t("service.of", share=formats.percent(part / base, page.lang), part=part, base=base)


def _wait(name: str, told: dict[str, Any], n: int, behind: Target) -> report.Tile:
    business = told[f"{name}_median_business_hours"]
    return report.Tile(
        label=t(f"service.tile.{name}"),
        value=duration(
            told[f"{name}_median_hours"] if business is None else business, business=business is not None
        ),
        change="",
        tone="even",
        against=t("service.tile.no_hours")
        if business is None
        else t("service.tile.calendar", value=duration(told[f"{name}_median_hours"])),
        usual=t(
            "service.tile.p90",
            value=duration(
                told[f"{name}_p90_hours"] if business is None else told[f"{name}_p90_business_hours"],
                business=business is not None,
            ),
        ),
        note=t(f"service.tile.{name}_n", n=n),
        spark=[],
        target=behind,
    )


def _contacts(page: Page, series: pl.DataFrame, behind: Target) -> report.Tile:
    contacts, orders = series.select(pl.col("contact_count", "order_count").sum()).row(0)
    is_enough = (orders or 0) >= FEW
    return report.Tile(
        label=t("service.tile.contacts"),
        value=formats.number(contacts / orders * 100, page.lang, 1) if is_enough else formats.UNKNOWN,
        change="",
        tone="even",
        against="" if is_enough else t("service.tile.few"),
        usual="",
        note=t("service.tile.contacts_n", n=contacts, orders=orders or 0),
        spark=(series["gross_rate"] * 100).to_list() if is_enough else [],
        target=behind,
    )


def _share(page: Page, name: str, part: int, base: int, behind: Target) -> report.Tile:
    is_enough = base >= FEW
    return report.Tile(
        label=t(f"service.tile.{name}"),
        value=formats.percent(part / base, page.lang) if is_enough else formats.UNKNOWN,
        change="",
        tone="even",
        against="" if is_enough else t("service.tile.few" if base else f"service.tile.{name}_untold"),
        usual="",
        note=t(f"service.tile.{name}_n", n=part, base=base) if base else "",
        spark=[],
        target=behind,
        hint=limits.share_hint(page, part, base) if is_enough else "",
    )


def _weekly(filters: Filters) -> pl.DataFrame:
    """Contacts, as what limits count."""
    return db.query("contact_rate", filters.variables()).with_columns(incident_count=pl.col("contact_count"))


def contact_rate(page: Page) -> None:
    """Contacts for 100 orders as a line, and the weeks behind it."""
    series = _weekly(page.filters)
    st.subheader(t("service.contact_rate"), anchor=False)
    if not series["gross_rate"].drop_nulls().len():
        empty.section("empty.rate")
    else:
        earlier = limits.before(page.filters)
        past = None if earlier is None else limits.newest(_weekly(earlier))
        told = limits.of_rate(page, series, past, "order_count", 100.0)
        rows = told.rows.with_columns(
            amount=pl.when(pl.col("order_count") >= FEW).then(pl.col("gross_rate") * 100)
        )
        hovers = [
            t(
                "service.contact_hover",
                days=period_name(row["period_start_date"], page.filters.grain, page.lang),
                value=formats.number(row["amount"], page.lang, 1),
                n=row["contact_count"],
                orders=row["order_count"] or 0,
            )
            for row in rows.iter_rows(named=True)
        ]
        figure = charts.line(rows, plots.ink(), t("service.contact_axis"), hovers)
        keys = [day.isoformat() for day in rows["period_start_date"]]
        charts_limits.add(figure, rows, plots.ink(), keys, hovers)
        plots.show(
            figure, "contact_rate", t("service.contact_alt"), lambda data: period_cases(page.filters, data)
        )
        limits.caption(page, told)
    tables.show(
        series.sort("period_start_date", descending=True),
        [
            Column("period_start_date", t(f"column.{page.filters.grain}"), "date"),
            Column("contact_count", t("service.column.contacts"), "count"),
            Column("order_count", t("column.orders"), "count"),
            Column("gross_rate", t("service.column.gross"), "percent"),
            Column("contacting_order_count", t("service.column.orders_about"), "count"),
            Column("net_rate", t("service.column.net"), "percent"),
            Column("without_order_count", t("service.column.without_order"), "count"),
        ],
        "contact_rate_table",
        t("service.contact_alt"),
        None,
        lambda row: period_cases(page.filters, row["period_start_date"]),
        height=210,
    )
    st.caption(t("service.contact_note"))
