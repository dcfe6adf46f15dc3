-- Incidents: everything that happened to one order line, once, with its root cause. The best of all votes is the
-- cause, the others are kept as secondary causes, and votes for different parties are a conflict. Those that a person
-- said are none are here too; the loader keeps them apart, where nothing counts them.
-- Grain: one row per incident. Reads: int_signals, int_verdicts, int_shared_incidents, int_judgements, int_findings,
-- int_decisions, int_incident_costs, int_incident_quantities, build_lines, stg_orders, stg_order_places, stg_products,
-- settings.
create or replace temp view build_incidents as
with shared as (
    select
        incidents.* exclude (votes),
        judgements.cause,
        judgements.party,
        judgements.family,
        judgements.evidence,
        judgements.evidence_rank,
        judgements.confidence,
        judgements.secondary_causes,
        judgements.has_conflict
    from int_shared_incidents as incidents
    inner join int_judgements as judgements on incidents.votes = judgements.votes
),

verdicts as (
    select
        int_verdicts.ballot,
        int_verdicts.subject_cause,
        int_verdicts.text_cause,
        int_verdicts.is_fulfilled_by_third_party,
        judgements.* exclude (votes)
    from int_verdicts
    inner join int_judgements as judgements on int_verdicts.votes = judgements.votes
),

-- a signal that is alone is judged by its own evidence: the road of millions of tickets, which stays cheap
single as (
    select
        signals.incident_key,
        signals.order_ref,
        signals.order_key,
        signals.line_key,
        signals.source,
        1 as signal_count,
        [signals.kind] as kinds,
        signals.occurred_at as first_at,
        signals.occurred_at as last_at,
        signals.sku,
        signals.channel,
        signals.warehouse,
        signals.carrier,
        verdicts.cause,
        signals.link_evidence,
        signals.order_evidence,
        verdicts.party,
        verdicts.family,
        verdicts.evidence,
        verdicts.evidence_rank,
        verdicts.confidence,
        verdicts.secondary_causes,
        verdicts.has_conflict
    from int_signals as signals
    anti join int_decisions on signals.incident_key = int_decisions.incident_key
    anti join int_findings on signals.incident_key = int_findings.incident_key
    left join verdicts
        on
            signals.ballot is not distinct from verdicts.ballot
            and signals.subject_cause is not distinct from verdicts.subject_cause
            and signals.text_cause is not distinct from verdicts.text_cause
            and signals.is_fulfilled_by_third_party = verdicts.is_fulfilled_by_third_party
    where signals.is_alone
),

incidents as (
    from shared
    union all by name
    from single
)

select
    incidents.incident_key,
    incidents.order_ref,
    incidents.order_key,
    coalesce(orders.order_name, incidents.order_ref) as order_name,
    incidents.line_key,
    coalesce(lines.sku, incidents.sku) as sku,
    coalesce(lines.product, products.product) as product,
    coalesce(lines.variant, products.variant) as variant,
    coalesce(lines.supplier, products.supplier) as supplier,
    lines.lot,
    coalesce(lines.category, products.category) as category,
    coalesce(places.warehouse, incidents.warehouse) as warehouse,
    coalesce(places.carrier, incidents.carrier) as carrier,
    coalesce(orders.channel, incidents.channel) as channel,
    orders.country,
    orders.region,
    places.fulfilled_by,
    coalesce(incidents.cause, 'unknown') as cause,
    coalesce(incidents.party, 'unknown') as party,
    coalesce(incidents.family, 'unknown') as family,
    coalesce(incidents.evidence, 'none') as evidence,
    coalesce(incidents.evidence_rank, 9) as evidence_rank,
    incidents.confidence,
    coalesce(incidents.secondary_causes, []) as secondary_causes,
    coalesce(incidents.has_conflict, false) as has_conflict,
    incidents.source,
    incidents.link_evidence,
    incidents.order_evidence,
    incidents.signal_count,
    incidents.kinds,
    incidents.first_at,
    incidents.last_at,
    timezone((select settings.zone from settings), timezone('UTC', incidents.first_at))::date as event_date,
    orders.order_date,
    quantities.quantity,
    costs.cost_cents,
    coalesce(orders.currency, lines.currency, costs.currency) as currency
from incidents
left join build_lines as lines on incidents.line_key = lines.line_key
left join stg_orders as orders on incidents.order_key = orders.order_key
left join stg_order_places as places on incidents.order_key = places.order_key
left join stg_products as products on upper(trim(coalesce(lines.sku, incidents.sku))) = products.sku_key
left join int_incident_costs as costs on incidents.incident_key = costs.incident_key
left join int_incident_quantities as quantities on incidents.incident_key = quantities.incident_key;
