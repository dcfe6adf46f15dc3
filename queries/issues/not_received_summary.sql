-- Parcels said not to have come: what became of them, and where the claim windows of the open ones stand. Among cases
-- whose window has opened by the end of the data, those settled before it opened are a share that waiting cannot
-- flatter.
-- Grain: one row per channel. Reads: int_delivery_cases, settings.
create or replace view not_received_summary as
select
    cases.channel,
    max(cases.marketplace) as marketplace,
    count(*) as case_count,
    count(*) filter (where cases.outcome = 'refunded') as refunded_count,
    count(*) filter (where cases.outcome = 'replaced') as replaced_count,
    count(*) filter (where cases.outcome = 'delivered') as delivered_count,
    count(*) filter (where cases.outcome = 'open') as open_count,
    count(*) filter (where cases.outcome = 'unknown') as unknown_count,
    count(*) filter (where cases.outcome = 'marketplace') as marketplace_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'answer') as answer_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'claimable') as claimable_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'before') as before_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'closed') as closed_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'claimed') as claimed_count,
    count(*) filter (where cases.outcome = 'open' and cases.stage = 'no_window') as no_window_count,
    count(*) filter (
        where cases.outcome not in ('unknown', 'marketplace') and cases.opens_at <= cases.ended_at
    ) as opened_count,
    count(*) filter (
        where
        cases.outcome not in ('unknown', 'marketplace')
        and cases.opens_at <= cases.ended_at
        and cases.settled_at < cases.opens_at
    ) as settled_before_count,
    count(*) filter (where cases.is_refunded and cases.cause <> 'late_delivery') as refunded_any_count,
    count(*) filter (where cases.is_double_payment) as paid_twice_count,
    sum(cases.refunded_cents) filter (
        where
        cases.is_double_payment
        and cases.currency = coalesce(getvariable('currency'), settings.main_currency)
    )::bigint as paid_twice_cents
from int_delivery_cases as cases
cross join settings
group by cases.channel
order by open_count desc, case_count desc, cases.channel;

comment on view not_received_summary is 'Parcels said not to have come, by channel: what became of them, and where the claim windows of the open ones stand.';
comment on column not_received_summary.channel is 'Where it was sold; NULL when not known.';
comment on column not_received_summary.marketplace is 'Marketplace whose rule counts; NULL when no window is known.';
comment on column not_received_summary.case_count is 'Cases of the period.';
comment on column not_received_summary.refunded_count is 'Settled first by a refund.';
comment on column not_received_summary.replaced_count is 'Settled first by a parcel sent again.';
comment on column not_received_summary.delivered_count is 'Settled first by a delivery.';
comment on column not_received_summary.open_count is 'Not settled, and a delivery would have been seen.';
comment on column not_received_summary.unknown_count is 'Nothing settled them, and a delivery could not have been seen.';
comment on column not_received_summary.marketplace_count is 'Not settled as far as files tell, and shipped by the marketplace: its own to settle.';
comment on column not_received_summary.answer_count is 'Open cases that the buyer claimed and that wait for an answer.';
comment on column not_received_summary.claimable_count is 'Open cases that the buyer may claim now.';
comment on column not_received_summary.before_count is 'Open cases that the buyer may not claim yet.';
comment on column not_received_summary.closed_count is 'Open cases whose window is over.';
comment on column not_received_summary.claimed_count is 'Open cases that were claimed and answered.';
comment on column not_received_summary.no_window_count is 'Open cases of which no window is known.';
comment on column not_received_summary.opened_count is 'Cases, settled or open, whose window has opened by the end of the data.';
comment on column not_received_summary.settled_before_count is 'Of them, those settled before it opened.';
comment on column not_received_summary.refunded_any_count is 'Cases not received or lost with a refund.';
comment on column not_received_summary.paid_twice_count is 'Of them, those with a delivery after the refund, or a parcel sent again.';
comment on column not_received_summary.paid_twice_cents is 'What was refunded for those, minor units of the currency asked for; NULL when none is known.';
