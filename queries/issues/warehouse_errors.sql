-- Errors of picking, packing and handling over the whole period, by warehouse and kind, for 1,000 lines shipped,
-- against what was agreed: how many errors the agreed level accepts for the lines of the weeks in which it held, and
-- how many there were in those weeks. The row of all kinds together is held against the level for all errors.
-- Grain: one row per warehouse and cause; cause is NULL in the row of all kinds. Reads: filtered_incidents,
-- int_place_exposure, rule_service_levels, settings.
create or replace view warehouse_errors as
with errors as (
    select
        incidents.warehouse,
        incidents.cause,
        date_trunc('week', incidents.on_date)::date as week_start_date,
        count(*) as incident_count,
        count(*) filter (where incidents.party = '3pl') as third_party_count,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        ) as cost_cents
    from filtered_incidents as incidents
    cross join settings
    where incidents.family = 'logistics' and incidents.on_date is not null
    group by all
),

totals as (
    select
        warehouse,
        cause,
        sum(incident_count)::bigint as incident_count,
        sum(third_party_count)::bigint as third_party_count,
        sum(cost_cents)::bigint as cost_cents
    from errors
    group by grouping sets ((warehouse), (warehouse, cause))
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

shipped_totals as (
    select
        warehouse,
        sum(lines_shipped)::bigint as lines_shipped
    from shipped
    group by warehouse
),

weeks as (
    select
        warehouse,
        week_start_date
    from shipped
    union
    select
        warehouse,
        week_start_date
    from errors
),

-- the level in force on the Sunday of a week: that of the warehouse, else the one for all warehouses
agreed as (
    select
        weeks.warehouse,
        weeks.week_start_date,
        levels.error,
        arg_max(
            levels.per_1000, (levels.warehouse is not null, coalesce(levels.valid_from, date '0001-01-01'))
        ) as per_1000
    from weeks
    inner join rule_service_levels as levels
        on
            (levels.warehouse is null or upper(trim(weeks.warehouse)) = upper(trim(levels.warehouse)))
            and coalesce(levels.valid_from, date '0001-01-01') <= weeks.week_start_date + 6
    where levels.per_1000 is not null
    group by weeks.warehouse, weeks.week_start_date, levels.error
),

judged_weeks as (
    select
        agreed.warehouse,
        agreed.error,
        agreed.week_start_date,
        any_value(agreed.per_1000) as per_1000,
        any_value(shipped.lines_shipped) as lines_shipped,
        coalesce(sum(errors.incident_count), 0) as incident_count
    from agreed
    left join shipped
        on
            agreed.warehouse is not distinct from shipped.warehouse
            and agreed.week_start_date = shipped.week_start_date
    left join errors
        on
            agreed.warehouse is not distinct from errors.warehouse
            and agreed.week_start_date = errors.week_start_date
            and (agreed.error = 'all' or agreed.error = errors.cause)
    group by agreed.warehouse, agreed.error, agreed.week_start_date
),

judged as (
    select
        warehouse,
        error,
        arg_max(per_1000, week_start_date) as agreed_per_1000,
        sum(lines_shipped * per_1000) / 1000 as accepted_count,
        sum(incident_count)::bigint as judged_count
    from judged_weeks
    group by warehouse, error
)

select
    totals.warehouse,
    totals.cause,
    totals.incident_count,
    totals.third_party_count,
    nullif(shipped_totals.lines_shipped, 0) as lines_shipped,
    totals.incident_count / nullif(shipped_totals.lines_shipped, 0) as rate,
    judged.agreed_per_1000,
    judged.accepted_count,
    judged.judged_count,
    totals.cost_cents
from totals
left join shipped_totals on totals.warehouse = shipped_totals.warehouse
left join judged
    on totals.warehouse is not distinct from judged.warehouse and coalesce(totals.cause, 'all') = judged.error
order by totals.warehouse, totals.cause nulls first;

comment on view warehouse_errors is 'Errors of each warehouse over the period, by kind and all together, against the agreed level.';
comment on column warehouse_errors.warehouse is 'Warehouse; NULL when not known.';
comment on column warehouse_errors.cause is 'Root cause, of the family logistics; NULL in the row of all kinds.';
comment on column warehouse_errors.incident_count is 'Incidents of the period.';
comment on column warehouse_errors.third_party_count is 'Those of them that fall on the 3PL.';
comment on column warehouse_errors.lines_shipped is 'Lines that left the warehouse in the period; NULL when not known.';
comment on column warehouse_errors.rate is 'Incidents for one line shipped; NULL when not known.';
comment on column warehouse_errors.agreed_per_1000 is 'Errors accepted for 1,000 lines shipped, in the last week that has a level; NULL when none is agreed.';
comment on column warehouse_errors.accepted_count is 'Errors that the level accepts for the lines shipped in the weeks in which it held; NULL when none is agreed.';
comment on column warehouse_errors.judged_count is 'Incidents of those weeks.';
comment on column warehouse_errors.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
