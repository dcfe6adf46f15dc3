-- What carriers owe for parcels lost, damaged or late, carrier by carrier: eligible under a contract, claimed, paid,
-- refused, waiting, expired without a claim, and still recoverable. Amounts are of the parcels in the currency asked
-- for whose value is known; the others are counted apart. Parcels without a contract known are never eligible.
-- Grain: one row per carrier. Reads: int_troubled_parcels.
create or replace view carrier_claims as
with parcels as (
    select
        *,
        state in ('paid', 'refused', 'waiting', 'expired', 'recoverable', 'no_deadline') as is_eligible,
        if(is_in_currency, eligible_cents, null) as due_cents
    from int_troubled_parcels
    where state <> 'returned'
)

select
    carrier,
    count(*) filter (where trouble = 'lost') as lost_count,
    count(*) filter (where trouble = 'damaged') as damaged_count,
    count(*) filter (where state = 'undetermined') as undetermined_count,
    count(*) filter (where state = 'no_contract' and trouble <> 'late') as no_contract_count,
    count(*) filter (where state = 'no_contract' and trouble = 'late') as late_not_covered_count,
    count(*) filter (where state = 'excluded') as excluded_count,
    count(*) filter (where is_eligible) as eligible_count,
    count(*) filter (where is_eligible and due_cents is null) as unpriced_count,
    count(*) filter (where is_eligible and is_without_cap) as without_cap_count,
    count(*) filter (where state in ('paid', 'refused', 'waiting')) as claimed_count,
    count(*) filter (where state = 'paid') as paid_count,
    count(*) filter (where state = 'refused') as refused_count,
    count(*) filter (where state = 'waiting') as waiting_count,
    count(*) filter (where state = 'expired') as expired_count,
    count(*) filter (where state = 'recoverable') as recoverable_count,
    count(*) filter (where state = 'no_deadline') as no_deadline_count,
    sum(due_cents) filter (where is_eligible)::bigint as eligible_cents,
    sum(due_cents) filter (where state in ('paid', 'refused', 'waiting'))::bigint as claimed_cents,
    sum(paid_cents) filter (where is_eligible and is_in_currency)::bigint as paid_cents,
    sum(due_cents) filter (where state = 'waiting')::bigint as waiting_cents,
    sum(due_cents) filter (where state = 'refused')::bigint as refused_cents,
    sum(due_cents) filter (where state = 'expired')::bigint as expired_cents,
    sum(due_cents) filter (where state = 'recoverable')::bigint as recoverable_cents,
    count(*) filter (where not is_eligible and claim_state is not null) as outside_claimed_count,
    sum(paid_cents) filter (where not is_eligible and is_in_currency)::bigint as outside_paid_cents,
    min(days_left) filter (where state = 'recoverable') as first_days_left,
    any_value(contract_source) filter (where is_eligible) as contract_source
from parcels
group by carrier
order by recoverable_cents desc nulls last, expired_cents desc nulls last, eligible_count desc, carrier;

comment on view carrier_claims is 'What carriers owe for parcels lost, damaged or late: eligible, claimed, paid, expired, still recoverable.';
comment on column carrier_claims.carrier is 'Carrier; NULL when not known.';
comment on column carrier_claims.lost_count is 'Parcels lost.';
comment on column carrier_claims.damaged_count is 'Parcels damaged.';
comment on column carrier_claims.undetermined_count is 'Parcels said not to have come, of which the carrier says no loss: never eligible here.';
comment on column carrier_claims.no_contract_count is 'Lost or damaged parcels that no contract known covers.';
comment on column carrier_claims.late_not_covered_count is 'Late parcels that no contract known covers.';
comment on column carrier_claims.excluded_count is 'Parcels whose cause the contract leaves out.';
comment on column carrier_claims.eligible_count is 'Parcels that a contract covers.';
comment on column carrier_claims.unpriced_count is 'Of them, those whose value is not known or is in another currency: in no amount.';
comment on column carrier_claims.without_cap_count is 'Of them, those of which no cap is known: their amount is the most that can be asked.';
comment on column carrier_claims.claimed_count is 'Eligible parcels that were claimed.';
comment on column carrier_claims.paid_count is 'Claims paid.';
comment on column carrier_claims.refused_count is 'Claims refused, or closed without payment.';
comment on column carrier_claims.waiting_count is 'Claims without an answer, or accepted and not paid yet.';
comment on column carrier_claims.expired_count is 'Eligible parcels never claimed whose time to claim is over.';
comment on column carrier_claims.recoverable_count is 'Eligible parcels that can still be claimed at the end of the data.';
comment on column carrier_claims.no_deadline_count is 'Eligible parcels never claimed whose deadline is not known, as the day it counts from is not.';
comment on column carrier_claims.eligible_cents is 'Value of the eligible parcels up to the cap, minor units; NULL when none is known.';
comment on column carrier_claims.claimed_cents is 'Of it, claimed.';
comment on column carrier_claims.paid_cents is 'What carriers paid for eligible parcels, minor units.';
comment on column carrier_claims.waiting_cents is 'Of the eligible value, claimed and not answered or not paid yet.';
comment on column carrier_claims.refused_cents is 'Of the eligible value, refused.';
comment on column carrier_claims.expired_cents is 'Of the eligible value, expired without a claim.';
comment on column carrier_claims.recoverable_cents is 'Of the eligible value, what can still be claimed.';
comment on column carrier_claims.outside_claimed_count is 'Claims made for parcels that are not eligible here: no contract known, or no loss that the carrier owns up to.';
comment on column carrier_claims.outside_paid_cents is 'What carriers paid for those, minor units.';
comment on column carrier_claims.first_days_left is 'Days from the end of the data to the first deadline of those; NULL when there are none.';
comment on column carrier_claims.contract_source is 'Where a contract that counts comes from.';
