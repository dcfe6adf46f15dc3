-- Denominators by day and place under the filters that lines have, for what asks no more of articles than whether they
-- pass: few rows where no filter names one.
-- Grain: several rows per day and place, to be added up. Reads: exposure_places, int_matching_exposure.
create or replace view int_place_exposure as
select * exclude (date_basis)
from exposure_places
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
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
    )
    and coalesce(len(getvariable('skus')::varchar[]), 0) + coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0

union all by name

select * exclude (sku, supplier, category)
from int_matching_exposure
where coalesce(len(getvariable('skus')::varchar[]), 0) + coalesce(len(getvariable('suppliers')::varchar[]), 0) > 0;
