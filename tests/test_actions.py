"""Actions are written down with their history, counted here and elsewhere, judged at each load, and kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from app import alert_words
from pipelines import actions, notebook, scopes
from pipelines.actions import Action
from pipelines.load import load
from pipelines.reader import Reader
from pipelines.store import Store, StoreError
from tests.pages_store import small_store

RunView = Callable[..., pl.DataFrame]

# two warehouses, one incident without any, one in the future
INCIDENTS = """
    incident_key | cause           | family    | party | sku | warehouse | channel | event_date | order_date
    a            | wrong_item_sent | logistics | 3pl   | S1  | Laval     | web     | 2026-03-03 | 2026-02-24
    b            | wrong_item_sent | logistics | 3pl   | S2  | Laval     | web     | 2026-03-08 | 2026-02-28
    c            | wrong_item_sent | logistics | 3pl   | S1  | Lyon      | web     | 2026-03-10 | 2026-03-02
    d            | wrong_item_sent | logistics | 3pl   | S1  |           | web     | 2026-03-03 | 2026-03-02
    e            | product_defect  | product   | supplier | S1 | Laval   | web     | 2026-03-03 |
    f            | wrong_item_sent | logistics | 3pl   | S1  | Laval     | pos     | 2026-03-03 | 2026-02-23
    g            | wrong_item_sent | logistics | 3pl   | S1  | Laval     | web     | 2036-03-03 | 2036-03-03
"""
EXPOSURE = """
    date_basis | date       | sku | warehouse | channel | order_count | lines_confirmed | lines_shipped | units_sold
    event      | 2026-03-02 | S1  | Laval     | web     | 10          | 11              | 12            | 13
    event      | 2026-03-09 | S1  | Laval     | web     | 20          | 21              | 22            | 23
    event      | 2026-03-04 | S1  | Lyon      | web     | 30          | 31              | 32            | 33
    event      | 2026-03-04 | S1  |           | web     | 40          | 41              | 42            | 43
    event      | 2026-03-04 | S1  | Laval     | pos     | 50          | 51              | 52            | 53
    order      | 2026-02-24 | S1  | Laval     | web     | 60          | 61              | 62            | 63
"""
PUBLISHED = "published_at\n 2026-03-12 10:00:00"
COUNTS = (
    "week_start_date",
    "incident_count",
    "exposure_count",
    "else_incident_count",
    "else_exposure_count",
)


def _weeks(run_view: RunView, **asked: Any) -> list[tuple[Any, ...]]:
    told = {"incidents": INCIDENTS, "exposure_daily": EXPOSURE, "published": PUBLISHED}
    found = run_view("scope_weeks", asked, **told)
    return [(str(row[0]), *row[1:]) for row in found.select(COUNTS).rows()]


def test_weeks_are_counted_here_and_elsewhere_and_what_has_no_place_on_neither_side(
    run_view: RunView,
) -> None:
    """Wrong items at Laval on the web: a and b in the week of 2 March, c at Lyon in the next; d is nowhere, f at the
    till, g in the future. Lines shipped are what can go wrong."""
    asked = {"causes": ["wrong_item_sent"], "warehouses": ["Laval"], "channels": ["web"]}
    assert _weeks(run_view, **asked, cut="warehouse") == [
        ("2026-03-02", 2, 12, 0, 32),
        ("2026-03-09", 0, 22, 1, 0),
    ]
    assert _weeks(run_view, **asked) == [("2026-03-02", 2, 12, 0, 0), ("2026-03-09", 0, 22, 0, 0)]
    # every incident of the warehouses is on one side or the other, unless its place is unknown
    assert _weeks(run_view, causes=["wrong_item_sent"]) == [
        ("2026-03-02", 4, 12 + 32 + 42 + 52, 0, 0),
        ("2026-03-09", 1, 22, 0, 0),
    ]


def test_the_denominator_is_the_causes_own_else_orders_and_lines_of_chosen_articles(
    run_view: RunView,
) -> None:
    told = {"incidents": INCIDENTS, "exposure_daily": EXPOSURE, "published": PUBLISHED}

    def kind(**asked: Any) -> str:
        return str(run_view("scope_weeks", asked, **told)["exposure_kind"][0])

    assert kind(causes=["product_defect"]) == "units_sold"
    assert kind(causes=["product_defect", "wrong_item_sent"]) == "orders"
    assert kind(families=["logistics"]) == "lines_shipped"
    assert kind(causes=["changed_mind"], skus=["S1"]) == "lines_confirmed"


def test_by_the_day_of_the_order_weeks_are_those_of_orders(run_view: RunView) -> None:
    found = _weeks(run_view, causes=["wrong_item_sent"], warehouses=["Laval"], basis="order", cut="warehouse")
    assert found == [("2026-02-23", 3, 62, 0, 0), ("2026-03-02", 0, 0, 1, 0)]
    asked = {"causes": ["wrong_item_sent"], "basis": "order", "start": date(2026, 3, 2)}
    assert [row[0] for row in _weeks(run_view, **asked)] == ["2026-03-02"]


def test_a_week_is_complete_when_the_data_reach_its_sunday(run_view: RunView) -> None:
    """A date in the future counts as the day after the load, Friday 13 March: the week of the 9th is not over."""
    told = {"incidents": INCIDENTS, "exposure_daily": EXPOSURE, "published": PUBLISHED}
    assert run_view("scope_weeks", {}, **told)["is_complete"].to_list() == [True, False]


def test_delays_are_told_in_weeks_from_monday_to_monday(run_view: RunView) -> None:
    """a: 24 February (week of the 23rd) to 3 March (week of the 2nd): one. d: the same week: none. e: no order."""
    asked = {"causes": ["wrong_item_sent", "product_defect"]}
    found = run_view("scope_delays", asked, incidents=INCIDENTS, published=PUBLISHED)
    assert [(str(row[0]), *row[1:]) for row in found.rows()] == [
        ("2026-02-23", 1, 3),
        ("2026-03-02", 0, 1),
        ("2026-03-02", 1, 1),
        ("None", None, 1),
    ]


# --- what people write


@pytest.fixture
def place(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


ACTION = Action("Plan of the shelves redrawn", "2026-03-02", {"cause": ["wrong_item_sent"]}, "Anne", 40)


def test_an_action_is_written_changed_deleted_and_brought_back(place: Store) -> None:
    written = actions.save(place, ACTION, "Anne")[0]
    assert actions.current(place) == {written.item: (1, ACTION)}
    changed = Action(**{**vars(ACTION), "owner": "Bert", "end": "2026-04-01"})
    actions.save(place, changed, "Bert", written.item, seen=1)
    with pytest.raises(StoreError) as error:
        actions.save(place, ACTION, "Chloé", written.item, seen=1)
    assert error.value.message.code == "notebook_changed_by"
    gone = actions.delete(place, written.item, 2, "Bert")[0]
    assert actions.current(place) == {}
    notebook.undo(place, gone.batch, "Anne")
    assert actions.current(place) == {written.item: (4, changed)}
    assert [entry.who for entry in notebook.history(place, actions.TOPIC)] == ["Anne", "Bert", "Bert", "Anne"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"done": "  "}, "action_without_text"),
        ({"scope": {"cause": [" "]}}, "action_without_scope"),
        ({"expected": 0}, "action_expected"),
        ({"expected": 100}, "action_expected"),
        ({"since": "2026-03-03"}, "action_since"),
        ({"end": "2026-03-01"}, "action_end"),
    ],
)
def test_an_action_that_says_too_little_or_nonsense_is_refused(
    place: Store, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(StoreError) as error:
        actions.save(place, Action(**{**vars(ACTION), **change}), "Anne")
    assert error.value.message.code == code
    assert actions.current(place) == {}


def test_scopes_are_tidied_and_compared_by_their_place() -> None:
    assert set(scopes.PLACES) < set(scopes.VARIABLES)
    assert scopes.tidy({"sku": ["b", "a ", "b"], "cause": [], "x": ["y"]}) == {"sku": ["a", "b"]}
    assert scopes.compared_by({"cause": ["c"], "sku": ["s"], "warehouse": ["w"]}) == "warehouse"
    assert scopes.compared_by({"cause": ["c"]}) is None


def test_scopes_meet_unless_a_filter_keeps_them_apart() -> None:
    laval, lyon = {"warehouse": ["Laval"]}, {"warehouse": ["Lyon"], "cause": ["c"]}
    assert not scopes.meet(laval, lyon)
    assert scopes.meet(laval, {"cause": ["c"]})
    assert scopes.meet({}, lyon)


# --- at a load


def test_a_load_keeps_what_became_of_each_action_as_a_page_would_find_it(tmp_path: Path) -> None:
    shutil.copytree(small_store().folder, tmp_path / "store")
    store = Store(tmp_path / "store")
    end = Reader(store).query("scope_weeks")["week_start_date"].max()
    assert isinstance(end, date)
    day = date.fromordinal(end.toordinal() - 70).isoformat()
    causes = Reader(store).query("cause_pareto")["cause"][:2].to_list()
    made = Action("Checked twice", day, {"cause": causes, "warehouse": ["Laval"]}, "Anne", 60)
    item = actions.save(store, made, "Anne")[0].item
    actions.save(store, Action("Nowhere", day, {"sku": ["no such"]}), "Anne")
    with store.writing() as con:
        actions.keep(con, store)
        actions.keep(con, store)  # twice is the same
    store.publish()
    reader = Reader(store)
    kept = reader.query("corrective_actions")
    assert kept.height == 2
    live = actions.found(item, 1, made, reader.query)
    row = reader.query("action_effects", only={"item": item}).row(0, named=True)
    assert {name: row[name] for name in live.effect} == live.effect
    assert reader.query("action_weeks", only={"item": item}).sort("week_start_date").equals(live.weeks)
    assert row["verdict"] in ("effective", "not_shown", "worse", "too_early")
    assert row["before_count"] + row["after_count"] > 0
    nowhere = kept.filter(pl.col("done") == "Nowhere").row(0, named=True)
    assert (nowhere["verdict"], nowhere["reason"], nowhere["change"]) == ("too_early", "no_before", None)
    assert load([], store) == []


def test_a_cause_that_comes_back_is_on_the_weekly_list_and_leads_to_its_action(run_view: RunView) -> None:
    """Held: 5 in 500. Since 30 March: 4 in 100 and 6 of 100 of which half are reported: 10, where 1.5 were expected."""
    effects = """
        item | done          | scope                                            | after_count | after_exposure | back_since
        a    | Shelves moved | {"cause": ["stock_out"], "warehouse": ["Laval"]} | 5           | 500            | 2026-03-30
        b    | Both          | {"cause": ["stock_out", "goodwill"]}             | 5           | 500            | 2026-04-06
        c    | Still held    | {"cause": ["stock_out"]}                         | 5           | 500            |
    """
    weeks = """
        item | week_start_date | incident_count | exposure_count | reported_share | phase
        a    | 2026-03-23      | 9              | 100            | 1              | later
        a    | 2026-03-30      | 4              | 100            | 1              | later
        a    | 2026-04-06      | 6              | 100            | 0.5            | later
        a    | 2026-04-13      | 7              | 100            | 0.1            |
        b    | 2026-04-06      | 3              | 100            | 1              | later
        c    | 2026-04-06      | 3              | 100            | 1              | later
    """
    found = run_view("int_alert_action_back", action_effects=effects, action_weeks=weeks).sort("item")
    assert found.select("item", "cause", "place_kind", "place", "item_count", "size").rows() == [
        ("a", "stock_out", "warehouse", "Laval", 10, pytest.approx(8.5)),
        ("b", None, "all", None, 3, pytest.approx(2)),
    ]
    assert alert_words.leads_to({**found.row(0, named=True), "alert_key": "action_back/a"}) == (
        "actions",
        {"action": ["a"]},
    )
