-- Each part of what the incidents of the period cost, in the main currency: how much of it records say, how much the
-- shop's rules, and for how many incidents nobody says it. An incident that has no occasion for a part (no return, so
-- no freight back) does not count there. Sales lost are told too, and are in no sum.
-- Grain: one row per component. Reads: int_matching_costs.
create or replace view cost_components as
with components as (
    select
        unnest(
            [
                'refund', 'goodwill', 'goods', 'freight_out', 'freight_back', 'handling', 'fee', 'recovery',
                'resale', 'lost_sale'
            ]
        ) as component,
        unnest(range(10)) as place
),

sums as (
    select
        component,
        sum(part_count)::bigint as part_count,
        coalesce(sum(part_count) filter (where basis = 'measured'), 0)::bigint as measured_count,
        coalesce(sum(part_count) filter (where basis = 'assumed'), 0)::bigint as assumed_count,
        coalesce(sum(part_count) filter (where basis = 'missing'), 0)::bigint as missing_count,
        coalesce(sum(part_count) filter (where basis = 'other_currency'), 0)::bigint as other_currency_count,
        sum(amount_cents) filter (where basis = 'measured')::bigint as measured_cents,
        sum(amount_cents) filter (where basis = 'assumed')::bigint as assumed_cents,
        list_sort(list(distinct other_currency) filter (where other_currency is not null)) as other_currencies
    from int_matching_costs
    group by component
)

select
    components.component,
    components.component = 'lost_sale' as is_apart,
    coalesce(sums.part_count, 0) as part_count,
    coalesce(sums.measured_count, 0) as measured_count,
    coalesce(sums.assumed_count, 0) as assumed_count,
    coalesce(sums.missing_count, 0) as missing_count,
    coalesce(sums.other_currency_count, 0) as other_currency_count,
    coalesce(sums.other_currencies, []) as other_currencies,
    (sums.measured_count + sums.assumed_count) / sums.part_count as coverage_share,
    sums.measured_cents,
    sums.assumed_cents,
    -- nothing known is not nothing to pay
    case
        when sums.measured_count + sums.assumed_count > 0
            then coalesce(sums.measured_cents, 0) + coalesce(sums.assumed_cents, 0)
    end as amount_cents
from components
left join sums on components.component = sums.component
where exists (select 1 from sums)
order by components.place;

comment on view cost_components is 'Each part of what the incidents of the period cost, measured, assumed or missing.';
comment on column cost_components.component is 'refund, goodwill, goods (lost or sent again), freight_out, freight_back, handling, fee, recovery, resale (goods that came back) or lost_sale.';
comment on column cost_components.is_apart is 'Whether it is in no sum: sales lost.';
comment on column cost_components.part_count is 'Incidents that have occasion for it: the denominator of coverage.';
comment on column cost_components.measured_count is 'Of these, incidents of which records say the amount.';
comment on column cost_components.assumed_count is 'Of these, incidents of which rules of the shop say it.';
comment on column cost_components.missing_count is 'Of these, incidents of which nobody says it.';
comment on column cost_components.other_currency_count is 'Of these, incidents whose amount is in a currency without a rate of that day.';
comment on column cost_components.other_currencies is 'Those currencies.';
comment on column cost_components.coverage_share is 'Share that is measured or assumed, 0 to 1; NULL when no incident has occasion for it.';
comment on column cost_components.measured_cents is 'Sum of what records say, minor units of the main currency; what lowers the cost is negative; NULL when none do.';
comment on column cost_components.assumed_cents is 'Sum of what rules say, likewise; NULL when none do.';
comment on column cost_components.amount_cents is 'Both together; NULL when nothing is known.';
