"""The pages on cancellations and on stock: what they say, in both languages, and where a click leads."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from app import plots, report
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


def plain(app: AppTest) -> str:
    return words(app).replace("\\", "").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "sur {of} que les faits"), ("en", "of {of} that the facts")]
)
def test_the_sentence_says_how_many_labels_are_contradicted(store: Store, lang: str, said: str) -> None:
    rows = Reader(store).query("cancellation_labels")
    told = dict(rows.drop_nulls("verdict").select("verdict", "cancellation_count").iter_rows())
    decided = told.get("contradicted", 0) + told.get("confirmed", 0)
    assert decided > 0, "the small store has no label to settle"
    app = drawn("cancellations", lang=lang, period="all")
    assert said.format(of=decided) in plain(app)
    assert [e.value for e in app.exception] == []


def test_the_list_shows_the_cases_of_one_verdict_with_their_evidence(store: Store) -> None:
    app = drawn("cancellations", lang="en", period="all", verdict="contradicted")
    cases = Reader(store).query("cancellation_cases", {"verdict": "contradicted"})
    table = next(
        frame.value
        for frame in app.dataframe
        if "verdict_name" in frame.value and "stock_level" in frame.value
    )
    assert len(table) == cases.height > 0
    assert set(table["verdict_name"]) == {"Contradicted"}
    assert {"request_at", "denied_at", "stock_level", "sold_price_cents", "burst_line_count"} <= set(
        table.columns
    )


def test_a_verdict_that_is_none_shows_the_contradicted(store: Store) -> None:
    app = drawn("cancellations", lang="en", period="all", verdict="<b>guilty</b>")
    assert app.button_group(key="w_verdict").value in ("contradicted", ["contradicted"])


def test_a_bar_leads_to_the_cases_of_its_verdict(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {}
    monkeypatch.setattr(plots, "show", lambda figure, key, alt, leads_to: shown.update({key: leads_to}))
    drawn("cancellations", lang="en", period="all")
    target = shown["cancellation_labels"](["customer", "contradicted"])
    assert (target.page, target.params["verdict"]) == ("cancellations", ["contradicted"])


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "annulées faute de stock"), ("en", "cancelled for want of stock")]
)
def test_the_stock_page_counts_what_its_view_counts(store: Store, lang: str, said: str) -> None:
    runs = Reader(store).query("stock_desync")
    app = drawn("stock", lang=lang, period="all")
    assert f"{runs['cancelled_line_count'].sum()} line" in plain(app).replace("lignes", "lines")
    assert said in plain(app)
    table = next(frame.value for frame in app.dataframe if "late_line_count" in frame.value)
    assert len(table) == runs.height > 0


def test_a_run_leads_to_the_cases_of_its_article_on_its_channel(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {}
    monkeypatch.setattr(plots, "show", lambda figure, key, alt, leads_to: shown.update({key: leads_to}))
    drawn("stock", lang="en", period="all")
    run = Reader(store).query("stock_desync").row(0, named=True)
    target = shown["stock_time_line"](run["run_key"])
    assert (target.page, target.params["sku"], target.params["channel"]) == (
        "cases",
        [run["sku"]],
        [run["channel"]],
    )


def test_the_tile_of_the_review_says_declared_and_corrected_and_leads_to_the_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[report.Tile] = []
    monkeypatch.setattr(report, "tiles", lambda items, key: shown.extend(items))
    drawn("weekly_review", lang="en", period="all")
    tile = next(tile for tile in shown if "→" in tile.label)
    assert re.fullmatch(r"[\d.]+% → [\d.]+%", tile.value)
    assert tile.target is not None
    assert tile.target.page == "cancellations"
