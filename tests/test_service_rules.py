"""The holidays we ship, held against the calendar: what is reckoned from Easter, and the Mondays of Quebec."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipelines.rules import all_rules

#: Easter Sundays as printed in a calendar
EASTER = [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16)]
#: of each year: the Monday before 25 May, the first of September, the second of October
MONDAYS = {2024: (20, 2, 14), 2025: (19, 1, 13), 2026: (18, 7, 12), 2027: (24, 6, 11), 2028: (22, 4, 9)}


def holidays(region: str, year: int) -> set[date]:
    rules = next(rules for rules in all_rules() if rules.name == "holidays")
    days = [row["day"] for row in rules.rows if row["region"] == region]
    return {day for day in days if isinstance(day, date) and day.year == year}


@pytest.mark.parametrize("easter", EASTER, ids=str)
def test_the_eleven_holidays_of_france_are_those_of_its_labour_code(easter: date) -> None:
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    assert holidays("FR", easter.year) == {
        *(date(easter.year, month, day) for month, day in fixed),
        *(easter + timedelta(days) for days in (1, 39, 50)),
    }


@pytest.mark.parametrize("easter", EASTER, ids=str)
def test_the_eight_holidays_of_quebec_fall_on_its_mondays(easter: date) -> None:
    year = easter.year
    patriots, labour, thanks = MONDAYS[year]
    assert holidays("CA-QC", year) == {
        easter - timedelta(2),
        date(year, 5, patriots),
        date(year, 9, labour),
        date(year, 10, thanks),
        *(date(year, month, day) for month, day in [(1, 1), (6, 24), (7, 1), (12, 25)]),
    }
