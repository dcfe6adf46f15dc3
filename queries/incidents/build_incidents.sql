-- Incidents: everything that happened to one order line, once, with its root cause.
-- All votes of all its signals are laid together: the best is the cause, the others are kept as secondary causes,
-- and votes for different parties are a conflict ('unknown' and 'other' blame nobody and never conflict).
-- Grain: one row per incident. Reads: int_signals, int_incident_costs, int_incident_quantities, build_lines,
-- stg_orders, stg_products, ref_causes, settings.
create or replace temp table build_incidents as
with grouped as (
    select
        incident_key,
        min(order_ref) as order_ref,
        min(order_key) as order_key,
        min(line_key) as line_key,
        list_sort(flatten(list(votes))) as votes,
        count(*) as signal_count,
        list_sort(list(distinct kind)) as kinds,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        arg_min(sku, (occurred_at, signal_key)) as sku,
        arg_min(channel, (occurred_at, signal_key)) as channel,
        arg_min(warehouse, (occurred_at, signal_key)) as warehouse,
        arg_min(carrier, (occurred_at, signal_key)) as carrier
    from int_signals
    where order_key is not null
    group by incident_key

    union all by name

    -- without an order nothing is grouped: this is the road of millions of tickets, and it stays cheap
    select
        incident_key,
        votes,
        1 as signal_count,
        [kind] as kinds,
        occurred_at as first_at,
        occurred_at as last_at,
        sku,
        channel,
        warehouse,
        carrier
    from int_signals
    where order_key is null
),

judged as (
    select
        *,
        coalesce(votes[1].cause, 'unknown') as cause,
        coalesce(votes[1].party, 'unknown') as party,
        coalesce(votes[1].rank, 9)::integer as evidence_rank,
        case
            when len(votes) > 1
                then list_filter(votes, lambda vote: vote.weak = 0)
        end as real_votes
    from grouped
)

select
    judged.incident_key,
    judged.order_ref,
    judged.order_key,
    coalesce(orders.order_name, judged.order_ref) as order_name,
    judged.line_key,
    coalesce(lines.sku, judged.sku) as sku,
    coalesce(lines.product, stg_products.product) as product,
    coalesce(lines.variant, stg_products.variant) as variant,
    coalesce(lines.supplier, stg_products.supplier) as supplier,
    lines.lot,
    coalesce(lines.category, stg_products.category) as category,
    coalesce(lines.warehouse, orders.warehouse, judged.warehouse) as warehouse,
    coalesce(lines.carrier, orders.carrier, judged.carrier) as carrier,
    coalesce(orders.channel, judged.channel) as channel,
    orders.country,
    orders.region,
    orders.fulfilled_by,
    judged.cause,
    judged.party,
    coalesce(ref_causes.family, 'unknown') as family,
    case judged.evidence_rank
        when 1 then 'decision'
        when 2 then 'fact'
        when 3 then 'tag'
        when 4 then 'reason'
        when 5 then 'words'
        when 6 then 'default'
        else 'none'
    end as evidence,
    judged.evidence_rank,
    coalesce(
        list_sort(
            list_distinct(
                list_filter(
                    list_transform(judged.real_votes, lambda vote: vote.cause),
                    lambda cause: cause <> judged.cause
                )
            )
        ),
        []
    ) as secondary_causes,
    coalesce(
        len(
            list_distinct(
                list_filter(
                    list_transform(judged.real_votes, lambda vote: vote.party),
                    lambda party: party <> 'unknown'
                )
            )
        ) > 1,
        false
    ) as has_conflict,
    judged.signal_count::integer as signal_count,
    judged.kinds,
    judged.first_at,
    judged.last_at,
    timezone((select settings.zone from settings), timezone('UTC', judged.first_at))::date as event_date,
    orders.order_date,
    int_incident_quantities.quantity,
    int_incident_costs.cost_cents,
    coalesce(orders.currency, lines.currency, int_incident_costs.currency) as currency
from judged
left join build_lines as lines on judged.line_key = lines.line_key
left join stg_orders as orders on judged.order_key = orders.order_key
left join stg_products on upper(trim(coalesce(lines.sku, judged.sku))) = stg_products.sku_key
left join ref_causes on judged.cause = ref_causes.cause
left join int_incident_costs on judged.incident_key = int_incident_costs.incident_key
left join int_incident_quantities on judged.incident_key = int_incident_quantities.incident_key;
