-- Articles whose newest count is below zero: more was sold than there is. A count older than two weeks before the
-- end of the data tells nothing of today and is left out. The period does not count, the filters on articles and
-- channels do.
-- Grain: one row per SKU and place. Reads: int_stock_counts, int_stock_places, int_data_end.
create or replace view negative_stock as
select
    counts.sku,
    counts.location,
    places.channel,
    counts.source,
    counts.level,
    counts.counted_at,
    counts.last_right_at,
    counts.negative_count,
    counts.count_count
from int_stock_counts as counts
inner join int_stock_places as places on counts.place = places.place
cross join int_data_end
where
    counts.level < 0
    and counts.counted_at >= int_data_end.last_date - interval 14 days
    and passes('skus', counts.sku)
    and passes('channels', places.channel)
order by counts.level, counts.sku, counts.location;

comment on view negative_stock is 'Articles whose newest count is below zero.';
comment on column negative_stock.sku is 'Article.';
comment on column negative_stock.location is 'Where it was counted.';
comment on column negative_stock.channel is 'The channel that shows this count; NULL for a warehouse.';
comment on column negative_stock.source is 'Tool that tells of it.';
comment on column negative_stock.level is 'Pieces available: below zero.';
comment on column negative_stock.counted_at is 'When it was counted (UTC).';
comment on column negative_stock.last_right_at is 'Last count that was not below zero (UTC); NULL when there is none.';
comment on column negative_stock.negative_count is 'Counts below zero in all.';
comment on column negative_stock.count_count is 'Counts in all.';
