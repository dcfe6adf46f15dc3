"""Which order a ticket is about, put right by a person on the page of a case, and taken back."""

from __future__ import annotations

import polars as pl
import streamlit as st

from app import deciding, history
from app.i18n import t
from pipelines import link_editing, user_changes
from pipelines.store import Store, StoreError
from pipelines.user_changes import Change


def draw(incidents: pl.DataFrame) -> None:
    """A ticket of the case, the order that it is about or none, and the links that were corrected last."""
    place = deciding.store()
    keys = incidents["signal_keys"].explode().drop_nulls().to_list()
    # a record is told by its tool, its account and its own number
    tickets = [
        tuple(key.split("/", 3)[1::2]) for key in keys if key.startswith("ticket/") and key.count("/") > 2
    ]
    changes = [change for change in user_changes.changes(place) if change.what == "link"]
    if tickets:
        with st.expander(t("linking.wrong")):
            _form(place, tickets)
    if changes:
        history.draw(place, changes, _told, t("linking.last"))


def _form(place: Store, tickets: list[tuple[str, ...]]) -> None:
    labels = {ticket: " ".join(reversed(ticket)) for ticket in tickets}
    chosen = st.selectbox(
        t("linking.ticket"), tickets, format_func=labels.__getitem__, key="link_ticket", width=420
    )
    order = st.text_input(t("linking.order"), key="link_order", max_chars=80, width=420).strip()
    who = history.who("who_link")
    with st.container(horizontal=True):
        for key, label, wanted, is_off in (
            ("link_save", t("linking.save"), order, not order),
            ("link_none", t("linking.none"), "", False),
        ):
            st.button(label, key=key, disabled=is_off, on_click=_save, args=(place, chosen, wanted, who))


def _save(place: Store, ticket: tuple[str, ...], order: str, who: str) -> None:
    try:
        done = link_editing.set_link(place, ticket[0], ticket[1], order, who)
    except StoreError as error:
        history.say(error.message)
        return
    if done is None:
        history.say(t("linking.same"))
        return
    st.session_state["link_order"] = ""
    history.say(t("linking.saved") if order else t("linking.unlinked"))
    st.session_state["_rebuild"] = str(place.folder)


def _told(change: Change, at: str, who: str) -> str:
    told = {"at": at, "who": who, "ticket": change.value or ""}
    if change.after:
        return t("linking.told", order=change.after, **told)
    return t("linking.told_out", **told) if change.after is None else t("linking.told_none", **told)
