"""The weekly review as a PDF: what its page shows, asked of the same functions and made when somebody wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from app import (
    action_words,
    actions,
    alerts,
    charts,
    db,
    exports,
    formats,
    frame,
    limits,
    marks,
    names,
    review,
    review_pareto,
    review_trend,
    typeset,
)
from app.chargeback import shop_name
from app.frame import Page
from app.i18n import speaking, t
from app.report import Row, Tile
from app.review_shapes import bar, pieces, steps
from app.typeset import Document, broken, runs

TEMPLATE = Path(__file__).with_name("review.typ")
SWITCHES = ("measure", "grain", "basis")
LETTER = frozenset({"USD", "CAD"})  # where these are paid with, A4 is not in the printer
LONGEST_NAME = 80
LONGEST_SCOPE = 2000  # letters; filters are told whole, unless there are hundreds
FIGURES = ("incident_count", "incident_share", "median", "prior_incident_count", "cost_cents")


def finding(page: Page, pareto: pl.DataFrame) -> None:
    """The finding of the period in a sentence, and beside it the button that makes the file."""
    with st.container(horizontal=True, vertical_alignment="top"):
        st.markdown(review.sentence(page, pareto), width="stretch")
        st.download_button(
            t("review_pdf.button"),
            data=lambda: made(page),
            file_name=file_name(page),
            mime="application/pdf",
            key="review_pdf",
            on_click="ignore",
            help=t("review_pdf.help"),
        )


def file_name(page: Page) -> str:
    """Named by its days, so that those of several weeks stand in their order."""
    start, until = page.filters.start, page.filters.until
    days = f"{start.isoformat()}_{(until - date.resolution).isoformat()}" if start and until else "all"
    return f"{t('review_pdf.file')}_{days}.pdf"


def made(page: Page) -> bytes:
    """The file. No page is drawn while it is made, so its language is said; the data may be newer than the page."""
    with speaking(page.lang):
        return typeset.made(TEMPLATE, document(replace(page, as_of=frame.data_as_of())), for_all=True)


def document(page: Page) -> Document:
    """All that the file says."""
    pareto = db.query("cause_pareto", page.filters.variables())
    n = int(pareto["incident_count"].sum())
    return {
        "lang": page.lang,
        "paper": "us-letter" if page.currency in LETTER else "a4",
        "labels": {
            key: t(f"review_pdf.{key}")
            for key in (
                "page_of",
                "figures",
                "rank",
                "what",
                "amount",
                "state",
                "who",
                "known_by",
                "definitions",
            )
        }
        | {"cost": t("column.cost")},
        "title": review.title(page),
        "shop": broken(shop_name(), LONGEST_NAME),
        "line": broken(frame.grey_line(page, [t("frame.n_incidents", n=n)], SWITCHES)),
        "demo": t("frame.demo") if db.is_demo() else "",
        "scope": broken(_scope(page), LONGEST_SCOPE),
        "switches": _switches(page),
        "sentence": runs(review.sentence(page, pareto)),
        "tiles": [_tile(each) for each in review.every_tile(page)],
        "week": _week(page),
        "pareto": _pareto(page, review_pareto.found(page, pareto)),
        "issues": _listed(t("weekly_review.to_treat"), review.issue_rows(page), t("empty.issues")),
        "trend": _trend(page, review_trend.found(page)),
        "actions": _listed(t("actions.review"), actions.review_rows(page)),
        "definitions": _definitions(page),
        "credit": frame.credited(),
    }


def _scope(page: Page) -> str:
    """The filters in words."""
    said = action_words.scope_said(page.filters.choices)
    return said[:1].upper() + said[1:]


def _switches(page: Page) -> str:
    return " · ".join(
        t("actions.of", dimension=t(f"filters.{name}"), values=t(f"{name}.{getattr(page.filters, name)}"))
        for name in SWITCHES
    )


def _definitions(page: Page) -> list[str]:
    names = ("incident", "rate", "cost", "against", "week", "recurs")
    facts = {"currency": page.currency, "day": formats.day(page.as_of, page.lang)}
    return [t(f"review_pdf.define_{name}", **facts) for name in names]


def _tile(tile: Tile) -> dict[str, Any]:
    """A tile's words, and its sparkline as lines between 0 and 1."""
    known = [value for value in tile.spark if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    last = max(len(tile.spark) - 1, 1)
    points = [
        (i / last, None if value is None else 0.5 if high == low else (value - low) / (high - low))
        for i, value in enumerate(tile.spark)
    ]
    words = {
        name: value for name, value in asdict(replace(tile, target=None)).items() if isinstance(value, str)
    }
    return {**words, "spark": pieces(points) if len(known) > 1 else []}


def _listed(title: str, rows: Iterable[Row], none: str = "") -> dict[str, Any]:
    """A short list of the page."""
    lines = [
        [broken(text) for text in (row.rank, row.title, row.detail, row.figure, row.badge)] for row in rows
    ]
    return {"title": title, "rows": lines, "none": none}


def _week(page: Page) -> dict[str, Any]:
    now, say = alerts.week(page), alerts.words()
    rows = [alerts.line(say, rank, each) for rank, each in enumerate(now.shown, 1)]
    return {
        **_listed(t("alerts.week"), rows, t("alerts.none")),
        "about": now.about,
        "rest": now.rest,
    }


def _pareto(page: Page, ranked: review_pareto.Ranked) -> dict[str, Any]:
    """A row for each cause: its bar, and figures as its file has them."""
    rows, measure = ranked.rows, ranked.measure
    if ranked.missing:
        return {"title": ranked.title, "missing": t(ranked.missing), "rows": []}
    columns = {column.name: column for column in review_pareto.columns(measure)}
    beside = [columns[name] for name in FIGURES if name in columns and rows[name].drop_nulls().len()]
    beside = [column for column in beside if measure.name == "rate" or column.name != f"{measure.name}_cents"]
    if measure.name == "count":
        beside = [column for column in beside if column.name != "incident_count"]
    top = max(rows.select(pl.max_horizontal("amount", "median", "amount_high").max()).item() or 0, 1e-9)
    return {
        "title": ranked.title,
        "missing": "",
        "heads": [t("column.cause"), measure.axis, *(column.label for column in beside)],
        "rows": [
            {
                "title": broken(row["title"]),
                "bar": bar(row, top, charts.FAMILY_COLOURS),
                "value": measure.written(row["amount"]),
                "cells": [
                    exports.shown(row[column.name], column.kind, page.lang, page.currency)
                    for column in beside
                ],
            }
            for row in rows.iter_rows(named=True)
        ],
        "families": [
            [
                charts.FAMILY_COLOURS.get(family, charts.FAMILY_COLOURS["unknown"]),
                names.code("family", family),
            ]
            for family in rows["family"].unique(maintain_order=True)
        ],
        "notes": [runs(ranked.legend), runs(ranked.overlaps)],
    }


def _trend(page: Page, trend: review_trend.Trend) -> dict[str, Any]:
    """The curve with its limits and marks, as places between 0 and 1."""
    told = trend.told
    if told is None:
        return {"title": t("weekly_review.trend_short"), "missing": t(trend.missing)}
    rows = told.rows.sort("period_start_date")
    days: list[date] = rows["period_start_date"].to_list()
    marked = marks.of_trend(page, rows)
    placed, begin, end = marks.placed(marked[-marks.MOST :], days[0], days[-1], marks.step(page))
    drawn = [*rows["amount"].drop_nulls(), *rows["high"].drop_nulls(), trend.middle or 0.0]
    ticks, decimals = steps(max(drawn), is_count=trend.measure.name == "count")
    top = ticks[-1]

    def across(day: date) -> float:
        return (day - begin) / (end - begin)

    def up(value: float | None) -> float | None:
        return None if value is None else value / top

    def line(name: str) -> list[list[tuple[float, float]]]:
        return pieces(
            [(across(day), up(value)) for day, value in rows.select("period_start_date", name).iter_rows()]
        )

    young = rows.filter(~pl.col("is_mature"))["period_start_date"].to_list()
    half = marks.step(page) / 2
    return {
        "title": trend.title,
        "missing": "",
        "said": runs(trend.said),
        "alt": t("weekly_review.trend_alt"),
        "axis": trend.measure.axis,
        "lines": {name: line(name) for name in ("amount", "low", "high", "centre")},
        "middle": up(trend.middle),
        "points": [
            [across(day), up(amount), done, verdict or 0]
            for day, amount, done, verdict in rows.select(
                "period_start_date", "amount", "is_complete", "verdict"
            ).iter_rows()
            if amount is not None
        ],
        "young": [max(across(min(young) - half), 0.0), min(across(max(young) + half), 1.0)] if young else [],
        "ticks": [[tick / top, formats.number(tick, page.lang, decimals)] for tick in ticks],
        "days": [[across(day), words] for day, words in _days(page, days)],
        "marks": [
            [
                across(each.first),
                None if each.last is None else min(across(each.last), 1.0),
                each.letter,
                each.level,
                each.mark.kind == marks.ACTION,
            ]
            for each in placed
        ],
        "letters": [[letter, broken(words)] for letter, words in marks.lettered(page, marked)],
        "notes": [runs(note) for note in limits.notes(page, told)],
    }


def _days(page: Page, days: Sequence[date]) -> list[tuple[date, str]]:
    """Some of the days of the axis, counted back from the newest; the year where it begins."""
    by_month = page.filters.grain == "month"
    shown = list(days)[::-1][:: 1 if by_month else max(-(-len(days) // 8), 1)][::-1]
    if by_month:
        return [(day, formats.month(day, page.lang)) for day in shown]
    years = {day.year: day for day in reversed(shown)}
    return [(day, formats.day(day, page.lang, with_year=years[day.year] == day)) for day in shown]
