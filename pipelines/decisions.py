"""What a person decided of a case: another cause and party, or that it is no incident; and how that reaches the facts.

A decision is kept in the notebook under the signal that the incident began with, and names all the signals that it had
then. Incidents may be called otherwise later (an earlier signal arrives) or lose that first signal (a ticket is thrown
away): the decision is about the incident that holds the first of its signals that is there still.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import duckdb

from pipelines import linking, marking, notebook
from pipelines.cause_files import NEUTRAL, PARTIES
from pipelines.messages import Message
from pipelines.notebook import Entry, Write
from pipelines.store import Store, StoreError
from pipelines.views import QUERIES

TOPIC = "decision"
#: who can be said to be able to put a thing right: 'fulfiller' stands for one of two, and a person knows which
DECIDABLE = tuple(party for party in PARTIES if party != "fulfiller")


@dataclass(frozen=True)
class Decision:
    """A cause and who can put it right; or no cause: what happened is no incident to be counted."""

    cause: str | None
    party: str | None
    note: str
    signals: tuple[str, ...]  # keys, the first signal first
    was_cause: str | None = None  # what the rules had said, for the history
    was_party: str | None = None


def decide(store: Store, item: str, decision: Decision, seen: int, who: str) -> list[Entry]:
    """Writes a decision down; the next load applies it.

    `item` is the one under which the case was decided before, else its incident's key. Raises StoreError when it was
    decided by somebody else since, or names what does not exist.
    """
    return decide_all(store, [(item, decision, seen)], who)


def decide_all(store: Store, made: Iterable[tuple[str, Decision, int]], who: str) -> list[Entry]:
    """Writes decisions down as one change, that can be taken back as one: all of them, or none (see `decide`)."""
    writes = []
    for item, decision, seen in made:
        if decision.cause is not None and decision.cause not in known_causes():
            raise StoreError(Message("unknown_cause", {"cause": decision.cause}))
        if decision.cause is not None and decision.party not in DECIDABLE:
            raise StoreError(Message("unknown_party", {"party": str(decision.party)}))
        if not decision.signals:
            raise StoreError(Message("nothing_to_decide"))
        value: dict[str, Any] = {**asdict(decision), "signals": list(decision.signals)}
        writes.append(Write(item, value, seen))
    return notebook.write(store, TOPIC, writes, who)


def about(store: Store, signals: Iterable[str]) -> dict[str, Entry]:
    """The newest entry of every decision that names one of these signals, also of those that were taken back."""
    wanted = frozenset(signals)
    return {
        item: entry
        for item, entry in notebook.current(store, TOPIC).items()
        if not wanted.isdisjoint((entry.after or entry.before or {}).get("signals", ()))
    }


@cache
def known_causes() -> frozenset[str]:
    """The names of all root causes."""
    return frozenset(path.stem for path in (QUERIES / "causes").glob("*.toml") if path.stem != NEUTRAL)


def hear(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Brings table ref_decisions up to date with the notebook, and marks the records of what was decided otherwise."""
    rows = [
        (entry.item, entry.number, entry.after["cause"], entry.after["party"], place, signal)
        for entry in notebook.current(store, TOPIC).values()
        if entry.after is not None
        for place, signal in enumerate(entry.after["signals"])
    ]
    names = ("items", "numbers", "causes", "parties", "places", "signals")
    con.execute(_HEARD, {name: [row[at] for row in rows] for at, name in enumerate(names)})
    if con.execute(_HAS_FACTS).fetchone() == (True,):
        con.execute(_CHANGED)
        marking.mark(con)
    con.execute(_KEEP)


def mark_touched(con: duckdb.DuckDBPyConnection) -> None:
    """Marks whatever else a decision that this load touches might be about: its signals may be of several orders now.

    Else a load of one of these orders alone would not see that the decision is about another. Needs affected_refs.
    """
    if con.execute("select exists (from ref_decisions)").fetchone() != (True,):
        return
    con.execute(
        "create or replace temp table chosen_signals as select distinct signal_key from ref_decisions"
    )
    marking.find_places(con)
    while True:
        con.execute(_MARK_TOUCHED)
        if con.execute("select exists (from decision_marks)").fetchone() != (True,):
            return
        linking.find_affected(con)


def keep_all(con: duckdb.DuckDBPyConnection) -> None:
    """After a rebuild made the incidents: takes out those that people said are none, and notes what was decided."""
    con.execute("create or replace table dismissed_incidents as from incidents limit 0")
    con.execute("delete from decided_incidents")
    keep(con)


def keep(con: duckdb.DuckDBPyConnection) -> None:
    """The same for the incidents that a load put in."""
    con.execute(_KEEP_INCIDENTS)


_HEARD = """
    create or replace temp table heard_decisions as
    select
        unnest($items::varchar[]) as item, unnest($numbers::bigint[]) as number,
        unnest($causes::varchar[]) as cause, unnest($parties::varchar[]) as party,
        unnest($places::integer[]) as place, unnest($signals::varchar[]) as signal_key
"""
_HAS_FACTS = (
    "select count(*) = 2 from duckdb_tables() where table_name in ('signals', 'incidents') and not temporary"
)
_CHANGED = """
    create or replace temp table chosen_signals as
    with decided as (
        select item, number, cause, party, place, signal_key from ref_decisions
    )
    select distinct signal_key
    from ((from decided except from heard_decisions) union (from heard_decisions except from decided))
"""
_KEEP = """
    delete from ref_decisions;
    insert into ref_decisions by name select *, cause is not null as is_incident from heard_decisions;
    drop table heard_decisions
"""
_KEEP_INCIDENTS = """
    insert into decided_incidents by name select incident_key, item, is_incident from int_decisions;
    insert into dismissed_incidents by name
    from incidents semi join (from int_decisions where not is_incident) as dismissed using (incident_key);
    delete from incidents where incident_key in (select incident_key from int_decisions where not is_incident)
"""
_MARK_TOUCHED = """
    create or replace temp table decision_marks as
    with places as (
        from signal_places
    ),
    touched as (
        select distinct ref_decisions.item
        from ref_decisions
        inner join places on ref_decisions.signal_key = places.signal_key
        where places.order_ref in (from affected_refs)
            or (places.kind, places.record_id) in (select (kind, record_id) from dirty_records)
    )
    select distinct places.kind, places.record_id, places.order_ref
    from ref_decisions
    semi join touched on ref_decisions.item = touched.item
    inner join places on ref_decisions.signal_key = places.signal_key
    where coalesce(places.order_ref not in (from affected_refs), true)
        and (places.kind, places.record_id) not in (select (kind, record_id) from dirty_records);
    insert into dirty_records by name from decision_marks
"""
