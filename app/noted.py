"""What was changed in actions and notes, by whom and when, with a way to take the newest change of each back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from app import action_words, formats, history
from app.i18n import language, md, t
from pipelines import actions, notebook, notes
from pipelines.actions import Action
from pipelines.notebook import Entry
from pipelines.store import Store

HISTORY = 20


def draw(place: Store) -> None:
    """The changes, the newest first."""
    topics: Mapping[str, Callable[[Any], str]] = {actions.TOPIC: _action_told, notes.TOPIC: _note_told}
    told = sorted(
        (entry for topic in topics for entry in notebook.history(place, topic, limit=HISTORY * 20)),
        key=lambda entry: entry.number,
        reverse=True,
    )
    if not told:
        return
    newest: dict[tuple[str, str], int] = {}
    batches: dict[str, list[Entry]] = {}
    for entry in told:
        newest.setdefault((entry.topic, entry.item), entry.version)
        batches.setdefault(entry.batch, []).append(entry)
    zone = ZoneInfo(place.zone())
    with st.expander(t("actions.history")):
        for batch, done in list(batches.items())[:HISTORY]:
            first = done[0]
            value = first.after or first.before or {}
            what = topics[first.topic](value) if len(done) == 1 else t("actions.several", n=len(done))
            how = (
                "undone"
                if first.undoes
                else "gone"
                if first.after is None
                else "new"
                if first.before is None
                else "now"
            )
            line = t(
                f"actions.told_{how}",
                at=formats.moment(first.at.astimezone(zone), language()),
                who=first.who or t("mapping.somebody"),
                what=what,
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(line), width="stretch")
                st.button(
                    t("mapping.undo"),
                    key=f"undo_{batch}",
                    disabled=any(newest[each.topic, each.item] != each.version for each in done),
                    on_click=history.take_back,
                    args=(place, batch, history.name(), t("actions.undone")),
                )


def _action_told(value: Mapping[str, Any]) -> str:
    action = Action(**value)
    parts = [
        action.done,
        action_words.scope_said(action.scope),
        formats.day(date.fromisoformat(action.start), language()),
    ]
    if action.owner:
        parts.append(action.owner)
    if action.end:
        parts.append(t("actions.until_day", day=formats.day(date.fromisoformat(action.end), language())))
    return " · ".join(parts)


def _note_told(value: Mapping[str, Any]) -> str:
    return f"{formats.day(date.fromisoformat(value['day']), language())} · {value['text']}"
