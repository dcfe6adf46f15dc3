-- Which marketplace a rule may name for the orders of a channel and tool: the channel itself, its first word, the tool.
-- Grain: one row per channel, tool and name; `distance` 1 is the closest. Reads: int_selling_places.
create or replace view int_channel_rules as
with named as (
    select
        channel,
        source,
        unnest([
            {'marketplace': channel, 'distance': 1},
            {'marketplace': split_part(channel, '.', 1), 'distance': 2},
            {'marketplace': source, 'distance': 3}
        ]) as name
    from int_selling_places
)

select
    channel,
    source,
    name.marketplace,
    min(name.distance) as distance
from named
group by channel, source, name.marketplace;
