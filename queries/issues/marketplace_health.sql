-- How the shop stands before each limit of each marketplace: our own count from the orders, over the marketplace's own
-- window up to the end of the data, beside what the marketplace itself said last; and how many more may go wrong at
-- today's volume before the limit is passed. A kind of problem that no file tells of is not known. The limit is what
-- the marketplace's own report asks, else the rule in force. Shares of what went well (tracking, on time, acceptance)
-- have a least share, all others a highest one.
-- Grain: one row per marketplace and metric. Reads: int_marketplace_days, int_channel_rules, int_selling_places,
-- int_data_end, rule_marketplace_limits, raw_account_health.
create or replace view marketplace_health as
with places as (
    select
        channel,
        sum(order_count)::bigint as order_count,
        bool_or(tells_defects) as tells_defects,
        bool_or(tells_cancellations) as tells_cancellations,
        bool_or(tells_refusals) as tells_refusals,
        bool_or(tells_inr) as tells_inr,
        bool_or(tells_inad) as tells_inad,
        bool_or(tells_ncx) as tells_ncx,
        bool_or(tells_claims) as tells_claims
    from int_selling_places
    where passes('channels', channel)
    group by channel
),

-- the closest name first, then the newest rule that is in force
ruled as (
    select
        int_channel_rules.channel,
        rules.metric,
        arg_min(
            rules,
            (int_channel_rules.distance, date '9999-12-31' - coalesce(rules.valid_from, date '0001-01-01'))
        ) as rule
    from int_channel_rules
    inner join rule_marketplace_limits as rules on int_channel_rules.marketplace = rules.marketplace
    cross join int_data_end
    where rules.valid_from is null or rules.valid_from <= int_data_end.last_date
    group by int_channel_rules.channel, rules.metric
),

named as (
    select
        *,
        case metric
            when 'order_defect_rate.mfn' then 'order_defect'
            when 'pre_fulfillment_cancellation_rate' then 'seller_cancellation'
            when 'late_shipment_rate' then 'late_shipment'
            when 'valid_tracking_rate' then 'valid_tracking'
            when 'on_time_delivery_rate' then 'on_time_delivery'
            else metric
        end as name
    from raw_account_health
    where numerator is not null and denominator > 0
),

-- a seller's own words for a marketplace and its metrics, or Amazon's: the newest report of each
told as (
    select
        marketplace as channel,
        name as metric,
        arg_max(numerator, period_end_at) as numerator,
        arg_max(denominator, period_end_at) as denominator,
        arg_max(target, period_end_at) as target,
        arg_max(status, period_end_at) as status,
        arg_max(period_start_at, period_end_at) as period_start_at,
        max(period_end_at) as period_end_at
    from named
    where
        name in (
            'order_defect', 'seller_cancellation', 'late_shipment', 'valid_tracking', 'on_time_delivery',
            'not_received', 'not_as_described', 'customer_experience', 'incident', 'acceptance',
            'transaction_defect', 'claim'
        )
        and passes('channels', marketplace)
    group by marketplace, name
),

wanted as (
    select
        ruled.channel,
        ruled.metric
    from ruled
    semi join places on ruled.channel = places.channel
    union
    select
        channel,
        metric
    from told
),

limited as (
    select
        wanted.channel,
        wanted.metric,
        wanted.metric in ('valid_tracking', 'on_time_delivery', 'acceptance') as is_least,
        coalesce(
            ruled.rule.window_days,
            date_diff('day', told.period_start_at, told.period_end_at) + 1,
            30
        )::integer as window_days,
        coalesce(told.target, ruled.rule.limit_share) as limit_share,
        if(told.target is null, 'rule', 'told') as limit_from,
        ruled.rule.attention_share,
        ruled.rule.source as rule_source,
        told.numerator as told_numerator,
        told.denominator as told_denominator,
        told.status as told_status,
        told.period_end_at as told_until_at
    from wanted
    left join ruled on wanted.channel = ruled.channel and wanted.metric = ruled.metric
    left join told on wanted.channel = told.channel and wanted.metric = told.metric
),

counted as (
    select
        limited.channel,
        limited.metric,
        sum(days.n)::bigint as n,
        sum(days.bad)::bigint as bad,
        sum(days.unknown_count)::bigint as unknown_count,
        sum(days.contradicted)::bigint as contradicted
    from limited
    cross join int_data_end
    inner join int_marketplace_days as days
        on
            limited.channel = days.channel
            and limited.metric = days.metric
    where days.date between int_data_end.last_date - limited.window_days + 1 and int_data_end.last_date
    group by limited.channel, limited.metric
),

known as (
    select
        limited.*,
        int_data_end.last_date - limited.window_days + 1 as start_date,
        int_data_end.last_date,
        coalesce(counted.unknown_count, 0) as unknown_count,
        -- silence about a kind of problem is no figure
        if(
            case limited.metric
                when 'order_defect' then places.tells_defects
                when 'seller_cancellation' then places.tells_cancellations
                when 'transaction_defect' then places.tells_cancellations
                when 'not_received' then places.tells_inr
                when 'not_as_described' then places.tells_inad
                when 'customer_experience' then places.tells_ncx
                when 'claim' then places.tells_claims
                when 'incident' then places.tells_claims
                when 'acceptance' then places.tells_refusals
                else true
            end
            and counted.n > 0,
            counted.n,
            null
        ) as n,
        counted.bad,
        counted.contradicted
    from limited
    cross join int_data_end
    left join places on limited.channel = places.channel
    left join counted on limited.channel = counted.channel and limited.metric = counted.metric
),

shares as (
    select
        *,
        if(n is null, null, if(is_least, n - bad, bad)) as numerator,
        if(n is null, null, if(is_least, n - bad, bad) / n) as share,
        3.841459 / n as z_squared_by_n,
        if(
            n is not null and metric in ('seller_cancellation', 'transaction_defect'), bad + contradicted, null
        ) as corrected_numerator,
        floor(round(limit_share * n - bad - contradicted, 6))::bigint as corrected_room,
        -- how many may go wrong at the volume known, ours or else the marketplace's
        case
            when n is not null
                then floor(round(if(is_least, 1 - limit_share, limit_share) * n - bad, 6))
            when told_denominator is not null
                then
                    floor(round(
                        if(is_least, 1 - limit_share, limit_share) * told_denominator
                        - if(is_least, told_denominator - told_numerator, told_numerator),
                        6
                    ))
        end::bigint as headroom,
        if(is_least, 1 - limit_share, limit_share) as allowed_share,
        if(is_least, -1, 1) as way
    from known
),

drawn as (
    select
        *,
        -- nought has no sign
        (share - is_least::integer) * way / nullif(allowed_share, 0) + 0 as used,
        (
            share + z_squared_by_n / 2 - sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n) as low,
        (
            share + z_squared_by_n / 2 + sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n) as high
    from shares
)

select
    channel,
    metric,
    is_least,
    window_days,
    start_date,
    last_date,
    numerator,
    n as denominator,
    unknown_count,
    share,
    if(share is null, null, greatest(0, low)) as share_low,
    if(share is null, null, least(1, high)) as share_high,
    corrected_numerator,
    corrected_numerator / n as corrected_share,
    told_numerator,
    told_denominator,
    told_numerator / told_denominator as told_share,
    told_status,
    told_until_at,
    limit_share,
    attention_share,
    if(limit_share is null, null, limit_from) as limit_from,
    rule_source,
    case
        when share is null and told_denominator is null then 'unknown'
        when limit_share is null then 'no_limit'
        when
            if(
                is_least,
                coalesce(share, told_numerator / told_denominator) < limit_share,
                coalesce(share, told_numerator / told_denominator) > limit_share
            ) then 'over'
        when
            if(
                is_least,
                coalesce(share, told_numerator / told_denominator) < attention_share,
                coalesce(share, told_numerator / told_denominator) > attention_share
            ) then 'attention'
        else 'within'
    end as state,
    headroom,
    if(corrected_numerator is null, null, corrected_room) as corrected_headroom,
    used as used_share,
    (if(is_least, high, low) - is_least::integer) * way / nullif(allowed_share, 0) as used_low,
    (if(is_least, low, high) - is_least::integer) * way / nullif(allowed_share, 0) as used_high,
    (told_numerator / told_denominator - is_least::integer) * way / nullif(allowed_share, 0) as used_told,
    (attention_share - is_least::integer) * way / nullif(allowed_share, 0) as used_attention,
    corrected_numerator / n / nullif(allowed_share, 0) as used_corrected
from drawn
order by
    channel,
    list_position(
        [
            'order_defect', 'seller_cancellation', 'late_shipment', 'valid_tracking', 'on_time_delivery', 'incident',
            'acceptance', 'claim', 'transaction_defect', 'not_received', 'not_as_described', 'customer_experience'
        ],
        metric
    );

comment on view marketplace_health is 'How the shop stands before each limit of each marketplace: our count, the marketplace''s own, the limit and what is left.';
comment on column marketplace_health.channel is 'Marketplace, as a channel of orders.';
comment on column marketplace_health.metric is 'Metric, as rule_marketplace_limits names it.';
comment on column marketplace_health.is_least is 'Whether the share counts what went well and has a least value.';
comment on column marketplace_health.window_days is 'Days counted, up to the last day of the data.';
comment on column marketplace_health.start_date is 'First of those days.';
comment on column marketplace_health.last_date is 'Last of them.';
comment on column marketplace_health.numerator is 'Orders, parcels or lines that count in the share; NULL when no file tells.';
comment on column marketplace_health.denominator is 'Orders, parcels or lines in all; NULL when no file tells.';
comment on column marketplace_health.unknown_count is 'Those of which nobody can tell; for cancellations, those with no reason known, which are in the denominator.';
comment on column marketplace_health.share is 'Our share; NULL when no file tells.';
comment on column marketplace_health.share_low is 'Lower end of its 95 % interval.';
comment on column marketplace_health.share_high is 'Upper end of it.';
comment on column marketplace_health.corrected_numerator is 'For cancellations: those counted, and those labelled as the customer''s that facts contradict; NULL for other metrics.';
comment on column marketplace_health.corrected_share is 'Their share.';
comment on column marketplace_health.told_numerator is 'What the marketplace counted last; NULL when no report is loaded.';
comment on column marketplace_health.told_denominator is 'Of how many.';
comment on column marketplace_health.told_share is 'Its share.';
comment on column marketplace_health.told_status is 'What it called that.';
comment on column marketplace_health.told_until_at is 'End of the period of its report (UTC).';
comment on column marketplace_health.limit_share is 'Share not to exceed, or to reach; NULL when none is known.';
comment on column marketplace_health.attention_share is 'Share from which to be careful; NULL when none is known.';
comment on column marketplace_health.limit_from is 'told: the marketplace''s own report says it; rule: the table of limits.';
comment on column marketplace_health.rule_source is 'Where the rule comes from.';
comment on column marketplace_health.state is 'over, attention, within, no_limit or unknown.';
comment on column marketplace_health.headroom is 'How many more may go wrong at this volume before the limit is passed, below 0: over by; NULL without a limit or a count.';
comment on column marketplace_health.corrected_headroom is 'The same with corrected labels; NULL for other metrics.';
comment on column marketplace_health.used_share is 'What went wrong by our count, of what may: 1 is the limit; NULL without one.';
comment on column marketplace_health.used_low is 'The same at the better end of the interval.';
comment on column marketplace_health.used_high is 'The same at the worse end of the interval.';
comment on column marketplace_health.used_told is 'The same by the marketplace''s own count.';
comment on column marketplace_health.used_attention is 'The same at the share from which to be careful.';
comment on column marketplace_health.used_corrected is 'The same with corrected labels.';
