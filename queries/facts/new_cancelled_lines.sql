-- Order lines that were cancelled, and what their own records say: the label first. A reason that blames someone is
-- the label; where it blames nobody, who is said to have cancelled is. When two records of a line disagree, the
-- customer's name stands: that is the label to be held against the facts. A cancellation of a whole order has a row
-- for each line of it.
-- Kept by: incident_key, sorted by cancelled_date.
-- Grain: one row per cancelled line of an incident. Reads: raw_cancellations, touched_incidents, signals, incidents,
-- lines, settings.
create or replace temp view new_cancelled_lines as
with told as (
    select
        signals.incident_key,
        case
            when signals.party in ('customer', 'payment', 'marketplace') then signals.party
            when signals.party in ('merchant', 'supplier', 'catalogue', '3pl', 'carrier') then 'seller'
            when records.declared_by = 'merchant' then 'seller'
            else coalesce(records.declared_by, 'unknown')
        end as label,
        coalesce(records.cancelled_at, signals.occurred_at) as told_at,
        coalesce(list_contains(records.date_only, 'cancelled_at'), false) as is_date_only,
        signals.cause in ('payment_or_fraud', 'unauthorised_purchase') as is_fraud,
        records.source,
        records.account,
        records.reason_raw,
        records.requested_by_customer,
        records.restocked,
        records.is_partial,
        records.quantity,
        records.customer_contacted_at,
        records.alternative_offered
    from signals
    semi join touched_incidents on signals.incident_key = touched_incidents.incident_key
    inner join raw_cancellations as records on signals.record_id = records.record_id
    where signals.kind = 'cancellation'
),

cancelled as (
    select
        incident_key,
        case
            when bool_or(label = 'customer') then 'customer'
            when bool_or(label = 'seller') then 'seller'
            when bool_or(label = 'payment') then 'payment'
            when bool_or(label = 'marketplace') then 'marketplace'
            else 'unknown'
        end as declared,
        -- a time of day tells more than a date
        arg_min(told_at, (is_date_only, told_at)) as cancelled_at,
        bool_and(is_date_only) as is_date_only,
        coalesce(bool_or(is_fraud), false) as is_fraud,
        min(source) as source,
        min(account) as account,
        arg_min(reason_raw, (label <> 'customer', reason_raw)) as reason_raw,
        bool_or(requested_by_customer) as requested_by_customer,
        bool_or(restocked) as restocked,
        bool_or(is_partial) as is_partial,
        max(quantity) as quantity,
        min(customer_contacted_at) as contacted_at,
        bool_or(alternative_offered) as alternative_offered
    from told
    group by incident_key
),

-- an incident about an order, and no article of it, is about all of its lines
of_whole_orders as (
    select
        incidents.incident_key,
        lines.line_key
    from incidents
    semi join cancelled on incidents.incident_key = cancelled.incident_key
    inner join lines on incidents.order_key = lines.order_key
    where incidents.line_key is null and incidents.sku is null
),

placed as (
    select
        cancelled.*,
        coalesce(of_whole_orders.line_key, incidents.line_key) as line_key,
        of_whole_orders.line_key is not null as is_whole_order
    from cancelled
    inner join incidents on cancelled.incident_key = incidents.incident_key
    left join of_whole_orders on cancelled.incident_key = of_whole_orders.incident_key
)

select
    placed.incident_key,
    placed.line_key,
    placed.is_whole_order,
    incidents.order_key,
    incidents.order_name,
    coalesce(lines.sku, incidents.sku) as sku,
    upper(trim(coalesce(lines.sku, incidents.sku))) as sku_key,
    coalesce(lines.product, incidents.product) as product,
    coalesce(lines.supplier, incidents.supplier) as supplier,
    incidents.warehouse,
    incidents.carrier,
    incidents.channel,
    incidents.country,
    incidents.cause,
    incidents.family,
    incidents.party,
    incidents.order_date,
    lines.order_at,
    placed.cancelled_at,
    placed.is_date_only,
    timezone(settings.zone, timezone('UTC', placed.cancelled_at))::date as cancelled_date,
    placed.declared,
    placed.is_fraud,
    placed.reason_raw,
    placed.source,
    placed.account,
    placed.requested_by_customer,
    placed.restocked,
    placed.is_partial,
    coalesce(if(placed.is_whole_order, null, placed.quantity), lines.quantity) as quantity,
    lines.unit_price_cents,
    coalesce(lines.currency, incidents.currency) as currency,
    -- of the whole incident, however many lines it has
    incidents.cost_cents as incident_cost_cents,
    incidents.currency as cost_currency,
    placed.contacted_at,
    placed.alternative_offered
from placed
inner join incidents on placed.incident_key = incidents.incident_key
cross join settings
left join lines on placed.line_key = lines.line_key;
