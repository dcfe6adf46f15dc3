-- Cancellations whose label names the customer and whose piece was put back on sale, when the next customers of the
-- same SKU had to be told that there was none: the first such cancellation within the days of the rule. A count of
-- more than was put back, between the two, is a true restock and leaves the pair out: in the order's own warehouse, or
-- in any where that is not known; what a channel shows is no stock.
-- Grain: one row per incident followed so. Reads: cancelled_lines, int_cancellation_rules, int_stock_places,
-- raw_stock_levels.
create or replace table int_cancellation_restocks as
with put_back as (
    select
        lines.incident_key,
        lines.line_key,
        lines.sku_key,
        upper(trim(lines.warehouse)) as place,
        lines.cancelled_at,
        coalesce(lines.quantity, 1) as quantity,
        rules.restock_days
    from cancelled_lines as lines
    inner join int_cancellation_rules as rules
        on lines.cancelled_date >= rules.from_date and lines.cancelled_date < rules.until_date
    where lines.declared = 'customer' and lines.restocked and lines.sku_key is not null
),

followed as (
    select
        put_back.incident_key,
        put_back.line_key,
        any_value(put_back.sku_key) as sku_key,
        any_value(put_back.place) as place,
        any_value(put_back.cancelled_at) as cancelled_at,
        any_value(put_back.quantity) as quantity,
        min(next_ones.cancelled_at) as stock_out_at
    from put_back
    inner join cancelled_lines as next_ones
        on
            put_back.sku_key = next_ones.sku_key
            and put_back.cancelled_at < next_ones.cancelled_at
            and next_ones.cancelled_at <= put_back.cancelled_at + to_days(put_back.restock_days::integer)
    where next_ones.declared = 'seller' and next_ones.cause in ('stock_out', 'stock_desync')
    group by put_back.incident_key, put_back.line_key
),

truly_restocked as (
    select distinct
        followed.incident_key,
        followed.line_key
    from followed
    inner join raw_stock_levels as levels
        on
            followed.sku_key = upper(trim(levels.sku))
            and followed.cancelled_at < levels.at
            and followed.stock_out_at >= levels.at
    inner join int_stock_places as places on upper(trim(levels.location)) = places.place
    where
        coalesce(levels.available, levels.on_hand) > followed.quantity
        and places.channel is null
        and (followed.place is null or followed.place = places.place)
)

select
    followed.incident_key,
    min(followed.stock_out_at) as stock_out_at
from followed
left join truly_restocked
    on
        followed.incident_key = truly_restocked.incident_key
        and followed.line_key is not distinct from truly_restocked.line_key
where truly_restocked.incident_key is null
group by followed.incident_key;
