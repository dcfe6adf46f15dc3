"""The filter bar of every page: widgets that write the URL and are set from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from app import db, formats, names
from app.filters import DIMENSIONS, PERIODS, SWITCHES, Filters, Span
from app.i18n import LANGS, Lang, language, md, t


def draw(
    filters: Filters,
    presets: Mapping[str, Span],
    as_of: date,
    switches: Sequence[str],
    has_period: bool = True,
) -> None:
    """Period, filters, the switches that make sense here, and one chip for each active value."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_bar"):
        if has_period:
            _period(filters, presets, as_of)
        _choices(filters)
        for name in SWITCHES:
            if name in switches:
                _switch(name, str(getattr(filters, name)))
    _chips(filters)


def language_switch() -> None:
    """FR | EN; the choice is in the URL."""
    st.session_state["w_lang"] = language()
    st.segmented_control(
        t("frame.language"),
        LANGS,
        format_func=str.upper,
        key="w_lang",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: _write("lang", [st.session_state["w_lang"]]),
    )


def _write(name: str, values: Sequence[str], default: str | None = None) -> None:
    if not values or list(values) == [default]:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = list(values)


def _period(filters: Filters, presets: Mapping[str, Span], as_of: date) -> None:
    lang = language()

    spans = {**presets, filters.period: (filters.start, filters.until)}
    labels = {name: _label(name, spans.get(name, (None, None)), lang) for name in PERIODS}

    def changed() -> None:
        chosen = st.session_state["w_period"]
        st.query_params.pop("from", None)
        st.query_params.pop("to", None)
        if chosen == "custom":
            _custom(filters.start or as_of - timedelta(days=27), filters.until or as_of + timedelta(days=1))
        else:
            st.query_params["period"] = chosen

    st.session_state["w_period"] = filters.period
    st.selectbox(
        t("filters.period"),
        PERIODS,
        format_func=labels.__getitem__,
        key="w_period",
        label_visibility="collapsed",
        width=330,
        on_change=changed,
    )
    if filters.period == "custom":
        _dates(filters, as_of)


def _label(name: str, span: Span, lang: Lang) -> str:
    start, until = span
    return (
        f"{t(f'period.{name}')} · {formats.span(start, until, lang)}"
        if start and until
        else t(f"period.{name}")
    )


def _dates(filters: Filters, as_of: date) -> None:
    if filters.start is None or filters.until is None:
        return

    def changed() -> None:
        chosen = st.session_state["w_dates"]
        if len(chosen) == 2:
            _custom(chosen[0], chosen[1] + timedelta(days=1))

    st.session_state["w_dates"] = (filters.start, filters.until - timedelta(days=1))
    st.date_input(
        t("filters.dates"),
        key="w_dates",
        format="DD/MM/YYYY" if language() == "fr" else "YYYY-MM-DD",
        max_value=max(as_of, filters.until),
        label_visibility="collapsed",
        width=230,
        on_change=changed,
    )


def _custom(start: date, until: date) -> None:
    st.query_params.pop("period", None)
    st.query_params["from"] = start.isoformat()
    st.query_params["to"] = (until - timedelta(days=1)).isoformat()


def _switch(name: str, value: str) -> None:
    key, options = f"w_{name}", SWITCHES[name]
    labels = {option: t(f"{name}.{option}") for option in options}
    st.session_state[key] = value
    st.segmented_control(
        t(f"filters.{name}"),
        options,
        format_func=labels.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: _write(name, [st.session_state[key]], options[0]),
    )


@st.fragment
def _choices(filters: Filters) -> None:
    """The lists of values, fetched and sent only once the reader opens them."""
    if st.session_state.pop("_filters_changed", False):
        st.rerun()
    count = sum(len(values) for values in filters.choices.values())
    label = t("filters.some", n=count) if count else t("filters.all")
    with st.popover(label, on_change="rerun", key="filters") as popover:
        if popover.open:
            columns = st.columns(3)
            values = db.query("filter_values")
            for i, name in enumerate(DIMENSIONS):
                offered = values.filter(values["dimension"] == name).sort("incident_count", descending=True)
                with columns[i % 3]:
                    _choice(name, [v for v in offered["value"].to_list() if v], filters.choices.get(name, ()))


def _choice(name: str, offered: list[str], chosen: Sequence[str]) -> None:
    key = f"w_{name}"

    def changed() -> None:
        _write(name, st.session_state[key])
        st.session_state["_filters_changed"] = True

    labels = {value: names.of(name, value) for value in offered}
    st.session_state[key] = [value for value in chosen if value in offered]
    st.multiselect(
        t(f"dimension.{name}"),
        offered,
        format_func=labels.__getitem__,
        key=key,
        placeholder=t("filters.everything"),
        on_change=changed,
    )


def _chips(filters: Filters) -> None:
    chips = [(name, value) for name, values in filters.choices.items() for value in values]
    if not chips:
        return
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for name, value in chips:
            st.button(
                md(t("filters.chip", dimension=t(f"dimension.{name}"), value=names.of(name, value))),
                key=f"chip_{name}_{value}",
                help=t("filters.remove"),
                on_click=_remove,
                args=(name, value),
            )
        if len(chips) > 1:
            st.button(t("filters.clear"), key="chips_clear", type="tertiary", on_click=_clear)


def _remove(name: str, value: str) -> None:
    _write(name, [v for v in st.query_params.get_all(name) if v != value])


def _clear() -> None:
    for name in DIMENSIONS:
        st.query_params.pop(name, None)
