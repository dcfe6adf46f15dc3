-- Orders with when they had to leave and when they left, that pass the filters that orders have, and the day they count
-- on: by event the day they had to leave, else that of the order. An order counts under a filter on articles if any of
-- its lines passes.
-- Grain: one row per order. Reads: dispatches, int_matching_lines.
create or replace view int_matching_dispatches as
with placed as (
    select
        *,
        if(getvariable('basis') = 'order', order_date, coalesce(due_date, order_date)) as on_date
    from dispatches
    where
        passes_order(dispatches)
)

select *
from placed
where not filters_articles()

union all

select *
from placed
where
    filters_articles()
    and order_key in (select int_matching_lines.order_key from int_matching_lines);
