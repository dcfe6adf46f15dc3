"""Notes on the time axis: promotions, moves, a new supplier, a changed price; written in the app or read from a list.

They say what people know and data do not, and are drawn on the trends of what they are about. Kept in the notebook.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from pipelines import notebook, scopes
from pipelines.messages import Message
from pipelines.notebook import Entry, Write
from pipelines.phrases import Normal, normaliser
from pipelines.shop_lists import ListHeaderError, read_list
from pipelines.store import Store, StoreError

TOPIC = "note"
KINDS = ("promotion", "move", "supplier", "price", "other")
LONGEST = 300
#: what lists call our columns; each filter goes by its own name as well
HEADERS: Mapping[str, Sequence[str]] = {
    "day": ("date", "day", "jour", "début", "from", "du"),
    "until": ("until", "fin", "to", "au", "jusqu'au", "jusqu’au", "end"),
    "kind": ("kind", "type", "genre"),
    "text": ("text", "texte", "note", "libellé", "description"),
    "channel": ("canal",),
    "cause": ("cause racine", "root cause"),
    "family": ("famille",),
    "party": ("responsable", "qui peut agir"),
    "sku": ("article", "référence", "item"),
    "supplier": ("fournisseur",),
    "warehouse": ("entrepôt",),
    "carrier": ("transporteur",),
    "country": ("pays",),
}
_KINDS: Mapping[str, Sequence[str]] = {
    "promotion": ("promo", "soldes", "sale", "sales"),
    "move": ("déménagement", "moving"),
    "supplier": ("fournisseur", "nouveau fournisseur", "new supplier"),
    "price": ("prix", "changement de prix", "price change"),
    "other": ("autre", ""),
}
_BETWEEN = "|"  # of several values in a cell


class NotesError(ValueError):
    """A list that cannot be taken; one message for each line that is wrong."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__(", ".join(message.code for message in messages))
        self.messages = messages


@dataclass(frozen=True)
class Note:
    """What happened, from which day on (to which), and to what; days in ISO. No scope: the whole shop."""

    day: str
    text: str
    kind: str = "other"
    until: str | None = None
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """Its first day."""
        return date.fromisoformat(self.day)

    @property
    def last(self) -> date:
        """Its last day."""
        return date.fromisoformat(self.until or self.day)


def current(store: Store) -> dict[str, tuple[int, Note]]:
    """Version and text of every note that is there, by its item."""
    return {
        item: (entry.version, Note(**entry.after))
        for item, entry in notebook.current(store, TOPIC).items()
        if entry.after is not None
    }


def save(store: Store, note: Note, who: str, item: str | None = None, seen: int = 0) -> list[Entry]:
    """Writes a note down, a new one without `item`. Raises StoreError for one that says too little or nonsense."""
    problem = _problem(note)
    if problem is not None:
        raise StoreError(problem)
    if item is None:
        return save_all(store, [note], who)
    return notebook.write(store, TOPIC, [Write(item, _value(note), seen)], who)


def save_all(store: Store, notes: Iterable[Note], who: str) -> list[Entry]:
    """Writes notes down as one change, that can be taken back as one; those that are there already are no change."""
    there = notebook.current(store, TOPIC)
    values = {_item(value): value for value in map(_value, notes)}
    # a note of the same words that somebody changed or took off since is left as they left it, unless it is gone
    writes = [
        Write(item, value, there[item].version if item in there else 0)
        for item, value in values.items()
        if item not in there or there[item].after is None
    ]
    return notebook.write(store, TOPIC, writes, who)


def delete(store: Store, item: str, seen: int, who: str) -> list[Entry]:
    """Takes a note off; its history stays, and undoing brings it back."""
    return notebook.write(store, TOPIC, [Write(item, None, seen)], who)


def read(text: str, file: str, causes: Mapping[str, Sequence[str]]) -> list[Note]:
    """The notes of a list; `causes` are the titles of each cause. Raises NotesError, which names every bad line."""
    with normaliser() as normal:
        titles = {name: [name, *HEADERS[name]] for name in HEADERS}
        headers = {code: name for name, words in titles.items() for code in normal.codes(words) if code}
        try:
            rows = read_list(text, headers, ("day", "text"))
        except ListHeaderError as error:
            raise NotesError([Message("notes_header", {"file": file, "header": error.header})]) from error
        kinds = _words({kind: [kind, *words] for kind, words in _KINDS.items()}, normal)
        known = _words({cause: [cause, *words] for cause, words in causes.items()}, normal)
        found, wrong = [], []
        month_first = _is_month_first([cells.get(name, "") for _, cells in rows for name in ("day", "until")])
        for line, cells in rows:
            try:
                note = _note(cells, kinds, known, normal, month_first)
            except NotesError as error:
                wrong += [Message(m.code, {**m.params, "file": file, "line": line}) for m in error.messages]
            else:
                found.append(note)
    if wrong:
        raise NotesError(wrong)
    return found


def _note(
    cells: Mapping[str, str],
    kinds: Mapping[str, str],
    causes: Mapping[str, str],
    normal: Normal,
    month_first: bool | None,
) -> Note:
    day = _day(cells.get("day", ""), month_first)
    until = _day(cells["until"], month_first) if cells.get("until") else None
    kind = kinds.get(normal.codes([cells.get("kind", "")])[0])
    if kind is None:
        raise NotesError([Message("notes_kind", {"value": cells["kind"], "choices": ", ".join(KINDS)})])
    scope: dict[str, list[str]] = {}
    for name in scopes.VARIABLES:
        values = [value.strip() for value in cells.get(name, "").split(_BETWEEN) if value.strip()]
        if name == "cause":
            codes = {value: causes.get(normal.codes([value])[0]) for value in values}
            unknown = [value for value, code in codes.items() if code is None]
            if unknown:
                raise NotesError([Message("notes_cause", {"value": unknown[0]})])
            values = [code for code in codes.values() if code is not None]
        scope[name] = values
    note = Note(day, cells.get("text", ""), kind, until, scopes.tidy(scope))
    problem = _problem(note)
    if problem is not None:
        raise NotesError([Message(f"notes_{problem.code.removeprefix('note_')}", problem.params)])
    return note


def _words(of: Mapping[str, Sequence[str]], normal: Normal) -> dict[str, str]:
    return {code: name for name, words in of.items() for code in normal.codes(words)}


_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def _is_month_first(cells: Sequence[str]) -> bool | None:
    """Whether the month stands first in 03/04/2026, by the whole list; None when nothing in it tells."""
    pairs = [(int(match[1]), int(match[2])) for cell in cells if (match := _SLASHED.fullmatch(cell.strip()))]
    if any(first > 12 for first, _ in pairs):
        return False
    return True if any(second > 12 for _, second in pairs) else None


def _day(cell: str, month_first: bool | None) -> str:
    text = cell.strip()
    match = _SLASHED.fullmatch(text)
    try:
        if match is None:
            return date.fromisoformat(text).isoformat()
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if month_first is None and first != second:
            raise NotesError([Message("notes_day_unclear", {"value": text})])
        return date(year, *((first, second) if month_first else (second, first))).isoformat()
    except ValueError as error:
        if isinstance(error, NotesError):
            raise
        raise NotesError([Message("notes_day", {"value": text})]) from error


def _problem(note: Note) -> Message | None:
    if not note.text.strip():
        return Message("note_without_text")
    if note.kind not in KINDS:
        return Message("note_kind", {"value": note.kind})
    if note.last < note.first:
        return Message("note_until", {"day": note.day, "until": str(note.until)})
    return None


def _value(note: Note) -> dict[str, Any]:
    text = re.sub(r"\s+", " ", note.text).strip()[:LONGEST]
    return {**asdict(note), "text": text, "scope": scopes.tidy(note.scope)}


def _item(value: Mapping[str, Any]) -> str:
    """A name that the same note has again, so that a list that is loaded twice changes nothing."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
