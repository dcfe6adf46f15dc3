"""The page that explains a rise: six questions, and every way to and from it."""

from __future__ import annotations

from datetime import date

import pytest

from app.filters import Filters
from app.navigation import explained
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


def test_six_questions_are_answered_in_their_order(store: Store) -> None:
    app = drawn("drivers", lang="en", period="26w")
    assert [e.value for e in app.exception] == []
    asked = [each.value for each in app.subheader if each.value[:1].isdigit()]
    assert asked == [
        "1. Is it real?",
        "2. Is it the data?",
        "3. Volume, mix or rate?",
        "4. Where is it concentrated?",
        "5. What changed?",
        "6. Which cases show it best?",
    ]


def test_the_number_of_the_page_is_that_of_the_views(store: Store) -> None:
    app = drawn("drivers", lang="en", period="13w")
    period = app.query_params.get("period", ["13w"])
    assert "13w" in period
    n = sum(Reader(store).query("trend_total").filter("is_complete").tail(13)["incident_count"].to_list())
    assert f"{n} incidents" in app.caption[0].value.replace("\\", "").replace(",", "")


@pytest.mark.parametrize(("lang", "said"), [("fr", "qui a un début"), ("en", "that has a beginning")])
def test_all_of_the_time_has_nothing_before_it(store: Store, lang: str, said: str) -> None:
    app = drawn("drivers", lang=lang, period="all")
    assert said in words(app)
    assert not app.dataframe


def test_the_first_weeks_of_the_data_say_that_there_is_not_enough(store: Store) -> None:
    first = Reader(store).query("trend_total")["period_start_date"].min()
    assert isinstance(first, date)
    app = drawn("drivers", lang="en", **{"from": first.isoformat(), "to": first.isoformat()})
    assert [e.value for e in app.exception] == []
    assert "Not enough data" in words(app)


def test_a_way_to_the_page_takes_filters_and_period_with_it() -> None:
    filters = Filters(
        "custom", date(2025, 3, 3), date(2025, 3, 24), {"channel": ("web",)}, is_default_period=False
    )
    target = explained(filters, cause="product_defect", lot=None)
    assert target.page == "drivers"
    assert target.params == {
        "channel": ["web"],
        "cause": ["product_defect"],
        "from": ["2025-03-03"],
        "to": ["2025-03-23"],
    }


@pytest.mark.parametrize("page", ["recurring_issues", "rising"])
def test_lists_of_problems_lead_to_what_drives_them(store: Store, page: str) -> None:
    tables = drawn(page, lang="en", period="26w").dataframe
    assert all("_why" in table.value.columns for table in tables if "_open" in table.value.columns)
