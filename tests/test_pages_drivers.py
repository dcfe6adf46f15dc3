"""The page that explains a rise: six questions, and every way to and from it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from app import db
from app.filters import Filters
from app.navigation import explained
from pipelines import notes
from pipelines.notes import Note
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words

QUERY = db.query


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


def test_few_orders_of_before_expect_nothing(store: Store) -> None:
    said = words(drawn("drivers", lang="en", period="26w"))
    assert "too few orders of before the period are loaded" in said
    assert "were expected" not in said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "fr",
            "4 causes montent pourtant au-delà du hasard\u202f: Produit défectueux, Non reçu, Livraison en retard, et d’autres.",
        ),
        ("en", "4 causes rise beyond chance: Product defect, Not received, Late delivery, and others."),
    ],
)
def test_the_sentence_on_top_does_not_hide_causes_that_rose_within_a_whole_that_did_not(
    store: Store, monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    causes = ["product_defect", "not_received", "late_delivery", "lost_in_transit"]
    counted = {"incident_count": [9] * 4, "before_count": [1] * 4, "expected_count": [1.0] * 4}
    rose = pl.DataFrame({"cause": causes, **counted, "exposure_ratio": [1.0] * 4})
    monkeypatch.setattr(
        "app.driver_segments.db.query",
        lambda view, *a, **k: rose if view == "driver_causes" else QUERY(view, *a, **k),
    )
    app = drawn("drivers", lang=lang, period="4w")
    assert said in app.subheader[0].value.replace("\\", "")
    assert [e.value for e in app.exception] == []


def test_notes_and_actions_about_what_is_chosen_are_told_as_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small_store().folder, tmp_path / "store")
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    store = Store(tmp_path / "store")
    window = Reader(store).query("trend_total")["period_start_date"].max()
    assert isinstance(window, date)
    day = (window - timedelta(days=10)).isoformat()
    notes.save(store, Note(day, "Shelves *moved* at Laval", "move"), "Anne")
    notes.save(store, Note(day, "Only of stock", "price", scope={"cause": ["out_of_stock"]}), "Anne")
    said = words(drawn("drivers", lang="en", period="13w", cause="product_defect")).replace("\\", "")
    assert "Shelves *moved* at Laval" in said
    assert "Only of stock" not in said


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
