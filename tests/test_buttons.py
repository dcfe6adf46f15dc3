"""A press is acted on once, also when the run of the press ended before it came to the button."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import threading

    import streamlit as st
    from streamlit.runtime.scriptrunner import add_script_run_ctx

    from app import buttons

    buttons.begin_run(st.session_state.get("page", "here"))
    if st.session_state.pop("is_cut_short", False):
        st.button("Save", key="save", on_click=buttons._note, args=("save",))
        st.stop()  # as when the next run begins before this one came to act on it
    if st.session_state.pop("is_overtaken", False):
        # as when the run of a press begins while this one, which is older, still draws
        next_run = threading.Thread(target=buttons._note, args=("save",))
        add_script_run_ctx(next_run)
        next_run.start()
        next_run.join()
    if buttons.pressed("Save", "save", disabled=bool(st.session_state.get("is_off"))):
        st.session_state["saved"] = st.session_state.get("saved", 0) + 1


def _saved(app: AppTest) -> int:
    return int(app.session_state["saved"]) if "saved" in app.session_state else 0


def test_a_press_is_acted_on_once() -> None:
    app = AppTest.from_function(_page).run()
    assert _saved(app) == 0
    app.button(key="save").click().run()
    assert _saved(app) == 1
    assert _saved(app.run()) == 1


def test_a_press_whose_run_was_cut_short_is_acted_on_by_the_next() -> None:
    app = AppTest.from_function(_page).run()
    app.session_state["is_cut_short"] = True
    app.button(key="save").click().run()
    assert _saved(app) == 0
    assert _saved(app.run()) == 1


def test_a_run_that_the_press_overtook_leaves_it_to_the_next() -> None:
    app = AppTest.from_function(_page).run()
    app.session_state["is_overtaken"] = True
    assert _saved(app.run()) == 0
    assert _saved(app.run()) == 1


def test_a_press_that_its_page_did_not_come_to_is_forgotten_when_the_page_is_left() -> None:
    app = AppTest.from_function(_page).run()
    app.session_state["is_cut_short"] = True
    app.button(key="save").click().run()
    app.session_state["page"] = "elsewhere"
    assert _saved(app.run()) == 0


def test_what_must_not_be_pressed_any_more_is_not_acted_on() -> None:
    app = AppTest.from_function(_page).run()
    app.session_state["is_cut_short"] = True
    app.button(key="save").click().run()
    app.session_state["is_off"] = True
    assert _saved(app.run()) == 0
