-- Everything known of one order (`order_key`), or of one incident and its order (`incident_key`), each line with the
-- file and the record that tells it. Nothing when neither is set.
-- Grain: one row per moment. Reads: all_signals, signals, lines, files, raw_orders, raw_tickets, raw_returns,
-- raw_cancellations, raw_refunds, raw_claims, raw_stock_moves, raw_shipments, raw_tracking_events.
create or replace view case_timeline as
-- an incident may bear another name by now than the signal that it began with: it is found by that signal too
with renamed as (
    select incident_key
    from signals
    where signal_key = getvariable('incident_key') and incident_key <> getvariable('incident_key')
),

chosen_signals as (
    select *
    from all_signals
    where
        incident_key = getvariable('incident_key')
        or (getvariable('incident_key') is null and order_key = getvariable('order_key'))
    union all
    select *
    from all_signals
    where incident_key in (select renamed.incident_key from renamed)
),

chosen_orders as (
    select order_key
    from chosen_signals
    where order_key is not null
    union
    select getvariable('order_key')::varchar
    where getvariable('order_key') is not null
),

order_refs as (
    select order_ref
    from chosen_signals
    where order_ref is not null
    union
    select order_ref
    from lines
    where order_key in (select chosen_orders.order_key from chosen_orders)
),

orders as (
    select *
    from raw_orders
    where record_id in (select chosen_orders.order_key from chosen_orders)
),

order_moments as (
    select
        unnest([
            {'what': 'order', 'at': placed_at, 'is_day': list_contains(date_only, 'placed_at')},
            {'what': 'order_paid', 'at': paid_at, 'is_day': list_contains(date_only, 'paid_at')},
            {'what': 'order_shipped', 'at': shipped_at, 'is_day': list_contains(date_only, 'shipped_at')},
            {'what': 'order_delivered', 'at': delivered_at, 'is_day': list_contains(date_only, 'delivered_at')},
            {'what': 'order_cancelled', 'at': cancelled_at, 'is_day': list_contains(date_only, 'cancelled_at')}
        ]) as moment,
        source,
        file_id,
        row_number,
        concat_ws(' · ', order_name, channel, warehouse, carrier) as detail,
        total_cents as amount_cents,
        currency
    from orders
),

ticket_moments as (
    select
        unnest([
            {'what': 'ticket_first_reply', 'at': first_reply_at, 'is_day': list_contains(date_only, 'first_reply_at')},
            {'what': 'ticket_solved', 'at': solved_at, 'is_day': list_contains(date_only, 'solved_at')}
        ]) as moment,
        source,
        file_id,
        row_number,
        ticket_id as detail
    from raw_tickets
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'ticket')
),

return_moments as (
    select
        unnest([
            {'what': 'return_received', 'at': received_at, 'is_day': list_contains(date_only, 'received_at')},
            {'what': 'return_inspected', 'at': inspected_at, 'is_day': list_contains(date_only, 'inspected_at')},
            {'what': 'return_restocked', 'at': restocked_at, 'is_day': list_contains(date_only, 'restocked_at')},
            {'what': 'return_refunded', 'at': refunded_at, 'is_day': list_contains(date_only, 'refunded_at')}
        ]) as moment,
        source,
        file_id,
        row_number,
        concat_ws(' · ', return_id, sku, condition_raw, disposition) as detail
    from raw_returns
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'return')
),

cancellation_moments as (
    select
        {
            'what': 'customer_contacted',
            'at': customer_contacted_at,
            'is_day': list_contains(date_only, 'customer_contacted_at')
        } as moment,
        source,
        file_id,
        row_number,
        cancellation_id as detail
    from raw_cancellations
    where
        record_id in (
            select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'cancellation'
        )
),

-- two searches, each of which skips most of the table; either-or, or no bounds, would read it whole
shipments as (
    select *
    from raw_shipments
    where
        order_ref in (select order_refs.order_ref from order_refs)
        and order_ref >= (select min(order_refs.order_ref) from order_refs)
        and order_ref <= (select max(order_refs.order_ref) from order_refs)
    union
    select *
    from raw_shipments
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'tracking')
),

shipment_moments as (
    select
        unnest([
            {'what': 'shipment', 'at': shipped_at, 'is_day': list_contains(date_only, 'shipped_at')},
            {'what': 'shipment_delivered', 'at': delivered_at, 'is_day': list_contains(date_only, 'delivered_at')}
        ]) as moment,
        source,
        file_id,
        row_number,
        concat_ws(' · ', carrier, tracking_number, warehouse, status) as detail
    from shipments
),

scan_moments as (
    select
        {'what': 'scan', 'at': scanned_at, 'is_day': list_contains(date_only, 'scanned_at')} as moment,
        source,
        file_id,
        row_number,
        concat_ws(' · ', event, code_raw, tracking_number) as detail
    from raw_tracking_events
    where tracking_number in (select shipments.tracking_number from shipments)
),

-- what the records of the signals say, in the words of their tool
told as (
    select
        'ticket/' || record_id as signal_key,
        file_id,
        row_number,
        list_contains(date_only, 'created_at') as is_day,
        concat_ws(
            ' · ',
            subject,
            nullif(array_to_string(reason_raw, ' | '), ''),
            sku,
            nullif(array_to_string(tags, ', '), '')
        ) as detail
    from raw_tickets
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'ticket')
    union all
    select
        'return/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, case
            when requested_at is not null then 'requested_at'
            when label_at is not null then 'label_at'
            when dropped_off_at is not null then 'dropped_off_at'
            when received_at is not null then 'received_at'
            when inspected_at is not null then 'inspected_at'
            when restocked_at is not null then 'restocked_at'
            else 'refunded_at'
        end),
        concat_ws(' · ', reason_raw, sku)
    from raw_returns
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'return')
    union all
    select
        'cancellation/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, if(cancelled_at is not null, 'cancelled_at', 'refunded_at')),
        concat_ws(' · ', reason_raw, sku)
    from raw_cancellations
    where
        record_id in (
            select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'cancellation'
        )
    union all
    select
        'refund/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, if(refunded_at is not null, 'refunded_at', 'charged_at')),
        concat_ws(' · ', reason_raw, sku)
    from raw_refunds
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'refund')
    union all
    select
        'claim/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, 'opened_at'),
        concat_ws(' · ', coalesce(reason_raw, kind), sku)
    from raw_claims
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'claim')
    union all
    select
        'write_off/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, 'at'),
        concat_ws(' · ', reason_raw, sku)
    from raw_stock_moves
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'write_off')
    union all
    select
        'tracking/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, 'scanned_at'),
        concat_ws(' · ', event, code_raw, tracking_number)
    from raw_tracking_events
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'tracking')
    union all
    select
        'tracking/' || record_id,
        file_id,
        row_number,
        list_contains(date_only, if(delivered_at is not null, 'delivered_at', 'shipped_at')),
        concat_ws(' · ', status, tracking_number)
    from raw_shipments
    where record_id in (select chosen_signals.record_id from chosen_signals where chosen_signals.kind = 'tracking')
),

signal_moments as (
    select
        {'what': signals.kind, 'at': signals.occurred_at, 'is_day': coalesce(told.is_day, false)} as moment,
        signals.source,
        told.file_id,
        told.row_number,
        told.detail,
        signals.amount_cents,
        signals.currency,
        signals.cause,
        signals.party,
        signals.evidence,
        signals.order_evidence,
        signals.link_evidence,
        signals.link_confidence,
        signals.signal_key
    from chosen_signals as signals
    left join told on signals.signal_key = told.signal_key
),

moments as (
    from order_moments
    union all by name
    from ticket_moments
    union all by name
    from return_moments
    union all by name
    from cancellation_moments
    union all by name
    from shipment_moments
    union all by name
    from scan_moments
    union all by name
    from signal_moments
)

select
    moments.moment.at,
    coalesce(moments.moment.is_day, false) as is_date_only,
    moments.moment.what,
    moments.source,
    files.file_name,
    moments.row_number,
    nullif(moments.detail, '') as detail,
    case when moments.moment.what not like 'order\_%' escape '\' then moments.amount_cents end as amount_cents,
    moments.currency,
    moments.cause,
    moments.party,
    moments.evidence,
    moments.order_evidence,
    moments.link_evidence,
    moments.link_confidence,
    moments.signal_key
from moments
left join files on moments.file_id = files.file_id
where moments.moment.at is not null or moments.signal_key is not null
order by moments.moment.at nulls last, moments.moment.what, moments.signal_key;

comment on view case_timeline is 'Everything known of one order or incident, oldest first, with its file and record.';
comment on column case_timeline.at is 'When (UTC); NULL when the record does not say.';
comment on column case_timeline.is_date_only is 'Whether the file gave a day without a time.';
comment on column case_timeline.what is 'What happened: a kind of signal, or order, order_paid, order_shipped, order_delivered, order_cancelled, ticket_first_reply, ticket_solved, return_received, return_inspected, return_restocked, return_refunded, customer_contacted, shipment, shipment_delivered, scan.';
comment on column case_timeline.source is 'Tool that tells it.';
comment on column case_timeline.file_name is 'File that tells it.';
comment on column case_timeline.row_number is 'Record in that file, the first is 1.';
comment on column case_timeline.detail is 'What the record says: subject, reason, tags, article, parcel.';
comment on column case_timeline.amount_cents is 'Amount of the order or refund, minor units; NULL when none is told.';
comment on column case_timeline.currency is 'Currency of the amount.';
comment on column case_timeline.cause is 'Cause that this signal alone names; NULL for what is no signal.';
comment on column case_timeline.party is 'Party that this signal alone blames.';
comment on column case_timeline.evidence is 'What that rests on.';
comment on column case_timeline.order_evidence is 'How its order was found; NULL for what is no signal.';
comment on column case_timeline.link_evidence is 'How its order line was found; NULL for what is no signal.';
comment on column case_timeline.link_confidence is 'How sure that link is; NULL for what is no signal, or has no loaded order.';
comment on column case_timeline.signal_key is 'Key of the signal; NULL for what is no signal.';
