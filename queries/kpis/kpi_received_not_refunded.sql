-- Of the returns received in a week, those that are still not refunded. Only tools that tell of refunds count, and a
-- return that was declined or withdrawn is owed nothing.
-- Grain: one row per week. Reads: int_received_returns, matching_incidents.
create or replace view kpi_received_not_refunded as
with received as (
    select
        date_trunc('week', returns_open.received_date)::date as week_start_date,
        returns_open.is_refunded
    from int_received_returns as returns_open
    inner join matching_incidents on returns_open.incident_key = matching_incidents.incident_key
)

select
    'received_not_refunded' as title,
    'share' as unit,
    'lower' as better,
    week_start_date,
    count(*) filter (where not is_refunded) as numerator,
    count(*) as denominator
from received
where
    (getvariable('start') is null or week_start_date >= getvariable('start')::date)
    and (getvariable('until') is null or week_start_date < getvariable('until')::date)
group by week_start_date
order by week_start_date;

comment on view kpi_received_not_refunded is 'Of the returns received in a week, those that are still not refunded. Only tools that tell of refunds count, and a return that was declined or withdrawn is owed nothing.';
comment on column kpi_received_not_refunded.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_received_not_refunded.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_received_not_refunded.better is 'lower or higher.';
comment on column kpi_received_not_refunded.week_start_date is 'Monday of the week.';
comment on column kpi_received_not_refunded.numerator is 'Returns received in the week and not refunded up to the end of the data.';
comment on column kpi_received_not_refunded.denominator is 'Returns received in the week.';
