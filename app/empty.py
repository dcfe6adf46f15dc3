"""What to do when there is nothing to show: which file would fill it, from which tool, where its export is."""

from __future__ import annotations

import streamlit as st

from app import navigation
from app.i18n import t

TOOLS = ("shopify", "zendesk", "gorgias", "amazon", "ebay", "mirakl", "walmart", "shipbob")


def no_data(is_here: bool = False) -> None:
    """The first visit: what to export from which tool, and where to drop it: below, or on the data page."""
    st.text(t("empty.how"))
    for tool in TOOLS:
        st.markdown(t(f"empty.{tool}"))
    if is_here:
        st.text(t("empty.then_here"))
        return
    st.text(t("empty.then"))
    st.button(
        t("empty.to_data"), key="to_data", type="primary", on_click=navigation.go, args=(navigation.data(),)
    )


def section(key: str) -> None:
    """One section without rows: why, and what would fill it."""
    st.caption(t(key))
