"""Figures of the pages about claims and marketplaces: a frame and words in, a plotly figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import polars as pl

from app.charts import FONT, Ink, plain

LONGEST = 30
#: how far beyond its limit a metric is drawn to scale: what is worse stands at the edge
FARTHEST = 2.5


def money(frame: pl.DataFrame, parts: Mapping[str, str], ink: Ink, axis: str) -> go.Figure:
    """One bar a carrier, cut into what became of the money; what can still be asked first, in the accent.

    One row a carrier and part: name, part, amount, hover. `parts` are titles by part, in the order drawn.
    """
    carriers = frame["name"].unique(maintain_order=True).to_list()
    looks = {
        "recoverable": {"color": ink.accent},
        # mixed, not see-through: a legend shows no opacity
        "waiting": {"color": _mixed(ink.accent, ink.ground)},
        "paid": {"color": _mixed(ink.quiet, ink.ground)},
        "refused": {"color": ink.quiet},
        "expired": {
            "color": ink.text,
            "pattern": {"shape": "/", "fgcolor": ink.ground, "size": 5, "fillmode": "overlay"},
        },
    }
    bars = []
    for part, title in parts.items():
        rows = frame.filter(pl.col("part") == part)
        bars.append(
            go.Bar(
                name=plain(title),
                x=rows["amount"].to_list(),
                y=[carriers.index(name) for name in rows["name"]],
                orientation="h",
                marker=looks[part],
                customdata=rows["name"].to_list(),
                hovertext=[plain(hover) for hover in rows["hover"]],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    figure = _figure(bars, ink, carriers, height=36 * len(carriers) + 120, axis=axis)
    figure.update_layout(
        barmode="stack",
        bargap=0.38,
        showlegend=True,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return figure


def rates(
    frame: pl.DataFrame, ink: Ink, axis: str, labels: Sequence[str], hovers: Sequence[str]
) -> go.Figure:
    """One row a place: a dot for its rate, a line for the 95 % interval, an upright mark for the rest of its region.

    Columns, all per 1,000: rate, low, high, rest (null: nothing to compare with), is_above, key (given by a click).
    """
    colours = [ink.accent if above else ink.quiet for above in frame["is_above"]]
    dots = _dots(frame, ink, colours, hovers, "rate", "low", "high")
    marks = go.Scatter(
        x=frame["rest"].to_list(),
        y=list(range(frame.height)),
        mode="markers",
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 2, "color": ink.text}},
        customdata=frame["key"].to_list(),
        hoverinfo="skip",
    )
    return _figure([marks, dots], ink, labels, height=28 * frame.height + 60, axis=axis)


def hours(frame: pl.DataFrame, ink: Ink, axis: str, across: str, hovers: Sequence[str]) -> go.Figure:
    """A dot an hour of the day, with its interval. Columns: order_hour, and rate, low and high per 1,000."""
    figure = go.Figure(
        data=[
            go.Scatter(
                x=frame["order_hour"].to_list(),
                y=frame["rate"].to_list(),
                mode="markers",
                marker={"size": 8, "color": ink.accent},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": (frame["high"] - frame["rate"]).to_list(),
                    "arrayminus": (frame["rate"] - frame["low"]).to_list(),
                    "color": ink.quiet,
                    "thickness": 1.4,
                    "width": 3,
                },
                customdata=frame["order_hour"].to_list(),
                hovertext=[plain(hover) for hover in hovers],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        ],
        layout={"template": go.layout.Template()},
    )
    _dress(figure, ink, 260)
    figure.update_xaxes(title={"text": across}, dtick=3, range=[-0.7, 23.7], showgrid=False)
    figure.update_yaxes(title={"text": axis}, rangemode="tozero")
    return figure


def limits(
    frame: pl.DataFrame,
    ink: Ink,
    axis: str,
    ticks: Mapping[float, str],
    limit: str,
    labels: Sequence[str],
    hovers: Sequence[str],
) -> go.Figure:
    """One row a metric: how much of what its limit allows is used, by our count (dot, interval), with corrected labels
    (ring) and by the marketplace's own (diamond); the limit is one upright line for all, attention a short mark.

    Columns, 1 is the limit: used_share, used_low, used_high, used_told, used_corrected, used_attention; state, key.
    """
    cut = frame.with_columns(pl.col("^used_.*$").clip(upper_bound=FARTHEST))
    y = list(range(cut.height))
    colours = [ink.text if state == "over" else ink.accent for state in cut["state"]]
    common = {"y": y, "customdata": cut["key"].to_list(), "mode": "markers", "hoverinfo": "skip"}
    traces = [
        go.Scatter(
            x=cut["used_attention"].to_list(),
            marker={"symbol": "line-ns", "size": 15, "line": {"width": 2, "color": ink.quiet}},
            **common,
        ),
        go.Scatter(
            x=cut["used_told"].to_list(),
            marker={"symbol": "diamond-open", "size": 11, "color": ink.text, "line": {"width": 1.5}},
            **common,
        ),
        go.Scatter(
            x=cut["used_corrected"].to_list(),
            marker={"symbol": "circle-open", "size": 13, "color": ink.text, "line": {"width": 1.5}},
            **common,
        ),
        _dots(cut, ink, colours, hovers, "used_share", "used_low", "used_high"),
    ]
    figure = _figure(traces, ink, labels, height=32 * cut.height + 84, axis=axis)
    figure.update_xaxes(range=[-0.05, FARTHEST + 0.05], tickvals=list(ticks), ticktext=list(ticks.values()))
    figure.add_vline(x=1, line={"color": ink.text, "width": 1.6})
    figure.add_annotation(
        x=1,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=plain(limit),
        showarrow=False,
        font={"color": ink.quiet},
    )
    figure.update_layout(margin={"l": 0, "r": 10, "t": 26, "b": 0})
    return figure


def _dots(
    frame: pl.DataFrame, ink: Ink, colours: Sequence[str], hovers: Sequence[str], at: str, low: str, high: str
) -> go.Scatter:
    return go.Scatter(
        x=frame[at].to_list(),
        y=list(range(frame.height)),
        mode="markers",
        marker={"size": 10, "color": list(colours)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (frame[high] - frame[at]).fill_null(0).to_list(),
            "arrayminus": (frame[at] - frame[low]).fill_null(0).to_list(),
            "color": ink.quiet,
            "thickness": 1.4,
            "width": 3,
        },
        customdata=frame["key"].to_list(),
        hovertext=[plain(hover) for hover in hovers],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _figure(
    traces: Sequence[go.Bar | go.Scatter], ink: Ink, labels: Sequence[str], height: int, axis: str
) -> go.Figure:
    """Rows from top to bottom, each with its label."""
    figure = go.Figure(data=list(traces), layout={"template": go.layout.Template()})
    _dress(figure, ink, height)
    figure.update_xaxes(title={"text": axis}, rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[plain(_short(label)) for label in labels],
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
        ticks="outside",
        ticklen=6,
        tickcolor="rgba(0,0,0,0)",
    )
    return figure


def _dress(figure: go.Figure, ink: Ink, height: int) -> None:
    figure.update_layout(
        height=height,
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
    )
    axis = {
        "fixedrange": True,
        "automargin": True,
        "zeroline": False,
        "gridcolor": ink.line,
        "tickfont": {"color": ink.quiet},
        "title": {"font": {"color": ink.quiet, "size": 12}, "standoff": 8},
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)


def _mixed(colour: str, ground: str) -> str:
    """A colour of `#rrggbb` at a little less than half its strength on its ground."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(ground[1:]), strict=True)
    return "#" + bytes(round(0.45 * ours + 0.55 * under) for ours, under in pairs).hex()


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
