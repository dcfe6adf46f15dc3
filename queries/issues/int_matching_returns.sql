-- Received returns that pass every filter but the period.
-- Grain: one row per returned line received. Reads: int_received_returns.
create or replace view int_matching_returns as
select *
from int_received_returns
where
    (coalesce(len(getvariable('channels')::varchar[]), 0) = 0 or channel in getvariable('channels')::varchar[])
    and (coalesce(len(getvariable('causes')::varchar[]), 0) = 0 or cause in getvariable('causes')::varchar[])
    and (coalesce(len(getvariable('families')::varchar[]), 0) = 0 or family in getvariable('families')::varchar[])
    and (coalesce(len(getvariable('parties')::varchar[]), 0) = 0 or party in getvariable('parties')::varchar[])
    and (coalesce(len(getvariable('skus')::varchar[]), 0) = 0 or sku in getvariable('skus')::varchar[])
    and (coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0 or supplier in getvariable('suppliers')::varchar[])
    and (
        coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0 or warehouse in getvariable('warehouses')::varchar[]
    )
    and (coalesce(len(getvariable('carriers')::varchar[]), 0) = 0 or carrier in getvariable('carriers')::varchar[])
    and (coalesce(len(getvariable('countries')::varchar[]), 0) = 0 or country in getvariable('countries')::varchar[]);
