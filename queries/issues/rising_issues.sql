-- Causes whose rate rose by the last complete week, beyond what orders, season, trend and chance explain. Found at each
-- load (analysis/rising.py). Series that share most of their recent incidents are one story; its surest series comes
-- first. Of all series listed, at most one in ten is expected to be noise. Rises that are changes of the data are in
-- rising_changes.
-- Grain: one row per cause and place. Reads: rising_series, ref_causes.
create or replace view rising_issues as
select
    rising.story,
    rising.cause,
    causes.family,
    rising.party,
    rising.place_kind,
    rising.place,
    rising.within_kind,
    rising.within_place,
    rising.week_start_date,
    rising.since_date,
    rising.observed_count,
    rising.expected_count,
    rising.ratio,
    rising.ratio_low,
    rising.ratio_high,
    rising.q,
    rising.has_exposure,
    rising.is_new_source,
    rising.series_count,
    rising.issue_key,
    rising.aliases,
    rising.began_date,
    rising.back_after_weeks,
    row_number() over (
        partition by rising.story
        order by rising.is_narrowest desc nulls last, rising.p, width_of(rising.place_kind) nulls last, rising.place
    ) = 1 as is_lead
from rising_series as rising
inner join ref_causes as causes on rising.cause = causes.cause
where
    rising.change is null
    and passes('causes', rising.cause)
    and passes('families', causes.family)
    and passes('parties', rising.party)
order by rising.story, is_lead desc, rising.p, width_of(rising.place_kind) nulls last, rising.place;

comment on view rising_issues is 'Causes whose rate rose by the last complete week beyond season, trend and chance.';
comment on column rising_issues.story is 'Number of the story: series of one number share most of their recent incidents.';
comment on column rising_issues.cause is 'Root cause.';
comment on column rising_issues.family is 'Its family.';
comment on column rising_issues.party is 'Who is responsible for most of its recent incidents.';
comment on column rising_issues.place_kind is 'lot, sku, supplier, region, warehouse, carrier, channel, or all.';
comment on column rising_issues.place is 'Which one; NULL for all.';
comment on column rising_issues.within_kind is 'Of a lot or region, for which pages have no filter: the kind of the one that holds it (supplier, sku or country).';
comment on column rising_issues.within_place is 'Which one.';
comment on column rising_issues.week_start_date is 'Monday of the last complete week, by which it was judged.';
comment on column rising_issues.since_date is 'Monday of the week from which on a higher rate explains the counts best.';
comment on column rising_issues.observed_count is 'Incidents of the last three weeks.';
comment on column rising_issues.expected_count is 'What its past rate, season and trend and the orders of these weeks make expect.';
comment on column rising_issues.ratio is 'Observed divided by expected.';
comment on column rising_issues.ratio_low is 'Lower end of its 95 % interval.';
comment on column rising_issues.ratio_high is 'Upper end of its 95 % interval.';
comment on column rising_issues.q is 'Share of noise among the series at least as sure as this one.';
comment on column rising_issues.has_exposure is 'Whether orders are loaded to set it against; else weeks are compared as such.';
comment on column rising_issues.is_new_source is 'Whether most of its incidents come from a tool first heard of in the last 13 weeks: then the data may have changed, not the shop.';
comment on column rising_issues.series_count is 'How many series tell this story.';
comment on column rising_issues.issue_key is 'What the story is known by, the same at each load: its cause in the narrowest place that holds most of it.';
comment on column rising_issues.aliases is 'The same, and the cause in the wider places that hold little else: it may have been known by one of these before.';
comment on column rising_issues.began_date is 'Monday of the first week by which this rise was seen; NULL when it is too long ago to tell.';
comment on column rising_issues.back_after_weeks is 'Quiet weeks between it and an earlier rise of the series; NULL when none was seen.';
comment on column rising_issues.is_lead is 'Whether its story is told by it: of the narrowest place that holds it and has nearly all of its rise, else the surest.';
