"""Buttons whose press is not lost: a page that is drawn again before it came to them still acts on it.

Streamlit begins the run of a press while the run before it may still draw, in a thread of its own. That older run sees
the press too, but it is about to be stopped: to act on it would leave what it does half done. So each run has a number,
and only the run of the press or a later one acts.
"""

from __future__ import annotations

import threading
from typing import Literal

import streamlit as st

_PRESSED, _PAGE, _RUNS = "_pressed", "_pressed_on", "_runs"
_this_run = threading.local()


def pressed(
    label: str,
    key: str,
    *,
    kind: Literal["primary", "secondary"] = "secondary",
    disabled: bool = False,
    help: str | None = None,
) -> bool:
    """True once after a press. `st.button` alone is True only in the run of the press, which the next may cut short."""
    st.button(label, key=key, type=kind, disabled=disabled, help=help, on_click=_note, args=(key,))
    what, since = st.session_state.get(_PRESSED, (None, 0))
    if what != key or _number() < since:
        return False
    del st.session_state[_PRESSED]
    return not disabled


def _note(key: str) -> None:
    """Runs before the run of the press, in its thread."""
    _begin()
    st.session_state[_PRESSED] = (key, _number())


def _begin() -> None:
    st.session_state[_RUNS] = _this_run.number = st.session_state.get(_RUNS, 0) + 1


def _number() -> int:
    """This run's; a fragment drawn again alone has none and is as new as the newest."""
    return int(getattr(_this_run, "number", st.session_state.get(_RUNS, 0)))


def begin_run(page: str) -> None:
    """Says that the page is drawn from its top. A press that another page did not come to act on is forgotten."""
    _begin()
    if st.session_state.get(_PAGE, page) != page:
        st.session_state.pop(_PRESSED, None)
    st.session_state[_PAGE] = page
