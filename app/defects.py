"""Defects of suppliers, articles and lots: a funnel instead of a league table, and the first bad lot on a time line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from analysis import funnel as limits
from app import empty, formats, navigation, plots, quality_charts, tables
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

LEVELS = ("supplier", "sku", "lot")
OUT = ("above_998",)
MILLE = 1000


def count(rates: pl.DataFrame) -> str:
    """How many incidents the page is about, for the grey line."""
    return t("defects.n", n=int(rates.filter(pl.col("level") == "supplier")["incident_count"].sum()))


def judged_lots(lots: pl.DataFrame) -> pl.DataFrame:
    """Every known lot held against all known lots together, the worst first."""
    known = lots.drop_nulls("lot").with_columns(exposure_count=pl.col("units_sold"))
    told = limits.judged(known)
    return told.with_columns(excess=pl.col("incident_count") - pl.col("expected_count")).sort(
        "excess", "lot", descending=[True, False]
    )


def finding(page: Page, lots: pl.DataFrame) -> None:
    """The worst lot in words, and how many others there are; else that none stands out."""
    bad = lots.filter(pl.col("verdict").is_in(OUT))
    if lots.is_empty():
        empty.section("defects.no_lots")
        return
    if bad.is_empty():
        st.subheader(t("defects.none_out", n=lots.height), anchor=False)
        return
    worst = bad.row(0, named=True)
    rest = lots.filter(pl.col("lot") != worst["lot"])
    elsewhere = int(rest["incident_count"].sum()) / max(int(rest["units_sold"].sum()), 1)
    st.subheader(
        md(
            t(
                "defects.finding",
                lot=worst["lot"],
                product=worst["product"] or formats.UNKNOWN,
                supplier=worst["supplier"] or formats.UNKNOWN,
                n=worst["incident_count"],
                units=worst["units_sold"],
                rate=formats.per_mille(worst["rate"], page.lang),
                rest=formats.per_mille(elsewhere, page.lang),
            )
        ),
        anchor=False,
    )
    facts = [
        t(
            "defects.since",
            first=formats.day(worst["first_sold_date"], page.lang),
            last=formats.day(worst["last_sold_date"], page.lang),
            day=formats.day(worst["first_seen_date"], page.lang),
            n=worst["days_since_first_sign"],
        ),
        _left(page, worst),
    ]
    if bad.height > 1:
        facts.append(t("defects.others_out", n=bad.height - 1))
    st.text(" ".join(facts))
    st.button(
        t("defects.open_lot", lot=md(worst["lot"])),
        key="open_worst_lot",
        on_click=navigation.go,
        args=(lot_cases(page, worst),),
    )


def _left(page: Page, lot: dict[str, Any]) -> str:
    if lot["stock_at_most_count"] is None:
        return t("defects.stock_unknown")
    return t(
        "defects.stock_at_most",
        n=lot["stock_at_most_count"],
        day=formats.day(lot["stock_counted_date"], page.lang),
    )


def level() -> str:
    """What a point of the funnel is: the URL says it, and the switch writes it."""
    asked = st.query_params.get("level", LEVELS[0])
    return asked if asked in LEVELS else LEVELS[0]


def _switch() -> str:
    names = {name: t(f"defects.level_{name}") for name in LEVELS}
    st.session_state["w_level"] = level()

    def changed() -> None:
        st.query_params["level"] = st.session_state["w_level"]

    st.segmented_control(
        t("defects.level"),
        LEVELS,
        format_func=names.__getitem__,
        key="w_level",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )
    return level()


def funnel(page: Page, rates: pl.DataFrame, lots: pl.DataFrame) -> None:
    """Rate against volume for suppliers, articles or lots; a point leads to its cases."""
    st.subheader(t("defects.funnel"), anchor=False)
    chosen = _switch()
    if chosen == "lot":
        told = lots.with_columns(place=pl.col("lot"))
        unplaced = 0
    else:
        own = rates.filter(pl.col("level") == chosen)
        told = limits.judged(own.drop_nulls("place").with_columns(exposure_count=pl.col("units_sold")))
        unplaced = int(own["incident_count"].sum()) - int(told["incident_count"].sum())
    if told.is_empty() or not told["incident_count"].sum():
        empty.section("defects.no_rates" if told.is_empty() else "empty.incidents")
        return
    told = told.sort("incident_count", "place", descending=[True, False]).with_row_index("key")
    told = told.with_columns(
        amount=pl.col("rate") * MILLE,
        is_out=pl.col("verdict").is_in(OUT),
        label=pl.col("place"),
        verdict_name=_verdicts(told),
    )
    told = told.with_columns(
        hover=pl.Series([_hover(page, row) for row in told.iter_rows(named=True)], dtype=pl.String)
    )
    overall = float(told["overall_rate"][0])
    sold = [count for count in told["exposure_count"].to_list() if count] or [1]
    curves = limits.curves(overall, min(sold), max(sold))
    curves = curves.with_columns(
        *(pl.col(name) * MILLE for name in curves.columns if name != "exposure_count"),
        middle=pl.lit(overall * MILLE),
    )
    rows = {row["key"]: row for row in told.iter_rows(named=True)}

    def leads_to(key: Any) -> Target | None:
        row = rows.get(key)
        return None if row is None else place_cases(page, chosen, row)

    alt = t("defects.funnel_alt", n=told.height, out=int(told["is_out"].sum()))
    words = (t("defects.limit_998"), t("defects.limit_95"), t("defects.overall"))
    axes = (t("defects.units_axis"), t("defects.rate_axis"))
    plots.show(quality_charts.funnel(told, curves, plots.ink(), axes, words), "funnel", alt, leads_to)
    for line in _notes(page, told, chosen, unplaced):
        st.caption(md(line))
    tables.show(
        told.filter((pl.col("incident_count") > 0) | ~pl.col("verdict").is_in(("inside", "too_few"))),
        _columns(chosen),
        "defect_rates",
        alt,
        page.currency,
        lambda row: place_cases(page, chosen, row),
        height=330,
    )


def _verdicts(told: pl.DataFrame) -> pl.Expr:
    codes = told["verdict"].unique().to_list()
    return pl.col("verdict").replace({code: t(f"verdict.{code}") for code in codes})


def _hover(page: Page, row: dict[str, Any]) -> str:
    return t(
        "defects.hover",
        name=row["place"],
        rate=formats.per_mille(row["rate"], page.lang),
        low=formats.per_mille(row["rate_low"], page.lang),
        high=formats.per_mille(row["rate_high"], page.lang),
        n=row["incident_count"],
        units=row["exposure_count"],
        expected=formats.number(row["expected_count"], page.lang, 1),
    )


def _notes(page: Page, told: pl.DataFrame, chosen: str, unplaced: int) -> list[str]:
    """What the funnel stands on, what it leaves out, and how restless its points are."""
    lines = [t("defects.lot_basis" if chosen == "lot" else "defects.period_basis")]
    phi = limits.dispersion(told)
    if phi is not None:
        said = (
            t("defects.overdispersed") if phi > 1.5 else t("defects.as_chance")
        )  # a third above chance is usual
        lines.append(f"{t('defects.dispersion', phi=formats.number(phi, page.lang, 1))} {said}")
    if unplaced:
        lines.append(t("defects.unplaced", n=unplaced))
    return lines


def _columns(chosen: str) -> list[Column]:
    named = {
        "supplier": [Column("place", t("column.supplier"))],
        "sku": [
            Column("place", t("column.sku")),
            Column("product", t("column.product")),
            Column("supplier", t("column.supplier")),
        ],
        "lot": [
            Column("place", t("column.lot")),
            Column("supplier", t("column.supplier")),
            Column("product", t("column.product")),
        ],
    }
    return [
        *named[chosen],
        Column("verdict_name", t("defects.verdict")),
        Column("incident_count", t("column.incidents"), "count"),
        Column("units_sold", t("defects.units"), "count"),
        Column("expected_count", t("defects.expected"), "number"),
        Column("rate", t("column.rate"), "per_mille"),
        Column("rate_low", t("defects.low"), "per_mille"),
        Column("rate_high", t("defects.high"), "per_mille"),
        Column("cost_cents", t("column.cost"), "money"),
        Column("first_seen_date", t("column.first_seen"), "date"),
        Column("last_seen_date", t("column.last_seen"), "date"),
    ]


def place_cases(page: Page, chosen: str, row: dict[str, Any]) -> Target:
    """The cases behind one point."""
    if chosen == "lot":
        return lot_cases(page, row)
    return navigation.cases(page.filters, family="product", **{chosen: row["place"]})


def lot_cases(page: Page, row: dict[str, Any]) -> Target:
    """The cases of a lot, from its first sale to the end of the period: its whole life, as it is judged."""
    until = page.filters.until or page.as_of + timedelta(days=1)
    filters = page.filters.during(row["first_sold_date"], until) if row["first_sold_date"] else page.filters
    target = navigation.cases(filters, family="product", supplier=row["supplier"])
    return Target(target.page, {**target.params, "search": [row["lot"]]})


def timeline(page: Page, lots: pl.DataFrame) -> None:
    """The lots of one supplier by their first sale, with what is left of them."""
    if lots.is_empty():
        return
    sold = lots.drop_nulls("supplier")
    names = sold.group_by("supplier", maintain_order=True).agg(pl.col("excess").max())["supplier"].to_list()
    if not names:
        return
    st.subheader(t("defects.timeline"), anchor=False)
    asked = st.query_params.get("of")
    st.session_state["w_of"] = asked if asked in names else names[0]

    def changed() -> None:
        st.query_params["of"] = st.session_state["w_of"]

    supplier = st.selectbox(
        t("column.supplier"), names, key="w_of", label_visibility="collapsed", width=330, on_change=changed
    )
    own = sold.filter(pl.col("supplier") == supplier).sort("first_sold_date", "lot").with_row_index("key")
    own = own.with_columns(
        place=pl.col("lot"),
        label=pl.col("lot"),
        amount=pl.col("rate") * MILLE,
        amount_low=pl.col("rate_low") * MILLE,
        amount_high=pl.col("rate_high") * MILLE,
        is_out=pl.col("verdict").is_in(OUT),
        verdict_name=_verdicts(own),
    )
    own = own.with_columns(
        hover=pl.Series([_hover(page, row) for row in own.iter_rows(named=True)], dtype=pl.String)
    )
    first = own.filter("is_out").head(1)
    if first.height:
        st.markdown(
            t(
                "defects.first_bad",
                lot=md(first["lot"][0]),
                day=formats.day(first["first_sold_date"][0], page.lang),
            )
        )
    rows = {row["key"]: row for row in own.iter_rows(named=True)}

    def leads_to(key: Any) -> Target | None:
        row = rows.get(key)
        return None if row is None else lot_cases(page, row)

    alt = t("defects.timeline_alt", supplier=supplier, n=own.height)
    axes = (t("defects.first_sold"), t("defects.rate_axis"))
    words = (t("defects.interval"), t("defects.overall"))
    middle = float(own["overall_rate"][0]) * MILLE
    plots.show(quality_charts.lots(own, plots.ink(), axes, middle, words), "lots", alt, leads_to)
    st.caption(t("defects.young"))
    tables.show(
        own,
        [
            Column("lot", t("column.lot")),
            Column("product", t("column.product")),
            Column("verdict_name", t("defects.verdict")),
            Column("first_sold_date", t("defects.first_sold"), "date"),
            Column("last_sold_date", t("defects.last_sold"), "date"),
            Column("units_sold", t("defects.units"), "count"),
            Column("incident_count", t("column.incidents"), "count"),
            Column("rate", t("column.rate"), "per_mille"),
            Column("rate_low", t("defects.low"), "per_mille"),
            Column("rate_high", t("defects.high"), "per_mille"),
            Column("first_seen_date", t("column.first_seen"), "date"),
            Column("days_since_first_sign", t("defects.days_since"), "count"),
            Column("stock_at_most_count", t("defects.stock"), "count"),
            Column("stock_counted_date", t("defects.counted"), "date"),
            Column("cost_cents", t("column.cost"), "money"),
        ],
        "lot_rates",
        alt,
        page.currency,
        lambda row: lot_cases(page, row),
        height=330,
    )
