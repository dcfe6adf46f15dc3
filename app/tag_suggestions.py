"""Causes suggested for tickets that nobody tagged: worked out by a button, accepted or rejected in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from analysis.tagging import Quality
from app import db, exports, formats, history, jobs, names, tables
from app.buttons import pressed
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from pipelines import suggestions
from pipelines.store import Store, StoreError

_BATCH = "_accepted_batch"
_JOB = "_suggesting"


def draw(page: Page) -> None:
    """What can be suggested, how sure that is, and a way to take it or leave it."""
    store = Store(db.folder())
    history.rebuild_if_asked(store)
    st.subheader(t("tags.suggestions"), anchor=False)
    history.said()
    causeless = db.query("tickets_without_cause")
    st.markdown(t("tags.causeless", n=causeless.height))
    if pressed(t("tags.search"), "suggest", disabled=causeless.is_empty() or jobs.is_running(_JOB)):
        jobs.start(_JOB, partial(suggestions.work_out, store), lambda _: None, 0.0)
    if jobs.watch(_JOB, lambda done: (done, t("tags.searching"))):
        st.rerun()  # the button above was drawn while the search was running
    quality = suggestions.quality(store)
    if quality is None:
        st.caption(t("tags.never_searched"))
        return
    st.caption(_said(quality, page))
    try:
        found = suggestions.waiting(store, causeless)
    except StoreError as error:
        history.say(error.message)
        history.said()
        return
    _again(store)
    if found.is_empty():
        st.caption(t("tags.nothing_suggested"))
        return
    _list(store, page, found, quality)


def _said(quality: Quality, page: Page) -> str:
    """How often suggestions were right on tickets that taught nothing; or why there are none."""
    if quality.threshold is None or quality.precision is None:
        return t("tags.too_unsure", n=quality.taught_count)
    return t(
        "tags.quality",
        precision=formats.percent(quality.precision, page.lang),
        low=formats.percent(quality.lowest_precision, page.lang),
        right=quality.right_count,
        n=quality.suggested_count,
        coverage=formats.percent(quality.coverage, page.lang),
        held=quality.held_back_count,
        taught=quality.taught_count,
    )


def _list(store: Store, page: Page, found: pl.DataFrame, quality: Quality) -> None:
    shown = found.head(tables.SHOWN_ROWS)
    titles = [names.cause(code) for code in shown["suggested_cause"]]
    listed = shown.with_columns(
        take=pl.lit(value=True),
        title=pl.Series(titles, dtype=pl.String),
        sure=pl.Series([formats.percent(share, page.lang) for share in shown["sureness"]], dtype=pl.String),
        day=pl.Series(
            [exports.shown(day, "date", page.lang) for day in shown["event_date"]], dtype=pl.String
        ),
    )
    labels = {
        "take": t("tags.column.take"),
        "subject": t("tags.column.subject"),
        "title": t("tags.column.suggested"),
        "sure": t("tags.column.sure"),
        "order_name": t("column.order"),
        "day": t("column.event_date"),
    }
    edited = st.data_editor(
        listed.select(list(labels)).to_pandas(),
        column_config={
            name: st.column_config.CheckboxColumn(label)
            if name == "take"
            else st.column_config.TextColumn(label)
            for name, label in labels.items()
        },
        disabled=[name for name in labels if name != "take"],
        hide_index=True,
        key=f"suggested_{db.snapshot()}",
    )
    rows = [row for row, take in zip(shown.iter_rows(named=True), edited["take"], strict=True) if take]
    who = history.who("who_suggestions")
    with st.container(horizontal=True):
        st.button(
            t("tags.accept", n=len(rows)),
            key="accept_suggestions",
            type="primary",
            disabled=not rows,
            on_click=_accept,
            args=(store, rows, t("tags.note", precision=formats.percent(quality.precision, page.lang)), who),
        )
        st.button(
            t("tags.reject", n=len(rows)),
            key="reject_suggestions",
            disabled=not rows,
            on_click=_reject,
            args=(store, rows, who),
        )
        tables.download(
            lambda: listed,
            [Column(name, label) for name, label in labels.items() if name != "take"],
            "suggestions",
            shown.height,
        )
    st.caption(t("tags.suggestions_note"))


def _accept(store: Store, rows: Sequence[Mapping[str, Any]], note: str, who: str) -> None:
    rules = db.query("ref_causes")
    parties = dict(zip(rules["cause"], rules["party"], strict=True))
    try:
        made = suggestions.accept(store, rows, parties, note, who)
    except StoreError as error:
        history.say(error.message)
        return
    if made:
        history.say(t("tags.accepted", n=len(made)))
        st.session_state[_BATCH] = made[0].batch
        st.session_state["_rebuild"] = str(store.folder)


def _reject(store: Store, rows: Sequence[Mapping[str, Any]], who: str) -> None:
    try:
        done = suggestions.reject(store, rows, who)
    except StoreError as error:
        history.say(error.message)
        return
    history.say(t("tags.rejected", n=len(done)))


def _again(store: Store) -> None:
    """Takes back what this visit accepted last, all of it at once."""
    batch = st.session_state.get(_BATCH)
    if batch:
        st.button(md(t("tags.take_back")), key="take_back", on_click=_take_back, args=(store, batch))


def _take_back(store: Store, batch: str) -> None:
    def done() -> None:
        st.session_state.pop(_BATCH)
        st.session_state["_rebuild"] = str(store.folder)

    history.take_back(store, batch, history.name(), t("tags.taken_back"), done)
