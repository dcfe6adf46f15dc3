"""A rise explained in six questions, always the same and in the same order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Any

import polars as pl
import streamlit as st

from analysis.explaining import Explanation, explained
from app import (
    db,
    deciding,
    driver_chart,
    driver_segments,
    formats,
    frame,
    marks,
    names,
    navigation,
    plots,
    tables,
)
from app.driver_segments import label
from app.exports import Column
from app.filters import DIMENSIONS
from app.frame import Page
from app.i18n import md, t
from pipelines.reader import Value
from pipelines.store import StoreError

CASES = 10
CHANGES, TOLD = 6, 3  # new things told at most, and their incidents at least
#: what telling_cases is narrowed by beside the filters of every page
NARROWED = {**DIMENSIONS, "lot": "lots", "category": "categories", "region": "regions"}
NAMED = 3  # causes in the sentence on top
NEW_SHARE = 0.5  # of the incidents of the period told by a new tool: then it may be the data


@dataclass(frozen=True)
class Told:
    """Everything the page says, asked once."""

    window: Mapping[str, Any] | None  # none when the period has no beginning
    told: Explanation
    sources: pl.DataFrame
    rose: pl.DataFrame | None  # causes that rose beyond chance; none where no cause is told from another


def ask(page: Page) -> Told:
    """The rise of the page's filters and period, explained."""
    variables = page.filters.variables()
    window = db.query("driver_window", variables)
    if window.is_empty():
        return Told(None, Explanation("no_base"), window, None)
    row = window.row(0, named=True)
    name = (str(db.folder()), db.snapshot(), json.dumps(variables, default=str, sort_keys=True))
    told = _explained(variables, bool(row["has_base"]), *name)
    return Told(
        row, told, db.query("driver_sources", variables), driver_segments.causes_that_rose(page, told)
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _explained(_variables: Mapping[str, Value], has_base: bool, *name: str | None) -> Explanation:
    """Remembered by `name`: the store's snapshot and the filters."""
    return explained(db.query("driver_lines", _variables), has_base)


def facts(page: Page, told: Told) -> list[str]:
    """What the grey line says beside the usual: what is set against what."""
    if told.window is None:
        return []
    return [
        t("drivers.n", n=told.told.observed),
        t(
            "drivers.against",
            before=formats.span(told.window["compared_date"], told.window["start_date"], page.lang),
            base=formats.span(told.window["base_date"], told.window["start_date"], page.lang),
        ),
    ]


def finding(page: Page, told: Told) -> None:
    """The answer in one sentence."""
    if told.window is None:
        st.subheader(t("drivers.no_period"), anchor=False)
        return
    rise = told.told
    if rise.is_untold:
        st.subheader(t(f"drivers.{rise.verdict}"), anchor=False)
    elif rise.segments:
        first = rise.segments[0]
        key = "drivers.finding" if rise.observed > rise.expected else "drivers.finding_within"
        st.subheader(
            md(
                t(
                    key,
                    n=rise.observed,
                    expected=formats.about(rise.expected, page.lang),
                    segment=label(first.values),
                    observed=formats.number(first.driver.observed, page.lang, 0),
                    usual=formats.about(first.driver.expected, page.lang),
                )
            ),
            anchor=False,
        )
    elif rise.is_beyond_chance:
        st.subheader(
            t("drivers.everywhere", n=rise.observed, expected=formats.about(rise.expected, page.lang)),
            anchor=False,
        )
    elif told.rose is not None and told.rose.height:
        titles = told.rose["cause"].replace(names.causes()).to_list()
        named = ", ".join([*titles[:NAMED], *([t("drivers.others")] if len(titles) > NAMED else [])])
        st.subheader(md(t("drivers.causes_only", n=told.rose.height, causes=named)), anchor=False)
    else:
        st.subheader(t("drivers.nothing"), anchor=False)


def flag(page: Page) -> dict[str, Any] | None:
    """What the load said of this cause at this place, if it rose by the end of the period."""
    choices = {name: values for name, values in page.filters.choices.items() if values}
    causes = choices.pop("cause", ())
    if len(causes) != 1 or len(choices) > 1 or any(len(values) != 1 for values in choices.values()):
        return None
    kind, place = next(((name, values[0]) for name, values in choices.items()), ("all", None))
    series = db.query("rising_issues", page.filters.variables())
    for row in series.iter_rows(named=True):
        same = (row["cause"], row["place_kind"], row["place"]) == (causes[0], kind, place)
        start, until = page.filters.start, page.filters.until
        if same and (start is None or start <= row["week_start_date"]):
            return row if until is None or row["since_date"] < until else None
    return None


def is_it_real(page: Page, told: Told) -> None:
    """Observed against expected, with an interval; what the load said where it did."""
    st.subheader(t("drivers.q.real"), anchor=False)
    said = []
    row = flag(page)
    if row:
        said.append(
            t(
                "drivers.flagged",
                n=row["observed_count"],
                expected=formats.number(row["expected_count"], page.lang, 1),
                low=formats.number(row["ratio_low"], page.lang, 1),
                high=formats.number(row["ratio_high"], page.lang, 1),
                day=formats.day(row["since_date"], page.lang),
                q=formats.percent(row["q"], page.lang, 1),
            )
        )
    rise = told.told
    if rise.parts is None and not rise.expected:
        said.append(t(f"drivers.{rise.verdict}"))
    else:
        key = "beyond" if rise.is_beyond_chance else "below" if rise.high < 1 else "within"
        said.append(
            t(
                "drivers.observed" if isfinite(rise.high) else "drivers.observed_at_least",
                n=rise.observed,
                expected=formats.about(rise.expected, page.lang),
                low=formats.number(rise.low, page.lang, 2),
                high=formats.number(rise.high, page.lang, 2) if isfinite(rise.high) else formats.UNKNOWN,
            )
            + " "
            + t(f"drivers.{key}")
        )
    st.markdown(md("\n\n".join(said)) if len(said) == 1 else "\n\n".join(map(md, said)))


def is_it_the_data(page: Page, told: Told) -> None:
    """New tools and late files, which look like a rise or hide one."""
    st.subheader(t("drivers.q.data"), anchor=False)
    new = told.sources.filter("is_new").sort("first_date")
    count, total = int(new["incident_count"].sum()), int(told.sources["incident_count"].sum())
    said = []
    if count and total:
        said.append(
            t(
                "drivers.new_source" if count >= NEW_SHARE * total else "drivers.some_new_source",
                n=count,
                total=total,
                sources=", ".join(new["source"].to_list()),
                day=formats.day(new["first_date"][0], page.lang),
            )
        )
    said += [phrase[:1].upper() + phrase[1:] + "." for phrase in frame.late_sources(page)]
    st.markdown(md(" ".join(said) or t("drivers.same_sources")))
    if told.sources.height:
        tables.show(
            told.sources,
            [
                Column("source", t("column.source")),
                Column("before_count", t("drivers.before"), "count"),
                Column("incident_count", t("drivers.now"), "count"),
                Column("first_date", t("drivers.first_told"), "date"),
                Column("last_date", t("drivers.last_told"), "date"),
            ],
            "driver_sources",
            t("drivers.sources_alt"),
        )


def parts(page: Page, told: Told) -> None:
    """The rise from the period before: volume, mix and rate, which add up."""
    st.subheader(t("drivers.q.parts"), anchor=False)
    split = told.told.parts
    if split is None:
        st.markdown(t("drivers.no_parts"))
        return

    def signed(value: float) -> str:
        return formats.change(formats.number(value, page.lang, 1))

    said = {
        "volume": signed(split.volume),
        "mix": signed(split.mix),
        "rate": signed(split.rate),
    }
    st.markdown(
        md(
            t(
                "drivers.parts",
                before=formats.number(split.before, page.lang, 0),
                now=formats.number(split.now, page.lang, 0),
                **said,
            )
        )
    )
    words = [t(f"drivers.part.{name}") for name in ("before", "volume", "mix", "rate", "now")]
    ends = [
        formats.number(split.before, page.lang, 0),
        *said.values(),
        formats.number(split.now, page.lang, 0),
    ]
    figure = driver_chart.waterfall(split, words, ends, plots.ink(), t("drivers.axis"))
    target = navigation.cases(page.filters)
    plots.show(figure, "driver_parts", t("drivers.parts_alt"), lambda _: target)
    st.caption(t("drivers.parts_how", n=told.window["delay_days"] if told.window else 0))


def changes(page: Page, told: Told) -> None:
    """What was new while it rose: lots, places and tools, what was noted, and the actions that were taken."""
    st.subheader(t("drivers.q.changes"), anchor=False)
    found = db.query("driver_changes", page.filters.variables())
    shown = found.filter(pl.col("incident_count") >= TOLD).head(CHANGES)
    lines = [
        t(
            "drivers.change",
            what=t(f"drivers.attribute.{row['kind']}"),
            value=names.of(row["kind"], row["value"]),
            day=formats.day(row["first_date"], page.lang),
            n=row["incident_count"],
        )
        for row in shown.iter_rows(named=True)
    ]
    lines += _marks(page, told)
    if not lines:
        st.markdown(t("drivers.no_change"))
        return
    st.markdown("\n".join(f"- {md(line)}" for line in lines))
    if found.height > shown.height:
        st.caption(t("drivers.more_changes", n=found.height - shown.height))


def _marks(page: Page, told: Told) -> list[str]:
    """Notes and corrective actions since the base that are about what is chosen.

    A database that does not answer is no reason to show no explanation.
    """
    if told.window is None:
        return []
    last = told.window["until_date"] - timedelta(days=1)
    try:
        found = marks.found(deciding.store(), page.filters.choices, told.window["base_date"], last)
    except StoreError:
        return []
    return [marks.said(mark, page) for mark in found[-marks.MOST :]]


def cases(page: Page, told: Told) -> None:
    """The ten cases that show it best: of the first combination, else of everything chosen."""
    st.subheader(t("drivers.q.cases"), anchor=False)
    first = told.told.segments[0].values if told.told.segments else {}
    only = {NARROWED[name]: (value,) for name, value in first.items() if name in NARROWED}
    found = db.query("telling_cases", {**page.filters.variables(), **only}, row_limit=CASES)
    st.markdown(md(t("drivers.cases_of", segment=label(first)) if first else t("drivers.cases_all")))
    rows = found.with_columns(
        order=pl.coalesce("order_name", "order_key"),
        cause_name=pl.col("cause").replace(names.causes()),
        evidence_name=names.column(found, "evidence", "evidence"),
        channel_name=names.column(found, "channel", "channel"),
    )
    tables.show(
        rows,
        [
            Column("on_date", t("column.event_date"), "date"),
            Column("order", t("column.order")),
            Column("cause_name", t("column.cause")),
            Column("product", t("column.product")),
            Column("sku", t("column.sku")),
            Column("lot", t("drivers.lot")),
            Column("warehouse", t("column.warehouse")),
            Column("carrier", t("column.carrier")),
            Column("channel_name", t("column.channel")),
            Column("evidence_name", t("column.evidence")),
        ],
        "driver_cases",
        t("drivers.cases_alt"),
        leads_to=lambda row: navigation.case(row["order_key"], row["incident_key"]),
    )
