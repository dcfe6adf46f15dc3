"""Pages found in app/pages, and the way from a figure to the rows behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app.filters import DIMENSIONS, Filters, filter_of
from app.i18n import language, t

PAGES = Path(__file__).parent / "pages"
#: parameters that belong to one page and do not follow the reader to the next
OWN_PARAMS = frozenset(
    {
        "order",
        "incident",
        "search",
        "at",
        "age",
        "by",
        "cut",
        "list",
        "stage",
        "table",
        "work",
        "state",
        "owner",
        "verdict",
        "level",
        "of",
        "error",
        "charged",
        "action",
        "new",
        "since",
    }
)

#: kinds of place that a filter can narrow to
PLACES = frozenset(DIMENSIONS)

_NAME = re.compile(r"(\d\d)_(\w+)\.py")

#: first number of a page file -> its group; a page's place is its file name, nothing lists it
GROUPS: Sequence[tuple[int, str]] = ((90, "data"), (70, "act"), (50, "explain"), (20, "find"), (0, "review"))


@dataclass(frozen=True)
class Target:
    """Where a click leads: a page and the URL parameters it opens with."""

    page: str
    params: Mapping[str, Sequence[str]]

    def href(self) -> str:
        """The same as a link that can be copied or opened in another tab."""
        return f"{self.page}?{urlencode({'lang': language(), **self.params}, doseq=True)}"


def found() -> list[tuple[str, str, Path]]:
    """Group, name and file of every page, in the order of their numbers."""
    pages = []
    for path in sorted(PAGES.glob("*.py")):
        match = _NAME.fullmatch(path.name)
        if match:
            group = next(name for first, name in GROUPS if int(match[1]) >= first)
            pages.append((group, match[2], path))
    return pages


def menu() -> dict[str, list[st.Page]]:
    """The pages as st.navigation wants them: by group, titled in the reader's language; the first is the default."""
    sections: dict[str, list[st.Page]] = {}
    for i, (group, name, path) in enumerate(found()):
        page = st.Page(path, title=t(f"{name}.menu"), url_path=name, default=i == 0)
        sections.setdefault(t(f"group.{group}"), []).append(page)
    return sections


def cases(filters: Filters, **dimensions: str | None) -> Target:
    """The cases behind a figure: its filters, narrowed to the given values, its period spelled out."""
    return Target("cases", filters.choose(**dimensions).pinned().params())


def cases_at(filters: Filters, row: Mapping[str, Any]) -> Target:
    """The cases of a rise: its cause in exactly its place, which the list keeps to where there is no filter for it."""
    kind, value = filter_of(row)
    target = cases(filters, cause=row["cause"], **({kind: value} if kind in PLACES else {}))
    if row["place_kind"] in PLACES or row["place"] is None:
        return target
    return Target(target.page, {**target.params, "at": [f"{row['place_kind']}/{row['place']}"]})


def explained(filters: Filters, **dimensions: str | None) -> Target:
    """What explains a figure: the page on what drives it, with its filters and period as for `cases`."""
    return Target("drivers", cases(filters, **dimensions).params)


def case(order_key: str | None, incident_key: str | None) -> Target:
    """One order's time line; an incident without an order has one of its own."""
    return Target("case", {"order": [order_key]} if order_key else {"incident": [incident_key or ""]})


def data() -> Target:
    """Where files are dropped."""
    return Target("data", {})


def go(target: Target) -> None:
    """Remembers a click in a callback; `follow` acts on it before anything of the old page is drawn again."""
    st.session_state["_go"] = target


def follow() -> None:
    """Goes where the last click leads, if there was one, as a link would: one step of the browser's history."""
    target: Target | None = st.session_state.pop("_go", None)
    if target is not None:
        links(target.href())
        st.stop()


def links(opened: str | None = None) -> None:
    """Draws nothing: lets menu links keep the filters, tells the browser the language, and opens `opened` at once."""
    _component()(key="links", data={"open": opened, "own": sorted(OWN_PARAMS), "lang": language()}, width=1)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "links", js=Path(__file__).with_name("links.js").read_text(encoding="utf-8")
    )
