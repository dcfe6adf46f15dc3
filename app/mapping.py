"""The parts of the mappings page: files that nobody knew, saved mappings, and the way from one to the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app import data, db, history, mapping_form, names, navigation, waiting, work
from app.buttons import pressed
from app.i18n import language, md, t, typeset
from app.work import Work
from pipelines import editing, mapping_files, user_changes
from pipelines.load import FileResult, Options
from pipelines.mapping_files import Saved
from pipelines.messages import Message, sentence
from pipelines.recognise import NotRecognised
from pipelines.sources.mapping import MappingError
from pipelines.store import StoreError
from pipelines.user_changes import Change


def draw() -> None:
    """The mapping being worked on; without one, what there is to work on."""
    history.rebuild_if_asked(db.store())
    if data.watch():
        st.rerun()
    history.said()
    at_work = work.current()
    if at_work is not None:
        _screen(at_work)
        return
    _loaded()
    st.markdown(t("mapping.what"))
    _waiting()
    _saved()
    changes = [change for change in user_changes.changes(db.store()) if change.what in ("mapping", "records")]
    if changes:
        history.draw(db.store(), changes, _told)


def _waiting() -> None:
    """One button for each file of this visit that nobody knew, and a place to drop another."""
    files = waiting.names()
    if files:
        st.subheader(t("mapping.waiting"), anchor=False)
        with st.container(horizontal=True):
            for key, name in files.items():
                label = md(t("mapping.describe", file=Path(name).name))
                st.button(label, key=f"describe_{key}", type="primary", on_click=_describe, args=(key,))
    st.subheader(t("mapping.example"), anchor=False)
    path = _dropped("example")
    if path is not None and (kept := waiting.keep(path)) is not None:
        _describe(kept)
        st.rerun()


def _dropped(name: str) -> Path | None:
    """A file dropped here, in a folder that lasts as long as this run."""
    number = st.session_state.setdefault(f"_{name}s", 0)
    dropped = data.drop_zone(f"{name}_{number}", several=False)
    if not dropped:
        return None
    st.session_state[f"_{name}s"] = number + 1
    folder = tempfile.TemporaryDirectory(prefix="incidents-")
    st.session_state["_dropped"] = folder  # removed with the next one, or with the visit
    path = Path(folder.name) / Path(dropped[0].name).name
    path.write_bytes(dropped[0].getbuffer())
    return path


def _describe(key: str) -> None:
    try:
        work.begin(waiting.opened(key), key)
    except NotRecognised as refusal:
        waiting.forget(key)
        history.say(refusal.message)


def _saved() -> None:
    """The mappings that are there, to edit or to delete."""
    st.subheader(t("mapping.saved"), anchor=False)
    found = mapping_files.saved(db.store())
    if not found:
        st.caption(t("mapping.none_saved"))
    for each in found:
        file = each.path.name
        with st.container(horizontal=True, vertical_alignment="center"):
            if each.draft is None:
                st.markdown(t("mapping.unreadable", file=md(file)), width="stretch")
            else:
                title = md(each.draft.title or each.draft.name)
                kind = names.code("record_kind", each.draft.kind)
                st.markdown(t("mapping.saved_line", title=title, kind=kind, file=md(file)), width="stretch")
                help_ = md(t("mapping.edit_help", file=file))
                st.button(t("mapping.edit"), key=f"edit_{file}", help=help_, on_click=_edit, args=(each,))
            help_ = md(t("mapping.delete_help", file=file))
            st.button(t("mapping.delete"), key=f"delete_{file}", help=help_, on_click=_delete, args=(each,))


def _edit(saved: Saved) -> None:
    work.edit(saved)


def _delete(saved: Saved) -> None:
    editing.delete_mapping(db.store(), saved, str(st.session_state.get("_who", "")))
    st.session_state["_rebuild"] = str(db.store().folder)


def _told(change: Change, at: str, who: str) -> str:
    if change.what == "records":
        return t("mapping.unloaded_by", at=at, who=who, name=change.file, n=int(change.before or 0))
    file = change.file.rpartition("/")[2]
    key = "mapping.undone_by" if change.undoes else None
    key = key or ("mapping.deleted_by" if change.after is None else "mapping.saved_by")
    return t(key, at=at, who=who, file=file)


def _screen(at_work: Work) -> None:
    """Everything about one mapping, from the file's first rows to what it gives."""
    mapping_form.what_it_is(at_work)
    if at_work.trial is None:
        st.caption(t("mapping.no_file"))
        path = _dropped("example")
        if path is not None and (key := waiting.keep(path)) is not None:
            _attach(at_work, key)
    mapping_form.columns(at_work)
    mapping_form.rest(at_work)
    mapping_form.result(at_work, db.store().zone())
    if at_work.saved is not None:
        _forgetting(at_work)
    st.session_state["w_title"] = at_work.title

    def named() -> None:
        at_work.title = st.session_state["w_title"]

    st.text_input(t("mapping.name"), key="w_title", max_chars=80, width=420, on_change=named)
    who = history.who()
    has_file = at_work.trial is not None
    with st.container(horizontal=True):
        wanted = t("mapping.save_and_load" if has_file else "mapping.save")
        if pressed(wanted, "save_mapping", kind="primary", disabled=not _is_whole(at_work)):
            _save(at_work, who)
        st.button(t("mapping.back"), key="leave_mapping", on_click=work.end)


def _attach(at_work: Work, key: str) -> None:
    """Tries a mapping that is there on a file of its form."""
    try:
        at_work.trial, at_work.waiting = waiting.opened(key), key
    except NotRecognised as refusal:
        waiting.forget(key)
        history.say(refusal.message)
    st.rerun()


def _forgetting(at_work: Work) -> None:
    """Asks whether what the old version loaded goes."""
    st.session_state["w_forget"] = at_work.forgets()

    def choose() -> None:
        at_work.forget = st.session_state["w_forget"]

    st.checkbox(t("mapping.forget"), key="w_forget", help=t("mapping.forget_help"), on_change=choose)


def _is_whole(at_work: Work) -> bool:
    return bool(at_work.columns) and not at_work.missing() and bool(at_work.title.strip())


def _save(at_work: Work, who: str) -> None:
    """Writes the mapping, then loads its file and those of the same form that wait beside it."""
    store, saved = db.store(), at_work.saved
    name = saved.draft.name if saved and saved.draft else mapping_files.free_name(at_work.title, store)
    note = t("mapping.note", file=Path(at_work.trial.name).name) if at_work.trial else ""
    try:
        path = editing.save_mapping(store, at_work.draft(name), who, note, saved)
    except MappingError as error:
        st.error(md(typeset(sentence(error.message, language()), language())))
        return
    if at_work.forgets() and saved and saved.draft:
        try:
            editing.forget_records(store, saved.draft, who)
        except StoreError as error:
            st.error(md(sentence(error.message, language())))
            return
    st.session_state["_has_mapped"] = at_work.waiting is not None
    key, dates = at_work.waiting, at_work.dates
    work.end()
    history.say(t("mapping.saved_now", file=path.name))
    if key is None:
        history.rebuild(store)
    else:
        _load(key, Options(dates=dates))
    st.rerun()


def _load(key: str, options: Options) -> None:
    """Loads a file that has a mapping now; the others that it makes known are loaded with it."""
    keys = [key, *(other for other in waiting.names() if other != key)]
    files = {each: waiting.path_of(each) for each in keys}

    def finish(results: Sequence[FileResult]) -> None:
        for each, path in files.items():
            its = [r for r in results if r.file == path.name or r.file.startswith(f"{path.name} ›")]
            if its and all(r.message is None or r.message.code != "not_recognised" for r in its):
                waiting.forget(each)

    data.load_files(list(dict.fromkeys(files.values())), options, finish)


def _loaded() -> None:
    """What became of the file, and where its incidents are."""
    if not st.session_state.get("_has_mapped"):
        return
    data.results()
    results = st.session_state["_results"]
    if isinstance(results, Message) or not any(result.loaded for result in results):
        return
    with st.container(horizontal=True):
        cases = navigation.Target("cases", {"period": ["all"]})
        st.button(
            t("mapping.to_cases"), key="to_cases", type="primary", on_click=navigation.go, args=(cases,)
        )
        words = navigation.Target("vocabulary", {})
        st.button(t("mapping.to_vocabulary"), key="to_words", on_click=navigation.go, args=(words,))
