-- What went wrong with the returns of the period, counted and in money: each number is the list of return_lines of that
-- name. `base_count` is how many could have had the fault.
-- Grain: one row per fault, and one for all lines. Reads: int_matching_returns, settings.
create or replace view return_faults as
with dated as (
    select
        *,
        if(
            getvariable('basis') = 'order', order_date, coalesce(requested_date, received_date, refunded_date)
        ) as on_date
    from int_matching_returns
),

lines as (
    select
        dated.*,
        if(
            dated.currency = coalesce(getvariable('currency'), settings.main_currency), dated.value_cents, null
        ) as main_cents
    from dated
    cross join settings
    where in_period(dated.on_date)
),

faults as (
    select
        unnest([
            {
                'fault': 'owed',
                'line_count': count(*) filter (where is_owed),
                'base_count': count(*) filter (where is_to_refund),
                'unit_count': sum(quantity) filter (where is_owed),
                'value_cents': sum(main_cents) filter (where is_owed),
                'unpriced_count': count(*) filter (where is_owed and main_cents is null)
            },
            {
                'fault': 'early',
                'line_count': count(*) filter (where refunded_before in ('received', 'inspected')),
                'base_count': count(*) filter (where refunded_at is not null),
                'unit_count': sum(quantity) filter (where refunded_before in ('received', 'inspected')),
                'value_cents': sum(main_cents) filter (where refunded_before in ('received', 'inspected')),
                'unpriced_count': count(*) filter (
                    where refunded_before in ('received', 'inspected') and main_cents is null
                )
            },
            {
                'fault': 'never_received',
                'line_count': count(*) filter (where refunded_before = 'never_received'),
                'base_count': count(*) filter (where refunded_at is not null and tells_received),
                'unit_count': sum(quantity) filter (where refunded_before = 'never_received'),
                'value_cents': sum(main_cents) filter (where refunded_before = 'never_received'),
                'unpriced_count': count(*) filter (where refunded_before = 'never_received' and main_cents is null)
            },
            {
                'fault': 'not_restocked',
                'line_count': count(*) filter (where is_never_restocked),
                'base_count': count(*) filter (where decision = 'restock' and tells_restocked),
                'unit_count': sum(quantity) filter (where is_never_restocked),
                'value_cents': sum(main_cents) filter (where is_never_restocked),
                'unpriced_count': count(*) filter (where is_never_restocked and main_cents is null)
            },
            {
                'fault': 'partial',
                'line_count': count(*) filter (where is_partial),
                'base_count': count(*) filter (where is_refunded),
                'unit_count': sum(quantity) filter (where is_partial),
                'value_cents': sum(main_cents) filter (where is_partial),
                'unpriced_count': count(*) filter (where is_partial and main_cents is null)
            },
            {
                'fault': 'contradicted',
                'line_count': count(*) filter (where verdict = 'contradicted'),
                'base_count': count(*) filter (where verdict in ('agreed', 'contradicted')),
                'unit_count': sum(quantity) filter (where verdict = 'contradicted'),
                'value_cents': sum(main_cents) filter (where verdict = 'contradicted'),
                'unpriced_count': count(*) filter (where verdict = 'contradicted' and main_cents is null)
            },
            {
                'fault': 'withdrawn',
                'line_count': count(*) filter (where is_withdrawn and received_date is not null),
                'base_count': count(*) filter (where is_withdrawn),
                'unit_count': sum(quantity) filter (where is_withdrawn and received_date is not null),
                'value_cents': sum(main_cents) filter (where is_withdrawn and received_date is not null),
                'unpriced_count': count(*) filter (
                    where is_withdrawn and received_date is not null and main_cents is null
                )
            },
            {
                'fault': 'refund_unknown',
                'line_count': count(*) filter (where is_refund_unknown),
                'base_count': count(*) filter (where received_date is not null),
                'unit_count': sum(quantity) filter (where is_refund_unknown),
                'value_cents': sum(main_cents) filter (where is_refund_unknown),
                'unpriced_count': count(*) filter (where is_refund_unknown and main_cents is null)
            },
            {
                'fault': 'all',
                'line_count': count(*) filter (where true),
                'base_count': count(*) filter (where true),
                'unit_count': sum(quantity) filter (where true),
                'value_cents': sum(main_cents) filter (where true),
                'unpriced_count': count(*) filter (where true and main_cents is null)
            }
        ]) as told,
        count(*) as all_count
    from lines
)

select
    told.fault,
    told.line_count,
    told.base_count,
    told.unit_count::bigint as unit_count,
    told.value_cents::bigint as value_cents,
    told.unpriced_count
from faults
where told.base_count > 0 or all_count > 0;

comment on view return_faults is 'What went wrong with returns, counted and in money.';
comment on column return_faults.fault is 'owed: received and not refunded; early: refunded before its reception or inspection; never_received: refunded and not received up to now; not_restocked: found resellable and not put back; partial: refunded less than half of the price; contradicted: the inspection contradicts the reason; withdrawn: declined or withdrawn, and received all the same; refund_unknown: received, and no tool tells when it refunds, so nobody can say whether it is owed; all: every returned line.';
comment on column return_faults.line_count is 'Returned lines of the period that have it.';
comment on column return_faults.base_count is 'Returned lines that could have it: those to refund; refunded ones; resellable ones of a tool that tells of restocking; those whose reason the inspection can judge; withdrawn ones; received ones; all.';
comment on column return_faults.unit_count is 'Pieces; NULL when none is told.';
comment on column return_faults.value_cents is 'Price of those pieces in the currency asked for, before discounts; NULL when no price is known.';
comment on column return_faults.unpriced_count is 'Lines with it that are in no amount: no price known, or in another currency.';
