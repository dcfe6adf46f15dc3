"""Bars of parts, lines held against each other, and bars on a time line: as app/charts.py, a frame in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from app.charts import Ink, blank, over_time, plain, short

HOLLOW = "hollow"  # a part that is not known: an outline without a filling


@dataclass(frozen=True)
class Part:
    """One part of every bar: its name, its colour, its amounts, what hovers say and what a click gives back."""

    name: str
    colour: str
    amounts: Sequence[int]
    hovers: Sequence[str]
    keys: Sequence[Any]


@dataclass(frozen=True)
class Course:
    """One line over time: None is a gap, a point that is not over is hollow."""

    name: str
    colour: str
    dash: str
    amounts: Sequence[float | None]
    hovers: Sequence[str]


@dataclass(frozen=True)
class Span:
    """One bar on the time line with its marks; `until` is None while it is open."""

    label: str
    start: datetime
    until: datetime | None
    ordered: Sequence[datetime]
    cancelled: Sequence[datetime]
    hover: str
    key: str


def parts(labels: Sequence[str], of: Sequence[Part], ends: Sequence[str], ink: Ink, axis: str) -> go.Figure:
    """Horizontal bars made of parts, the first label on top, each bar's figures at its end."""
    y = list(range(len(labels)))
    traces: list[go.Bar | go.Scatter] = [
        go.Bar(
            name=plain(part.name),
            x=list(part.amounts),
            y=y,
            orientation="h",
            marker={
                "color": "rgba(0,0,0,0)" if part.colour == HOLLOW else part.colour,
                "line": {"color": ink.quiet, "width": 1.2 if part.colour == HOLLOW else 0},
            },
            customdata=list(part.keys),
            hovertext=[plain(hover) for hover in part.hovers],
            hovertemplate="%{hovertext}<extra></extra>",
        )
        for part in of
    ]
    totals = [sum(part.amounts[at] for part in of) for at in y]
    top = max(totals, default=1) or 1
    traces.append(
        go.Scatter(
            x=totals,
            y=y,
            mode="text",
            text=[f" {plain(end)}" for end in ends],
            textposition="middle right",
            textfont={"color": ink.quiet},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    figure = blank(traces, ink, height=38 * len(labels) + 92)
    # room at the end for the longest figures, in parts of the axis
    room = 1 + 0.045 * max((len(end) for end in ends), default=0)
    figure.update_xaxes(title={"text": axis}, range=[0, top * room], showgrid=False)
    figure.update_yaxes(
        tickvals=y,
        ticktext=[plain(short(label, 30)) for label in labels],
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
    )
    figure.update_layout(barmode="stack", bargap=0.4, showlegend=True, legend=_legend(ink))
    return figure


def courses(
    days: Sequence[Any], complete: Sequence[bool], of: Sequence[Course], ink: Ink, axis: str
) -> go.Figure:
    """Lines over the same weeks, to be held against each other."""
    traces: list[go.Bar | go.Scatter] = [
        go.Scatter(
            name=plain(course.name),
            x=list(days),
            y=list(course.amounts),
            mode="lines+markers",
            cliponaxis=False,
            line={"color": course.colour, "width": 2, "dash": course.dash},
            marker={
                "size": 6,
                "color": [course.colour if done else ink.ground for done in complete],
                "line": {"width": 1.5, "color": course.colour},
            },
            customdata=[day.isoformat() for day in days],
            hovertext=[plain(hover) for hover in course.hovers],
            hovertemplate="%{hovertext}<extra></extra>",
        )
        for course in of
    ]
    figure = blank(traces, ink, height=300)
    over_time(figure)
    figure.update_yaxes(title={"text": axis}, rangemode="tozero")
    figure.update_layout(showlegend=True, legend=_legend(ink))
    return figure


def time_line(spans: Sequence[Span], end: datetime, words: Sequence[str], ink: Ink, warn: str) -> go.Figure:
    """One bar a span from its start to its end (to `end` and hollow while open), with marks for lines that were

    ordered and cancelled. `words` name the four kinds of mark: over, open, ordered, cancelled.
    """
    y = list(range(len(spans)))
    over, still_open, ordered, cancelled = words
    traces: list[go.Bar | go.Scatter] = []
    for name, is_open in ((over, False), (still_open, True)):
        chosen = [at for at in y if (spans[at].until is None) == is_open]
        traces.append(
            go.Bar(
                name=plain(name),
                base=[spans[at].start for at in chosen],
                x=[((spans[at].until or end) - spans[at].start).total_seconds() * 1000 for at in chosen],
                y=chosen,
                orientation="h",
                width=0.34,
                marker={
                    "color": "rgba(0,0,0,0)" if is_open else ink.accent,
                    "opacity": 1 if is_open else 0.45,
                    "line": {"color": warn if is_open else ink.accent, "width": 1.6 if is_open else 0},
                },
                customdata=[spans[at].key for at in chosen],
                hovertext=[plain(spans[at].hover) for at in chosen],
                hovertemplate="%{hovertext}<extra></extra>",
                showlegend=bool(chosen),
            )
        )
    for name, symbol, moments, lift in (
        (ordered, "line-ns", [span.ordered for span in spans], -0.3),
        (cancelled, "x-thin", [span.cancelled for span in spans], 0.3),
    ):
        points = [(when, at + lift, spans[at].key) for at in y for when in moments[at]]
        traces.append(
            go.Scatter(
                name=plain(name),
                x=[when for when, _, _ in points],
                y=[place for _, place, _ in points],
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 7,
                    "color": ink.quiet if symbol == "line-ns" else warn,
                    "line": {"width": 1.5, "color": ink.quiet if symbol == "line-ns" else warn},
                },
                customdata=[key for _, _, key in points],
                hoverinfo="skip",
                showlegend=bool(points),
            )
        )
    figure = blank(traces, ink, height=44 * len(spans) + 96)
    over_time(figure)
    figure.update_xaxes(type="date", showgrid=True)
    figure.update_yaxes(
        tickvals=y,
        ticktext=[plain(short(span.label, 30)) for span in spans],
        range=[len(spans) - 0.4, -0.6],
        showgrid=False,
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
    )
    figure.update_layout(barmode="overlay", showlegend=True, legend=_legend(ink))
    return figure


def _legend(ink: Ink) -> dict[str, Any]:
    return {
        "orientation": "h",
        "y": 1.02,
        "yanchor": "bottom",
        "x": 0,
        "font": {"color": ink.text},
        "traceorder": "normal",
    }
