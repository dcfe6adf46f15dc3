"""Where a rise is concentrated: which causes rose, and the combinations of values with more incidents than expected."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from analysis.explaining import FEWEST, Explanation, Segment, rate_ratio
from app import db, empty, names, navigation, tables
from app.exports import Column
from app.filters import DIMENSIONS
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

CAUSES = 8


def label(values: Mapping[str, str]) -> str:
    """A combination of values in the reader's words."""
    said = (f"{t(f'drivers.attribute.{name}')} {names.of(name, value)}" for name, value in values.items())
    return " · ".join(said)


def segments(page: Page, rise: Explanation, rose: pl.DataFrame | None) -> None:
    """The combinations of values in which more happened than expected; before them the causes that rose."""
    st.subheader(t("drivers.q.segments"), anchor=False)
    if rise.is_untold:
        empty_or_said(rise.verdict)
        return
    if rose is not None:
        by_cause(page, rose)
    if not rise.segments:
        has_risen = rose is not None and rose.height
        st.markdown(t("drivers.no_segment_of_all" if has_risen else "drivers.no_segment"))
        return
    st.markdown(md(t("drivers.segments", n=len(rise.segments))))
    total = rise.observed - rise.expected
    rows = pl.DataFrame(
        [
            {
                "segment": label(one.values),
                "observed": int(one.driver.observed),
                "expected": one.driver.expected,
                "ratio": one.driver.observed / max(one.driver.expected, 1e-9),
                "low": one.driver.low,
                "high": one.driver.high,
                "share": one.driver.excess / total if rise.is_beyond_chance else None,
                "excess": one.driver.excess,
                "lines": round(one.driver.lines),
                "number": i,
            }
            for i, one in enumerate(rise.segments)
        ],
        schema_overrides={"share": pl.Float64},
    )
    tables.show(
        rows,
        [
            Column("segment", t("drivers.segment")),
            Column("observed", t("drivers.observed_column"), "count"),
            Column("expected", t("drivers.expected"), "number"),
            Column("excess", t("drivers.excess"), "number"),
            Column("share", t("drivers.share"), "percent"),
            Column("ratio", t("drivers.ratio"), "number"),
            Column("low", t("drivers.low"), "number"),
            Column("high", t("drivers.high"), "number"),
            Column("lines", t("drivers.lines"), "count"),
        ],
        "drivers",
        t("drivers.segments_alt"),
        leads_to=lambda row: segment_cases(page, rise.segments[row["number"]]),
    )
    st.caption(t("drivers.segments_how"))


def causes_that_rose(page: Page, rise: Explanation) -> pl.DataFrame | None:
    """The causes that rose beyond chance, with what was expected; most in excess first.

    None where nothing can be said, or where one cause is the whole.
    """
    if rise.verdict in ("no_lines", "no_base", "thin_base"):
        return None
    found = db.query("driver_causes", page.filters.variables())
    if found.height < 2:
        return None
    ends = [
        rate_ratio(row["incident_count"], row["exposure_ratio"], row["before_count"], 1.0)
        if row["exposure_ratio"]
        else (0.0, 0.0)
        for row in found.iter_rows(named=True)
    ]
    return found.with_columns(low=pl.Series([low for low, _ in ends], dtype=pl.Float64)).filter(
        (pl.col("low") > 1) & (pl.col("incident_count") >= FEWEST)
    )


def by_cause(page: Page, rose: pl.DataFrame) -> None:
    """The causes that rose beyond chance, each with its own explanation."""
    if rose.is_empty():
        st.markdown(t("drivers.no_cause"))
        return
    st.markdown(t("drivers.causes", n=rose.height))
    tables.show(
        rose.with_columns(
            title=pl.col("cause").replace(names.causes()),
            excess=pl.col("incident_count") - pl.col("expected_count"),
        ).head(CAUSES),
        [
            Column("title", t("column.cause")),
            Column("incident_count", t("drivers.observed_column"), "count"),
            Column("expected_count", t("drivers.expected"), "number"),
            Column("excess", t("drivers.excess"), "number"),
            Column("low", t("drivers.times_at_least"), "number"),
        ],
        "driver_causes",
        t("drivers.causes_alt"),
        leads_to=lambda row: navigation.cases(page.filters, cause=row["cause"]),
        explains=lambda row: navigation.explained(page.filters, cause=row["cause"]),
    )


def empty_or_said(verdict: str) -> None:
    """Why nothing is explained; without orders, which file would change that."""
    if verdict == "no_lines":
        empty.section("drivers.no_lines_file")
    else:
        st.markdown(t(f"drivers.{verdict}"))


def segment_cases(page: Page, segment: Segment) -> Target:
    """The cases of a combination, as near as the filters of that page come to it."""
    chosen = {name: value for name, value in segment.values.items() if name in DIMENSIONS}
    target = navigation.cases(page.filters, **chosen)
    searched = next((segment.values[name] for name in ("lot", "product") if name in segment.values), None)
    return Target(target.page, {**target.params, "search": [searched]}) if searched else target
