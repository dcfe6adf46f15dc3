"""Who does what on the work list: owner, state and note of each thing to do, kept in the notebook with their history.

A thing to do comes from the data, its state from people. A thing that is gone from the data while somebody had it in
hand has solved itself: that is written into its history, so that nobody wonders where it went.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pipelines import notebook
from pipelines.messages import Message
from pipelines.notebook import Entry, Write
from pipelines.store import Store, StoreError

TOPIC = "work"
#: what people can say of a thing, in the order of a list; 'solved' is what the data say
STATES = ("new", "in_hand", "waiting", "muted", "done")
SOLVED = "solved"
#: states that still ask for somebody
OPEN = ("new", "in_hand", "waiting")


@dataclass(frozen=True)
class State:
    """What is said of one thing; `about` tells what it was once it is gone from the data."""

    state: str = "new"
    owner: str = ""
    note: str = ""
    until: str | None = None  # of a muted one: the day on which it comes back, ISO
    about: Mapping[str, Any] | None = None

    def on(self, day: date) -> str:
        """The state on a day: what was muted until then, or solved and is there again, is new."""
        if self.state == SOLVED or (
            self.state == "muted" and self.until is not None and self.until <= day.isoformat()
        ):
            return "new"
        return self.state


@dataclass(frozen=True)
class Edit:
    """A change of several things at once; None leaves a part as it is."""

    state: str | None = None
    owner: str | None = None
    note: str | None = None
    until: date | None = None


def states(store: Store) -> dict[str, tuple[int, State]]:
    """Version and state of everything that was ever said something of, by its key."""
    return {item: (entry.version, state_of(entry)) for item, entry in notebook.current(store, TOPIC).items()}


def state_of(entry: Entry) -> State:
    """The state that an entry set; a new one's where it took the last one back."""
    return State(**entry.after) if entry.after else State()


def edit(
    store: Store, things: Sequence[tuple[str, int, State, Mapping[str, Any]]], change: Edit, who: str
) -> list[Entry]:
    """Changes several things at once, all or none; each with the version that the writer saw and what it is about.

    Raises StoreError when one of them was changed since, or when the change makes no sense.
    """
    if change.state is not None and change.state not in STATES:
        raise StoreError(Message("unknown_state", {"state": change.state}))
    if change.state == "muted" and change.until is None:
        raise StoreError(Message("muted_without_day"))
    writes = []
    for item, seen, now, about in things:
        state = change.state or ("new" if now.state == SOLVED else now.state)
        until = (change.until.isoformat() if change.until else now.until) if state == "muted" else None
        made = State(
            state,
            now.owner if change.owner is None else change.owner.strip(),
            now.note if change.note is None else change.note.strip(),
            until,
            dict(about),
        )
        writes.append(Write(item, asdict(made), seen))
    return notebook.write(store, TOPIC, writes, who)


def note_solved(store: Store, present: Collection[str]) -> list[Entry]:
    """Writes into the history of each open thing that is not among the present ones that it solved itself.

    What another visitor wrote in this very moment stays as it is; the next look finds the rest.
    """
    there = frozenset(present)
    gone = [
        Write(item, {**asdict(state), "state": SOLVED, "until": None}, seen)
        for item, (seen, state) in states(store).items()
        if item not in there and state.state in (*OPEN, "muted") and seen and state.about
    ]
    if not gone:
        return []
    try:
        return notebook.write(store, TOPIC, gone, "")
    except StoreError as error:
        if error.message.code.startswith("notebook_changed"):
            return []
        raise
