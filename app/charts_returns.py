"""The survival picture of returns: what part still waits after so many days. Knows neither Streamlit nor SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from app.charts import DASHES, FONT, Ink, plain


@dataclass(frozen=True)
class Curve:
    """One line: its name, what a click gives back, a share (0 to 1) for each whole day, and its median if reached."""

    title: str
    key: str
    days: Sequence[int]
    shares: Sequence[float]
    hovers: Sequence[str]
    median: float | None


def survival(
    curves: Sequence[Curve], ink: Ink, x_axis: str, y_axis: str, ticks: Mapping[float, str]
) -> go.Figure:
    """Steps that fall as returns move on; a mark on each where half have. `ticks`: shares in words."""
    colours = (ink.accent, ink.text, ink.quiet)
    figure = go.Figure(layout={"template": go.layout.Template()})
    for i, curve in enumerate(curves):
        colour = colours[i % len(colours)]
        figure.add_trace(
            go.Scatter(
                name=plain(curve.title),
                x=list(curve.days),
                y=list(curve.shares),
                mode="lines+markers",
                # marks that nobody sees: a click on a line needs points to hit
                marker={"size": 1, "opacity": 0},
                line={
                    "shape": "hv",
                    "width": 2.4 if i == 0 else 1.8,
                    "color": colour,
                    "dash": DASHES[i % len(DASHES)],
                },
                customdata=[curve.key] * len(curve.days),
                hovertext=[plain(hover) for hover in curve.hovers],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
        if curve.median is not None:
            figure.add_trace(
                go.Scatter(
                    x=[curve.median],
                    y=[0.5],
                    mode="markers",
                    marker={"size": 9, "color": ink.ground, "line": {"width": 2, "color": colour}},
                    customdata=[curve.key],
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
    longest = max((max(curve.days, default=0) for curve in curves), default=0)
    figure.add_shape(
        type="line", x0=0, x1=longest, y0=0.5, y1=0.5, line={"color": ink.quiet, "width": 1, "dash": "dot"}
    )
    axis = {
        "fixedrange": True,
        "automargin": True,
        "zeroline": False,
        "tickfont": {"color": ink.quiet},
        "gridcolor": ink.line,
    }
    figure.update_layout(
        height=330,
        margin={"l": 0, "r": 6, "t": 8, "b": 0},
        font={"family": FONT, "size": 13, "color": ink.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hovermode="closest",
        hoverlabel={
            "bgcolor": ink.ground,
            "bordercolor": ink.line,
            "font": {"color": ink.text, "family": FONT},
        },
        showlegend=len(curves) > 1,
        legend={"orientation": "h", "y": -0.22, "x": 0, "font": {"color": ink.text}},
        xaxis={**axis, "showgrid": False, "title": _title(x_axis, ink)},
        yaxis={
            **axis,
            "range": [0, 1.02],
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "title": _title(y_axis, ink),
        },
    )
    return figure


def _title(text: str, ink: Ink) -> dict[str, object]:
    return {"text": text, "font": {"color": ink.quiet, "size": 12}, "standoff": 8}
