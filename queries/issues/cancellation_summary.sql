-- The figures of the period in one row: orders that the seller cancelled, as labels declare it and corrected;
-- orders cancelled whole without need; labels that put stock back on sale that was not there.
-- Grain: one row. Reads: int_period_cancellations, int_exposure_days, settings.
create or replace view cancellation_summary as
with ordered as (
    select coalesce(sum(order_count), 0)::bigint as order_count
    from int_exposure_days
    where in_period(date)
),

needless as (
    select
        order_key,
        bool_or(is_whole_needlessly) as is_needless,
        any_value(available_cents) filter (
            where currency = coalesce(getvariable('currency'), settings.main_currency)
        ) as available_cents
    from int_period_cancellations
    cross join settings
    where is_seller_corrected and order_line_count > 1
    group by order_key
),

lost as (
    select
        count(*) filter (where is_needless) as order_count,
        count(is_needless) as known_count,
        sum(available_cents) filter (where is_needless)::bigint as cents
    from needless
),

counted as (
    select
        count(distinct order_key) filter (where is_seller_declared) as declared_count,
        count(distinct order_key) filter (where is_seller_corrected) as corrected_count,
        count(distinct order_key) filter (where verdict = 'undetermined') as undetermined_count,
        count(distinct order_key) filter (where declared = 'unknown') as unlabelled_count,
        count(*) filter (where order_key is null) as without_order_count,
        count(*) filter (where declared = 'customer' and restocked) as restocked_count,
        count(*) filter (where stock_out_after_at is not null) as reopened_count,
        sum(quantity) filter (where stock_out_after_at is not null)::bigint as reopened_units
    from int_period_cancellations
)

select
    ordered.order_count,
    counted.declared_count,
    counted.corrected_count,
    counted.undetermined_count,
    counted.unlabelled_count,
    counted.without_order_count,
    if(lost.known_count > 0, lost.order_count, null) as needless_order_count,
    lost.cents as needless_cents,
    counted.restocked_count,
    counted.reopened_count,
    counted.reopened_units
from ordered
cross join counted
cross join lost;

comment on view cancellation_summary is 'Cancellations of the period in one row: declared, corrected, and what could not be told.';
comment on column cancellation_summary.order_count is 'Orders of the period; 0 when none are loaded.';
comment on column cancellation_summary.declared_count is 'Orders with a cancellation whose label names the seller''s side.';
comment on column cancellation_summary.corrected_count is 'The same, and orders with a label that names the customer and that facts contradict.';
comment on column cancellation_summary.undetermined_count is 'Orders with a label that names the customer and that nothing settles.';
comment on column cancellation_summary.unlabelled_count is 'Orders with a cancellation whose label names nobody.';
comment on column cancellation_summary.without_order_count is 'Cancellations without an order: in none of the rates.';
comment on column cancellation_summary.needless_order_count is 'Orders cancelled whole although a line of them was in stock; NULL when no count tells of any.';
comment on column cancellation_summary.needless_cents is 'Price of those lines, minor units of the currency asked for.';
comment on column cancellation_summary.restocked_count is 'Cancellations whose label names the customer and whose piece was put back on sale.';
comment on column cancellation_summary.reopened_count is 'Of them, those followed by a stock-out cancellation of the same SKU.';
comment on column cancellation_summary.reopened_units is 'Pieces put back on sale so; NULL when not told.';
