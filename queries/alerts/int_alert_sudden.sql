-- To tell: a cause leapt somewhere within days, before the week is over that rises are judged by. At stake is what the
-- incidents of these days cost on average, times those above what was expected.
-- Grain: one row per story of rising_days. Reads: rising_days, incidents, settings.
create or replace view int_alert_sudden as
with leads as (
    select
        *,
        concat_ws('/', cause, place_kind, place) as item
    from rising_days
    where is_lead
),

costed as (
    select
        leads.item,
        incidents.currency,
        count(*) as cost_count,
        avg(incidents.cost_cents) as mean_cents
    from leads
    inner join incidents
        on
            leads.cause = incidents.cause
            and leads.first_date <= incidents.event_date
            and leads.last_date >= incidents.event_date
            and case leads.place_kind
                when 'all' then true
                when 'sku' then leads.place = incidents.sku
                when 'supplier' then leads.place = incidents.supplier
                when 'warehouse' then leads.place = incidents.warehouse
                when 'carrier' then leads.place = incidents.carrier
                else leads.place = incidents.channel
            end
    where incidents.cost_cents is not null
    group by leads.item, incidents.currency
),

chosen as (
    select
        costed.item,
        -- the main currency, else the one of most
        arg_max(costed, (costed.currency = settings.main_currency, costed.cost_count, costed.currency)) as cost
    from costed
    cross join settings
    group by costed.item
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
    round(chosen.cost.mean_cents * (leads.observed_count - leads.expected_count))::bigint as amount_cents,
    coalesce(chosen.cost.cost_count, 0) as amount_count,
    chosen.cost.currency,
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
        without_orders: not leads.has_exposure
    }) as facts
from leads
left join chosen on leads.item = chosen.item;
