-- Where the shop sells, and how many orders are loaded from there.
-- Grain: one row per channel. Reads: int_selling_places.
create or replace view selling_places as
select
    channel,
    sum(order_count)::bigint as order_count
from int_selling_places
group by channel
order by order_count desc, channel;

comment on view selling_places is 'Where the shop sells, by orders loaded that the marketplace does not ship itself.';
comment on column selling_places.channel is 'Channel of the orders.';
comment on column selling_places.order_count is 'Orders loaded.';
