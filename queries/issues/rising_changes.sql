-- Rises that are changes of the data and no incidents, as the records behind them show: a label that took over from
-- others, a tool first heard of, a file that came after others had told of later days. And orders that end weeks before
-- the incidents do (no cause): nothing can be judged by them yet. Found at each load (analysis/data_changes.py).
-- Grain: one row per story. Reads: rising_series, ref_causes.
create or replace view rising_changes as
with ranked as (
    select
        rising_series.*,
        row_number() over (
            partition by rising_series.story
            order by rising_series.p, width_of(rising_series.place_kind) nulls last, rising_series.place
        ) = 1 as is_lead
    from rising_series
    where rising_series.change is not null
)

select
    rising.change,
    rising.change_date,
    rising.change_facts,
    rising.cause,
    rising.place_kind,
    rising.place,
    rising.within_kind,
    rising.within_place,
    rising.week_start_date,
    rising.since_date,
    rising.observed_count,
    rising.expected_count,
    rising.series_count
from ranked as rising
left join ref_causes as causes on rising.cause = causes.cause
where
    rising.is_lead
    and (
        rising.cause is null
        or (
            passes('causes', rising.cause)
            and passes('families', causes.family)
            and passes('parties', rising.party)
        )
    )
order by rising.cause is not null, rising.observed_count - rising.expected_count desc, rising.cause, rising.place;

comment on view rising_changes is 'Rises that are changes of the data: labels, tools, files that came late.';
comment on column rising_changes.change is 'relabelled, new_source, late_file, or late_orders (which has no cause).';
comment on column rising_changes.change_date is 'Monday of the week from which the data differ; of late_orders, the last day that has orders.';
comment on column rising_changes.change_facts is 'The names that its sentence needs, in JSON; which, depends on the change.';
comment on column rising_changes.cause is 'Root cause of the series that rose; NULL for late_orders.';
comment on column rising_changes.place_kind is 'lot, sku, supplier, region, warehouse, carrier, channel, or all.';
comment on column rising_changes.place is 'Which one; NULL for all.';
comment on column rising_changes.within_kind is 'Of a lot or region, for which pages have no filter: the kind of the one that holds it (supplier, sku or country).';
comment on column rising_changes.within_place is 'Which one.';
comment on column rising_changes.week_start_date is 'Monday of the week by which rises were judged.';
comment on column rising_changes.since_date is 'Monday of the week from which on a higher rate explains the counts best.';
comment on column rising_changes.observed_count is 'Incidents of the last three weeks.';
comment on column rising_changes.expected_count is 'What was expected before the change was allowed for.';
comment on column rising_changes.series_count is 'How many series the same change made rise.';
