-- To tell: claims of buyers that their parcel did not come, which the shop has to answer soon or loses. At stake is
-- what their orders' articles were sold for.
-- Grain: one row per marketplace. Reads: not_received_cases, lines, settings, rule_alerts.
create or replace view int_alert_buyer_claim as
with ruled as (
    select
        coalesce(max(certainty), 1) as certainty,
        coalesce(max(within_days), 7) as within_days
    from rule_alerts
    where kind = 'buyer_claim'
),

cases as (
    select
        not_received_cases.incident_key,
        not_received_cases.order_key,
        not_received_cases.channel,
        not_received_cases.event_date,
        not_received_cases.answer_by_at,
        not_received_cases.hours_left
    from not_received_cases
    cross join ruled
    where
        not_received_cases.stage = 'answer'
        and not_received_cases.is_open
        and not_received_cases.channel is not null
        and not_received_cases.hours_left between 0 and 24 * ruled.within_days
),

sold as (
    select
        lines.order_key,
        max(lines.currency) as currency,
        sum(lines.quantity * lines.unit_price_cents)::bigint as cents
    from lines
    semi join cases on lines.order_key = cases.order_key
    group by lines.order_key
),

pressing as (
    select
        cases.channel,
        sold.currency,
        count(*) as item_count,
        count(sold.cents) as known_count,
        sum(sold.cents)::bigint as cents,
        min(cases.event_date) as since_date,
        min(cases.answer_by_at)::date as due_date,
        min(cases.hours_left) as hours_left
    from cases
    left join sold on cases.order_key = sold.order_key
    group by cases.channel, sold.currency
),

summed as (
    select
        pressing.channel,
        sum(pressing.item_count)::bigint as item_count,
        -- the main currency, else the one of most
        arg_max(pressing, (pressing.currency = settings.main_currency, pressing.known_count, pressing.currency))
        filter (where pressing.cents is not null) as amount,
        min(pressing.since_date) as since_date,
        min(pressing.due_date) as due_date,
        min(pressing.hours_left) as hours_left
    from pressing
    cross join settings
    group by pressing.channel
)

select
    'buyer_claim' as kind,
    summed.channel as item,
    ['buyer_claim/' || summed.channel] as aliases,
    'not_received' as cause,
    'merchant' as party,
    'channel' as place_kind,
    summed.channel as place,
    summed.item_count,
    summed.item_count::double as size,
    summed.amount.cents as amount_cents,
    coalesce(summed.amount.known_count, 0) as amount_count,
    summed.amount.currency,
    ruled.certainty,
    summed.since_date,
    summed.due_date,
    null::date as began_date,
    to_json({hours: summed.hours_left}) as facts
from summed
cross join ruled;
