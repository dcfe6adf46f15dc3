"""The pages on claims and marketplaces say what their views say, and lead to the cases behind it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from app import carrier_money, marketplaces
from app.filters import Filters
from app.frame import Page
from app.i18n import Lang, say
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_of_claims_counts_what_its_views_count(store: Store, lang: Lang) -> None:
    app = drawn("claims", lang=lang, period="all")
    reader = Reader(store)
    told, owed = reader.query("not_received_summary"), reader.query("carrier_claims")
    unsettled = int(told["open_count"].sum())
    assert unsettled > 0
    assert say(lang, "claims.open", n=unsettled) in words(app)
    # the small store has no contract of any carrier: nothing is said to be owed, and the page says where to enter one
    assert owed["eligible_count"].sum() == 0
    assert say(lang, "claims.no_eligible", n=int(owed["no_contract_count"].sum())) in words(app)
    assert say(lang, "claims.few") not in words(app) or int(told["opened_count"].sum()) < 25


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_without_a_marketplace_the_page_says_what_would_fill_it(store: Store, lang: Lang) -> None:
    assert Reader(store).query("marketplace_health").is_empty()
    assert say(lang, "marketplaces.empty") in words(drawn("marketplaces", lang=lang))


def page() -> Page:
    return Page(Filters("all", None, None), (), {}, date(2025, 3, 31), "fr", "EUR")


def test_a_metric_leads_to_the_incidents_of_its_marketplace_in_its_window() -> None:
    found = pl.DataFrame(
        {"metric": ["late_shipment"], "start_date": [date(2025, 3, 2)], "last_date": [date(2025, 3, 31)]}
    )
    target = marketplaces._cases(page(), "amazon.ca", found, "late_shipment")
    assert target.page == "cases"
    told = {name: target.params[name] for name in ("channel", "cause", "from", "to")}
    assert told == {
        "channel": ["amazon.ca"],
        "cause": ["late_dispatch"],
        "from": ["2025-03-02"],
        "to": ["2025-03-31"],
    }


def test_a_place_of_losses_leads_to_its_carrier_and_country() -> None:
    target = carrier_money._loss_cases(page(), {"carrier": "Post", "country": "CA"})
    assert (target.params["carrier"], target.params["country"], target.params["family"]) == (
        ["Post"],
        ["CA"],
        ["transport"],
    )
