-- What marketplaces count, day by day: how many orders, parcels or lines, how many of them went wrong, and of how many
-- nobody can tell. Orders that the marketplace ships itself are not its sellers' to answer for. An order counts on the
-- day it was placed; its dispatch on the day it left, or should have left by; its delivery on the promised day, so that
-- nothing that is still under way is counted.
-- `contradicted` are cancellations labelled as the customer's that facts contradict, beside those counted.
-- Grain: one row per channel, metric and day. Reads: order_outcomes, int_cancellations, int_data_end,
-- rule_marketplace_limits.
create or replace view int_marketplace_days as
with contradicted as (
    select distinct order_key
    from int_cancellations
    where verdict = 'contradicted'
),

recent as (
    select
        outcomes.*,
        int_data_end.last_date,
        contradicted.order_key is not null and coalesce(outcomes.cancelled_by, '') <> 'seller' as is_contradicted,
        not outcomes.is_cancelled and outcomes.cancelled_by is null as is_going_on
    from order_outcomes as outcomes
    cross join int_data_end
    left join contradicted on outcomes.order_key = contradicted.order_key
    where
        outcomes.order_date
        > int_data_end.last_date - 60 - (
            select coalesce(max(rule_marketplace_limits.window_days), 0)
            from rule_marketplace_limits
        )::integer
        and outcomes.channel is not null
        and coalesce(outcomes.fulfilled_by, '') <> 'marketplace'
        and passes('channels', outcomes.channel)
),

by_order as (
    select
        channel,
        order_date as date,
        count(*) filter (where is_confirmed) as orders,
        count(*) filter (where not is_waiting) as answered,
        count(*) filter (where is_waiting) as waiting,
        sum(line_count) filter (where is_confirmed) as lines,
        count(*) filter (where has_defect) as defects,
        count(*) filter (where cancelled_by = 'seller') as cancelled,
        count(*) filter (where cancelled_by = 'unknown' or (cancelled_by is null and is_cancelled))
            as cancelled_unknown,
        count(*) filter (where is_contradicted) as contradicted,
        count(*) filter (where has_inr) as inr,
        count(*) filter (where has_inad) as inad,
        count(*) filter (where has_ncx) as ncx,
        count(*) filter (where has_claim or has_defect) as claims,
        sum(claimed_line_count) as claimed_lines,
        count(*) filter (where is_refused) as refused
    from recent
    group by channel, order_date
),

by_dispatch as (
    select
        channel,
        coalesce(shipped_date, awaited_dispatch_at::date) as date,
        count(*) filter (where is_shipped_late is not null or shipped_date is null) as judged,
        count(*) filter (where is_shipped_late or shipped_date is null) as late,
        count(*) filter (where is_shipped_late is null and shipped_date is not null) as late_unknown,
        sum(parcel_count) filter (where shipped_date is not null and has_parcel) as parcels,
        sum(parcel_count - scanned_count - untold_count) filter (where shipped_date is not null and has_parcel)
            as untracked,
        coalesce(sum(untold_count) filter (where has_parcel), 0)
        + count(*) filter (where shipped_date is not null and not has_parcel) as tracking_unknown
    from recent
    where shipped_date is not null or (is_going_on and awaited_dispatch_at::date < last_date)
    group by channel, coalesce(shipped_date, awaited_dispatch_at::date)
),

by_promise as (
    select
        channel,
        coalesce(promised_date, shipped_date) as date,
        sum(on_time_count + late_count + awaited_count) filter (where promised_date is not null) as judged,
        sum(late_count + awaited_count) filter (where promised_date is not null) as late,
        sum(greatest(parcel_count, 1) - on_time_count - late_count - awaited_count) as late_unknown
    from recent
    where shipped_date is not null
    group by channel, coalesce(promised_date, shipped_date)
),

counted as (
    select
        channel,
        date,
        unnest([
            {'metric': 'order_defect', 'n': orders, 'bad': defects, 'unknown': 0, 'contradicted': 0},
            {
                'metric': 'seller_cancellation',
                'n': orders,
                'bad': cancelled,
                'unknown': cancelled_unknown,
                'contradicted': contradicted
            },
            {
                'metric': 'transaction_defect',
                'n': orders,
                'bad': cancelled,
                'unknown': cancelled_unknown,
                'contradicted': contradicted
            },
            {'metric': 'not_received', 'n': orders, 'bad': inr, 'unknown': 0, 'contradicted': 0},
            {'metric': 'not_as_described', 'n': orders, 'bad': inad, 'unknown': 0, 'contradicted': 0},
            {'metric': 'customer_experience', 'n': orders, 'bad': ncx, 'unknown': 0, 'contradicted': 0},
            {'metric': 'claim', 'n': orders, 'bad': claims, 'unknown': 0, 'contradicted': 0},
            {'metric': 'incident', 'n': lines, 'bad': claimed_lines, 'unknown': 0, 'contradicted': 0},
            {'metric': 'acceptance', 'n': answered, 'bad': refused, 'unknown': waiting, 'contradicted': 0}
        ]) as told
    from by_order
    union all
    select
        channel,
        date,
        unnest([
            {'metric': 'late_shipment', 'n': judged, 'bad': late, 'unknown': late_unknown, 'contradicted': 0},
            {'metric': 'valid_tracking', 'n': parcels, 'bad': untracked, 'unknown': tracking_unknown, 'contradicted': 0}
        ])
    from by_dispatch
    union all
    select
        channel,
        date,
        {'metric': 'on_time_delivery', 'n': judged, 'bad': late, 'unknown': late_unknown, 'contradicted': 0}
    from by_promise
)

select
    channel,
    date,
    told.metric,
    coalesce(told.n, 0)::bigint as n,
    coalesce(told.bad, 0)::bigint as bad,
    coalesce(told.unknown, 0)::bigint as unknown_count,
    coalesce(told.contradicted, 0)::bigint as contradicted
from counted
where date is not null;
