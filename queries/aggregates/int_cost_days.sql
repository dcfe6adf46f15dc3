-- What incidents cost day by day, on both date bases, by the few things that pages are most often cut by.
-- Grain: one row per date basis, day, cause, party, channel, component, basis and other currency.
-- Reads: int_cost_parts.
create or replace table int_cost_days as
with days as (
    select
        event_date,
        order_date,
        cause,
        any_value(family) as family,
        party,
        channel,
        component,
        basis,
        if(basis = 'other_currency', own_currency, null) as other_currency,
        count(*) as part_count,
        sum(amount_cents)::bigint as amount_cents
    from int_cost_parts
    group by event_date, order_date, cause, party, channel, component, basis, other_currency
),

both_bases as (
    select
        'event' as date_basis,
        event_date as date,
        * exclude (event_date, order_date)
    from days
    union all
    select
        'order' as date_basis,
        order_date as date,
        * exclude (event_date, order_date)
    from days
)

select
    date_basis,
    date,
    cause,
    any_value(family) as family,
    party,
    channel,
    component,
    basis,
    other_currency,
    sum(part_count)::bigint as part_count,
    sum(amount_cents)::bigint as amount_cents
from both_bases
where date is not null
group by date_basis, date, cause, party, channel, component, basis, other_currency
order by date_basis, date;
