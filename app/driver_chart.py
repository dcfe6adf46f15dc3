"""A rise as steps: from the incidents before, over volume, mix and rate, to those of now. Knows no language."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.decomposition import Parts
from app import charts
from app.charts import Ink


def waterfall(parts: Parts, words: Sequence[str], ends: Sequence[str], ink: Ink, axis: str) -> go.Figure:
    """Five bars from left to right; each step hangs where the one before ended, so that they add up to the eye."""
    steps = (parts.volume, parts.mix, parts.rate)
    bases, at = [0.0], parts.before
    for step in steps:
        bases.append(at)
        at += step
    heights = [parts.before, *steps, parts.now]
    colours = [ink.quiet, *(ink.accent for _ in steps), ink.quiet]
    bars = go.Bar(
        x=list(words),
        y=heights,
        base=[*bases, 0.0],
        text=list(ends),
        textposition="outside",
        cliponaxis=False,
        textfont={"color": ink.text},
        marker={"color": colours},
        customdata=list(words),
        hovertemplate="%{x}<br>%{text}<extra></extra>",
        width=0.62,
    )
    figure = charts.blank([bars], ink, 300)
    levels = [0.0, parts.before, parts.now, *bases]
    low, high = min(levels), max(levels)
    margin = max(high - low, 1.0) * 0.14
    figure.update_yaxes(title_text=axis, range=[low - (margin if low < 0 else 0), high + margin])
    figure.update_xaxes(showgrid=False)
    return figure
