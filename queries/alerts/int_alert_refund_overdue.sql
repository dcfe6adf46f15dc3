-- To tell: returns that came back and whose refund is late by the shop's rules.
-- Grain: one row, or none. Reads: returns_not_refunded, settings, rule_alerts.
create or replace view int_alert_refund_overdue as
with owed as (
    select
        currency,
        count(*) as item_count,
        count(owed_cents) as known_count,
        sum(owed_cents)::bigint as cents,
        min(received_date) as since_date,
        min(due_date) as due_date,
        max(open_days) as open_days
    from returns_not_refunded
    where is_overdue
    group by currency
),

summed as (
    select
        sum(owed.item_count)::bigint as item_count,
        -- the main currency, else the one of most
        arg_max(owed, (owed.currency = settings.main_currency, owed.known_count, owed.currency))
        filter (where owed.cents is not null) as amount,
        min(owed.since_date) as since_date,
        min(owed.due_date) as due_date,
        max(owed.open_days) as open_days
    from owed
    cross join settings
)

select
    'refund_overdue' as kind,
    'all' as item,
    ['refund_overdue/all'] as aliases,
    null::varchar as cause,
    'merchant' as party,
    'all' as place_kind,
    null::varchar as place,
    summed.item_count,
    summed.item_count::double as size,
    summed.amount.cents as amount_cents,
    coalesce(summed.amount.known_count, 0) as amount_count,
    summed.amount.currency,
    coalesce(rule_alerts.certainty, 1) as certainty,
    summed.since_date,
    summed.due_date,
    null::date as began_date,
    to_json({days: summed.open_days}) as facts
from summed
left join rule_alerts on rule_alerts.kind = 'refund_overdue'
where summed.item_count > 0;
