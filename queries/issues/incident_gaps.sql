-- How long it took from one incident to the next under the filters, in days and in what could have gone wrong
-- (orders, lines or units, as fits the cause; orders when several are chosen): what rare incidents are judged by. The
-- last 200 up to the end of the period; its beginning does not count. Incidents of one day are taken as spread evenly
-- over it. The last row is the gap that is still open.
-- Grain: one row per incident, and one for the end. Reads: int_matching_days, int_exposure_kinds, int_data_end,
-- ref_causes.
create or replace view incident_gaps as
with bounds as (
    select
        least(coalesce(getvariable('until')::date - 1, last_date), last_date) as last_date,
        coalesce((
            select if(count(distinct ref_causes.exposure) = 1, any_value(ref_causes.exposure), 'orders')
            from ref_causes
            where list_contains(getvariable('causes')::varchar[], ref_causes.cause)
        ), 'orders') as exposure_kind
    from int_data_end
),

days as (
    select
        int_matching_days.on_date,
        sum(int_matching_days.incident_count)::bigint as incident_count
    from int_matching_days
    cross join bounds
    where int_matching_days.on_date <= bounds.last_date
    group by int_matching_days.on_date
),

counted as (
    select
        on_date,
        incident_count,
        sum(incident_count) over (order by on_date desc) - incident_count as later_count
    from days
),

-- only the days of the last incidents are opened up
newest as (
    select
        on_date,
        incident_count
    from counted
    where later_count <= 200
),

exposures as (
    select
        int_exposure_kinds.date as on_date,
        sum(int_exposure_kinds.exposure_count) as exposure_count
    from int_exposure_kinds
    cross join bounds
    where int_exposure_kinds.exposure = bounds.exposure_kind and int_exposure_kinds.date <= bounds.last_date
    group by int_exposure_kinds.date
),

along as (
    select
        coalesce(newest.on_date, exposures.on_date) as on_date,
        newest.incident_count,
        coalesce(exposures.exposure_count, 0) as exposure_count,
        sum(coalesce(exposures.exposure_count, 0)) over (order by coalesce(newest.on_date, exposures.on_date))
        - coalesce(exposures.exposure_count, 0) as exposure_before
    from newest
    full join exposures on newest.on_date = exposures.on_date
),

opened as (
    select
        on_date,
        incident_count,
        exposure_count,
        exposure_before,
        unnest(range(incident_count)) as number
    from along
    where incident_count > 0
),

moments as (
    select
        on_date,
        false as is_open,
        epoch(on_date::timestamp) / 86400 + (number + 0.5) / incident_count as day_number,
        exposure_before + exposure_count * (number + 0.5) / incident_count as exposure_number
    from opened
    union all
    select
        bounds.last_date,
        true,
        epoch(bounds.last_date::timestamp) / 86400 + 1,
        (select sum(exposures.exposure_count) from exposures)
    from bounds
    where bounds.last_date is not null
),

gaps as (
    select
        on_date,
        is_open,
        day_number - lag(day_number) over (order by day_number) as day_gap,
        exposure_number - lag(exposure_number) over (order by day_number) as exposure_gap
    from moments
)

select
    on_date,
    is_open,
    day_gap,
    bounds.exposure_kind,
    if((select sum(exposures.exposure_count) from exposures) > 0, exposure_gap, null) as exposure_gap
from gaps
cross join bounds
where day_gap is not null
order by on_date, is_open;

comment on view incident_gaps is 'How long it took from one incident to the next: what rare incidents are judged by.';
comment on column incident_gaps.on_date is 'Day of the incident that ends the gap; of the open one, the last day of the data.';
comment on column incident_gaps.is_open is 'Whether the gap has not ended yet.';
comment on column incident_gaps.day_gap is 'Days since the incident before.';
comment on column incident_gaps.exposure_kind is 'What exposure_gap counts: orders, lines_confirmed, lines_shipped or units_sold.';
comment on column incident_gaps.exposure_gap is 'What could have gone wrong since the incident before; NULL when no orders are loaded.';
