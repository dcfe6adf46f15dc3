-- Each cause week by week or month by month, with the denominator that matches it. Every cause of the period has a
-- row for every week: 0 where it did not happen.
-- Grain: one row per cause and week or month. Reads: int_matching_days, int_exposure_kinds, int_periods, ref_causes,
-- settings.
create or replace view trend_by_cause as
with days as (
    select
        cause,
        party,
        date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), on_date)::date as period_start_date,
        any_value(family) as family,
        sum(incident_count)::bigint as incident_count,
        sum(cost_cents)
        filter (
            where currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from int_matching_days
    cross join settings
    where in_period(on_date)
    group by cause, party, date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), on_date)::date
),

parties as (
    select
        cause,
        party,
        any_value(family) as family,
        sum(incident_count) as incident_count
    from days
    group by cause, party
),

-- one cause may fall on two parties (the merchant here, the 3PL there): the one it falls on most is shown
causes as (
    select
        parties.cause,
        any_value(parties.family) as family,
        arg_min(parties.party, (-parties.incident_count, parties.party)) as party,
        coalesce(any_value(ref_causes.exposure), 'orders') as exposure
    from parties
    left join ref_causes on parties.cause = ref_causes.cause
    group by parties.cause
),

incident_periods as (
    select
        cause,
        period_start_date,
        sum(incident_count)::bigint as incident_count,
        sum(cost_cents)::bigint as cost_cents
    from days
    group by cause, period_start_date
),

exposures as (
    select
        exposure,
        date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), date)::date as period_start_date,
        sum(exposure_count)::bigint as exposure_count
    from int_exposure_kinds
    where in_period(date)
    group by exposure, date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), date)::date
),

orders_known as (
    select count(*) > 0 as is_any
    from exposures
)

select
    int_periods.period_start_date,
    causes.cause,
    causes.family,
    causes.party,
    coalesce(incident_periods.incident_count, 0) as incident_count,
    if(orders_known.is_any, coalesce(exposures.exposure_count, 0), null) as exposure_count,
    if(coalesce(incident_periods.incident_count, 0) = 0, 0, incident_periods.cost_cents) as cost_cents,
    int_periods.is_complete
from int_periods
cross join causes
cross join orders_known
left join incident_periods
    on
        causes.cause = incident_periods.cause
        and int_periods.period_start_date = incident_periods.period_start_date
left join exposures
    on
        causes.exposure = exposures.exposure
        and int_periods.period_start_date = exposures.period_start_date
order by causes.cause, int_periods.period_start_date;

comment on view trend_by_cause is 'Each cause by week or month, with the denominator that matches it; quiet weeks count 0.';
comment on column trend_by_cause.period_start_date is 'Monday of the week, or first day of the month.';
comment on column trend_by_cause.cause is 'Root cause.';
comment on column trend_by_cause.family is 'Family of the cause.';
comment on column trend_by_cause.party is 'Who can put it right; where that varies, the one it most often is.';
comment on column trend_by_cause.incident_count is 'Incidents; 0 in a quiet week.';
comment on column trend_by_cause.exposure_count is 'What could have gone wrong: shipped lines, confirmed lines, units or orders, as fits the cause; NULL without orders.';
comment on column trend_by_cause.cost_cents is 'Refunded, minor units of the currency asked for; NULL when there were incidents and no amount is known.';
comment on column trend_by_cause.is_complete is 'Whether the data reach the last day of the week or month, and the period chosen does not cut it.';
