-- What explaining a rise goes by: the period, the one it is compared with, and the time that says what to expect.
-- Grain: one row, none without a period. Reads: int_driver_windows.
create or replace view driver_window as
select
    start_date,
    until_date,
    base_date,
    delays[(len(delays) + 1) // 2] as delay_days,
    exposure,
    (start_date - day_count)::date as compared_date,
    -- a base that is much shorter than the period says little about it
    start_date - base_date >= greatest(28, day_count) as has_base
from int_driver_windows;

comment on view driver_window is 'The period of a rise, the one it is compared with, and the time that says what to expect.';
comment on column driver_window.start_date is 'First day of the period.';
comment on column driver_window.until_date is 'Day after its last one.';
comment on column driver_window.base_date is 'First day of the time that says what to expect; it ends where the period starts.';
comment on column driver_window.delay_days is 'Days after an order by which half of its incidents show; orders count when their incidents show.';
comment on column driver_window.exposure is 'What incidents are set against: units_sold, lines_shipped, lines_confirmed or orders (then confirmed lines).';
comment on column driver_window.compared_date is 'First day of the time of equal length just before the period.';
comment on column driver_window.has_base is 'Whether there are four weeks of data before the period, and as many days as it has.';
