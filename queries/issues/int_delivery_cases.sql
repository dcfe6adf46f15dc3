-- Parcels said not to have come that pass every filter, each with what settled it first, and with its claim window:
-- the rule of its marketplace in force on the day of the order. A delivery that the carrier saw before the report
-- settles a late parcel, not one that the customer says never came. Nothing settled it: it is open if a delivery would
-- have been seen, else nobody can tell.
-- Grain: one row per incident. Reads: delivery_cases, int_channel_rules, rule_claim_windows, int_data_end, settings.
create or replace view int_delivery_cases as
with chosen as (
    select
        *,
        if(getvariable('basis') = 'order', order_date, event_date) as on_date,
        if(cause = 'late_delivery' or delivered_at >= reported_at, delivered_at, null) as came_at
    from delivery_cases
    where
        cause <> 'address_error'
        and passes_incident(delivery_cases)
),

inside as (
    select *
    from chosen
    where in_period(on_date)
),

candidates as (
    select
        int_channel_rules.channel,
        int_channel_rules.source,
        int_channel_rules.distance,
        rule_claim_windows.*
    from int_channel_rules
    inner join rule_claim_windows on int_channel_rules.marketplace = rule_claim_windows.marketplace
),

-- the closest name first, then the newest rule that was in force
ruled as (
    select
        inside.incident_key,
        arg_min(
            candidates,
            (candidates.distance, date '9999-12-31' - coalesce(candidates.valid_from, date '0001-01-01'))
        ) as rule
    from inside
    inner join candidates
        on
            inside.channel = candidates.channel
            and inside.order_source = candidates.source
            and inside.order_date >= coalesce(candidates.valid_from, inside.order_date)
    group by inside.incident_key
),

ended as (
    -- the end of the last day of the data, on the shop's clock
    select timezone('UTC', timezone(settings.zone, (int_data_end.last_date + 1)::timestamp)) as ended_at
    from int_data_end
    cross join settings
),

windowed as (
    select
        inside.*,
        ruled.rule.marketplace,
        ended.ended_at,
        least(inside.refunded_at, inside.replaced_at, inside.came_at) as settled_at,
        least(
            inside.promised_at + to_days(ruled.rule.opens_after_promise_days::integer),
            inside.order_at + to_days(ruled.rule.opens_after_order_days::integer)
        ) as opens_at,
        least(
            inside.promised_at + to_days(ruled.rule.closes_after_promise_days::integer),
            inside.order_at + to_days(ruled.rule.closes_after_order_days::integer)
        ) as closes_at,
        coalesce(
            inside.answer_due_at,
            inside.claimed_at + to_hours(ruled.rule.answer_hours::integer)
        ) as answer_by_at,
        -- money given back for being late is no payment for a parcel that never came
        inside.cause <> 'late_delivery'
        and inside.is_refunded
        and coalesce(inside.delivered_at > inside.refunded_at or inside.replaced_at is not null, false)
            as is_double_payment
    from inside
    cross join ended
    left join ruled on inside.incident_key = ruled.incident_key
),

stated as (
    select
        *,
        case
            when is_refunded and (settled_at is null or settled_at = refunded_at) then 'refunded'
            when settled_at = replaced_at then 'replaced'
            when settled_at is not null then 'delivered'
            -- what the marketplace ships is the marketplace's to settle
            when fulfilled_by = 'marketplace' then 'marketplace'
            when is_followed then 'open'
            else 'unknown'
        end as outcome
    from windowed
)

select
    *,
    case
        when outcome not in ('open', 'unknown') then null
        when claimed_at is not null and not is_claim_closed then 'answer'
        when claimed_at is not null then 'claimed'
        when opens_at is null then 'no_window'
        when opens_at > ended_at then 'before'
        when closes_at is not null and closes_at <= ended_at then 'closed'
        else 'claimable'
    end as stage
from stated;
