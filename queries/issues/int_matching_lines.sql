-- Order lines that pass the filters that lines have; causes, families and parties are not among them.
-- Grain: one row per order line. Reads: lines.
create or replace view int_matching_lines as
select *
from lines
where
    (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
    )
    and (coalesce(len(getvariable('skus')::varchar[]), 0) = 0 or sku in getvariable('skus')::varchar[])
    and (
        coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0
        or supplier in getvariable('suppliers')::varchar[]
    )
    and (
        coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0
        or warehouse in getvariable('warehouses')::varchar[]
    )
    and (
        coalesce(len(getvariable('carriers')::varchar[]), 0) = 0
        or carrier in getvariable('carriers')::varchar[]
    )
    and (
        coalesce(len(getvariable('countries')::varchar[]), 0) = 0
        or country in getvariable('countries')::varchar[]
    );
