-- Share of incidents that no rule explains: the dashboard must not flatter itself.
-- Grain: one row per week. Reads: int_matching_days.
create or replace view kpi_unknown_cause_share as
select
    'unknown_cause_share' as title,
    'share' as unit,
    'lower' as better,
    date_trunc('week', on_date)::date as week_start_date,
    coalesce(sum(incident_count) filter (where cause in ('unknown', 'other')), 0)::bigint as numerator,
    sum(incident_count)::bigint as denominator
from int_matching_days
where in_period(date_trunc('week', on_date))
group by date_trunc('week', on_date)::date
order by week_start_date;

comment on view kpi_unknown_cause_share is 'Share of incidents that no rule explains: the dashboard must not flatter itself.';
comment on column kpi_unknown_cause_share.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_unknown_cause_share.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_unknown_cause_share.better is 'lower or higher.';
comment on column kpi_unknown_cause_share.week_start_date is 'Monday of the week.';
comment on column kpi_unknown_cause_share.numerator is 'Incidents without a cause (''other'' included).';
comment on column kpi_unknown_cause_share.denominator is 'Incidents of the week.';
