-- Causes that leapt within the last days of the data, beyond what orders, weekday and chance explain, and that the
-- weekly rises do not tell of yet. Found at each load (analysis/sudden.py). Series of the same incidents are one story.
-- Grain: one row per cause and place. Reads: sudden_rises, ref_causes.
create or replace view rising_days as
select
    rising.story,
    rising.cause,
    causes.family,
    rising.party,
    rising.place_kind,
    rising.place,
    rising.within_kind,
    rising.within_place,
    rising.first_date,
    rising.last_date,
    rising.observed_count,
    rising.expected_count,
    rising.ratio,
    rising.ratio_low,
    rising.ratio_high,
    rising.q,
    rising.has_exposure,
    rising.series_count,
    row_number() over (
        partition by rising.story
        order by rising.is_narrowest desc nulls last, rising.p, width_of(rising.place_kind) nulls last, rising.place
    ) = 1 as is_lead
from sudden_rises as rising
inner join ref_causes as causes on rising.cause = causes.cause
where
    passes('causes', rising.cause)
    and passes('families', causes.family)
    and passes('parties', rising.party)
order by rising.story, is_lead desc, rising.p, width_of(rising.place_kind) nulls last, rising.place;

comment on view rising_days is 'Causes that leapt within the last days, before their week is over.';
comment on column rising_days.story is 'Number of the story: series of one number share most of their incidents.';
comment on column rising_days.cause is 'Root cause.';
comment on column rising_days.family is 'Its family.';
comment on column rising_days.party is 'Who is responsible for most of its recent incidents.';
comment on column rising_days.place_kind is 'lot, sku, supplier, region, warehouse, carrier, channel, or all.';
comment on column rising_days.place is 'Which one; NULL for all.';
comment on column rising_days.within_kind is 'Of a lot or region, for which pages have no filter: the kind of the one that holds it (supplier, sku or country).';
comment on column rising_days.within_place is 'Which one.';
comment on column rising_days.first_date is 'The day it leapt.';
comment on column rising_days.last_date is 'The last of the days that are counted, three at most.';
comment on column rising_days.observed_count is 'Incidents of these days.';
comment on column rising_days.expected_count is 'What its past rate, the weekdays and the orders behind these days make expect.';
comment on column rising_days.ratio is 'Observed divided by expected.';
comment on column rising_days.ratio_low is 'Lower end of its 95 % interval.';
comment on column rising_days.ratio_high is 'Upper end of its 95 % interval.';
comment on column rising_days.q is 'Share of noise among the series at least as sure as this one.';
comment on column rising_days.has_exposure is 'Whether orders are loaded to set it against.';
comment on column rising_days.series_count is 'How many series tell this story.';
comment on column rising_days.is_lead is 'Whether its story is told by it: of the narrowest place that holds it and has nearly all of its rise, else the surest.';
