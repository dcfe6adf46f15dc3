-- Parcels said not to have come, of which nothing shows that they were settled: where the buyer's claim window stands
-- at the end of the data, and how long is left. Cases of which a delivery could not have been seen are among them, and
-- say so. The most pressing first.
-- Grain: one row per incident. Reads: int_delivery_cases.
create or replace view not_received_cases as
with placed as (
    select
        *,
        case stage
            when 'answer' then answer_by_at
            when 'before' then opens_at
            when 'claimable' then closes_at
        end as next_at,
        list_position(['answer', 'claimable', 'before', 'no_window', 'claimed', 'closed'], stage) as rank
    from int_delivery_cases
    where stage is not null
)

select
    incident_key,
    order_key,
    order_name,
    cause,
    channel,
    marketplace,
    carrier,
    country,
    product,
    stage,
    outcome = 'open' as is_open,
    reported_at,
    event_date,
    order_date,
    promised_at,
    delivered_at is not null as is_said_delivered,
    opens_at,
    closes_at,
    claimed_at,
    answer_by_at,
    next_at,
    date_diff('hour', ended_at, next_at) as hours_left
from placed
order by outcome <> 'open', rank, next_at nulls last, reported_at, incident_key;

comment on view not_received_cases is 'Parcels said not to have come, of which nothing shows that they were settled, the most pressing first.';
comment on column not_received_cases.incident_key is 'Key of the incident.';
comment on column not_received_cases.order_key is 'Key of its order.';
comment on column not_received_cases.order_name is 'Number of its order as the shop shows it.';
comment on column not_received_cases.cause is 'not_received, lost_in_transit or late_delivery.';
comment on column not_received_cases.channel is 'Where it was sold.';
comment on column not_received_cases.marketplace is 'Marketplace whose rule counts; NULL when no window is known.';
comment on column not_received_cases.carrier is 'Carrier.';
comment on column not_received_cases.country is 'Country it was shipped to.';
comment on column not_received_cases.product is 'Name of the article.';
comment on column not_received_cases.stage is 'answer: claimed, to be answered; claimable: the buyer may claim now; before: not yet; claimed: claimed and answered; closed: the window is over; no_window: none is known.';
comment on column not_received_cases.is_open is 'Whether a delivery would have been seen; false: nobody can tell.';
comment on column not_received_cases.reported_at is 'First report (UTC).';
comment on column not_received_cases.event_date is 'Day of the first report, in the shop''s zone.';
comment on column not_received_cases.order_date is 'Day of the order, in the shop''s zone.';
comment on column not_received_cases.promised_at is 'Latest promised delivery (UTC); NULL when none is told.';
comment on column not_received_cases.is_said_delivered is 'Whether the carrier says that it was delivered.';
comment on column not_received_cases.opens_at is 'When the buyer''s claim window opens (UTC); NULL when not known.';
comment on column not_received_cases.closes_at is 'When it closes (UTC); NULL when not known.';
comment on column not_received_cases.claimed_at is 'When the buyer claimed (UTC); NULL when he did not.';
comment on column not_received_cases.answer_by_at is 'Until when the seller has to answer (UTC).';
comment on column not_received_cases.next_at is 'What comes next (UTC): the answer that is due, the opening, or the close of the window.';
comment on column not_received_cases.hours_left is 'Hours from the end of the data until then; below 0 when it is over.';
