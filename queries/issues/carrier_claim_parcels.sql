-- Parcels that a carrier should pay for, one by one: those that can still be claimed first, by deadline, then claims
-- that wait for an answer, then what expired. The first `row_limit` of them, when that is set.
-- Grain: one row per parcel. Reads: int_troubled_parcels, int_data_end.
create or replace view carrier_claim_parcels as
select
    parcels.parcel_key,
    parcels.order_key,
    parcels.order_name,
    parcels.carrier,
    parcels.service,
    parcels.tracking_number,
    parcels.channel,
    parcels.country,
    parcels.region,
    parcels.trouble,
    parcels.state,
    parcels.shipped_date,
    parcels.promised_date,
    parcels.claim_until_date,
    if(
        parcels.state = 'recoverable' or (parcels.state = 'undetermined' and parcels.claim_state is null),
        parcels.days_left,
        null
    ) as days_left,
    parcels.claimed_at,
    if(
        parcels.state = 'waiting',
        coalesce(
            parcels.answer_due_at::date, parcels.claimed_at::date + parcels.days_to_answer::integer
        ) - int_data_end.last_date,
        null
    ) as answer_days_left,
    parcels.value_cents,
    if(parcels.state in ('no_contract', 'undetermined', 'excluded'), null, parcels.eligible_cents) as eligible_cents,
    parcels.paid_cents,
    parcels.currency
from int_troubled_parcels as parcels
cross join int_data_end
where parcels.state <> 'returned' and not (parcels.state = 'no_contract' and parcels.trouble = 'late')
order by
    list_position(
        [
            'recoverable', 'waiting', 'no_deadline', 'undetermined', 'no_contract', 'expired', 'refused', 'excluded',
            'paid'
        ],
        parcels.state
    ),
    parcels.claim_until_date, parcels.eligible_cents desc nulls last, parcels.shipped_date desc, parcels.parcel_key
limit getvariable('row_limit');

comment on view carrier_claim_parcels is 'Parcels that a carrier should pay for, those that can still be claimed first.';
comment on column carrier_claim_parcels.parcel_key is 'Key of the parcel; that of its order when no parcel is loaded.';
comment on column carrier_claim_parcels.order_key is 'Key of its order.';
comment on column carrier_claim_parcels.order_name is 'Number of its order as the shop shows it.';
comment on column carrier_claim_parcels.carrier is 'Carrier.';
comment on column carrier_claim_parcels.service is 'Service of the carrier.';
comment on column carrier_claim_parcels.tracking_number is 'Tracking number.';
comment on column carrier_claim_parcels.channel is 'Where it was sold.';
comment on column carrier_claim_parcels.country is 'Country it was shipped to.';
comment on column carrier_claim_parcels.region is 'Region it was shipped to.';
comment on column carrier_claim_parcels.trouble is 'lost, damaged, late or not_received.';
comment on column carrier_claim_parcels.state is 'recoverable, waiting, paid, refused, expired, no_deadline, undetermined, no_contract or excluded.';
comment on column carrier_claim_parcels.shipped_date is 'Day it left, in the shop''s zone; NULL when not known.';
comment on column carrier_claim_parcels.promised_date is 'Day it was promised for.';
comment on column carrier_claim_parcels.claim_until_date is 'Last day to claim; NULL without a contract.';
comment on column carrier_claim_parcels.days_left is 'Days from the end of the data to that day, for what can still be claimed, or looked into; below 0 when it is over.';
comment on column carrier_claim_parcels.claimed_at is 'When it was claimed (UTC); NULL when it was not.';
comment on column carrier_claim_parcels.answer_days_left is 'Days to the carrier''s answer that is due, for claims that wait; below 0 when it is overdue.';
comment on column carrier_claim_parcels.value_cents is 'Value of the parcel, minor units; NULL when not known.';
comment on column carrier_claim_parcels.eligible_cents is 'Value up to the cap, minor units; NULL when not known or not eligible.';
comment on column carrier_claim_parcels.paid_cents is 'Paid by the carrier, minor units.';
comment on column carrier_claim_parcels.currency is 'Currency of the amounts.';
