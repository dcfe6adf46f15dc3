-- Whom something can be asked of, and how much: the incidents of chargeback_cases, added up.
-- Grain: one row per party, name (supplier, or warehouse of the 3PL) and currency. Reads: filtered_incidents.
create or replace view chargeback_totals as
select
    party,
    if(party = 'supplier', supplier, warehouse) as name,
    currency,
    count(*) as incident_count,
    count(cost_cents) as priced_count,
    sum(cost_cents)::bigint as cost_cents
from filtered_incidents
where (party = 'supplier' and family = 'product') or (party = '3pl' and family = 'logistics')
group by all
order by party, incident_count desc, name, currency;

comment on view chargeback_totals is 'Suppliers and warehouses of 3PLs that can be asked to pay, with the number of cases and what was refunded.';
comment on column chargeback_totals.party is 'Who is to pay: supplier or 3pl.';
comment on column chargeback_totals.name is 'The supplier, or the warehouse of the 3PL; NULL when not known.';
comment on column chargeback_totals.currency is 'Currency of the orders; NULL when not known.';
comment on column chargeback_totals.incident_count is 'Incidents.';
comment on column chargeback_totals.priced_count is 'Incidents whose amount is known.';
comment on column chargeback_totals.cost_cents is 'Refunded for them, minor units; NULL when no amount is known.';
