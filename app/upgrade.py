"""Figures that an older version of the program worked out are worked out again before any page reads them."""

from __future__ import annotations

import streamlit as st

from app import db
from app.i18n import language, md, t
from pipelines import build
from pipelines.load import load
from pipelines.messages import sentence
from pipelines.store import Store, StoreError


def bring_up_to_date() -> None:
    """Rebuilds the store shown when our rules, or the user's tags and settings, changed since its last build."""
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
    published = db.query("published")["build_version"]
    return published.len() == 1 and published[0] == build.version(Store(db.folder()))
