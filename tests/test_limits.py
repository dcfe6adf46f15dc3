"""Control limits, intervals and ranks, held against textbooks, hand-worked series, statsmodels' figures and chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import intervals, limits
from analysis.limits import Basis
from app import rare

#: Montgomery, Introduction to Statistical Quality Control, example 7.3: nonconformities of 26 samples of 100 boards
BOARDS = np.array(
    [
        *(21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16),
        *(19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15),
    ],
    float,
)
#: the same book, example 7.6: hours between failures of a valve
VALVE = np.array(
    [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96], float
)
SWINGS = np.array([90.0, 110.0] * 10)  # z is -1, 1, -1 …: moving ranges of 2


def test_where_chance_alone_is_at_work_the_limits_are_the_textbooks() -> None:
    """516 in 26 samples: 19.85 on average, limits 6.48 and 33.22; the samples 6 and 20 lie outside."""
    plain = Basis(centre=516 / 26, sigma_z=0.8, points=26, cases=516, set_aside=0)
    low, high = limits.limits(plain, np.ones(26))
    assert (low[0], high[0]) == pytest.approx((6.48, 33.21), abs=0.01)
    assert np.flatnonzero(limits.outside(BOARDS, low, high)).tolist() == [5, 19]


def test_the_spread_of_a_series_is_laneys_moving_range_of_its_standardised_points() -> None:
    """90 and 110 of 1,000 in turn: u = 0.1, sqrt(u / n) = 0.01, z = -1 and 1, moving range 2, sigma_z = 2 / 1.128."""
    found = limits.basis(SWINGS, np.full(20, 1000.0))
    assert found is not None
    assert (found.centre, found.sigma_z) == pytest.approx((0.1, 1.7730), abs=1e-4)
    # of shares the deviation is sqrt(0.1 * 0.9 / 1000) = 0.0094868, z = 1.05409
    of_share = limits.basis(SWINGS, np.full(20, 1000.0), is_share=True)
    assert of_share is not None
    assert of_share.sigma_z == pytest.approx(1.8689, abs=1e-4)
    # twice the orders with the same rate: the limits are nearer by the root of two
    low, high = limits.limits(found, np.array([1000.0, 2000.0, 0.0]))
    assert (high[0] - 0.1) / (high[1] - 0.1) == pytest.approx(2**0.5)
    assert (0.1 - low[0]) == pytest.approx(high[0] - 0.1)
    assert np.isnan(high[2]), "no orders, no rate"


def test_limits_of_few_points_lie_further_out_than_three_deviations() -> None:
    """20 points: 0.62 * 19 = 11.8 degrees of freedom; tables give t(0.99865) = 3.81 at 11 and 3.69 at 12."""
    few, many = (Basis(0.1, 2.0, points, 2000, 0) for points in (20, 10_000))
    assert 2 * 3.69 * 1.05**0.5 < few.reach < 2 * 3.81 * 1.05**0.5
    assert many.reach == pytest.approx(2 * 3.0, rel=1e-3)
    assert Basis(0.1, 0.5, 10_000, 2000, 0).reach == 3.0, "never narrower than chance"


def test_an_old_outbreak_does_not_hide_a_new_one() -> None:
    counts = np.array([100.0, 104, 96, 102, 98] * 6)
    clean = limits.basis(counts, np.full(30, 1000.0))
    outbreak = counts.copy()
    outbreak[10:12] = 260
    found = limits.basis(outbreak, np.full(30, 1000.0))
    assert clean is not None
    assert found is not None
    assert (clean.set_aside, found.set_aside, found.points) == (0, 2, 28)
    assert found.centre == pytest.approx(clean.centre, rel=0.01)


def test_a_second_wave_is_found_although_the_first_lies_in_the_weeks_that_limits_rest_on() -> None:
    """Dispersion of four, 200 a week; four weeks of the base at twice that. Unless they are left out, one new week at

    twice the rate in eight is found."""
    random = np.random.default_rng(9)
    found = 0
    for _ in range(200):
        mean = np.full(27, 200.0)
        mean[[19, 21, 22, 24, 26]] *= 2
        counts = random.negative_binomial(mean / 3, 1 / 4).astype(float)
        told = limits.basis(counts[:26], np.ones(26))
        assert told is not None
        found += int(counts[26] > limits.limits(told, np.ones(1))[1][0])
    assert found / 200 > 0.75


@pytest.mark.parametrize(
    ("counts", "exposure", "is_share"),
    [
        (np.full(19, 50.0), 1000.0, False),  # too few points
        (np.full(30, 50.0), 0.0, False),  # no orders known
        (np.array([1.0, 0, 0, 2] * 8), 4.0, True),  # too few incidents a week for a large share
        (np.full(30, 50.0), 50.0, True),  # all of them: a share that cannot be higher
        (np.zeros(0), 1000.0, False),
    ],
)
def test_too_little_to_tell_gives_no_limits(counts: np.ndarray, exposure: float, is_share: bool) -> None:
    assert limits.basis(counts, np.full(counts.size, exposure), is_share) is None


def _alarms(mean: float, dispersion: float, points: int) -> tuple[float, float]:
    """Of series where nothing changes: the share of points outside, and of series of 26 weeks with any signal."""
    random = np.random.default_rng(7)
    outside, signals, series = 0, 0, 400
    for _ in range(series):
        exposure = random.uniform(700, 1300, points + 26)
        mu = mean * exposure / 1000
        drawn = (
            random.negative_binomial(mu / (dispersion - 1), 1 / dispersion)
            if dispersion > 1
            else random.poisson(mu)
        )
        found = limits.basis(drawn[:points].astype(float), exposure[:points])
        assert found is not None
        rates = drawn[points:] / exposure[points:]
        beyond = limits.outside(rates, *limits.limits(found, exposure[points:]))
        outside += int(np.abs(beyond).sum())
        signals += bool(beyond.any() or limits.runs(rates, found.centre).any())
    return outside / (26 * series), signals / series


@pytest.mark.parametrize(
    ("mean", "dispersion", "most"), [(200, 1, 1 / 300), (200, 4, 1 / 150), (20, 2, 1 / 120), (5, 2, 1 / 70)]
)
def test_false_alarms_are_as_rare_as_the_module_says(mean: float, dispersion: float, most: float) -> None:
    """The plain u chart would have one point in seven outside at a dispersion of four."""
    outside, signals = _alarms(mean, dispersion, 26)
    assert outside < most
    assert signals < 0.35


@pytest.mark.parametrize(("mean", "dispersion"), [(0.05, 1), (0.7, 1), (0.3, 2), (0.7, 2)])
def test_false_alarms_of_rare_series_are_rare_too(mean: float, dispersion: float) -> None:
    random = np.random.default_rng(13)
    outside = weeks = 0
    for _ in range(150):
        exposure = random.uniform(700, 1300, 52)
        mu = mean * exposure / 1000
        drawn = (
            random.negative_binomial(mu / (dispersion - 1), 1 / dispersion)
            if dispersion > 1
            else random.poisson(mu)
        ).astype(float)
        found = limits.basis(drawn[:26], exposure[:26])
        assert found is not None
        if found.is_rare:
            beyond = limits.outside(drawn[26:] / exposure[26:], *limits.limits(found, exposure[26:]))
            outside, weeks = outside + int(np.abs(beyond).sum()), weeks + 26
    assert weeks > 100 * 26
    assert outside / weeks < 1 / 90


def test_a_rare_series_has_an_exact_upper_limit_and_a_burst_does_not_move_it() -> None:
    """26 weeks of 600 without a case: a case more or two are no finding, three are. P(2 or more) is 1 in 2,000 for the

    prediction with half a case on 15,600 (negative binomial of size 0.5 and p = 26 / 27)."""
    none = limits.basis(np.zeros(26), np.full(26, 600.0))
    assert none is not None
    assert none.is_rare
    low, high = limits.limits(none, np.array([600.0]))
    assert (low[0], high[0] * 600) == (0.0, 2.0)
    assert stats.nbinom.sf(1, 0.5, 26 / 27) < 0.00135 < stats.nbinom.sf(0, 0.5, 26 / 27)
    quiet = np.array([0.0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1] * 2)
    burst = quiet.copy()
    burst[[10, 11]] = [44, 11]
    found = [limits.basis(counts, np.full(26, 900.0)) for counts in (quiet, burst)]
    assert [one is not None and (one.is_rare, one.set_aside) for one in found] == [(True, 0), (True, 2)]
    rows = pl.DataFrame(
        {"incident_count": [0] * 9 + [44], "exposure_count": [900] * 10, "is_judged": [True] * 10}
    )
    told, _ = limits.judged(rows, pl.DataFrame({"incident_count": burst, "exposure_count": [900] * 26}))
    assert told["verdict"].to_list() == [0] * 9 + [1]
    assert set(told["run"]) == {0}, "weeks without any are no run of a rare series"


def test_a_doubled_rate_is_found() -> None:
    random = np.random.default_rng(3)
    base = random.negative_binomial(200 / 3, 1 / 4, 26).astype(float)
    found = limits.basis(base, np.full(26, 1e4))
    assert found is not None
    assert limits.outside(np.array([0.04]), *limits.limits(found, np.array([1e4]))).tolist() == [1]


def test_eight_in_a_row_are_a_run_and_seven_are_not() -> None:
    series = np.array([1.0, *[3.0] * 7, 1, *[0.5] * 4, 2.0, *[0.5] * 4, np.nan, 1.0])
    found = limits.runs(series, 2.0)
    # the one on the centre neither counts nor ends the run; that which is not known ends it
    assert found.tolist() == [0] * 8 + [-1] * 5 + [0] + [-1] * 4 + [0, 0]


def test_gaps_of_a_valve_are_those_of_the_textbook() -> None:
    """The table's transformed gaps begin 4.80986, 6.70903, 5.72650 (power 0.2777); their mean is 5.387, that of their

    moving ranges 2.359. The lower limit, 5.387 - 3 * 2.359 / 1.128, is below 0."""
    assert np.power(VALVE[:3], 0.2777) == pytest.approx([4.80986, 6.70903, 5.72650], abs=2e-4)
    found = limits.gaps(VALVE)
    assert found is not None
    assert (found.low, found.count) == (0.0, 20)
    assert found.middle == pytest.approx(5.387**3.6, rel=5e-3)
    assert found.high == pytest.approx((5.387 + 3 * 2.359 / 1.128) ** 3.6, rel=5e-3)
    assert limits.gaps(VALVE[:9]) is None


def test_gaps_of_chance_seldom_lie_outside() -> None:
    random = np.random.default_rng(5)
    outside = 0
    for _ in range(300):
        found = limits.gaps(random.exponential(12, 40))
        assert found is not None
        new = random.exponential(12, 40)
        outside += int(((new > found.high) | (new < found.low)).sum())
    assert outside / 12_000 < 1 / 150


def test_rows_are_judged_where_they_can_be() -> None:
    base = pl.DataFrame({"incident_count": SWINGS.astype(int), "exposure_count": [1000] * 20})
    rows = pl.DataFrame(
        {
            "incident_count": [100, 190, 5, 300, 7],
            "exposure_count": [1000, 1000, 1000, 1000, None],
            "is_judged": [True, True, True, False, True],
        }
    )
    told, found = limits.judged(rows, base)
    assert found is not None
    assert told["verdict"].to_list() == [0, 1, -1, None, None]
    assert told["high"].null_count() == 1
    nothing, none = limits.judged(rows, base.head(5))
    assert none is None
    assert nothing.select("low", "high", "centre", "verdict", "run").null_count().row(0) == (5,) * 5


def test_intervals_of_rates_are_garwoods_and_unknown_ones_are_none() -> None:
    rows = pl.DataFrame({"n": [10, 0, 3, 5], "orders": [1000, 10, None, 0]})
    told = intervals.with_interval(rows, "n", "orders")
    assert told["rate_low"].to_list() == [pytest.approx(4.795e-3, abs=1e-6), 0.0, None, None]
    assert told["rate_high"].to_list() == [
        pytest.approx(18.390e-3, abs=1e-6),
        pytest.approx(0.3689, abs=1e-4),
        None,
        None,
    ]


def test_intervals_of_shares_are_wilsons() -> None:
    """As statsmodels 0.15 gives them (proportion_confint, method wilson)."""
    assert intervals.wilson(8, 100) == pytest.approx((0.04109346, 0.14998108))
    assert intervals.wilson(0, 20) == pytest.approx((0.0, 0.16112516))
    assert intervals.wilson(0, 0) is None


def test_the_interval_of_a_ratio_is_the_exact_conditional_one() -> None:
    """12 of 1,000 against 30 of 5,000 is 2.0, from 0.93 to 4.02; none against 4 has no lower end, 4 against none no

    upper. None against 4 of as many: (1 - share)^4 = 0.025, the ratio is 1 / 0.025^(1/4) - 1 = 1.515."""
    rows = pl.DataFrame(
        {
            "incident_count": [12, 0, 4, 3],
            "exposure_count": [1000, 100, 100, None],
            "rest_incident_count": [30, 4, 0, 3],
            "rest_exposure_count": [5000, 100, 100, 100],
        }
    )
    told = intervals.with_ratio(rows)
    assert told["ratio_low"].to_list() == [
        pytest.approx(0.93, abs=0.005),
        0.0,
        pytest.approx(0.66, abs=0.005),
        None,
    ]
    assert told["ratio_high"].to_list() == [
        pytest.approx(4.02, abs=0.005),
        pytest.approx(1.515, abs=0.005),
        None,
        None,
    ]


def test_shares_of_a_table_have_wilsons_interval_and_unknown_ones_none() -> None:
    told = intervals.with_share(pl.DataFrame({"k": [8, 0, None], "n": [100, 0, 5]}), "k", "n")
    assert told["share_low"].to_list() == [pytest.approx(0.04109346), None, None]
    assert told["share_high"].to_list() == [pytest.approx(0.14998108), None, None]


def test_intervals_of_all_shares_together_are_goodmans() -> None:
    """As statsmodels 0.15 gives them (multinomial_proportions_confint, method goodman)."""
    low, high = intervals.shares(np.array([91.0, 49, 37, 43]))
    assert low == pytest.approx([0.33420248, 0.16085875, 0.11455134, 0.13746901])
    assert high == pytest.approx([0.49783321, 0.29988740, 0.24011208, 0.27023577])


def test_ranks_that_chance_may_have_given_are_said_together() -> None:
    """91 against 49 is 1 in 3,500 by chance, against 0.05 / 2 / 6 allowed; 49 against 37 is 1 in 8."""
    best, worst = intervals.ranks(np.array([91.0, 49, 43, 37]))
    assert stats.binom.sf(90, 140, 0.5) < 0.05 / 12 < stats.binom.sf(48, 86, 0.5)
    assert (best.tolist(), worst.tolist()) == ([1, 2, 2, 2], [1, 4, 4, 4])
    assert intervals.alike(best, worst) == [(2, 4)]


def test_rates_on_few_orders_have_no_sure_rank() -> None:
    """3 of 50 is the highest rate, but 40 of 1,000 and 10 of 1,000 may well be ahead of it; these two differ."""
    best, worst = intervals.ranks(np.array([3.0, 40, 10]), np.array([50.0, 1000, 1000]))
    assert (best.tolist(), worst.tolist()) == ([1, 1, 2], [3, 2, 3])
    assert intervals.alike(best, worst) == [(1, 2)]
    assert intervals.ranks(np.array([5.0, 1.0]), np.array([0.0, 10.0]))[0].tolist() == [1, 1]


def test_sets_of_ranks_hold_the_true_one() -> None:
    random = np.random.default_rng(11)
    mean = np.array([60.0, 50, 40, 30, 20, 10])
    missed = 0
    for _ in range(300):
        best, worst = intervals.ranks(random.poisson(mean).astype(float))
        missed += bool(((best > np.arange(1, 7)) | (worst < np.arange(1, 7))).any())
    assert missed / 300 < 0.05


RARE = """
    incident_key | event_date | order_date | cause          | family    | party    | channel
    a            | 2025-03-03 | 2025-03-01 | product_defect | product   | supplier | shopify
    b            | 2025-03-07 | 2025-03-01 | product_defect | product   | supplier | shopify
    c            | 2025-03-07 | 2025-03-01 | product_defect | product   | supplier | shopify
    x            | 2025-03-08 | 2025-03-01 | late_delivery  | transport | carrier  | shopify
"""
SOLD = """
    date_basis | date       | channel | order_count | lines_confirmed | lines_shipped | units_sold
    event      | 2025-03-01 | shopify | 10          | 10              | 10            | 100
    event      | 2025-03-03 | shopify | 10          | 10              | 10            | 40
    event      | 2025-03-05 | shopify | 10          | 10              | 10            | 30
    event      | 2025-03-07 | shopify | 10          | 10              | 10            | 20
    event      | 2025-03-10 | shopify | 10          | 10              | 10            | 60
"""


def test_gaps_are_counted_in_days_and_in_what_could_have_gone_wrong(
    run_view: Callable[..., pl.DataFrame],
) -> None:
    """The defect of the 3rd is at its noon, after 100 + 20 units; those of the 7th at a quarter and three quarters of

    the day, after 170 + 5 and 170 + 15; the data end with the 10th, after 250. So 3.75 days, half a day, 3.25 days."""
    got = run_view("incident_gaps", {"causes": ["product_defect"]}, incidents=RARE, exposure_daily=SOLD)
    assert got["exposure_kind"].unique().to_list() == ["units_sold"]
    assert got.select("is_open", "day_gap", "exposure_gap").rows() == [
        (False, pytest.approx(3.75), pytest.approx(55)),
        (False, pytest.approx(0.5), pytest.approx(10)),
        (True, pytest.approx(3.25), pytest.approx(65)),
    ]
    early = run_view(
        "incident_gaps",
        {"causes": ["product_defect"], "until": date(2025, 3, 6), "start": date(2025, 3, 5)},
        incidents=RARE,
        exposure_daily=SOLD,
    )
    assert early.select("on_date", "is_open", "day_gap", "exposure_gap").rows() == [
        (date(2025, 3, 5), True, pytest.approx(2.5), pytest.approx(50))
    ]


def test_gaps_of_several_causes_are_counted_in_orders_and_without_orders_in_days_alone(
    run_view: Callable[..., pl.DataFrame],
) -> None:
    got = run_view("incident_gaps", incidents=RARE, exposure_daily=SOLD)
    assert (got.height, got["exposure_kind"][0]) == (4, "orders")
    alone = run_view("incident_gaps", incidents=RARE)
    assert alone["exposure_gap"].null_count() == alone.height == 4
    assert alone["day_gap"].sum() == pytest.approx(5.5)


def test_a_gap_that_is_still_open_counts_only_once_it_is_too_long() -> None:
    found = pl.DataFrame(
        {
            "on_date": [date(2025, 1, 1) + timedelta(days=i) for i in range(14)],
            "is_open": [False] * 13 + [True],
            "day_gap": [9.0, 11, 10, 12, 8, 10, 9, 11, 10, 12, 8, 10, 1e-6, 0.5],
        }
    )
    told, held = rare.judged(found, "day_gap")
    assert held is not None
    assert told["verdict"].to_list()[-3:] == [0, -1, 0]
    long = found.with_columns(day_gap=pl.when("is_open").then(900.0).otherwise("day_gap"))
    assert rare.judged(long, "day_gap")[0]["verdict"][-1] == 1
    # a burst of ten in a day before the period tells nothing of what is usual
    assert rare.judged(found.with_columns(day_gap=0.1), "day_gap", date(2025, 1, 5))[1] is None
    nothing, none = rare.judged(found.tail(6), "day_gap")
    assert none is None
    assert nothing.height == 6
