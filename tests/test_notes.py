"""Notes on the time axis: written once, read from lists whose bad lines are named, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import notebook, notes
from pipelines.messages import LANGUAGES, sentence
from pipelines.notes import Note, NotesError
from pipelines.store import Store, StoreError

CAUSES = {"wrong_item_sent": ["Mauvais article envoyé", "Wrong item sent"], "stock_out": ["Rupture"]}


@pytest.fixture
def place(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_list_is_read_with_french_or_english_headers_days_and_titles() -> None:
    french = (
        "Date;Jusqu’au;Type;Texte;Entrepôt;Cause\n"
        "2026-03-02;;déménagement;Laval déménage;Laval;mauvais article envoyé|stock_out\n"
        "24/11/2026;30/11/2026;Promo;Vendredi fou;;\n"
    )
    causes = ["stock_out", "wrong_item_sent"]
    found = notes.read(french, "notes.csv", CAUSES)
    assert found == [
        Note("2026-03-02", "Laval déménage", "move", None, {"warehouse": ["Laval"], "cause": causes}),
        Note("2026-11-24", "Vendredi fou", "promotion", "2026-11-30", {}),
    ]
    english = "date,kind,text,channel\n11/24/2026,Price change,Parka dearer,web\n03/02/2026,,New shelves,\n"
    assert notes.read(english, "notes.csv", CAUSES) == [
        Note("2026-11-24", "Parka dearer", "price", None, {"channel": ["web"]}),
        Note("2026-03-02", "New shelves", "other", None, {}),
    ]


def test_every_bad_line_is_named_and_nothing_is_taken() -> None:
    text = (
        "date,until,kind,text,cause\n"
        "2026-02-30,,,A,\n"  # 2
        "2026-03-02,2026-03-01,,B,\n"
        "2026-03-02,,party,C,\n"
        "2026-03-02,,,,\n"
        "2026-03-02,,,D,bad luck\n"
        "03/04/2026,,,E,\n"
        "2026-03-02,,,good,\n"
    )
    with pytest.raises(NotesError) as error:
        notes.read(text, "notes.csv", CAUSES)
    assert [(m.params["line"], m.code) for m in error.value.messages] == [
        (2, "notes_day"),
        (3, "notes_until"),
        (4, "notes_kind"),
        (5, "notes_without_text"),
        (6, "notes_cause"),
        (7, "notes_day_unclear"),
    ]
    for lang in LANGUAGES:
        for message in error.value.messages:
            assert str(message.params["line"]) in sentence(message, lang)


def test_a_list_without_its_columns_is_refused_with_its_first_line() -> None:
    with pytest.raises(NotesError) as error:
        notes.read("when,what\n1,2\n", "n.csv", CAUSES)
    (message,) = error.value.messages
    assert (message.code, message.params["header"]) == ("notes_header", "when,what")
    assert sentence(message, "fr")


def test_a_list_is_one_change_and_twice_the_same_list_changes_nothing(place: Store) -> None:
    found = [Note("2026-03-02", "A"), Note("2026-03-03", "B", "move", None, {"warehouse": ["Laval"]})]
    written = notes.save_all(place, found, "Anne")
    assert len({entry.batch for entry in written}) == 1
    assert notes.save_all(place, found, "Bert") == []
    notebook.undo(place, written[0].batch, "Anne")
    assert notes.current(place) == {}
    assert len(notes.save_all(place, found, "Bert")) == 2, "what was taken back may be loaded again"


def test_a_note_is_changed_and_one_that_was_changed_is_not_loaded_over(place: Store) -> None:
    item = notes.save(place, Note("2026-03-02", " A  b ", "promotion"), "Anne")[0].item
    assert notes.current(place)[item] == (1, Note("2026-03-02", "A b", "promotion", None, {}))
    notes.save(place, Note("2026-03-05", "A b", "promotion"), "Bert", item, seen=1)
    assert notes.save_all(place, [Note("2026-03-02", "A b", "promotion")], "Anne") == []
    assert notes.current(place)[item][1].day == "2026-03-05"
    notes.delete(place, item, 2, "Bert")
    assert notes.current(place) == {}


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (Note("2026-03-02", " "), "note_without_text"),
        (Note("2026-03-02", "A", "party"), "note_kind"),
        (Note("2026-03-02", "A", until="2026-03-01"), "note_until"),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(place: Store, note: Note, code: str) -> None:
    with pytest.raises(StoreError) as error:
        notes.save(place, note, "Anne")
    assert error.value.message.code == code
    assert sentence(error.value.message, "fr")
