-- What a supplier or a 3PL can be asked to pay for: incidents of the product that fall on the supplier, and errors of
-- the warehouse that fall on the 3PL, with what was said, what the inspection found, and the records that say so.
-- Amounts are those of the cost ledger, each measured (a record says it) or assumed (a rule of the shop does).
-- Grain: one row per incident. Reads: filtered_incidents, int_charged_costs, signals, files, raw_tickets, raw_returns,
-- raw_refunds, raw_cancellations, raw_claims, raw_stock_moves, raw_shipments, raw_tracking_events.
create or replace view chargeback_cases as
with charged as (
    select *
    from filtered_incidents
    where (party = 'supplier' and family = 'product') or (party = '3pl' and family = 'logistics')
),

told as (
    select
        signals.incident_key,
        signals.kind,
        signals.record_id
    from signals
    semi join charged on signals.incident_key = charged.incident_key
    union all
    -- a ticket that is an incident by itself is kept as that incident only
    select
        incident_key,
        'ticket' as kind,
        substr(incident_key, length('ticket/') + 1) as record_id
    from charged
    where signal_count = 1 and kinds = ['ticket']
),

records as (
    select
        told.incident_key,
        tickets.file_id,
        tickets.row_number,
        concat_ws(
            ' · ',
            tickets.subject,
            nullif(array_to_string(tickets.reason_raw, ', '), ''),
            nullif(array_to_string(tickets.tags, ', '), '')
        ) as said,
        null as inspected
    from told
    inner join raw_tickets as tickets on told.record_id = tickets.record_id
    where told.kind = 'ticket'
    union all
    select
        told.incident_key,
        returns.file_id,
        returns.row_number,
        returns.reason_raw,
        nullif(concat_ws(' · ', returns.condition_raw, returns.received_sku, returns.disposition), '')
    from told
    inner join raw_returns as returns on told.record_id = returns.record_id
    where told.kind = 'return'
    union all
    select
        told.incident_key,
        refunds.file_id,
        refunds.row_number,
        refunds.reason_raw,
        null
    from told
    inner join raw_refunds as refunds on told.record_id = refunds.record_id
    where told.kind = 'refund'
    union all
    select
        told.incident_key,
        cancellations.file_id,
        cancellations.row_number,
        cancellations.reason_raw,
        null
    from told
    inner join raw_cancellations as cancellations on told.record_id = cancellations.record_id
    where told.kind = 'cancellation'
    union all
    select
        told.incident_key,
        claims.file_id,
        claims.row_number,
        coalesce(claims.reason_raw, claims.kind),
        claims.outcome
    from told
    inner join raw_claims as claims on told.record_id = claims.record_id
    where told.kind = 'claim'
    union all
    select
        told.incident_key,
        moves.file_id,
        moves.row_number,
        null,
        moves.reason_raw
    from told
    inner join raw_stock_moves as moves on told.record_id = moves.record_id
    where told.kind = 'write_off'
    union all
    select
        told.incident_key,
        parcels.file_id,
        parcels.row_number,
        null,
        parcels.status
    from told
    inner join raw_shipments as parcels on told.record_id = parcels.record_id
    where told.kind = 'tracking'
    union all
    select
        told.incident_key,
        scans.file_id,
        scans.row_number,
        null,
        coalesce(scans.event, scans.code_raw)
    from told
    inner join raw_tracking_events as scans on told.record_id = scans.record_id
    where told.kind = 'tracking'
),

proofs as (
    select
        records.incident_key,
        string_agg(distinct nullif(records.said, ''), ' | ' order by nullif(records.said, '')) as said,
        string_agg(distinct records.inspected, ' | ' order by records.inspected) as inspected,
        string_agg(
            files.file_name || ' #' || records.row_number, ' | ' order by files.file_name, records.row_number
        ) as records
    from records
    left join files on records.file_id = files.file_id
    group by records.incident_key
)

select
    charged.incident_key,
    charged.order_key,
    coalesce(charged.order_name, charged.order_ref) as order_name,
    charged.event_date,
    charged.order_date,
    charged.party,
    charged.supplier,
    charged.warehouse,
    charged.cause,
    charged.sku,
    charged.product,
    charged.variant,
    charged.lot,
    charged.quantity,
    charged.evidence,
    charged.has_conflict,
    proofs.said,
    proofs.inspected,
    proofs.records,
    charged.cost_cents as refunded_cents,
    charged.currency as refunded_currency,
    costs.cost_cents,
    costs.measured_cents,
    costs.assumed_cents,
    costs.refund_cents,
    costs.goodwill_cents,
    costs.goods_cents,
    costs.freight_out_cents,
    costs.freight_back_cents,
    costs.handling_cents,
    costs.fee_cents,
    costs.recovery_cents,
    costs.resale_cents,
    costs.lost_sale_cents,
    costs.assumed_parts,
    costs.missing_parts,
    list_transform(costs.other_amounts, lambda amount: amount['currency']) as other_currencies,
    list_transform(costs.other_amounts, lambda amount: amount['cents']) as other_cents
from charged
left join int_charged_costs as costs on charged.incident_key = costs.incident_key
left join proofs on charged.incident_key = proofs.incident_key
order by charged.event_date, charged.incident_key;

comment on view chargeback_cases is 'Incidents that a supplier or a 3PL can be asked to pay for, with their proofs.';
comment on column chargeback_cases.incident_key is 'Key of the incident.';
comment on column chargeback_cases.order_key is 'Key of its order.';
comment on column chargeback_cases.order_name is 'Number of its order.';
comment on column chargeback_cases.event_date is 'Day of its first signal, in the shop''s zone.';
comment on column chargeback_cases.order_date is 'Day of its order.';
comment on column chargeback_cases.party is 'Who is to pay: supplier or 3pl.';
comment on column chargeback_cases.supplier is 'Supplier of the article.';
comment on column chargeback_cases.warehouse is 'Warehouse that shipped.';
comment on column chargeback_cases.cause is 'Root cause.';
comment on column chargeback_cases.sku is 'Article.';
comment on column chargeback_cases.product is 'Name of the article.';
comment on column chargeback_cases.variant is 'Variant of the article.';
comment on column chargeback_cases.lot is 'Lot; NULL when not known.';
comment on column chargeback_cases.quantity is 'Pieces it is about; NULL when not told.';
comment on column chargeback_cases.evidence is 'What the cause rests on: decision, fact, tag, reason, words, default or none.';
comment on column chargeback_cases.has_conflict is 'Whether its signals blame different parties.';
comment on column chargeback_cases.said is 'Subjects, tags and reasons, as their tools have them; NULL when nothing was said.';
comment on column chargeback_cases.inspected is 'What an inspection found and decided; NULL when there was none.';
comment on column chargeback_cases.records is 'File and number of every record that tells it.';
comment on column chargeback_cases.refunded_cents is 'Refunded as it was told, minor units; NULL when no amount is told.';
comment on column chargeback_cases.refunded_currency is 'Currency of that.';
comment on column chargeback_cases.cost_cents is 'Known costs less what came back, minor units of the main currency; NULL when nothing is known.';
comment on column chargeback_cases.measured_cents is 'Of this, what records say; NULL when none do.';
comment on column chargeback_cases.assumed_cents is 'Of this, what rules of the shop say; NULL when none do.';
comment on column chargeback_cases.refund_cents is 'Given back to the customer; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.goodwill_cents is 'Given back to a customer who keeps the goods; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.goods_cents is 'Goods lost or sent again; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.freight_out_cents is 'Freight of sending again; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.freight_back_cents is 'Return freight; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.handling_cents is 'Time of handling it; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.fee_cents is 'Fees that the channel keeps; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.recovery_cents is 'Compensation received, below zero; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.resale_cents is 'Goods back in stock, below zero; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.lost_sale_cents is 'Sale lost, which is in no sum; NULL when not known, and when there is no occasion for it.';
comment on column chargeback_cases.assumed_parts is 'Parts whose amount a rule of the shop says; records say the others.';
comment on column chargeback_cases.missing_parts is 'Parts that it has occasion for and of which nobody says the amount.';
comment on column chargeback_cases.other_currencies is 'Currencies of amounts that no sum holds for want of a rate.';
comment on column chargeback_cases.other_cents is 'Those amounts, in the order of their currencies.';
