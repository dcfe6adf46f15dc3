"""Facts that no record tells by itself, found once the facts of a load are added up; and how they reach the incidents.

Each file of `queries/findings` finds one kind: signals, and the cause that the records together name for each. What is
found must not depend on what was found before: it may read records, labels and declared reasons, never the cause of an
incident. So one more pass over the incidents concerned is enough.
"""

from __future__ import annotations

import duckdb

from pipelines import marking, views

FOLDER = "findings"

TABLE = "create table if not exists ref_findings (signal_key varchar, cause varchar)"


def mark_changed(con: duckdb.DuckDBPyConnection) -> bool:
    """Brings ref_findings up to date with the facts; marks the records of signals of which something else is found."""
    found = views.queries((FOLDER,))
    views.run(con, found)
    # names come from our own files, never from data
    every = " union ".join(f'select signal_key, cause from "{query.name}"' for query in found)  # noqa: S608
    con.execute(f"create or replace temp table found_now as {every}")
    con.execute(_CHANGED)
    if con.execute("select exists (from chosen)").fetchone() != (True,):
        return False
    con.execute(_MARK)
    return True


_CHANGED = """
    create or replace temp table chosen as
    select distinct signal_key
    from ((from found_now except from ref_findings) union (from ref_findings except from found_now))
"""
_MARK = f"""
    insert into dirty_records by name select kind, record_id, order_ref from ({marking.PLACES});
    delete from ref_findings;
    insert into ref_findings by name from found_now
"""  # noqa: S608 (constants of this module)
