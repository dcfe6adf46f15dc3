"""What a load built takes the place of what the facts said of the same orders, and which tables that changed.

An order's ticket makes its lines again, mostly the same ones: where they are, neither lines nor anything that is added
up from them is touched.
"""

from __future__ import annotations

import duckdb

from pipelines import decisions, facts

#: a ticket that is an incident by itself is kept as that: queries/issues/all_signals.sql
SIGNALS = "select * exclude (is_its_incident) from build_signals where not is_its_incident"


def replace_touched(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Needs what `views.run_build` made, affected_refs and dirty_records; returns the tables that changed."""
    con.execute(_OLD)
    changed = set()
    if con.execute("select exists (from other_lines)").fetchall() == [(True,)]:
        con.execute(_REPLACE_LINES)
        changed.add("lines")
    con.execute(_FORGET)
    con.execute(_INSERT)
    if con.execute(_HAS_INCIDENTS).fetchall() == [(True,)]:
        changed |= {"signals", "incidents"}
    decisions.keep(con)
    con.execute(_LEAVE_DISMISSED_OUT)
    changed |= facts.keep_touched(con)
    con.execute(_TOUCHED_DATES)
    return changed


_OLD = """
    create or replace temp table old_incidents as
    select incident_key from signals semi join affected_refs using (order_ref)
    union select incident_key from signals semi join dirty_records using (record_id)
    union select incident_key from incidents semi join affected_refs using (order_ref)
    union select incident_key from incidents
    semi join (select 'ticket/' || record_id as incident_key from dirty_records where kind = 'tickets') as marked
        using (incident_key);
    create or replace temp table old_lines as
    from lines where order_ref in (from affected_refs);
    create or replace temp table new_lines as from lines limit 0;
    insert into new_lines by name from build_lines;
    create or replace temp table other_lines as
    (from old_lines except all from new_lines) union all (from new_lines except all from old_lines);
    create or replace temp table old_places as
    select order_key, event_date, order_date from incidents
    where rowid in (select i.rowid from incidents as i semi join old_incidents using (incident_key));
    create or replace temp table old_orders as
    select order_key from old_lines
    union select order_key from old_places where order_key is not null;
    -- all days of an order of which a line is another one now: what counts once an order may have moved between them
    create or replace temp table changed_dates as
    select distinct unnest([order_date, shipped_date]) as date
    from (from old_lines union all from new_lines)
    where order_key in (select order_key from other_lines);
"""
_REPLACE_LINES = """
    delete from lines where order_ref in (from affected_refs);
    insert into lines from new_lines;
"""
# days of the incidents that were and are
_TOUCHED_DATES = """
    create or replace temp table touched_dates as
    select date
    from (
        select unnest([event_date, order_date]) as date from old_places
        union
        select unnest([event_date, order_date]) from touched_incidents
    )
    where date is not null
"""
# what is new is kept apart too, so that nobody has to look for it among all that there is
_INSERT = f"""
    create or replace temp table new_signals as from signals limit 0;
    create or replace temp table new_incidents as from incidents limit 0;
    insert into new_signals by name {SIGNALS};
    insert into new_incidents by name from build_incidents;
    insert into signals from new_signals;
    insert into incidents from new_incidents;
"""
_HAS_INCIDENTS = (
    "select exists (from old_incidents) or exists (from new_incidents) or exists (from new_signals)"
)
_LEAVE_DISMISSED_OUT = """
    delete from new_incidents where incident_key in (select incident_key from int_decisions where not is_incident)
"""
_FORGET = """
    delete from incidents where incident_key in (from old_incidents);
    delete from dismissed_incidents where incident_key in (from old_incidents);
    delete from decided_incidents where incident_key in (from old_incidents);
    delete from signals where incident_key in (from old_incidents);
"""
