"""Facts that are kept beside lines, signals and incidents: a file of queries/facts each, found, not registered.

`new_<table>.sql` makes the rows of `<table>` for what a load touches, and its header says by what a load replaces them
(`Kept by: incident_key, sorted by event_date.`). It may read the `batch_` and `stg_` tables of the load (all records of
every order that it touches), raw tables, lines, signals and incidents as they are now, other kept facts, and what the
load touches: everything at a rebuild, else the incidents, signals and tickets whose rows are wanted
(`touched_incidents`, `touched_signals`, `touched_tickets`: whole rows, so that no large table is searched), the keys of
orders (`touched_orders`) and days (`affected_dates`), and with `near_` the incidents and signals of the same orders. A
row must depend on nothing but records of its own key, of its order or ticket, else loads in another order would differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pipelines import linking, views

#: where a key that a load has can have rows already, if that is known: incidents of a new day are searched for nowhere
_THERE_BEFORE = {"incident_key": "old_incidents"}
#: the key that rows are replaced by -> the relation in which a load's keys stand, those included that are gone
REPLACED = {
    "incident_key": "replaced_incidents",
    "order_key": "touched_orders",
    "ticket_record_id": "replaced_tickets",
    "date": "affected_dates",
}
_RELATIONS = (
    *REPLACED.values(),
    *("touched_incidents", "touched_signals", "touched_tickets", "near_incidents", "near_signals"),
)

_KEPT = re.compile(r"\bKept by: (\w+), sorted by ([^.]+)\.")


@dataclass(frozen=True)
class Fact:
    """A kept table, the column that rows are replaced by, and what a rebuild sorts it by (SQL)."""

    table: str
    key: str
    order: str
    query: views.Query


def facts() -> list[Fact]:
    """Every kept fact, each after those that it reads. Raises ViewError for a header that does not say how."""
    found = {query.name: query for query in views.queries(("facts",))}
    ordered: dict[str, Fact] = {}

    def add(query: views.Query) -> None:
        for read in query.reads:
            if f"new_{read}" in found and f"new_{read}" != query.name:
                add(found[f"new_{read}"])
        table = query.name.removeprefix("new_")
        ordered.setdefault(table, _fact(table, query))

    for query in found.values():
        add(query)
    return list(ordered.values())


def _fact(table: str, query: views.Query) -> Fact:
    match = _KEPT.search(query.header)
    if match is None or match[1] not in REPLACED or table == query.name:
        raise views.ViewError(
            f"facts/{query.path.name}: its name is new_<table>, and its header says"
            f" 'Kept by: <key>, sorted by <columns>.' with a key of {', '.join(REPLACED)}"
        )
    return Fact(table, match[1], match[2], query)


def keep_all(con: duckdb.DuckDBPyConnection, chosen: Iterable[Fact] | None = None) -> None:
    """Makes every kept fact (or the chosen ones) anew, after lines, signals and incidents were."""
    for name in _RELATIONS:
        linking.drop_temporary(con, name)
    con.execute(_EVERYTHING)
    for fact in facts() if chosen is None else chosen:
        views.run(con, [fact.query])
        # names come from our own file names and headers, never from data
        con.execute(
            f'create or replace table "{fact.table}" as from "{fact.query.name}" order by {fact.order}'
        )
        con.execute(f'drop view "{fact.query.name}"')


def keep_touched(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Replaces the rows of what this load touched; returns the tables of which it took or gave any.

    Needs affected_refs and what replacing.py keeps apart: what was and is new of incidents, orders and days.
    """
    for name in _RELATIONS:
        linking.drop_temporary(con, name)
    con.execute(_OF_THIS_LOAD)
    touched = {name: con.execute(f"select exists (from {name})").fetchall() for name in REPLACED.values()}
    changed = set()
    for fact in facts():
        if touched[REPLACED[fact.key]] != [(True,)]:
            continue
        views.run(con, [fact.query])
        # names come from our own file names and headers, never from data
        before = _THERE_BEFORE.get(fact.key, REPLACED[fact.key])
        replaced = f"delete from {fact.table} where {fact.key} in (from {before})"  # noqa: S608
        counts = con.execute(replaced).fetchall()
        counts += con.execute(f"insert into {fact.table} by name from {fact.query.name}").fetchall()
        con.execute(f"drop view {fact.query.name}")
        if any(count for (count,) in counts):
            changed.add(fact.table)
    return changed


_EVERYTHING = """
    create temp view touched_incidents as from incidents;
    create temp view touched_signals as from signals;
    create temp view near_incidents as from incidents;
    create temp view near_signals as from signals;
    create temp view touched_orders as
    select order_key from stg_orders
    union select order_key from incidents where order_key is not null;
    create temp view touched_tickets as from batch_tickets;
    create temp table affected_dates as
    select order_date as date from lines where order_date is not null
    union select shipped_date from lines where shipped_date is not null;
"""
_OF_THIS_LOAD = """
    create temp table replaced_incidents as
    select incident_key from new_incidents union select incident_key from old_incidents;
    create temp view touched_incidents as from new_incidents;
    create temp view touched_signals as from new_signals;
    create temp table touched_orders as
    select order_key from stg_orders
    union select order_key from old_orders
    union select 'ref/' || order_ref from affected_refs;
    create temp table replaced_tickets as
    select record_id as ticket_record_id from batch_tickets
    union select concat_ws('/', source, account, ticket_id) from batch_messages;
    -- a ticket of which only a message came is none of the batch, nor is its order
    create or replace temp table other_tickets as
    select ticket_record_id from replaced_tickets anti join batch_tickets on ticket_record_id = record_id;
    create temp table touched_tickets as
    from batch_tickets
    union all
    from raw_tickets
    where rowid in (
        select t.rowid from raw_tickets as t semi join other_tickets on t.record_id = other_tickets.ticket_record_id
    );
    create or replace temp table other_keys as
    select incident_key, order_key from signals
    where kind = 'ticket' and record_id in (from other_tickets)
    union
    select incident_key, order_key from incidents
    where incident_key in (select 'ticket/' || ticket_record_id from other_tickets);
    create temp table near_incidents as
    from touched_incidents
    union
    from incidents
    where rowid in (
        select i.rowid from incidents as i semi join other_keys using (incident_key)
        union
        select i.rowid from incidents as i semi join other_keys using (order_key)
    );
    create temp table near_signals as
    from touched_signals
    union
    from signals
    where rowid in (
        select s.rowid from signals as s semi join other_keys using (incident_key)
        union
        select s.rowid from signals as s semi join other_keys using (order_key)
    );
    create temp view affected_dates as from changed_dates where date is not null;
"""
