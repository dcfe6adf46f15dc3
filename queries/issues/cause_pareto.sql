-- Causes of the period, the most frequent first, with their share, the share so far, and what is usual: the period of
-- the same length just before, and the median of the 13 weeks before it (a quiet week counts as 0, a week before the
-- first data does not count).
-- Grain: one row per cause. Reads: int_matching_days, int_incident_days, int_exposure_kinds, int_data_end,
-- ref_causes, settings.
create or replace view cause_pareto as
with bounds as (
    select
        getvariable('start')::date as start_date,
        coalesce(getvariable('until')::date, last_date + 1) as until_date,
        -- without a start the 13 weeks are the last ones that are complete
        date_trunc('week', coalesce(getvariable('start')::date, getvariable('until')::date, last_date + 1))::date
            as usual_until_date,
        date_trunc(
            'week',
            (
                select min(int_incident_days.date)
                from int_incident_days
                where int_incident_days.date_basis = coalesce(getvariable('basis'), 'event')
            )
        )::date as first_week_date
    from int_data_end
),

days as (
    select
        int_matching_days.cause,
        int_matching_days.on_date,
        int_matching_days.party,
        any_value(int_matching_days.family) as family,
        sum(int_matching_days.incident_count)::bigint as incident_count,
        sum(int_matching_days.cost_cents) filter (
            where int_matching_days.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from int_matching_days
    cross join settings
    group by int_matching_days.cause, int_matching_days.on_date, int_matching_days.party
),

parties as (
    select
        days.cause,
        days.party,
        any_value(days.family) as family,
        sum(days.incident_count)::bigint as incident_count,
        sum(days.cost_cents)::bigint as cost_cents
    from days
    cross join bounds
    where
        (bounds.start_date is null or days.on_date >= bounds.start_date)
        and days.on_date < bounds.until_date
    group by days.cause, days.party
),

causes as (
    select
        cause,
        any_value(family) as family,
        arg_min(party, (-incident_count, party)) as party,
        sum(incident_count)::bigint as incident_count,
        sum(cost_cents)::bigint as cost_cents
    from parties
    group by cause
),

earlier as (
    select
        days.cause,
        sum(days.incident_count)::bigint as incident_count
    from days
    cross join bounds
    where
        days.on_date >= bounds.start_date - (bounds.until_date - bounds.start_date)::integer
        and days.on_date < bounds.start_date
    group by days.cause
),

usual_weeks as (
    select
        unnest(
            generate_series(
                greatest(bounds.usual_until_date - 91, bounds.first_week_date)::timestamp,
                (bounds.usual_until_date - 7)::timestamp,
                interval 7 day
            )
        )::date as week_start_date
    from bounds
),

weekly as (
    select
        days.cause,
        date_trunc('week', days.on_date)::date as week_start_date,
        sum(days.incident_count) as incident_count
    from days
    cross join bounds
    where days.on_date >= bounds.usual_until_date - 91 and days.on_date < bounds.usual_until_date
    group by days.cause, date_trunc('week', days.on_date)::date
),

usual as (
    select
        causes.cause,
        median(coalesce(weekly.incident_count, 0)) as median_count
    from causes
    cross join usual_weeks
    left join weekly
        on
            causes.cause = weekly.cause
            and usual_weeks.week_start_date = weekly.week_start_date
    group by causes.cause
),

exposures as (
    select
        int_exposure_kinds.exposure,
        sum(int_exposure_kinds.exposure_count)::bigint as exposure_count
    from int_exposure_kinds
    cross join bounds
    where
        (bounds.start_date is null or int_exposure_kinds.date >= bounds.start_date)
        and int_exposure_kinds.date < bounds.until_date
    group by int_exposure_kinds.exposure
)

select
    causes.cause,
    causes.family,
    causes.party,
    causes.incident_count,
    causes.incident_count / sum(causes.incident_count) over () as incident_share,
    sum(causes.incident_count) over (
        order by causes.incident_count desc, causes.cause
        rows unbounded preceding
    ) / sum(causes.incident_count) over () as cumulative_share,
    causes.cost_cents,
    coalesce(ref_causes.exposure, 'orders') as exposure_kind,
    exposures.exposure_count,
    case
        when getvariable('start') is not null then coalesce(earlier.incident_count, 0)
    end as prior_incident_count,
    usual.median_count as median_13_week_count
from causes
left join ref_causes on causes.cause = ref_causes.cause
left join exposures on coalesce(ref_causes.exposure, 'orders') = exposures.exposure
left join earlier on causes.cause = earlier.cause
left join usual on causes.cause = usual.cause
order by causes.incident_count desc, causes.cause;

comment on view cause_pareto is 'Causes of the period, most frequent first, with shares and what is usual.';
comment on column cause_pareto.cause is 'Root cause.';
comment on column cause_pareto.family is 'Family of the cause.';
comment on column cause_pareto.party is 'Who can put it right; where that varies, the one it most often is.';
comment on column cause_pareto.incident_count is 'Incidents of the period.';
comment on column cause_pareto.incident_share is 'Share of all incidents of the period, 0 to 1.';
comment on column cause_pareto.cumulative_share is 'Share of this cause and all more frequent ones, 0 to 1.';
comment on column cause_pareto.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
comment on column cause_pareto.exposure_kind is 'What the denominator counts: orders, lines_confirmed, lines_shipped or units_sold.';
comment on column cause_pareto.exposure_count is 'Denominator of the period; NULL without orders.';
comment on column cause_pareto.prior_incident_count is 'Incidents of the period of the same length just before; NULL when the period has no start.';
comment on column cause_pareto.median_13_week_count is 'Median incidents a week over the 13 weeks before the period; NULL when there is no data before it.';
