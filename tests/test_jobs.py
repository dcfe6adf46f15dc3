"""Long work goes on while its page is drawn anew or left, and is finished once, by whoever comes by."""

from __future__ import annotations

import threading

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import jobs


@pytest.fixture
def go() -> threading.Event:
    """Lets the work of a test end."""
    return threading.Event()


def _page() -> AppTest:
    """A page that watches, and is stopped as Streamlit stops it while `cut` is set."""

    def script() -> None:  # a program of its own: it imports what it needs
        import streamlit as st
        from streamlit.runtime.scriptrunner import StopException

        from app import jobs

        def say(done: float) -> tuple[float, str]:
            if st.session_state.get("cut"):
                raise StopException
            return done, "working"

        if begin := st.session_state.pop("begin", None):
            begin()
        if jobs.watch("job", say):
            st.write("finished")
        st.write(f"drawn with {st.session_state.get('result', 'nothing')}")

    return AppTest.from_function(script)


def _said(page: AppTest) -> list[str]:
    return [each.value for each in page.markdown]


def test_work_outlives_the_run_that_began_it_and_is_finished_once(go: threading.Event) -> None:
    finished: list[int] = []

    def finish(result: int) -> None:
        finished.append(result)
        st.session_state["result"] = result

    page = _page()
    page.session_state["cut"] = True
    page.session_state["begin"] = lambda: jobs.start("job", lambda tell: 7 if go.wait(20) else 0, finish, 0.0)
    page.run()
    assert _said(page) == []
    assert finished == []
    go.set()
    page.session_state["cut"] = False
    page.run()
    assert _said(page) == ["finished", "drawn with 7"]
    page.run()
    assert _said(page) == ["drawn with 7"]
    assert finished == [7]


def test_what_the_work_raises_is_raised_where_it_is_watched_and_once() -> None:
    def fail(tell: object) -> int:
        raise ValueError("the disk is full")

    page = _page()
    page.session_state["begin"] = lambda: jobs.start("job", fail, lambda _: None, 0.0)
    page.run()
    assert len(page.exception) == 1
    page.run()
    assert not page.exception
    assert _said(page) == ["drawn with nothing"]
