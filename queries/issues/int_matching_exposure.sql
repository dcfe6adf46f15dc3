-- Denominators by day and place under the filters that lines have.
-- Grain: one row per day and place. Reads: exposure_daily.
create or replace view int_matching_exposure as
select * exclude (date_basis)
from exposure_daily
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and (
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
