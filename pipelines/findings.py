"""Facts that no record tells by itself, found once the facts of a load are added up; and how they reach the incidents.

Each file of `queries/findings` finds one kind: signals, and the cause that the records together name for each. What is
found must not depend on what was found before: it may read records, labels and declared reasons, never the cause of an
incident. So one more pass over the incidents concerned is enough.
"""

from __future__ import annotations

import duckdb

from pipelines import marking

TABLE = "create table if not exists ref_findings (signal_key varchar, cause varchar)"


def mark_changed(con: duckdb.DuckDBPyConnection) -> bool:
    """Brings ref_findings up to date with the facts; marks the records of signals of which something else is found."""
    con.execute(_CHANGED)
    if con.execute("select exists (from chosen_signals)").fetchone() != (True,):
        return False
    marking.mark(con)
    con.execute(_KEEP)
    return True


_CHANGED = """
    create or replace temp table found_now as select distinct * from int_all_findings;
    create or replace temp table chosen_signals as
    select distinct signal_key
    from ((from found_now except from ref_findings) union (from ref_findings except from found_now))
"""
_KEEP = """
    delete from ref_findings;
    insert into ref_findings by name from found_now
"""
