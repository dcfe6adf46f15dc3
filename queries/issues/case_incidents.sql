-- The incidents of one order (`order_key`), or one incident (`incident_key`), with all that its cause rests on; those
-- that a person said are none too, which are counted nowhere. Nothing when neither is set.
-- Grain: one row per incident. Reads: incidents, dismissed_incidents, decided_incidents, signals.
create or replace view case_incidents as
-- an incident may bear another name by now than the signal that it began with: it is found by that signal too
with renamed as (
    select incident_key
    from signals
    where signal_key = getvariable('incident_key') and incident_key <> getvariable('incident_key')
),

chosen as (
    select
        *,
        true as is_counted
    from incidents
    where
        incident_key = getvariable('incident_key')
        or (getvariable('incident_key') is null and order_key = getvariable('order_key'))
    union all by name
    select
        *,
        true as is_counted
    from incidents
    where incident_key in (select renamed.incident_key from renamed)
    union all by name
    select
        *,
        false as is_counted
    from dismissed_incidents
    where
        incident_key = getvariable('incident_key')
        or (getvariable('incident_key') is null and order_key = getvariable('order_key'))
    union all by name
    select
        *,
        false as is_counted
    from dismissed_incidents
    where incident_key in (select renamed.incident_key from renamed)
),

told as (
    select
        incident_key,
        list(signal_key order by occurred_at, signal_key) as signal_keys
    from signals
    where incident_key in (select chosen.incident_key from chosen)
    group by incident_key
)

select
    chosen.incident_key,
    chosen.order_key,
    chosen.order_name,
    chosen.sku,
    chosen.product,
    chosen.first_at,
    chosen.is_counted,
    chosen.cause,
    chosen.party,
    chosen.evidence,
    chosen.evidence_rank,
    chosen.confidence,
    chosen.secondary_causes,
    chosen.has_conflict,
    chosen.fulfilled_by,
    chosen.cost_cents,
    chosen.currency,
    decided_incidents.item as decision_item,
    -- a ticket that is an incident by itself is kept as that incident only
    coalesce(told.signal_keys, [chosen.incident_key]) as signal_keys
from chosen
left join decided_incidents on chosen.incident_key = decided_incidents.incident_key
left join told on chosen.incident_key = told.incident_key
order by chosen.first_at desc, chosen.incident_key;

comment on view case_incidents is 'The incidents of one order, with what their causes rest on; also those that a person said are none.';
comment on column case_incidents.incident_key is 'Key of the incident.';
comment on column case_incidents.order_key is 'Key of its order; ''ref/…'' when the order is not loaded, NULL when none is named.';
comment on column case_incidents.order_name is 'Number of its order as the shop shows it; NULL when none is named.';
comment on column case_incidents.sku is 'Article; NULL when not known.';
comment on column case_incidents.product is 'Name of the article.';
comment on column case_incidents.first_at is 'First signal (UTC).';
comment on column case_incidents.is_counted is 'Whether figures count it: not when a person said that it is no incident.';
comment on column case_incidents.cause is 'Root cause; of one that is not counted, what the rules say.';
comment on column case_incidents.party is 'Who can put it right.';
comment on column case_incidents.evidence is 'What the cause rests on: decision, fact, tag, reason, words, default or none.';
comment on column case_incidents.evidence_rank is 'Rank of that evidence, 1 is best, 9 is none.';
comment on column case_incidents.confidence is 'How sure that evidence is: high, medium or low; NULL when there is none.';
comment on column case_incidents.secondary_causes is 'Other causes its signals name.';
comment on column case_incidents.has_conflict is 'Whether its signals blame different parties and nobody has decided.';
comment on column case_incidents.fulfilled_by is 'Who shipped: merchant, 3pl or marketplace.';
comment on column case_incidents.cost_cents is 'Refunded for it, minor units; NULL when no amount is known.';
comment on column case_incidents.currency is 'Currency of the amount.';
comment on column case_incidents.decision_item is 'Under what its decision is kept; NULL when nobody decided.';
comment on column case_incidents.signal_keys is 'Its signals, the first one first.';
