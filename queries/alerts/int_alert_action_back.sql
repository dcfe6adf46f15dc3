-- To tell: a cause that a corrective action had brought down is above the level held after it again. What it costs is
-- not known; it is as sure as three standard deviations are.
-- Grain: one row per action. Reads: action_effects, action_weeks.
create or replace view int_alert_action_back as
with later as (
    select
        weeks.item,
        sum(weeks.incident_count)::bigint as incident_count,
        sum(weeks.exposure_count * weeks.reported_share) as exposure_count
    from action_weeks as weeks
    inner join action_effects as effects
        on weeks.item = effects.item and weeks.week_start_date >= effects.back_since
    where weeks.phase = 'later'
    group by weeks.item
),

scoped as (
    select
        *,
        case
            when json_exists(scope, '$.warehouse[0]') then 'warehouse'
            when json_exists(scope, '$.carrier[0]') then 'carrier'
            when json_exists(scope, '$.supplier[0]') then 'supplier'
            when json_exists(scope, '$.sku[0]') then 'sku'
            when json_exists(scope, '$.channel[0]') then 'channel'
            else 'all'
        end as place_kind
    from action_effects
    where back_since is not null
)

select
    'action_back' as kind,
    scoped.item,
    ['action_back/' || scoped.item] as aliases,
    if(json_exists(scoped.scope, '$.cause[1]'), null, json_extract_string(scoped.scope, '$.cause[0]')) as cause,
    null::varchar as party,
    scoped.place_kind,
    json_extract_string(scoped.scope, '$.' || scoped.place_kind || '[0]') as place,
    later.incident_count as item_count,
    later.incident_count - scoped.after_count / scoped.after_exposure * later.exposure_count as size,
    null::bigint as amount_cents,
    null::bigint as amount_count,
    null::varchar as currency,
    1.0 as certainty,
    scoped.back_since as since_date,
    null::date as due_date,
    null::date as began_date,
    to_json({
        done: scoped.done,
        expected: scoped.after_count / scoped.after_exposure * later.exposure_count
    }) as facts
from scoped
inner join later on scoped.item = later.item;
