-- Which articles a lot holds, and what may be left of it: no more than the stock of its articles, of whatever lot,
-- since no tool counts by lot. An article that was never counted leaves the whole unknown.
-- Grain: one row per supplier and lot. Reads: lines, int_stock_now.
create or replace table int_lots as
with articles as (
    select
        supplier,
        lot,
        upper(trim(sku)) as sku_key,
        min(product) as product,
        count(*) as line_count
    from lines
    where lot is not null and sku is not null
    group by supplier, lot, upper(trim(sku))
)

select
    articles.supplier,
    articles.lot,
    arg_max(articles.product, (articles.line_count, articles.sku_key)) as product,
    list(articles.sku_key order by articles.sku_key) as sku_keys,
    if(count(stock.sku_key) = count(*), sum(stock.unit_count), null)::bigint as stock_count,
    if(count(stock.sku_key) = count(*), min(stock.counted_date), null) as stock_counted_date
from articles
left join int_stock_now as stock on articles.sku_key = stock.sku_key
group by articles.supplier, articles.lot;
