-- What each incident that passes every filter cost, the period included.
-- Grain: one row per incident. Reads: int_cost_amounts.
create or replace view int_matching_cost_amounts as
select *
from int_cost_amounts
where
    if(getvariable('basis') = 'order', order_date, event_date) is not null
    and (
        getvariable('start') is null
        or if(getvariable('basis') = 'order', order_date, event_date) >= getvariable('start')::date
    )
    and (
        getvariable('until') is null
        or if(getvariable('basis') = 'order', order_date, event_date) < getvariable('until')::date
    )
    and (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
    )
    and (coalesce(len(getvariable('causes')::varchar[]), 0) = 0 or cause in getvariable('causes')::varchar[])
    and (
        coalesce(len(getvariable('families')::varchar[]), 0) = 0
        or family in getvariable('families')::varchar[]
    )
    and (
        coalesce(len(getvariable('parties')::varchar[]), 0) = 0
        or party in getvariable('parties')::varchar[]
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
