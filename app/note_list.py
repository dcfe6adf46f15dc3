"""Notes on the time axis, as a list: those about what the page shows, a new one, one changed, many from a file."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from app import action_words, buttons, data, db, deciding, empty, history, names, tables
from app.action_form import keep, looked_at
from app.exports import Column
from app.frame import Page
from app.i18n import language, md, t
from app.marks import Mark, said
from pipelines import notes, scopes, shop_lists
from pipelines.messages import sentence
from pipelines.notes import KINDS, Note, NotesError

NEW = ""
BAD_LINES = 12  # named at once


def draw(page: Page) -> None:
    """The list and its form."""
    st.subheader(t("notes.title"), anchor=False)
    st.caption(t("notes.what"))
    there = {
        item: (version, note)
        for item, (version, note) in notes.current(deciding.store()).items()
        if scopes.meet(note.scope, page.filters.choices)
    }
    if there:
        _table([note for _, note in there.values()])
    else:
        empty.section("notes.none")
    with st.expander(t("notes.write")):
        _form(page, there)
    with st.expander(t("notes.from_file")):
        _upload()


def _table(told: list[Note]) -> None:
    rows = pl.DataFrame(
        [
            (n.first, n.last if n.until else None, names.code("note_kind", n.kind), n.text,
             action_words.scope_said(n.scope))
            for n in sorted(told, key=lambda n: n.first, reverse=True)
        ],
        schema={"day": pl.Date, "until": pl.Date, "kind": pl.String, "text": pl.String, "scope": pl.String},
        orient="row",
    )  # fmt: skip
    columns = [
        Column("day", t("notes.day"), "date"),
        Column("until", t("notes.until"), "date"),
        Column("kind", t("notes.kind")),
        Column("text", t("notes.text")),
        Column("scope", t("actions.scope")),
    ]
    tables.show(rows, columns, "notes", t("notes.alt"), height=300)


def _form(page: Page, there: dict[str, tuple[int, Note]]) -> None:
    """One note: a new one about what the page's filters keep, or one that is there."""
    number = st.session_state.setdefault("_notes_written", 0)
    labels = {NEW: t("notes.new"), **{item: _label(page, note) for item, (_, note) in there.items()}}
    item = st.selectbox(
        t("notes.which"), list(labels), format_func=labels.__getitem__, key=f"note_which_{number}", width=520
    )
    version, now = there.get(
        item, (0, Note(page.as_of.isoformat(), "", "promotion", None, page.filters.choices))
    )
    seen = looked_at(item, version)
    scope = scopes.tidy(now.scope)
    key = f"{item or 'new'}_{seen}_{number}"
    st.caption(md(t("notes.about", scope=action_words.scope_said(scope))))
    made = _fields(page, key, now, scope)
    who = history.who(f"who_note_{number}")
    with st.container(horizontal=True):
        if buttons.pressed(t("notes.save"), f"note_save_{key}", kind="primary"):
            keep(
                lambda: notes.save(deciding.store(), made, who, item or None, seen),
                "notes.saved",
                "_notes_written",
            )
        if item and buttons.pressed(t("notes.delete"), f"note_delete_{key}"):
            keep(lambda: notes.delete(deciding.store(), item, seen, who), "notes.deleted", "_notes_written")


def _label(page: Page, note: Note) -> str:
    return said(Mark(note.first, note.last if note.until else None, note.kind, note.text), page)


def _fields(page: Page, key: str, now: Note, scope: scopes.Scope) -> Note:
    pattern = "DD/MM/YYYY" if page.lang == "fr" else "YYYY-MM-DD"
    kinds = {kind: names.code("note_kind", kind) for kind in KINDS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(
            t("notes.day"), value=now.first, key=f"note_day_{key}", format=pattern, width=190,
            min_value=date(2000, 1, 1), max_value=date(2100, 1, 1),
        )  # fmt: skip
        until = st.date_input(
            t("notes.until"), value=now.last if now.until else None, key=f"note_until_{key}", format=pattern,
            width=190, min_value=date(2000, 1, 1), max_value=date(2100, 1, 1),
        )  # fmt: skip
        kind = st.selectbox(
            t("notes.kind"), list(kinds), index=list(kinds).index(now.kind), format_func=kinds.__getitem__,
            key=f"note_kind_{key}", width=220,
        )  # fmt: skip
    text = st.text_input(t("notes.text"), value=now.text, key=f"note_text_{key}", max_chars=notes.LONGEST)
    first = day.isoformat() if isinstance(day, date) else now.day
    return Note(first, text, kind, until.isoformat() if isinstance(until, date) else None, scope)


def _upload() -> None:
    """Notes of a list, all or none; each bad line is named."""
    number = st.session_state.setdefault("_note_files", 0)
    st.caption(t("notes.from_file_help"))
    dropped = data.drop_zone(f"notes_file_{number}", several=False)
    if not dropped:
        return
    who = history.who(f"who_notes_{number}")
    if not buttons.pressed(t("notes.take_file"), "notes_take_file", kind="primary"):
        return
    file = dropped[0]
    causes = {
        row["cause"]: (row["title_fr"], row["title_en"])
        for row in db.query("ref_causes").iter_rows(named=True)
    }
    try:
        found = notes.read(shop_lists.decoded(file.getvalue()), file.name, causes)
    except NotesError as error:
        lines = [md(sentence(message, language())) for message in error.messages[:BAD_LINES]]
        if len(error.messages) > BAD_LINES:
            lines.append(t("notes.more_lines", n=len(error.messages) - BAD_LINES))
        st.error("  \n".join([t("notes.nothing_taken"), *lines]))
        return
    keep(lambda: notes.save_all(deciding.store(), found, who), "notes.taken", "_note_files")
