-- How many orders the seller may still cancel on each channel before the marketplace's limit, by labels and
-- corrected. Orders of the last days of the data, as many as the limit looks at; the closest limit to the
-- channel's name that is in force on the last day counts. Only the filter on channels applies.
-- Grain: one row per channel with a limit. Reads: exposure_daily, int_cancellations, rule_marketplace_limits,
-- int_data_end.
create or replace view cancellation_headroom as
with channels as (
    select distinct channel
    from exposure_daily
    where channel is not null
),

limits as (
    select
        channels.channel,
        arg_max(
            {
                'marketplace': limits.marketplace,
                'limit_share': limits.limit_share,
                'window_days': limits.window_days,
                'source': limits.source
            },
            (limits.marketplace = channels.channel, coalesce(limits.valid_from, date '-infinity'))
        ) as chosen
    from channels
    inner join rule_marketplace_limits as limits
        on
            channels.channel = limits.marketplace
            or regexp_extract(channels.channel, '^[a-z0-9]+') = limits.marketplace
    cross join int_data_end
    where
        limits.metric = 'seller_cancellation'
        and limits.limit_share is not null
        and (limits.valid_from is null or limits.valid_from <= int_data_end.last_date)
        and (
            coalesce(len(getvariable('channels')::varchar[]), 0) = 0
            or channels.channel in getvariable('channels')::varchar[]
        )
    group by channels.channel
),

dated as (
    select
        limits.channel,
        limits.chosen.marketplace,
        limits.chosen.limit_share,
        limits.chosen.window_days,
        limits.chosen.source,
        int_data_end.last_date - limits.chosen.window_days::integer + 1 as from_date,
        int_data_end.last_date
    from limits
    cross join int_data_end
),

ordered as (
    select
        dated.channel,
        sum(days.order_count)::bigint as order_count
    from dated
    inner join exposure_daily as days
        on
            dated.channel = days.channel
            and dated.from_date <= days.date
            and dated.last_date >= days.date
    where days.date_basis = 'order'
    group by dated.channel
),

cancelled as (
    select
        dated.channel,
        count(distinct cancellations.order_key) filter (where cancellations.declared = 'seller') as declared_count,
        count(distinct cancellations.order_key) filter (
            where cancellations.declared = 'seller' or cancellations.verdict = 'contradicted'
        ) as corrected_count
    from dated
    inner join int_cancellations as cancellations
        on
            dated.channel = cancellations.channel
            and dated.from_date <= cancellations.order_date
            and dated.last_date >= cancellations.order_date
    group by dated.channel
)

select
    dated.channel,
    dated.marketplace,
    dated.limit_share,
    dated.window_days,
    dated.from_date,
    dated.last_date,
    coalesce(ordered.order_count, 0) as order_count,
    coalesce(cancelled.declared_count, 0) as declared_count,
    coalesce(cancelled.corrected_count, 0) as corrected_count,
    floor(dated.limit_share * ordered.order_count)::bigint - coalesce(cancelled.declared_count, 0)
        as declared_headroom,
    floor(dated.limit_share * ordered.order_count)::bigint - coalesce(cancelled.corrected_count, 0)
        as corrected_headroom,
    dated.source
from dated
left join ordered on dated.channel = ordered.channel
left join cancelled on dated.channel = cancelled.channel
order by corrected_headroom, dated.channel;

comment on view cancellation_headroom is 'Orders that the seller may still cancel before each marketplace''s limit.';
comment on column cancellation_headroom.channel is 'Where it was sold.';
comment on column cancellation_headroom.marketplace is 'The name that the limit is kept under.';
comment on column cancellation_headroom.limit_share is 'Highest share of orders that the seller may cancel.';
comment on column cancellation_headroom.window_days is 'Days that the limit looks at.';
comment on column cancellation_headroom.from_date is 'First of those days.';
comment on column cancellation_headroom.last_date is 'Last of those days: the last day of the data.';
comment on column cancellation_headroom.order_count is 'Orders placed in them.';
comment on column cancellation_headroom.declared_count is 'Of them, those with a cancellation whose label names the seller''s side.';
comment on column cancellation_headroom.corrected_count is 'The same, and those with a label that facts contradict.';
comment on column cancellation_headroom.declared_headroom is 'Orders that may still be cancelled before the limit, by labels; below 0 it is passed; NULL without orders.';
comment on column cancellation_headroom.corrected_headroom is 'The same, corrected.';
comment on column cancellation_headroom.source is 'Where the limit is from.';
