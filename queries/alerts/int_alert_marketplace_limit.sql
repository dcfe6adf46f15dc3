-- To tell: a marketplace's limit that is passed, by our count or its own, or nearly used up; the worse of both counts.
-- A share of fewer than 25 orders is no sign unless the marketplace itself says so. At stake are the sales of some days
-- there, which a suspension would stop.
-- Grain: one row per marketplace and metric. Reads: marketplace_health, lines, settings, int_data_end, rule_alerts.
create or replace view int_alert_marketplace_limit as
with counted as (
    select
        *,
        coalesce(used_told > used_share, used_share is null) as is_told
    from marketplace_health
    where limit_share is not null and (denominator >= 25 or told_denominator is not null)
),

pressing as (
    select
        channel,
        metric,
        limit_share,
        window_days,
        start_date,
        if(is_told, told_numerator, numerator)::bigint as numerator,
        if(is_told, told_denominator, denominator)::bigint as denominator,
        if(is_told, told_share, share) as share,
        if(is_told, used_told, used_share) as used_share,
        -- theirs is known only where ours is not
        if(is_told and denominator is not null, null, headroom) as headroom,
        if(if(is_told, used_told, used_share) > 1, 'marketplace_over', 'marketplace_near') as rule,
        is_told
    from counted
    where
        greatest(used_share, used_told)
        >= coalesce(
            (select rule_alerts.near_share from rule_alerts where rule_alerts.kind = 'marketplace_near'), 0.8
        )
),

ruled as (
    select
        pressing.*,
        coalesce(rule_alerts.certainty, 1) as certainty,
        coalesce(rule_alerts.at_stake_days, 7)::integer as at_stake_days
    from pressing
    left join rule_alerts on pressing.rule = rule_alerts.kind
),

sold as (
    select
        ruled.channel,
        ruled.metric,
        lines.currency,
        count(*) as known_count,
        sum(lines.quantity * lines.unit_price_cents)::bigint as cents
    from ruled
    cross join int_data_end
    inner join lines
        on
            ruled.channel = lines.channel
            and int_data_end.last_date - ruled.at_stake_days < lines.order_date
            and int_data_end.last_date >= lines.order_date
    group by ruled.channel, ruled.metric, lines.currency
),

chosen as (
    select
        sold.channel,
        sold.metric,
        -- the main currency, else the one of most
        arg_max(sold, (sold.currency = settings.main_currency, sold.known_count, sold.currency))
        filter (where sold.cents is not null) as amount
    from sold
    cross join settings
    group by sold.channel, sold.metric
)

select
    'marketplace_limit' as kind,
    ruled.channel || '/' || ruled.metric as item,
    ['marketplace_limit/' || ruled.channel || '/' || ruled.metric] as aliases,
    null::varchar as cause,
    'merchant' as party,
    'channel' as place_kind,
    ruled.channel as place,
    ruled.numerator as item_count,
    ruled.used_share as size,
    chosen.amount.cents as amount_cents,
    -- the amount is not that of these orders
    null::bigint as amount_count,
    chosen.amount.currency,
    ruled.certainty,
    ruled.start_date as since_date,
    null::date as due_date,
    null::date as began_date,
    to_json({
        metric: ruled.metric,
        share: ruled.share,
        "limit": ruled.limit_share,
        n_all: ruled.denominator,
        headroom: ruled.headroom,
        is_over: ruled.rule = 'marketplace_over',
        is_told: ruled.is_told,
        window_days: ruled.window_days,
        at_stake_days: ruled.at_stake_days
    }) as facts
from ruled
left join chosen on ruled.channel = chosen.channel and ruled.metric = chosen.metric;
