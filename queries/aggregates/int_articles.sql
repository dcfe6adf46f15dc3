-- What is known of every article: what the catalogue says of it, else the lines that sold it.
-- Grain: one row per SKU, compared without regard to case. Reads: raw_products, lines.
create or replace table int_articles as
with told as (
    select
        upper(trim(sku)) as sku_key,
        product,
        variant,
        1 as place,
        record_id as told_by
    from raw_products
    where sku is not null
    union all
    select
        upper(trim(sku)) as sku_key,
        min(product) as product,
        min(variant) as variant,
        2 as place,
        '' as told_by
    from lines
    where sku is not null and product is not null
    group by upper(trim(sku))
)

select
    sku_key,
    arg_min(product, (place, told_by)) as product,
    arg_min(variant, (place, told_by)) as variant
from told
group by sku_key;
