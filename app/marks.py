"""Marks on the time axis: notes and corrective actions that are about what a page shows, drawn on its trends.

Each has a letter above the chart and its words below it: letters that would touch stand on two or three levels, so
that a narrow screen can read them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from app import deciding, formats, names
from app.charts import Ink, short
from app.frame import Page
from app.i18n import md, t
from pipelines import actions, notes, scopes
from pipelines.scopes import Scope
from pipelines.store import Store, StoreError

ACTION = "action"
MOST = 12  # marks of one chart; the newest
NEAR = 0.055  # of the axis: nearer than this two letters would touch on a telephone
LEVELS = 3
_LEVEL = 15  # pixels


@dataclass(frozen=True)
class Mark:
    """Something that happened, from a day on (to another, or on that day alone)."""

    day: date
    until: date | None
    kind: str  # 'action', or the kind of a note
    text: str


def found(store: Store, scope: Scope, first: date, last: date) -> list[Mark]:
    """The marks between two days that are about anything in a scope, the oldest first."""
    made = [
        Mark(date.fromisoformat(action.start), None, ACTION, action.done)
        for _, action in actions.current(store).values()
        if scopes.meet(action.scope, scope)
    ]
    made += [
        Mark(note.first, note.last if note.until else None, note.kind, note.text)
        for _, note in notes.current(store).values()
        if scopes.meet(note.scope, scope)
    ]
    return sorted(
        (mark for mark in made if mark.day <= last and (mark.until or mark.day) >= first),
        key=lambda mark: (mark.day, mark.kind, mark.text),
    )


def on_trend(page: Page, figure: go.Figure, rows: pl.DataFrame, ink: Ink) -> list[Mark]:
    """Draws the marks of a trend's weeks or months on it, and gives them for `legend`; none where there are none.

    `rows` has a column period_start_date. A database that does not answer is no reason to show no chart.
    """
    marks = of_trend(page, rows)
    if marks:
        days = rows["period_start_date"].sort().to_list()
        draw(figure, marks[-MOST:], days[0], days[-1], step(page), ink)
    return marks


def of_trend(page: Page, rows: pl.DataFrame) -> list[Mark]:
    """The marks of a trend's weeks or months, the oldest first."""
    days = rows["period_start_date"].unique().sort().to_list()
    if not days:
        return []
    try:
        return found(
            deciding.store(), page.filters.choices, days[0], days[-1] + step(page) - timedelta(days=1)
        )
    except StoreError:
        return []


def step(page: Page) -> timedelta:
    """About how long a point of a trend stands for."""
    return timedelta(days=30 if page.filters.grain == "month" else 7)


@dataclass(frozen=True)
class Placed:
    """Where a mark is drawn: its letter, the day it begins and ends (None: on that day alone), and on which level."""

    mark: Mark
    letter: str
    first: date
    last: date | None
    level: int


def placed(
    marks: Sequence[Mark], first: date, last: date, step: timedelta
) -> tuple[list[Placed], date, date]:
    """Places on an axis of points from `first` to `last`, and the axis's ends.

    A point or bar stands for a whole period and is drawn at its first day: so marks are drawn half a period earlier.
    """
    half = timedelta(days=step.days // 2)
    begin, end = first - half, last + half
    days = [max(mark.day - half, begin) for mark in marks]
    levels = _levels([(day - begin) / (end - begin + half) for day in days])
    ends = [None if mark.until is None else min(mark.until + timedelta(days=1) - half, end) for mark in marks]
    shown = zip(marks, ascii_uppercase, days, ends, levels, strict=False)
    return [Placed(*each) for each in shown], begin, end


def draw(
    figure: go.Figure, marks: Sequence[Mark], first: date, last: date, step: timedelta, ink: Ink
) -> None:
    """A line for each mark, a ground for what lasted, and their letters above."""
    if not marks:
        return
    shown, begin, end = placed(marks, first, last, step)
    for each in shown:
        mark, day = each.mark, each.first
        if each.last is not None:
            figure.add_shape(
                type="rect", xref="x", yref="paper", y0=0, y1=1, layer="below", line={"width": 0},
                x0=day.isoformat(), x1=each.last.isoformat(),
                fillcolor=ink.quiet, opacity=0.13,
            )  # fmt: skip
        figure.add_shape(
            type="line", xref="x", yref="paper", y0=0, y1=1, x0=day.isoformat(), x1=day.isoformat(),
            line={
                "color": ink.accent if mark.kind == ACTION else ink.quiet,
                "width": 1.6 if mark.kind == ACTION else 1.2,
                "dash": "solid" if mark.kind == ACTION else "dash",
            },
        )  # fmt: skip
        figure.add_annotation(
            x=day.isoformat(), y=1, xref="x", yref="paper", yanchor="bottom", yshift=_LEVEL * each.level,
            text=f"<b>{each.letter}</b>", showarrow=False,
            font={"size": 12, "color": ink.accent if mark.kind == ACTION else ink.text},
        )  # fmt: skip
    # annotations would stretch the axis to their own width
    figure.update_xaxes(range=[begin.isoformat(), end.isoformat()])
    room = _LEVEL * (max(each.level for each in shown) + 1) + 6
    top = figure.layout.margin.t or 0
    figure.update_layout(margin={"t": top + room}, height=(figure.layout.height or 300) + room)


def legend(page: Page, marks: Sequence[Mark]) -> None:
    """What each letter stands for."""
    lines = [f"**{letter}** {md(text)}" if letter else text for letter, text in lettered(page, marks)]
    if lines:
        st.caption("  \n".join(lines))


def lettered(page: Page, marks: Sequence[Mark]) -> list[tuple[str, str]]:
    """Each letter with what it stands for; without a letter, how many older ones are not drawn."""
    shown = marks[-MOST:]
    lines = [(letter, said(mark, page)) for mark, letter in zip(shown, ascii_uppercase, strict=False)]
    older = len(marks) - len(shown)
    return [*lines, ("", t("marks.more", n=older))] if older else lines


def said(mark: Mark, page: Page) -> str:
    """A mark in a line: its days, what kind of thing it is, its words."""
    days = formats.day(mark.day, page.lang)
    if mark.until is not None:
        days = formats.span(mark.day, mark.until + timedelta(days=1), page.lang)
    kind = t("marks.action") if mark.kind == ACTION else names.code("note_kind", mark.kind)
    return t("marks.said", days=days, kind=kind, text=short(mark.text, 120))


def _levels(places: Sequence[float]) -> list[int]:
    """On which level each letter stands, so that no two of one level touch, as far as there are levels."""
    ends = [-1.0] * LEVELS
    levels = []
    for place in places:
        level = next((n for n, end in enumerate(ends) if place - end >= NEAR), LEVELS - 1)
        ends[level] = place
        levels.append(level)
    return levels
