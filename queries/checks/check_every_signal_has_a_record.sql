-- Signals whose record is not there: there should be none.
-- Grain: one row per signal. Reads: all_signals, raw_tickets, raw_returns, raw_cancellations, raw_refunds, raw_claims,
-- raw_stock_moves, raw_tracking_events, raw_shipments.
create or replace view check_every_signal_has_a_record as
with records as (
    select 'ticket/' || record_id as signal_key
    from raw_tickets
    union all
    select 'return/' || record_id
    from raw_returns
    union all
    select 'cancellation/' || record_id
    from raw_cancellations
    union all
    select 'refund/' || record_id
    from raw_refunds
    union all
    select 'claim/' || record_id
    from raw_claims
    union all
    select 'write_off/' || record_id
    from raw_stock_moves
    union all
    select 'tracking/' || record_id
    from raw_tracking_events
    union all
    select 'tracking/' || record_id
    from raw_shipments
)

select
    all_signals.signal_key,
    all_signals.incident_key
from all_signals
anti join records on all_signals.signal_key = records.signal_key;

comment on view check_every_signal_has_a_record is 'Signals whose record is not there: there should be none.';
comment on column check_every_signal_has_a_record.signal_key is 'The signal.';
comment on column check_every_signal_has_a_record.incident_key is 'The incident it tells of.';
