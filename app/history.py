"""Who changed what in mappings and tags, with a way to take each change back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from app import formats
from app.i18n import language, md, t
from pipelines import editing, notebook, user_changes
from pipelines.load import load
from pipelines.messages import Message, sentence
from pipelines.store import Store, StoreError
from pipelines.user_changes import Change

SHOWN = 20
_SAID = "_said"


def who(key: str = "w_who") -> str:
    """A field for the reader's name, as the history will call them; the computer's own name for them at first."""
    st.session_state[key] = name()

    def named() -> None:
        st.session_state["_who"] = st.session_state[key].strip()

    st.text_input(t("mapping.who"), key=key, max_chars=60, on_change=named, width=300)
    return name()


def name() -> str:
    """The reader's name as they gave it in this visit."""
    return str(st.session_state.setdefault("_who", user_changes.os_user()))


def draw(
    store: Store, changes: Sequence[Change], tell: Callable[[Change, str, str], str], title: str | None = None
) -> None:
    """The newest changes, each with a button that takes it back; `tell` says a change, given when and who."""
    every = user_changes.changes(store)
    gone = user_changes.undone(every)
    zone = ZoneInfo(store.zone())
    with st.expander(title or t("mapping.history"), expanded=False):
        for change in changes[:SHOWN]:
            at = formats.moment(datetime.fromisoformat(change.at).astimezone(zone), language())
            told = tell(change, at, change.who or t("mapping.somebody"))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(told), width="stretch")
                st.button(
                    t("mapping.undo"),
                    key=f"undo_{change.id}",
                    help=md(t("mapping.undo_help", what=told)),
                    disabled=change.id in gone or change.undoes is not None or change.what == "records",
                    on_click=_undo,
                    args=(store, change),
                )


def _undo(store: Store, change: Change) -> None:
    try:
        editing.undo(store, change, str(st.session_state.get("_who", "")))
    except StoreError as error:
        say(error.message)
        return
    st.session_state["_rebuild"] = str(store.folder)


def take_back(
    store: Store, batch: str, who: str, said: str, done: Callable[[], object] | None = None
) -> None:
    """Takes one change in the notebook back and says so, or why it cannot; `done` is called after it was."""
    try:
        notebook.undo(store, batch, who)
    except StoreError as error:
        say(error.message)
        return
    say(said)
    if done is not None:
        done()


def rebuild_if_asked(store: Store) -> None:
    """Works the incidents out again after an undo, where a spinner can be seen."""
    if st.session_state.pop("_rebuild", None) == str(store.folder):
        rebuild(store)


def rebuild(store: Store) -> None:
    """Works the incidents out again with what was just changed; says why, if that cannot be done."""
    if store.snapshot() is None:
        return
    try:
        with st.spinner(t("mapping.building")):
            load([], store)
    except StoreError as error:
        say(error.message)


def say(what: Message | str) -> None:
    """Keeps a sentence for the next time that the page is drawn; a Message is something that went wrong."""
    st.session_state[_SAID] = what


def said() -> None:
    """Shows what was kept."""
    what = st.session_state.pop(_SAID, None)
    if isinstance(what, Message):
        st.error(md(sentence(what, language())))
    elif what is not None:
        st.success(md(what))
