-- When each order had to leave, and when it left: what late dispatch is measured by. An order has to leave by the day
-- its channel promised; without one, within the hours agreed for its warehouse (service_levels), counted from the
-- order, in working hours without Saturday and Sunday where the agreement says so. A promised day without a time ends
-- with the day. Cancelled orders that never left are not among them, nor orders that were never paid.
-- Its outcome is 1 where it left in time, 2 too late, 3 where it waits to leave and 5 where that is not known; ten more
-- where a promise is what it is judged by. Whether a deadline has passed yet is for the reader to say.
-- Kept by: order_key, sorted by order_date.
-- Grain: one row per order. Reads: stg_orders, stg_order_places, batch_orders, touched_orders,
-- rule_service_levels, settings.
create or replace temp view new_dispatches as
with placed as (
    select
        stg_orders.order_key,
        stg_orders.order_date,
        stg_orders.channel,
        stg_orders.country,
        places.warehouse,
        places.carrier,
        places.fulfilled_by,
        coalesce(lower(stg_orders.fulfilment_status), '') as fulfilment_status,
        coalesce(stg_orders.shipped_at, places.shipped_at) as shipped_at,
        timezone(settings.zone, timezone('UTC', stg_orders.placed_at)) as placed_local,
        timezone(settings.zone, timezone('UTC', batch_orders.ship_by_at)) as promised_local,
        coalesce(list_contains(batch_orders.date_only, 'ship_by_at'), false) as is_promised_day,
        settings.zone
    from stg_orders
    inner join stg_order_places as places on stg_orders.order_key = places.order_key
    left join batch_orders on stg_orders.order_key = batch_orders.record_id
    cross join settings
    where
        stg_orders.is_confirmed
        and stg_orders.order_date is not null
        and stg_orders.order_key in (select touched_orders.order_key from touched_orders)
        and not (
            coalesce(stg_orders.shipped_at, places.shipped_at) is null
            and (
                stg_orders.cancelled_at is not null
                or coalesce(lower(stg_orders.fulfilment_status) = 'cancelled', false)
            )
        )
),

-- the level agreed on the day of the order: that of its warehouse, else the one for all warehouses
agreed as (
    select
        days.warehouse,
        days.order_date,
        arg_max(
            {'hours': levels.hours, 'is_working': coalesce(levels.clock = 'working', false)},
            (levels.warehouse is not null, coalesce(levels.valid_from, date '0001-01-01'))
        ) as level
    from (
        select distinct
            placed.warehouse,
            placed.order_date
        from placed
    ) as days
    inner join rule_service_levels as levels
        on
            (levels.warehouse is null or upper(trim(levels.warehouse)) = upper(trim(days.warehouse)))
            and coalesce(levels.valid_from, date '0001-01-01') <= days.order_date
    where levels.error = 'dispatch' and levels.hours is not null
    group by days.warehouse, days.order_date
),

-- working hours run from Monday 0:00 to Friday 24:00: 120 a week, counted since a Monday long past
timed as (
    select
        placed.*,
        agreed.level,
        date_diff('day', date '1990-01-01', placed.placed_local::date) // 7 * 120
        + least((isodow(placed.placed_local) - 1) * 24 + date_part('epoch', placed.placed_local::time) / 3600, 120)
        + agreed.level.hours as working_hours
    from placed
    left join agreed
        on placed.warehouse is not distinct from agreed.warehouse and placed.order_date = agreed.order_date
),

due as (
    select
        *,
        case
            when promised_local is not null and is_promised_day then (promised_local::date + 1)::timestamp
            when promised_local is not null then promised_local
            when level.is_working
                then
                    timestamp '1990-01-01 00:00:00'
                    + to_days(floor(working_hours / 120)::integer * 7)
                    + to_seconds((working_hours - floor(working_hours / 120) * 120) * 3600)
            else placed_local + to_seconds(level.hours * 3600)
        end as due_local
    from timed
)

select
    order_key,
    order_date,
    channel,
    country,
    warehouse,
    carrier,
    fulfilled_by,
    -- a deadline at midnight belongs to the day that ends
    (due_local - interval 1 microsecond)::date as due_date,
    -- hours since 1970, UTC; how late it left, less than 0 where it left before
    (epoch(timezone('UTC', timezone(zone, due_local))) / 3600)::double as due_hour,
    ((epoch(shipped_at) - epoch(timezone('UTC', timezone(zone, due_local)))) / 3600)::double as late_hours,
    -- a number, since ten million words take three times as long to count by
    (
        case
            when due_local is null then 5
            when shipped_at <= timezone('UTC', timezone(zone, due_local)) then 1
            when shipped_at is not null then 2
            when
                fulfilment_status in (
                    'unfulfilled', 'partial', 'open', 'pending', 'unshipped', 'in_progress', 'on_hold', 'scheduled',
                    'processing'
                )
                then 3
            else 5
        end + if(promised_local is null, 0, 10)
    )::tinyint as outcome
from due;
