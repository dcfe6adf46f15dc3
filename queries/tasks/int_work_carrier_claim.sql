-- To do: claim from the carrier what it can still be made to pay, by the last day of its contract.
-- Grain: one row per parcel. Reads: int_troubled_parcels.
create or replace view int_work_carrier_claim as
select
    'carrier_claim' as kind,
    parcel_key as item,
    null::varchar as incident_key,
    order_key,
    coalesce(order_name, tracking_number) as reference,
    null::varchar as sku,
    carrier as product,
    channel,
    null::varchar as cause,
    'carrier' as party,
    eligible_cents as amount_cents,
    currency,
    shipped_date as since_date,
    claim_until_date as due_date
from int_troubled_parcels
where state = 'recoverable';
