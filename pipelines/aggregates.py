"""Which of the tables of queries/aggregates a load makes anew: those that read a table that it changed.

The header of each says what it reads. What is not known to be as it was counts as changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from pipelines import facts, views
from pipelines.contract import KINDS

FOLDER = "aggregates"
#: tables of which a load knows whether it changed them, or that only a rebuild changes
_REFERENCES = ("ref_causes", "ref_channels", "ref_codes", "ref_tags")
_BUILT = ("settings", "lines", "signals", "incidents")


def refresh(con: duckdb.DuckDBPyConnection, changed: Iterable[str]) -> None:
    """Makes anew what depends on the tables that changed, and on the date where that is another one now."""
    anew = set(changed)
    known = {*_REFERENCES, *_BUILT, *(kind.table for kind in KINDS.values())}
    known |= {fact.table for fact in facts.facts()}
    is_new_day = con.execute(_IS_NEW_DAY).fetchone() == (True,)
    for query in views.queries((FOLDER,)):
        is_as_it_was = all(
            name not in anew and (name in known or name.startswith("rule_")) for name in query.reads
        )
        if not is_as_it_was or (is_new_day and "current_date" in query.sql):
            views.run(con, [query])
            anew.add(query.name)
        known.add(query.name)


_IS_NEW_DAY = "select coalesce(max(published_at)::date is distinct from current_date, true) from published"
