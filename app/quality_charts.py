"""Figures about defects and warehouses: a frame and words in, a plotly figure out, like app/charts.py."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from app.charts import FAMILY_COLOURS, Ink, blank, over_time, plain, short
from app.charts_bars import bar_marker, whiskers

LABELLED = 6  # points beyond the limits that have their name beside them; the others have it in their hover


def funnel(
    points: pl.DataFrame, curves: pl.DataFrame, ink: Ink, axes: tuple[str, str], words: Sequence[str]
) -> go.Figure:
    """Rates against volume, with the limits between which chance leaves them.

    One row a point: exposure_count, amount (per 1,000), is_out, label, hover, key; curves: exposure_count, low_95 …
    high_998 and middle, per 1,000. `words` name the 99.8 % limits, the 95 % limits and the common rate.
    """
    x = curves["exposure_count"].to_list()
    traces: list[go.Bar | go.Scatter] = []
    for name, dash, word in (("998", "solid", words[0]), ("95", "dot", words[1])):
        for side in ("low", "high"):
            traces.append(
                go.Scatter(
                    x=x,
                    y=curves[f"{side}_{name}"].to_list(),
                    mode="lines",
                    line={"color": ink.quiet, "width": 1.2, "dash": dash},
                    name=word,
                    showlegend=side == "high",
                    hoverinfo="skip",
                )
            )
    traces.append(
        go.Scatter(
            x=x,
            y=curves["middle"].to_list(),
            mode="lines",
            line={"color": ink.text, "width": 1},
            name=words[2],
            hoverinfo="skip",
        )
    )
    loud = set(points.filter("is_out").sort("amount", descending=True).head(LABELLED)["key"].to_list())
    traces.append(
        go.Scatter(
            x=points["exposure_count"].to_list(),
            y=points["amount"].to_list(),
            mode="markers+text",
            marker={
                "size": [11 if out else 8 for out in points["is_out"]],
                "color": [FAMILY_COLOURS["product"] if out else ink.ground for out in points["is_out"]],
                "line": {"width": 1.6, "color": FAMILY_COLOURS["product"]},
            },
            text=[
                plain(short(label, 22)) if key in loud else ""
                for label, key in points["label", "key"].iter_rows()
            ],
            textposition="middle left",
            textfont={"color": ink.text},
            cliponaxis=False,
            customdata=points["key"].to_list(),
            hovertext=[plain(hover) for hover in points["hover"]],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    )
    figure = blank(traces, ink, height=400)
    top = max([*points["amount"], *curves.tail(40)["high_998"]], default=1.0)
    figure.update_xaxes(title={"text": axes[0]}, type="log", showgrid=False, dtick="D2", tickformat=",d")
    figure.update_yaxes(title={"text": axes[1]}, range=[-0.03 * top, 1.12 * top])
    _legend(figure, ink)
    return figure


def lots(
    points: pl.DataFrame, ink: Ink, axes: tuple[str, str], middle: float | None, words: Sequence[str]
) -> go.Figure:
    """Lots on a time line by the day of their first sale: rate with its interval; those beyond the limits are filled.

    One row a lot: first_sold_date, amount, amount_low, amount_high (per 1,000), is_out, label, hover, key. `words` name
    the interval and the common rate.
    """
    traces: list[go.Bar | go.Scatter] = []
    for out in (False, True):
        rows = points.filter(pl.col("is_out") == out)
        colour = FAMILY_COLOURS["product"] if out else ink.quiet
        traces.append(
            go.Scatter(
                x=rows["first_sold_date"].to_list(),
                y=rows["amount"].to_list(),
                mode="markers+text",
                error_y=whiskers(rows, colour),
                marker={
                    "size": 11 if out else 7,
                    "color": colour if out else ink.ground,
                    "line": {"width": 1.6, "color": colour},
                },
                text=[plain(label) if out else "" for label in rows["label"]],
                textposition="middle right",
                textfont={"color": ink.text},
                cliponaxis=False,
                customdata=rows["key"].to_list(),
                hovertext=[plain(hover) for hover in rows["hover"]],
                hovertemplate="%{hovertext}<extra></extra>",
                name=words[0],
                showlegend=False,
            )
        )
    if middle is not None and points.height:
        ends = [points["first_sold_date"].min(), points["first_sold_date"].max()]
        traces.append(
            go.Scatter(
                x=ends,
                y=[middle, middle],
                mode="lines",
                line={"color": ink.text, "width": 1},
                name=words[1],
                hoverinfo="skip",
            )
        )
    figure = blank(traces, ink, height=340)
    over_time(figure)
    figure.update_xaxes(title={"text": axes[0]})
    figure.update_yaxes(title={"text": axes[1]}, rangemode="tozero")
    _legend(figure, ink)
    return figure


def against_level(
    rows: pl.DataFrame, ink: Ink, axis: str, hovers: Sequence[str], words: tuple[str, str]
) -> go.Figure:
    """A rate a week as bars, and the level agreed as a stepped line. `words` name the two.

    One row a week: period_start_date, amount (per 1,000, null: not known), agreed (null: none), is_complete, is_mature.
    """
    days = rows["period_start_date"].to_list()
    done = rows["is_complete"].to_list()
    bars = go.Bar(
        x=days,
        y=rows["amount"].to_list(),
        marker=bar_marker(FAMILY_COLOURS["logistics"], done, rows["is_mature"].to_list(), ink.ground),
        customdata=[day.isoformat() for day in days],
        hovertext=[plain(hover) for hover in hovers],
        hovertemplate="%{hovertext}<extra></extra>",
        name=words[0],
    )
    traces: list[go.Bar | go.Scatter] = [bars]
    if rows["agreed"].drop_nulls().len():
        traces.append(
            go.Scatter(
                x=days,
                y=rows["agreed"].to_list(),
                mode="lines",
                line={"color": ink.text, "width": 1.6, "dash": "dash", "shape": "hvh"},
                name=words[1],
                hoverinfo="skip",
            )
        )
    figure = blank(traces, ink, height=270)
    over_time(figure)
    figure.update_yaxes(title={"text": axis}, rangemode="tozero")
    figure.update_layout(bargap=0.3)
    _legend(figure, ink)
    return figure


def _legend(figure: go.Figure, ink: Ink) -> None:
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": ink.quiet}},
    )
