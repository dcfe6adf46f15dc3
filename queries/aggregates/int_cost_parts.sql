-- What each incident cost, part by part, in the main currency. A refund that is not told is none where the order's tool
-- tells of refunds, else it is missing. An amount in a currency without a rate of that day has basis 5 and no sum takes
-- it in. Bases are those of incident_costs: 1 measured, 2 assumed, 3 missing, NULL no occasion.
-- Grain: one row per incident. Reads: incident_costs, int_refund_tools, int_cost_rates.
create or replace view int_cost_parts as
with tools as (
    select source || '/' || account as tool
    from int_refund_tools
),

rated as (
    select
        costs.*,
        tools.tool is not null as tells_refunds,
        if(costs.currency is null, 1, own_rates.rate) as own_rate,
        if(costs.goods_currency is null, 1, goods_rates.rate) as goods_rate
    from incident_costs as costs
    left join tools on costs.order_tool = tools.tool
    left join int_cost_rates as own_rates
        on
            costs.currency = own_rates.currency
            and costs.event_date >= own_rates.from_date
            and costs.event_date < own_rates.until_date
    left join int_cost_rates as goods_rates
        on
            costs.goods_currency = goods_rates.currency
            and costs.event_date >= goods_rates.from_date
            and costs.event_date < goods_rates.until_date
)

select
    * exclude (order_tool, tells_refunds, own_rate, goods_rate)
    replace (
        case
            when refund_basis = 4 then if(tells_refunds, 1, 3)
            when refund_cents is not null and own_rate is null then 5
            else refund_basis
        end::tinyint as refund_basis,
        case
            when refund_basis = 4 then if(tells_refunds, 0, null)
            else round(refund_cents * own_rate)
        end::bigint as refund_cents,
        if(goodwill_cents is not null and own_rate is null, 5, goodwill_basis)::tinyint as goodwill_basis,
        round(goodwill_cents * own_rate)::bigint as goodwill_cents,
        if(goods_cents is not null and goods_rate is null, 5, goods_basis)::tinyint as goods_basis,
        round(goods_cents * goods_rate)::bigint as goods_cents,
        if(fee_cents is not null and own_rate is null, 5, fee_basis)::tinyint as fee_basis,
        round(fee_cents * own_rate)::bigint as fee_cents,
        if(recovery_cents is not null and own_rate is null, 5, recovery_basis)::tinyint as recovery_basis,
        round(recovery_cents * own_rate)::bigint as recovery_cents,
        if(resale_cents is not null and goods_rate is null, 5, resale_basis)::tinyint as resale_basis,
        round(resale_cents * goods_rate)::bigint as resale_cents,
        if(lost_sale_cents is not null and own_rate is null, 5, lost_sale_basis)::tinyint as lost_sale_basis,
        round(lost_sale_cents * own_rate)::bigint as lost_sale_cents
    ),

    -- of two currencies without a rate the incident's own is named
    case
        when
            own_rate is null
            and (
                refund_cents is not null
                or goodwill_cents is not null
                or fee_cents is not null
                or recovery_cents is not null
                or lost_sale_cents is not null
            )
            then currency
        when goods_rate is null and (goods_cents is not null or resale_cents is not null) then goods_currency
    end as other_currency,

    -- what no sum takes in, as it was told; sales lost are in no sum anyway
    list_filter(
        [
            {
                'currency': if(own_rate is null, currency, null),
                'cents': if(
                    coalesce(refund_cents, goodwill_cents, fee_cents, recovery_cents) is null,
                    null,
                    coalesce(refund_cents, 0)
                    + coalesce(goodwill_cents, 0)
                    + coalesce(fee_cents, 0)
                    + coalesce(recovery_cents, 0)
                )
            },
            {
                'currency': if(goods_rate is null, goods_currency, null),
                'cents': if(
                    coalesce(goods_cents, resale_cents) is null,
                    null,
                    coalesce(goods_cents, 0) + coalesce(resale_cents, 0)
                )
            }
        ],
        lambda told: told.currency is not null and told.cents is not null
    ) as other_amounts
from rated;
