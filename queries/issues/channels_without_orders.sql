-- Channels that have incidents but no order at all: their incidents can be counted, not set against anything.
-- Grain: one row per channel. Reads: int_filter_values, exposure_daily.
create or replace view channels_without_orders as
select
    int_filter_values.value as channel,
    int_filter_values.incident_count
from int_filter_values
where
    int_filter_values.dimension = 'channel'
    and int_filter_values.value not in (
        select distinct exposure_daily.channel
        from exposure_daily
        where exposure_daily.channel is not null
    )
order by int_filter_values.incident_count desc, channel;

comment on view channels_without_orders is 'Channels with incidents but without orders: counts only, no rates.';
comment on column channels_without_orders.channel is 'Channel.';
comment on column channels_without_orders.incident_count is 'Its incidents, in the whole history.';
