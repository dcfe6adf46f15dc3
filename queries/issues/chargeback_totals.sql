-- Whom something can be asked of, and how much: the incidents of chargeback_cases, added up.
-- Grain: one row per party and name (supplier, or warehouse of the 3PL). Reads: int_charged_costs.
create or replace view chargeback_totals as
with named as (
    select
        *,
        if(party = 'supplier', supplier, warehouse) as name
    from int_charged_costs
),

untold as (
    select
        party,
        name,
        unnest(other_amounts, recursive := true)
    from named
    where other_currency is not null
),

others as (
    select
        party,
        name,
        currency,
        sum(cents)::bigint as cents
    from untold
    group by party, name, currency
),

listed as (
    select
        party,
        name,
        list(currency order by currency) as other_currencies,
        list(cents order by currency) as other_cents
    from others
    group by party, name
),

sums as (
    select
        party,
        name,
        count(*) as incident_count,
        count(cost_cents) as priced_count,
        sum(cost_cents)::bigint as cost_cents,
        sum(measured_cents)::bigint as measured_cents,
        sum(assumed_cents)::bigint as assumed_cents,
        sum(missing_count)::bigint as missing_count
    from named
    group by party, name
)

select
    sums.party,
    sums.name,
    sums.incident_count,
    sums.priced_count,
    sums.cost_cents,
    sums.measured_cents,
    sums.assumed_cents,
    sums.missing_count,
    listed.other_currencies,
    listed.other_cents
from sums
left join listed on sums.party = listed.party and sums.name is not distinct from listed.name
order by sums.party, sums.incident_count desc, sums.name;

comment on view chargeback_totals is 'Suppliers and warehouses of 3PLs that can be asked to pay, with the number of cases and what they cost.';
comment on column chargeback_totals.party is 'Who is to pay: supplier or 3pl.';
comment on column chargeback_totals.name is 'The supplier, or the warehouse of the 3PL; NULL when not known.';
comment on column chargeback_totals.incident_count is 'Incidents.';
comment on column chargeback_totals.priced_count is 'Incidents of which any cost is known.';
comment on column chargeback_totals.cost_cents is 'Known costs less what came back, minor units of the main currency; NULL when nothing is known.';
comment on column chargeback_totals.measured_cents is 'Of this, what records say; NULL when none do.';
comment on column chargeback_totals.assumed_cents is 'Of this, what rules of the shop say; NULL when none do.';
comment on column chargeback_totals.missing_count is 'Amounts that nobody says.';
comment on column chargeback_totals.other_currencies is 'Currencies of amounts that no sum holds for want of a rate; NULL when there are none.';
comment on column chargeback_totals.other_cents is 'Those amounts, in the order of their currencies.';
