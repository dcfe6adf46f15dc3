-- What one incident, or each incident of one order, cost part by part (`incident_key` or `order_key`). Nothing when
-- neither is set.
-- Grain: one row per incident and component. Reads: int_cost_parts, incidents.
create or replace view case_costs as
with components as (
    select
        unnest(
            [
                'refund', 'goodwill', 'goods', 'freight_out', 'freight_back', 'handling', 'fee', 'recovery',
                'resale', 'lost_sale'
            ]
        ) as component,
        unnest(range(10)) as place
)

select
    parts.incident_key,
    incidents.product,
    incidents.sku,
    parts.cause,
    parts.component,
    parts.component = 'lost_sale' as is_apart,
    parts.basis,
    parts.amount_cents,
    parts.own_cents,
    parts.own_currency,
    sum(parts.amount_cents) filter (where parts.component <> 'lost_sale') over ()::bigint as case_cents,
    count(*) filter (where parts.component <> 'lost_sale' and parts.amount_cents is null) over () as case_missing_count
from int_cost_parts as parts
inner join incidents on parts.incident_key = incidents.incident_key
inner join components on parts.component = components.component
where
    parts.incident_key = getvariable('incident_key')
    or (getvariable('incident_key') is null and parts.order_key = getvariable('order_key'))
order by incidents.first_at, parts.incident_key, components.place;

comment on view case_costs is 'What the incidents of one order cost, part by part.';
comment on column case_costs.incident_key is 'Key of the incident.';
comment on column case_costs.product is 'Name of the article.';
comment on column case_costs.sku is 'Article; NULL when not known.';
comment on column case_costs.cause is 'Root cause.';
comment on column case_costs.component is 'refund, goodwill, goods, freight_out, freight_back, handling, fee, recovery, resale or lost_sale.';
comment on column case_costs.is_apart is 'Whether it is in no sum: sales lost.';
comment on column case_costs.basis is 'measured (a record says it), assumed (a rule of the shop), missing, or other_currency (no rate of that day).';
comment on column case_costs.amount_cents is 'Amount in minor units of the main currency; NULL when it is not known, or not convertible.';
comment on column case_costs.own_cents is 'Amount as it was told, in its own currency.';
comment on column case_costs.own_currency is 'That currency; NULL for the main one.';
comment on column case_costs.case_cents is 'Known costs of all rows together, sales lost left out; the same in each row; NULL when nothing is known.';
comment on column case_costs.case_missing_count is 'Amounts of all rows that are in no sum, as they are missing or not convertible.';
