"""Which records tell a signal, so that they can be marked when something else is said or found of it."""

from __future__ import annotations

#: where the signals of `chosen` (signal_key) stand now, and the kinds of records that tell them
PLACES = """
    select
        chosen.signal_key,
        unnest(case split_part(chosen.signal_key, '/', 1)
            when 'ticket' then ['tickets']
            when 'return' then ['returns']
            when 'cancellation' then ['cancellations']
            when 'refund' then ['refunds']
            when 'claim' then ['claims']
            when 'write_off' then ['stock_moves']
            else ['tracking_events', 'shipments']
        end) as kind,
        substr(chosen.signal_key, strpos(chosen.signal_key, '/') + 1) as record_id,
        coalesce(signals.order_ref, incidents.order_ref) as order_ref
    from chosen
    left join signals on chosen.signal_key = signals.signal_key
    left join incidents on chosen.signal_key = incidents.incident_key
"""
