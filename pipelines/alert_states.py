"""Who has in hand what the weekly list tells, what is known or muted, and when it is told again; kept in the notebook.

A thing is told by the data, its state by people. It is known by a key that later loads give it too, or by one that it
had before: a rise that was told of an article and then of one of its lots is the same. What was said of it holds until
its day, or until it is another thing than it was: it came back after quiet weeks, or twice as much is at stake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from pipelines import notebook
from pipelines.messages import Message
from pipelines.notebook import Entry, Write
from pipelines.store import Store, StoreError
from pipelines.work_states import Edit

TOPIC = "alert"
#: what people can say of a thing, in the order of a list
STATES = ("new", "known", "muted")
#: so many things are on the list of a week, and in a message
MOST = 7
#: so long a thing must be gone before it is told as one that came back: until then it only wavers
QUIET = timedelta(weeks=4)
#: so many times as much at stake is another thing
WORSE = 2.0

#: a row of view weekly_alerts
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What is said of one thing, and what the thing was then."""

    state: str = "new"
    owner: str = ""
    note: str = ""
    until: str | None = None  # of a muted one: the day on which it is told again, ISO
    about: Mapping[str, Any] | None = None
    gone_on: str | None = None  # the last day of data that no longer told it, ISO


@dataclass(frozen=True)
class Standing:
    """How a thing that the data tell stands today: its state, and why it is told again, if it is."""

    item: str  # under which the notebook has it
    version: int
    said: Said
    state: str
    again: str = ""  # came_back, worse, or over: the day until which it was muted


@dataclass(frozen=True)
class Kept:
    """One entry of the notebook about a thing."""

    item: str
    number: int
    version: int
    said: Said


def kept(store: Store, topic: str = TOPIC) -> list[Kept]:
    """Everything that was ever said of things, the newest first."""
    entries = sorted(notebook.current(store, topic).values(), key=lambda each: -each.number)
    return [Kept(entry.item, entry.number, entry.version, said_of(entry)) for entry in entries]


def said_of(entry: Entry) -> Said:
    """What an entry says; of one that took the last one back, nothing."""
    return Said(**entry.after) if entry.after else Said()


def of(row: Row, entries: Iterable[Kept]) -> Kept | None:
    """What was said of a thing, under its own key or one that it had before."""
    key, aliases = str(row["alert_key"]), frozenset(row["aliases"] or ())
    found = None
    for each in entries:
        if each.item == key:
            return each
        if found is None and (each.item in aliases or key in (each.said.about or {}).get("aliases", ())):
            found = each
    return found


def standing(row: Row, entries: Sequence[Kept], day: date) -> Standing:
    """How a thing stands on a day."""
    each = of(row, entries)
    if each is None:
        return Standing(str(row["alert_key"]), 0, Said(), "new")
    said = each.said
    again = why_again(row, said) if said.state != "new" else ""
    if not again and said.state == "muted" and said.until is not None and said.until <= day.isoformat():
        again = "over"
    return Standing(each.item, each.version, said, "new" if again else said.state, again)


def listed(rows: Iterable[Row], entries: Sequence[Kept], day: date) -> list[tuple[Row, Standing]]:
    """The list of the week: the most pressing first, without the muted, seven at most."""
    every = ((row, standing(row, entries, day)) for row in rows)
    return [(row, now) for row, now in every if now.state != "muted"][:MOST]


def why_again(row: Row, said: Said) -> str:
    """Why a thing that was said of is another one now: came_back or worse; '' while it is the same."""
    about = said.about or {}
    data_date, began = row["data_date"], row["began_date"]
    if said.gone_on and data_date is not None and data_date >= date.fromisoformat(said.gone_on) + QUIET:
        return "came_back"
    if began is not None and about.get("on") and began.isoformat() > about["on"]:
        return "came_back"  # the data show the quiet weeks before it
    # money is compared with money of the same currency, else the size
    money = about.get("amount_cents") and row["amount_cents"] and about.get("currency") == row["currency"]
    before, now = (about["amount_cents"], row["amount_cents"]) if money else (about.get("size"), row["size"])
    return "worse" if before and now and now >= WORSE * before else ""


def about(row: Row) -> dict[str, Any]:
    """What a thing is now, to tell later whether it is still the same, and for when it is gone from the data."""
    kept_as_is = ("kind", "cause", "place_kind", "place", "amount_cents", "currency", "size")
    day = row["data_date"]
    return {
        **{name: row[name] for name in kept_as_is},
        "aliases": list(row["aliases"] or ()),
        "on": day.isoformat() if day else None,
    }


def edit(store: Store, things: Sequence[tuple[Row, Standing]], change: Edit, who: str) -> list[Entry]:
    """Changes several things at once, all or none.

    Raises StoreError when one of them was changed since it was looked at, or when the change makes no sense.
    """
    if change.state is not None and change.state not in STATES:
        raise StoreError(Message("unknown_state", {"state": change.state}))
    if change.state == "muted" and change.until is None:
        raise StoreError(Message("muted_without_day"))
    writes = []
    for row, now in things:
        state = change.state or now.state
        until = (change.until.isoformat() if change.until else now.said.until) if state == "muted" else None
        made = Said(
            state,
            now.said.owner if change.owner is None else change.owner.strip(),
            now.said.note if change.note is None else change.note.strip(),
            until,
            about(row),
        )
        writes.append(Write(now.item, asdict(made), now.version))
    return notebook.write(store, TOPIC, writes, who)


def note_gone(store: Store, rows: Sequence[Row], day: date, topic: str = TOPIC) -> list[Entry]:
    """Writes down which things that something was said of are no longer told by the data, and which are again.

    `rows` are all things of the newest data, unfiltered, and `day` is its last day. What another visitor wrote in this
    very moment stays as it is; the next look finds the rest.
    """
    entries = kept(store, topic)
    there = {each.item for row in rows if (each := of(row, entries)) is not None}
    writes = []
    for each in entries:
        said, is_there = each.said, each.item in there
        if said.about is None or is_there == (said.gone_on is None):
            continue
        if is_there and day >= date.fromisoformat(said.gone_on or "") + QUIET:
            continue  # it came back: it stays so until somebody says something of it
        changed = {**asdict(said), "gone_on": None if is_there else day.isoformat()}
        writes.append(Write(each.item, changed, each.version))
    if not writes:
        return []
    try:
        return notebook.write(store, topic, writes, "")
    except StoreError as error:
        if error.message.code.startswith("notebook_changed"):
            return []
        raise
