"""Count, rate or cost: how the chosen measure is drawn, written and named; and what a period is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from app import formats, navigation
from app.filters import Filters
from app.i18n import t
from app.navigation import Target


@dataclass(frozen=True)
class Measure:
    """The measure of one page: `name` is count, rate (per 1,000) or cost."""

    name: str
    lang: str
    currency: str

    @property
    def _minor_units(self) -> int:
        return 1 if self.currency in formats.WITHOUT_CENTS else 100

    @property
    def axis(self) -> str:
        return t(f"axis.{self.name}", currency=self.currency)

    def amount(self, denominator: str) -> pl.Expr:
        """The figure to draw from incident_count, cost_cents and a denominator; null where that is not known."""
        if self.name == "cost":
            return pl.col("cost_cents") / self._minor_units
        if self.name == "rate":
            return pl.when(pl.col(denominator) > 0).then(
                pl.col("incident_count") / pl.col(denominator) * 1000
            )
        return pl.col("incident_count").cast(pl.Float64)

    def is_known(self, rows: pl.DataFrame) -> bool:
        """Whether anything of rows with `amount` can be drawn; a cost of nothing means that no refund is known."""
        known = rows["amount"].drop_nulls()
        return known.len() > 0 and (self.name != "cost" or bool(known.sum()))

    def written(self, amount: float | None) -> str:
        """An amount as made by `amount`, for labels and hovers."""
        if self.name == "cost":
            cents = None if amount is None else amount * self._minor_units
            return formats.money(cents, self.currency, self.lang, 0)
        if self.name == "rate":
            return formats.per_mille(None if amount is None else amount / 1000, self.lang)
        return formats.number(amount, self.lang, 0)


def period_end(start: date, grain: str) -> date:
    """The first day after the week or month that begins on `start`."""
    return (start + timedelta(days=32)).replace(day=1) if grain == "month" else start + timedelta(weeks=1)


def period_name(start: date, grain: str, lang: str) -> str:
    """`9–15 nov. 2026`, or `novembre 2026`."""
    return (
        formats.month(start, lang)
        if grain == "month"
        else formats.span(start, period_end(start, grain), lang)
    )


def period_cases(filters: Filters, day: Any, **dimensions: str | None) -> Target:
    """The cases of the week or month that begins on an ISO day, as a chart's click gives it."""
    start = date.fromisoformat(str(day))
    return navigation.cases(filters.during(start, period_end(start, filters.grain)), **dimensions)
