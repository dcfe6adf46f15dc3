-- What the incidents of the period cost, under every filter, by what the page is cut by (`cut`: cause, party, sku or
-- supplier; unset: cause), with the columns of int_cost_days. Without a filter on articles and places, and cut by cause
-- or party, they are added up from that.
-- Grain: several rows per value, to be added up. Reads: int_cost_days, int_cost_parts.
create or replace view int_matching_costs as
select
    if(getvariable('cut') = 'party', party, cause) as value,
    family,
    other_currency,
    incident_count,
    refund_measured,
    refund_n,
    refund_n_measured,
    refund_n_other,
    goodwill_measured,
    goodwill_n,
    goodwill_n_measured,
    goodwill_n_other,
    goods_measured,
    goods_assumed,
    goods_n,
    goods_n_measured,
    goods_n_assumed,
    goods_n_other,
    freight_out_assumed,
    freight_out_n,
    freight_out_n_assumed,
    freight_back_assumed,
    freight_back_n,
    freight_back_n_assumed,
    handling_assumed,
    handling_n,
    handling_n_assumed,
    fee_assumed,
    fee_n,
    fee_n_assumed,
    fee_n_other,
    recovery_measured,
    recovery_n,
    recovery_n_measured,
    recovery_n_other,
    resale_measured,
    resale_assumed,
    resale_n,
    resale_n_measured,
    resale_n_assumed,
    resale_n_other,
    lost_sale_measured,
    lost_sale_assumed,
    lost_sale_n,
    lost_sale_n_measured,
    lost_sale_n_assumed,
    lost_sale_n_other
from int_cost_days
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and coalesce(getvariable('cut'), 'cause') in ('cause', 'party')
    and coalesce(len(getvariable('skus')::varchar[]), 0)
    + coalesce(len(getvariable('suppliers')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) = 0
    and (getvariable('start') is null or date >= getvariable('start')::date)
    and (getvariable('until') is null or date < getvariable('until')::date)
    and (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
    )
    and (coalesce(len(getvariable('causes')::varchar[]), 0) = 0 or cause in getvariable('causes')::varchar[])
    and (
        coalesce(len(getvariable('families')::varchar[]), 0) = 0
        or family in getvariable('families')::varchar[]
    )
    and (
        coalesce(len(getvariable('parties')::varchar[]), 0) = 0
        or party in getvariable('parties')::varchar[]
    )

union all

select
    case getvariable('cut')
        when 'party' then party
        when 'sku' then sku
        when 'supplier' then supplier
        else cause
    end as value,
    family,
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
from int_cost_parts
where
    if(getvariable('basis') = 'order', order_date, event_date) is not null
    and (
        coalesce(getvariable('cut'), 'cause') in ('sku', 'supplier')
        or coalesce(len(getvariable('skus')::varchar[]), 0)
        + coalesce(len(getvariable('suppliers')::varchar[]), 0)
        + coalesce(len(getvariable('warehouses')::varchar[]), 0)
        + coalesce(len(getvariable('carriers')::varchar[]), 0)
        + coalesce(len(getvariable('countries')::varchar[]), 0) > 0
    )
    and (
        getvariable('start') is null
        or if(getvariable('basis') = 'order', order_date, event_date) >= getvariable('start')::date
    )
    and (
        getvariable('until') is null
        or if(getvariable('basis') = 'order', order_date, event_date) < getvariable('until')::date
    )
    and (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
    )
    and (coalesce(len(getvariable('causes')::varchar[]), 0) = 0 or cause in getvariable('causes')::varchar[])
    and (
        coalesce(len(getvariable('families')::varchar[]), 0) = 0
        or family in getvariable('families')::varchar[]
    )
    and (
        coalesce(len(getvariable('parties')::varchar[]), 0) = 0
        or party in getvariable('parties')::varchar[]
    )
    and (coalesce(len(getvariable('skus')::varchar[]), 0) = 0 or sku in getvariable('skus')::varchar[])
    and (
        coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0
        or supplier in getvariable('suppliers')::varchar[]
    )
    and (
        coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0
        or warehouse in getvariable('warehouses')::varchar[]
    )
    and (
        coalesce(len(getvariable('carriers')::varchar[]), 0) = 0
        or carrier in getvariable('carriers')::varchar[]
    )
    and (
        coalesce(len(getvariable('countries')::varchar[]), 0) = 0
        or country in getvariable('countries')::varchar[]
    )
group by all;
