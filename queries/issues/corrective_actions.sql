-- Corrective actions with what became of the incidents they are about, as found at the last load
-- (analysis/actions.py). One that was written down since then comes with the next load.
-- Grain: one row per action. Reads: action_effects.
create or replace view corrective_actions as
select
    item,
    done,
    owner,
    start_date,
    since_date,
    end_date,
    scope,
    expected_change,
    verdict,
    reason,
    known_by,
    ratio - 1 as change,
    ratio_low - 1 as change_low,
    ratio_high - 1 as change_high,
    method,
    base,
    date_basis,
    exposure_kind,
    before_count,
    before_exposure,
    before_weeks,
    after_count,
    after_exposure,
    after_weeks,
    needed_weeks,
    dispersion,
    else_ratio - 1 as else_change,
    else_low - 1 as else_change_low,
    else_high - 1 as else_change_high,
    is_displaced,
    back_since,
    all_weeks,
    all_ratio - 1 as all_change,
    all_low - 1 as all_change_low,
    all_high - 1 as all_change_high,
    season,
    last_ratio - 1 as last_year_change,
    last_low - 1 as last_year_change_low,
    last_high - 1 as last_year_change_high
from action_effects
order by start_date desc, item;

comment on view corrective_actions is 'Corrective actions and what became of the incidents they are about.';
comment on column corrective_actions.item is 'Key of the action in the notebook.';
comment on column corrective_actions.done is 'What was done, in the words of whoever wrote it down.';
comment on column corrective_actions.owner is 'Who answers for it.';
comment on column corrective_actions.start_date is 'Its first day.';
comment on column corrective_actions.since_date is 'Since when the problem was there; NULL when not said.';
comment on column corrective_actions.end_date is 'Its last day; NULL while it goes on.';
comment on column corrective_actions.scope is 'What it is about: values by filter, JSON.';
comment on column corrective_actions.expected_change is 'Change of the rate that was hoped for: -0.3 is 30 % less.';
comment on column corrective_actions.verdict is 'effective, not_shown, worse or too_early.';
comment on column corrective_actions.reason is 'Why it is too early: wait, ended (before it could be known), too_few (not within two years) or no_before.';
comment on column corrective_actions.known_by is 'By when an effect of the expected size can be known, by the weeks before it alone; NULL for never.';
comment on column corrective_actions.change is 'Change of the rate from before to after; NULL before a week after it counts.';
comment on column corrective_actions.change_low is 'Lower end of its 95 % interval.';
comment on column corrective_actions.change_high is 'Upper end of its 95 % interval.';
comment on column corrective_actions.method is 'comparison (with the same elsewhere), season (with the same weeks of the year before), season_trend (and a trend of this year taken out), trend (that of before taken out) or before_after.';
comment on column corrective_actions.base is 'What the weeks before are: usual, since (the problem began) or rise (the rise itself, there are no others).';
comment on column corrective_actions.date_basis is 'order: incidents count in the week of their order; event: in that of their first signal.';
comment on column corrective_actions.exposure_kind is 'The denominator; NULL without orders, when weeks are compared as such.';
comment on column corrective_actions.before_count is 'Incidents in the weeks before.';
comment on column corrective_actions.before_exposure is 'What could have gone wrong in them, as far as it is reported by now.';
comment on column corrective_actions.before_weeks is 'Weeks before; the last three before the action are left out.';
comment on column corrective_actions.after_count is 'Incidents in the weeks after that it is judged by.';
comment on column corrective_actions.after_exposure is 'What could have gone wrong in them, as far as it is reported by now.';
comment on column corrective_actions.after_weeks is 'Weeks after that it is judged by.';
comment on column corrective_actions.needed_weeks is 'Weeks after it that an effect of the expected size needs; NULL for more than two years.';
comment on column corrective_actions.dispersion is 'How many times the variance of weeks is that of chance alone.';
comment on column corrective_actions.else_change is 'Change of the rate of the same elsewhere, over the same weeks; NULL where nothing is compared.';
comment on column corrective_actions.else_change_low is 'Lower end of its 95 % interval.';
comment on column corrective_actions.else_change_high is 'Upper end of its 95 % interval.';
comment on column corrective_actions.is_displaced is 'Whether it rose elsewhere beyond chance while it fell here.';
comment on column corrective_actions.back_since is 'Monday from which it is above the level that was held after the action; NULL while it is not.';
comment on column corrective_actions.all_weeks is 'All weeks since that count, where they are more than those it was judged by; else NULL.';
comment on column corrective_actions.all_change is 'Change of the rate over all of them.';
comment on column corrective_actions.all_change_low is 'Lower end of its 95 % interval.';
comment on column corrective_actions.all_change_high is 'Upper end of its 95 % interval.';
comment on column corrective_actions.season is 'taken (out), no_year (less than a year of past) or few (incidents then); empty with a comparison, which has the same season.';
comment on column corrective_actions.last_year_change is 'Change of the rate in the same weeks of the year before; NULL where they are not known.';
comment on column corrective_actions.last_year_change_low is 'Lower end of its 95 % interval.';
comment on column corrective_actions.last_year_change_high is 'Upper end of its 95 % interval.';
