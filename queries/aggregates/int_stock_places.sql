-- Where stock is counted: a warehouse that orders leave from, or what a channel shows ('Mercatelle (feed)'), known by
-- the channel's name at its beginning.
-- Grain: one row per place. Reads: raw_stock_levels, lines.
create or replace table int_stock_places as
with places as (
    select distinct upper(trim(location)) as place
    from raw_stock_levels
    where location is not null
),

warehouses as (
    select distinct upper(trim(warehouse)) as place
    from lines
    where warehouse is not null
),

channels as (
    select distinct
        channel,
        normal_text(channel) as words
    from lines
    where channel is not null
)

select
    places.place,
    warehouses.place is not null as is_warehouse,
    arg_max(channels.channel, length(channels.words)) filter (where warehouses.place is null) as channel
from places
left join warehouses on places.place = warehouses.place
left join channels on starts_with(normal_text(places.place) || ' ', channels.words || ' ')
group by places.place, warehouses.place;
