-- What the shop says a tool's word for a channel means; words it says nothing of are read as the source read them.
-- Grain: one row per source and channel_raw that the shop maps. Reads: batch_tickets, batch_orders, ref_channels.
create or replace temp table stg_channels as
with told as (
    select
        source,
        channel_raw
    from batch_tickets
    union
    select
        source,
        channel_raw
    from batch_orders
)

select
    told.source,
    told.channel_raw,
    -- a line for this tool wins over a line for all
    coalesce(
        any_value(shop.channel) filter (where shop.source is not null), any_value(shop.channel)
    ) as channel
from told
inner join ref_channels as shop
    on
        normal_code(told.channel_raw) = shop.code
        and (shop.source is null or told.source = shop.source)
where shop.origin = 'shop'
group by all;
