-- Parts of what incidents cost, in the main currency. A refund that is not told is none where the order's tool tells of
-- refunds, else it is missing. An amount in a currency without a rate of that day keeps it: its basis is
-- 'other_currency', and no sum takes it in.
-- Grain: one row per incident and component. Reads: incident_costs, int_refund_tools, int_cost_rates.
create or replace view int_cost_parts as
with unnested as (
    select
        * exclude (parts),
        unnest(parts) as part
    from incident_costs
),

tools as (
    select source || '/' || account as tool
    from int_refund_tools
)

select
    unnested.* exclude (part, order_tool),
    unnested.part.component,
    case
        when unnested.part.basis = 'untold' then if(tools.tool is not null, 'measured', 'missing')
        when unnested.part.amount_cents is null then unnested.part.basis
        when unnested.part.currency is null or rates.rate is not null then unnested.part.basis
        else 'other_currency'
    end as basis,
    case
        when unnested.part.basis = 'untold' then if(tools.tool is not null, 0, null)
        when unnested.part.currency is null then unnested.part.amount_cents
        else round(unnested.part.amount_cents * rates.rate)::bigint
    end as amount_cents,
    unnested.part.amount_cents as own_cents,
    unnested.part.currency as own_currency
from unnested
left join tools on unnested.order_tool = tools.tool
left join int_cost_rates as rates
    on
        unnested.part.currency = rates.currency
        and unnested.event_date >= rates.from_date
        and unnested.event_date < rates.until_date;
