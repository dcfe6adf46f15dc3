"""What a kpi_ view says of a period: its value, the one before, the usual one, and its weeks for a sparkline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

import numpy as np
import polars as pl

from analysis.intervals import poisson, wilson
from app import formats
from app.i18n import t

USUAL_WEEKS = 13
SPARK_WEEKS = 26


@dataclass(frozen=True)
class Figure:
    """One KPI over one period. None where it cannot be known."""

    title: str
    unit: str
    better: str
    value: float | None
    prior: float | None
    usual: float | None
    numerator: int
    denominator: int
    weeks: Sequence[float | None]


def figure(frame: pl.DataFrame, start: date | None, until: date | None) -> Figure | None:
    """The KPI of `frame` (one row a week) over the weeks that begin in [start, until); None without any row."""
    if frame.is_empty():
        return None
    first, last = _days(frame)
    start, until = start or first, until or last + timedelta(weeks=1)
    now, before = _between(frame, start, until), _between(frame, start - (until - start), start)
    usual = _weekly(frame, start - timedelta(weeks=USUAL_WEEKS), start)
    known = [value for value in usual if value is not None]
    return Figure(
        title=str(frame["title"][0]),
        unit=str(frame["unit"][0]),
        better=str(frame["better"][0]),
        value=_ratio(now),
        prior=_ratio(before),
        usual=median(known) if known else None,
        numerator=int(now["numerator"].sum()),
        denominator=int(now["denominator"].sum()),
        weeks=_weekly(frame, until - timedelta(weeks=SPARK_WEEKS), until),
    )


def interval(figure: Figure) -> tuple[float, float] | None:
    """The 95 % interval of a rate (Garwood) or share (Wilson); None for money, and where nothing is known."""
    if figure.unit == "share":
        return wilson(figure.numerator, figure.denominator)
    if figure.unit != "per_1000" or not figure.denominator:
        return None
    low, high = poisson(np.array([float(figure.numerator)]))
    return float(low[0]) / figure.denominator, float(high[0]) / figure.denominator


def written(value: float | None, unit: str, lang: str, currency: str) -> str:
    """A KPI's value in its unit."""
    if unit == "per_1000":
        return formats.per_mille(value, lang)
    if unit == "share":
        return formats.percent(value, lang, 1)
    if unit in ("cents", "cents_per_order"):
        return formats.money(value, currency, lang, 2 if unit == "cents_per_order" else 0)
    if unit == "cents_per_1000":
        return formats.money(None if value is None else value * 1000, currency, lang, 0)
    return formats.number(value, lang)


def changed(difference: float, unit: str, lang: str, currency: str) -> str:
    """A difference between two values of a KPI, with its sign; of shares in points."""
    if unit == "share":
        return t("kpi.points", points=formats.change(formats.number(difference * 100, lang, 1)))
    return formats.change(written(difference, unit, lang, currency))


def tone(difference: float | None, change: str, better: str) -> Literal["good", "bad", "even"]:
    """Whether a change is for the better; one that is written as nothing is neither."""
    if not difference or not any(digit in change for digit in "123456789"):
        return "even"
    return "bad" if (difference > 0) == (better == "lower") else "good"


def _days(frame: pl.DataFrame) -> tuple[date, date]:
    days = frame["week_start_date"].to_list()
    return min(days), max(days)


def _between(frame: pl.DataFrame, start: date, until: date) -> pl.DataFrame:
    return frame.filter((pl.col("week_start_date") >= start) & (pl.col("week_start_date") < until))


def _ratio(rows: pl.DataFrame) -> float | None:
    denominator = rows["denominator"].sum()
    return float(rows["numerator"].sum()) / float(denominator) if denominator else None


def _weekly(frame: pl.DataFrame, start: date, until: date) -> list[float | None]:
    """One value a calendar week; a week without a row is not known, never the week before it."""
    by_week = {
        day: (n / d if d else None)
        for day, n, d in frame.select("week_start_date", "numerator", "denominator").iter_rows()
    }
    monday = start - timedelta(days=start.weekday())
    weeks = max((until - monday).days // 7, 0)
    return [by_week.get(monday + timedelta(weeks=i)) for i in range(weeks)]
