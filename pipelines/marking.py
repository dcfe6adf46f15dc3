"""Which records tell a signal, so that they can be marked when something else is said or found of it."""

from __future__ import annotations

import duckdb


def find_places(con: duckdb.DuckDBPyConnection) -> None:
    """Makes `signal_places`: where the signals of `chosen_signals` (signal_key) stand, and which records tell them."""
    con.execute(_PLACES)


def mark(con: duckdb.DuckDBPyConnection) -> None:
    """Marks the records that tell the signals of `chosen_signals`, with the orders they stand at now."""
    find_places(con)
    con.execute("insert into dirty_records by name select kind, record_id, order_ref from signal_places")


_PLACES = """
    create or replace temp view signal_places as
    select
        chosen_signals.signal_key,
        unnest(case split_part(chosen_signals.signal_key, '/', 1)
            when 'ticket' then ['tickets']
            when 'return' then ['returns']
            when 'cancellation' then ['cancellations']
            when 'refund' then ['refunds']
            when 'claim' then ['claims']
            when 'write_off' then ['stock_moves']
            else ['tracking_events', 'shipments']
        end) as kind,
        substr(chosen_signals.signal_key, strpos(chosen_signals.signal_key, '/') + 1) as record_id,
        coalesce(signals.order_ref, incidents.order_ref) as order_ref
    from chosen_signals
    left join signals on chosen_signals.signal_key = signals.signal_key
    left join incidents on chosen_signals.signal_key = incidents.incident_key
"""
