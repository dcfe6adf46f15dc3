-- Incidents and what could have gone wrong, week by week: under every filter but the end of the period, and beside them
-- for all other values of the one filter that `cut` names (sku, supplier, warehouse, carrier, channel or country), with
-- the other filters as they are. What has no value there counts on neither side. The denominator is the one of the
-- causes chosen, orders where they have several; of chosen articles or suppliers it is lines, not orders.
-- Grain: one row per week in which anything happened. Reads: incidents, exposure_daily, ref_causes, int_data_end.
create or replace view scope_weeks as
with asked as (
    select
        getvariable('cut')::varchar as cut,
        coalesce(getvariable('basis')::varchar, 'event') as basis,
        case getvariable('cut')::varchar
            when 'sku' then getvariable('skus')::varchar[]
            when 'supplier' then getvariable('suppliers')::varchar[]
            when 'warehouse' then getvariable('warehouses')::varchar[]
            when 'carrier' then getvariable('carriers')::varchar[]
            when 'country' then getvariable('countries')::varchar[]
            else getvariable('channels')::varchar[]
        end as places,
        if(
            getvariable('cut')::varchar = 'sku' or coalesce(len(getvariable('skus')::varchar[]), 0) = 0,
            null,
            getvariable('skus')::varchar[]
        ) as skus,
        if(
            getvariable('cut')::varchar = 'supplier' or coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0,
            null,
            getvariable('suppliers')::varchar[]
        ) as suppliers,
        if(
            getvariable('cut')::varchar = 'warehouse' or coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0,
            null,
            getvariable('warehouses')::varchar[]
        ) as warehouses,
        if(
            getvariable('cut')::varchar = 'carrier' or coalesce(len(getvariable('carriers')::varchar[]), 0) = 0,
            null,
            getvariable('carriers')::varchar[]
        ) as carriers,
        if(
            getvariable('cut')::varchar = 'country' or coalesce(len(getvariable('countries')::varchar[]), 0) = 0,
            null,
            getvariable('countries')::varchar[]
        ) as countries,
        if(
            getvariable('cut')::varchar = 'channel' or coalesce(len(getvariable('channels')::varchar[]), 0) = 0,
            null,
            getvariable('channels')::varchar[]
        ) as channels
),

denominators as (
    select
        case
            when count(distinct exposure) = 1 and min(exposure) <> 'orders' then min(exposure)
            when
                coalesce(len(getvariable('skus')::varchar[]), 0)
                + coalesce(len(getvariable('suppliers')::varchar[]), 0) > 0
                then 'lines_confirmed'
            else 'orders'
        end as exposure_kind
    from ref_causes
    where
        (coalesce(len(getvariable('causes')::varchar[]), 0) = 0 or cause in getvariable('causes')::varchar[])
        and (
            coalesce(len(getvariable('families')::varchar[]), 0) = 0
            or family in getvariable('families')::varchar[]
        )
),

failed as (
    select
        date_trunc('week', if(asked.basis = 'order', incidents.order_date, incidents.event_date))::date
            as week_start_date,
        asked.cut is null or list_contains(asked.places, case asked.cut
            when 'sku' then incidents.sku
            when 'supplier' then incidents.supplier
            when 'warehouse' then incidents.warehouse
            when 'carrier' then incidents.carrier
            when 'country' then incidents.country
            else incidents.channel
        end) as is_here,
        count(*) as incident_count,
        0 as exposure_count
    from incidents
    cross join asked
    where
        (
            coalesce(len(getvariable('causes')::varchar[]), 0) = 0
            or incidents.cause in getvariable('causes')::varchar[]
        )
        and (
            coalesce(len(getvariable('families')::varchar[]), 0) = 0
            or incidents.family in getvariable('families')::varchar[]
        )
        and (
            coalesce(len(getvariable('parties')::varchar[]), 0) = 0
            or incidents.party in getvariable('parties')::varchar[]
        )
        and (asked.skus is null or list_contains(asked.skus, incidents.sku))
        and (asked.suppliers is null or list_contains(asked.suppliers, incidents.supplier))
        and (asked.warehouses is null or list_contains(asked.warehouses, incidents.warehouse))
        and (asked.carriers is null or list_contains(asked.carriers, incidents.carrier))
        and (asked.countries is null or list_contains(asked.countries, incidents.country))
        and (asked.channels is null or list_contains(asked.channels, incidents.channel))
    group by all
),

exposed as (
    select
        date_trunc('week', exposure.date)::date as week_start_date,
        asked.cut is null or list_contains(asked.places, case asked.cut
            when 'sku' then exposure.sku
            when 'supplier' then exposure.supplier
            when 'warehouse' then exposure.warehouse
            when 'carrier' then exposure.carrier
            when 'country' then exposure.country
            else exposure.channel
        end) as is_here,
        0 as incident_count,
        sum(case denominators.exposure_kind
            when 'lines_confirmed' then exposure.lines_confirmed
            when 'lines_shipped' then exposure.lines_shipped
            when 'units_sold' then exposure.units_sold
            else exposure.order_count
        end) as exposure_count
    from exposure_daily as exposure
    cross join asked
    cross join denominators
    where
        exposure.date_basis = asked.basis
        and (asked.skus is null or list_contains(asked.skus, exposure.sku))
        and (asked.suppliers is null or list_contains(asked.suppliers, exposure.supplier))
        and (asked.warehouses is null or list_contains(asked.warehouses, exposure.warehouse))
        and (asked.carriers is null or list_contains(asked.carriers, exposure.carrier))
        and (asked.countries is null or list_contains(asked.countries, exposure.country))
        and (asked.channels is null or list_contains(asked.channels, exposure.channel))
    group by all
),

counted as (
    from failed
    union all
    from exposed
)

select
    counted.week_start_date,
    denominators.exposure_kind,
    coalesce(sum(counted.incident_count) filter (where counted.is_here), 0)::bigint as incident_count,
    coalesce(sum(counted.exposure_count) filter (where counted.is_here), 0)::bigint as exposure_count,
    coalesce(sum(counted.incident_count) filter (where not counted.is_here), 0)::bigint as else_incident_count,
    coalesce(sum(counted.exposure_count) filter (where not counted.is_here), 0)::bigint as else_exposure_count,
    counted.week_start_date + 6 <= any_value(int_data_end.last_date) as is_complete
from counted
cross join denominators
cross join int_data_end
where
    counted.week_start_date is not null
    and counted.week_start_date <= int_data_end.last_date
    and (getvariable('start') is null or counted.week_start_date >= getvariable('start')::date)
group by counted.week_start_date, denominators.exposure_kind
order by counted.week_start_date;

comment on view scope_weeks is 'Incidents and their denominator by week under the filters, here and for all other values of one filter.';
comment on column scope_weeks.week_start_date is 'Monday of the week (of the event or of the order, as the filter basis says).';
comment on column scope_weeks.exposure_kind is 'The denominator: orders, lines_confirmed, lines_shipped or units_sold.';
comment on column scope_weeks.incident_count is 'Incidents under all filters.';
comment on column scope_weeks.exposure_count is 'What could have gone wrong, under all filters; 0 without orders.';
comment on column scope_weeks.else_incident_count is 'Incidents with another value of the filter that cut names, known and not chosen; 0 without cut.';
comment on column scope_weeks.else_exposure_count is 'What could have gone wrong there.';
comment on column scope_weeks.is_complete is 'Whether the data reach the Sunday of the week.';
