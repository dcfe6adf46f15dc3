-- To tell: a cause rises somewhere beyond season, volume and chance. At stake is what the incidents of the last three
-- weeks cost on average, times those above what was expected; it is the surer the fewer of them chance could be.
-- Grain: one row per story of rising_issues. Reads: rising_issues, incidents, settings.
create or replace view int_alert_rising as
with costed as (
    select
        rising.issue_key,
        incidents.currency,
        count(*) as cost_count,
        avg(incidents.cost_cents) as mean_cents
    from rising_issues as rising
    inner join incidents
        on
            rising.cause = incidents.cause
            and rising.week_start_date - 14 <= incidents.event_date
            and rising.week_start_date + 7 > incidents.event_date
            and case rising.place_kind
                when 'all' then true
                when 'sku' then rising.place = incidents.sku
                when 'supplier' then rising.place = incidents.supplier
                when 'warehouse' then rising.place = incidents.warehouse
                when 'carrier' then rising.place = incidents.carrier
                else rising.place = incidents.channel
            end
    where rising.is_lead and incidents.cost_cents is not null
    group by rising.issue_key, incidents.currency
),

chosen as (
    select
        costed.issue_key,
        -- the main currency, else the one of most
        arg_max(costed, (costed.currency = settings.main_currency, costed.cost_count, costed.currency)) as cost
    from costed
    cross join settings
    group by costed.issue_key
)

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
    round(chosen.cost.mean_cents * (rising.observed_count - rising.expected_count))::bigint as amount_cents,
    coalesce(chosen.cost.cost_count, 0) as amount_count,
    chosen.cost.currency,
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
        is_new_source: rising.is_new_source
    }) as facts
from rising_issues as rising
left join chosen on rising.issue_key = chosen.issue_key
where rising.is_lead;
