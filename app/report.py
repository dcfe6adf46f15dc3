"""Tiles and short lists of a page, one element each, every figure a link to the rows behind it.

Drawn by report.js: it sets all text as text, so nothing that comes from data can act as HTML or Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from app.i18n import language
from app.navigation import Target

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tile:
    """One figure with what to hold it against; `spark` is its last weeks, None where it is not known; `limits` says

    whether it is outside its control limits, `hint` is seen when the pointer rests on it.
    """

    label: str
    value: str
    change: str
    tone: Literal["good", "bad", "even"]
    against: str
    usual: str
    note: str
    spark: Sequence[float | None]
    target: Target | None
    limits: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a short list."""

    rank: str
    title: str
    detail: str
    figure: str
    badge: str
    target: Target | None


def tiles(items: Sequence[Tile], key: str) -> None:
    """A strip of figures: six abreast on a desk, two on a phone."""
    _draw("tiles", items, key)


def rows(items: Sequence[Row], key: str) -> None:
    """A list of few lines, each leading on."""
    _draw("rows", items, key)


def _draw(kind: str, items: Sequence[Tile] | Sequence[Row], key: str) -> None:
    _component()(key=key, data={"kind": kind, "lang": language(), "items": [_plain(item) for item in items]})


def _plain(item: Tile | Row) -> dict[str, Any]:
    plain = {name: value for name, value in vars(item).items() if name != "target"}
    return {**plain, "href": item.target.href() if item.target else None}


@cache
def _component() -> Any:
    return st.components.v2.component(
        "report",
        css=(HERE / "report.css").read_text(encoding="utf-8"),
        js=(HERE / "report.js").read_text(encoding="utf-8"),
    )
