-- To tell: articles that were sold without stock and whose stock nobody set right since. At stake is what it cost so
-- far.
-- Grain: one row per article. Reads: stock_desync, settings, rule_alerts.
create or replace view int_alert_stock_wrong as
select
    'stock_wrong' as kind,
    runs.sku as item,
    ['stock_wrong/' || runs.sku] as aliases,
    'stock_desync' as cause,
    'merchant' as party,
    'sku' as place_kind,
    runs.sku as place,
    sum(runs.cancelled_line_count)::bigint as item_count,
    sum(runs.cancelled_line_count)::double as size,
    sum(runs.cost_cents)::bigint as amount_cents,
    null::bigint as amount_count,
    min(settings.main_currency) as currency,
    coalesce(max(rule_alerts.certainty), 1) as certainty,
    min(timezone(settings.zone, timezone('UTC', runs.first_at)))::date as since_date,
    null::date as due_date,
    null::date as began_date,
    to_json({product: min(runs.product), channels: count(distinct runs.channel)}) as facts
from stock_desync as runs
cross join settings
left join rule_alerts on rule_alerts.kind = 'stock_wrong'
where runs.still_open and runs.sku is not null
group by runs.sku;
