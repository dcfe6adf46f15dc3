-- Incidents with amounts in another currency than their own: those amounts are left out of the cost.
-- Grain: one row per incident and currency. Reads: signals, incidents.
create or replace view check_incident_has_one_currency as
select
    signals.incident_key,
    incidents.currency,
    signals.currency as other_currency,
    sum(signals.amount_cents)::bigint as left_out_cents
from signals
inner join incidents on signals.incident_key = incidents.incident_key
where
    signals.kind in ('refund', 'return', 'cancellation')
    and signals.amount_cents is not null
    and signals.currency <> incidents.currency
group by signals.incident_key, incidents.currency, signals.currency;

comment on view check_incident_has_one_currency is 'Incidents with amounts in another currency than their own: those amounts are left out of the cost.';
comment on column check_incident_has_one_currency.incident_key is 'The incident.';
comment on column check_incident_has_one_currency.currency is 'Its currency.';
comment on column check_incident_has_one_currency.other_currency is 'The other currency.';
comment on column check_incident_has_one_currency.left_out_cents is 'Amount left out, minor units of the other currency.';
