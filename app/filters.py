"""The filters of every page, as they stand in the URL: read, checked, written back. No widgets here.

The URL is the only place where filters live, so a link, a reload and the browser's back button all mean what they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from pipelines.reader import Value
from pipelines.scopes import VARIABLES

#: URL parameter (and dimension of the view filter_values) -> the session variable the views read
DIMENSIONS = VARIABLES
MEASURES = ("count", "rate", "cost")
GRAINS = ("week", "month")
BASES = ("event", "order")
PERIODS = ("last_week", "4w", "13w", "26w", "52w", "this_month", "last_month", "all", "custom")
SHAPES = ("bars", "lines")
SWITCHES: Mapping[str, Sequence[str]] = {
    "measure": MEASURES,
    "grain": GRAINS,
    "basis": BASES,
    "shape": SHAPES,
}

Params = Mapping[str, Sequence[str]]
Span = tuple[date | None, date | None]


def filter_of(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """The filter, and its value, that narrows to the place of a rise, or to what holds a place without a filter."""
    if row.get("within_kind"):
        return row["within_kind"], row["within_place"]
    return row["place_kind"], row["place"]


@dataclass(frozen=True)
class Notice:
    """Something in the URL that was not used, as a text key and its parameters."""

    key: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class Filters:
    """What the reader asked for. `start` and `until` (exclusive) are None for all of the time."""

    period: str
    start: date | None
    until: date | None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measure: str = "count"
    grain: str = "week"
    basis: str = "event"
    shape: str = "bars"
    is_default_period: bool = True

    def variables(self) -> dict[str, Value]:
        """The session variables of the views."""
        chosen: dict[str, Value] = {
            DIMENSIONS[name]: values for name, values in self.choices.items() if values
        }
        return {**chosen, "start": self.start, "until": self.until, "basis": self.basis, "grain": self.grain}

    def without_period(self) -> dict[str, Value]:
        """The same, over the whole history: for trends that reach further back than the period."""
        return {k: v for k, v in self.variables().items() if k not in ("start", "until")}

    def params(self) -> dict[str, list[str]]:
        """The URL parameters that bring this selection back; what is default is left out."""
        written: dict[str, list[str]] = {
            name: list(values) for name, values in self.choices.items() if values
        }
        if not self.is_default_period:
            if self.period == "custom" and self.start and self.until:
                written["from"] = [self.start.isoformat()]
                written["to"] = [(self.until - timedelta(days=1)).isoformat()]
            else:
                written["period"] = [self.period]
        for name, values in SWITCHES.items():
            chosen = str(getattr(self, name))
            if chosen != values[0]:
                written[name] = [chosen]
        return written

    def choose(self, **dimensions: str | None) -> Filters:
        """The same selection narrowed to one value of each given dimension; None leaves a dimension as it is."""
        chosen = {name: (value,) for name, value in dimensions.items() if value is not None}
        return replace(self, choices={**self.choices, **chosen})

    def during(self, start: date, until: date) -> Filters:
        """The same selection for other days, said in the URL whatever page it leads to."""
        return replace(self, period="custom", start=start, until=until, is_default_period=False)

    def pinned(self) -> Filters:
        """The same selection with its period said in the URL, since another page has another default."""
        return replace(self, is_default_period=False)


def periods(as_of: date, monday: date) -> dict[str, Span]:
    """Start and end (exclusive) of every preset; weeks end before `monday`, months are those of `as_of`."""
    month = as_of.replace(day=1)
    past = (month - timedelta(days=1)).replace(day=1)
    weeks = {"last_week": 1, "4w": 4, "13w": 13, "26w": 26, "52w": 52}
    return {
        **{name: (monday - timedelta(weeks=n), monday) for name, n in weeks.items()},
        "this_month": (month, as_of + timedelta(days=1)),
        "last_month": (past, month),
        "all": (None, None),
    }


def read(
    params: Params,
    offered: Mapping[str, frozenset[str]],
    presets: Mapping[str, Span],
    as_of: date,
    default_period: str = "13w",
) -> tuple[Filters, list[Notice]]:
    """The selection a URL asks for, and what of it could not be used; never an exception, whatever the URL says."""
    notices: list[Notice] = []
    choices: dict[str, tuple[str, ...]] = {}
    for name in DIMENSIONS:
        asked = dict.fromkeys(value for value in params.get(name, ()) if value)
        known = tuple(value for value in asked if value in offered.get(name, frozenset()))
        for value in asked:
            if value not in known:
                notices.append(Notice("filters.unknown_value", {"dimension": name, "value": value[:80]}))
        if known:
            choices[name] = known
    period, start, until, is_default = _period(params, presets, as_of, default_period, notices)
    switches = {name: _one(params, name, values, notices) for name, values in SWITCHES.items()}
    return Filters(period, start, until, choices, is_default_period=is_default, **switches), notices


def _period(
    params: Params, presets: Mapping[str, Span], as_of: date, default: str, notices: list[Notice]
) -> tuple[str, date | None, date | None, bool]:
    first, last = params.get("from", ()), params.get("to", ())
    if first or last:
        try:
            start = date.fromisoformat(first[0]) if first else None
            until = date.fromisoformat(last[0]) + timedelta(days=1) if last else as_of + timedelta(days=1)
        except (ValueError, OverflowError):
            notices.append(Notice("filters.unknown_period", {"value": " – ".join([*first, *last])[:80]}))
        else:
            if start is not None and start < until:
                return "custom", start, until, False
            notices.append(Notice("filters.empty_period", {"value": " – ".join([*first, *last])[:80]}))
    asked = params.get("period", ())
    if asked and asked[0] in presets:
        return asked[0], *presets[asked[0]], False
    if asked and asked[0] != "custom":
        notices.append(Notice("filters.unknown_period", {"value": asked[0][:80]}))
    return default, *presets[default], True


def _one(params: Params, name: str, values: Sequence[str], notices: list[Notice]) -> str:
    asked = params.get(name, ())
    if not asked:
        return values[0]
    if asked[0] in values:
        return asked[0]
    notices.append(Notice("filters.unknown_value", {"dimension": name, "value": asked[0][:80]}))
    return values[0]
