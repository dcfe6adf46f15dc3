"""The page of costs and the ledger of one case, on the small store, as a manager reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import costs
from app.i18n import texts
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


def drawn(page: str, **params: str) -> AppTest:
    app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
    app.query_params.update(params)
    app.switch_page(str(DASHBOARD.parent / "app" / "pages" / page))
    app.run()
    assert [e.value for e in app.exception] == []
    return app


def said(app: AppTest) -> str:
    lines = [*app.subheader, *app.caption, *app.markdown]
    return "\n".join(str(line.value) for line in lines).replace("\\", "")


@pytest.mark.parametrize(("lang", "wanted"), [("fr", "Absents du total"), ("en", "Not in the total")])
def test_a_shop_without_rules_is_told_which_parts_are_in_no_total(
    store: Store, lang: str, wanted: str
) -> None:
    app = drawn("51_costs.py", lang=lang, period="all")
    assert wanted in said(app)
    parts = next(table.value for table in app.dataframe if "part_count" in table.value.columns)
    assert len(parts) == 10
    assert parts["name"].is_unique
    assert app.button(key="to_settings").label


@pytest.mark.parametrize("cut", costs.CUTS)
def test_each_cut_lists_every_value_once_ranked_or_apart(store: Store, cut: str) -> None:
    reader = Reader(store)
    wanted = reader.query("costs", {"cut": cut})
    app = drawn("51_costs.py", lang="en", period="all", cut=cut)
    tables = [table.value for table in app.dataframe if "coverage_share" in table.value.columns]
    listed = sum(len(table) for table in tables if "cents_per_1000_orders" in table.columns)
    assert listed == wanted.height
    assert wanted["incident_count"].sum() == reader.query("cost_total").row(0, named=True)["incident_count"]


def test_the_cut_stands_in_the_url_and_a_wrong_one_is_ignored(store: Store) -> None:
    app = drawn("51_costs.py", lang="en", cut="weight")
    assert app.button_group(key="w_cut").value == "cause"
    after = app.button_group(key="w_cut").set_value("party").run()
    assert after.query_params["cut"] in ("party", ["party"])


def test_a_case_shows_what_it_cost_and_what_is_missing(store: Store) -> None:
    case = Reader(store).query("cases").drop_nulls("order_key").drop_nulls("cost_cents").row(0, named=True)
    ledger = Reader(store).query("case_costs", {"order_key": case["order_key"]})
    app = drawn("45_case.py", lang="en", order=case["order_key"])
    table = next(table.value for table in app.dataframe if "said_by" in table.value.columns)
    assert len(table) == ledger.height > 1
    assert set(table["said_by"]) <= {
        text for key, text in texts("en").items() if key.startswith("cost_basis.")
    }
    assert "Known net cost" in said(app)
    assert ledger["case_missing_count"][0] > 0, "this store has no rules, so minutes are missing"
    assert "missing" in said(app)


def test_every_part_has_a_name_in_both_languages_and_a_colour_of_its_own(store: Store) -> None:
    components = Reader(store).query("cost_components")["component"].to_list()
    assert components == [*costs.COLOURS, "lost_sale"]
    for lang in ("fr", "en"):
        assert all(f"cost_part.{name}" in texts(lang) for name in components)
    assert len(set(costs.COLOURS.values())) == len(costs.COLOURS)
