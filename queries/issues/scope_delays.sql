-- How long after its order an incident is told of, in weeks from Monday to Monday, under the filters on causes, on
-- families and on parties: what says how much of the newest orders' incidents is still to come.
-- Grain: one row per week of orders and delay. Reads: incidents, int_data_end.
create or replace view scope_delays as
select
    date_trunc('week', incidents.order_date)::date as order_week_date,
    if(
        incidents.order_date is null,
        null,
        greatest(
            date_diff('day', date_trunc('week', incidents.order_date), date_trunc('week', incidents.event_date)) // 7, 0
        )
    )::bigint as delay_weeks,
    count(*) as incident_count
from incidents
cross join int_data_end
where
    incidents.event_date <= int_data_end.last_date
    and (getvariable('start') is null or incidents.event_date >= getvariable('start')::date)
    and passes('causes', incidents.cause)
    and passes('families', incidents.family)
    and passes('parties', incidents.party)
group by all
order by order_week_date, delay_weeks;

comment on view scope_delays is 'How many weeks after its order an incident is told of, under the filters on causes, families and parties.';
comment on column scope_delays.order_week_date is 'Monday of the week of the order; NULL where no order is known.';
comment on column scope_delays.delay_weeks is 'Weeks from then to the week of the first signal; NULL where no order is known.';
comment on column scope_delays.incident_count is 'Incidents.';
