"""The page on returns, drawn through dashboard.py on the small store: what it says is what the views say."""

from __future__ import annotations

import polars as pl
import pytest

from app import charts, report
from app.charts_returns import Curve, survival
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


@pytest.mark.parametrize(
    ("lang", "owed", "first"), [("fr", "dus", "0 à 2 jours"), ("en", "owed", "0 to 2 days")]
)
def test_the_page_says_what_is_owed_and_lists_it_oldest_first(
    store: Store, lang: str, owed: str, first: str
) -> None:
    app = drawn("returns", lang=lang, period="all")
    assert [e.value for e in app.exception] == []
    views = Reader(store)
    debts = views.query("returns_not_refunded")
    assert f"**{debts.height} " in app.markdown[0].value
    assert owed in app.markdown[0].value
    ageing = next(
        table.value for table in app.dataframe if "owed_cents" in table.value and "title" in table.value
    )
    assert ageing["title"].iloc[0] == first
    assert ageing["line_count"].sum() == debts.height
    listed = next(table.value for table in app.dataframe if "open_days" in table.value)
    assert listed["open_days"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "dès qu’un de ses articles"), ("en", "once any of its articles")]
)
def test_the_share_returned_is_that_of_the_view(store: Store, lang: str, said: str) -> None:
    app = drawn("returns", lang=lang, period="all")
    assert [e.value for e in app.exception] == []
    shown = next(t.value for t in app.dataframe if "returned_share" in t.value)
    cohorts = Reader(store).query("return_cohorts").drop_nulls("period_start_date")
    assert shown["returned_order_count"].sum() == cohorts["returned_order_count"].sum() > 0
    assert said in words(app)


def test_an_age_and_a_list_of_the_url_narrow_what_is_shown(store: Store) -> None:
    views = Reader(store)
    ageing = views.query("return_ageing").filter(pl.col("line_count") > 0)
    age, n = ageing.select("age_from_days", "line_count").row(-1)
    app = drawn("returns", lang="en", period="all", age=str(age), list="contradicted")
    assert [e.value for e in app.exception] == []
    assert len(next(t.value for t in app.dataframe if "open_days" in t.value)) == n
    contradicted = views.query("return_lines", {"return_list": "contradicted"})
    listed = next((t.value for t in app.dataframe if "verdict_name" in t.value and "order" in t.value), None)
    assert (0 if listed is None else len(listed)) == contradicted.height
    said = words(drawn("returns", lang="en", age="' or 1=1", list="<b>", stage="?", by="x"))
    assert "How long each stage takes" in said


def test_the_tile_of_the_review_leads_to_the_page_and_says_the_money(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[report.Tile] = []
    monkeypatch.setattr(report, "tiles", lambda items, key: found.extend(items))
    drawn("weekly_review", lang="en", period="13w")
    tile = next(one for one in found if one.target and one.target.page == "returns")
    debts = Reader(store).query("return_ageing")
    assert tile.note.startswith(f"{debts['line_count'].sum()} waiting, ")
    assert tile.note.endswith(f", {debts['overdue_count'].sum()} overdue")
    assert f", ${debts['owed_cents'].sum() / 100:,.0f}, " in tile.note


def test_a_curve_has_its_median_marked_and_hostile_names_are_shown_not_obeyed() -> None:
    curve = Curve("<b>Laval</b>", "Laval", [0, 1, 2], [1.0, 0.6, 0.4], ["a", "b", "<i>"], 1.7)
    figure = survival(
        [curve, Curve("Lyon", "Lyon", [0], [1.0], [""], None)], charts.LIGHT, "x", "y", {0: "0", 1: "1"}
    )
    assert [trace.x for trace in figure.data] == [(0, 1, 2), (1.7,), (0,)]
    assert figure.data[0].name == "&lt;b&gt;Laval&lt;/b&gt;"
    assert figure.data[0].hovertext[2] == "&lt;i&gt;"
    assert figure.data[0].line.shape == "hv"
