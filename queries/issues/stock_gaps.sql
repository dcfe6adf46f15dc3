-- Channels that showed more stock than their warehouses had, article by article: on days of the period when both
-- were counted.
-- Grain: one row per SKU and place that a channel shows. Reads: int_stock_gaps.
create or replace view stock_gaps as
select
    any_value(sku) as sku,
    channel,
    any_value(location) as location,
    count(*) as day_count,
    count(*) filter (where shown_level > warehouse_level) as over_day_count,
    max(shown_level - warehouse_level) as worst_gap,
    min(counted_date) filter (where shown_level > warehouse_level) as first_date,
    max(counted_date) filter (where shown_level > warehouse_level) as last_date,
    arg_max(shown_level, counted_date) as last_shown_level,
    arg_max(warehouse_level, counted_date) as last_warehouse_level
from int_stock_gaps
where
    in_period(counted_date)
    and passes('skus', sku)
    and passes('channels', channel)
group by sku_key, channel
having over_day_count > 0
order by over_day_count desc, worst_gap desc, sku;

comment on view stock_gaps is 'Channels that showed more stock than their warehouses had.';
comment on column stock_gaps.sku is 'Article.';
comment on column stock_gaps.channel is 'Channel that shows it.';
comment on column stock_gaps.location is 'Where the channel shows it.';
comment on column stock_gaps.day_count is 'Days on which both were counted.';
comment on column stock_gaps.over_day_count is 'Of them, days on which the channel showed more.';
comment on column stock_gaps.worst_gap is 'Pieces shown beyond what there was, at worst.';
comment on column stock_gaps.first_date is 'First such day.';
comment on column stock_gaps.last_date is 'Last such day.';
comment on column stock_gaps.last_shown_level is 'Shown on the last day counted.';
comment on column stock_gaps.last_warehouse_level is 'In the warehouses on that day.';
