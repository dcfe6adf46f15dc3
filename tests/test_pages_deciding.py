"""On the page of a case a person reads what its cause rests on, decides otherwise, and takes that back."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from pipelines import decisions, notebook
from pipelines.notebook import Write
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of its own: what is decided here must not be seen by other tests."""
    folder = tmp_path_factory.mktemp("deciding") / "store"
    shutil.copytree(small_store().folder, folder)
    return Store(folder)


@pytest.fixture
def store(copied: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("INCIDENTS_STORE", str(copied.folder))
    return copied


def _case(store: Store, evidence: str) -> dict[str, str]:
    cases = Reader(store).query("cases", only={"evidence": evidence}).drop_nulls("order_key")
    alone = cases.filter(cases["order_key"].is_unique())
    return {name: alone[name][0] for name in ("incident_key", "order_key", "cause", "party")}


def _now(store: Store, key: str) -> tuple[str, str, str]:
    row = Reader(store).query("incidents", only={"incident_key": key}).row(0, named=True)
    return row["cause"], row["party"], row["evidence"]


def _said(app: AppTest) -> list[str]:
    return [str(element.value).replace("\\", "") for element in [*app.success, *app.error]]


@pytest.mark.parametrize(
    ("lang", "told"),
    [("fr", "le motif que le client a coché"), ("en", "the reason that the customer ticked")],
)
def test_the_evidence_that_chose_the_cause_is_said_in_words_with_its_rank(
    store: Store, lang: str, told: str
) -> None:
    text = words(drawn("case", lang=lang, order=_case(store, "reason")["order_key"])).replace("\\", "")
    assert told in text
    assert "4 sur 6" in text or "4 of 6" in text


def test_a_person_decides_a_cause_the_figures_follow_and_the_undo_restores_them(store: Store) -> None:
    case = _case(store, "reason")
    key = case["incident_key"]
    app = drawn("case", lang="fr", order=case["order_key"])
    other = "billing_error"
    app.selectbox(key=f"cause_{key}").set_value(other).run()
    assert app.selectbox(key=f"party_{key}_{other}").value == "merchant", "the party that our rules name"
    app.text_input(key=f"note_{key}").set_value("vu **sur** place").run()
    app.text_input(key=f"who_{key}").set_value("Anne").run()
    app.button(key=f"decide_{key}").click().run()
    assert [e.value for e in app.exception] == []
    assert any("Décision enregistrée" in text for text in _said(app))
    assert _now(store, key) == (other, "merchant", "decision")
    assert "vu \\*\\*sur\\*\\* place" in words(app), "a note is data: nothing in it works"
    entry = notebook.history(store, decisions.TOPIC)[0]
    assert (entry.who, entry.after and entry.after["was_cause"]) == ("Anne", case["cause"])
    app.button(key=f"undo_{entry.number}").click().run()
    assert _now(store, key) == (case["cause"], case["party"], "reason")
    assert app.button(key=f"undo_{entry.number}").disabled
    assert "les règles décident" in words(app)


def test_what_is_no_incident_can_still_be_opened_and_is_told_so(store: Store) -> None:
    case = _case(store, "tag")
    key = case["incident_key"]
    app = drawn("case", lang="en", order=case["order_key"])
    app.selectbox(key=f"cause_{key}").set_value("").run()
    app.button(key=f"decide_{key}").click().run()
    assert [e.value for e in app.exception] == []
    assert "no incident" in words(app)
    assert "counted nowhere" in words(app)
    assert Reader(store).query("incidents", only={"incident_key": key}).is_empty()
    again = drawn("case", lang="en", order=case["order_key"])
    assert again.selectbox(key=f"cause_{key}").value == ""


def test_of_two_tabs_the_second_is_told_that_the_first_decided(store: Store) -> None:
    case = _case(store, "words")
    key = case["incident_key"]
    app = drawn("case", lang="en", order=case["order_key"])
    app.selectbox(key=f"cause_{key}").set_value("billing_error").run()
    value = {
        "cause": "customs",
        "party": "carrier",
        "note": "",
        "signals": [key],
        "was_cause": "other",
        "was_party": "x",
    }
    notebook.write(store, decisions.TOPIC, [Write(key, value, 0)], "Bert")
    # the page was drawn before that; its button still says what the reader saw
    app.button(key=f"decide_{key}").click().run()
    assert any("Bert changed this" in text for text in _said(app))
    entry = notebook.current(store, decisions.TOPIC)[key]
    assert entry.after == value
    notebook.undo(store, entry.batch, "Bert")
