-- To tell: parcels that a carrier can be made to pay for, whose last day to claim is near.
-- Grain: one row per carrier. Reads: carrier_claim_parcels, settings, rule_alerts.
create or replace view int_alert_carrier_claim as
with ruled as (
    select
        coalesce(max(certainty), 1) as certainty,
        coalesce(max(within_days), 7) as within_days
    from rule_alerts
    where kind = 'carrier_claim'
),

closing as (
    select
        parcels.carrier,
        parcels.currency,
        count(*) as item_count,
        count(parcels.eligible_cents) as known_count,
        sum(parcels.eligible_cents)::bigint as cents,
        min(parcels.shipped_date) as since_date,
        min(parcels.claim_until_date) as due_date,
        min(parcels.days_left) as days_left
    from carrier_claim_parcels as parcels
    cross join ruled
    where
        parcels.state = 'recoverable'
        and parcels.carrier is not null
        and parcels.days_left between 0 and ruled.within_days
    group by parcels.carrier, parcels.currency
),

summed as (
    select
        closing.carrier,
        sum(closing.item_count)::bigint as item_count,
        -- the main currency, else the one of most
        arg_max(closing, (closing.currency = settings.main_currency, closing.known_count, closing.currency))
        filter (where closing.cents is not null) as amount,
        min(closing.since_date) as since_date,
        min(closing.due_date) as due_date,
        min(closing.days_left) as days_left
    from closing
    cross join settings
    group by closing.carrier
)

select
    'carrier_claim' as kind,
    summed.carrier as item,
    ['carrier_claim/' || summed.carrier] as aliases,
    null::varchar as cause,
    'carrier' as party,
    'carrier' as place_kind,
    summed.carrier as place,
    summed.item_count,
    summed.item_count::double as size,
    summed.amount.cents as amount_cents,
    coalesce(summed.amount.known_count, 0) as amount_count,
    summed.amount.currency,
    ruled.certainty,
    summed.since_date,
    summed.due_date,
    null::date as began_date,
    to_json({days: summed.days_left}) as facts
from summed
cross join ruled;
