-- Received returns that pass every filter but the period. Tools that never tell of a refund are left out: their silence
-- says nothing.
-- Grain: one row per returned line received. Reads: received_returns, int_refund_tools.
create or replace view int_matching_returns as
select *
from received_returns
semi join int_refund_tools using (source, account)
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
