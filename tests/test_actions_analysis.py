"""Whether an action worked: fits against closed forms and published output, and each guard on a shop made for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from analysis import actions, rates
from analysis.actions import Plan, Weeks, judge, weeks_needed
from analysis.rates import Floats

MONDAY = date(2025, 1, 6)
START = MONDAY + timedelta(weeks=40)


# --- rates


@pytest.mark.parametrize(
    ("after", "before", "e1", "e0"), [(12, 30, 1000, 5000), (0, 9, 80, 100), (7, 1, 3, 2)]
)
def test_the_ratio_has_the_exact_interval_of_the_binomial(after: int, before: int, e1: int, e0: int) -> None:
    low, high = rates.rate_ratio(after, e1, before, e0).interval(0.05)
    share = stats.binomtest(after, after + before).proportion_ci(0.95, "exact")
    assert low == pytest.approx(share.low / (1 - share.low) * e0 / e1)
    assert high == pytest.approx(share.high / (1 - share.high) * e0 / e1)


def test_the_ratio_of_a_known_example_and_of_counts_that_vary_twice_as_much() -> None:
    """12 in 1000 against 30 in 5000: 2.0, exact interval 0.93 to 4.02. Twice the variance: as 6 and 15 would."""
    example = rates.rate_ratio(12, 1000, 30, 5000)
    assert example.ratio == 2
    assert example.interval(0.05) == pytest.approx((0.93, 4.02), abs=0.005)
    assert rates.rate_ratio(12, 1000, 30, 5000, 2.0).interval(0.05) == pytest.approx(
        rates.rate_ratio(6, 1000, 15, 5000).interval(0.05)
    )
    few, many = (rates.rate_ratio(12, 1000, 30, 5000, 2.0, weeks).interval(0.05)[1] for weeks in (6, 60))
    assert few > many, "a dispersion that few weeks tell is less sure"


def test_a_fit_is_what_r_prints_for_dobsons_trial() -> None:
    """The example of R's help on glm (Dobson 1990, p. 93), family quasipoisson: Pearson dispersion 1.2933."""
    counts = np.array([18, 17, 15, 20, 10, 20, 25, 13, 12], float)
    outcome, treatment = np.tile([0, 1, 2], 3), np.repeat([0, 1, 2], 3)
    columns = np.column_stack(
        [np.ones(9), outcome == 1, outcome == 2, treatment == 1, treatment == 2]
    ).astype(float)
    fit = rates.quasi_poisson(counts, np.ones(9), columns)
    assert fit is not None
    assert fit.beta == pytest.approx([3.0445, -0.4543, -0.2930, 0, 0], abs=5e-5)
    errors = np.sqrt(np.diag(fit.covariance) / fit.dispersion)
    assert errors == pytest.approx([0.1709, 0.2022, 0.1927, 0.2, 0.2], abs=5e-5)
    assert fit.dispersion == pytest.approx(1.2933, abs=5e-5)


def test_two_sides_of_a_week_give_the_same_as_a_poisson_fit_with_a_level_for_each_week() -> None:
    rng = np.random.default_rng(3)
    here, there = rng.poisson(9, 14).astype(float), rng.poisson(40, 14).astype(float)
    e, f = rng.uniform(80, 120, 14), rng.uniform(300, 500, 14)
    post = np.repeat([0.0, 1.0], 7)
    split = rates.quasi_binomial(here, here + there, e / f, np.column_stack([np.ones(14), post]))
    week = np.vstack([np.eye(14), np.eye(14)])
    side = np.repeat([1.0, 0.0], 14)
    columns = np.column_stack([week, side, np.concatenate([post, np.zeros(14)])])
    whole = rates.quasi_poisson(np.concatenate([here, there]), np.concatenate([e, f]), columns)
    assert split is not None
    assert whole is not None
    assert split.beta[1] == pytest.approx(whole.beta[-1])
    assert split.covariance[1, 1] == pytest.approx(whole.covariance[-1, -1])
    assert split.dispersion == pytest.approx(whole.dispersion)
    assert split.freedom == whole.freedom


def test_a_group_without_a_case_has_no_fit() -> None:
    y, post = np.array([3.0, 4, 0, 0]), np.array([0.0, 0, 1, 1])
    assert rates.quasi_poisson(y, np.ones(4), np.column_stack([np.ones(4), post])) is None


def test_what_is_reported_so_far_by_hand() -> None:
    """Three weeks of orders; after 0, 1, 2 weeks: 4 2 2 | 6 4 . | 5 . .

    Of those told within two weeks, 2 of 8 came in the second; of those within one, (2 + 4) of (6 + 10) in the first:
    so 3/4 are known after one week, and 3/4 x 10/16 at once.
    """
    counts = np.array([[4, 2, 2], [6, 4, 0], [5, 0, 0]])
    assert rates.reported_share(counts) == pytest.approx([0.75 * 10 / 16, 0.75, 1])
    assert rates.reported_share(np.zeros((3, 3), np.int64)) == pytest.approx([1, 1, 1])


def test_how_surprising_a_count_is() -> None:
    """At the rate of 10 in 100, 6 or more in 20: the binomial with 16 cases of which 1 in 6 would be the recent ones."""
    assert rates.surprise(6, 20, 10, 100) == pytest.approx(stats.binom.sf(5, 16, 1 / 6))


# --- when it can be known


def test_the_weeks_that_an_effect_needs_by_hand_and_by_drawing_lots() -> None:
    """100 cases in 20 weeks, half hoped for: (ln 2 / 2.8016)^2 - 1/100 = 0.05121; 1 / (0.05121 x 2.5) = 7.8 weeks."""
    assert weeks_needed(0.5, 100, 20, 1, 1.0) == 8
    assert weeks_needed(0.5, 100, 20, 1, 2.0) == 20  # (0.06121 / 2 - 0.01) x 2.5 = 0.0515: 19.4 weeks
    assert (
        weeks_needed(0.5, 16, 20, 1, 1.0) is None
    )  # 0.06121 is less than 1/16: the past alone is too unsure
    assert weeks_needed(0.97, 100, 20, 1, 1.0) is None
    rng = np.random.default_rng(5)
    before, after = rng.poisson(100, 2000), rng.poisson(2.5 * 8, 2000)
    z = np.log(after / 8 / (before / 20)) / np.sqrt(1 / after + 1 / before)
    assert 0.78 < (z < -1.96).mean() < 0.88  # a little more: weeks are whole


# --- the verdict


def weeks(y: Floats, e: float | Floats = 400.0, there: Floats | None = None) -> Weeks:
    n = len(y)
    mondays = [MONDAY + timedelta(weeks=at) for at in range(n)]
    exposure = np.full(n, e) if isinstance(e, float) else e
    return Weeks(
        mondays, y.astype(float), exposure, np.ones(n), there, None if there is None else exposure * 4
    )


def poisson(before: float, after: float, n: int = 80, seed: int = 1, at: int = 40) -> Floats:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.poisson(before, at), rng.poisson(after, n - at)]).astype(float)


def test_an_effect_is_found_with_its_ratio_and_interval_and_worse_is_said() -> None:
    found = judge(weeks(poisson(12, 5)), Plan(START, 0.5))
    assert (found.verdict, found.method, found.base) == ("effective", "before_after", "usual")
    assert found.ratio_low is not None
    assert found.ratio_high is not None
    assert found.ratio_low < 5 / 12 < found.ratio_high < 1
    assert found.before_weeks == 26
    assert found.ratio == pytest.approx(
        found.after_count / found.after_exposure / (found.before_count / found.before_exposure)
    )
    assert judge(weeks(poisson(5, 12)), Plan(START, 0.5)).verdict == "worse"
    assert judge(weeks(poisson(10, 10)), Plan(START, 0.5)).verdict == "not_shown"


def test_twice_the_incidents_of_twice_the_orders_are_no_effect() -> None:
    e = np.concatenate([np.full(40, 400.0), np.full(40, 800.0)])
    found = judge(weeks(poisson(10, 20), e), Plan(START, 0.5))
    assert found.verdict == "not_shown"
    assert found.ratio == pytest.approx(1, abs=0.25)


def test_it_is_too_early_until_a_day_that_the_weeks_before_alone_tell() -> None:
    y = poisson(12, 9, seed=2)
    days = [judge(weeks(y[:n]), Plan(START, 0.6)) for n in (41, 43, 45)]
    assert [(each.verdict, each.reason) for each in days] == [("too_early", "wait")] * 3
    assert len({each.known_by for each in days}) == 1
    needed = days[0].needed_weeks
    assert needed is not None
    assert days[0].known_by == START + timedelta(weeks=needed)
    on_the_day = judge(weeks(y[: 40 + needed]), Plan(START, 0.6))
    assert on_the_day.verdict != "too_early"
    later = judge(weeks(y), Plan(START, 0.6))
    assert (later.verdict, later.ratio) == (on_the_day.verdict, on_the_day.ratio), "it is judged once"
    assert (on_the_day.all_ratio, later.all_weeks) == (None, 40), "and what came of it since is told beside"
    plain = rates.rate_ratio(y[40:].sum(), 40, y[11:37].sum(), 26).ratio
    assert later.all_ratio == pytest.approx(plain)


def test_what_is_beyond_doubt_need_not_wait() -> None:
    found = judge(weeks(poisson(20, 0.5)[:44]), Plan(START, 0.7))
    assert found.needed_weeks is not None
    assert found.verdict == "effective"
    assert found.after_weeks <= 4 < found.needed_weeks


def test_looking_every_week_finds_few_effects_that_are_not_there() -> None:
    """Without any effect, at most the one in twenty that the level allows, and a little for the early looks."""
    found = [judge(weeks(poisson(10, 10, seed=n)), Plan(START, 0.6)).verdict for n in range(200)]
    assert sum(verdict in ("effective", "worse") for verdict in found) <= 20


def test_too_few_incidents_can_never_tell() -> None:
    found = judge(weeks(poisson(0.3, 0.3)), Plan(START, 0.8))
    assert (found.verdict, found.reason, found.known_by) == ("too_early", "too_few", None)
    none = judge(weeks(np.zeros(80)), Plan(START, 0.5))
    assert (none.verdict, none.reason) == ("too_early", "no_before")
    assert judge(weeks(np.zeros(0)), Plan(START, 0.5)).reason == "no_before"


def test_a_peak_that_falls_by_itself_is_no_effect_of_the_action_taken_at_it() -> None:
    """Nothing was done: an action dated at the highest three weeks of a steady shop. Counting the peak fools; we do not."""
    fooled, found = 0, 0
    for seed in range(150):
        y = poisson(10, 10, n=70, seed=seed)
        at = 33 + int(np.argmax(np.convolve(y[30:50], [1, 1, 1], "valid")))
        start = MONDAY + timedelta(weeks=at)
        low_high = rates.rate_ratio(y[at : at + 12].sum(), 12, y[at - 3 : at].sum(), 3).interval(0.05)
        fooled += low_high[1] < 1
        found += judge(weeks(y), Plan(start, 0.6)).verdict == "effective"
        # and not either when somebody says that the problem began with the peak
        found += judge(weeks(y), Plan(start, 0.6, since=start - timedelta(weeks=4))).verdict == "effective"
    assert fooled > 25
    assert found <= 12, "one in forty of 300 is 7.5"


def test_the_weeks_just_before_and_the_week_of_the_action_count_nowhere() -> None:
    y = poisson(10, 4)
    plan = Plan(START + timedelta(days=2), 0.5)
    found = judge(weeks(y), plan)
    assert found.phase[37:41] == ["trigger"] * 3 + [""]
    assert found.phase[36] == "before"
    assert found.phase[41] == "after"
    y[37:41] = 90
    assert judge(weeks(y), plan).ratio == found.ratio


def test_before_is_since_the_problem_began_where_that_is_said() -> None:
    """Usual 3 a week, 12 since week 28, 3 again after: back to usual is an effect only against the problem itself."""
    y = poisson(3, 3, seed=2)
    y[28:40] = np.random.default_rng(9).poisson(12, 12)
    found = judge(weeks(y), Plan(START, 0.5, since=MONDAY + timedelta(weeks=28)))
    assert (found.verdict, found.base, found.before_weeks) == ("effective", "since", 9)
    # so soon that only the rise itself is there, which is far beyond chance
    y[28:35] = y[21:28]
    quick = judge(weeks(y), Plan(START, 0.5, since=MONDAY + timedelta(weeks=35)))
    assert (quick.base, quick.before_weeks) == ("rise", 5)
    # a rise that chance could make is no base: then the usual weeks are, and being above them is no harm done
    y[36:40] = [6, 5, 6, 5]
    y[40:] = np.random.default_rng(9).poisson(6, 40)
    y[35] = 3
    doubtful = judge(weeks(y), Plan(START, 0.5, since=MONDAY + timedelta(weeks=37)))
    assert (doubtful.base, doubtful.verdict) == ("usual", "not_shown")


def test_what_fell_everywhere_is_not_the_actions_doing() -> None:
    """Half as many after, here and elsewhere (a quiet season): alone it looks like an effect, compared it is none."""
    y, there = poisson(12, 6), poisson(48, 24, seed=8)
    assert judge(weeks(y), Plan(START, 0.5)).verdict == "effective"
    found = judge(weeks(y, there=there), Plan(START, 0.5))
    assert (found.verdict, found.method, found.is_displaced) == ("not_shown", "comparison", False)
    assert found.else_ratio == pytest.approx(0.5, abs=0.15)


def test_a_comparison_that_went_its_own_way_before_is_not_used() -> None:
    there = np.concatenate([np.linspace(90, 30, 40), np.full(40, 30.0)]).round()
    assert judge(weeks(poisson(12, 5), there=there), Plan(START, 0.5)).method == "before_after"
    there[:40] = 60
    assert judge(weeks(poisson(12, 5), there=there), Plan(START, 0.5)).method == "comparison"


def test_what_rises_elsewhere_while_it_falls_here_is_said_and_earns_no_praise() -> None:
    y, there = poisson(12, 11, seed=3), poisson(12, 25, seed=8)
    found = judge(weeks(y, there=there), Plan(START, 0.5))
    assert found.is_displaced
    assert found.method == "before_after"
    assert found.verdict == "not_shown", "a comparison with what rose would have called it effective"
    assert found.else_low is not None
    assert found.else_low > 1


def test_a_fall_that_began_long_before_is_taken_out() -> None:
    mean = 40 * np.exp(-0.03 * np.arange(80))
    y = np.random.default_rng(6).poisson(mean).astype(float)
    found = judge(weeks(y), Plan(START, 0.6))
    assert (found.method, found.verdict) == ("trend", "not_shown")


def test_a_cause_that_comes_back_is_dated() -> None:
    y = poisson(12, 3)
    assert judge(weeks(y), Plan(START, 0.5)).back_since is None
    y[65:] = np.random.default_rng(2).poisson(11, 15)
    found = judge(weeks(y), Plan(START, 0.5))
    assert found.verdict == "effective"
    assert found.back_since is not None
    assert abs((found.back_since - (MONDAY + timedelta(weeks=65))).days) <= 14
    assert found.phase[70] == "later"


def test_only_weeks_that_are_mostly_reported_count_and_the_rest_is_allowed_for() -> None:
    """The last weeks know 90 %, 80 %, 40 % of their incidents: the last one is left out, the day moves by one week."""
    y = poisson(12, 12, n=50, seed=7)
    made = weeks(y)
    share = np.ones(50)
    share[-3:] = [0.9, 0.8, 0.4]
    found = judge(replace(made, reported=share), Plan(START, 0.7))
    plain = judge(made, Plan(START, 0.7))
    assert found.phase[-3:] == ["after", "after", ""]
    assert plain.known_by is not None
    assert found.known_by == plain.known_by + timedelta(weeks=1)
    assert found.after_exposure == pytest.approx(400 * (7 + 0.9 + 0.8))


def test_an_action_that_ended_before_it_could_be_known_says_so() -> None:
    found = judge(weeks(poisson(8, 7)), Plan(START, 0.7, end=START + timedelta(weeks=4)))
    assert (found.verdict, found.reason, found.after_weeks) == ("too_early", "ended", 4)


@pytest.mark.filterwarnings("error")
def test_no_series_however_odd_stops_a_load_and_an_effect_lies_within_its_interval() -> None:
    rng = np.random.default_rng(0)
    for _ in range(250):
        n = int(rng.integers(0, 120))
        y = rng.poisson(rng.choice([0, 0.02, 2, 500]) * rng.gamma(rng.choice([0.1, 1, 50]), 1, n)).astype(
            float
        )
        share = np.ones(n)
        share[n - min(n, 6) :] = np.sort(rng.uniform(0, 1, min(n, 6)))[::-1]
        there = rng.poisson(rng.choice([0, 0.1, 30], n)).astype(float) if rng.random() < 0.5 else None
        made = replace(weeks(y, rng.choice([0.0, 1.0, 400.0], n), there), reported=share)
        start = MONDAY + timedelta(days=int(rng.integers(-100, 900)))
        since = start - timedelta(days=int(rng.integers(0, 400))) if rng.random() < 0.5 else None
        end = start + timedelta(days=int(rng.integers(0, 400))) if rng.random() < 0.3 else None
        found = judge(made, Plan(start, float(rng.uniform(0.01, 0.99)), since, end))
        assert len(found.phase) == n
        if found.ratio is not None and found.ratio_low is not None and found.ratio_high is not None:
            assert found.ratio_low <= found.ratio * (1 + 1e-9) <= found.ratio_high * (1 + 2e-9)


def test_the_constants_are_those_of_the_texts() -> None:
    assert (actions.TRIGGER_WEEKS, actions.BEFORE_WEEKS, actions.ALPHA, actions.POWER) == (3, 26, 0.05, 0.8)
