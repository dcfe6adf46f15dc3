"""Filters: what the URL says, what is ignored, and that nothing gets lost on the way back into it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.filters import DIMENSIONS, PERIODS, Filters, Notice, periods, read

AS_OF, MONDAY = date(2026, 11, 17), date(2026, 11, 16)
PRESETS = periods(AS_OF, MONDAY)
OFFERED = {name: frozenset({"a", "b", "é & ü"}) for name in DIMENSIONS}


def asked(**params: list[str]) -> tuple[Filters, list[Notice]]:
    return read({name.rstrip("_"): values for name, values in params.items()}, OFFERED, PRESETS, AS_OF)


def test_without_a_word_in_the_url_all_passes_and_the_default_period_holds() -> None:
    filters, notices = asked()
    assert filters.choices == {}
    assert (filters.start, filters.until) == (date(2026, 8, 17), MONDAY)
    assert (filters.measure, filters.grain, filters.basis) == ("count", "week", "event")
    assert filters.params() == {}
    assert notices == []


def test_weeks_are_complete_ones_and_this_month_ends_with_the_data() -> None:
    assert PRESETS["last_week"] == (date(2026, 11, 9), MONDAY)
    assert PRESETS["4w"] == (date(2026, 10, 19), MONDAY)
    assert PRESETS["this_month"] == (date(2026, 11, 1), date(2026, 11, 18))
    assert PRESETS["last_month"] == (date(2026, 10, 1), date(2026, 11, 1))
    assert PRESETS["all"] == (None, None)
    assert periods(date(2026, 1, 5), date(2026, 1, 5))["last_month"] == (date(2025, 12, 1), date(2026, 1, 1))


def test_a_value_that_the_data_do_not_have_is_ignored_with_a_notice() -> None:
    filters, notices = asked(channel=["a", "<script>"], sku=["zz"])
    assert filters.choices == {"channel": ("a",)}
    assert [(n.key, n.params["value"]) for n in notices] == [
        ("filters.unknown_value", "<script>"),
        ("filters.unknown_value", "zz"),
    ]


@pytest.mark.parametrize("period", ["yesterday", "'; drop table incidents; --", "13W"])
def test_an_unknown_period_is_ignored_with_a_notice(period: str) -> None:
    filters, notices = asked(period=[period])
    assert (filters.start, filters.until) == PRESETS["13w"]
    assert [n.key for n in notices] == ["filters.unknown_period"]


def test_chosen_dates_include_both_ends() -> None:
    filters, notices = asked(from_=["2026-10-01"], to=["2026-10-31"])
    assert (filters.period, filters.start, filters.until) == ("custom", date(2026, 10, 1), date(2026, 11, 1))
    assert filters.params() == {"from": ["2026-10-01"], "to": ["2026-10-31"]}
    assert notices == []


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        ("2026-10-31", "2026-10-01", "filters.empty_period"),
        ("soon", "2026-10-01", "filters.unknown_period"),
        ("2026-10-01", "9999-12-31", "filters.unknown_period"),
        ("2026-02-30", "2026-03-01", "filters.unknown_period"),
    ],
)
def test_dates_that_make_no_sense_are_ignored_with_a_notice(first: str, last: str, key: str) -> None:
    filters, notices = asked(from_=[first], to=[last])
    assert (filters.start, filters.until) == PRESETS["13w"]
    assert [n.key for n in notices] == [key]


@given(
    choices=st.dictionaries(
        st.sampled_from(list(DIMENSIONS)),
        st.lists(st.sampled_from(["a", "b", "é & ü"]), min_size=1, unique=True),
    ),
    period=st.sampled_from([p for p in PERIODS if p != "custom"]),
    measure=st.sampled_from(["count", "rate", "cost"]),
    grain=st.sampled_from(["week", "month"]),
    basis=st.sampled_from(["event", "order"]),
)
def test_a_link_brings_back_exactly_the_selection_it_was_made_from(
    choices: dict[str, list[str]], period: str, measure: str, grain: str, basis: str
) -> None:
    asked_for = {**choices, "period": [period], "measure": [measure], "grain": [grain], "basis": [basis]}
    first, notices = read(asked_for, OFFERED, PRESETS, AS_OF)
    again, _ = read(first.params(), OFFERED, PRESETS, AS_OF)
    assert again == first
    assert notices == []


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from([*DIMENSIONS, "period", "from", "to", "measure"]),
        st.lists(st.text(max_size=20), max_size=3),
    )
)
def test_whatever_the_url_says_there_is_a_selection_and_no_exception(params: dict[str, list[str]]) -> None:
    filters, _ = read(params, OFFERED, PRESETS, AS_OF)
    assert filters.until is None or filters.start is None or filters.start < filters.until
    assert all(value in OFFERED[name] for name, values in filters.choices.items() for value in values)


def test_a_drill_down_says_its_period_whatever_the_other_page_takes_by_default() -> None:
    filters, _ = asked(channel=["a"])
    narrowed = filters.choose(cause="b", sku=None).pinned()
    assert narrowed.params() == {"channel": ["a"], "cause": ["b"], "period": ["13w"]}
    week = filters.during(MONDAY - timedelta(weeks=1), MONDAY)
    assert week.params() == {"channel": ["a"], "from": ["2026-11-09"], "to": ["2026-11-15"]}


def test_the_views_get_lists_dates_and_switches() -> None:
    filters, _ = asked(country=["a", "b"], basis=["order"])
    assert filters.variables() == {
        "countries": ("a", "b"),
        "start": date(2026, 8, 17),
        "until": MONDAY,
        "basis": "order",
        "grain": "week",
    }
