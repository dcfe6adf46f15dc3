"""Rare incidents: too few a week for limits, so what is judged is how long it takes from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from analysis import limits
from analysis.limits import Gaps
from app import charts, charts_limits, db, formats, plots, tables
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.navigation import Target

SHOWN = 60  # gaps drawn; those before them are only learnt from
HALF_A_YEAR = 182


def gaps(page: Page, leads_to: Callable[[Any], Target | None]) -> None:
    """The gaps between the last incidents with their limits: orders between them where orders are loaded, else days."""
    found = db.query("incident_gaps", page.filters.variables())
    unit = "days" if found["exposure_gap"].null_count() == found.height else "exposure"
    told, held = judged(found, "day_gap" if unit == "days" else "exposure_gap", page.filters.start)
    st.subheader(t("rare.title"), anchor=False)
    if held is None:
        st.markdown(t("rare.not_enough", fewest=limits.FEWEST_GAPS))
        return
    what = t("rare.days") if unit == "days" else t(f"exposure.{found['exposure_kind'][0]}")
    st.markdown(sentence(page, told, held, what))
    shown = told.tail(SHOWN)
    hovers = [
        t(
            "rare.hover_open" if row["is_open"] else "rare.hover",
            day=formats.day(row["period_start_date"], page.lang),
            value=formats.number(row["amount"], page.lang, 0),
            unit=what,
        )
        for row in shown.iter_rows(named=True)
    ]
    figure = charts.line(shown, plots.ink(), t("rare.axis", unit=what), hovers)
    keys = [day.isoformat() for day in shown["period_start_date"]]
    charts_limits.add(figure, shown, plots.ink(), keys, hovers)
    if held.high > 10:
        figure.update_yaxes(tickformat=",d")
    plots.show(figure, "gaps", t("rare.alt", unit=what), leads_to)
    st.caption(t("rare.how", unit=what))
    columns = [
        Column("period_start_date", t("rare.until"), "date"),
        Column("day_gap", t("rare.day_gap"), "number"),
        Column("exposure_gap", t("rare.exposure_gap", unit=what), "number"),
        Column("low", t("limits.low"), "number"),
        Column("high", t("limits.high"), "number"),
    ]
    tables.download(lambda: shown, columns, "gaps", shown.height)


def judged(found: pl.DataFrame, column: str, start: date | None = None) -> tuple[pl.DataFrame, Gaps | None]:
    """The gaps as points of a line with their limits, the open one hollow; it counts only once it is too long.

    Limits rest on the gaps that ended before `start`, where they are enough; else on all, if those took half a year: a
    burst alone tells nothing of what is usual.
    """
    done = found.filter(~pl.col("is_open"))
    past = done if start is None else done.filter(pl.col("on_date") < start)
    if past.height < limits.FEWEST_GAPS and float(done["day_gap"].sum()) >= HALF_A_YEAR:
        past = done
    held = limits.gaps(past[column].cast(pl.Float64).to_numpy())
    rows = found.with_columns(
        period_start_date=pl.col("on_date"),
        amount=pl.col(column).cast(pl.Float64),
        is_complete=~pl.col("is_open"),
        is_mature=pl.lit(value=True),
    )
    if held is None:
        return rows, None
    is_short = ~pl.col("is_open") & (pl.col("amount") < held.low)
    return rows.with_columns(
        low=pl.lit(held.low),
        centre=pl.lit(held.middle),
        high=pl.lit(held.high),
        verdict=pl.when(pl.col("amount") > held.high).then(1).when(is_short).then(-1).otherwise(0),
    ), held


def sentence(page: Page, told: pl.DataFrame, held: Gaps, unit: str) -> str:
    """How long it usually takes, how long ago the last one was, and whether they come more often of late."""
    done = told.filter(~pl.col("is_open"))
    last = max(done["period_start_date"].to_list(), default=None)
    said = [
        t("rare.usual", middle=formats.number(held.middle, page.lang, 0), unit=unit),
        t("rare.last", day=formats.day(last, page.lang)),
    ]
    side = limits.runs(done["amount"].to_numpy(), held.middle)
    if side.size and side[-1]:
        n = next((i for i, value in enumerate(side[::-1]) if value != side[-1]), side.size)
        start = done["period_start_date"][done.height - n]
        key = "rare.run_short" if side[-1] < 0 else "rare.run_long"
        said.append(t(key, count=n, day=formats.day(start, page.lang)))
    if told.height and told["is_open"][-1] and told["verdict"][-1] == 1:
        said.append(t("rare.quiet"))
    return " ".join(said)
