-- What one incident, or each incident of one order, cost part by part (`incident_key` or `order_key`). Nothing when
-- neither is set.
-- Grain: one row per incident and component. Reads: int_cost_parts, incident_costs,
-- incidents.
create or replace view case_costs as
with chosen as (
    select
        parts.incident_key,
        incidents.product,
        incidents.sku,
        incidents.first_at,
        parts.cause,
        [
            {
                'component': 'refund',
                'basis': parts.refund_basis,
                'cents': parts.refund_cents,
                'own_cents': told.refund_cents,
                'own_currency': told.currency
            },
            {
                'component': 'goodwill',
                'basis': parts.goodwill_basis,
                'cents': parts.goodwill_cents,
                'own_cents': told.goodwill_cents,
                'own_currency': told.currency
            },
            {
                'component': 'goods',
                'basis': parts.goods_basis,
                'cents': parts.goods_cents,
                'own_cents': told.goods_cents,
                'own_currency': told.goods_currency
            },
            {
                'component': 'freight_out',
                'basis': parts.freight_out_basis,
                'cents': parts.freight_out_cents,
                'own_cents': told.freight_out_cents,
                'own_currency': null
            },
            {
                'component': 'freight_back',
                'basis': parts.freight_back_basis,
                'cents': parts.freight_back_cents,
                'own_cents': told.freight_back_cents,
                'own_currency': null
            },
            {
                'component': 'handling',
                'basis': parts.handling_basis,
                'cents': parts.handling_cents,
                'own_cents': told.handling_cents,
                'own_currency': null
            },
            {
                'component': 'fee',
                'basis': parts.fee_basis,
                'cents': parts.fee_cents,
                'own_cents': told.fee_cents,
                'own_currency': told.currency
            },
            {
                'component': 'recovery',
                'basis': parts.recovery_basis,
                'cents': parts.recovery_cents,
                'own_cents': told.recovery_cents,
                'own_currency': told.currency
            },
            {
                'component': 'resale',
                'basis': parts.resale_basis,
                'cents': parts.resale_cents,
                'own_cents': told.resale_cents,
                'own_currency': told.goods_currency
            },
            {
                'component': 'lost_sale',
                'basis': parts.lost_sale_basis,
                'cents': parts.lost_sale_cents,
                'own_cents': told.lost_sale_cents,
                'own_currency': told.currency
            }
        ] as parts
    from int_cost_parts as parts
    inner join incident_costs as told on parts.incident_key = told.incident_key
    inner join incidents on parts.incident_key = incidents.incident_key
    where
        parts.incident_key = getvariable('incident_key')
        or (getvariable('incident_key') is null and parts.order_key = getvariable('order_key'))
),

listed as (
    select
        * exclude (parts),
        unnest(parts) as part,
        unnest(range(len(parts))) as place
    from chosen
)

select
    incident_key,
    product,
    sku,
    cause,
    part.component,
    part.component = 'lost_sale' as is_apart,
    ['measured', 'assumed', 'missing', null, 'other_currency'][part.basis] as basis,
    part.cents as amount_cents,
    part.own_cents,
    part.own_currency,
    sum(part.cents) filter (where part.component <> 'lost_sale') over ()::bigint as case_cents,
    count(*) filter (where part.component <> 'lost_sale' and part.cents is null) over () as case_missing_count
from listed
where part.basis is not null
order by first_at, incident_key, place;

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
