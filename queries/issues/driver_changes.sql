-- Lots, suppliers, warehouses, carriers and channels that were sold or used for the first time since the time that says
-- what to expect began, with the lines and incidents of the period: what changed while a cause rose.
-- Grain: one row per kind and value. Reads: int_matching_lines, int_place_exposure, matching_incidents,
-- int_driver_windows.
create or replace view driver_changes as
with told as (
    select
        'lot' as kind,
        lot as value,
        min(order_date) as first_date,
        count(*) as line_count
    from int_matching_lines
    where is_confirmed and lot is not null
    group by lot

    union all

    select
        'supplier' as kind,
        supplier as value,
        min(order_date) as first_date,
        count(*) as line_count
    from int_matching_lines
    where is_confirmed and supplier is not null
    group by supplier

    union all

    -- on either date basis, a confirmed line counts on the day of its order
    select
        case
            when grouping(warehouse) = 0 then 'warehouse'
            when grouping(carrier) = 0 then 'carrier'
            else 'channel'
        end as kind,
        coalesce(warehouse, carrier, channel) as value,
        min(date) as first_date,
        sum(lines_confirmed)::bigint as line_count
    from int_place_exposure
    where lines_confirmed > 0
    group by grouping sets ((warehouse), (carrier), (channel))
    having value is not null
),

-- what was there on the first days of all data is not new, it is only not known before
begun as (
    select min(first_date) + 28 as known_date
    from told
),

faults as (
    select
        lot,
        supplier,
        warehouse,
        carrier,
        channel,
        count(*) as incident_count
    from matching_incidents
    cross join int_driver_windows as windows
    where on_date >= windows.start_date and on_date < windows.until_date
    group by grouping sets ((lot), (supplier), (warehouse), (carrier), (channel))
)

select
    told.kind,
    told.value,
    told.first_date,
    told.line_count,
    faults.incident_count
from told
cross join int_driver_windows as windows
cross join begun
inner join faults
    on
        told.value = case told.kind
            when 'lot' then faults.lot
            when 'supplier' then faults.supplier
            when 'warehouse' then faults.warehouse
            when 'carrier' then faults.carrier
            else faults.channel
        end
where
    told.first_date >= greatest(windows.base_date, begun.known_date)
    and told.first_date < windows.until_date
order by faults.incident_count desc, told.kind, told.value;

comment on view driver_changes is 'Lots, suppliers, warehouses, carriers and channels that were new while a cause rose.';
comment on column driver_changes.kind is 'lot, supplier, warehouse, carrier or channel.';
comment on column driver_changes.value is 'Which one.';
comment on column driver_changes.first_date is 'Day of its first order.';
comment on column driver_changes.line_count is 'Order lines of it, up to now.';
comment on column driver_changes.incident_count is 'Incidents of the period.';
