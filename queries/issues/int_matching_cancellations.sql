-- Cancellations that pass every filter but the period, with the day they count on: of the cancellation, or of the
-- order as the filter `basis` says. Those that the seller answers for: by their label, or against it.
-- Grain: one row per incident with a cancellation. Reads: int_cancellations.
create or replace view int_matching_cancellations as
select
    *,
    if(getvariable('basis') = 'order', order_date, cancelled_date) as on_date,
    declared = 'seller' as is_seller_declared,
    declared = 'seller' or coalesce(verdict = 'contradicted', false) as is_seller_corrected
from int_cancellations
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
