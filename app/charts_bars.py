"""How bars of weeks show what is not final: hollow where the week is not over, hatched where it may still change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


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
