"""Labels that take over from others, new tools and late files are told from incidents, and what stays a rise does."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analysis.data_changes import remaining, same_label, switches
from analysis.rising import Weeks

MONDAY = date(2025, 11, 10)


def labels(**weekly: list[int]) -> pl.DataFrame:
    """Records of a tool by label and week, the last week last."""
    return pl.DataFrame(
        [
            {
                "label": label,
                "week_start_date": MONDAY - timedelta(weeks=len(numbers) - 1 - at),
                "record_count": n,
            }
            for label, numbers in weekly.items()
            for at, n in enumerate(numbers)
            if n
        ]
    )


def told(**weekly: list[int]) -> list[tuple[str, int, list[str]]]:
    """Label, in which week before the last it took over, and from which others."""
    found = switches(labels(**weekly), MONDAY)
    return [(new, (MONDAY - since).days // 7, old) for new, since, old, _ in found.iter_rows()]


STEADY = [20, 22, 19, 21, 20, 18, 23, 20, 21, 19, 20, 22]


def test_a_label_that_ends_where_another_begins_at_its_level_was_renamed() -> None:
    """12 a week under the old name, none from the week of the 20th on; the week of the change has 5 and 8."""
    found = switches(labels(other=STEADY, old=[12] * 8 + [5, 0, 0, 0], new=[0] * 8 + [8, 12, 15, 12]), MONDAY)
    assert found.drop("ratio").rows() == [("new", MONDAY - timedelta(weeks=3), ["old"])]
    assert found["ratio"].to_list() == [13 / 12]  # (12 + 15 + 12) / 3 over 12
    # it is told in the very week of the change
    assert told(other=STEADY[:9], old=[12] * 8 + [3], new=[0] * 8 + [8]) == [("new", 0, ["old"])]
    # a label of which five are left may have had a quiet week
    assert told(other=STEADY[:9], old=[12] * 8 + [5], new=[0] * 8 + [8]) == []


def test_a_new_label_that_nothing_made_room_for_may_be_an_incident() -> None:
    """What SignalConso saw in March 2020: a label that is new while all others go on."""
    assert told(other=STEADY, old=[12] * 12, new=[0] * 9 + [90, 95, 88]) == []
    # nor is one whose level is six times that of the label that ended
    assert told(other=STEADY, old=[12] * 9 + [0] * 3, new=[0] * 9 + [72, 70, 74]) == []
    # nor where the old one ended a month before
    assert told(other=STEADY, old=[12] * 5 + [0] * 7, new=[0] * 9 + [12, 12, 12]) == []


def test_rare_labels_come_and_go_by_chance() -> None:
    """One in two weeks until the seventh, one in two weeks of another since: 2.5 of each are nothing to go by."""
    assert told(other=STEADY, old=[1, 0] * 3 + [1] + [0] * 5, new=[0] * 7 + [1, 0, 1, 0, 1]) == []
    # five that come every third week and were absent for four weeks are no new list
    rare = {name: [0] * 4 + [1, 0, 0, 1, 0, 0, 1, 0] for name in "abcde"}
    assert told(other=[5] * 12, **rare) == []


def test_a_label_split_in_two_and_one_split_off_a_larger_one() -> None:
    assert told(other=STEADY, old=[30] * 9 + [0] * 3, a=[0] * 9 + [18, 20, 19], b=[0] * 9 + [11, 12, 10]) == [
        ("a", 2, ["old"]),
        ("b", 2, ["old"]),
    ]
    # 200 a week become 140 and 55: together 195
    parent = [200, 204, 197, 201, 199, 203, 198, 200, 202]
    part = [0] * 9 + [50, 55, 55]
    assert told(other=STEADY, parent=[*parent, 145, 140, 140], part=part) == [("part", 2, ["parent"])]
    # the same new label while the other stays: nothing was split
    assert told(other=STEADY, parent=[*parent, 199, 201, 200], part=part) == []


def test_five_labels_new_in_one_week_are_a_new_list_unless_they_hold_next_to_nothing() -> None:
    new = {name: [0] * 9 + [4, 9, 14] for name in ("a", "b", "c", "d", "e")}
    assert told(other=STEADY, **new) == [(name, 2, []) for name in "abcde"]
    assert told(other=[50 * n for n in STEADY], **new) == []
    # a day on which everybody cancels brings three: `cancel order`, `annulation`, `wrong price`
    del new["d"], new["e"]
    assert told(other=STEADY, **new) == []


def test_a_tool_that_begins_has_labels_but_changed_none() -> None:
    assert told(old=[0] * 7 + [9, 0, 0, 0, 0], new=[0] * 8 + [8, 9, 9, 9]) == []
    assert switches(labels(a=[1]).clear(), MONDAY).is_empty()


def test_capitals_accents_and_blanks_make_no_other_label() -> None:
    assert same_label("Retrait-Rappel Spécifique") == same_label("RetraitRappelSpecifique")
    assert same_label("!") == "!"


def series(*counts: int, expected: float = 5.0) -> Weeks:
    numbers = np.array([5] * (13 - len(counts)) + list(counts))
    return Weeks(numbers, np.full(13, expected), np.ones(13), 1.0)


def part(*counts: int) -> np.ndarray:
    return np.array([0] * (13 - len(counts)) + list(counts))


def test_what_is_new_in_the_data_is_allowed_for_and_what_remains_is_judged() -> None:
    """15 expected in three weeks, 60 seen. The exact interval of 60 begins at 45.8, of 15 at 8.4 (Garwood).

    New are 45 of the 60: 15 + 45 = 60 are expected, nothing is left. New are 9: 24 are expected and 45.8 / 24 > 1.
    """
    rise = series(20, 20, 20)
    assert remaining(rise, part(15, 15, 15), 10).expected == pytest.approx(60)
    assert not remaining(rise, part(15, 15, 15), 10).is_rising
    assert remaining(rise, part(3, 3, 3), 10).expected == pytest.approx(24)
    assert remaining(rise, part(3, 3, 3), 10).is_rising
    assert remaining(rise, part(), 10).is_rising


def test_a_tool_that_replaces_another_fills_what_is_missing_first() -> None:
    """All 18 of the last weeks come from the new tool, the old one told 15 of three weeks: only 3 are added."""
    assert remaining(series(6, 6, 6), part(6, 6, 6), 10).expected == pytest.approx(18)


def test_with_weeks_of_its_own_what_is_new_is_held_against_its_own_level() -> None:
    """New since the fourth judged week: 20 a week over the six before the last three, four times what was expected.

    62 against 60 expected is nothing. Of 120 against 60, by the conditional test with 120 in six weeks before: 120 of
    240 cases in 3 of 9 weeks; the exact interval of that share begins at 0.435, so the ratio at 0.435 / 0.565 * 2 = 1.54.
    """
    since = [20] * 7
    steady = remaining(series(*since, 22, 19, 21), part(*[15] * 10), 3)
    assert steady.expected == pytest.approx(4 * 15)
    assert not steady.is_rising
    assert remaining(series(*since, 40, 41, 39), part(*[15] * 7, 35, 36, 34), 3).is_rising
    # older than the judged weeks
    assert not remaining(series(*[20] * 13), part(*[15] * 13), -20).is_rising


def test_a_renamed_label_adds_no_more_than_the_old_one_had_there() -> None:
    """The whole tool writes a new label; here the old one had 2 a week, and now there are 20."""
    assert remaining(series(20, 20, 20, expected=0.1), part(20, 20, 20), 10, 6.0).is_rising
    few = Weeks(part(3, 2, 2), np.full(13, 0.1), np.ones(13), 1.0)
    assert not remaining(few, part(3, 2, 2), 10, 6.0).is_rising


def test_a_rise_that_begins_weeks_after_a_change_is_none_of_it() -> None:
    """Six weeks at 20, where 5 are expected; the tool that tells of them was new long before, or four weeks before."""
    rise = series(*[20] * 6)
    assert not remaining(rise, part(*[20] * 6), 7).is_rising
    assert remaining(rise, part(*[20] * 6), -20).is_rising
    assert remaining(rise, part(*[20] * 6), 2).is_rising
