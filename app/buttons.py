"""Buttons whose press is not lost: a page that is drawn again before it came to them still acts on it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

_PRESSED, _PAGE = "_pressed", "_pressed_on"


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
    if st.session_state.get(_PRESSED) != key:
        return False
    del st.session_state[_PRESSED]
    return not disabled


def _note(key: str) -> None:
    st.session_state[_PRESSED] = key


def forget_when_left(page: str) -> None:
    """A press that its page did not come to act on means nothing on another page, nor on a later visit."""
    if st.session_state.get(_PAGE, page) != page:
        st.session_state.pop(_PRESSED, None)
    st.session_state[_PAGE] = page
