-- Each part of what the incidents of the period cost, in the main currency: how much of it records say, how much the
-- shop's rules, and for how many incidents nobody says it. An incident that has no occasion for a part (no return, so
-- no freight back) does not count there. Sales lost are told too, and are in no sum.
-- Grain: one row per component. Reads: int_matching_costs.
create or replace view cost_components as
with sums as (
    select
        list_sort(list(distinct other_currency) filter (where other_currency is not null)) as other_currencies,
        [
            {
                'component': 'refund',
                'part_count': sum(refund_n)::bigint,
                'measured_count': sum(refund_n_measured)::bigint,
                'assumed_count': 0::bigint,
                'other_currency_count': sum(refund_n_other)::bigint,
                'measured_cents': sum(refund_measured)::bigint,
                'assumed_cents': null::bigint
            },
            {
                'component': 'goodwill',
                'part_count': sum(goodwill_n)::bigint,
                'measured_count': sum(goodwill_n_measured)::bigint,
                'assumed_count': 0::bigint,
                'other_currency_count': sum(goodwill_n_other)::bigint,
                'measured_cents': sum(goodwill_measured)::bigint,
                'assumed_cents': null::bigint
            },
            {
                'component': 'goods',
                'part_count': sum(goods_n)::bigint,
                'measured_count': sum(goods_n_measured)::bigint,
                'assumed_count': sum(goods_n_assumed)::bigint,
                'other_currency_count': sum(goods_n_other)::bigint,
                'measured_cents': sum(goods_measured)::bigint,
                'assumed_cents': sum(goods_assumed)::bigint
            },
            {
                'component': 'freight_out',
                'part_count': sum(freight_out_n)::bigint,
                'measured_count': 0::bigint,
                'assumed_count': sum(freight_out_n_assumed)::bigint,
                'other_currency_count': 0::bigint,
                'measured_cents': null::bigint,
                'assumed_cents': sum(freight_out_assumed)::bigint
            },
            {
                'component': 'freight_back',
                'part_count': sum(freight_back_n)::bigint,
                'measured_count': 0::bigint,
                'assumed_count': sum(freight_back_n_assumed)::bigint,
                'other_currency_count': 0::bigint,
                'measured_cents': null::bigint,
                'assumed_cents': sum(freight_back_assumed)::bigint
            },
            {
                'component': 'handling',
                'part_count': sum(handling_n)::bigint,
                'measured_count': 0::bigint,
                'assumed_count': sum(handling_n_assumed)::bigint,
                'other_currency_count': 0::bigint,
                'measured_cents': null::bigint,
                'assumed_cents': sum(handling_assumed)::bigint
            },
            {
                'component': 'fee',
                'part_count': sum(fee_n)::bigint,
                'measured_count': 0::bigint,
                'assumed_count': sum(fee_n_assumed)::bigint,
                'other_currency_count': sum(fee_n_other)::bigint,
                'measured_cents': null::bigint,
                'assumed_cents': sum(fee_assumed)::bigint
            },
            {
                'component': 'recovery',
                'part_count': sum(recovery_n)::bigint,
                'measured_count': sum(recovery_n_measured)::bigint,
                'assumed_count': 0::bigint,
                'other_currency_count': sum(recovery_n_other)::bigint,
                'measured_cents': sum(recovery_measured)::bigint,
                'assumed_cents': null::bigint
            },
            {
                'component': 'resale',
                'part_count': sum(resale_n)::bigint,
                'measured_count': sum(resale_n_measured)::bigint,
                'assumed_count': sum(resale_n_assumed)::bigint,
                'other_currency_count': sum(resale_n_other)::bigint,
                'measured_cents': sum(resale_measured)::bigint,
                'assumed_cents': sum(resale_assumed)::bigint
            },
            {
                'component': 'lost_sale',
                'part_count': sum(lost_sale_n)::bigint,
                'measured_count': sum(lost_sale_n_measured)::bigint,
                'assumed_count': sum(lost_sale_n_assumed)::bigint,
                'other_currency_count': sum(lost_sale_n_other)::bigint,
                'measured_cents': sum(lost_sale_measured)::bigint,
                'assumed_cents': sum(lost_sale_assumed)::bigint
            }
        ] as parts
    from int_matching_costs
    having count(*) > 0
),

listed as (
    select
        other_currencies,
        unnest(parts) as part,
        unnest(range(len(parts))) as place
    from sums
)

select
    part.component,
    part.component = 'lost_sale' as is_apart,
    part.part_count,
    part.measured_count,
    part.assumed_count,
    part.part_count - part.measured_count - part.assumed_count - part.other_currency_count as missing_count,
    part.other_currency_count,
    if(part.other_currency_count > 0, other_currencies, []) as other_currencies,
    (part.measured_count + part.assumed_count) / nullif(part.part_count, 0) as coverage_share,
    part.measured_cents,
    part.assumed_cents,
    -- nothing known is not nothing to pay
    case
        when part.measured_count + part.assumed_count > 0
            then coalesce(part.measured_cents, 0) + coalesce(part.assumed_cents, 0)
    end as amount_cents
from listed
order by place;

comment on view cost_components is 'Each part of what the incidents of the period cost, measured, assumed or missing.';
comment on column cost_components.component is 'refund, goodwill, goods (lost or sent again), freight_out, freight_back, handling, fee, recovery, resale (goods that came back) or lost_sale.';
comment on column cost_components.is_apart is 'Whether it is in no sum: sales lost.';
comment on column cost_components.part_count is 'Incidents that have occasion for it: the denominator of coverage.';
comment on column cost_components.measured_count is 'Of these, incidents of which records say the amount.';
comment on column cost_components.assumed_count is 'Of these, incidents of which rules of the shop say it.';
comment on column cost_components.missing_count is 'Of these, incidents of which nobody says it.';
comment on column cost_components.other_currency_count is 'Of these, incidents whose amount is in a currency without a rate of that day.';
comment on column cost_components.other_currencies is 'Currencies without a rate in the period; empty when all its amounts count.';
comment on column cost_components.coverage_share is 'Share that is measured or assumed, 0 to 1; NULL when no incident has occasion for it.';
comment on column cost_components.measured_cents is 'Sum of what records say, minor units of the main currency; what lowers the cost is negative; NULL when none do.';
comment on column cost_components.assumed_cents is 'Sum of what rules say, likewise; NULL when none do.';
comment on column cost_components.amount_cents is 'Both together; NULL when nothing is known.';
