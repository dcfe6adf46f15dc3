-- Order lines with what is known of their order, article and parcel. An order whose lines are not known has one line
-- that stands for it, so that it still counts as an order and as something that was shipped.
-- Grain: one row per order line. Reads: stg_orders, stg_order_places, stg_line_lots, stg_products, batch_order_lines,
-- settings.
create or replace temp table build_lines as
with orders as (
    select
        stg_orders.* exclude (carrier, warehouse, fulfilled_by, shipped_at),
        places.carrier,
        places.warehouse,
        places.fulfilled_by,
        coalesce(stg_orders.shipped_at, places.shipped_at) as shipped_at
    from stg_orders
    inner join stg_order_places as places using (order_key)
)

select
    orders.order_ref,
    orders.order_key,
    coalesce(orders.order_name, orders.order_ref, orders.order_id) as order_name,
    coalesce(batch_order_lines.record_id, orders.order_key || '/order') as line_key,
    batch_order_lines.line_id,
    batch_order_lines.sku,
    coalesce(batch_order_lines.product, stg_products.product) as product,
    coalesce(batch_order_lines.variant, stg_products.variant) as variant,
    coalesce(batch_order_lines.supplier, stg_products.supplier) as supplier,
    coalesce(batch_order_lines.lot, stg_line_lots.lot) as lot,
    coalesce(batch_order_lines.category, stg_products.category) as category,
    batch_order_lines.quantity,
    batch_order_lines.unit_price_cents,
    coalesce(orders.currency, batch_order_lines.currency) as currency,
    orders.channel,
    orders.country,
    orders.region,
    orders.warehouse,
    orders.carrier,
    orders.fulfilled_by,
    orders.placed_at as order_at,
    orders.order_date,
    timezone((select settings.zone from settings), timezone('UTC', orders.shipped_at))::date as shipped_date,
    orders.is_confirmed,
    case
        when batch_order_lines.line_status = 'shipped' then true
        when batch_order_lines.line_status in ('cancelled', 'not_shippable') then false
        -- a line still open in an order of which a part has left is a line that was left behind
        when lower(orders.fulfilment_status) in ('partial', 'unfulfilled') and batch_order_lines.line_status = 'open'
            then false
        else
            orders.shipped_at is not null
            or coalesce(lower(orders.fulfilment_status) in ('fulfilled', 'shipped', 'delivered', 'completed'), false)
    end as is_shipped,
    orders.source,
    coalesce(batch_order_lines.file_id, orders.file_id) as file_id,
    coalesce(batch_order_lines.row_number, orders.row_number) as row_number
from orders
left join batch_order_lines
    on
        orders.source = batch_order_lines.source
        and orders.account = batch_order_lines.account
        and orders.order_id = batch_order_lines.order_id
left join stg_line_lots
    on orders.order_key = stg_line_lots.order_key and upper(trim(batch_order_lines.sku)) = stg_line_lots.sku_key
left join stg_products on upper(trim(batch_order_lines.sku)) = stg_products.sku_key;
