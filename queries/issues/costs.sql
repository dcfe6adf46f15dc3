-- What the incidents of the period cost by cause, party, article or supplier (as `cut` says), the dearest first, in the
-- main currency. Coverage looks at the parts of which anything is known in the period: a part that the shop has set no
-- rule for is missing everywhere alike, and cost_components says so. Refunds weigh most: many minutes known do not make
-- up for refunds that are not. A value whose coverage is below the shop's floor is not ranked, since what is missing of
-- it may be more than what is known.
-- Grain: one row per value. Reads: int_matching_costs, int_exposure_days, rule_cost_limits.
create or replace view costs as
with parts as (
    select
        value,
        component,
        basis,
        any_value(family) as family,
        sum(part_count)::bigint as part_count,
        sum(amount_cents)::bigint as amount_cents
    from int_matching_costs
    group by value, component, basis
),

used as (
    select component
    from parts
    where basis in ('measured', 'assumed') and component <> 'lost_sale'
    group by component
),

sums as (
    select
        parts.value,
        if(count(distinct parts.family) = 1, any_value(parts.family), null) as family,
        -- every incident keeps somebody busy, so this part is there for each of them
        sum(parts.part_count) filter (where parts.component = 'handling')::bigint as incident_count,
        sum(parts.amount_cents) filter (where parts.component <> 'lost_sale' and parts.basis = 'measured')::bigint
            as measured_cents,
        sum(parts.amount_cents) filter (where parts.component <> 'lost_sale' and parts.basis = 'assumed')::bigint
            as assumed_cents,
        coalesce(sum(parts.part_count) filter (where parts.component <> 'lost_sale' and parts.basis = 'missing'), 0)
        ::bigint as missing_count,
        coalesce(
            sum(parts.part_count) filter (where parts.component <> 'lost_sale' and parts.basis = 'other_currency'), 0
        )::bigint as other_currency_count,
        coalesce(sum(parts.part_count) filter (where used.component is not null), 0)::bigint as part_count,
        coalesce(
            sum(parts.part_count) filter (
                where used.component is not null and parts.basis in ('measured', 'assumed')
            ),
            0
        )::bigint as known_count,
        count_if(used.component = 'refund') > 0 as has_refunds,
        coalesce(
            sum(parts.part_count) filter (
                where parts.component = 'refund' and parts.basis in ('measured', 'assumed')
            ),
            0
        ) / sum(parts.part_count) filter (where parts.component = 'refund') as refund_share,
        sum(parts.amount_cents) filter (where parts.component = 'refund')::bigint as refund_cents,
        sum(parts.amount_cents) filter (where parts.component = 'goodwill')::bigint as goodwill_cents,
        sum(parts.amount_cents) filter (where parts.component = 'goods')::bigint as goods_cents,
        sum(parts.amount_cents) filter (where parts.component = 'freight_out')::bigint as freight_out_cents,
        sum(parts.amount_cents) filter (where parts.component = 'freight_back')::bigint as freight_back_cents,
        sum(parts.amount_cents) filter (where parts.component = 'handling')::bigint as handling_cents,
        sum(parts.amount_cents) filter (where parts.component = 'fee')::bigint as fee_cents,
        sum(parts.amount_cents) filter (where parts.component = 'recovery')::bigint as recovery_cents,
        sum(parts.amount_cents) filter (where parts.component = 'resale')::bigint as resale_cents,
        sum(parts.amount_cents) filter (where parts.component = 'lost_sale')::bigint as lost_sale_cents
    from parts
    left join used on parts.component = used.component
    group by parts.value
),

exposed as (
    select sum(order_count)::bigint as order_count
    from int_exposure_days
    where
        (getvariable('start') is null or date >= getvariable('start')::date)
        and (getvariable('until') is null or date < getvariable('until')::date)
),

judged as (
    select
        sums.*,
        case
            when sums.measured_cents is not null or sums.assumed_cents is not null
                then coalesce(sums.measured_cents, 0) + coalesce(sums.assumed_cents, 0)
        end as cost_cents,
        case
            when sums.has_refunds then least(sums.known_count / sums.part_count, sums.refund_share)
            else sums.known_count / nullif(sums.part_count, 0)
        end as coverage_share,
        exposed.order_count
    from sums
    cross join exposed
)

select
    value,
    family,
    incident_count,
    cost_cents,
    measured_cents,
    assumed_cents,
    order_count,
    cost_cents * 1000 / nullif(order_count, 0) as cents_per_1000_orders,
    cost_cents / nullif(sum(cost_cents) over (), 0) as cost_share,
    part_count,
    known_count,
    coverage_share,
    coalesce(
        coverage_share >= coalesce(
            (select limits.value from rule_cost_limits as limits where limits.limit = 'coverage_floor'), 0
        ),
        false
    ) as is_ranked,
    missing_count,
    other_currency_count,
    refund_cents,
    goodwill_cents,
    goods_cents,
    freight_out_cents,
    freight_back_cents,
    handling_cents,
    fee_cents,
    recovery_cents,
    resale_cents,
    lost_sale_cents
from judged
order by cost_cents desc nulls last, incident_count desc, value;

comment on view costs is 'What the incidents of the period cost, by cause, party, article or supplier, the dearest first.';
comment on column costs.value is 'The cause, party, article or supplier, as `cut` says; NULL when it is not known.';
comment on column costs.family is 'Family of the cause; NULL where there are several.';
comment on column costs.incident_count is 'Incidents of the period.';
comment on column costs.cost_cents is 'Known costs less what came back, measured and assumed, minor units of the main currency; NULL when nothing is known.';
comment on column costs.measured_cents is 'Of this, what records say; NULL when none do.';
comment on column costs.assumed_cents is 'Of this, what rules of the shop say; NULL when none do.';
comment on column costs.order_count is 'Orders of the period, the same in each row, so that rows can be added up; NULL when none are loaded.';
comment on column costs.cents_per_1000_orders is 'Known costs for 1,000 orders of the period; NULL without orders.';
comment on column costs.cost_share is 'Share of all known costs of the period, 0 to 1.';
comment on column costs.part_count is 'Amounts that its incidents have occasion for, of the parts of which anything is known in the period.';
comment on column costs.known_count is 'Of these, those that are measured or assumed.';
comment on column costs.coverage_share is 'Share of them, 0 to 1, or of the refunds where that is lower; NULL when nothing is known of any part.';
comment on column costs.is_ranked is 'Whether that reaches the floor of rule_cost_limits: below it, what is missing may be more than what is known.';
comment on column costs.missing_count is 'Amounts that nobody says, of all parts.';
comment on column costs.other_currency_count is 'Amounts in a currency without a rate of that day: in no sum.';
comment on column costs.refund_cents is 'Given back for goods that had left; NULL when no amount is known.';
comment on column costs.goodwill_cents is 'Given back while the customer keeps the goods, less than the part of the price that rule_cost_limits says.';
comment on column costs.goods_cents is 'Goods written off, lost without a refund, or sent again, at what they cost.';
comment on column costs.freight_out_cents is 'Parcels sent again.';
comment on column costs.freight_back_cents is 'Parcels that came back at the shop''s expense.';
comment on column costs.handling_cents is 'Time of the people who dealt with it.';
comment on column costs.fee_cents is 'Fees that the channel keeps on what was refunded.';
comment on column costs.recovery_cents is 'Paid by carriers, marketplaces and suppliers; negative.';
comment on column costs.resale_cents is 'Refunded goods that are on sale again, at what they cost; negative.';
comment on column costs.lost_sale_cents is 'Sales lost before anything left; in no sum.';
