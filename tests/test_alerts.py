"""What the weekly list tells: found by kind, ranked by money and certainty, and never told twice as if it were new."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app import report
from app.i18n import Lang
from app.i18n import say as text
from pipelines import alert_states, notebook, views
from pipelines.alert_states import Standing
from pipelines.reader import Reader
from pipelines.store import Store, StoreError
from pipelines.work_states import Edit
from tests.pages_store import small_store
from tests.test_pages import drawn, words

RunView = Callable[..., pl.DataFrame]


def thing(key: str = "rising/c/sku/A", **other: Any) -> dict[str, Any]:
    """A row of weekly_alerts."""
    return {
        "alert_key": key,
        "aliases": [key],
        "kind": key.partition("/")[0],
        "cause": "c",
        "place_kind": "sku",
        "place": "A",
        "amount_cents": 10_000,
        "currency": "EUR",
        "size": 8.0,
        "began_date": None,
        "data_date": date(2026, 3, 1),
        **other,
    }


DAY = date(2026, 3, 2)


@pytest.fixture
def place(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def standing(place: Store, row: Mapping[str, Any], day: date = DAY) -> Standing:
    return alert_states.standing(row, alert_states.kept(place), day)


def say(place: Store, row: Mapping[str, Any], change: Edit) -> None:
    alert_states.edit(place, [(row, standing(place, row))], change, "Anne")


def test_what_nobody_said_anything_of_is_new_and_what_is_said_is_kept_with_its_history(place: Store) -> None:
    row = thing()
    assert (standing(place, row).state, standing(place, row).version) == ("new", 0)
    say(place, row, Edit("known", "Bert"))
    say(place, row, Edit(note="asked Acme"))
    now = standing(place, row)
    assert (now.state, now.said.owner, now.said.note, now.again) == ("known", "Bert", "asked Acme", "")
    last = notebook.history(place, alert_states.TOPIC)[0]
    notebook.undo(place, last.batch, "Anne")
    assert standing(place, row).said.note == ""


def test_a_rise_that_moves_from_an_article_to_one_of_its_lots_or_to_its_supplier_is_not_raised_twice(
    place: Store,
) -> None:
    article = thing("rising/c/sku/A", aliases=["rising/c/sku/A", "rising/c/supplier/Acme"])
    say(place, article, Edit("known", "Bert"))
    lot = thing("rising/c/lot/L", aliases=["rising/c/lot/L", "rising/c/sku/A", "rising/c/supplier/Acme"])
    supplier = thing("rising/c/supplier/Acme")
    assert [standing(place, row).state for row in (lot, supplier)] == ["known", "known"]
    # another article of the same supplier is another thing, although Acme is where both were found
    other = thing("rising/c/sku/B", aliases=["rising/c/sku/B", "rising/c/supplier/Acme"])
    assert standing(place, other).state == "new"
    say(place, lot, Edit(note="lot L only"))
    assert len(alert_states.kept(place)) == 1


def test_what_is_muted_is_told_again_on_its_day(place: Store) -> None:
    say(place, thing(), Edit("muted", until=date(2026, 3, 9)))
    told = [standing(place, thing(), date(2026, 3, day)) for day in (8, 9)]
    assert [(each.state, each.again) for each in told] == [("muted", ""), ("new", "over")]
    say(place, thing(), Edit("known"))
    assert standing(place, thing()).said.until is None


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ({"amount_cents": 19_999}, ""),
        ({"amount_cents": 20_000}, "worse"),
        ({"amount_cents": 20_000, "currency": "CAD"}, ""),  # other money: the sizes are compared
        ({"amount_cents": None, "size": 16.0}, "worse"),
        ({"amount_cents": 10_000, "size": 16.0}, ""),
        ({"began_date": date(2026, 2, 23)}, ""),
        ({"began_date": date(2026, 3, 2), "data_date": date(2026, 3, 8)}, "came_back"),
    ],
)
@pytest.mark.parametrize("state", [Edit("known"), Edit("muted", until=date(2026, 12, 1))])
def test_what_doubled_or_came_back_after_quiet_weeks_is_new_again(
    place: Store, now: dict[str, Any], again: str, state: Edit
) -> None:
    say(place, thing(), state)
    told = standing(place, thing(**now))
    assert (told.state, told.again) == ("new" if again else state.state, again)
    say(place, thing(**now), Edit("known"))
    assert standing(place, thing(**now)).again == "", "it was said anew"


def test_what_is_gone_for_four_weeks_comes_back_as_new_and_what_only_wavers_does_not(place: Store) -> None:
    """Said on 1 March; gone on the 8th. Back on the 15th it wavered, gone again on the 22nd, back on 19 April."""
    row = thing("refund_overdue/all")
    say(place, row, Edit("known", "Bert"))

    def by(day: date, *rows: dict[str, Any]) -> int:
        return len(alert_states.note_gone(place, [{**each, "data_date": day} for each in rows], day))

    assert by(date(2026, 3, 8)) == 1
    assert by(date(2026, 3, 8)) == 0, "it is written once"
    assert standing(place, {**row, "data_date": date(2026, 3, 15)}).state == "known"
    assert by(date(2026, 3, 15), row) == 1
    assert by(date(2026, 3, 22)) == 1
    back = {**row, "data_date": date(2026, 4, 19)}
    assert by(date(2026, 4, 19), row) == 0
    assert (standing(place, back).state, standing(place, back).again) == ("new", "came_back")
    assert standing(place, back).said.owner == "Bert", "whoever had it in hand is named still"


@pytest.mark.parametrize(
    ("change", "code"), [(Edit("lost"), "unknown_state"), (Edit("muted"), "muted_without_day")]
)
def test_a_change_that_makes_no_sense_is_refused(place: Store, change: Edit, code: str) -> None:
    with pytest.raises(StoreError) as error:
        say(place, thing(), change)
    assert error.value.message.code == code


def test_of_two_who_say_something_of_what_they_both_looked_at_the_second_is_told(place: Store) -> None:
    seen = standing(place, thing())
    say(place, thing(), Edit("known", "Bert"))
    with pytest.raises(StoreError):
        alert_states.edit(place, [(thing(), seen)], Edit("muted", until=date(2026, 4, 1)), "Carl")


# --- what is found


def test_every_kind_is_a_file_with_the_same_columns() -> None:
    kinds = [query for query in views.queries(("alerts",)) if query.name != views.ALERTS]
    assert len(kinds) >= 6
    assert all(query.name.startswith("int_alert_") for query in kinds)
    together = next(q for q in views.queries(("alerts",)) if q.name == views.ALERTS)
    assert together.reads == tuple(sorted(query.name for query in kinds))


def test_the_list_is_ranked_by_amount_and_certainty_and_what_has_no_amount_by_the_median(
    run_view: RunView,
) -> None:
    """Main currency EUR; CAD is worth 0.5. In EUR cents: 90 x 0.1 = 9, 40 x 1 = 40, 60 x 0.5 x 1 = 30.

    The median of 90, 40 and 30 is 40: without an amount 40 x 0.5 = 20, in dollars that no rate converts 40 x 0.25 = 10.
    """
    alerts = """
        kind | item | cause  | party    | place_kind | place | amount_cents | currency | certainty | due_date
        x    | rare | a      | merchant | sku        | S1    | 90           | EUR      | 0.1       |
        x    | sure | a      | merchant | sku        | S2    | 40           | EUR      | 1         |
        x    | cad  |        | carrier  | carrier    | UPS   | 60           | CAD      | 1         | 2026-04-02
        x    | none |        | carrier  | all        |       |              |          | 0.5       |
        x    | usd  |        | merchant | channel    | web   | 5000         | USD      | 0.25      |
    """
    tables = {
        "kept_alerts": alerts,
        "rule_currency_rates": "currency | rate\n CAD | 0.5",
        "incidents": "incident_key | event_date\n ticket/a | 2026-03-30",
    }
    found = run_view("weekly_alerts", **tables)
    assert found.select("alert_key", "score_cents", "left_days").rows() == [
        ("x/sure", 40, None),
        ("x/cad", 30, 3),
        ("x/none", 20, None),
        ("x/usd", 10, None),
        ("x/rare", 9, None),
    ]
    # filters take parts of the list, each thing of it once
    parts = [
        run_view("weekly_alerts", {"parties": [value]}, **tables)["alert_key"]
        for value in ("merchant", "carrier")
    ]
    assert sorted(pl.concat(parts)) == sorted(found["alert_key"])
    assert run_view("weekly_alerts", {"skus": ["S1"]}, **tables)["alert_key"].to_list() == ["x/rare"]
    assert run_view("weekly_alerts", {"countries": ["FR"]}, **tables).is_empty()


# --- the pages


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    shutil.copytree(small_store().folder, tmp_path / "store")
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    return Store(tmp_path / "store")


def lines(monkeypatch: pytest.MonkeyPatch) -> list[report.Row]:
    """The lines that pages draw from now on."""
    found: list[report.Row] = []
    monkeypatch.setattr(report, "rows", lambda items, key: found.extend(items))
    return found


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_review_lists_seven_things_that_are_not_muted_and_each_can_be_followed(
    store: Store, monkeypatch: pytest.MonkeyPatch, lang: Lang
) -> None:
    found = Reader(store).query("weekly_alerts").rows(named=True)
    assert found, "the small shop has something to tell"
    listed = lines(monkeypatch)
    app = drawn("weekly_review", lang=lang)
    assert [e.value for e in app.exception] == []
    assert text(lang, "alerts.week") in words(app)
    told = [row for row in listed if row.badge == text(lang, "alert_state.new")]
    assert len(told) == min(len(found), 7)
    assert all(row.target is not None for row in told)
    first = found[0]
    key = f"week_{first['alert_key']}_0"
    app.session_state[f"follow_{key}"] = True
    app.run()
    app.text_input(key=f"owner_{key}").set_value("Bert").run()
    app.selectbox(key=f"state_{key}").set_value("muted").run()
    listed.clear()
    app.button(key=f"save_{key}").click().run()
    assert [e.value for e in app.exception] == []
    now = alert_states.standing(first, alert_states.kept(store), date(2020, 1, 1))
    assert (now.state, now.said.owner) == ("muted", "Bert")
    assert all("Bert" not in row.detail for row in listed), "what is muted is not on the list"
    batch = notebook.history(store, alert_states.TOPIC)[0].batch
    app.button(key=f"undo_{batch}").click().run()
    assert [e.value for e in app.exception] == []
    assert alert_states.standing(first, alert_states.kept(store), date(2020, 1, 1)).state == "new"


def test_a_key_that_stands_for_two_things_is_found(run_view: RunView) -> None:
    alerts = """
        kind | item | cause
        x    | one  | a
        x    | two  | a
        x    | two  | b
    """
    found = run_view("check_alert_keys_are_unique", kept_alerts=alerts)
    assert found.rows() == [("x/two", 2)]
