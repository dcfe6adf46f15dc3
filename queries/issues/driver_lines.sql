-- Order lines and incidents of the chosen period and of the time before it, counted for each combination of all that
-- is known of a line: what a rise is explained from. Lines count when their incidents show (int_driver_days), so that
-- the orders of a period are those that its incidents are about.
-- Grain: one row per block of time and combination. Reads: matching_incidents, int_matching_lines, int_driver_days,
-- int_driver_windows.
create or replace view driver_lines as
with counted as (
    select
        if(
            incidents.on_date >= windows.start_date,
            0,
            (windows.start_date - incidents.on_date + windows.block_days - 1) // windows.block_days
        )::integer as block,
        incidents.on_date < windows.start_date
        and incidents.on_date >= windows.start_date - windows.day_count as is_compared,
        incidents.sku,
        incidents.product,
        incidents.supplier,
        incidents.category,
        incidents.lot,
        incidents.warehouse,
        incidents.carrier,
        incidents.channel,
        incidents.country,
        incidents.region,
        1 as incident_count,
        0.0 as exposure_count
    from matching_incidents as incidents
    cross join int_driver_windows as windows
    where incidents.on_date >= windows.base_date and incidents.on_date < windows.until_date

    union all

    select
        days.block,
        days.is_compared,
        sold.sku,
        sold.product,
        sold.supplier,
        sold.category,
        sold.lot,
        sold.warehouse,
        sold.carrier,
        sold.channel,
        sold.country,
        sold.region,
        0 as incident_count,
        days.weight * case windows.exposure
            when 'units_sold' then if(sold.is_confirmed, coalesce(sold.quantity, 0), 0)
            when 'lines_shipped' then sold.is_shipped::integer
            else sold.is_confirmed::integer
        end as exposure_count
    from int_matching_lines as sold
    cross join int_driver_windows as windows
    inner join int_driver_days as days on sold.order_date = days.date
)

select
    block,
    is_compared,
    sku,
    product,
    supplier,
    category,
    lot,
    warehouse,
    carrier,
    channel,
    country,
    region,
    sum(incident_count)::bigint as incident_count,
    sum(exposure_count)::double as exposure_count
from counted
where incident_count > 0 or exposure_count > 0
group by all;

comment on view driver_lines is 'Lines and incidents of the period and before, by all that is known of a line.';
comment on column driver_lines.block is 'Blocks of time before the period, each as long as it and at most 28 days; 0 is the period.';
comment on column driver_lines.is_compared is 'Whether it is of the time of equal length just before the period.';
comment on column driver_lines.sku is 'Article.';
comment on column driver_lines.product is 'Name of the article, which its variants share.';
comment on column driver_lines.supplier is 'Supplier of the article.';
comment on column driver_lines.category is 'Category of the article.';
comment on column driver_lines.lot is 'Lot of the article; NULL when not known.';
comment on column driver_lines.warehouse is 'Warehouse that shipped.';
comment on column driver_lines.carrier is 'Carrier of the parcel.';
comment on column driver_lines.channel is 'Where it was sold; of an incident without an order, where it was reported.';
comment on column driver_lines.country is 'Country it was shipped to.';
comment on column driver_lines.region is 'Region it was shipped to.';
comment on column driver_lines.incident_count is 'Incidents.';
comment on column driver_lines.exposure_count is 'What could have gone wrong: shipped lines, units or confirmed lines, as fits the causes; in parts where the incidents of an order show in two blocks.';
