-- Parcels that went wrong, for the orders that a load touches: lost, damaged, sent back, late, or said not to have
-- come. Lost means that the carrier said so, or that the shop was told so, and that nobody saw it delivered. What is
-- told of an order and not of a parcel is told of one of its parcels: of one that is not delivered, when it is about a
-- loss. An order that reports trouble and has no parcel loaded counts as one parcel. A claim on the carrier names an
-- order: it stands with the order's first parcel in trouble.
-- Kept by: order_key, sorted by shipped_date.
-- Grain: one row per parcel. Reads: touched_orders, stg_parcels, stg_orders, stg_order_places, batch_orders,
-- batch_claims, touched_incidents, signals, lines, settings.
create or replace temp view new_troubled_parcels as
with told as (
    select
        incidents.order_key,
        arg_min(incidents.order_name, incidents.incident_key) as order_name,
        arg_min(incidents.channel, incidents.incident_key) as channel,
        arg_min(incidents.carrier, incidents.incident_key) as carrier,
        arg_min(incidents.warehouse, incidents.incident_key) as warehouse,
        list_sort(list(distinct incidents.cause)) as causes,
        bool_or(incidents.cause = 'lost_in_transit') as is_lost,
        bool_or(incidents.cause = 'damaged_in_transit') as is_damaged,
        bool_or(incidents.cause = 'not_received') as is_not_received,
        min(incidents.first_at) as reported_at
    from touched_incidents as incidents
    semi join touched_orders on incidents.order_key = touched_orders.order_key
    group by incidents.order_key
),

claimed as (
    select
        signals.order_key,
        min(claims.opened_at) as claimed_at,
        min(claims.due_at) as answer_due_at,
        sum(claims.amount_cents)::bigint as claimed_cents,
        coalesce(sum(claims.paid_cents), 0)::bigint as paid_cents,
        case
            when coalesce(sum(claims.paid_cents), 0) > 0 then 'paid'
            when
                bool_and(
                    (claims.outcome is not null and lower(claims.outcome) not in ('accepted', 'paid'))
                    or (claims.outcome is null and lower(claims.status) in ('closed', 'solved'))
                ) then 'refused'
            else 'waiting'
        end as claim_state
    from batch_claims as claims
    inner join signals on signals.kind = 'claim' and claims.record_id = signals.record_id
    where claims.kind = 'carrier' and signals.order_key is not null
    group by signals.order_key
),

-- an order without a parcel, of which something is told, is one parcel
parcels as (
    select
        order_key,
        parcel_key,
        carrier,
        service,
        warehouse,
        tracking_number,
        shipped_at,
        promised_at,
        delivered_at,
        is_said_lost,
        is_damaged,
        return_event,
        value_cents,
        currency
    from stg_parcels
    union all by name
    select
        told.order_key,
        told.order_key as parcel_key,
        told.carrier,
        told.warehouse,
        stg_order_places.shipped_at,
        batch_orders.deliver_by_at as promised_at,
        batch_orders.delivered_at,
        false as is_said_lost,
        false as is_damaged
    from told
    left join stg_order_places on told.order_key = stg_order_places.order_key
    left join batch_orders on told.order_key = batch_orders.record_id
    where
        (told.is_lost or told.is_damaged or told.is_not_received)
        and told.order_key not in (select stg_parcels.order_key from stg_parcels)
),

numbered as (
    select
        parcels.*,
        stg_orders.order_key is not null as has_order,
        coalesce(stg_orders.order_name, told.order_name) as order_name,
        coalesce(stg_orders.channel, told.channel) as channel,
        stg_orders.country,
        stg_orders.region,
        stg_orders.order_date,
        coalesce(told.causes, []) as causes,
        coalesce(told.is_lost, false) as is_order_lost,
        coalesce(told.is_damaged, false) as is_order_damaged,
        coalesce(told.is_not_received, false) as is_order_not_received,
        told.reported_at,
        bool_or(parcels.is_damaged) over (partition by parcels.order_key) as is_any_damaged,
        bool_or(parcels.is_said_lost and parcels.delivered_at is null)
            over (partition by parcels.order_key) as is_any_lost,
        count(*) over (partition by parcels.order_key) as parcel_count,
        -- the parcel that what is told of the order is told of
        row_number() over (
            partition by parcels.order_key
            order by parcels.delivered_at is not null, parcels.shipped_at nulls last, parcels.parcel_key
        ) as place
    from parcels
    left join told on parcels.order_key = told.order_key
    left join stg_orders on parcels.order_key = stg_orders.order_key
    semi join touched_orders on parcels.order_key = touched_orders.order_key
    where told.order_key is not null or stg_orders.order_key is not null
),

judged as (
    select
        *,
        case
            when is_said_lost and delivered_at is null then 'lost'
            when is_order_lost and not is_any_lost and place = 1 and delivered_at is null then 'lost'
            when is_damaged or (is_order_damaged and not is_any_damaged and place = 1) then 'damaged'
            when return_event = 'returned' or (return_event is not null and delivered_at is null) then 'returned'
            when (is_order_not_received or is_order_lost) and not is_any_lost and place = 1 then 'not_received'
            when delivered_at > promised_at then 'late'
        end as trouble
    from numbered
),

troubled as (
    select
        *,
        row_number() over (partition by order_key order by place) as trouble_place
    from judged
    where trouble is not null
),

priced as (
    select
        lines.order_key,
        sum(lines.unit_price_cents * lines.quantity)::bigint as value_cents,
        any_value(lines.currency) as currency
    from lines
    semi join troubled on lines.order_key = troubled.order_key
    group by lines.order_key
    having count(*) = count(lines.unit_price_cents * lines.quantity)
)

select
    troubled.parcel_key,
    troubled.order_key,
    troubled.order_name,
    troubled.channel,
    troubled.country,
    troubled.region,
    coalesce(troubled.warehouse, stg_order_places.warehouse) as warehouse,
    coalesce(troubled.carrier, stg_order_places.carrier) as carrier,
    troubled.service,
    troubled.tracking_number,
    troubled.order_date,
    timezone(settings.zone, timezone('UTC', troubled.shipped_at))::date as shipped_date,
    timezone(settings.zone, timezone('UTC', troubled.promised_at))::date as promised_date,
    timezone(settings.zone, timezone('UTC', troubled.delivered_at))::date as delivered_date,
    troubled.trouble,
    troubled.return_event,
    troubled.causes,
    troubled.reported_at,
    coalesce(troubled.value_cents, if(troubled.parcel_count = 1, priced.value_cents, null)) as value_cents,
    coalesce(troubled.currency, priced.currency) as currency,
    claimed.claimed_at,
    claimed.answer_due_at,
    claimed.claimed_cents,
    claimed.paid_cents,
    claimed.claim_state
from troubled
cross join settings
left join stg_order_places on troubled.order_key = stg_order_places.order_key
left join priced on troubled.order_key = priced.order_key
left join claimed on troubled.order_key = claimed.order_key and troubled.trouble_place = 1;
