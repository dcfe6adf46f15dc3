-- Orders with a cancellation that the seller answers for, week by week: as labels declare it, and corrected by
-- what facts contradict. Orders with a label left open are counted apart: they may be either.
-- Grain: one row per week. Reads: int_matching_cancellations, int_exposure_days, int_data_end.
create or replace view cancellation_rates as
with cancelled as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        count(distinct order_key) filter (where is_seller_declared) as declared_count,
        count(distinct order_key) filter (where is_seller_corrected) as corrected_count,
        count(distinct order_key) filter (where verdict = 'undetermined') as undetermined_count,
        count(distinct order_key) filter (where declared = 'unknown') as unlabelled_count
    from int_matching_cancellations
    where on_date is not null
    group by date_trunc('week', on_date)::date
),

ordered as (
    select
        date_trunc('week', date)::date as week_start_date,
        sum(order_count)::bigint as order_count
    from int_exposure_days
    group by date_trunc('week', date)::date
)

select
    week_start_date,
    week_start_date + 6 <= int_data_end.last_date as is_complete,
    coalesce(ordered.order_count, 0) as order_count,
    coalesce(cancelled.declared_count, 0) as declared_count,
    coalesce(cancelled.corrected_count, 0) as corrected_count,
    coalesce(cancelled.undetermined_count, 0) as undetermined_count,
    coalesce(cancelled.unlabelled_count, 0) as unlabelled_count
from cancelled
full join ordered using (week_start_date)
cross join int_data_end
where
    week_start_date is not null
    and (getvariable('start') is null or week_start_date >= date_trunc('week', getvariable('start')::date))
    and (getvariable('until') is null or week_start_date < getvariable('until')::date)
order by week_start_date;

comment on view cancellation_rates is 'Orders with a cancellation that the seller answers for, declared and corrected, by week.';
comment on column cancellation_rates.week_start_date is 'Monday of the week.';
comment on column cancellation_rates.is_complete is 'Whether the data reach its last day.';
comment on column cancellation_rates.order_count is 'Orders of the week; 0 when none are loaded.';
comment on column cancellation_rates.declared_count is 'Orders with a cancellation whose label names the seller''s side.';
comment on column cancellation_rates.corrected_count is 'The same, and orders with a label that names the customer and that facts contradict.';
comment on column cancellation_rates.undetermined_count is 'Orders with a label that names the customer and that nothing settles.';
comment on column cancellation_rates.unlabelled_count is 'Orders with a cancellation whose label names nobody.';
