"""Figures of the service page: a frame and words in, a plotly figure out."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from app.charts import FAMILY_COLOURS, FONT, Ink, plain

LONGEST = 34


def intervals(frame: pl.DataFrame, ink: Ink, axis: str, hovers: Sequence[str]) -> go.Figure:
    """One row a cause: a dot for the share, a line for its 95% interval; wide lines are few ratings.

    Columns: cause (given back by a click), title, family, satisfied_share, satisfied_low_share, satisfied_high_share.
    """
    y = list(range(frame.height))
    colours = [FAMILY_COLOURS.get(family, FAMILY_COLOURS["unknown"]) for family in frame["family"]]
    shares = (frame["satisfied_share"] * 100).to_list()
    highs = (frame["satisfied_high_share"] * 100).to_list()
    lows = (frame["satisfied_low_share"] * 100).to_list()
    dots = go.Scatter(
        x=shares,
        y=y,
        mode="markers",
        marker={"size": 10, "color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - share for high, share in zip(highs, shares, strict=True)],
            "arrayminus": [share - low for low, share in zip(lows, shares, strict=True)],
            "color": ink.quiet,
            "thickness": 1.4,
            "width": 3,
        },
        customdata=frame["cause"].to_list(),
        hovertext=[plain(hover) for hover in hovers],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    titles = [
        title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…" for title in frame["title"]
    ]
    quiet = {"font": {"color": ink.quiet, "size": 12}, "standoff": 8}
    figure = go.Figure(data=[dots], layout={"template": go.layout.Template()})
    figure.update_layout(
        height=28 * frame.height + 56,
        margin={"l": 0, "r": 10, "t": 8, "b": 0},
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
        xaxis={
            "range": [0, 100],
            "automargin": True,
            "title": {"text": axis, **quiet},
            "gridcolor": ink.line,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": ink.quiet},
        },
        yaxis={
            "tickvals": y,
            "ticktext": [plain(title) for title in titles],
            "range": [frame.height - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "tickfont": {"color": ink.quiet},
        },
    )
    return figure
