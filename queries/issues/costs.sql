-- What the incidents of the period cost by cause, party, article or supplier (as `cut` says), the dearest first, in the
-- main currency. Coverage looks at the parts of which anything is known in the period: a part that the shop has set no
-- rule for is missing everywhere alike, and cost_components says so. Refunds weigh most: many minutes known do not make
-- up for refunds that are not. A value whose coverage is below the shop's floor is not ranked, since what is missing of
-- it may be more than what is known.
-- Grain: one row per value. Reads: int_matching_costs, int_exposure_days, rule_cost_limits.
create or replace view costs as
with by_value as (
    select
        value,
        if(count(distinct family) = 1, any_value(family), null) as family,
        sum(incident_count)::bigint as incident_count,
        sum(columns('_(measured|assumed|n|other)$'))::bigint
    from int_matching_costs
    group by value
),

-- each part as an amount, how many it has occasion for, and how many are known
spread as (
    select
        value,
        family,
        incident_count,
        refund_measured as refund_cents,
        refund_n_measured as refund_known,
        refund_n,
        goodwill_measured as goodwill_cents,
        goodwill_n_measured as goodwill_known,
        goodwill_n,
        coalesce(goods_measured + goods_assumed, goods_measured, goods_assumed) as goods_cents,
        goods_n_measured + goods_n_assumed as goods_known,
        goods_n,
        freight_out_assumed as freight_out_cents,
        freight_out_n_assumed as freight_out_known,
        freight_out_n,
        freight_back_assumed as freight_back_cents,
        freight_back_n_assumed as freight_back_known,
        freight_back_n,
        handling_assumed as handling_cents,
        handling_n_assumed as handling_known,
        handling_n,
        fee_assumed as fee_cents,
        fee_n_assumed as fee_known,
        fee_n,
        recovery_measured as recovery_cents,
        recovery_n_measured as recovery_known,
        recovery_n,
        coalesce(resale_measured + resale_assumed, resale_measured, resale_assumed) as resale_cents,
        resale_n_measured + resale_n_assumed as resale_known,
        resale_n,
        coalesce(lost_sale_measured + lost_sale_assumed, lost_sale_measured, lost_sale_assumed) as lost_sale_cents,
        lost_sale_n_measured + lost_sale_n_assumed as lost_sale_known,
        lost_sale_n,
        all_measured as measured_cents,
        all_assumed as assumed_cents,
        refund_n_other
        + goodwill_n_other
        + goods_n_other
        + fee_n_other
        + recovery_n_other
        + resale_n_other as other_currency_count,
        refund_n
        + goodwill_n
        + goods_n
        + freight_out_n
        + freight_back_n
        + handling_n
        + fee_n
        + recovery_n
        + resale_n as all_count
    from by_value
),

-- a part of which nothing is known in the whole period weighs on no value
sums as (
    select
        *,
        if(sum(refund_known) over () > 0, refund_n, 0)
        + if(sum(goodwill_known) over () > 0, goodwill_n, 0)
        + if(sum(goods_known) over () > 0, goods_n, 0)
        + if(sum(freight_out_known) over () > 0, freight_out_n, 0)
        + if(sum(freight_back_known) over () > 0, freight_back_n, 0)
        + if(sum(handling_known) over () > 0, handling_n, 0)
        + if(sum(fee_known) over () > 0, fee_n, 0)
        + if(sum(recovery_known) over () > 0, recovery_n, 0)
        + if(sum(resale_known) over () > 0, resale_n, 0) as part_count,
        refund_known
        + goodwill_known
        + goods_known
        + freight_out_known
        + freight_back_known
        + handling_known
        + fee_known
        + recovery_known
        + resale_known as known_count,
        if(sum(refund_known) over () > 0, refund_known / nullif(refund_n, 0), null) as refund_share
    from spread
),

exposed as (
    select sum(order_count)::bigint as order_count
    from int_exposure_days
    where in_period(date)
),

judged as (
    select
        sums.*,
        case
            when sums.known_count > 0 then coalesce(sums.measured_cents, 0) + coalesce(sums.assumed_cents, 0)
        end as cost_cents,
        least(sums.known_count / nullif(sums.part_count, 0), sums.refund_share) as coverage_share,
        sums.all_count - sums.known_count - sums.other_currency_count as missing_count,
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
