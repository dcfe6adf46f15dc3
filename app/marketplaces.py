"""Marketplaces and their limits: the finding, and each one's metrics by our count and by its own, with what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import claim_figures, db, formats, names, navigation, plots, tables
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

FEW = 25  # on fewer orders a share says little, and marketplaces do not judge
LISTED = 3  # metrics that the sentence names

#: what the orders of a metric have in common, as far as filters can say it
CASES: dict[str, dict[str, str]] = {
    "late_shipment": {"cause": "late_dispatch"},
    "on_time_delivery": {"family": "transport"},
    "valid_tracking": {"family": "transport"},
    "not_received": {"cause": "not_received"},
}


def facts(page: Page, found: pl.DataFrame) -> list[str]:
    """What the grey line adds."""
    n = found["channel"].n_unique() if found.height else 0
    return [t("marketplaces.n", n=n), t("marketplaces.basis")] if n else []


def finding(page: Page, found: pl.DataFrame) -> None:
    """The metrics beyond their limit, and the one that is nearest to it."""
    if found.is_empty():
        st.caption(t("marketplaces.empty"))
        return
    over = found.filter(pl.col("state") == "over").sort("headroom")
    said = []
    for row in over.head(LISTED).iter_rows(named=True):
        said.append(t("marketplaces.over", n=-(row["headroom"] or 0), what=md(_what(row))))
    if over.height > LISTED:
        said.append(t("marketplaces.over_more", n=over.height - LISTED))
    left = found.filter((pl.col("state").is_in(["within", "attention"])) & pl.col("headroom").is_not_null())
    if left.height:
        row = left.sort("headroom").row(0, named=True)
        said.append(t("marketplaces.nearest", n=row["headroom"], what=md(_what(row))))
    unknown = found.filter(pl.col("state") == "unknown").height
    if unknown:
        said.append(t("marketplaces.unknown", n=unknown))
    st.markdown(" ".join(said) or t("marketplaces.no_limits"))


def _what(row: dict[str, Any]) -> str:
    channel = names.of("channel", row["channel"])
    return t("marketplaces.what", metric=names.code("marketplace_metric", row["metric"]), channel=channel)


def section(page: Page, channel: str, found: pl.DataFrame) -> None:
    """One marketplace: how much of each limit is used, and the figures behind it."""
    st.subheader(md(names.of("channel", channel)), anchor=False)
    rows = found.with_columns(
        metric_name=names.column(found, "metric", "marketplace_metric"),
        state_name=names.column(found, "state", "marketplace_state"),
        ours=pl.Series([_ours(page, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        theirs=pl.Series([_theirs(page, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        limit=pl.Series([_limit(page, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        left=pl.Series([_left(row["headroom"]) for row in found.iter_rows(named=True)], dtype=pl.String),
        corrected=pl.Series([_corrected(page, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        origin=pl.Series([_origin(page, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        key=pl.col("metric"),
    )
    drawn = rows.filter(pl.col("used_share").is_not_null() | pl.col("used_told").is_not_null())
    if drawn.height:
        figure = claim_figures.limits(
            drawn,
            plots.ink(),
            t("marketplaces.axis"),
            {share: formats.percent(share, page.lang) for share in (0.0, 1.0, 2.0)},
            t("marketplaces.limit"),
            drawn["metric_name"].to_list(),
            [_hover(row) for row in drawn.iter_rows(named=True)],
        )
        alt = t("marketplaces.alt", channel=names.of("channel", channel))
        plots.show(figure, f"limits_{channel}", alt, lambda metric: _cases(page, channel, found, str(metric)))
    tables.show(
        rows,
        [
            Column("metric_name", t("marketplaces.column.metric")),
            Column("state_name", t("column.status")),
            Column("ours", t("marketplaces.column.ours")),
            Column("limit", t("marketplaces.column.limit")),
            Column("left", t("marketplaces.column.left")),
            Column("corrected", t("marketplaces.column.corrected")),
            Column("theirs", t("marketplaces.column.theirs")),
            Column("share_low", t("marketplaces.column.low"), "percent"),
            Column("share_high", t("marketplaces.column.high"), "percent"),
            Column("unknown_count", t("marketplaces.column.unknown"), "count"),
            Column("window_days", t("marketplaces.column.window"), "count"),
            Column("origin", t("column.source")),
        ],
        f"limits_table_{channel}",
        t("marketplaces.table_alt"),
        None,
        lambda row: _cases(page, channel, found, row["metric"]),
        height=460,
    )


def _ours(page: Page, row: dict[str, Any]) -> str | None:
    """Our share with its counts; on few orders the counts only."""
    if row["share"] is None:
        return None
    share = formats.percent(row["share"], page.lang, 2)
    said = t("marketplaces.of", share=share, part=row["numerator"], base=row["denominator"])
    return said if row["denominator"] >= FEW else t("marketplaces.few", said=said)


def _theirs(page: Page, row: dict[str, Any]) -> str | None:
    if row["told_denominator"] is None:
        return None
    return t(
        "marketplaces.told",
        share=formats.percent(row["told_share"], page.lang, 2),
        part=row["told_numerator"],
        base=row["told_denominator"],
        day=formats.day(row["told_until_at"], page.lang),
    )


def _limit(page: Page, row: dict[str, Any]) -> str | None:
    """`au plus 2,5 %` or `au moins 95 %`."""
    if row["limit_share"] is None:
        return None
    share = formats.percent(row["limit_share"], page.lang, 1)
    return (
        t("marketplaces.at_least", share=share) if row["is_least"] else t("marketplaces.at_most", share=share)
    )


def _left(headroom: int | None) -> str | None:
    """How many more may go wrong, or by how many it is over."""
    if headroom is None:
        return None
    return t("marketplaces.left", n=headroom) if headroom >= 0 else t("marketplaces.over_by", n=-headroom)


def _corrected(page: Page, row: dict[str, Any]) -> str | None:
    """The same with labels that facts contradict counted as the seller's."""
    if row["corrected_numerator"] is None:
        return None
    share = formats.percent(row["corrected_share"], page.lang, 2)
    left = _left(row["corrected_headroom"])
    return t(
        "marketplaces.corrected", share=share, part=row["corrected_numerator"], left=left or formats.UNKNOWN
    )


def _origin(page: Page, row: dict[str, Any]) -> str | None:
    return t("marketplaces.from_report") if row["limit_from"] == "told" else row["rule_source"]


def _hover(row: dict[str, Any]) -> str:
    said = [row["metric_name"], row["ours"] or t("marketplaces.not_counted"), row["limit"], row["left"]]
    return " · ".join(part for part in said if part)


def _cases(page: Page, channel: str, found: pl.DataFrame, metric: str) -> Target:
    """The incidents of the marketplace in the window of the metric."""
    row = found.filter(pl.col("metric") == metric).row(0, named=True)
    inside = page.filters.during(row["start_date"], row["last_date"] + timedelta(days=1))
    return navigation.cases(inside, **{"channel": channel, **CASES.get(metric, {})})


def notes(found: pl.DataFrame) -> None:
    """How to read it, and which channels have no limits known."""
    if found.height:
        st.caption(t("marketplaces.legend"))
        st.caption(t("marketplaces.note"))
    places = db.query("selling_places")["channel"]
    others = [names.of("channel", name) for name in places if name not in set(found["channel"])]
    if others:
        st.caption(md(t("marketplaces.others", channels=", ".join(others))))
