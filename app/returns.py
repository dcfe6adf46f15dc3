"""How long each stage of a return takes, for all and by place: the sentence, the survival picture and their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.intervals import with_share
from app import (
    charts_returns,
    db,
    empty,
    formats,
    limits,
    names,
    navigation,
    plots,
    tables,
)
from app.charts_returns import Curve
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

STAGES = ("dropped_off", "received", "inspected", "restocked", "refunded", "whole")
PLACES = ("warehouse", "channel", "supplier", "sku", "reason")
LINES = 5  # curves that can be told apart
FEW = 20  # below so many lines a median says little


def returned(stages: pl.DataFrame) -> int:
    """The most returned lines that any stage of the period began with."""
    return max(stages["line_count"].to_list(), default=0)


def target(page: Page, **own: str) -> Target:
    """This page with the reader's filters, and what the page alone knows."""
    return Target("returns", {**page.filters.pinned().params(), **{k: [v] for k, v in own.items()}})


def one_of(name: str, offered: tuple[str, ...] | list[str], default: str) -> str:
    """The choice that stands in the URL, if it is one that is offered."""
    asked = st.query_params.get(name, default)
    return asked if asked in offered else default


def pills(name: str, label: str, offered: Mapping[str, str], chosen: str) -> None:
    """A switch of this page whose choice stands in the URL."""
    st.session_state[f"w_{name}"] = chosen

    def changed() -> None:
        st.query_params[name] = st.session_state[f"w_{name}"]

    st.pills(
        label,
        list(offered),
        format_func=offered.__getitem__,
        key=f"w_{name}",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )


def days(value: float | None, lang: str) -> str:
    """Days with one decimal."""
    return (
        t("returns.days", n=value, days=formats.number(value, lang, 1))
        if value is not None
        else formats.UNKNOWN
    )


def sentence(page: Page, stages: pl.DataFrame) -> None:
    """What is owed, how long half wait for their money, and where a backlog hides behind a good mean."""
    parts = [owed_sentence(page)]
    whole = {row["stage"]: row for row in stages.iter_rows(named=True)}
    if "refunded" in whole:
        parts.append(_half(page, whole["refunded"]))
    parts.append(_hidden(page))
    said = " ".join(part for part in parts if part)
    if said:
        st.markdown(said)
    else:
        empty.section("returns.empty")


def _sum(frame: pl.DataFrame, name: str) -> int | None:
    """The whole of a column of counts or cents; None when none of it is known."""
    known = [int(value) for value in frame[name] if value is not None]
    return sum(known) if known else None


def owed_sentence(page: Page) -> str:
    """How much is owed for what came back, whenever that was, and how much of it is past its target."""
    ageing = db.query("return_ageing", page.filters.without_period())
    if ageing.is_empty():
        return t("returns.sentence_nothing_owed") if returned(db.query("return_stages")) else ""
    text = t(
        "returns.sentence_owed",
        n=_sum(ageing, "line_count") or 0,
        money=md(formats.money(_sum(ageing, "owed_cents"), page.currency, page.lang, 0)),
        overdue=_sum(ageing, "overdue_count") or 0,
        late=md(formats.money(_sum(ageing, "overdue_cents"), page.currency, page.lang, 0)),
    )
    apart = (_sum(ageing, "other_currency_count") or 0) + (_sum(ageing, "unpriced_count") or 0)
    return f"{text} {t('returns.sentence_apart', n=apart)}" if apart else text


def owed_note(page: Page) -> str:
    """The same in a few words, for a tile: a share says neither the money nor how late it is. Empty: nothing owed."""
    ageing = db.query("return_ageing", page.filters.without_period())
    if ageing.is_empty():
        return ""
    return t(
        "returns.tile_owed",
        n=_sum(ageing, "line_count") or 0,
        money=formats.money(_sum(ageing, "owed_cents"), page.currency, page.lang, 0),
        overdue=_sum(ageing, "overdue_count") or 0,
    )


def _half(page: Page, row: dict[str, Any]) -> str:
    if row["median_days"] is None:
        return t("returns.sentence_half_not", n=row["line_count"]) if row["longest_days"] is not None else ""
    return t(
        "returns.sentence_half" if row["p90_days"] is not None else "returns.sentence_half_only",
        median=days(row["median_days"], page.lang),
        p90=days(row["p90_days"], page.lang),
    )


def _hidden(page: Page) -> str:
    """The warehouse whose finished inspections look best while others wait."""
    found = db.query("return_stages", page.filters.variables(), stage="inspected", place_kind="warehouse")
    hidden = found.drop_nulls("place").filter(
        (pl.col("line_count") >= FEW)
        & (pl.col("open_count") * 4 > pl.col("line_count"))
        & pl.col("p90_days").is_null()
        & pl.col("finished_mean_days").is_not_null()
    )
    if hidden.is_empty():
        return ""
    row = hidden.sort("open_count", descending=True).row(0, named=True)
    return t(
        "returns.sentence_backlog" if row["median_days"] is not None else "returns.sentence_backlog_open",
        place=md(row["place"]),
        n=row["open_count"],
        lines=row["line_count"],
        median=days(row["median_days"], page.lang),
        mean=days(row["finished_mean_days"], page.lang),
    )


def stages(page: Page, found: pl.DataFrame) -> None:
    """The picture of all stages and its table; a row leads to where that stage waits."""
    st.subheader(t("returns.stages"), anchor=False)
    if found.is_empty():
        empty.section("returns.empty_stages")
        return
    shown = found.filter(pl.col("stage") != "whole")
    curves = db.query("return_survival", page.filters.variables())
    named = {stage: t(f"returns.stage_{stage}") for stage in STAGES}
    _picture(
        page,
        [
            _curve(page, named[row["stage"]], row["stage"], row, curves.filter(stage=row["stage"]))
            for row in shown.iter_rows(named=True)
        ],
        "return_survival",
        lambda stage: target(page, stage=str(stage)),
    )
    st.caption(t("returns.stages_legend"))
    tables.show(
        _with_interval(found.with_columns(title=pl.col("stage").replace(named))),
        [Column("title", t("returns.stage")), *_columns()],
        "return_stages",
        t("returns.stages_alt"),
        page.currency,
        lambda row: target(page, stage=row["stage"]),
    )
    st.caption(t("returns.stages_note"))


def places(page: Page, found: pl.DataFrame) -> None:
    """One stage by warehouse, channel, supplier, article or reason; a row keeps that place alone."""
    offered = [stage for stage in STAGES if stage in set(found["stage"])]
    if not offered:
        return
    stage = one_of("stage", offered, "refunded" if "refunded" in offered else offered[0])
    kind = one_of("by", PLACES, "warehouse")
    st.subheader(t("returns.places"), anchor=False)
    pills("stage", t("returns.stage"), {code: t(f"returns.stage_{code}") for code in offered}, stage)
    pills("by", t("returns.by"), {code: t(f"returns.by_{code}") for code in PLACES}, kind)
    rows = db.query("return_stages", page.filters.variables(), stage=stage, place_kind=kind)
    dimension = "cause" if kind == "reason" else kind
    said = {place: names.of(dimension, place) for place in rows["place"].drop_nulls()}
    rows = _with_interval(rows).with_columns(
        title=pl.col("place").replace(said).fill_null(t("returns.unknown_place")),
        trust=pl.when(pl.col("line_count") < FEW).then(pl.lit(t("returns.few"))).otherwise(pl.lit("")),
    )

    def leads_to(place: Any) -> Target:
        if place is None or kind == "reason":
            return target(page, stage=stage, by=kind)
        narrowed = page.filters.choose(**{kind: str(place)}).pinned().params()
        return Target("returns", {**narrowed, "stage": [stage], "by": [kind]})

    top = rows.drop_nulls("place").filter(pl.col("line_count") >= FEW).head(LINES)
    if top.height and kind != "sku":
        curves = db.query("return_survival", page.filters.variables(), stage=stage, place_kind=kind)
        drawn = [
            _curve(page, row["title"], row["place"], row, curves.filter(place=row["place"]))
            for row in top.iter_rows(named=True)
        ]
        _picture(page, drawn, "return_survival_places", leads_to)
    tables.show(
        rows,
        [Column("title", t(f"returns.by_{kind}")), *_columns(), Column("trust", t("returns.trust"))],
        "return_places",
        t("returns.places_alt"),
        page.currency,
        lambda row: leads_to(row["place"]),
        height=360,
    )


def _with_interval(rows: pl.DataFrame) -> pl.DataFrame:
    """The interval of the late share, which is of those that can be judged."""
    judged = rows.with_columns(judged_count=pl.col("late_count") + pl.col("in_time_count"))
    return with_share(judged, "late_count", "judged_count")


def _columns() -> list[Column]:
    return [
        Column("line_count", t("returns.lines"), "count"),
        Column("open_count", t("returns.open"), "count"),
        Column("median_days", t("returns.median"), "number"),
        Column("p90_days", t("returns.p90"), "number"),
        Column("finished_mean_days", t("returns.finished_mean"), "number"),
        Column("late_share", t("returns.late_share"), "percent"),
        *limits.share_columns(),
        Column("late_count", t("returns.late"), "count"),
        Column("in_time_count", t("returns.in_time"), "count"),
        Column("undetermined_count", t("returns.undetermined"), "count"),
        Column("too_early_count", t("returns.too_early"), "count"),
        Column("undated_count", t("returns.undated"), "count"),
    ]


def _curve(page: Page, title: str, key: str, row: dict[str, Any], points: pl.DataFrame) -> Curve:
    hovers = [
        t(
            "returns.hover",
            what=title,
            day=day,
            share=formats.percent(share, page.lang),
            n=0 if at_risk is None else at_risk,
        )
        for day, share, at_risk in points.select("day", "waiting_share", "at_risk_count").iter_rows()
    ]
    return Curve(
        title, key, points["day"].to_list(), points["waiting_share"].to_list(), hovers, row["median_days"]
    )


def _picture(page: Page, curves: list[Curve], key: str, leads_to: Any) -> None:
    told = [curve for curve in curves if curve.days]
    if not told:
        return
    ticks = {share: formats.percent(share, page.lang) for share in (0, 0.25, 0.5, 0.75, 1)}
    figure = charts_returns.survival(
        told, plots.ink(), t("returns.axis_days"), t("returns.axis_waiting"), ticks
    )
    alt = t(
        "returns.picture_alt",
        curves="; ".join(f"{curve.title}: {days(curve.median, page.lang)}" for curve in told),
    )
    plots.show(figure, key, alt, leads_to)


def case(row: dict[str, Any]) -> Target:
    """The time line of the order that a line belongs to."""
    return navigation.case(row["order_key"], row["incident_key"])
