-- Of the returns received in a week, those that are still not refunded. Only tools that tell of refunds count, and a
-- return that was declined, withdrawn, exchanged or credited is owed nothing.
-- Grain: one row per week. Reads: int_matching_returns.
create or replace view kpi_received_not_refunded as
select
    'received_not_refunded' as title,
    'share' as unit,
    'lower' as better,
    date_trunc('week', received_date)::date as week_start_date,
    count(*) filter (where not is_refunded) as numerator,
    count(*) as denominator
from int_matching_returns
where
    is_to_refund
    and in_period(date_trunc('week', received_date))
group by date_trunc('week', received_date)::date
order by week_start_date;

comment on view kpi_received_not_refunded is 'Of the returns received in a week, those that are still not refunded. Only tools that tell of refunds count, and a return that was declined, withdrawn, exchanged or credited is owed nothing.';
comment on column kpi_received_not_refunded.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_received_not_refunded.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_received_not_refunded.better is 'lower or higher.';
comment on column kpi_received_not_refunded.week_start_date is 'Monday of the week.';
comment on column kpi_received_not_refunded.numerator is 'Returns received in the week and not refunded up to the end of the data.';
comment on column kpi_received_not_refunded.denominator is 'Returns received in the week.';
