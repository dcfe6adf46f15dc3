"""Corrective actions: written down with cause, scope, owner and date; their effect is found at each load.

What people write is in the notebook. Table `action_effects` keeps one row an action with what analysis/actions.py makes
of it, and `action_weeks` the weeks it rests on; a page works out by itself what was written since the last load.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis import rates
from analysis.actions import Plan, Verdict, Weeks, first_monday, judge
from pipelines import notebook, scopes
from pipelines.messages import Message
from pipelines.notebook import Entry, Write
from pipelines.store import Store, StoreError

TOPIC = "action"
#: as far back as weeks are looked at: those before, those left out, and the usual ones before the problem
_LOOK_BACK = timedelta(weeks=120)
_DELAYS_FROM = timedelta(weeks=60)
_LONGEST_DELAY = 26
_SHOWN_BEFORE = 26
#: of the incidents, to count by the day of the order: else most would be left out
_DATED = 0.8

#: made with the other tables of a store
TABLE = """
    create table if not exists action_effects (
        item varchar, version bigint, done varchar, owner varchar, start_date date, since_date date, end_date date,
        expected_change double, scope varchar, verdict varchar, reason varchar, base varchar, method varchar,
        date_basis varchar, exposure_kind varchar, ratio double, ratio_low double, ratio_high double,
        before_count bigint, before_exposure double, before_weeks bigint,
        after_count bigint, after_exposure double, after_weeks bigint,
        needed_weeks bigint, known_by date, dispersion double,
        else_ratio double, else_low double, else_high double, is_displaced boolean, back_since date
    );
    alter table action_effects add column if not exists all_weeks bigint;
    alter table action_effects add column if not exists all_ratio double;
    alter table action_effects add column if not exists all_low double;
    alter table action_effects add column if not exists all_high double;
    alter table action_effects add column if not exists season varchar;
    alter table action_effects add column if not exists last_ratio double;
    alter table action_effects add column if not exists last_low double;
    alter table action_effects add column if not exists last_high double;
    create table if not exists action_weeks (
        item varchar, version bigint, week_start_date date, incident_count bigint, exposure_count double,
        reported_share double, else_incident_count bigint, else_exposure_count double, phase varchar
    );
"""

#: the rows of a view under session variables
Ask = Callable[[str, Mapping[str, Any]], pl.DataFrame]


@dataclass(frozen=True)
class Action:
    """What was done, to what end; days in ISO. `expected`: by how many percent fewer incidents."""

    done: str
    start: str
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owner: str = ""
    expected: int = 50
    since: str | None = None
    end: str | None = None

    def plan(self) -> Plan:
        """What the analysis needs of it."""
        since, end = (date.fromisoformat(day) if day else None for day in (self.since, self.end))
        return Plan(date.fromisoformat(self.start), 1 - self.expected / 100, since, end)


@dataclass(frozen=True)
class Found:
    """An action with what became of it."""

    item: str
    version: int
    action: Action
    effect: Mapping[str, Any]  # a row of action_effects
    weeks: pl.DataFrame  # its rows of action_weeks


def current(store: Store) -> dict[str, tuple[int, Action]]:
    """Version and text of every action that is there, by its item."""
    return {
        item: (entry.version, action_of(entry.after))
        for item, entry in notebook.current(store, TOPIC).items()
        if entry.after is not None
    }


def action_of(value: Mapping[str, Any]) -> Action:
    """An action as the notebook holds it."""
    return Action(**value)


def save(store: Store, action: Action, who: str, item: str | None = None, seen: int = 0) -> list[Entry]:
    """Writes an action down, a new one without `item`. Raises StoreError for one that says too little or nonsense."""
    scope = scopes.tidy(action.scope)
    if not action.done.strip():
        raise StoreError(Message("action_without_text"))
    if not scope:
        raise StoreError(Message("action_without_scope"))
    if not 0 < action.expected < 100:
        raise StoreError(Message("action_expected"))
    if action.since is not None and action.since > action.start:
        raise StoreError(Message("action_since"))
    if action.end is not None and action.end < action.start:
        raise StoreError(Message("action_end"))
    value = {**asdict(action), "scope": scope, "done": action.done.strip(), "owner": action.owner.strip()}
    return notebook.write(store, TOPIC, [Write(item or secrets.token_hex(6), value, seen)], who)


def delete(store: Store, item: str, seen: int, who: str) -> list[Entry]:
    """Takes an action off the register; its history stays, and undoing brings it back."""
    return notebook.write(store, TOPIC, [Write(item, None, seen)], who)


def found(item: str, version: int, action: Action, ask: Ask) -> Found:
    """What became of an action, by the data that `ask` reads."""
    rows, basis = _counted(action, ask)
    has_exposure = bool(rows["exposure_count"].sum())
    weeks = _weeks(rows, _reported(action, ask, rows) if basis == "order" else None, has_exposure, action)
    verdict = judge(weeks, action.plan())
    kind = rows["exposure_kind"][0] if rows.height and has_exposure else None
    return Found(
        item,
        version,
        action,
        _row(item, version, action, verdict, basis, kind),
        _lines(item, version, weeks, verdict, action.plan()),
    )


def keep(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Works out all actions and keeps what was found; needs the views of this store."""
    con.execute("delete from action_effects; delete from action_weeks")

    def ask(view: str, variables: Mapping[str, Any]) -> pl.DataFrame:
        for name, value in variables.items():
            con.execute(f"set variable {name} = $value", {"value": value})
        try:
            return con.table(view).pl()
        finally:
            for name in variables:
                con.execute(f"reset variable {name}")

    for item, (version, action) in current(store).items():
        made = found(item, version, action, ask)
        effect = pl.DataFrame([made.effect], infer_schema_length=None)
        con.register("action_found", effect)
        con.execute("insert into action_effects by name from action_found")
        con.unregister("action_found")
        weeks = made.weeks
        con.register("action_lines", weeks)
        con.execute("insert into action_weeks by name from action_lines")
        con.unregister("action_lines")


def _counted(action: Action, ask: Ask) -> tuple[pl.DataFrame, str]:
    """The weeks of an action's scope; by the day of the order where nearly all of its incidents have one."""
    start = date.fromisoformat(action.since or action.start) - _LOOK_BACK
    asked: dict[str, Any] = {
        **scopes.variables(action.scope),
        "cut": scopes.compared_by(action.scope),
        "start": start - timedelta(days=start.weekday()),
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    by_event = ask("scope_weeks", {**asked, "basis": "event"})
    if not by_event["exposure_count"].sum():
        return by_event, "event"
    by_order = ask("scope_weeks", {**asked, "basis": "order"})
    dated, every = (int(rows["incident_count"].sum()) for rows in (by_order, by_event))
    return (by_order, "order") if dated >= _DATED * every else (by_event, "event")


def _reported(action: Action, ask: Ask, rows: pl.DataFrame) -> list[float]:
    """The share of a week's incidents known by its end, and by that of each week after; from the causes' own delays."""
    last = rows.filter("is_complete")["week_start_date"].max()
    if not isinstance(last, date):
        return [1.0]
    causes = {name: action.scope[name] for name in ("cause", "family", "party") if name in action.scope}
    start = last - _DELAYS_FROM
    told = ask("scope_delays", {**scopes.variables(causes), "start": start}).filter(
        pl.col("order_week_date").is_between(start, last)
    )
    counts = np.zeros((_DELAYS_FROM.days // 7 + 1, _LONGEST_DELAY + 1), np.int64)
    for day, delay, n in told.iter_rows():
        at = (day - start).days // 7
        # the week that is not over yet is known for none of its orders
        if delay <= _LONGEST_DELAY and at + delay < len(counts):
            counts[at, delay] = n
    return list(rates.reported_share(counts))


def _weeks(rows: pl.DataFrame, reported: Sequence[float] | None, has_exposure: bool, action: Action) -> Weeks:
    """Whole weeks in a row, quiet ones included."""
    done = rows.filter("is_complete")
    first, last = done["week_start_date"].min(), done["week_start_date"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return Weeks([], *(np.zeros(0) for _ in range(3)))
    days = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    filled = pl.DataFrame({"week_start_date": days}).join(done, on="week_start_date", how="left").fill_null(0)
    exposure = filled["exposure_count"].cast(pl.Float64).to_numpy() if has_exposure else np.ones(len(days))
    age = [(last - day).days // 7 for day in days]
    known = [1.0 if reported is None else reported[min(n, len(reported) - 1)] for n in age]
    compared = scopes.compared_by(action.scope) is not None and has_exposure
    other_y, other_e = (
        filled[name].cast(pl.Float64).to_numpy() if compared else None
        for name in ("else_incident_count", "else_exposure_count")
    )
    y = filled["incident_count"].cast(pl.Float64).to_numpy()
    return Weeks(days, y, exposure, np.array(known), other_y, other_e)


def _row(
    item: str, version: int, action: Action, verdict: Verdict, basis: str, kind: str | None
) -> dict[str, Any]:
    plan = action.plan()
    told = {name: value for name, value in vars(verdict).items() if name != "phase"}
    return {
        "item": item,
        "version": version,
        "done": action.done,
        "owner": action.owner,
        "start_date": plan.start,
        "since_date": plan.since,
        "end_date": plan.end,
        "expected_change": -action.expected / 100,
        "scope": json.dumps(scopes.tidy(action.scope), ensure_ascii=False),
        "date_basis": basis,
        "exposure_kind": kind,
        **told,
    }


def _lines(item: str, version: int, weeks: Weeks, verdict: Verdict, plan: Plan) -> pl.DataFrame:
    """The weeks that a chart shows: from half a year before the action on, or from the first that is compared."""
    used = [n for n, phase in enumerate(verdict.phase) if phase]
    begun = sum(day < plan.start for day in weeks.monday)
    first = max(min([begun - _SHOWN_BEFORE, *used]), 0)
    none = [None] * len(weeks.monday)
    return pl.DataFrame(
        {
            "item": [item] * len(weeks.monday),
            "version": [version] * len(weeks.monday),
            "week_start_date": weeks.monday,
            "incident_count": weeks.y,
            "exposure_count": weeks.e,
            "reported_share": weeks.reported,
            "else_incident_count": none if weeks.else_y is None else weeks.else_y,
            "else_exposure_count": none if weeks.else_e is None else weeks.else_e,
            "phase": verdict.phase,
        },
        schema={
            "item": pl.String, "version": pl.Int64, "week_start_date": pl.Date, "incident_count": pl.Float64,
            "exposure_count": pl.Float64, "reported_share": pl.Float64, "else_incident_count": pl.Float64,
            "else_exposure_count": pl.Float64, "phase": pl.String,
        },
        strict=False,
    ).cast({"incident_count": pl.Int64, "else_incident_count": pl.Int64})[first:]  # fmt: skip


__all__ = ["TOPIC", "Action", "Found", "current", "delete", "first_monday", "found", "keep", "save"]
