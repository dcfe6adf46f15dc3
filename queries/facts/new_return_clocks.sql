-- Returned lines stage by stage: when each began to wait for it, when it came, and by when it should have. A line waits
-- for reception from its request, and for inspection, restocking and refund from its reception; all the way, from
-- request to refund, is a stage too. Only a line that was found resellable waits for its restocking, and one that was
-- exchanged, credited, kept or refused for no refund.
-- Where one of two moments is known by its day only, whole days are between them. Days below zero: the stage came
-- before the one it should follow.
-- What is still waited for stands together, since lists of what to do ask for nothing else.
-- Kept by: incident_key, sorted by is_done, start_date.
-- Grain: one row per returned line and stage that it waits or waited for. Reads: returned_lines, touched_incidents,
-- rule_return_targets, rule_holidays.
create or replace temp view new_return_clocks as
with returned as (
    select *
    from returned_lines
    semi join touched_incidents on returned_lines.incident_key = touched_incidents.incident_key
    where not returned_lines.is_withdrawn
),

staged as (
    select
        *,
        coalesce(decision not in ('exchange', 'store_credit', 'keep', 'refused'), true) as is_to_refund,
        unnest([
            (
                'dropped_off',
                requested_at,
                requested_date,
                dropped_off_at,
                dropped_off_date,
                list_has_any(date_only, ['requested', 'dropped_off']),
                dropped_off_at is not null or (received_at is null and refunded_at is null)
            ),
            (
                'received',
                requested_at,
                requested_date,
                received_at,
                received_date,
                list_has_any(date_only, ['requested', 'received']),
                -- refunded and never seen: nobody waits for it any more
                received_at is not null or not is_refunded
            ),
            (
                'inspected',
                received_at,
                received_date,
                inspected_at,
                inspected_date,
                list_has_any(date_only, ['received', 'inspected']),
                true
            ),
            (
                'restocked',
                received_at,
                received_date,
                restocked_at,
                restocked_date,
                list_has_any(date_only, ['received', 'restocked']),
                restocked_at is not null or decision is not distinct from 'restock'
            ),
            (
                'refunded',
                received_at,
                received_date,
                refunded_at,
                refunded_date,
                list_has_any(date_only, ['received', 'refunded']),
                is_refunded or is_to_refund
            ),
            (
                'whole',
                requested_at,
                requested_date,
                refunded_at,
                refunded_date,
                list_has_any(date_only, ['requested', 'refunded']),
                is_refunded or is_to_refund
            )
        ]) as step
    from returned
),

waits as (
    select
        * exclude (step),
        step[1] as stage,
        step[3] as start_date,
        step[5] as done_date,
        case
            when step[4] is null then null
            when step[6] then (step[5] - step[3])::double
            else round(date_diff('minute', step[2], step[4]) / 1440.0, 1)
        end as days,
        step[4] is not null or (step[1] in ('refunded', 'whole') and is_refunded) as is_done
    from staged
    where step[3] is not null and step[7]
),

targets as (
    select
        coalesce(channel, '') as channel,
        stage,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        target_days,
        day_kind,
        coalesce(region, '') as region
    from rule_return_targets
),

-- of all targets that fit, the one for the closest channel, and of those the newest
chosen as (
    select
        waits.incident_key,
        waits.return_number,
        waits.stage,
        arg_max(
            {'days': targets.target_days, 'kind': targets.day_kind, 'region': targets.region},
            (length(targets.channel), targets.valid_from)
        ) as target
    from waits
    inner join targets
        on
            waits.stage = targets.stage
            and waits.start_date >= targets.valid_from
            and (
                targets.channel in ('', waits.channel)
                or starts_with(waits.channel, targets.channel || '.')
                or starts_with(waits.channel, targets.channel || ' ')
            )
    group by waits.incident_key, waits.return_number, waits.stage
),

regions as (
    select distinct region
    from targets
    where day_kind = 'business'
),

spanned as (
    select unnest(generate_series(min(start_date), max(start_date) + 400, interval 1 day))::date as date
    from waits
),

days as (
    select
        regions.region,
        spanned.date
    from regions
    cross join spanned
),

holidays as (
    select distinct
        region,
        day
    from rule_holidays
),

business_days as (
    select
        days.region,
        days.date,
        count(*) filter (where isodow(days.date) < 6 and holidays.day is null) over (
            partition by days.region
            order by days.date
        ) as number,
        isodow(days.date) < 6 and holidays.day is null as is_business_day
    from days
    left join holidays on days.region = holidays.region and days.date = holidays.day
)

select
    waits.incident_key,
    waits.return_number,
    waits.stage,
    waits.start_date,
    waits.order_date,
    waits.done_date,
    waits.days,
    waits.is_done,
    chosen.target.days as target_days,
    chosen.target.kind as target_kind,
    case chosen.target.kind
        when 'calendar' then waits.start_date + chosen.target.days::integer
        else due.date
    end as due_date,
    waits.tools,
    waits.sku,
    waits.supplier,
    waits.warehouse,
    waits.carrier,
    waits.channel,
    waits.country,
    waits.cause,
    waits.family,
    waits.party,
    waits.reported_cause
from waits
left join chosen
    on
        waits.incident_key = chosen.incident_key
        and waits.return_number = chosen.return_number
        and waits.stage = chosen.stage
left join business_days as begun
    on
        chosen.target.kind = 'business'
        and chosen.target.region = begun.region
        and waits.start_date = begun.date
left join business_days as due
    on
        begun.region = due.region
        and begun.number + chosen.target.days = due.number
        and due.is_business_day;
