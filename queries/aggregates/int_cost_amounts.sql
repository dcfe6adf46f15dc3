-- What each incident cost, a column for each part and what says it, so that it is added up alike everywhere: what
-- records and rules say in the main currency (_measured, _assumed), whether the incident has occasion for the part
-- (_n), and whether its amount is measured, assumed, or in a currency without a rate (_n_measured, _n_assumed,
-- _n_other). Amounts are chosen by `if`, not by a filter on a sum: 43 filters cost five times as much.
-- Grain: one row per incident. Reads: int_cost_parts.
create or replace view int_cost_amounts as
select
    incident_key,
    order_key,
    event_date,
    order_date,
    cause,
    family,
    party,
    sku,
    supplier,
    warehouse,
    carrier,
    channel,
    country,
    other_currency,
    other_amounts,
    if(refund_basis = 1, refund_cents, null) as refund_measured,
    if(refund_basis is null, 0, 1) as refund_n,
    if(refund_basis = 1, 1, 0) as refund_n_measured,
    if(refund_basis = 5, 1, 0) as refund_n_other,
    if(goodwill_basis = 1, goodwill_cents, null) as goodwill_measured,
    if(goodwill_basis is null, 0, 1) as goodwill_n,
    if(goodwill_basis = 1, 1, 0) as goodwill_n_measured,
    if(goodwill_basis = 5, 1, 0) as goodwill_n_other,
    if(goods_basis = 1, goods_cents, null) as goods_measured,
    if(goods_basis = 2, goods_cents, null) as goods_assumed,
    if(goods_basis is null, 0, 1) as goods_n,
    if(goods_basis = 1, 1, 0) as goods_n_measured,
    if(goods_basis = 2, 1, 0) as goods_n_assumed,
    if(goods_basis = 5, 1, 0) as goods_n_other,
    if(freight_out_basis = 2, freight_out_cents, null) as freight_out_assumed,
    if(freight_out_basis is null, 0, 1) as freight_out_n,
    if(freight_out_basis = 2, 1, 0) as freight_out_n_assumed,
    if(freight_back_basis = 2, freight_back_cents, null) as freight_back_assumed,
    if(freight_back_basis is null, 0, 1) as freight_back_n,
    if(freight_back_basis = 2, 1, 0) as freight_back_n_assumed,
    if(handling_basis = 2, handling_cents, null) as handling_assumed,
    if(handling_basis is null, 0, 1) as handling_n,
    if(handling_basis = 2, 1, 0) as handling_n_assumed,
    if(fee_basis = 2, fee_cents, null) as fee_assumed,
    if(fee_basis is null, 0, 1) as fee_n,
    if(fee_basis = 2, 1, 0) as fee_n_assumed,
    if(fee_basis = 5, 1, 0) as fee_n_other,
    if(recovery_basis = 1, recovery_cents, null) as recovery_measured,
    if(recovery_basis is null, 0, 1) as recovery_n,
    if(recovery_basis = 1, 1, 0) as recovery_n_measured,
    if(recovery_basis = 5, 1, 0) as recovery_n_other,
    if(resale_basis = 1, resale_cents, null) as resale_measured,
    if(resale_basis = 2, resale_cents, null) as resale_assumed,
    if(resale_basis is null, 0, 1) as resale_n,
    if(resale_basis = 1, 1, 0) as resale_n_measured,
    if(resale_basis = 2, 1, 0) as resale_n_assumed,
    if(resale_basis = 5, 1, 0) as resale_n_other,
    if(lost_sale_basis = 1, lost_sale_cents, null) as lost_sale_measured,
    if(lost_sale_basis = 2, lost_sale_cents, null) as lost_sale_assumed,
    if(lost_sale_basis is null, 0, 1) as lost_sale_n,
    if(lost_sale_basis = 1, 1, 0) as lost_sale_n_measured,
    if(lost_sale_basis = 2, 1, 0) as lost_sale_n_assumed,
    if(lost_sale_basis = 5, 1, 0) as lost_sale_n_other,
    -- all of it but the sale lost, which is in no sum; NULL where nothing is known
    case
        when
            refund_n_measured + goodwill_n_measured + goods_n_measured + recovery_n_measured + resale_n_measured > 0
            then
                coalesce(refund_measured, 0)
                + coalesce(goodwill_measured, 0)
                + coalesce(goods_measured, 0)
                + coalesce(recovery_measured, 0)
                + coalesce(resale_measured, 0)
    end as all_measured,
    case
        when
            goods_n_assumed
            + freight_out_n_assumed
            + freight_back_n_assumed
            + handling_n_assumed
            + fee_n_assumed
            + resale_n_assumed > 0
            then
                coalesce(goods_assumed, 0)
                + coalesce(freight_out_assumed, 0)
                + coalesce(freight_back_assumed, 0)
                + coalesce(handling_assumed, 0)
                + coalesce(fee_assumed, 0)
                + coalesce(resale_assumed, 0)
    end as all_assumed
from int_cost_parts;
