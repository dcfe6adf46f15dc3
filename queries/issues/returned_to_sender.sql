-- Parcels on their way back, or back, undelivered: by carrier and by what the carrier said of it.
-- Grain: one row per carrier and event. Reads: int_troubled_parcels.
create or replace view returned_to_sender as
select
    carrier,
    case
        when list_contains(causes, 'address_error') then 'address_problem'
        else return_event
    end as reason,
    count(*) as parcel_count,
    count(*) filter (where value_cents is null or not coalesce(is_in_currency, false)) as unpriced_count,
    sum(value_cents) filter (where is_in_currency)::bigint as value_cents,
    max(shipped_date) as last_shipped_date
from int_troubled_parcels
where state = 'returned'
group by all
order by parcel_count desc, carrier, reason;

comment on view returned_to_sender is 'Parcels sent back undelivered, by carrier and reason.';
comment on column returned_to_sender.carrier is 'Carrier; NULL when not known.';
comment on column returned_to_sender.reason is 'What the carrier said: returned, returning, refused, unclaimed, address_problem.';
comment on column returned_to_sender.parcel_count is 'Parcels.';
comment on column returned_to_sender.unpriced_count is 'Of them, those whose value is not known or is in another currency.';
comment on column returned_to_sender.value_cents is 'Value of the others, minor units of the currency asked for.';
comment on column returned_to_sender.last_shipped_date is 'Day on which the latest of them left.';
