-- What incidents cost day by day, on both date bases, by the few things that pages are most often cut by: for each part
-- the sums that records and rules say, how many incidents have occasion for it (_n), and of how many of them the amount
-- is measured, assumed, or in a currency without a rate.
-- Amounts are chosen by `if`, not by a filter on the sum: 43 filters cost five times as much.
-- Grain: one row per date basis, day, cause, party, channel and other currency. Reads: int_cost_parts.
create or replace table int_cost_days as
with dated as (
    select
        *,
        'event' as date_basis,
        event_date as date
    from int_cost_parts
    union all
    select
        *,
        'order' as date_basis,
        order_date as date
    from int_cost_parts
)

select
    date_basis,
    date,
    cause,
    any_value(family) as family,
    party,
    channel,
    other_currency,
    count(*) as incident_count,
    sum(if(refund_basis = 1, refund_cents, null))::bigint as refund_measured,
    count(refund_basis) as refund_n,
    count(if(refund_basis = 1, 1, null)) as refund_n_measured,
    count(if(refund_basis = 5, 1, null)) as refund_n_other,
    sum(if(goodwill_basis = 1, goodwill_cents, null))::bigint as goodwill_measured,
    count(goodwill_basis) as goodwill_n,
    count(if(goodwill_basis = 1, 1, null)) as goodwill_n_measured,
    count(if(goodwill_basis = 5, 1, null)) as goodwill_n_other,
    sum(if(goods_basis = 1, goods_cents, null))::bigint as goods_measured,
    sum(if(goods_basis = 2, goods_cents, null))::bigint as goods_assumed,
    count(goods_basis) as goods_n,
    count(if(goods_basis = 1, 1, null)) as goods_n_measured,
    count(if(goods_basis = 2, 1, null)) as goods_n_assumed,
    count(if(goods_basis = 5, 1, null)) as goods_n_other,
    sum(if(freight_out_basis = 2, freight_out_cents, null))::bigint as freight_out_assumed,
    count(freight_out_basis) as freight_out_n,
    count(if(freight_out_basis = 2, 1, null)) as freight_out_n_assumed,
    sum(if(freight_back_basis = 2, freight_back_cents, null))::bigint as freight_back_assumed,
    count(freight_back_basis) as freight_back_n,
    count(if(freight_back_basis = 2, 1, null)) as freight_back_n_assumed,
    sum(if(handling_basis = 2, handling_cents, null))::bigint as handling_assumed,
    count(handling_basis) as handling_n,
    count(if(handling_basis = 2, 1, null)) as handling_n_assumed,
    sum(if(fee_basis = 2, fee_cents, null))::bigint as fee_assumed,
    count(fee_basis) as fee_n,
    count(if(fee_basis = 2, 1, null)) as fee_n_assumed,
    count(if(fee_basis = 5, 1, null)) as fee_n_other,
    sum(if(recovery_basis = 1, recovery_cents, null))::bigint as recovery_measured,
    count(recovery_basis) as recovery_n,
    count(if(recovery_basis = 1, 1, null)) as recovery_n_measured,
    count(if(recovery_basis = 5, 1, null)) as recovery_n_other,
    sum(if(resale_basis = 1, resale_cents, null))::bigint as resale_measured,
    sum(if(resale_basis = 2, resale_cents, null))::bigint as resale_assumed,
    count(resale_basis) as resale_n,
    count(if(resale_basis = 1, 1, null)) as resale_n_measured,
    count(if(resale_basis = 2, 1, null)) as resale_n_assumed,
    count(if(resale_basis = 5, 1, null)) as resale_n_other,
    sum(if(lost_sale_basis = 1, lost_sale_cents, null))::bigint as lost_sale_measured,
    sum(if(lost_sale_basis = 2, lost_sale_cents, null))::bigint as lost_sale_assumed,
    count(lost_sale_basis) as lost_sale_n,
    count(if(lost_sale_basis = 1, 1, null)) as lost_sale_n_measured,
    count(if(lost_sale_basis = 2, 1, null)) as lost_sale_n_assumed,
    count(if(lost_sale_basis = 5, 1, null)) as lost_sale_n_other
from dated
where date is not null
group by date_basis, date, cause, party, channel, other_currency
order by date_basis, date;
