-- Incidents and what could have gone wrong, week by week: under every filter but the end of the period, and beside them
-- for all other values of the one filter that `cut` names (sku, supplier, warehouse, carrier, channel or country), with
-- the other filters as they are. What has no value there counts on neither side. The denominator is the one of the
-- causes chosen, orders where they have several; of chosen articles or suppliers it is lines, not orders.
-- Grain: one row per week in which anything happened. Reads: incidents, exposure_daily, exposure_places, ref_causes,
-- int_data_end.
create or replace view scope_weeks as
with denominators as (
    select
        case
            when count(distinct exposure) = 1 and min(exposure) <> 'orders' then min(exposure)
            when filters_articles() then 'lines_confirmed'
            else 'orders'
        end as exposure_kind
    from ref_causes
    where
        passes('causes', cause)
        and passes('families', family)
),

failed as (
    select
        if(getvariable('basis')::varchar = 'order', incidents.order_date, incidents.event_date) as on_date,
        case coalesce(getvariable('cut')::varchar, '')
            when '' then true
            when 'sku' then list_contains(getvariable('skus')::varchar[], incidents.sku)
            when 'supplier' then list_contains(getvariable('suppliers')::varchar[], incidents.supplier)
            when 'warehouse' then list_contains(getvariable('warehouses')::varchar[], incidents.warehouse)
            when 'carrier' then list_contains(getvariable('carriers')::varchar[], incidents.carrier)
            when 'country' then list_contains(getvariable('countries')::varchar[], incidents.country)
            else list_contains(getvariable('channels')::varchar[], incidents.channel)
        end as is_here,
        count(*) as incident_count,
        0 as exposure_count
    from incidents
    where
        -- no incident comes before its order
        (getvariable('start') is null or incidents.event_date >= getvariable('start')::date)
        and passes('causes', incidents.cause)
        and passes('families', incidents.family)
        and passes('parties', incidents.party)
        and (getvariable('cut')::varchar = 'sku' or passes('skus', incidents.sku))
        and (getvariable('cut')::varchar = 'supplier' or passes('suppliers', incidents.supplier))
        and (getvariable('cut')::varchar = 'warehouse' or passes('warehouses', incidents.warehouse))
        and (getvariable('cut')::varchar = 'carrier' or passes('carriers', incidents.carrier))
        and (getvariable('cut')::varchar = 'country' or passes('countries', incidents.country))
        and (getvariable('cut')::varchar = 'channel' or passes('channels', incidents.channel))
    group by all
),

-- articles are told apart only where one is chosen
sold as (
    from exposure_places
    where not filters_articles()
    union all by name
    from exposure_daily
    where filters_articles()
),

exposed as (
    select
        exposure.date as on_date,
        case coalesce(getvariable('cut')::varchar, '')
            when '' then true
            when 'sku' then list_contains(getvariable('skus')::varchar[], exposure.sku)
            when 'supplier' then list_contains(getvariable('suppliers')::varchar[], exposure.supplier)
            when 'warehouse' then list_contains(getvariable('warehouses')::varchar[], exposure.warehouse)
            when 'carrier' then list_contains(getvariable('carriers')::varchar[], exposure.carrier)
            when 'country' then list_contains(getvariable('countries')::varchar[], exposure.country)
            else list_contains(getvariable('channels')::varchar[], exposure.channel)
        end as is_here,
        0 as incident_count,
        sum(case denominators.exposure_kind
            when 'lines_confirmed' then exposure.lines_confirmed
            when 'lines_shipped' then exposure.lines_shipped
            when 'units_sold' then exposure.units_sold
            else exposure.order_count
        end) as exposure_count
    from sold as exposure
    cross join denominators
    where
        exposure.date_basis = coalesce(getvariable('basis')::varchar, 'event')
        and (getvariable('start') is null or exposure.date >= getvariable('start')::date)
        and (getvariable('cut')::varchar = 'sku' or passes('skus', exposure.sku))
        and (getvariable('cut')::varchar = 'supplier' or passes('suppliers', exposure.supplier))
        and (getvariable('cut')::varchar = 'warehouse' or passes('warehouses', exposure.warehouse))
        and (getvariable('cut')::varchar = 'carrier' or passes('carriers', exposure.carrier))
        and (getvariable('cut')::varchar = 'country' or passes('countries', exposure.country))
        and (getvariable('cut')::varchar = 'channel' or passes('channels', exposure.channel))
    group by all
),

counted as (
    from failed
    union all
    from exposed
),

weekly as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        is_here,
        incident_count,
        exposure_count
    from counted
)

select
    weekly.week_start_date,
    denominators.exposure_kind,
    coalesce(sum(weekly.incident_count) filter (where weekly.is_here), 0)::bigint as incident_count,
    coalesce(sum(weekly.exposure_count) filter (where weekly.is_here), 0)::bigint as exposure_count,
    coalesce(sum(weekly.incident_count) filter (where not weekly.is_here), 0)::bigint as else_incident_count,
    coalesce(sum(weekly.exposure_count) filter (where not weekly.is_here), 0)::bigint as else_exposure_count,
    weekly.week_start_date + 6 <= any_value(int_data_end.last_date) as is_complete
from weekly
cross join denominators
cross join int_data_end
where
    weekly.week_start_date is not null
    and weekly.week_start_date <= int_data_end.last_date
    and (getvariable('start') is null or weekly.week_start_date >= getvariable('start')::date)
group by weekly.week_start_date, denominators.exposure_kind
order by weekly.week_start_date;

comment on view scope_weeks is 'Incidents and their denominator by week under the filters, here and for all other values of one filter.';
comment on column scope_weeks.week_start_date is 'Monday of the week (of the event or of the order, as the filter basis says).';
comment on column scope_weeks.exposure_kind is 'The denominator: orders, lines_confirmed, lines_shipped or units_sold.';
comment on column scope_weeks.incident_count is 'Incidents under all filters.';
comment on column scope_weeks.exposure_count is 'What could have gone wrong, under all filters; 0 without orders.';
comment on column scope_weeks.else_incident_count is 'Incidents with another value of the filter that cut names, known and not chosen; 0 without cut.';
comment on column scope_weeks.else_exposure_count is 'What could have gone wrong there.';
comment on column scope_weeks.is_complete is 'Whether the data reach the Sunday of the week.';
