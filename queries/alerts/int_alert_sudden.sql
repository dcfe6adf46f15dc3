-- To tell: a cause leapt somewhere within days, before the week is over that rises are judged by. At stake is what the
-- incidents of these days cost on average, times those above what was expected.
-- Grain: one row per story of rising_days. Reads: rising_days, int_rise_costs.
create or replace view int_alert_sudden as
with leads as (
    select
        *,
        concat_ws('/', cause, place_kind, place) as item
    from rising_days
    where is_lead
)

select
    'sudden' as kind,
    leads.item,
    ['sudden/' || leads.item] as aliases,
    leads.cause,
    leads.party,
    leads.place_kind,
    leads.place,
    leads.observed_count as item_count,
    leads.observed_count - leads.expected_count as size,
    round(costs.mean_cents * (leads.observed_count - leads.expected_count))::bigint as amount_cents,
    coalesce(costs.cost_count, 0) as amount_count,
    costs.currency,
    (1 - leads.q) * (leads.ratio_low - 1) / (leads.ratio - 1) as certainty,
    leads.first_date as since_date,
    null::date as due_date,
    leads.first_date as began_date,
    to_json({
        expected: leads.expected_count,
        ratio: leads.ratio,
        low: leads.ratio_low,
        high: leads.ratio_high,
        more: leads.series_count - 1,
        days: leads.last_date - leads.first_date + 1,
        until: leads.last_date,
        without_orders: not leads.has_exposure,
        within_kind: leads.within_kind,
        within_place: leads.within_place
    }) as facts
from leads
left join int_rise_costs as costs on costs.kind = 'sudden' and leads.item = costs.item;
