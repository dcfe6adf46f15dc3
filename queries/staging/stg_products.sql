-- What the catalogue says of an article; the SKU is compared without regard to case.
-- Grain: one row per SKU. Reads: batch_products.
create or replace temp table stg_products as
select
    upper(trim(sku)) as sku_key,
    -- two shops may list one SKU: the alphabetically first record answers, so load order changes nothing
    arg_min(product, record_id) as product,
    arg_min(variant, record_id) as variant,
    arg_min(supplier, record_id) as supplier,
    arg_min(category, record_id) as category,
    arg_min(unit_cost_cents, record_id) filter (where unit_cost_cents is not null) as unit_cost_cents,
    arg_min(currency, record_id) filter (where unit_cost_cents is not null) as unit_cost_currency
from batch_products
group by all;
