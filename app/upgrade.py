"""Figures are worked out again before any page reads them: those of older rules, or without what was said since."""

from __future__ import annotations

import streamlit as st

from app import db
from app.i18n import language, md, t
from pipelines import build, hearing
from pipelines.load import load
from pipelines.messages import sentence
from pipelines.store import Store, StoreError


def bring_up_to_date() -> None:
    """Rebuilds the store shown when our rules, or the user's tags and settings, changed since its last build.

    What was said of single cases since, as while a load was running, is a small build of their orders.
    """
    name = db.snapshot()
    if name is None:
        return
    try:
        if _is_current(str(db.folder()), name):
            return
        with st.spinner(t("frame.upgrading")):
            load([], Store(db.folder()))
    except StoreError as error:
        st.warning(md(sentence(error.message, language())))
    _is_current.clear()


@st.cache_data(max_entries=8, ttl=60, show_spinner=False)
def _is_current(folder: str, snapshot: str) -> bool:
    """Whether the snapshot was built by what would build it now; looked at again every minute."""
    published, store = db.query("published"), Store(db.folder())
    if published.height != 1 or published["build_version"][0] != build.version(store):
        return False
    return bool(published["said"][0] == hearing.said(store))
