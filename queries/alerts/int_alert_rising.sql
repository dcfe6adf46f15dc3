-- To tell: a cause rises somewhere beyond season, volume and chance. At stake is what the incidents of the last three
-- weeks cost on average, times those above what was expected; it is the surer the fewer of them chance could be.
-- Grain: one row per story of rising_issues. Reads: rising_issues, int_rise_costs.
create or replace view int_alert_rising as
select
    'rising' as kind,
    rising.issue_key as item,
    -- what leapt within days is the same thing when its week is over
    list_concat(
        list_transform(rising.aliases, lambda alias: 'rising/' || alias),
        list_transform(rising.aliases, lambda alias: 'sudden/' || alias)
    ) as aliases,
    rising.cause,
    rising.party,
    rising.place_kind,
    rising.place,
    rising.observed_count as item_count,
    rising.observed_count - rising.expected_count as size,
    round(costs.mean_cents * (rising.observed_count - rising.expected_count))::bigint as amount_cents,
    coalesce(costs.cost_count, 0) as amount_count,
    costs.currency,
    (1 - rising.q) * (rising.ratio_low - 1) / (rising.ratio - 1) as certainty,
    rising.since_date,
    null::date as due_date,
    rising.began_date,
    to_json({
        expected: rising.expected_count,
        ratio: rising.ratio,
        low: rising.ratio_low,
        high: rising.ratio_high,
        more: rising.series_count - 1,
        week: rising.week_start_date,
        back_after_weeks: rising.back_after_weeks,
        is_older: rising.since_date <= rising.week_start_date - 84, -- no further back is looked
        without_orders: not rising.has_exposure,
        is_new_source: rising.is_new_source,
        is_lot: rising.place_kind = 'lot',
        within_kind: rising.within_kind,
        within_place: rising.within_place
    }) as facts
from rising_issues as rising
left join int_rise_costs as costs on costs.kind = 'rising' and rising.issue_key = costs.item
where rising.is_lead;
