-- Returned lines with the time of every stage, for the incidents that a load touches. What several tools tell of one
-- return is one row: the first return that each tool tells of an order line is the same return, and so on. A stage was
-- reached when the first tool says so; a day without a time yields to a time on the same day.
-- Money: a refund of the same incident, or one that names no article and names this return, or the order and came
-- after the return was asked for and is not too small to be the price of what came back.
-- Kept by: incident_key, sorted by received_date.
-- Grain: one row per returned line. Reads: raw_returns, raw_refunds, touched_incidents, signals, incidents,
-- lines, stg_orders, ref_codes, ref_tags, rule_return_decisions, settings.
create or replace temp view new_returned_lines as
with codes as (
    select
        scheme,
        code,
        -- in a struct, because 'no cause' (a sound article) is an answer here
        arg_min(
            {'cause': cause},
            (case confidence when 'high' then 1 when 'medium' then 2 else 3 end, coalesce(cause, ''))
        ).cause as cause
    from ref_codes
    group by scheme, code
),

tags as (
    select
        tag,
        arg_min({'cause': nullif(cause, 'ignore')}, (if(origin = 'shop', 1, 2), coalesce(cause, ''))).cause as cause
    from ref_tags
    group by tag
),

decisions as (
    select
        normal_code(word) as code,
        min(decision) as decision
    from rule_return_decisions
    group by normal_code(word)
),

told as (
    select
        signals.incident_key,
        signals.order_key,
        signals.kind,
        signals.record_id,
        signals.amount_cents
    from signals
    semi join touched_incidents on signals.incident_key = touched_incidents.incident_key
    where signals.kind in ('return', 'refund')
),

records as (
    select
        told.incident_key,
        returns.*,
        coalesce(lower(returns.status), '') in ('declined', 'cancelled') as is_withdrawn,
        concat_ws('/', returns.source, returns.account, coalesce(returns.fulfilled_by, '')) as tool,
        if(codes.code is not null, codes.cause, tags.cause) as reported_cause,
        conditions.code is not null as is_condition_known,
        conditions.cause as found_cause,
        decisions.decision,
        coalesce(returns.date_only, []) as day_only,
        settings.zone,
        coalesce(
            returns.requested_at, returns.label_at, returns.dropped_off_at, returns.received_at, returns.inspected_at,
            returns.restocked_at, returns.refunded_at, returns.updated_at
        ) as first_at
    from told
    inner join raw_returns as returns on told.record_id = returns.record_id
    cross join settings
    left join codes on returns.reason_scheme = codes.scheme and normal_code(returns.reason_raw) = codes.code
    left join tags on normal_code(returns.reason_raw) = tags.tag
    left join codes as conditions
        on returns.condition_scheme = conditions.scheme and normal_code(returns.condition_raw) = conditions.code
    left join decisions on normal_code(returns.disposition) = decisions.code
    where told.kind = 'return'
),

-- a moment is (day in the shop's zone, whether only the day is known, time): the least of them is the stage's
moments as (
    select
        * exclude (requested_at, label_at, dropped_off_at, received_at, inspected_at, restocked_at, refunded_at),
        row_number() over (
            partition by incident_key, source, account
            order by is_withdrawn, first_at, record_id
        )::integer as return_number,
        if(
            requested_at is null and label_at is null,
            null,
            (
                timezone(zone, timezone('UTC', coalesce(requested_at, label_at)))::date,
                list_contains(day_only, if(requested_at is null, 'label_at', 'requested_at')),
                coalesce(requested_at, label_at)
            )
        ) as requested,
        if(
            dropped_off_at is null,
            null,
            (
                timezone(zone, timezone('UTC', dropped_off_at))::date,
                list_contains(day_only, 'dropped_off_at'),
                dropped_off_at
            )
        ) as dropped_off,
        if(
            received_at is null,
            null,
            (timezone(zone, timezone('UTC', received_at))::date, list_contains(day_only, 'received_at'), received_at)
        ) as received,
        if(
            inspected_at is null,
            null,
            (timezone(zone, timezone('UTC', inspected_at))::date, list_contains(day_only, 'inspected_at'), inspected_at)
        ) as inspected,
        if(
            restocked_at is null,
            null,
            (timezone(zone, timezone('UTC', restocked_at))::date, list_contains(day_only, 'restocked_at'), restocked_at)
        ) as restocked,
        if(
            refunded_at is null,
            null,
            (timezone(zone, timezone('UTC', refunded_at))::date, list_contains(day_only, 'refunded_at'), refunded_at)
        ) as refunded
    from records
),

merged as (
    select
        incident_key,
        return_number,
        arg_min(return_id, (first_at, record_id)) as return_id,
        list(concat_ws('/', source, account, return_id)) as return_keys,
        arg_min(source, (first_at, record_id)) as source,
        list_sort(list_distinct(list(tool))) as tools,
        -- a marketplace refunds what its own warehouse handles, and its tool says nothing of that
        list(distinct '@' || source || '/' || account) filter (
            where coalesce(lower(fulfilled_by), '') <> 'marketplace'
        ) as refund_tools,
        bool_or(is_withdrawn) as is_withdrawn,
        min(sku) as sku,
        max(quantity) as quantity,
        arg_max(warehouse, (coalesce(inspected, received), record_id)) as warehouse,
        min(warehouse) as any_warehouse,
        arg_min(reported_cause, (reported_cause in ('other', 'unknown'), first_at, record_id)) as reported_cause,
        bool_or(condition_raw is not null) as has_condition,
        bool_or(is_condition_known) as is_condition_known,
        arg_max(condition_raw, (is_condition_known, found_cause is not null, record_id)) as condition_raw,
        arg_max(found_cause, record_id) as found_cause,
        arg_max(disposition, (decision is not null, record_id)) as disposition,
        arg_max(decision, record_id) as decision,
        bool_or(coalesce(refund_cents, 0) > 0) as has_amount,
        min(first_at) as first_at,
        min(requested) as requested,
        min(dropped_off) as dropped_off,
        min(received) as received,
        min(inspected) as inspected,
        min(restocked) as restocked,
        min(refunded) as refunded
    from moments
    group by incident_key, return_number
),

refunds as (
    select
        told.incident_key,
        told.order_key,
        told.amount_cents,
        refunds.record_id is not null and refunds.sku is null and refunds.line_id is null as is_of_order,
        if(refunds.return_id is null, null, concat_ws('/', refunds.source, refunds.account, refunds.return_id))
            as return_key,
        if(
            refunds.refunded_at is null,
            null,
            (
                timezone(settings.zone, timezone('UTC', refunds.refunded_at))::date,
                list_contains(coalesce(refunds.date_only, []), 'refunded_at'),
                refunds.refunded_at
            )
        ) as refunded
    from told
    left join raw_refunds as refunds on told.record_id = refunds.record_id
    cross join settings
    where told.kind = 'refund'
),

own_refunds as (
    select
        incident_key,
        list_sort(list(refunded) filter (where refunded is not null)) as refunded
    from refunds
    group by incident_key
),

valued as (
    select
        merged.*,
        incidents.order_key,
        incidents.order_name,
        incidents.order_date,
        coalesce(merged.sku, incidents.sku) as any_sku,
        incidents.product,
        incidents.supplier,
        coalesce(merged.warehouse, merged.any_warehouse, incidents.warehouse) as place,
        incidents.carrier,
        incidents.channel,
        incidents.country,
        incidents.cause,
        incidents.family,
        incidents.party,
        incidents.cost_cents as refunded_cents,
        incidents.currency,
        lines.unit_price_cents,
        coalesce(merged.quantity, lines.quantity) as pieces,
        lines.unit_price_cents * coalesce(merged.quantity, lines.quantity, 1) as value_cents,
        own_refunds.incident_key is not null as has_own_refund,
        -- the second return of a line has the second refund, or shares the last
        own_refunds.refunded[least(merged.return_number, len(own_refunds.refunded))] as own_refunded,
        stg_orders.source || '/' || stg_orders.account as order_tool
    from merged
    inner join incidents on merged.incident_key = incidents.incident_key
    left join lines on incidents.line_key = lines.line_key
    left join stg_orders on incidents.order_key = stg_orders.order_key
    left join own_refunds on merged.incident_key = own_refunds.incident_key
),

-- a refund without an article covers the returns of its order that it names, or those asked for before it
covered as (
    select
        valued.incident_key,
        valued.return_number,
        refunds.refunded,
        refunds.amount_cents,
        sum(valued.value_cents) over (partition by refunds.order_key, refunds.return_key, refunds.refunded)
            as all_value_cents
    from valued
    inner join refunds
        on
            valued.order_key = refunds.order_key
            and refunds.is_of_order
            and (
                list_contains(valued.return_keys, refunds.return_key)
                or (refunds.return_key is null and valued.first_at <= refunds.refunded[3])
            )
    where not valued.is_withdrawn
),

covers as (
    select
        incident_key,
        return_number,
        min(refunded) as refunded
    from covered
    where coalesce(amount_cents * 2 >= all_value_cents, true)
    group by incident_key, return_number
),

paid as (
    select
        valued.*,
        least(valued.refunded, valued.own_refunded, covers.refunded) as paid,
        valued.refunded is not null
        or valued.has_amount
        or valued.has_own_refund
        or covers.incident_key is not null as is_refunded,
        coalesce(
            valued.refunded_cents * 2 < sum(valued.value_cents) over (partition by valued.incident_key)
            and covers.incident_key is null,
            false
        ) as is_partial
    from valued
    left join covers
        on
            valued.incident_key = covers.incident_key
            and valued.return_number = covers.return_number
)

select
    incident_key,
    return_number,
    return_id,
    source,
    array_to_string(
        list_concat(tools, list_sort(list_distinct(list_append(coalesce(refund_tools, []), '@' || order_tool)))), '|'
    ) as tools,
    order_key,
    order_name,
    order_date,
    any_sku as sku,
    product,
    supplier,
    place as warehouse,
    carrier,
    channel,
    country,
    cause,
    family,
    party,
    reported_cause,
    condition_raw,
    found_cause,
    case
        when not has_condition and inspected is null then 'none'
        when not is_condition_known then 'unmapped'
        when found_cause is null then 'nothing'
        else 'fault'
    end as inspection,
    disposition,
    decision,
    is_withdrawn,
    pieces as quantity,
    unit_price_cents,
    value_cents,
    refunded_cents,
    currency,
    requested[3] as requested_at,
    dropped_off[3] as dropped_off_at,
    received[3] as received_at,
    inspected[3] as inspected_at,
    restocked[3] as restocked_at,
    paid[3] as refunded_at,
    requested[1] as requested_date,
    dropped_off[1] as dropped_off_date,
    received[1] as received_date,
    inspected[1] as inspected_date,
    restocked[1] as restocked_date,
    paid[1] as refunded_date,
    is_refunded,
    is_refunded and is_partial as is_partial,
    -- the stages of which only the day is known
    list_filter(
        [
            if(requested[2], 'requested', null),
            if(dropped_off[2], 'dropped_off', null),
            if(received[2], 'received', null),
            if(inspected[2], 'inspected', null),
            if(restocked[2], 'restocked', null),
            if(paid[2], 'refunded', null)
        ],
        lambda stage: stage is not null
    ) as date_only
from paid;
