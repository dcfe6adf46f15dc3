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
        (coalesce(len(getvariable('channels')::varchar[]), 0) = 0 or channel in getvariable('channels')::varchar[])
        and (
            coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0
            or warehouse in getvariable('warehouses')::varchar[]
        )
        and (
            coalesce(len(getvariable('carriers')::varchar[]), 0) = 0 or carrier in getvariable('carriers')::varchar[]
        )
        and (
            coalesce(len(getvariable('countries')::varchar[]), 0) = 0
            or country in getvariable('countries')::varchar[]
        )
)

select *
from placed
where
    coalesce(len(getvariable('skus')::varchar[]), 0) + coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0

union all

select *
from placed
where
    coalesce(len(getvariable('skus')::varchar[]), 0) + coalesce(len(getvariable('suppliers')::varchar[]), 0) > 0
    and order_key in (select int_matching_lines.order_key from int_matching_lines);
