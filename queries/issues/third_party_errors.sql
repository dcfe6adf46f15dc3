-- Errors of picking, packing and handling by warehouse, kind of error and week, with the lines that left it: what to
-- hold against the agreed level of a 3PL. An error that happened at all has a row for every week of the period. The
-- level agreed is that in force on the Sunday of the week: of its warehouse, else the one for all warehouses.
-- Grain: one row per warehouse, cause and week. Reads: filtered_incidents, int_place_exposure, int_data_end,
-- rule_service_levels, settings.
create or replace view third_party_errors as
with errors as (
    select
        incidents.warehouse,
        incidents.cause,
        incidents.party,
        date_trunc('week', incidents.on_date)::date as week_start_date,
        count(*) as incident_count,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from filtered_incidents as incidents
    cross join settings
    where incidents.family = 'logistics' and incidents.on_date is not null
    group by all
),

bounds as (
    select
        date_trunc('week', min(errors.week_start_date))::date as first_week_date,
        date_trunc('week', least(max(errors.week_start_date), max(int_data_end.last_date)))::date as last_week_date
    from errors
    cross join int_data_end
),

weeks as (
    select
        unnest(
            generate_series(first_week_date::timestamp, last_week_date::timestamp, interval 7 day)
        )::date as week_start_date
    from bounds
),

pairs as (
    select distinct
        warehouse,
        cause,
        party
    from errors
),

shipped as (
    select
        warehouse,
        date_trunc('week', date)::date as week_start_date,
        sum(lines_shipped)::bigint as lines_shipped
    from int_place_exposure
    where in_period(date)
    group by warehouse, date_trunc('week', date)::date
),

agreed as (
    select
        places.warehouse,
        places.cause,
        weeks.week_start_date,
        arg_max(
            levels.per_1000, (levels.warehouse is not null, coalesce(levels.valid_from, date '0001-01-01'))
        ) as per_1000
    from (
        select distinct
            pairs.warehouse,
            pairs.cause
        from pairs
    ) as places
    cross join weeks
    inner join rule_service_levels as levels
        on
            places.cause = levels.error
            and (levels.warehouse is null or upper(trim(places.warehouse)) = upper(trim(levels.warehouse)))
            and coalesce(levels.valid_from, date '0001-01-01') <= weeks.week_start_date + 6
    where levels.per_1000 is not null
    group by places.warehouse, places.cause, weeks.week_start_date
)

select
    pairs.warehouse,
    pairs.cause,
    pairs.party,
    weeks.week_start_date,
    coalesce(errors.incident_count, 0) as incident_count,
    shipped.lines_shipped,
    if(coalesce(errors.incident_count, 0) = 0, 0, errors.cost_cents) as cost_cents,
    agreed.per_1000 as agreed_per_1000,
    int_data_end.last_date >= weeks.week_start_date + 6 as is_complete
from pairs
cross join weeks
cross join int_data_end
left join errors
    on
        pairs.warehouse is not distinct from errors.warehouse
        and pairs.cause = errors.cause
        and pairs.party = errors.party
        and weeks.week_start_date = errors.week_start_date
left join shipped on pairs.warehouse = shipped.warehouse and weeks.week_start_date = shipped.week_start_date
left join agreed
    on
        pairs.warehouse is not distinct from agreed.warehouse
        and pairs.cause = agreed.cause
        and weeks.week_start_date = agreed.week_start_date
order by pairs.warehouse, pairs.cause, pairs.party, weeks.week_start_date;

comment on view third_party_errors is 'Warehouse errors by kind and week, with the lines shipped.';
comment on column third_party_errors.warehouse is 'Warehouse; NULL when not known.';
comment on column third_party_errors.cause is 'Root cause, of the family logistics.';
comment on column third_party_errors.party is 'Who it falls on: the 3PL where it shipped, the merchant elsewhere.';
comment on column third_party_errors.week_start_date is 'Monday of the week.';
comment on column third_party_errors.incident_count is 'Incidents; 0 in a quiet week.';
comment on column third_party_errors.lines_shipped is 'Lines that left the warehouse in the week; NULL when not known.';
comment on column third_party_errors.cost_cents is 'Refunded, minor units of the currency asked for; NULL when there were incidents and no amount is known.';
comment on column third_party_errors.agreed_per_1000 is 'Errors of this kind accepted for 1,000 lines shipped (service_levels); NULL when none is agreed.';
comment on column third_party_errors.is_complete is 'Whether the data reach the last day of the week.';
