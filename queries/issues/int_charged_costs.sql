-- What the ledger says of incidents that a supplier or a 3PL can be asked to pay for: incidents of the product that
-- fall on the supplier, and errors of the warehouse that fall on the 3PL. Sales lost are in no sum, as in the ledger.
-- Grain: one row per incident. Reads: int_matching_cost_amounts.
create or replace view int_charged_costs as
with charged as (
    select *
    from int_matching_cost_amounts
    where (party = 'supplier' and family = 'product') or (party = '3pl' and family = 'logistics')
),

parted as (
    select
        *,
        refund_measured as refund_cents,
        goodwill_measured as goodwill_cents,
        coalesce(goods_measured, goods_assumed) as goods_cents,
        freight_out_assumed as freight_out_cents,
        freight_back_assumed as freight_back_cents,
        handling_assumed as handling_cents,
        fee_assumed as fee_cents,
        recovery_measured as recovery_cents,
        coalesce(resale_measured, resale_assumed) as resale_cents,
        coalesce(lost_sale_measured, lost_sale_assumed) as lost_sale_cents,
        all_measured as measured_cents,
        all_assumed as assumed_cents,
        (refund_n - refund_n_measured - refund_n_other)
        + (goodwill_n - goodwill_n_measured - goodwill_n_other)
        + (goods_n - goods_n_measured - goods_n_assumed - goods_n_other)
        + (freight_out_n - freight_out_n_assumed)
        + (freight_back_n - freight_back_n_assumed)
        + (handling_n - handling_n_assumed)
        + (fee_n - fee_n_assumed - fee_n_other)
        + (recovery_n - recovery_n_measured - recovery_n_other)
        + (resale_n - resale_n_measured - resale_n_assumed - resale_n_other) as missing_count,
        list_filter(
            [
                if(goods_n_assumed = 1, 'goods', null),
                if(freight_out_n_assumed = 1, 'freight_out', null),
                if(freight_back_n_assumed = 1, 'freight_back', null),
                if(handling_n_assumed = 1, 'handling', null),
                if(fee_n_assumed = 1, 'fee', null),
                if(resale_n_assumed = 1, 'resale', null)
            ],
            lambda part: part is not null
        ) as assumed_parts,
        list_filter(
            [
                if(refund_n = 1 and refund_cents is null and refund_n_other = 0, 'refund', null),
                if(goodwill_n = 1 and goodwill_cents is null and goodwill_n_other = 0, 'goodwill', null),
                if(goods_n = 1 and goods_cents is null and goods_n_other = 0, 'goods', null),
                if(freight_out_n = 1 and freight_out_cents is null, 'freight_out', null),
                if(freight_back_n = 1 and freight_back_cents is null, 'freight_back', null),
                if(handling_n = 1 and handling_cents is null, 'handling', null),
                if(fee_n = 1 and fee_cents is null and fee_n_other = 0, 'fee', null),
                if(recovery_n = 1 and recovery_cents is null and recovery_n_other = 0, 'recovery', null),
                if(resale_n = 1 and resale_cents is null and resale_n_other = 0, 'resale', null)
            ],
            lambda part: part is not null
        ) as missing_parts
    from charged
)

select
    *,
    if(
        coalesce(measured_cents, assumed_cents) is null,
        null,
        coalesce(measured_cents, 0) + coalesce(assumed_cents, 0)
    ) as cost_cents
from parted;
