"""Figures: a frame and words in, a plotly figure out. Knows neither Streamlit nor SQL nor any language."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from app.charts_bars import bar_marker, whiskers

#: One fixed colour a family, told apart with every common colour blindness and on light and dark ground alike.
FAMILY_COLOURS: Mapping[str, str] = {
    "product": "#4368b2",
    "logistics": "#a9572c",
    "transport": "#995689",
    "stock": "#4e9359",
    "catalogue": "#a19122",
    "payment": "#bf75b3",
    "customer": "#6690dd",
    "internal": "#5b6a5b",
    "unknown": "#84828c",
}
NEAR = 0.09  # a mark within this part of the axis would be drawn across the bar's figure
FEW_WEEKS = 20  # a mark at a Monday each; above, months read better
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
FONT = "Source Sans, sans-serif"


@dataclass(frozen=True)
class Ink:
    """The colours of everything that is not data, for the ground the reader has."""

    text: str
    quiet: str
    line: str
    accent: str
    ground: str


LIGHT = Ink("#1d2328", "#5d656c", "#e3dfd6", "#1f5f8b", "#fcfbf8")
DARK = Ink("#e6e4de", "#a3a9ae", "#30373e", "#7fb6dc", "#15191d")


def plain(text: str) -> str:
    """Text from data for a plotly label: its few HTML tags are shown, not obeyed."""
    return html.escape(text, quote=False)


def pareto(
    frame: pl.DataFrame,
    ink: Ink,
    axis: str,
    labels: Sequence[str],
    values: Sequence[str],
    hovers: Sequence[str],
) -> go.Figure:
    """Horizontal bars, largest on top, each with a mark at its 13-week median and a thin line over its interval.

    One row a cause: family, amount, median, amount_low, amount_high (null: not known), key (given back by a click).
    """
    keys = frame["key"].to_list()
    tops = [*frame["amount"], *frame["median"], *frame["amount_high"]]
    top = max([v for v in tops if v is not None], default=1)
    y = list(range(len(keys)))
    bars = go.Bar(
        x=frame["amount"].to_list(),
        y=y,
        orientation="h",
        marker={
            "color": [FAMILY_COLOURS.get(family, FAMILY_COLOURS["unknown"]) for family in frame["family"]]
        },
        error_x=whiskers(frame, ink.quiet),
        customdata=keys,
        hovertext=[plain(hover) for hover in hovers],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    # where an interval is drawn, its end is the end of the bar
    reach = frame.select(pl.coalesce("amount_high", "amount"), "median")
    ends = [_end(amount, median, NEAR * top) for amount, median in reach.iter_rows()]
    figures = go.Scatter(
        x=ends,
        y=y,
        mode="text",
        text=[f" {plain(value)}" for value in values],
        textposition="middle right",
        textfont={"color": ink.quiet},
        cliponaxis=False,
        customdata=keys,
        hoverinfo="skip",
    )
    marks = go.Scatter(
        x=frame["median"].to_list(),
        y=y,
        mode="markers",
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 2, "color": ink.text}},
        customdata=keys,
        hoverinfo="skip",
    )
    figure = blank([bars, marks, figures], ink, height=34 * len(keys) + 56)
    figure.update_xaxes(title={"text": axis}, range=[0, top * 1.17], showgrid=False, zeroline=False)
    figure.update_yaxes(
        tickvals=y,
        ticktext=[plain(short(label)) for label in labels],
        range=[len(keys) - 0.5, -0.5],
        showgrid=False,
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(**_whole_steps(top))
    figure.update_layout(bargap=0.38)
    return figure


def _end(amount: float | None, median: float | None, near: float) -> float:
    """Where a bar's figure stands: at its end, or beyond the mark when that would be drawn across the figure."""
    end = amount or 0.0
    return median if median is not None and end <= median < end + near else end


def line(
    frame: pl.DataFrame, ink: Ink, axis: str, hovers: Sequence[str], middle: float | None = None
) -> go.Figure:
    """One figure a period as a line; a period that is not over is hollow, an unknown one is a gap.

    One row a period: period_start_date, amount (null: not known), is_complete.
    """
    x = frame["period_start_date"].to_list()
    complete = frame["is_complete"].to_list()
    trace = go.Scatter(
        x=x,
        y=frame["amount"].to_list(),
        mode="lines+markers",
        cliponaxis=False,
        line={"color": ink.accent, "width": 2},
        marker={
            "size": 7,
            "color": [ink.accent if done else ink.ground for done in complete],
            "line": {"width": 1.6, "color": ink.accent},
        },
        customdata=[day.isoformat() for day in x],
        hovertext=[plain(hover) for hover in hovers],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure = blank([trace], ink, height=270)
    over_time(figure)
    top = max(frame["amount"].drop_nulls().to_list(), default=0)
    figure.update_yaxes(title={"text": axis}, rangemode="tozero", **_whole_steps(top))
    if middle is not None and x:
        figure.add_shape(
            type="line",
            x0=x[0],
            x1=x[-1],
            y0=middle,
            y1=middle,
            line={"color": ink.quiet, "width": 1, "dash": "dot"},
        )
    return figure


def by_group(frame: pl.DataFrame, ink: Ink, axis: str, hovers: Sequence[str], stacked: bool) -> go.Figure:
    """One bar part or one line a group and period; colours stay with the family, dashes tell its causes apart.

    One row a group and period: period_start_date, group, title, family, amount (null: not known), is_complete, and
    is_mature. Bars of periods that are not over are hollow, those of periods that may still change are hatched.
    """
    numbered = frame.with_columns(hover=pl.Series(hovers, dtype=pl.String))
    traces: list[go.Bar | go.Scatter] = []
    for family in FAMILY_COLOURS:
        of_family = numbered.filter(pl.col("family") == family)
        for i, group in enumerate(sorted(of_family["group"].unique())):
            rows = of_family.filter(pl.col("group") == group).sort("period_start_date")
            traces.append(_group(rows, family, ink, stacked, DASHES[i % len(DASHES)]))
    figure = blank(traces, ink, height=340)
    figure.update_layout(
        barmode="stack",
        bargap=0.25,
        showlegend=True,
        legend={"orientation": "h", "y": -0.12, "x": 0, "font": {"color": ink.text}, "traceorder": "normal"},
    )
    over_time(figure)
    tops = frame.group_by("period_start_date").agg(
        pl.col("amount").sum() if stacked else pl.col("amount").max()
    )
    figure.update_yaxes(
        title={"text": axis},
        rangemode="tozero",
        **_whole_steps(max(tops["amount"].drop_nulls().to_list(), default=0)),
    )
    return figure


def _group(rows: pl.DataFrame, family: str, ink: Ink, stacked: bool, dash: str) -> go.Bar | go.Scatter:
    colour, days, done = (
        FAMILY_COLOURS[family],
        rows["period_start_date"].to_list(),
        rows["is_complete"].to_list(),
    )
    common = {
        "name": plain(rows["title"][0]),
        "x": days,
        "y": rows["amount"].to_list(),
        "customdata": [[rows["group"][0], day.isoformat()] for day in days],
        "hovertext": [plain(hover) for hover in rows["hover"]],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    if stacked:
        return go.Bar(**common, marker=bar_marker(colour, done, rows["is_mature"].to_list(), ink.ground))
    marker = {
        "size": 6,
        "color": [colour if d else ink.ground for d in done],
        "line": {"width": 1.5, "color": colour},
    }
    return go.Scatter(
        **common, mode="lines+markers", line={"color": colour, "width": 2, "dash": dash}, marker=marker
    )


def in_parts(
    parts: pl.DataFrame,
    nets: Mapping[str, float],
    labels: Mapping[str, str],
    values: Mapping[str, str],
    colours: Mapping[str, str],
    ink: Ink,
    axis: str,
) -> go.Figure:
    """Horizontal bars cut into parts, what lowers a sum to the left of nought, each with a mark at what remains.

    One row a bar and part: key (given back by a click), part, title (of the part), amount, hover. `nets`, `labels` and
    `values` are by the key, in the order of the bars.
    """
    place = {key: i for i, key in enumerate(nets)}
    traces: list[go.Bar | go.Scatter] = []
    for part, colour in colours.items():
        rows = parts.filter(pl.col("part") == part)
        if rows.is_empty():
            continue
        traces.append(
            go.Bar(
                name=plain(rows["title"][0]),
                x=rows["amount"].to_list(),
                y=[place[key] for key in rows["key"]],
                orientation="h",
                marker={"color": colour},
                customdata=rows["key"].to_list(),
                hovertext=[plain(hover) for hover in rows["hover"]],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    sums = parts.group_by("key").agg(
        pl.col("amount").filter(pl.col("amount") > 0).sum().alias("above"),
        pl.col("amount").filter(pl.col("amount") < 0).sum().alias("below"),
    )
    above, low = dict(sums.select("key", "above").iter_rows()), min([0.0, *sums["below"]])
    top = max([*above.values(), *nets.values(), 1.0])
    y = list(place.values())
    common = {"y": y, "customdata": list(nets), "hoverinfo": "skip", "showlegend": False}
    traces.append(
        go.Scatter(
            x=list(nets.values()),
            mode="markers",
            marker={"symbol": "line-ns", "size": 17, "line": {"width": 2.5, "color": ink.text}},
            **common,
        )
    )
    traces.append(
        go.Scatter(
            x=[max(above.get(key, 0.0), net) for key, net in nets.items()],
            mode="text",
            text=[f"  {plain(values[key])}" for key in nets],
            textposition="middle right",
            textfont={"color": ink.quiet},
            cliponaxis=False,
            **common,
        )
    )
    figure = blank(traces, ink, height=34 * len(y) + 110)
    figure.update_layout(
        barmode="relative",
        bargap=0.38,
        showlegend=True,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    span = top - low
    figure.update_xaxes(title={"text": axis}, range=[low - 0.02 * span, top + 0.2 * span], showgrid=True)
    figure.update_xaxes(zeroline=low < 0, zerolinecolor=ink.quiet, zerolinewidth=1)
    figure.update_yaxes(
        tickvals=y,
        ticktext=[plain(short(labels[key])) for key in nets],
        range=[len(y) - 0.5, -0.5],
        showgrid=False,
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
    )
    return figure


def _whole_steps(top: float) -> dict[str, int]:
    """Small counts have no half ticks."""
    return {"dtick": 1} if 1 <= top <= 6 else {}


def short(label: str, longest: int = 34) -> str:
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"


def over_time(figure: go.Figure) -> None:
    """A time axis whose marks read the same in both languages: 3 nov., or nov. 2026 from a month a mark on."""
    stops = [
        {"dtickrange": ["M1", None], "value": "%b %Y"},
        {"dtickrange": [None, "M1"], "value": "%-d %b"},
    ]
    figure.update_xaxes(showgrid=False, tickformatstops=stops)
    days = [day for trace in figure.data for day in trace.x or () if isinstance(day, date)]
    weeks = (max(days) - min(days)).days // 7 if days and all(day.weekday() == 0 for day in days) else 0
    if 0 < weeks <= FEW_WEEKS:  # left alone, Plotly marks Sundays, and the weeks begin on Mondays
        step = timedelta(weeks=-(-(weeks + 1) // 7)) // timedelta(milliseconds=1)
        figure.update_xaxes(tick0=min(days).isoformat(), dtick=step)


def blank(traces: Sequence[go.Bar | go.Scatter], ink: Ink, height: int) -> go.Figure:
    figure = go.Figure(data=list(traces), layout={"template": go.layout.Template()})
    axis = {
        "fixedrange": True,
        "automargin": True,
        "gridcolor": ink.line,
        "zeroline": False,
        "tickfont": {"color": ink.quiet},
        "title": {"font": {"color": ink.quiet, "size": 12}, "standoff": 8},
    }
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 6, "t": 8, "b": 0},
        font={"family": FONT, "size": 13, "color": ink.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverlabel={
            "bgcolor": ink.ground,
            "bordercolor": ink.line,
            "font": {"color": ink.text, "family": FONT},
        },
        xaxis=axis,
        yaxis=axis,
    )
    return figure
