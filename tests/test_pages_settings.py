"""The settings page: what a shop says of itself and its tables of rules are edited, checked, saved and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import rules_form
from app.rules_form import _cell, _cells, _file, _frame
from pipelines import editing, settings_editing, user_changes
from pipelines.messages import LANGUAGES
from pipelines.rules import Rules, RulesError, all_rules, checked, in_force, own_file, written
from pipelines.shop_lists import decoded
from pipelines.store import Store, StoreError

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"
TABLES = all_rules()
Ran = Callable[..., AppTest]


def example(rules: Rules) -> list[dict[str, str]]:
    """Two rows that fill every column of a table, whatever it is about."""
    words = {"text": "Some", "day": "2026-01-31", "number": "0.125", "whole": "14", "money": "12.5"} | {
        "clock": "09:30"
    }
    row = {c.name: c.choices[0] if c.choices else words[c.type] for c in rules.columns.values()}
    changed = {"text": "Other", "day": "2025-06-30", "number": "2", "whole": "7", "money": "-0.05"} | {
        "clock": "24:00"
    }
    other = {c.name: c.choices[-1] if c.choices else changed[c.type] for c in rules.columns.values()}
    return [row, other]


def numbered(rows: list[dict[str, str]]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(rows, 1))


@pytest.mark.parametrize("rules", TABLES, ids=lambda rules: rules.name)
def test_every_table_is_saved_shown_downloaded_and_read_back_as_it_was(rules: Rules, tmp_path: Path) -> None:
    store = Store(tmp_path)
    (change,) = settings_editing.save_rules(store, rules, numbered(example(rules)), "Anne")
    rows, is_shop = in_force(store.user, rules)
    assert (is_shop, len(rows), change.what, change.who, change.before) == (True, 2, "rules", "Anne", None)
    # what the editor shows and gives back says the same
    assert checked(rules, _cells(rules, _frame(rules, rows)), "") == rows
    # a spreadsheet file of either language does too
    for lang in LANGUAGES:
        assert written(rules, decoded(_file(rules, rows, lang)), "") == rows
    assert settings_editing.save_rules(store, rules, numbered(example(rules)), "Anne") == []
    settings_editing.forget_rules(store, rules, "Ben")
    assert in_force(store.user, rules) == (rules.rows, False)
    assert len(user_changes.changes(store)) == 2


@pytest.fixture
def freight() -> Rules:
    return next(
        rules for rules in TABLES if any(c.choices for c in rules.columns.values()) and not rules.rows
    )


def test_rows_that_cannot_be_used_are_refused_with_their_row_and_nothing_is_written(
    freight: Rules, tmp_path: Path
) -> None:
    rows = example(freight)
    needed = next(c.name for c in freight.columns.values() if c.required)
    with pytest.raises(RulesError) as error:
        settings_editing.save_rules(Store(tmp_path), freight, numbered([rows[0], rows[1] | {needed: ""}]), "")
    assert (error.value.message.params["line"], error.value.message.params["column"]) == (2, needed)
    assert not own_file(tmp_path / "user", freight).exists()


def test_a_change_of_rules_is_taken_back_unless_something_newer_stands_there(
    freight: Rules, tmp_path: Path
) -> None:
    store, rows = Store(tmp_path), example(freight)
    settings_editing.save_rules(store, freight, numbered(rows[:1]), "Anne")
    (second,) = settings_editing.save_rules(store, freight, numbered(rows), "Ben")
    editing.undo(store, second, "Anne")
    assert len(in_force(store.user, freight)[0]) == 1
    with pytest.raises(StoreError):
        editing.undo(store, second, "Anne")
    settings_editing.forget_rules(store, freight, "Anne")
    editing.undo(store, user_changes.changes(store)[0], "Anne")
    assert len(in_force(store.user, freight)[0]) == 1


def test_settings_are_changed_in_place_and_the_shops_comments_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.user.mkdir()
    (store.user / "settings.toml").write_text(
        '# our shop\nzone = "UTC"  # the head office\nthird_party_warehouses = [\n  "Lyon",\n]\n',
        encoding="utf-8",
    )
    (change,) = settings_editing.save_settings(
        store, {"zone": "Europe/Paris", "currency": "EUR", "third_party_warehouses": None}, "Anne"
    )
    assert (store.user / "settings.toml").read_text(encoding="utf-8") == (
        '# our shop\nzone = "Europe/Paris"  # the head office\ncurrency = "EUR"\n'
    )
    settings_editing.save_settings(store, {"third_party_warehouses": ["Orléans", 'l"Est ] #1']}, "Anne")
    assert store.third_party_warehouses() == ["Orléans", 'l"Est ] #1']
    settings_editing.save_settings(store, {"third_party_warehouses": ["Laval"], "zone": "UTC"}, "Anne")
    assert (store.zone(), store.third_party_warehouses()) == ("UTC", ["Laval"])
    with pytest.raises(StoreError):
        editing.undo(store, change, "Ben")


@pytest.mark.parametrize("wanted", [{"zone": "Europe/Pari"}, {"currency": "euro"}])
def test_settings_that_a_load_would_refuse_are_not_written(wanted: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        settings_editing.save_settings(Store(tmp_path), wanted, "")
    assert not (tmp_path / "user").exists()


def test_a_cell_is_written_as_a_list_holds_it() -> None:
    cells = [None, float("nan"), 0.029, 3.0, 1e-7, 14, date(2026, 1, 31), " a "]
    assert [_cell(value) for value in cells] == ["", "", "0.029", "3", "1e-07", "14", "2026-01-31", "a"]


# --- the page


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Ran]:
    """The page of a shop that has loaded nothing yet: settings come before the first file."""
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    monkeypatch.setattr("pipelines.reader.DEMO", tmp_path / "no-demo")

    def run(**params: str) -> AppTest:
        app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
        app.query_params.update(params)
        app.switch_page(str(DASHBOARD.parent / "app" / "pages" / "95_settings.py"))
        return app.run()

    return Store(tmp_path / "store"), run


def said(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.caption, *app.markdown, *app.success, *app.error])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_offers_every_table_by_its_title_and_says_whose_rows_count(
    lang: str, shown: tuple[Store, Ran]
) -> None:
    store, run = shown
    rules = TABLES[-1]
    settings_editing.save_rules(store, rules, numbered(example(rules)), "Anne")
    app = run(lang=lang, table=rules.name)
    assert [e.value for e in app.exception] == []
    picked = app.selectbox(key="w_rules")
    assert len(picked.options) == len(TABLES)
    assert sum(rules.title[lang] in option for option in picked.options) == 1
    assert "2 " in said(app)
    assert "Anne" in said(app)
    after = app.button(key="forget_rules").click().run()
    assert in_force(store.user, rules) == (rules.rows, False)
    assert not any(button.key == "forget_rules" for button in after.button)


def test_a_zone_and_a_name_given_before_the_first_file_are_kept_and_undone(
    shown: tuple[Store, Ran],
) -> None:
    store, run = shown
    app = run(lang="en")
    zone = next(box for box in app.selectbox if box.key and box.key.startswith("zone_"))
    name = next(field for field in app.text_input if field.key and field.key.startswith("name_"))
    name.set_value(" Maison  Kord ")
    app = zone.set_value("America/Toronto").run()
    app.button(key="save_shop").click().run()
    assert (store.zone(), store.shop_name()) == ("America/Toronto", "Maison Kord")
    undo = user_changes.changes(store)[0]
    run(lang="en").button(key=f"undo_{undo.id}").click().run()
    assert (store.zone(), store.shop_name()) == ("UTC", None)


def test_a_table_spoiled_by_hand_is_said_and_can_be_given_up(shown: tuple[Store, Ran]) -> None:
    store, run = shown
    rules = TABLES[0]
    path = own_file(store.user, rules)
    path.parent.mkdir(parents=True)
    path.write_text("nothing\n1\n", encoding="utf-8")
    app = run(lang="en", table=rules.name)
    assert [e.value for e in app.exception] == []
    assert len(app.error) == 1
    app.button(key="forget_rules").click().run()
    assert not path.exists()


def test_words_of_a_table_are_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_form, "language", lambda: "fr")
    columns = [column for rules in TABLES for column in rules.columns.values() if column.said]
    assert columns
    for column in columns:
        assert column.said.keys() == set(column.choices)
        assert all({"fr", "en"} <= told.keys() for told in column.said.values())
        assert rules_form.choice(column, column.choices[0]) == column.said[column.choices[0]]["fr"]
