-- Orders, those included that are only known by their lines (some tools export nothing but lines).
-- Grain: one row per order. Reads: batch_orders, batch_order_lines, stg_channels,
-- settings.
create or replace temp table stg_orders as
with known as (
    select
        record_id as order_key,
        source,
        account,
        order_id,
        order_ref,
        order_name,
        other_refs,
        coalesce(stg_channels.channel, batch_orders.channel) as channel,
        placed_at,
        paid_at,
        shipped_at,
        cancelled_at,
        payment_status,
        fulfilment_status,
        fulfilled_by,
        warehouse,
        carrier,
        country,
        region,
        currency,
        file_id,
        row_number
    from batch_orders
    left join stg_channels using (source, channel_raw)
),

only_lines as (
    select
        source || '/' || account || '/' || order_id as order_key,
        source,
        account,
        order_id,
        min(order_ref) as order_ref,
        min(placed_at) as placed_at,
        min(currency) as currency,
        arg_min(file_id, record_id) as file_id,
        arg_min(row_number, record_id) as row_number
    from batch_order_lines
    anti join batch_orders using (source, account, order_id)
    group by all
),

together as (
    from known
    union all by name
    from only_lines
)

select
    * replace (
        normal_ref(coalesce(order_ref, order_name, order_id)) as order_ref
    ),
    timezone((select settings.zone from settings), timezone('UTC', placed_at))::date as order_date,
    -- an order that was never paid is no exposure: it could not be shipped or be out of stock
    coalesce(
        lower(payment_status) not in ('pending', 'voided', 'expired', 'failed', 'declined', 'unpaid')
        or paid_at is not null
        or shipped_at is not null,
        true
    ) as is_confirmed
from together;
