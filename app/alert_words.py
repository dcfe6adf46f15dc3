"""The weekly list in words, French or English: for the pages, and for the messages that the command line sends.

Plain text: whoever shows it makes it harmless for the place where it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app import formats
from app.filters import DIMENSIONS, filter_of
from app.i18n import Lang, known, say
from pipelines.alert_states import Row, Standing

#: figures of `facts` that are shares
_SHARES = frozenset({"share", "limit"})


@dataclass(frozen=True)
class Words:
    """What speaks one language; `causes` are the titles of root causes by their code."""

    lang: Lang
    causes: Mapping[str, str]

    def title(self, row: Row) -> str:
        """What it is and where: `Mauvaise taille · entrepôt Laval`."""
        return say(self.lang, f"alerts.title.{row['kind']}", **self._figures(row))

    def reason(self, row: Row) -> str:
        """Why it is told: how many, since when, against what."""
        figures = self._figures(row)
        parts = [say(self.lang, f"alerts.reason.{row['kind']}", **figures)]
        for name, value in facts(row).items():
            key = f"alerts.also.{row['kind']}.{name}"
            if value and known(key):
                n = {"n": value} if isinstance(value, int) and not isinstance(value, bool) else {}
                parts.append(say(self.lang, key, **{**figures, **n}))
        left = row["left_days"]
        if row["due_date"] is not None and left is not None and left >= 0:
            parts.append(say(self.lang, "alerts.due", day=self._day(row["due_date"])))
        if row["amount_count"] is not None and 0 < row["amount_count"] < row["item_count"]:
            amounts = {"n": row["amount_count"], "count": row["item_count"]}
            parts.append(say(self.lang, "alerts.amount_of", **amounts))
        return " · ".join(parts)

    def amount(self, row: Row) -> str:
        """The money at stake; '—' when it is not known."""
        return formats.money(row["amount_cents"], row["currency"], self.lang, 0)

    def standing(self, now: Standing) -> str:
        """Its state, why it is told again, and who has it: `Nouveau, revient après une accalmie · Anne`."""
        state = self.state(now.state)
        if now.again:
            state = say(self.lang, "alerts.state_again", state=state, why=self.again(now))
        if now.state == "muted" and now.said.until:
            day = self._day(date.fromisoformat(now.said.until))
            state = say(self.lang, "alerts.state_until", state=state, day=day)
        return f"{state} · {now.said.owner}" if now.said.owner else state

    def letter(self, n: int, data_date: date | None) -> tuple[str, str, str]:
        """Subject and second line of a message about so many things, and what its links are called."""
        return (
            say(self.lang, "alerts.letter.subject", n=n),
            say(self.lang, "alerts.letter.about", day=self._day(data_date)),
            say(self.lang, "alerts.letter.open"),
        )

    def state(self, state: str) -> str:
        """The name of a state."""
        return say(self.lang, f"alert_state.{state}")

    def again(self, now: Standing) -> str:
        """Why a thing is told again that something was said of; '' for all others."""
        return say(self.lang, f"alerts.again.{now.again}") if now.again else ""

    def place(self, kind: str, place: str | None) -> str:
        """`entrepôt Laval`; of everywhere, `toute la boutique`."""
        name = say(self.lang, f"rising.kind.{kind}")
        if place is None:
            return name
        return f"{name} {self._named(kind, place)}"

    def _named(self, kind: str, place: str) -> str:
        if kind == "country":
            return formats.country(place, self.lang)
        return self._code("channel", place) if kind == "channel" else place

    def party(self, party: str | None) -> str:
        """Who can put it right."""
        return self._code("party", party) if party else formats.UNKNOWN

    def _figures(self, row: Row) -> dict[str, str | float]:
        """What the texts of a kind may name; the facts of its kind under their own names."""
        cause = row["cause"]
        told: dict[str, str | float] = {
            name: self._written(name, value) for name, value in facts(row).items() if value is not None
        }
        return {
            **told,
            "n": row["item_count"] or 0,
            "cause": self.causes.get(cause, cause) if cause else formats.UNKNOWN,
            "place": self.place(row["place_kind"], row["place"]),
            "within": self.place(*held_by(row)),
            "since": self._day(row["since_date"]),
            "metric": self._code("marketplace_metric", str(told.get("metric", ""))),
        }

    def _written(self, name: str, value: Any) -> str | float:
        if isinstance(value, bool):
            return str(value)
        if name in _SHARES:
            return formats.percent(value, self.lang, 1)
        if name == "expected":
            return formats.about(value, self.lang)
        return formats.number(value, self.lang, 1) if isinstance(value, float) else value

    def _day(self, day: date | None) -> str:
        return formats.day(day, self.lang)

    def _code(self, group: str, value: str) -> str:
        return say(self.lang, f"{group}.{value}") if known(f"{group}.{value}") else value


def leads_to(row: Row) -> tuple[str, dict[str, list[str]]]:
    """Page and URL parameters behind a thing: of a rise what drives it, of others a page or part of the work list."""
    kind, (dimension, value) = row["kind"], held_by(row)
    place = {dimension: [value]} if dimension in DIMENSIONS and value is not None else {}
    if kind == "rising":
        week = date.fromisoformat(facts(row)["week"])
        start, end = min(row["since_date"], week - timedelta(weeks=2)), week + timedelta(days=6)
        days = {"from": [start.isoformat()], "to": [end.isoformat()]}
        return "drivers", {"cause": [row["cause"]], **place, **days}
    if kind == "sudden":
        days = {"from": [row["since_date"].isoformat()], "to": [facts(row)["until"]]}
        return "drivers", {"cause": [row["cause"]], **place, **days}
    if kind in ("buyer_claim", "marketplace_limit"):
        return "claims" if kind == "buyer_claim" else "marketplaces", place
    if kind == "action_back":
        return "actions", {"action": [row["alert_key"].removeprefix("action_back/")]}
    return "work_list", {"work": ["refund_owed" if kind == "refund_overdue" else kind], **place}


def held_by(row: Row) -> tuple[str, str | None]:
    """The filter, and its value, that narrows to the place of a thing, or to what holds a place without a filter."""
    return filter_of({**row, **facts(row)})


def facts(row: Row) -> dict[str, Any]:
    """The figures that only things of this kind have."""
    found: dict[str, Any] = json.loads(row["facts"]) if row["facts"] else {}
    return found
