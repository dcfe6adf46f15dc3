"""Long work that is done to its end although the page is drawn anew, or left, meanwhile.

Streamlit stops a run at the next thing that it shows once something else was clicked, the connection was lost or the
window was closed: a load that tells its progress would be given up in the middle, and nobody would be told. So the work
has a thread of its own, and whichever run of a page comes by waits for it, shows how far it is and does what follows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import streamlit as st

_Told = TypeVar("_Told")
_Done = TypeVar("_Done")
#: how often somebody who watches is told anew, in seconds
_PACE = 0.1


@dataclass
class _Job(Generic[_Told, _Done]):
    work: Callable[[Callable[[_Told], None]], _Done]
    finish: Callable[[_Done], None]
    told: _Told
    outcome: list[_Done] = field(default_factory=list)
    error: BaseException | None = None
    is_finished: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """In the thread of the work: nothing of Streamlit is to be had here."""
        try:
            self.outcome.append(self.work(self.tell))
        except BaseException as error:
            self.error = error
        finally:
            self.ended.set()

    def tell(self, told: _Told) -> None:
        self.told = told


def start(
    key: str,
    work: Callable[[Callable[[_Told], None]], _Done],
    finish: Callable[[_Done], None],
    told: _Told,
) -> None:
    """Begins `work` beside the page. It tells how far it is through what it is given, `told` being the beginning.

    `finish` gets what it returns, in a run of a page that watches: there, and only there, Streamlit may be used.
    """
    job = _Job(work, finish, told)
    st.session_state[key] = job
    threading.Thread(target=job.run, name=key, daemon=True).start()


def is_running(key: str) -> bool:
    """Whether something was started that nobody saw the end of."""
    return key in st.session_state


def watch(key: str, say: Callable[[_Told], tuple[float, str]]) -> bool:
    """Shows how far it is (a share of 1 and a sentence) until it ends, and finishes it; True if there was something.

    Raises what the work raised.
    """
    job: _Job[_Told, object] | None = st.session_state.get(key)
    if job is None:
        return False
    bar = st.progress(*say(job.told))
    while not job.ended.wait(_PACE):
        bar.progress(*say(job.told))
    bar.empty()
    with job.lock:  # a run that is about to be stopped may be here too
        if not job.is_finished and job.error is None:
            job.finish(job.outcome[0])
            job.is_finished = True
    st.session_state.pop(key, None)
    if job.error is not None:
        raise job.error
    return True
