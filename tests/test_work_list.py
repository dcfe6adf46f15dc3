"""What needs a person is found by kind, ranked by deadline and money, keeps its state, and says when it solved itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from app import tables
from pipelines import notebook, views, work_states
from pipelines.reader import Reader
from pipelines.store import Store, StoreError
from pipelines.work_states import Edit, State
from tests.conftest import make_table
from tests.pages_store import small_store
from tests.test_pages import drawn, words

RunView = Callable[..., pl.DataFrame]

INCIDENTS = """
    incident_key | order_key | order_name | event_date | cause           | party   | has_conflict | kinds         | signal_count | cost_cents | currency | evidence
    ticket/a     | o1        | 1001       | 2026-03-01 | product_defect  | carrier | true         | ticket,return | 2            | 500        | EUR      | tag
    ticket/b     | o2        | 1002       | 2026-03-28 | product_defect  | carrier | true         | ticket,return | 2            | 900        | EUR      | tag
    ticket/c     | o3        | 1003       | 2026-03-30 | product_defect  | carrier | true         | ticket,return | 2            | 700        | CAD      | tag
    ticket/d     |           |            | 2026-03-29 | wrong_item_sent | 3pl     | false        | ticket        | 1            |            |          | tag
    ticket/e     |           |            | 2026-03-29 | unknown         | unknown | false        | ticket        | 1            |            |          | none
    ticket/f     | ref/9     | 9          | 2026-03-29 | wrong_item_sent | 3pl     | false        | ticket        | 1            |            |          | tag
"""
LIMITS = """
    kind                 | look_back_days
    conflict             | 28
    ticket_without_order | 14
"""
LINES = """
    order_key | line_key
    o1        | l1
"""


def _items(run_view: RunView, **drawings: str) -> list[tuple[Any, ...]]:
    told = {
        "incidents": INCIDENTS,
        "int_incident_days": "",
        "rule_work_list": LIMITS,
        "lines": LINES,
    } | drawings
    told.pop("int_incident_days")
    frame = run_view("work_items", **told)
    return frame.select("item_key", "amount_cents", "main_cents", "urgency").rows()


def test_conflicts_and_tickets_without_an_order_are_there_as_long_as_the_shop_looks_back(
    run_view: RunView,
) -> None:
    """The data end on 2026-03-30: 28 days before is the 2nd, so the conflict of the 1st is history.

    A ticket of no known cause (e) may be a question before a sale; one that names an order (f) has one. An amount in
    another currency than the main one (EUR) is never compared, so 9.00 EUR stands before 7.00 CAD.
    """
    assert _items(run_view) == [
        ("conflict/ticket/b", 900, 900, "later"),
        ("ticket_without_order/ticket/d", None, None, "later"),
        ("conflict/ticket/c", 700, None, "later"),
    ]


@pytest.mark.parametrize("limit", ["x | 1", "conflict |"], ids=["no rule", "an empty rule"])
def test_without_orders_no_ticket_can_be_linked_and_without_a_limit_nothing_is_too_old(
    run_view: RunView, limit: str
) -> None:
    found = [row[0] for row in _items(run_view, lines="", rule_work_list=f"kind | look_back_days\n {limit}")]
    assert found == ["conflict/ticket/b", "conflict/ticket/a", "conflict/ticket/c"]


def test_what_is_late_comes_first_whatever_it_costs() -> None:
    """Data end 2026-03-30. Days left: -1, 7, 8, none."""
    items = """
        kind | item | amount_cents | currency | due_date   | since_date
        x    | none | 9000         | EUR      |            | 2026-03-01
        x    | soon | 50           | EUR      | 2026-04-06 | 2026-03-01
        x    | late | 1            | EUR      | 2026-03-29 | 2026-03-01
        x    | then | 10           | EUR      | 2026-04-07 | 2026-03-01
        x    | rich | 60           | EUR      | 2026-04-06 | 2026-03-01
    """
    types = dict.fromkeys(views.WORK_COLUMNS, "VARCHAR")
    types |= {"amount_cents": "BIGINT", "since_date": "DATE", "due_date": "DATE"}
    with duckdb.connect() as con:
        make_table(con, views.WORK, types, items)
        make_table(con, "int_data_end", {"last_date": "DATE"}, "last_date\n 2026-03-30")
        make_table(con, "settings", {"main_currency": "VARCHAR"}, "main_currency\n EUR")
        views.run(con, [query for query in views.queries(("issues",)) if query.name == "work_items"])
        frame = con.sql("from work_items").pl()
    assert frame.select("item_key", "urgency", "left_days").rows() == [
        ("x/late", "late", -1),
        ("x/rich", "this_week", 7),
        ("x/soon", "this_week", 7),
        ("x/none", "later", None),
        ("x/then", "later", 8),
    ]


def test_every_kind_of_thing_is_a_file_with_the_same_columns() -> None:
    kinds = [query for query in views.queries(("tasks",)) if query.name != views.WORK]
    assert len(kinds) >= 5
    assert all(query.name.startswith("int_work_") for query in kinds)
    assert next(q for q in views.queries(("tasks",)) if q.name == views.WORK).reads == tuple(
        sorted(query.name for query in kinds)
    )


# --- states


@pytest.fixture
def place(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def _edit(place: Store, keys: list[str], change: Edit, who: str = "Anne") -> None:
    said = work_states.states(place)
    things = [(key, *said.get(key, (0, State())), {"kind": "conflict", "reference": key}) for key in keys]
    work_states.edit(place, things, change, who)


def test_several_are_changed_at_once_and_what_is_not_named_stays(place: Store) -> None:
    _edit(place, ["a", "b"], Edit("in_hand", "Bert"))
    _edit(place, ["b"], Edit(note="asked the carrier"))
    said = work_states.states(place)
    assert [(said[key][1].state, said[key][1].owner, said[key][1].note) for key in ("a", "b")] == [
        ("in_hand", "Bert", ""),
        ("in_hand", "Bert", "asked the carrier"),
    ]
    last = notebook.history(place, work_states.TOPIC)[0]
    notebook.undo(place, last.batch, "Anne")
    assert work_states.states(place)["b"][1].note == ""


def test_what_is_muted_comes_back_on_its_day(place: Store) -> None:
    _edit(place, ["a"], Edit("muted", until=date(2026, 4, 2)))
    state = work_states.states(place)["a"][1]
    assert [state.on(date(2026, 4, day)) for day in (1, 2)] == ["muted", "new"]
    _edit(place, ["a"], Edit("waiting"))
    assert work_states.states(place)["a"][1].until is None


@pytest.mark.parametrize(
    ("change", "code"), [(Edit("lost"), "unknown_state"), (Edit("muted"), "muted_without_day")]
)
def test_a_change_that_makes_no_sense_is_refused(place: Store, change: Edit, code: str) -> None:
    with pytest.raises(StoreError) as error:
        _edit(place, ["a"], change)
    assert error.value.message.code == code


def test_what_solved_itself_says_so_once_and_is_new_when_it_comes_back(place: Store) -> None:
    _edit(place, ["a", "b", "c"], Edit("in_hand", "Bert"))
    _edit(place, ["c"], Edit("done"))
    assert [entry.item for entry in work_states.note_solved(place, ["b"])] == ["a"]
    assert work_states.note_solved(place, ["b"]) == []
    told = notebook.history(place, work_states.TOPIC, "a")[0]
    assert (told.who, told.after and told.after["state"], told.before and told.before["state"]) == (
        "",
        "solved",
        "in_hand",
    )
    assert work_states.states(place)["a"][1].on(date(2026, 4, 1)) == "new"
    _edit(place, ["a"], Edit(note="again"))
    assert work_states.states(place)["a"][1].state == "new"


# --- the page


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    shutil.copytree(small_store().folder, tmp_path / "store")
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    return Store(tmp_path / "store")


def test_chosen_rows_are_taken_in_hand_found_under_mine_and_given_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tables.bare

    def first_two(*args: Any, **options: Any) -> list[int]:
        found = bare(*args, **options)
        return [0, 1] if options.get("choose") else found

    items = Reader(store).query("work_items")
    assert items.height >= 2
    app = drawn("work_list", lang="fr")
    assert [e.value for e in app.exception] == []
    assert f"{items.height} choses à faire" in words(app).replace("\u202f", "")
    assert app.button(key="work_take").disabled, "nothing is chosen"
    monkeypatch.setattr(tables, "bare", first_two)
    app.text_input(key="w_who").set_value("Anne").run()
    app.button(key="work_take").click().run()
    said = work_states.states(store)
    assert {key: (s.state, s.owner) for key, (_, s) in said.items()} == dict.fromkeys(
        items["item_key"][:2].to_list(), ("in_hand", "Anne")
    )
    app.selectbox(key="w_state").set_value("mine").run()
    assert app.query_params["state"] in ("mine", ["mine"])
    assert len(app.dataframe[0].value) == 2
    batch = notebook.history(store, work_states.TOPIC)[0].batch
    app.button(key=f"undo_{batch}").click().run()
    assert [e.value for e in app.exception] == []
    assert {s.state for _, s in work_states.states(store).values()} == {"new"}
    assert "Aucune ligne pour ces choix" in words(app)


def test_the_list_says_what_is_at_stake_and_what_is_gone_from_the_data(store: Store) -> None:
    _edit(store, ["conflict/of a case that is settled"], Edit("waiting", "Bert"), "Bert")
    app = drawn("work_list", lang="en")
    assert [e.value for e in app.exception] == []
    text = words(app).replace("\\", "")
    assert "at stake" in text
    assert "solved itself" in text
    shown = app.dataframe[0].value
    assert {"kind_name", "amount_cents", "due_date", "state_name", "owner"} <= set(shown.columns)
    late = shown["urgency_name"].tolist()
    assert late == sorted(late, key=["Late", "Within 7 days", "Later"].index)
