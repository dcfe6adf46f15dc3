"""What each place was told, so that nothing is told twice; in the notebook, beside what people said of things.

A thing is claimed before it is sent and kept as told once it was handed over, so two programs that send at once send it
once. A claim whose program died is taken over after a while: then it may be told twice, which is better than never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines import alert_states, notebook
from pipelines.alert_states import Kept, Row, Said, Standing
from pipelines.notebook import Entry, Write
from pipelines.store import Store

_SENT, _SENDING = "sent", "sending"
_CLAIM = timedelta(minutes=15)


@dataclass(frozen=True)
class Due:
    """One thing that a place is to be told, and why again, if it is."""

    row: Row
    now: Standing
    again: str
    item: str
    version: int


def topic(place: str) -> str:
    """Under which topic the notebook has what a place was told."""
    return f"alert_sent_{place}"


def due(store: Store, place: str, listed: Sequence[tuple[Row, Standing]], at: datetime) -> list[Due]:
    """Of the things on the list, those that this place was not told as they are now; what is known needs no telling."""
    kept = alert_states.kept(store, topic(place))
    found = []
    for row, now in listed:
        if now.state != "new":
            continue
        told = alert_states.of(row, kept)
        if told is None:
            found.append(Due(row, now, now.again, str(row["alert_key"]), 0))
        elif (again := _again(row, now, told, at)) is not None:
            found.append(Due(row, now, again, told.item, told.version))
    return found


def _again(row: Row, now: Standing, told: Kept, at: datetime) -> str | None:
    """Why a thing is told once more; None when it is not."""
    about = told.said.about
    if told.said.state == _SENDING:
        claimed = datetime.fromisoformat(str((about or {}).get("claimed_at")))
        return now.again if at - claimed > _CLAIM else None
    if told.said.state != _SENT or about is None:
        return now.again  # a claim that was given back
    if why := alert_states.why_again(row, told.said):
        return why
    # it was told, then muted, and its day has come
    until = now.said.until
    return "over" if now.again == "over" and until and until > str(about.get("sent_on")) else None


def claim(store: Store, place: str, things: Sequence[Due], at: datetime) -> list[Entry]:
    """Says that these are being sent now. Raises StoreError when somebody else just did."""
    stamp = at.astimezone(UTC).isoformat(timespec="seconds")
    return _write(store, place, [(each, Said(_SENDING, about={"claimed_at": stamp})) for each in things], 0)


def keep(store: Store, place: str, things: Sequence[Due], day: date) -> None:
    """Says that these were told on a day."""
    told = [
        (each, Said(_SENT, about={**alert_states.about(each.row), "sent_on": day.isoformat()}))
        for each in things
    ]
    _write(store, place, told, 1)


def give_back(store: Store, claimed: Sequence[Entry]) -> None:
    """Takes a claim back after a delivery that failed: the next run tells these things."""
    if claimed:
        notebook.undo(store, claimed[0].batch, "")


def _write(store: Store, place: str, made: Sequence[tuple[Due, Said]], ahead: int) -> list[Entry]:
    writes = [Write(each.item, asdict(said), each.version + ahead) for each, said in made]
    return notebook.write(store, topic(place), writes, "")
