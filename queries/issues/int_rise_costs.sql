-- What the incidents of each rise, weekly or sudden, cost on average: in the main currency, else in the one of most.
-- Grain: one row per kind and item that has any known cost. Reads: rising_issues, rising_days, incidents, settings.
create or replace view int_rise_costs as
with rises as (
    select
        'rising' as kind,
        issue_key as item,
        cause,
        place_kind,
        place,
        week_start_date - 14 as first_date,
        week_start_date + 6 as last_date
    from rising_issues
    where is_lead
    union all
    select
        'sudden' as kind,
        concat_ws('/', cause, place_kind, place) as item,
        cause,
        place_kind,
        place,
        first_date,
        last_date
    from rising_days
    where is_lead
),

costed as (
    select
        rises.kind,
        rises.item,
        incidents.currency,
        count(*) as cost_count,
        avg(incidents.cost_cents) as mean_cents
    from rises
    inner join incidents
        on
            rises.cause = incidents.cause
            and rises.first_date <= incidents.event_date
            and rises.last_date >= incidents.event_date
            and is_at(rises.place_kind, rises.place, incidents)
    where incidents.cost_cents is not null
    group by rises.kind, rises.item, incidents.currency
),

chosen as (
    select
        costed.kind,
        costed.item,
        arg_max(costed, (costed.currency = settings.main_currency, costed.cost_count, costed.currency)) as cost
    from costed
    cross join settings
    group by costed.kind, costed.item
)

select
    kind,
    item,
    cost.currency,
    cost.cost_count,
    cost.mean_cents
from chosen;
