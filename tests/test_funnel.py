"""Exact limits and intervals of small counts, held against scipy's own distributions and worked examples."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import funnel


def rates(*rows: tuple[str, int, int | None]) -> pl.DataFrame:
    schema = {"place": pl.String, "incident_count": pl.Int64, "exposure_count": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@pytest.mark.parametrize("mean", [0.2, 0.6931471805599453, 1.0, 3.0, 10.0, 100.0, 5000.0])
@pytest.mark.parametrize("tail", [0.001, 0.025])
def test_counts_beyond_a_limit_are_those_that_chance_gives_too_rarely(mean: float, tail: float) -> None:
    counts = np.arange(max(0, int(mean - 6 * mean**0.5)), int(mean + 8 * mean**0.5 + 12))
    low, high = (float(funnel.limit(np.array([mean]), p)[0]) for p in (tail, 1 - tail))
    assert ((counts > high) == (stats.poisson.sf(counts - 1, mean) < tail)).all()
    assert ((counts < low) == (stats.poisson.cdf(counts, mean) < tail)).all()


def test_the_interval_of_ten_is_the_textbook_one() -> None:
    """Garwood's table: 10 observed, 4.795 to 18.390; none observed, 0 to 3.689."""
    low, high = funnel.interval(np.array([10.0, 0.0]))
    assert low == pytest.approx([4.795, 0], abs=5e-4)
    assert high == pytest.approx([18.390, 3.689], abs=5e-4)


def test_a_bad_place_is_found_and_a_small_one_is_not_accused() -> None:
    """100 incidents of 10,000 units: 30 of 1,000 where 10 are expected is beyond chance (P(30 or more) = 2e-7). Without it
    the common rate is 70 of 9,000.
    2 of 50 is five times the rate with 0.39 expected (P(2 or more) = 6 %); 2 of 5 is no chance, but only two."""
    told = funnel.judged(
        rates(("bad", 30, 1000), ("small", 2, 50), ("few", 2, 5), ("rest", 66, 8945), ("unsold", 3, None))
    )
    assert dict(told.select("place", "verdict").iter_rows()) == {
        "bad": "above_998",
        "small": "too_few",
        "few": "too_few",
        "rest": "inside",
    }
    assert told["overall_rate"].to_list() == pytest.approx([70 / 9000] * 4)
    assert told["expected_count"].to_list() == pytest.approx([7.778, 0.389, 0.0389, 69.572], abs=1e-3)
    assert "unsold" not in told["place"], "a place without sales has no rate to judge"


def test_a_point_is_outside_exactly_where_it_is_drawn_outside() -> None:
    told = funnel.judged(rates(*((str(n), n, 400) for n in range(0, 30, 3)), ("big", 20, 3000)))
    for row in told.iter_rows(named=True):
        rate = row["incident_count"] / row["exposure_count"]
        assert (row["verdict"] == "above_998") == (rate > row["high_998"] and row["incident_count"] >= 3)
        assert row["low_998"] <= row["low_95"] <= row["overall_rate"] <= row["high_95"] <= row["high_998"]


def test_chance_alone_has_a_dispersion_of_about_one_and_one_bad_place_does_not_change_that() -> None:
    drawn = np.random.default_rng(3).poisson(20, 400).tolist()
    calm = rates(*((str(i), n, 1000) for i, n in enumerate(drawn)))
    plain = funnel.dispersion(funnel.judged(calm))
    assert plain is not None
    assert 0.5 < plain < 1.1  # the tenths drawn in make it a little less than 1
    spoilt = funnel.dispersion(funnel.judged(pl.concat([calm, rates(("bad", 400, 1000))])))
    assert spoilt == pytest.approx(plain, abs=0.2)
    restless = rates(*((str(i), 2 * n if i % 2 else n // 2, 1000) for i, n in enumerate(drawn)))
    wild = funnel.dispersion(funnel.judged(restless))
    assert wild is not None
    assert wild > 5
    assert funnel.dispersion(funnel.judged(rates(("a", 3, 100)))) is None


def test_nothing_sold_is_nothing_to_judge() -> None:
    assert funnel.judged(rates()).is_empty()
    assert funnel.judged(rates(("a", 0, 10)))["verdict"].to_list() == ["too_few"]


def test_curves_close_in_on_the_common_rate_as_volume_grows() -> None:
    drawn = funnel.curves(0.01, 50, 50_000)
    assert drawn["high_998"][0] > drawn["high_998"][-1] > 0.01 > drawn["low_998"][-1] > 0
    assert drawn["exposure_count"][0] == pytest.approx(50)
