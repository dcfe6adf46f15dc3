-- What the incidents of the period cost in all, in the main currency, how much of it records say and how much the
-- shop's rules, and of how many amounts nobody says anything. Sales lost are told apart.
-- Grain: one row, none without incidents. Reads: cost_components, int_exposure_days.
create or replace view cost_total as
with sums as (
    select
        max(part_count) filter (where component = 'handling') as incident_count,
        sum(amount_cents) filter (where not is_apart)::bigint as cost_cents,
        sum(measured_cents) filter (where not is_apart)::bigint as measured_cents,
        sum(assumed_cents) filter (where not is_apart)::bigint as assumed_cents,
        sum(part_count) filter (where not is_apart)::bigint as part_count,
        sum(measured_count) filter (where not is_apart)::bigint as measured_count,
        sum(assumed_count) filter (where not is_apart)::bigint as assumed_count,
        sum(missing_count) filter (where not is_apart)::bigint as missing_count,
        sum(other_currency_count)::bigint as other_currency_count,
        list_sort(list_distinct(flatten(list(other_currencies)))) as other_currencies,
        -- parts that incidents have occasion for, and of which nothing is known
        list(component) filter (where part_count > 0 and amount_cents is null) as unknown_components,
        max(amount_cents) filter (where is_apart) as lost_sale_cents,
        max(part_count) filter (where is_apart) as lost_sale_count,
        max(measured_count + assumed_count) filter (where is_apart) as lost_sale_known_count
    from cost_components
),

exposed as (
    select sum(order_count)::bigint as order_count
    from int_exposure_days
    where in_period(date)
)

select
    sums.*,
    exposed.order_count,
    sums.cost_cents * 1000 / nullif(exposed.order_count, 0) as cents_per_1000_orders,
    sums.measured_count / sums.part_count as measured_share,
    sums.assumed_count / sums.part_count as assumed_share,
    sums.missing_count / sums.part_count as missing_share
from sums
cross join exposed
where sums.incident_count is not null;

comment on view cost_total is 'What the incidents of the period cost in all, and how much of that is known.';
comment on column cost_total.incident_count is 'Incidents of the period.';
comment on column cost_total.cost_cents is 'Known costs less what came back, minor units of the main currency; NULL when nothing is known.';
comment on column cost_total.measured_cents is 'Of this, what records say; NULL when none do.';
comment on column cost_total.assumed_cents is 'Of this, what rules of the shop say; NULL when none do.';
comment on column cost_total.part_count is 'Amounts that incidents have occasion for: the denominator of the shares.';
comment on column cost_total.measured_count is 'Of these, those that records say.';
comment on column cost_total.assumed_count is 'Of these, those that rules of the shop say.';
comment on column cost_total.missing_count is 'Of these, those that nobody says.';
comment on column cost_total.other_currency_count is 'Amounts in a currency without a rate of that day, sales lost included: in no sum.';
comment on column cost_total.other_currencies is 'Those currencies.';
comment on column cost_total.unknown_components is 'Parts that incidents have occasion for and of which nothing is known, sales lost included.';
comment on column cost_total.lost_sale_cents is 'Sales lost before anything left; in no sum; NULL when nothing is known.';
comment on column cost_total.lost_sale_count is 'Incidents that lost a sale.';
comment on column cost_total.lost_sale_known_count is 'Of these, those whose amount is known.';
comment on column cost_total.order_count is 'Orders of the period; NULL when none are loaded.';
comment on column cost_total.cents_per_1000_orders is 'Known costs for 1,000 orders; NULL without orders.';
comment on column cost_total.measured_share is 'Share of the amounts that records say, 0 to 1.';
comment on column cost_total.assumed_share is 'Share of the amounts that rules of the shop say, 0 to 1.';
comment on column cost_total.missing_share is 'Share of the amounts that nobody says, 0 to 1.';
