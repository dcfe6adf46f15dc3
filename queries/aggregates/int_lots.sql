-- Which articles a lot holds.
-- Grain: one row per supplier and lot. Reads: lines.
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
    supplier,
    lot,
    arg_max(product, (line_count, sku_key)) as product,
    list(sku_key order by sku_key) as sku_keys
from articles
group by supplier, lot;
