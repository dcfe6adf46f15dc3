-- What an incident cost in refunds, each euro told once. Refund records are believed before the amount on a return,
-- and that before the amount of a cancellation. Two tools that tell of the same money are not added up: the order's
-- own tool is believed, else the one that tells of more. A refund record of a whole order covers all its incidents,
-- so the amounts on their returns and cancellations are then left out. Only the order's currency counts (without an
-- order: that of the first amount); amounts in others are left out and listed by check_incident_has_one_currency.
-- Grain: one row per incident in which an amount is known. Reads: int_signals, stg_orders.
create or replace temp table int_incident_costs as
with amounts as (
    select
        signals.incident_key,
        signals.order_key,
        signals.source,
        case signals.kind when 'refund' then 1 when 'return' then 2 else 3 end as tier,
        signals.amount_cents,
        signals.is_about_the_order or signals.link_evidence = 'returned_line' as is_of_whole_order,
        coalesce(signals.currency, orders.currency) as currency,
        coalesce(
            orders.currency,
            first_value(signals.currency ignore nulls) over (
                partition by signals.incident_key
                order by signals.occurred_at, signals.signal_key
                rows between unbounded preceding and unbounded following
            )
        ) as incident_currency,
        coalesce(signals.source = orders.source, false) as is_own_tool
    from int_signals as signals
    left join stg_orders as orders on signals.order_key = orders.order_key
    where
        signals.amount_cents is not null
        and signals.kind in ('refund', 'return', 'cancellation')
),

covered_orders as (
    select distinct order_key
    from amounts
    where tier = 1 and is_of_whole_order
),

sums as (
    select
        amounts.incident_key,
        amounts.incident_currency as currency,
        amounts.tier,
        amounts.is_own_tool,
        amounts.source,
        sum(amounts.amount_cents)::bigint as amount_cents
    from amounts
    left join covered_orders on amounts.order_key = covered_orders.order_key
    where
        amounts.currency is not distinct from amounts.incident_currency
        and (amounts.tier = 1 or covered_orders.order_key is null)
    group by all
)

select
    incident_key,
    any_value(currency) as currency,
    arg_min(amount_cents, (tier, not is_own_tool, -amount_cents, source)) as cost_cents
from sums
group by incident_key;
