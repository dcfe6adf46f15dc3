"""What every page has above its own content: filters from the URL, title, the grey line, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl
import streamlit as st

from app import db, empty, filter_bar, formats
from app.filters import DIMENSIONS, Filters, Notice, Params, Span, periods, read
from app.i18n import Lang, language, md, t

LATE_DAYS = 28  # refunds, and the incidents of an order, come up to four weeks later
STALE_DAYS = 8  # a source that is this much older than the newest one is said to be late


@dataclass(frozen=True)
class Page:
    """What a page knows before it asks anything."""

    filters: Filters
    notices: Sequence[Notice]
    periods: Mapping[str, Span]
    as_of: date
    lang: Lang
    currency: str

    def is_recent(self) -> bool:
        """Whether the period reaches into the weeks whose refunds, and whose orders' incidents, are not all known."""
        until = self.filters.until
        return until is None or until > self.as_of - timedelta(days=LATE_DAYS)


def open_page(default_period: str = "13w") -> Page:
    """The filters of the URL, checked against the data. Without any data it says how to get some and stops."""
    if db.snapshot() is None:
        bare_header(t("empty.title"))
        empty.no_data()
        st.stop()
    return asked_for({name: st.query_params.get_all(name) for name in st.query_params}, default_period)


def asked_for(asked: Params, default_period: str) -> Page:
    """The page that these parameters of a URL ask for, checked against the data."""
    as_of = data_as_of()
    values = db.query("filter_values")
    known = {name: values.filter(values["dimension"] == name)["value"].drop_nulls() for name in DIMENSIONS}
    offered = {name: frozenset(column.to_list()) for name, column in known.items()}
    presets = periods(as_of, complete_until(as_of))
    filters, notices = read(asked, offered, presets, as_of, default_period)
    return Page(filters, notices, presets, as_of, language(), main_currency())


def data_as_of() -> date:
    """The day of the newest event that any file tells of, on the shop's clock; a date in the future does not count."""
    published = db.query("published")["published_at"].max()
    latest = db.query("source_freshness")["latest_date"]
    known = (
        latest.filter(latest <= published + timedelta(days=1)) if isinstance(published, datetime) else latest
    )
    newest = known.max()
    return newest if isinstance(newest, date) else datetime.now(UTC).date()


def complete_until(as_of: date) -> date:
    """The Monday after the last week that the data cover whole."""
    weeks = db.query("trend_total", {"grain": "week"})
    last = weeks.filter("is_complete")["period_start_date"].max()
    return last + timedelta(weeks=1) if isinstance(last, date) else as_of - timedelta(days=as_of.weekday())


def main_currency() -> str:
    """The currency that amounts are in unless a page says otherwise."""
    settings = db.query("settings")
    return str(settings["main_currency"][0] or "") if settings.height else ""


def header(
    page: Page,
    title: str,
    facts: Sequence[str],
    switches: Sequence[str] = (),
    has_period: bool = True,
    has_filters: bool = True,
) -> None:
    """Title, language, the grey line (date basis, as-of, what the page adds), filters, and what could not be used."""
    bare_header(title)
    # the list shows what was searched; how many have no order would be counted of all of the period
    is_search = bool(st.query_params.get("search") or st.query_params.get("at"))
    st.caption(md(grey_line(page, facts, switches, has_period, is_search)))
    if has_filters:
        filter_bar.draw(page.filters, page.periods, page.as_of, switches, has_period)
    for notice in page.notices:
        st.caption(md(unused(notice)))


def unused(notice: Notice) -> str:
    """What of a URL could not be used, in a sentence."""
    params = dict(notice.params)
    if "dimension" in params:
        name = params["dimension"]
        params["dimension"] = t(f"dimension.{name}" if name in DIMENSIONS else f"filters.{name}")
    return t(notice.key, **params)


def grey_line(
    page: Page,
    facts: Sequence[str],
    switches: Sequence[str],
    has_period: bool = True,
    is_search: bool = False,
) -> str:
    """Date basis, as-of, what the page adds, and what the figures do not hold yet or cannot hold."""
    basis = [t(f"frame.basis_{page.filters.basis}")] if has_period else []
    line = [
        *basis,
        t("frame.as_of", day=formats.day(page.as_of, page.lang)),
        *facts,
        *still_to_come(page, switches),
        *([] if is_search else without_orders(page, has_period)),
        *late_sources(page),
    ]
    line[0] = line[0][:1].upper() + line[0][1:]
    return " · ".join(line)


def bare_header(title: str) -> None:
    """Title and language; and, as long as nothing real is loaded, that the figures are invented."""
    with st.container(horizontal=True, vertical_alignment="top", gap=None, key="head"):
        st.title(md(title), anchor=False)
        filter_bar.language_switch()
    if db.is_demo():
        st.caption(t("frame.demo"))


def still_to_come(page: Page, switches: Sequence[str]) -> list[str]:
    """Why the newest figures look better than they will be: refunds and claims arrive weeks after the event."""
    by_order = [t("frame.to_come_order")] if page.filters.basis == "order" and "basis" in switches else []
    by_cost = [t("frame.to_come_cost")] if page.filters.measure == "cost" and "measure" in switches else []
    return [*by_order, *by_cost] if page.is_recent() else []


def without_orders(page: Page, has_period: bool) -> list[str]:
    """One phrase that says how many of the incidents shown have no order loaded to set them against."""
    found = db.query("order_coverage", page.filters.variables() if has_period else None)
    unlinked = int(found["unlinked_count"].sum() or 0)
    if not unlinked:
        return []
    if unlinked == int(found["incident_count"].sum()):
        return [t("frame.no_orders")]
    return [t("frame.unlinked", n=unlinked)] if has_period else []


def late_sources(page: Page) -> list[str]:
    """One phrase for each source whose newest event is much older than the newest of all."""
    fresh = db.query("source_freshness").group_by("source").agg(pl.col("latest_date").max()).sort("source")
    limit = page.as_of - timedelta(days=STALE_DAYS)
    return [
        t("frame.late_source", source=row["source"], day=formats.day(row["latest_date"], page.lang))
        for row in fresh.iter_rows(named=True)
        if row["latest_date"] is not None and row["latest_date"] < limit
    ]


def attribution() -> None:
    """Credits the public data a page draws, where its licence asks for it."""
    if credit := credited():
        st.caption(credit)


def credited() -> str:
    """The credit that the licence of the data asks for; '' where none does."""
    return t("frame.signalconso") if "signalconso" in db.query("data_files")["source"] else ""
