"""The page on actions and notes: what is written shows with its verdict, on the trends too, and can be taken back."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import action_form, action_words, charts, marks
from app.filters import Filters
from app.frame import asked_for
from app.i18n import say, texts
from app.marks import Mark
from pipelines import actions, notebook, notes
from pipelines.actions import Action
from pipelines.notes import KINDS, Note
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    shutil.copytree(small_store().folder, tmp_path / "store")
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    return Store(tmp_path / "store")


def cause(store: Store) -> str:
    return str(Reader(store).query("cause_pareto")["cause"][0])


def last_day(store: Store) -> date:
    found = Reader(store).query("scope_weeks")["week_start_date"].max()
    assert isinstance(found, date)
    return found


def plain(app: AppTest) -> str:
    return words(app).replace("\\", "")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_action_is_written_from_the_filters_shown_with_its_verdict_and_taken_back(
    store: Store, lang: Any
) -> None:
    since = last_day(store) - timedelta(weeks=9)
    app = drawn("actions", lang=lang, cause=cause(store), new="1", since=since.isoformat())
    assert [e.value for e in app.exception] == []
    assert say(lang, "actions.sentence_none") in plain(app)
    app.button(key="action_save").click().run()
    assert len(app.error) == 1, "nothing is said yet"
    assert actions.current(store) == {}
    app.text_area(key="done_new_0").set_value("Shelves *redrawn*").run()
    app.date_input(key="start_new_0").set_value(last_day(store) - timedelta(weeks=4)).run()
    app.text_input(key="w_who_action").set_value("Anne").run()
    app.button(key="action_save").click().run()
    assert [e.value for e in app.exception] == []
    ((item, (version, made)),) = actions.current(store).items()
    assert (version, made.done, dict(made.scope)) == (1, "Shelves *redrawn*", {"cause": [cause(store)]})
    assert made.since == since.isoformat()
    assert say(lang, "actions.saved") in [each.value.replace("\\", "") for each in app.success]
    register = app.dataframe[0].value
    assert register["done"].to_list() == ["Shelves *redrawn*"]
    assert r"Shelves \*redrawn\*" in "\n".join(each.value for each in app.subheader)
    assert "new" not in app.query_params
    batch = notebook.history(store, actions.TOPIC)[0].batch
    app.button(key=f"undo_{batch}").click().run()
    assert actions.current(store) == {}
    assert item


def test_an_action_is_changed_and_ended_and_one_that_somebody_else_changed_is_not_lost(store: Store) -> None:
    day = last_day(store) - timedelta(weeks=6)
    made = Action("Checked twice", day.isoformat(), {"cause": [cause(store)]}, "Anne", 40)
    item = actions.save(store, made, "Anne")[0].item
    app = drawn("actions", lang="en")
    app.text_input(key=f"owner_{item}_1").set_value("Bert").run()
    app.button(key=f"save_{item}_1").click().run()
    assert actions.current(store)[item][1].owner == "Bert"
    actions.save(store, made, "Chloé", item, seen=2)
    app.button(key=f"end_{item}_2").click().run()
    assert [e.value for e in app.exception] == []
    assert any("Chloé" in each.value for each in app.error)
    app.button(key=f"end_{item}_3").click().run()
    assert actions.current(store)[item][1].end is not None


@pytest.mark.parametrize(
    ("season", "last", "said", "unsaid"),
    [
        ("no_year", None, "season_no_year", "season_few"),
        ("few", 0.5, "season_few", "season_no_year"),
        ("taken", 0.5, "method_season", "season_no_year"),
    ],
)
def test_it_is_said_what_is_known_of_the_season(
    store: Store, season: str, last: float | None, said: str, unsaid: str
) -> None:
    item = actions.save(store, Action("One", last_day(store).isoformat(), {"cause": [cause(store)]}), "Anne")[
        0
    ].item
    made = actions.found(item, 1, actions.current(store)[item][1], Reader(store).query)
    method = "season" if season == "taken" else "before_after"
    interval = {"last_ratio": last, "last_low": last and last / 2, "last_high": last and last * 2}
    effect = {**made.effect, "method": method, "season": season, **interval}
    lines = action_words.caveats(asked_for({}, "26w"), effect)
    assert say("fr", f"actions.{said}") in lines
    assert say("fr", f"actions.{unsaid}") not in lines
    change = action_words.between(last, interval["last_low"], interval["last_high"], "fr")
    assert (say("fr", "actions.last_year", change=change or "") in lines) == (last is not None)


def test_the_register_has_in_its_file_just_what_it_shows(store: Store) -> None:
    day = (last_day(store) - timedelta(weeks=12)).isoformat()
    actions.save(store, Action("One", day, {"cause": [cause(store)]}), "Anne")
    actions.save(store, Action("Elsewhere", day, {"warehouse": ["Lyon"]}), "Anne")
    assert len(drawn("actions", lang="fr").dataframe[0].value) == 2
    shown = drawn("actions", lang="fr", warehouse="Laval").dataframe[0].value
    assert shown["done"].to_list() == ["One"], "an action on another warehouse only"


def test_what_awaits_its_verdict_is_in_the_weekly_review_and_marked_on_the_trends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = last_day(store) - timedelta(weeks=2)
    found = Reader(store).query("cause_pareto")
    actions.save(
        store, Action("Checked twice", day.isoformat(), {"cause": found["cause"].to_list()}, "Anne", 60), "A"
    )
    notes.save(store, Note(day.isoformat(), "Crazy **Friday**", "promotion"), "Anne")
    review = drawn("weekly_review", lang="en")
    assert [e.value for e in review.exception] == []
    assert say("en", "actions.review") in plain(review)
    for app in (review, drawn("causes_and_trends", lang="en")):
        assert [e.value for e in app.exception] == []
        assert "Action: Checked twice" in plain(app)
        assert r"Crazy \*\*Friday\*\*" in words(app)


def test_a_database_that_does_not_answer_is_told_and_takes_no_other_page_down(store: Store) -> None:
    (store.user / notebook.FILE).write_text("no database", encoding="utf-8")
    app = drawn("actions", lang="fr")
    assert [e.value for e in app.exception] == []
    assert any("base des utilisateurs" in each.value for each in app.error)
    assert [e.value for e in drawn("causes_and_trends", lang="fr").exception] == []


def test_a_note_is_written_changed_and_taken_off(store: Store) -> None:
    app = drawn("actions", lang="fr", warehouse="Laval")
    app.text_input(key="note_text_new_0_0").set_value("Laval déménage").run()
    app.selectbox(key="note_kind_new_0_0").set_value("move").run()
    app.button(key="note_save_new_0_0").click().run()
    assert [e.value for e in app.exception] == []
    ((item, (_, note)),) = notes.current(store).items()
    assert (note.text, note.kind, dict(note.scope)) == ("Laval déménage", "move", {"warehouse": ["Laval"]})
    app.selectbox(key="note_which_1").set_value(item).run()
    app.button(key=f"note_delete_{item}_1_1").click().run()
    assert notes.current(store) == {}
    batch = notebook.history(store, notes.TOPIC)[0].batch
    app.button(key=f"undo_{batch}").click().run()
    assert list(notes.current(store)) == [item]


def test_a_file_of_notes_is_taken_whole_or_its_bad_lines_are_named(store: Store) -> None:
    app = drawn("actions", lang="fr")
    app.file_uploader[0].set_value(
        ("notes.csv", b"date,texte\n2026-02-30,A\n2026-03-01,B\n", "text/csv")
    ).run()
    app.button(key="notes_take_file").click().run()
    assert [e.value for e in app.exception] == []
    assert any("ligne 2" in each.value and "2026" in each.value for each in app.error)
    assert notes.current(store) == {}
    app.file_uploader[0].set_value(
        ("notes.csv", b"date,texte\n2026-03-01,B\n2026-03-02,C\n", "text/csv")
    ).run()
    app.button(key="notes_take_file").click().run()
    assert sorted(note.text for _, note in notes.current(store).values()) == ["B", "C"]
    assert len({entry.batch for entry in notebook.history(store, notes.TOPIC)}) == 1


def test_an_effect_is_said_with_its_interval_as_a_change_or_as_how_many_times() -> None:
    assert action_words.between(0.58, 0.4, 0.85, "fr") == "−42\u202f%, entre −60\u202f% et −15\u202f%"
    assert action_words.between(1.05, 0.9, 1.2, "fr") == "+5\u202f%, entre −10\u202f% et +20\u202f%"
    assert action_words.between(19.75, 7.73, 64.5, "fr") == "× 19,8, entre × 7,7 et × 64,5"
    assert action_words.between(1.0, 0.0, float("inf"), "fr") == "× 1,0, entre × 0,0 et × ∞"
    assert action_words.between(None, None, None, "fr") is None


def test_what_else_happened_in_the_weeks_compared_is_counted(store: Store) -> None:
    day = last_day(store) - timedelta(weeks=10)
    one = Action("One", day.isoformat(), {"cause": [cause(store)]}, "", 60)
    item = actions.save(store, one, "Anne")[0].item
    actions.save(store, Action("Another", day.isoformat(), {"warehouse": ["Laval"]}), "Anne")
    actions.save(store, Action("Apart", day.isoformat(), {"cause": ["goodwill"]}), "Anne")
    notes.save(store, Note((day - timedelta(weeks=8)).isoformat(), "Sale", "promotion"), "Anne")
    notes.save(store, Note((day - timedelta(weeks=90)).isoformat(), "Long ago", "promotion"), "Anne")
    app = drawn("actions", lang="en", action=item)
    assert [e.value for e in app.exception] == []
    assert "2 other actions or notes are about the same" in plain(app)
    assert "Action: Another" in plain(app)
    assert "Promotion: Long ago" not in plain(app)


# --- marks


def test_letters_that_would_touch_stand_on_other_levels_and_the_axis_stays() -> None:
    first, step = date(2026, 1, 5), timedelta(weeks=1)
    days = [first + n * step for n in range(26)]
    figure = charts.blank([], charts.LIGHT, height=270)
    made = [Mark(day, None, "price", "x") for day in (days[3], days[3], days[4], days[12], days[25])]
    marks.draw(figure, made, days[0], days[-1], step, charts.LIGHT)
    letters = [(a.text, a.yshift) for a in figure.layout.annotations]
    assert letters == [("<b>A</b>", 0), ("<b>B</b>", 15), ("<b>C</b>", 30), ("<b>D</b>", 0), ("<b>E</b>", 0)]
    assert list(figure.layout.xaxis.range) == ["2026-01-02", "2026-07-02"]
    lasting = Mark(days[5], days[6], "promotion", "x")
    marks.draw(figure, [lasting], days[0], days[-1], step, charts.LIGHT)
    assert [shape.type for shape in figure.layout.shapes][-2:] == ["rect", "line"]


def test_marks_are_those_of_the_days_and_of_what_is_looked_at(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    actions.save(store, Action("At Lyon", "2026-03-02", {"warehouse": ["Lyon"]}), "Anne")
    actions.save(store, Action("Everywhere", "2026-03-03", {"cause": ["stock_out"]}), "Anne")
    notes.save(store, Note("2026-02-20", "Sale", "promotion", "2026-03-01"), "Anne")
    notes.save(store, Note("2026-02-20", "Long over", "promotion", "2026-02-28"), "Anne")
    found = marks.found(store, {"warehouse": ["Laval"]}, date(2026, 3, 1), date(2026, 4, 1))
    assert [mark.text for mark in found] == ["Sale", "Everywhere"]
    assert {"marks.action", *(f"note_kind.{kind}" for kind in KINDS)} <= set(texts("fr"))


def test_a_link_starts_an_action_on_a_cause_where_it_rises_and_since_when() -> None:
    shown = Filters("13w", None, None, {"channel": ("web",)})
    target = action_form.start_on(shown, "stock_out", "warehouse", "Laval", date(2026, 3, 2))
    assert target.page == "actions"
    assert target.params == {
        "channel": ["web"], "cause": ["stock_out"], "warehouse": ["Laval"], "new": ["1"], "since": ["2026-03-02"],
    }  # fmt: skip
    everywhere = action_form.start_on(shown, "stock_out", "all", None)
    assert "warehouse" not in everywhere.params
