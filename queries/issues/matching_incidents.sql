-- Incidents that pass every filter but the period, with the day they count on (of the event or of the order, as the
-- filter `basis` says) and the week or month of that day (as `grain` says). An unset or empty filter lets all pass.
-- Grain: one row per incident. Reads: incidents.
create or replace view matching_incidents as
select
    *,
    if(getvariable('basis') = 'order', order_date, event_date) as on_date,
    if(
        getvariable('grain') = 'month',
        date_trunc('month', if(getvariable('basis') = 'order', order_date, event_date)),
        date_trunc('week', if(getvariable('basis') = 'order', order_date, event_date))
    )::date as period_start_date
from incidents
where
    passes_incident(incidents);

comment on view matching_incidents is 'Incidents that pass every filter but the period.';
comment on column matching_incidents.incident_key is 'Key of the incident: the same whatever the order of loading.';
comment on column matching_incidents.order_ref is 'Number of its order as everyone writes it; NULL when no order is named.';
comment on column matching_incidents.order_key is 'Key of its order; ''ref/…'' when the order is not loaded, NULL when none is named.';
comment on column matching_incidents.order_name is 'Number of its order as the shop shows it.';
comment on column matching_incidents.line_key is 'Key of its order line; NULL when it is about the order or the line is not known.';
comment on column matching_incidents.sku is 'Article; NULL when not known.';
comment on column matching_incidents.product is 'Name of the article.';
comment on column matching_incidents.variant is 'Variant of the article.';
comment on column matching_incidents.supplier is 'Supplier of the article.';
comment on column matching_incidents.lot is 'Lot of the article.';
comment on column matching_incidents.category is 'Category of the article.';
comment on column matching_incidents.warehouse is 'Warehouse that shipped, or that reported it.';
comment on column matching_incidents.carrier is 'Carrier of the parcel.';
comment on column matching_incidents.channel is 'Where it was sold; without an order, where it was reported.';
comment on column matching_incidents.country is 'Country it was shipped to.';
comment on column matching_incidents.region is 'Region it was shipped to.';
comment on column matching_incidents.fulfilled_by is 'Who shipped: merchant, 3pl or marketplace.';
comment on column matching_incidents.cause is 'Root cause; ''unknown'' when nothing tells.';
comment on column matching_incidents.party is 'Who can put it right.';
comment on column matching_incidents.family is 'Family of the root cause.';
comment on column matching_incidents.evidence is 'What the cause rests on: decision, fact, tag, reason, words, default or none.';
comment on column matching_incidents.evidence_rank is 'Rank of that evidence, 1 is best, 9 is none.';
comment on column matching_incidents.confidence is 'How sure that evidence is: high, medium or low; NULL when there is none.';
comment on column matching_incidents.secondary_causes is 'Other causes its signals name.';
comment on column matching_incidents.has_conflict is 'Whether its signals blame different parties; unknown ones do not count.';
comment on column matching_incidents.source is 'Tool of its first signal.';
comment on column matching_incidents.link_evidence is 'How its first signal found the order line: line_id, sku, only_line and so on; NULL without an order.';
comment on column matching_incidents.order_evidence is 'How its first signal found the order: number, mention, tracking, return, customer or decision; NULL without an order.';
comment on column matching_incidents.signal_count is 'Signals it is made of.';
comment on column matching_incidents.kinds is 'Kinds of those signals.';
comment on column matching_incidents.first_at is 'First signal (UTC).';
comment on column matching_incidents.last_at is 'Last signal (UTC).';
comment on column matching_incidents.event_date is 'Day of its first signal, in the shop''s zone.';
comment on column matching_incidents.order_date is 'Day of its order, in the shop''s zone; NULL when not known.';
comment on column matching_incidents.quantity is 'Pieces it is about; NULL when not told.';
comment on column matching_incidents.cost_cents is 'Refunded for it, minor units; NULL when no amount is known.';
comment on column matching_incidents.currency is 'Currency of the amount.';
comment on column matching_incidents.on_date is 'Day it counts on, by the date basis chosen.';
comment on column matching_incidents.period_start_date is 'First day of the week or month it counts in.';
