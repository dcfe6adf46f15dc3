"""What explains a rise: parts that add up, planted combinations found, and nothing found where nothing was planted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from analysis import cells, drivers, main_effects
from analysis.decomposition import parts

ATTRIBUTES = ("sku", "supplier", "carrier", "region")
FOCUS = 8
Table = dict[str, NDArray[np.int64]]


def shop(seed: int, causes: Mapping[tuple[tuple[str, int], ...], float] | None = None) -> Table:
    """Ten weeks of 4,000 lines, 40 articles of 8 suppliers; rates differ by article and carrier. Twice as many lines of
    region 1 in the last two weeks; `causes` multiply the rate there."""
    rng = np.random.default_rng(seed)
    week = np.repeat(np.arange(10), 4000)
    sku = rng.choice(40, week.size, p=np.arange(1, 41) / 820)
    region = rng.integers(0, 6, week.size)
    region = np.where((week >= FOCUS) & (rng.random(week.size) < 0.15), 1, region)
    table: Table = {
        "sku": sku,
        "supplier": sku % 8,
        "carrier": rng.integers(0, 4, week.size),
        "region": region,
        "week": week,
    }
    rate = 0.03 * np.linspace(0.6, 1.6, 40)[sku] * np.array([0.8, 1.0, 1.2, 1.0])[table["carrier"]]
    for cell, factor in (causes or {}).items():
        inside = week >= FOCUS
        for name, value in cell:
            inside &= table[name] == value
        rate = np.where(inside, rate * factor, rate)
    table["incident"] = (rng.random(week.size) < rate).astype(np.int64)
    return table


def test_volume_mix_and_rate_of_a_worked_example_add_up() -> None:
    # before: 100 lines of A at 10 % and 100 of B at 2 % = 12 incidents; now 100 of A and 300 of B, with 20 incidents.
    # Twice the lines at 6 %: 24, so +12 by volume. These lines at the old rates: 10 + 6 = 16, so -8 by mix; +4 by rate.
    table = {
        "week": np.array([0, 0, 1, 1]),
        "incident": np.array([10, 2, 12, 8]),
        "exposure": np.array([100, 100, 100, 300]),
    }
    before = table["week"] == 0
    told = parts(table, np.array([0.10, 0.02, 0.10, 0.02]), before, ~before)
    assert told is not None
    assert (told.volume, told.mix, told.rate) == pytest.approx((12, -8, 4))
    assert told.volume + told.mix + told.rate == pytest.approx(told.now - told.before)


def test_parts_add_up_whatever_the_rates_and_are_unknown_without_lines_before() -> None:
    rng = np.random.default_rng(3)
    table = shop(3)
    before, now = table["week"] < 5, table["week"] >= 5
    told = parts(table, rng.uniform(0.01, 0.2, table["week"].size), before, now)
    assert told is not None
    assert told.volume + told.mix + told.rate == pytest.approx(told.now - told.before)
    assert parts(table, np.ones(table["week"].size), table["week"] < 0, now) is None


@pytest.mark.parametrize(
    "cell",
    [(("sku", 30),), (("carrier", 2),), (("carrier", 1), ("region", 4)), (("supplier", 7), ("region", 1))],
)
def test_a_planted_combination_is_the_first_and_only_answer(cell: tuple[tuple[str, int], ...]) -> None:
    assert drivers.explain(shop(1, {cell: 4.0}), ATTRIBUTES, FOCUS) == [dict(cell)]


def test_two_causes_at_once_are_both_found_with_what_was_observed_and_expected() -> None:
    two = {(("sku", 35),): 3.0, (("carrier", 1), ("region", 4)): 3.0}
    table = shop(2, two)
    found = drivers.search(table, ATTRIBUTES, FOCUS).drivers
    assert sorted(tuple(driver.cell.items()) for driver in found) == sorted(two)
    for driver in found:
        inside = table["week"] >= FOCUS
        for name, value in driver.cell.items():
            inside &= table[name] == value
        assert driver.observed == table["incident"][inside].sum()
        assert driver.low < 3.0 < driver.high
        assert driver.expected == pytest.approx(driver.observed / 3.0, rel=0.3)


def test_two_articles_are_named_instead_of_all_that_their_supplier_has() -> None:
    table = shop(8, {(("sku", 37),): 6.0, (("sku", 29),): 6.0})
    assert int(table["supplier"][table["sku"] == 37][0]) == int(table["supplier"][table["sku"] == 29][0])
    found = drivers.explain(table, ATTRIBUTES, FOCUS)
    assert sorted(cell.get("sku", -1) for cell in found) == [29, 37]


def restless(seed: int, risen: str) -> Table:
    """Rates of articles that move by a third from week to week; 39 is most of what supplier 7 sells. In the last two
    weeks 2.5 times as many incidents of that article, or of all of that supplier's."""
    rng = np.random.default_rng(seed)
    week = np.repeat(np.arange(10), 4000)
    weights = np.where(np.arange(40) == 39, 25.0, 1.0 + np.arange(40) % 5)
    sku = rng.choice(40, week.size, p=weights / weights.sum())
    rate = 0.03 * rng.lognormal(0, 0.3, (40, 10))[sku, week]
    is_risen = (sku == 39) if risen == "sku" else (sku % 8 == 7)
    rate = np.where(is_risen & (week >= FOCUS), rate * 2.5, rate)
    others = {"carrier": rng.integers(0, 4, week.size), "region": rng.integers(0, 6, week.size)}
    incident = (rng.random(week.size) < rate).astype(np.int64)
    return {"sku": sku, "supplier": sku % 8, **others, "week": week, "incident": incident}


@pytest.mark.parametrize("seed", [5, 11, 13])
def test_an_article_that_has_all_of_its_suppliers_rise_is_named_and_a_supplier_that_rose_whole(
    seed: int,
) -> None:
    """An article's rate moves more by itself than its supplier's, which says how sure its rise is, not where it is."""
    assert drivers.explain(restless(seed, "sku"), ATTRIBUTES, FOCUS) == [{"sku": 39}]
    assert drivers.explain(restless(seed, "supplier"), ATTRIBUTES, FOCUS) == [{"supplier": 7}]


def test_nothing_stands_out_where_only_volume_and_chance_moved() -> None:
    answers = [drivers.explain(shop(seed), ATTRIBUTES, FOCUS) for seed in range(10, 22)]
    assert sum(map(bool, answers)) <= 1


def test_a_rise_of_everything_alike_is_no_combination() -> None:
    table = shop(5)
    late = table["week"] >= FOCUS
    table["incident"] = np.where(
        late & (np.random.default_rng(1).random(late.size) < 0.02), 1, table["incident"]
    )
    answer = drivers.search(table, ATTRIBUTES, FOCUS)
    assert not answer.drivers
    assert answer.level > 1.3


def test_other_codes_and_another_order_of_rows_change_nothing() -> None:
    cell = {"carrier": 1, "region": 4}
    table = shop(4, {tuple(cell.items()): 3.0})
    first = drivers.search(table, ATTRIBUTES, FOCUS).drivers
    rng = np.random.default_rng(0)
    names = {name: rng.permutation(int(table[name].max()) + 1) for name in ATTRIBUTES}
    rows = rng.permutation(table["week"].size)
    other = {**table, **{name: codes[table[name]] for name, codes in names.items()}}
    second = drivers.search({name: column[rows] for name, column in other.items()}, ATTRIBUTES, FOCUS).drivers
    assert [dict(driver.cell) for driver in first] == [cell]
    assert [dict(driver.cell) for driver in second] == [
        {name: names[name][code] for name, code in cell.items()}
    ]
    assert [driver.expected for driver in second] == pytest.approx([driver.expected for driver in first])


def test_grouped_lines_say_the_same_as_single_ones() -> None:
    table = shop(6, {(("carrier", 1), ("region", 4)): 3.0})
    keys = np.stack([table[name] for name in (*ATTRIBUTES, "week")])
    values, group = np.unique(keys, axis=1, return_inverse=True)
    grouped = dict(zip((*ATTRIBUTES, "week"), values, strict=True))
    grouped["incident"] = np.bincount(group, table["incident"]).astype(np.int64)
    grouped["exposure"] = np.bincount(group)
    one, other = (drivers.search(rows, ATTRIBUTES, FOCUS).drivers for rows in (table, grouped))
    assert [driver.cell for driver in one] == [driver.cell for driver in other]
    assert [driver.expected for driver in one] == pytest.approx([driver.expected for driver in other])


def test_an_unknown_value_is_never_an_answer() -> None:
    table = shop(1, {(("carrier", 2),): 3.0})
    assert drivers.explain(table, ATTRIBUTES, FOCUS) == [{"carrier": 2}]
    told = drivers.search(table, ATTRIBUTES, FOCUS, {"carrier": 2}).drivers
    assert all("carrier" not in driver.cell for driver in told)


def test_an_article_that_names_its_supplier_is_not_combined_with_it() -> None:
    table = shop(1)
    assert main_effects.nested(table, ATTRIBUTES) == {("sku", "supplier")}


def test_main_effects_recover_the_rates_they_were_made_of() -> None:
    table = shop(7)
    expected, effects = main_effects.fit(table, ATTRIBUTES, table["week"] < FOCUS)
    past = table["week"] < FOCUS
    assert expected[past].sum() == pytest.approx(table["incident"][past].sum())
    carriers = effects["carrier"].factor / effects["carrier"].factor[1]
    assert carriers == pytest.approx([0.8, 1.0, 1.2, 1.0], abs=0.2)
    assert effects["region"].factor == pytest.approx(np.ones(6), abs=0.06)


def test_surprise_is_the_log_ratio_of_two_negative_binomials() -> None:
    unrest, observed, expected = 0.05, 30.0, 12.0
    shape = 1 / unrest
    told = [stats.nbinom.logpmf(observed, shape, shape / (shape + mean)) for mean in (observed, expected)]
    got = cells.surprise(np.array([observed, 5.0]), np.array([expected, 5.5]), np.array([unrest, unrest]))
    assert got == pytest.approx([told[0] - told[1], 0.0])


def test_the_interval_of_a_restful_rate_is_garwoods() -> None:
    # 10 observed: the exact 95 % interval of a Poisson mean is 4.795 to 18.390 (Garwood 1936)
    assert cells.interval(10, 5, 0.0) == pytest.approx((4.795 / 5, 18.390 / 5), abs=1e-3)
    low, high = cells.interval(10, 5, 0.2)
    assert low < 4.795 / 5
    assert high > 18.390 / 5
