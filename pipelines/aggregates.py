"""Which of the tables of queries/aggregates a load makes anew: those that read a table that it changed.

The header of each says what it reads; what is not known to be as it was counts as changed. One that is `Kept by: date.`
tells of the days of incidents, and of nothing but the incidents of each: of it only the days that a load touched are
made anew, unless something else that it reads changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from pipelines import facts, views
from pipelines.contract import KINDS
from pipelines.views import Query

FOLDER = "aggregates"
#: tables of which a load knows whether it changed them, or that only a rebuild changes
_REFERENCES = ("ref_causes", "ref_channels", "ref_codes", "ref_tags")
_BUILT = ("settings", "lines", "signals", "incidents")
#: the days that are read, all of them or those that a load touched (replacing.py)
_DATES, _TOUCHED_DATES = "int_incident_dates", "touched_dates"
_FEW = 1000  # rows that are compared, to know whether a table that was made anew says anything else


def refresh(con: duckdb.DuckDBPyConnection, changed: Iterable[str]) -> None:
    """Makes anew what depends on the tables that changed, and on the date where that is another one now."""
    anew = set(changed)
    kept = {fact.table: fact.key for fact in facts.facts()}
    known = {*_REFERENCES, *_BUILT, *(kind.table for kind in KINDS.values()), *kept}
    #: tables of which nothing but rows of touched days changed
    by_day = {"incidents", _DATES, *(table for table, key in kept.items() if key == "incident_key")}
    is_new_day = con.execute(_IS_NEW_DAY).fetchall() == [(True,)]
    for query in views.queries((FOLDER,)):
        other = [
            name for name in query.reads if name in anew or not (name in known or name.startswith("rule_"))
        ]
        known.add(query.name)
        if not other and not (is_new_day and "current_date" in query.sql):
            continue
        is_of_touched_days = by_day.issuperset(other)
        if is_of_touched_days and "Kept by: date." in query.header:
            _replace_days(con, query)
        elif not _makes_another(con, query):
            continue
        elif is_of_touched_days and _is_view(query):
            by_day.add(query.name)
        anew.add(query.name)


def _replace_days(con: duckdb.DuckDBPyConnection, query: Query) -> None:
    """The touched days of a table that is kept day by day."""
    # names come from our own files, never from data
    sql = query.sql.replace(f"table {query.name} as", "temp table days_made_anew as")
    con.execute(re.sub(rf"\b{_DATES}\b", _TOUCHED_DATES, sql))
    con.execute(f"delete from {query.name} where date in (from {_TOUCHED_DATES})")  # noqa: S608
    con.execute(f"insert into {query.name} by name from days_made_anew")


def _makes_another(con: duckdb.DuckDBPyConnection, query: Query) -> bool:
    """Makes it anew; whether it may say something else than before."""
    if _is_view(query):
        return True  # it reads what changed
    size = f"select count(*) from {query.name}"  # noqa: S608
    (count,) = con.execute(size).fetchall()[0]
    before = con.table(query.name).fetchall() if count <= _FEW else None
    views.run(con, [query])
    return before is None or sorted(before, key=repr) != sorted(con.table(query.name).fetchall(), key=repr)


def _is_view(query: Query) -> bool:
    return f"create or replace view {query.name} as" in query.sql


_IS_NEW_DAY = "select coalesce(max(published_at)::date is distinct from current_date, true) from published"
