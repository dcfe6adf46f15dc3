"""Writing corrective actions down: a new one from the page's filters, and changing, ending or deleting one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from app import action_words, buttons, db, deciding, formats, history, navigation
from app.filters import Filters
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target
from pipelines import actions, scopes
from pipelines.actions import Action, Found
from pipelines.notebook import Entry
from pipelines.store import StoreError

_SEEN = "_seen"


def start_on(
    filters: Filters, cause: str | None, place_kind: str | None, place: str | None, since: date | None = None
) -> Target:
    """Where an action on a cause in a place is written down: these filters narrowed to both, and since when."""
    where = {place_kind: place} if place_kind in navigation.PLACES else {}
    params = filters.choose(cause=cause, **where).params()
    kept = {name: values for name, values in params.items() if name in scopes.VARIABLES}
    return Target("actions", {**kept, "new": ["1"], **({"since": [since.isoformat()]} if since else {})})


def new(page: Page, is_open: bool) -> None:
    """The form of a new action, about what the filters of the page keep."""
    number = st.session_state.setdefault("_actions_written", 0)
    with st.expander(t("actions.new"), expanded=is_open):
        scope = scopes.tidy(page.filters.choices)
        if not scope:
            st.caption(t("actions.choose_scope"))
            return
        st.caption(md(t("actions.about", scope=action_words.scope_said(scope))))
        made = _fields(page, f"new_{number}", Action("", page.as_of.isoformat(), scope, since=_asked_since()))
        _preview(page, made)
        who = history.who("w_who_action")
        if buttons.pressed(t("actions.save"), "action_save", kind="primary"):
            keep(lambda: actions.save(deciding.store(), made, who), "actions.saved", "_actions_written")


def _asked_since() -> str | None:
    """Since when the problem is there, as the link that led here says."""
    try:
        return date.fromisoformat(st.query_params.get("since", "")).isoformat()
    except ValueError:
        return None


def change(page: Page, chosen: Found) -> None:
    """What was written down of an action, to be changed, ended or taken off the register."""
    seen = looked_at(chosen.item, chosen.version)
    key = f"{chosen.item}_{seen}"
    with st.expander(t("actions.edit")):
        scope = scopes.tidy(page.filters.choices)
        made = _fields(page, key, chosen.action, has_end=True)
        if scope and scope != scopes.tidy(chosen.action.scope):
            label = md(t("actions.take_scope", scope=action_words.scope_said(scope)))
            if st.checkbox(label, key=f"scope_{key}"):
                made = Action(**{**vars(made), "scope": scope})
        who = history.who(f"who_{key}")
        with st.container(horizontal=True):
            if buttons.pressed(t("actions.save_change"), f"save_{key}", kind="primary"):
                keep(
                    lambda: actions.save(deciding.store(), made, who, chosen.item, seen),
                    "actions.changed",
                )
            if chosen.action.end is None and buttons.pressed(t("actions.end_now"), f"end_{key}"):
                ended = Action(**{**vars(chosen.action), "end": max(page.as_of.isoformat(), made.start)})
                keep(
                    lambda: actions.save(deciding.store(), ended, who, chosen.item, seen),
                    "actions.ended",
                )
            if buttons.pressed(t("actions.delete"), f"delete_{key}"):
                keep(
                    lambda: actions.delete(deciding.store(), chosen.item, seen, who),
                    "actions.deleted",
                )


def looked_at(item: str, version: int) -> int:
    """The version of an item that the reader's form was filled with: until it is saved, whatever others do meanwhile.

    So a press on it either saves what the form says or is told that somebody was faster, and never gets lost.
    """
    return int(st.session_state.setdefault(_SEEN, {}).setdefault(item, version))


def _fields(page: Page, key: str, now: Action, has_end: bool = False) -> Action:
    """The fields of an action, filled with what it says now."""
    pattern = "DD/MM/YYYY" if page.lang == "fr" else "YYYY-MM-DD"

    def day(name: str, label: str, value: str | None) -> str | None:
        at_first = date.fromisoformat(value) if value else None
        chosen = st.date_input(
            label, value=at_first, key=f"{name}_{key}", format=pattern, width=190,
            min_value=date(2000, 1, 1), max_value=date(2100, 1, 1),
        )  # fmt: skip
        return chosen.isoformat() if isinstance(chosen, date) else None

    done = st.text_area(t("actions.done"), value=now.done, key=f"done_{key}", max_chars=300, height=80)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        owner = st.text_input(
            t("actions.owner"), value=now.owner, key=f"owner_{key}", max_chars=60, width=220
        )
        begun = day("start", t("actions.start"), now.start) or now.start
        since = day("since", t("actions.since"), now.since)
        expected = st.number_input(
            t("actions.expected_field"), 1, 99, now.expected, 5, key=f"expected_{key}", width=210
        )
        end = day("until", t("actions.end"), now.end) if has_end else now.end
    return Action(done, begun, now.scope, owner, int(expected), since, end)


def _preview(page: Page, made: Action) -> None:
    """By when the effect hoped for could be known, before the action is even written down."""
    if made.since is not None and made.since > made.start:
        return
    effect = actions.found("", 0, made, db.query).effect
    before = t("actions.preview_before", n=effect["before_count"], weeks=effect["before_weeks"])
    if effect["known_by"] is not None:
        said = t("actions.preview_known", day=formats.day(effect["known_by"], page.lang))
    else:
        said = t("actions.preview_never" if effect["reason"] != "no_before" else "actions.preview_nothing")
    st.caption(md(f"{before} {said}"))


def keep(write: Callable[[], list[Entry]], said: str, counter: str | None = None) -> None:
    """Writes, and says so (or why not) on the page drawn anew; with a counter, the fields of the form are new ones."""
    st.session_state.pop(_SEEN, None)
    try:
        done = write()
    except StoreError as error:
        history.say(error.message)
        st.rerun()
    if counter is not None:
        st.session_state[counter] = st.session_state.get(counter, 0) + 1
    if done and done[0].topic == actions.TOPIC:
        for name in ("new", "since"):
            st.query_params.pop(name, None)
        st.query_params["action"] = done[0].item
    history.say(t(said, n=len(done)))
    st.rerun()
