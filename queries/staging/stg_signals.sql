-- What each tool reports, in one shape: tickets, returned and cancelled lines, refunds, claims, stock write-offs
-- and parcels that went wrong. No rule is applied yet but one: a ticket that is excluded reports nothing.
-- `told_at` places the signal in time; a refund of a return is placed where its return was.
-- Grain: one row per signal. Reads: batch_tickets, batch_returns, batch_cancellations, batch_refunds, batch_claims,
-- batch_stock_moves, batch_shipments, batch_tracking_events, ref_codes, stg_channels.
create or replace temp view stg_signals as
with tickets as (
    select
        'ticket' as kind,
        source,
        account,
        record_id,
        file_id,
        row_number,
        order_ref,
        order_id,
        sku,
        created_at as occurred_at,
        list_contains(date_only, 'created_at') as is_date_only,
        coalesce(stg_channels.channel, batch_tickets.channel) as channel,
        tags,
        reason_raw as reasons,
        reason_scheme,
        phrases,
        subject
    from batch_tickets
    left join stg_channels using (source, channel_raw)
    where not coalesce(is_excluded, false)
),

returned as (
    select
        'return' as kind,
        source,
        account,
        record_id,
        file_id,
        row_number,
        order_ref,
        order_id,
        line_id,
        sku,
        quantity,
        coalesce(
            requested_at, label_at, dropped_off_at, received_at, inspected_at, restocked_at, refunded_at, updated_at
        ) as occurred_at,
        list_contains(date_only, case
            when requested_at is not null then 'requested_at'
            when label_at is not null then 'label_at'
            when dropped_off_at is not null then 'dropped_off_at'
            when received_at is not null then 'received_at'
            when inspected_at is not null then 'inspected_at'
            when restocked_at is not null then 'restocked_at'
            else 'refunded_at'
        end) as is_date_only,
        case when reason_raw is not null then [reason_raw] end as reasons,
        reason_scheme,
        condition_raw as fact_code,
        condition_scheme as fact_scheme,
        phrases,
        refund_cents as amount_cents,
        currency,
        fulfilled_by,
        warehouse
    from batch_returns
),

cancelled as (
    select
        'cancellation' as kind,
        source,
        account,
        record_id,
        file_id,
        row_number,
        order_ref,
        order_id,
        line_id,
        sku,
        quantity,
        coalesce(cancelled_at, refunded_at, updated_at) as occurred_at,
        list_contains(date_only, if(cancelled_at is not null, 'cancelled_at', 'refunded_at')) as is_date_only,
        case when reason_raw is not null then [reason_raw] end as reasons,
        reason_scheme,
        amount_cents,
        currency
    from batch_cancellations
),

return_times as (
    select
        source,
        account,
        return_id,
        min(coalesce(
            requested_at, label_at, dropped_off_at, received_at, inspected_at, restocked_at, refunded_at, updated_at
        )) as returned_at,
        -- a refund that names a return of one line is a refund of that line
        if(count(*) = 1, any_value(line_id), null) as return_line_id,
        if(count(*) = 1, any_value(sku), null) as return_sku
    from batch_returns
    where return_id is not null
    group by all
),

refunded as (
    select
        'refund' as kind,
        refunds.source,
        refunds.account,
        refunds.record_id,
        refunds.file_id,
        refunds.row_number,
        refunds.order_ref,
        refunds.order_id,
        coalesce(refunds.line_id, if(refunds.sku is null, return_times.return_line_id, null)) as line_id,
        coalesce(refunds.sku, if(refunds.line_id is null, return_times.return_sku, null)) as sku,
        coalesce(refunds.refunded_at, refunds.charged_at, refunds.updated_at) as occurred_at,
        return_times.returned_at as told_at,
        list_contains(
            refunds.date_only, if(refunds.refunded_at is not null, 'refunded_at', 'charged_at')
        ) as is_date_only,
        case when refunds.reason_raw is not null then [refunds.reason_raw] end as reasons,
        refunds.reason_scheme,
        refunds.amount_cents,
        refunds.currency
    from batch_refunds as refunds
    left join return_times using (source, account, return_id)
),

claimed as (
    select
        'claim' as kind,
        source,
        account,
        record_id,
        file_id,
        row_number,
        order_ref,
        order_id,
        sku,
        opened_at as occurred_at,
        list_contains(date_only, 'opened_at') as is_date_only,
        -- the kind of a claim is a reason by itself: 'inr' says that the parcel never came
        list_filter([reason_raw, if(reason_raw is null, kind, null)], lambda reason: reason is not null) as reasons,
        if(reason_raw is null, 'claim', reason_scheme) as reason_scheme,
        amount_cents,
        currency
    from batch_claims
),

-- most changes of stock are everyday work: only those whose reason maps to a cause report a problem
write_off_codes as (
    select
        scheme,
        code
    from ref_codes
    where cause is not null and cause not in ('other', 'unknown')
    group by all
),

written_off as (
    select
        'write_off' as kind,
        moves.source,
        moves.account,
        moves.record_id,
        moves.file_id,
        moves.row_number,
        moves.order_ref,
        moves.order_id,
        moves.sku,
        abs(moves.delta) as quantity,
        moves.at as occurred_at,
        list_contains(moves.date_only, 'at') as is_date_only,
        moves.reason_raw as fact_code,
        moves.reason_scheme as fact_scheme,
        moves.location as warehouse
    from batch_stock_moves as moves
    semi join write_off_codes
        on
            moves.reason_scheme = write_off_codes.scheme
            and normal_code(moves.reason_raw)
            = write_off_codes.code
),

-- 'returned' here is a parcel sent back to the shop undelivered, not a customer's return
parcel_events as (
    select
        tracking_number,
        lower(event) as event,
        min(scanned_at) as scanned_at,
        arg_min(source, (scanned_at, record_id)) as source,
        arg_min(account, (scanned_at, record_id)) as account,
        arg_min(record_id, (scanned_at, record_id)) as record_id,
        arg_min(file_id, (scanned_at, record_id)) as file_id,
        arg_min(row_number, (scanned_at, record_id)) as row_number,
        arg_min(order_ref, (scanned_at, record_id)) as order_ref,
        arg_min(list_contains(date_only, 'scanned_at'), (scanned_at, record_id)) as is_date_only
    from batch_tracking_events
    where lower(event) in ('lost', 'damaged', 'returned', 'refused', 'unclaimed', 'address_problem')
    group by tracking_number, lower(event)
),

parcels as (
    select
        tracking_number,
        arg_min(coalesce(order_ref, order_id), record_id) as order_ref,
        arg_min(carrier, record_id) as carrier,
        arg_min(warehouse, record_id) as warehouse
    from batch_shipments
    where tracking_number is not null
    group by all
),

scanned as (
    select
        'tracking' as kind,
        parcel_events.source,
        parcel_events.account,
        parcel_events.record_id,
        parcel_events.file_id,
        parcel_events.row_number,
        coalesce(parcel_events.order_ref, parcels.order_ref) as order_ref,
        parcel_events.scanned_at as occurred_at,
        parcel_events.is_date_only,
        parcel_events.event as fact_code,
        'carrier' as fact_scheme,
        parcels.carrier,
        parcels.warehouse
    from parcel_events
    left join parcels using (tracking_number)
),

-- the state of a parcel counts only when no scan tells the same of it
troubled_parcels as (
    select
        'tracking' as kind,
        shipments.source,
        shipments.account,
        shipments.record_id,
        shipments.file_id,
        shipments.row_number,
        shipments.order_ref,
        shipments.order_id,
        coalesce(shipments.delivered_at, shipments.shipped_at, shipments.updated_at) as occurred_at,
        list_contains(
            shipments.date_only, if(shipments.delivered_at is not null, 'delivered_at', 'shipped_at')
        ) as is_date_only,
        lower(shipments.status) as fact_code,
        'carrier' as fact_scheme,
        shipments.carrier,
        shipments.warehouse
    from batch_shipments as shipments
    anti join parcel_events
        on
            shipments.tracking_number = parcel_events.tracking_number
            and lower(shipments.status) = parcel_events.event
    where
        lower(shipments.status) in ('lost', 'damaged', 'returned', 'refused', 'unclaimed', 'address_problem')
),

together as (
    from tickets
    union all by name
    from returned
    union all by name
    from cancelled
    union all by name
    from refunded
    union all by name
    from claimed
    union all by name
    from written_off
    union all by name
    from scanned
    union all by name
    from troubled_parcels
)

select
    * replace (
        normal_ref(order_ref) as order_ref,
        normal_ref(order_id) as order_id,
        coalesce(is_date_only, false) as is_date_only
    ),
    kind || '/' || record_id as signal_key
from together;
