-- Incidents whose refunds in the cost ledger are not what was refunded for them: refunds, goodwill and sales lost that
-- records tell must add up to it.
-- Grain: one row per such incident. Reads: incidents, incident_costs.
create or replace view check_refunds_are_in_the_ledger_once as
with told as (
    select
        incident_key,
        -- an incident has one of them
        coalesce(
            if(refund_basis = 1, refund_cents, null),
            if(goodwill_basis = 1, goodwill_cents, null),
            if(lost_sale_basis = 1, lost_sale_cents, null)
        ) as ledger_cents
    from incident_costs
)

select
    incidents.incident_key,
    incidents.cost_cents,
    told.ledger_cents
from incidents
left join told on incidents.incident_key = told.incident_key
where incidents.cost_cents is distinct from told.ledger_cents;

comment on view check_refunds_are_in_the_ledger_once is 'Incidents whose refunds in the cost ledger are not what was refunded for them.';
comment on column check_refunds_are_in_the_ledger_once.incident_key is 'Key of the incident.';
comment on column check_refunds_are_in_the_ledger_once.cost_cents is 'Refunded for it, minor units.';
comment on column check_refunds_are_in_the_ledger_once.ledger_cents is 'What the ledger says of that.';
