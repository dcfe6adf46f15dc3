-- Causes that come back in the same place: at least 2 incidents in at least 2 of the 13 weeks up to the end of the
-- period. The place is where the cause's family can be put right (int_place_kinds). Incidents without a known cause
-- are no issue; they are counted elsewhere. Its rate is set against that of all other places.
-- Grain: one row per cause and place. Reads: matching_incidents, int_matching_exposure, int_place_exposure,
-- int_data_end, int_place_kinds, int_incident_places, ref_causes, settings.
create or replace view recurring_issues as
with bounds as (
    select
        coalesce(getvariable('until')::date, last_date + 1) as until_date,
        (date_trunc('week', coalesce(getvariable('until')::date, last_date + 1) - 1) - interval 84 day)::date
            as start_date
    from int_data_end
),

found as (
    select
        incidents.cause,
        incidents.family,
        incidents.party,
        incidents.sku,
        incidents.supplier,
        incidents.warehouse,
        incidents.carrier,
        incidents.channel,
        incidents.on_date,
        if(
            incidents.currency = coalesce(getvariable('currency'), settings.main_currency), incidents.cost_cents, null
        ) as main_cents
    from matching_incidents as incidents
    cross join settings
    where
        incidents.on_date >= (select bounds.start_date from bounds)
        and incidents.on_date < (select bounds.until_date from bounds)
        and incidents.cause not in ('unknown', 'other')
),

-- a week is a bit of a number: how many weeks an issue was present is then counted without listing them
placed as (
    select
        found.cause,
        found.family,
        found.party,
        kinds.place_kind,
        case kinds.place_kind
            when 'sku' then found.sku
            when 'supplier' then found.supplier
            when 'warehouse' then found.warehouse
            when 'carrier' then found.carrier
            else found.channel
        end as place,
        bit_or(1 << ((found.on_date - bounds.start_date) // 7)::integer) as week_bits,
        count(*) as incident_count,
        max(found.on_date) as last_seen_date,
        sum(found.main_cents) as cost_cents
    from found
    cross join bounds
    inner join int_place_kinds as kinds
        on
            found.family = kinds.family
            and kinds.is_listed
            and (
                not kinds.is_last_resort
                or coalesce(found.sku, found.supplier, found.warehouse, found.carrier) is null
            )
    group by found.cause, found.family, found.party, kinds.place_kind, place
),

issues as (
    select
        cause,
        family,
        place_kind,
        place,
        arg_min(party, (-incident_count, party)) as party,
        sum(incident_count)::bigint as incident_count,
        bit_count(bit_or(week_bits))::bigint as weeks_present_count,
        max(last_seen_date) as last_seen_date,
        sum(cost_cents)::bigint as cost_cents
    from placed
    where place is not null
    group by cause, family, place_kind, place
    having weeks_present_count >= 2
),

causes as (
    select
        cause,
        count(*) as incident_count
    from found
    group by cause
),

articles as (
    select
        sku,
        supplier,
        sum(order_count) as orders,
        sum(lines_confirmed) as lines_confirmed,
        sum(lines_shipped) as lines_shipped,
        sum(units_sold) as units_sold
    from int_matching_exposure
    where date >= (select bounds.start_date from bounds) and date < (select bounds.until_date from bounds)
    group by sku, supplier
),

exposures as (
    select
        if(grouping(sku) = 0, 'sku', 'supplier') as place_kind,
        if(grouping(sku) = 0, sku, supplier) as place,
        sum(orders)::bigint as orders,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from articles
    group by grouping sets ((sku), (supplier))

    union all

    select
        case
            when grouping(warehouse) = 0 then 'warehouse'
            when grouping(carrier) = 0 then 'carrier'
            when grouping(channel) = 0 then 'channel'
        end as place_kind,
        coalesce(warehouse, carrier, channel) as place,
        sum(order_count)::bigint as orders,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from int_place_exposure
    where date >= (select bounds.start_date from bounds) and date < (select bounds.until_date from bounds)
    group by grouping sets ((warehouse), (carrier), (channel), ())
),

measured as (
    select
        issues.*,
        causes.incident_count - issues.incident_count as rest_incident_count,
        case
            when coalesce(ref_causes.exposure, 'orders') = 'lines_shipped' then here.lines_shipped
            when ref_causes.exposure = 'units_sold' then here.units_sold
            -- orders are counted on their first line, so the orders of one article are its lines
            when ref_causes.exposure = 'lines_confirmed' or issues.place_kind in ('sku', 'supplier')
                then here.lines_confirmed
            else here.orders
        end as exposure_count,
        case
            when coalesce(ref_causes.exposure, 'orders') = 'lines_shipped' then everywhere.lines_shipped
            when ref_causes.exposure = 'units_sold' then everywhere.units_sold
            when ref_causes.exposure = 'lines_confirmed' or issues.place_kind in ('sku', 'supplier')
                then everywhere.lines_confirmed
            else everywhere.orders
        end as whole_exposure_count
    from issues
    inner join causes on issues.cause = causes.cause
    left join ref_causes on issues.cause = ref_causes.cause
    left join exposures as here on issues.place_kind = here.place_kind and issues.place = here.place
    left join exposures as everywhere on everywhere.place_kind is null and everywhere.place is null
)

select
    measured.cause || '/' || measured.place_kind || '/' || measured.place as issue_key,
    measured.cause,
    measured.family,
    measured.party,
    measured.place_kind,
    measured.place,
    least(coalesce(places.first_seen_date, measured.last_seen_date), measured.last_seen_date) as first_seen_date,
    measured.last_seen_date,
    measured.weeks_present_count,
    measured.incident_count,
    nullif(measured.exposure_count, 0) as exposure_count,
    measured.rest_incident_count,
    nullif(measured.whole_exposure_count - measured.exposure_count, 0) as rest_exposure_count,
    measured.incident_count / nullif(measured.exposure_count, 0) as rate,
    measured.rest_incident_count
    / nullif(measured.whole_exposure_count - measured.exposure_count, 0) as rest_rate,
    measured.cost_cents
from measured
left join int_incident_places as places
    on
        measured.cause = places.cause
        and measured.place_kind = places.place_kind
        and measured.place = places.place
order by measured.incident_count desc, issue_key;

comment on view recurring_issues is 'Causes that come back in the same place within 13 weeks, with their rate and that of the rest.';
comment on column recurring_issues.issue_key is 'Key of the issue: cause, kind of place, place.';
comment on column recurring_issues.cause is 'Root cause; never unknown or other.';
comment on column recurring_issues.family is 'Family of the cause.';
comment on column recurring_issues.party is 'Who can put it right; where that varies, the one it most often is.';
comment on column recurring_issues.place_kind is 'Kind of place: sku, supplier, warehouse, carrier or channel.';
comment on column recurring_issues.place is 'The place.';
comment on column recurring_issues.first_seen_date is 'Day of the first incident of this cause here, in the whole history.';
comment on column recurring_issues.last_seen_date is 'Day of the last one of the 13 weeks.';
comment on column recurring_issues.weeks_present_count is 'In how many of the 13 weeks it happened.';
comment on column recurring_issues.incident_count is 'Incidents in the 13 weeks.';
comment on column recurring_issues.exposure_count is 'What could have gone wrong here in the 13 weeks: shipped lines, confirmed lines, units or orders, as fits the cause; NULL when not known.';
comment on column recurring_issues.rest_incident_count is 'Incidents of the cause in all other places.';
comment on column recurring_issues.rest_exposure_count is 'What could have gone wrong in all other places; NULL when not known.';
comment on column recurring_issues.rate is 'Incidents here for one of the denominator; NULL when not known.';
comment on column recurring_issues.rest_rate is 'The same in all other places; NULL when not known.';
comment on column recurring_issues.cost_cents is 'Refunded in the 13 weeks, minor units of the currency asked for; NULL when no amount is known.';
