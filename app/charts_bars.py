"""How bars show what is not final (hollow: a week not over; hatched: one that may still change) and not exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl


def bar_marker(colour: str, complete: Sequence[bool], mature: Sequence[bool], ground: str) -> dict[str, Any]:
    """The marker of bars of one colour, for a figure on this ground."""
    return {
        "color": [colour if done else "rgba(0,0,0,0)" for done in complete],
        "line": {"color": colour, "width": [0 if done else 1.5 for done in complete]},
        "pattern": {
            "shape": ["/" if done and not old else "" for done, old in zip(complete, mature, strict=True)],
            "fgcolor": ground,
            "size": 5,
        },
    }


def whiskers(rows: pl.DataFrame, colour: str) -> dict[str, Any]:
    """A thin line over the interval of each bar or point, from amount_low to amount_high; none where it is null."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows["amount_high"] - rows["amount"]).to_list(),
        "arrayminus": (rows["amount"] - rows["amount_low"]).to_list(),
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }
