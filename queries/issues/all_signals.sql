-- What tools told of incidents, each with the cause that it alone names. A ticket that is an incident by itself is kept
-- as that incident only, unless a person decided its cause; all others are in the table signals.
-- Grain: one row per signal. Reads: signals, incidents.
create or replace view all_signals as
with together as (
    select
        signal_key,
        incident_key,
        order_ref,
        order_key,
        line_key,
        kind,
        source,
        record_id,
        occurred_at,
        cause,
        party,
        evidence,
        evidence_rank,
        confidence,
        amount_cents,
        currency,
        link_evidence,
        order_evidence
    from signals
    union all
    select
        incident_key as signal_key,
        incident_key,
        order_ref,
        order_key,
        line_key,
        'ticket',
        source,
        substr(incident_key, length('ticket/') + 1),
        first_at,
        cause,
        party,
        evidence,
        evidence_rank,
        confidence,
        null,
        null,
        link_evidence,
        order_evidence
    from incidents
    where signal_count = 1 and kinds = ['ticket'] and evidence is distinct from 'decision'
)

select
    *,
    case
        when line_key is not null then 'line'
        when order_key is not null then 'order'
        else 'none'
    end as link,
    case
        when order_key is null or link_evidence = 'order_not_loaded' then null
        when order_evidence = 'customer' then 'low'
        when order_evidence in ('tracking', 'return') or link_evidence = 'title' then 'medium'
        else 'high'
    end as link_confidence
from together;

comment on view all_signals is 'What tools told of incidents: tickets, returns, cancellations, refunds, claims, scans, stock write-offs.';
comment on column all_signals.signal_key is 'Key of the signal: its kind and its record.';
comment on column all_signals.incident_key is 'Incident it tells of.';
comment on column all_signals.order_ref is 'Number of its order as everyone writes it; NULL when it names none.';
comment on column all_signals.order_key is 'Key of its order; ''ref/…'' when the order is not loaded, NULL when it names none.';
comment on column all_signals.line_key is 'Key of its order line; NULL when it is about the order or the line is not known.';
comment on column all_signals.kind is 'ticket, return, cancellation, refund, claim, write_off or tracking.';
comment on column all_signals.source is 'Tool that tells it.';
comment on column all_signals.record_id is 'Record that tells it: tool, account and the record''s own number.';
comment on column all_signals.occurred_at is 'When (UTC); NULL when the record does not say.';
comment on column all_signals.cause is 'Cause that this signal alone names; ''unknown'' when it names none.';
comment on column all_signals.party is 'Party that this signal alone blames.';
comment on column all_signals.evidence is 'What that rests on: decision, fact, tag, reason, words, default or none.';
comment on column all_signals.evidence_rank is 'Rank of that evidence, 1 is best, 9 is none.';
comment on column all_signals.confidence is 'How sure that evidence is: high, medium or low; NULL when there is none.';
comment on column all_signals.amount_cents is 'Amount it tells of, minor units; NULL when none is told.';
comment on column all_signals.currency is 'Currency of the amount.';
comment on column all_signals.link_evidence is 'How its order line was found: line_id, sku, only_line, title and so on; NULL without an order.';
comment on column all_signals.order_evidence is 'How its order was found: number (its own field, or the first in its text), mention (another number in its text), tracking, return, customer, or the user''s decision; NULL without an order.';
comment on column all_signals.link is 'What it was linked to: line, order or none.';
comment on column all_signals.link_confidence is 'How sure the link is: high, medium or low; NULL when the order is not loaded or there is none.';
