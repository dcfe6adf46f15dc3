-- Returned lines that pass every filter but the period, with what their tools ever tell of, and what follows from it.
-- `is_to_refund`: it came back, by tools that tell when they refund, and nothing else was given instead of money.
-- `is_owed`: and nothing was paid.
-- `refunded_before`: the stage that the money did not wait for; a partial refund is a gesture and waits for nothing.
-- `verdict`: the ticked reason held against what the inspection found. Only a defect or damage can be denied by a sound
-- article; that nothing was found says nothing of a wrong article or a wrong size.
-- Grain: one row per returned line. Reads: returned_lines, int_return_tools, ref_causes.
create or replace view int_matching_returns as
with known as (
    select
        returned_lines.*,
        reported.family as reported_family,
        found.family as found_family,
        coalesce(tools.tells_received, false) as tells_received,
        coalesce(tools.tells_inspected, false) as tells_inspected,
        coalesce(tools.tells_restocked, false) as tells_restocked,
        coalesce(tools.tells_refunded, false) as tells_refunded,
        coalesce(tools.tells_refunded, false)
        and returned_lines.received_date is not null
        and not returned_lines.is_withdrawn
        and (
            returned_lines.is_refunded
            or coalesce(returned_lines.decision not in ('exchange', 'store_credit', 'keep', 'refused'), true)
        ) as is_to_refund
    from returned_lines
    left join int_return_tools as tools on returned_lines.tools = tools.tools
    left join ref_causes as reported on returned_lines.reported_cause = reported.cause
    left join ref_causes as found on returned_lines.found_cause = found.cause
)

select
    *,
    is_to_refund and not is_refunded as is_owed,
    received_date is not null and not is_withdrawn and not is_refunded and not tells_refunded as is_refund_unknown,
    coalesce(decision = 'restock' and tells_restocked and restocked_at is null and not is_withdrawn, false)
        as is_never_restocked,
    case
        when refunded_at is null or is_partial then null
        when received_at is null then if(tells_received and decision is distinct from 'keep', 'never_received', null)
        when
            if(
                list_has_any(date_only, ['refunded', 'received']),
                refunded_date < received_date,
                refunded_at < received_at
            )
            then 'received'
        when inspected_at is null then if(tells_inspected, 'inspected', null)
        when
            if(
                list_has_any(date_only, ['refunded', 'inspected']),
                refunded_date < inspected_date,
                refunded_at < inspected_at
            )
            then 'inspected'
    end as refunded_before,
    case
        when inspection = 'none' then 'not_inspected'
        when inspection = 'unmapped' then 'not_understood'
        when coalesce(reported_cause in ('other', 'unknown'), true) then 'no_reason'
        when inspection = 'fault' and (reported_cause = found_cause or reported_family = found_family) then 'agreed'
        when inspection = 'fault' then 'contradicted'
        when
            reported_cause in (
                'product_defect', 'damaged_in_transit', 'damaged_in_warehouse', 'damaged_unspecified', 'expired_product'
            )
            then 'contradicted'
        when reported_family = 'customer' then 'agreed'
        else 'undecidable'
    end as verdict
from known
where
    passes_incident(known);
