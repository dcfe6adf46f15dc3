-- In which blocks of time the incidents of a day's orders show, and what part of them: an order is counted when its
-- incidents come, or a campaign would look like a rise two weeks after it.
-- Grain: one row per day of orders and block. Reads: int_driver_windows.
create or replace view int_driver_days as
with days as (
    select
        windows.start_date,
        windows.day_count,
        windows.block_days,
        windows.delays,
        unnest(
            generate_series(
                (windows.base_date - windows.delays[-1])::timestamp, windows.until_date::timestamp, interval 1 day
            )
        )::date as date
    from int_driver_windows as windows
),

shown as (
    select
        *,
        date + unnest(delays) as shown_date
    from days
)

select
    shown.date,
    if(
        shown.shown_date >= windows.start_date,
        0,
        (windows.start_date - shown.shown_date + windows.block_days - 1) // windows.block_days
    )::integer as block,
    shown.shown_date < windows.start_date and shown.shown_date >= windows.start_date - windows.day_count as is_compared,
    count(*) / len(any_value(windows.delays)) as weight
from shown
cross join int_driver_windows as windows
where shown.shown_date >= windows.base_date and shown.shown_date < windows.until_date
group by all;
