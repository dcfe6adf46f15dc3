"""Limits on a figure over time: a band, a mark of its own shape on every point outside, hatching where weeks may still

change. A frame and a figure in, the figure changed; like app/charts.py it knows neither Streamlit nor SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

import plotly.graph_objects as go
import polars as pl

from app.charts import Ink, plain

Band = Literal["filled", "edges", "none"]
ABOVE, BELOW = "triangle-up", "triangle-down"
CLEAR = "rgba(0,0,0,0)"
ROOM = 1.08  # above the highest thing drawn, so that a mark on it is whole


def add(
    figure: go.Figure,
    rows: pl.DataFrame,
    ink: Ink,
    keys: Sequence[Any],
    hovers: Sequence[str],
    band: Band = "filled",
) -> None:
    """Draws what `rows` tell on a figure whose points they are; over bars, the band has edges alone.

    One row a point: period_start_date, amount, low, centre, high (null: no limits), verdict (1 above, -1 below), and
    is_mature, false where the figure may still change. `keys` are what a click gives back, `hovers` what hovering says.
    """
    known = rows.filter(pl.col("high").is_not_null())
    if band == "filled" and known.height > 1:
        _behind(figure, _band(known, ink))
    if band == "edges" and known.height > 1:
        figure.add_traces(_edges(known, ink))
    _hatch(figure, rows, ink)
    for verdict, symbol in ((1, ABOVE), (-1, BELOW)):
        at = [i for i, value in enumerate(rows["verdict"].to_list()) if value == verdict]
        if at:
            figure.add_trace(_marks(rows, at, symbol, ink, keys, hovers))
    tallest = [*rows["amount"].drop_nulls(), *(known["high"] if band != "none" else ())]
    now = figure.layout.yaxis.range
    top = max([*tallest, *(now[1:] if now else ())], default=0) * ROOM
    if top > 0:
        figure.update_yaxes(range=[0, top], rangemode=None)


def _band(rows: pl.DataFrame, ink: Ink) -> list[go.Scatter]:
    """Lower edge, upper edge with the ground between them, and the centre."""
    days = rows["period_start_date"].to_list()
    edge = {"x": days, "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return [
        go.Scatter(**edge, y=rows["low"].to_list(), line={"color": ink.line, "width": 1}, meta="low"),
        go.Scatter(
            **edge,
            y=rows["high"].to_list(),
            line={"color": ink.line, "width": 1},
            fill="tonexty",
            fillcolor=_faint(ink.accent, 0.13),
            meta="high",
        ),
        go.Scatter(
            **edge,
            y=rows["centre"].to_list(),
            line={"color": ink.quiet, "width": 1, "dash": "dot"},
            meta="centre",
        ),
    ]


def _edges(rows: pl.DataFrame, ink: Ink) -> list[go.Scatter]:
    """Both limits as steps across the bars."""
    return [
        go.Scatter(
            x=rows["period_start_date"].to_list(),
            y=rows[side].to_list(),
            mode="lines",
            line={"color": ink.text, "width": 1.2, "dash": "dot", "shape": "hvh"},
            hoverinfo="skip",
            showlegend=False,
            meta=side,
        )
        for side in ("low", "high")
    ]


def _behind(figure: go.Figure, traces: Sequence[go.Scatter]) -> None:
    """Adds traces below all that is drawn already."""
    figure.add_traces(list(traces))
    n = len(traces)
    figure.data = (*figure.data[-n:], *figure.data[:-n])


def _hatch(figure: go.Figure, rows: pl.DataFrame, ink: Ink) -> None:
    """Hatches the days whose figures may still rise; bars are hatched themselves."""
    young = rows.filter(~pl.col("is_mature"))["period_start_date"].to_list()
    if not young or any(isinstance(trace, go.Bar) for trace in figure.data):
        return
    days = rows["period_start_date"].unique().sort().to_list()
    step = days[1] - days[0] if len(days) > 1 else timedelta(weeks=1)
    first, last = _edge(min(young), step, -1), _edge(max(young), step, 1)
    top = max([*rows["amount"].drop_nulls(), *rows["high"].drop_nulls()], default=1) * ROOM
    area = go.Scatter(
        x=[first, first, last, last],
        y=[0, top, top, 0],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=CLEAR,
        fillpattern={
            "shape": "/",
            "size": 7,
            "solidity": 0.15,
            "fgcolor": ink.quiet,
            "fgopacity": 0.45,
            "bgcolor": CLEAR,
        },
        hoverinfo="skip",
        showlegend=False,
        meta="young",
    )
    _behind(figure, [area])


def _edge(day: date, step: timedelta, side: int) -> str:
    """Half-way to the next point."""
    return (day + side * step / 2).isoformat()


def _marks(
    rows: pl.DataFrame, at: Sequence[int], symbol: str, ink: Ink, keys: Sequence[Any], hovers: Sequence[str]
) -> go.Scatter:
    days, amounts = rows["period_start_date"].to_list(), rows["amount"].to_list()
    return go.Scatter(
        x=[days[i] for i in at],
        y=[amounts[i] for i in at],
        mode="markers",
        cliponaxis=False,
        marker={"symbol": symbol, "size": 13, "color": ink.text, "line": {"width": 1.5, "color": ink.ground}},
        customdata=[keys[i] for i in at],
        hovertext=[plain(hovers[i]) for i in at],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
        meta=symbol,
    )


def _faint(colour: str, strength: float) -> str:
    """A hex colour as a veil."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
