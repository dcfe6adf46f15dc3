"""What to do when there is nothing to show: which file would fill it, from which tool, where its export is."""

from __future__ import annotations

import streamlit as st

from app.i18n import t

TOOLS = ("shopify", "zendesk", "gorgias", "amazon", "ebay", "mirakl", "walmart", "shipbob")


def no_data() -> None:
    """The first visit: what to export from which tool, and where to drop it."""
    st.text(t("empty.how"))
    for tool in TOOLS:
        st.markdown(t(f"empty.{tool}"))
    st.text(t("empty.then"))


def section(key: str) -> None:
    """One section without rows: why, and what would fill it."""
    st.caption(t(key))
