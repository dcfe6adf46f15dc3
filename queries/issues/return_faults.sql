-- What went wrong with the returns of the period, counted and in money: each number is the list of return_lines of that
-- name. `base_count` is how many could have had the fault.
-- Grain: one row per fault. Reads: int_matching_returns, settings.
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
        dated.currency = coalesce(getvariable('currency'), settings.main_currency) as is_main
    from dated
    cross join settings
    where
        (getvariable('start') is null or dated.on_date >= getvariable('start')::date)
        and (getvariable('until') is null or dated.on_date < getvariable('until')::date)
),

faults as (
    select
        unnest([
            ('early', coalesce(refunded_before in ('received', 'inspected'), false), refunded_at is not null),
            (
                'never_received',
                coalesce(refunded_before = 'never_received', false),
                refunded_at is not null and tells_received
            ),
            ('not_restocked', is_never_restocked, coalesce(decision = 'restock' and tells_restocked, false)),
            ('partial', is_partial, is_refunded),
            ('contradicted', verdict = 'contradicted', verdict in ('agreed', 'contradicted')),
            ('refund_unknown', is_refund_unknown, received_date is not null),
            ('withdrawn', is_withdrawn and received_date is not null, is_withdrawn)
        ]) as fault,
        quantity,
        if(is_main, value_cents, null) as value_cents
    from lines
)

select
    fault[1] as fault,
    count(*) filter (where fault[2]) as line_count,
    count(*) filter (where fault[3]) as base_count,
    sum(quantity) filter (where fault[2])::bigint as unit_count,
    sum(value_cents) filter (where fault[2])::bigint as value_cents,
    count(*) filter (where fault[2] and value_cents is null) as unpriced_count
from faults
group by fault[1]
order by
    list_position(
        ['early', 'never_received', 'not_restocked', 'partial', 'contradicted', 'withdrawn', 'refund_unknown'],
        fault[1]
    );

comment on view return_faults is 'What went wrong with returns, counted and in money.';
comment on column return_faults.fault is 'early: refunded before its reception or inspection; never_received: refunded and not received up to now; not_restocked: found resellable and not put back; partial: refunded less than half of the price; contradicted: the inspection contradicts the reason; withdrawn: declined or withdrawn, and received all the same; refund_unknown: received, and no tool tells when it refunds, so nobody can say whether it is owed.';
comment on column return_faults.line_count is 'Returned lines of the period that have it.';
comment on column return_faults.base_count is 'Returned lines that could have it: refunded ones; resellable ones of a tool that tells of restocking; those whose reason the inspection can judge; withdrawn ones; received ones.';
comment on column return_faults.unit_count is 'Pieces; NULL when none is told.';
comment on column return_faults.value_cents is 'Price of those pieces in the currency asked for, before discounts; NULL when no price is known.';
comment on column return_faults.unpriced_count is 'Lines with it that are in no amount: no price known, or in another currency.';
