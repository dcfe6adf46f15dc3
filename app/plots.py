"""Draws a figure on a page: in the reader's language, with a description, each bar or point leading to its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from app import charts, formats, navigation
from app.i18n import language
from app.navigation import Target


def ink() -> charts.Ink:
    """The colours for the ground that the reader's browser shows."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def show(figure: go.Figure, key: str, alt: str, leads_to: Callable[[Any], Target | None]) -> None:
    """The figure; a click gives the customdata of the bar or point to `leads_to`."""
    lang = language()

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        target = leads_to(points[0].get("customdata")) if points else None
        if target is not None:
            navigation.go(target)

    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={
            "displayModeBar": False,
            "scrollZoom": False,
            "doubleClick": False,
            "locale": lang,
            "locales": {lang: formats.plotly_locale(lang)},
        },
        alt=alt,
    )
