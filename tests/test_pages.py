"""Every page is drawn through dashboard.py on a small store, in both languages, and says what the views say."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app import navigation, report
from app.i18n import Lang, say
from app.trends import known_cost
from pipelines.load import load
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import MARKDOWN, small_store

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"
PAGES = [name for _, name, _ in navigation.found()]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


def drawn(page: str, **params: str | list[str]) -> AppTest:
    """One page as a reader with this URL gets it."""
    app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
    app.query_params.update(params)
    path = next(path for _, name, path in navigation.found() if name == page)
    app.switch_page(str(path))
    return app.run()


def words(app: AppTest) -> str:
    """All the text of a page, without its tables and charts."""
    elements = [*app.title, *app.subheader, *app.caption, *app.markdown, *app.text, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements)


def test_pages_are_found_by_their_file_names_in_their_order() -> None:
    assert PAGES[0] == "weekly_review"
    assert {"causes_and_trends", "recurring_issues", "cases", "case", "data"} <= set(PAGES)
    assert not (DASHBOARD.parent / "pages").exists(), "deep links into a folder `pages` bypass dashboard.py"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_drawn_without_exception(store: Store, page: str, lang: str) -> None:
    app = drawn(page, lang=lang)
    assert [e.value for e in app.exception] == []
    assert app.title[0].value
    assert app.button_group(key="w_lang").value == [lang] or app.button_group(key="w_lang").value == lang


@pytest.mark.parametrize("page", PAGES)
def test_every_page_survives_a_url_that_makes_no_sense(store: Store, page: str) -> None:
    app = drawn(
        page,
        lang="xx",
        period="'; drop",
        channel=["<b>", "nowhere"],
        sku="",
        measure="weight",
        order="' or 1=1 --",
    )
    assert [e.value for e in app.exception] == []


def test_the_review_counts_what_the_views_count(store: Store) -> None:
    app = drawn("weekly_review", lang="en", period="13w")
    weeks = Reader(store).query("trend_total").filter("is_complete").tail(13)
    n = int(weeks["incident_count"].sum())
    assert f"{n} incidents" in app.caption[0].value.replace("\\", "").replace(",", "")


def test_a_filter_that_is_not_in_the_data_is_named_and_ignored(store: Store) -> None:
    app = drawn("cases", lang="en", carrier="Pigeon Express")
    assert "Filter ignored: “Pigeon Express”" in words(app).replace("\\", "")
    assert not any("Pigeon" in button.label for button in app.button)


def test_an_active_filter_is_a_chip_that_can_be_removed(store: Store) -> None:
    cause = Reader(store).query("cause_pareto")["cause"][0]
    app = drawn("cases", lang="en", cause=cause)
    chip = app.button(key=f"chip_cause_{cause}")
    fewer = app.caption[0].value
    after = chip.click().run()
    assert "cause" not in after.query_params
    assert after.caption[0].value != fewer


def test_the_switch_of_the_measure_stands_in_the_url(store: Store) -> None:
    app = drawn("weekly_review", lang="fr", period="26w")
    after = app.button_group(key="w_measure").set_value("cost").run()
    assert after.query_params["measure"] in ("cost", ["cost"])
    assert "du coût" in words(after)


def test_one_case_shows_each_signal_with_its_file_and_record(store: Store) -> None:
    case = Reader(store).query("cases").drop_nulls("order_key").row(0, named=True)
    app = drawn("case", lang="en", order=case["order_key"])
    table = next(each.value for each in app.dataframe if "row_number" in each.value.columns)
    assert {"source", "file_name", "row_number", "detail", "cause_name"} <= set(table.columns)
    assert table["file_name"].notna().all()
    assert case["order_name"].lstrip("#") in app.title[0].value


def test_markdown_in_a_product_name_is_not_obeyed(store: Store) -> None:
    rows = Reader(store).query("cases")
    named = rows.filter(rows["product"].str.starts_with("**bold**")).drop_nulls("order_key")
    assert named.height, "the store has no incident of the product with the hostile name"
    app = drawn("case", lang="en", order=named["order_key"][0])
    assert any(r"\*\*bold\*\* \[link\]\(javascript" in line.value for line in app.markdown)
    assert not any(MARKDOWN in line.value for line in app.markdown)


def test_rejected_rows_are_listed_with_their_reason(store: Store) -> None:
    app = drawn("data", lang="en")
    rejects = next(table.value for table in app.dataframe if "raw_text" in table.value.columns)
    assert len(rejects) == Reader(store).query("data_rejects").height > 0
    spoiled = rejects[rejects["file_name"] == "gorgias_tickets.csv"].iloc[0]
    assert "=HYPERLINK" in spoiled["raw_text"]
    assert " " in spoiled["said"], "a sentence, not a code"


def test_codes_in_tables_are_said_in_the_language_of_the_page(store: Store) -> None:
    """Even those that are computed in another thread than the page's."""
    table = drawn("causes_and_trends", lang="en", period="all").dataframe[1].value
    assert set(table["family_name"]) <= {
        *(
            "Product",
            "Logistics",
            "Transport",
            "Stock",
            "Catalogue",
            "Payment",
            "Customer",
            "Internal",
            "Unknown",
        )
    }
    assert "Customer" in set(table["party_name"])


@pytest.mark.parametrize(
    ("lang", "where", "who"),
    [
        ("en", {"Supplier", "Channel", "Warehouse"}, {"Customer", "Supplier"}),
        ("fr", {"Fournisseur", "Canal", "Entrepôt"}, {"Client", "Fournisseur"}),
    ],
)
def test_recurring_issues_say_where_and_who_in_the_language_of_the_page(
    store: Store, lang: Lang, where: set[str], who: set[str]
) -> None:
    """Also right after a reader of the other language asked for the same rows, which both share."""
    drawn("recurring_issues", lang="fr" if lang == "en" else "en", period="all")
    table = drawn("recurring_issues", lang=lang, period="all").dataframe[0].value
    found = Reader(store).query("recurring_issues")
    assert set(table["place_kind_name"]) == {say(lang, f"place_kind.{code}") for code in found["place_kind"]}
    assert set(table["party_name"]) == {say(lang, f"party.{code}") for code in found["party"]}
    assert set(table["place_kind_name"]) & where or set(table["party_name"]) & who


def tiles(monkeypatch: pytest.MonkeyPatch, **params: str) -> dict[str, report.Tile]:
    """The tiles of the weekly review in their order, by their label."""
    found: list[report.Tile] = []
    monkeypatch.setattr(report, "tiles", lambda items, key: found.extend(items))
    app = drawn("weekly_review", **params)
    assert [e.value for e in app.exception] == []
    return {one.label: one for one in found}


def test_a_cost_whose_refunds_are_still_to_come_is_never_called_better(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent = tiles(monkeypatch, lang="en")["Cost ‰ orders"]
    assert (recent.change, recent.tone, recent.against) == ("", "even", "refunds still to come")
    old = tiles(monkeypatch, lang="en", **{"from": "2026-07-06", "to": "2026-08-30"})["Cost ‰ orders"]
    assert old.change
    assert old.against == "on the period before"


def test_recent_orders_are_not_compared_before_their_incidents_have_come(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent = tiles(monkeypatch, lang="en", basis="order", period="4w")["Incidents ‰ orders"]
    assert (recent.change, recent.tone, recent.against) == ("", "even", "so far")


@pytest.mark.parametrize(("lang", "measure"), [("fr", "rate"), ("en", "cost")])
def test_without_orders_every_tile_says_what_it_needs(
    lang: str, measure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complaints alone: counts, no rate, nothing that could be taken for one, and the credit of their publisher."""
    sample = DASHBOARD.parent / "data" / "sample" / "signalconso.csv"
    assert [r.status for r in load([sample], Store(tmp_path))] == ["loaded"]
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path))
    made = list(tiles(monkeypatch, lang=lang, period="all").values())
    assert len(made) == 6
    assert [(one.value, bool(one.against), one.note) for one in made[:5]] == [("—", True, "")] * 5
    assert made[5].value != "—"
    for page in PAGES:
        app = drawn(page, lang=lang, period="all", measure=measure)
        assert [e.value for e in app.exception] == []
        assert "SignalConso" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_period_in_which_nothing_happened_is_said_in_words(store: Store, page: str) -> None:
    app = drawn(page, lang="en", **{"from": "2001-01-01", "to": "2001-02-01"})
    assert [e.value for e in app.exception] == []
    if page in ("weekly_review", "causes_and_trends", "cases"):
        assert "No incident for this period" in words(app).replace("*", "")


def test_a_search_that_finds_nothing_says_where_else_to_look(store: Store) -> None:
    said = words(drawn("cases", lang="en", search="zz*zz")).replace("\\", "")
    assert "No incident for “zz*zz” in this period" in said
    assert "without a loaded order" not in said


def test_files_say_that_no_row_is_lost(store: Store) -> None:
    app = drawn("data", lang="en")
    files = next(table.value for table in app.dataframe if "rows_in" in table.value.columns)
    assert (files["rows_in"] == files["loaded"] + files["unchanged"] + files["rejected"]).all()


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_without_data_every_page_says_which_file_to_fetch(
    page: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path))
    app = drawn(page, lang=lang)
    assert [e.value for e in app.exception] == []
    assert "Shopify" in words(app)
    assert "Zendesk" in words(app)


def test_a_cost_that_is_not_known_is_not_nothing() -> None:
    rows = pl.DataFrame(
        {
            "family": ["a", "a", "b", "b", "c"],
            "incident_count": [3, 0, 2, 1, 0],
            "cost_cents": [None, 0, None, 500, 0],
        }
    )
    costs = rows.group_by("family").agg(known_cost()).sort("family")["cost_cents"].to_list()
    assert costs == [None, 500, 0]


def test_amounts_of_cases_stand_beside_their_own_currency(store: Store) -> None:
    table = drawn("cases", lang="en", period="all").dataframe[0].value
    priced = table[table["cost_cents"].notna()]
    assert len(priced) > 0
    assert priced["currency"].notna().all()
