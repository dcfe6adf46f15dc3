"""The orders in which APIs list records: an export with a cursor, the oldest or the newest change first, or any."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sync.vendor import Answer, Ask, Document, Page, Position, Record, inside, moment, written

#: makes the documents of an answer what an export of the vendor would hold
Shape = Callable[[Any], list[Document]]
#: readings of a list that goes on changing, in one sync; what changes later is left to the next
READINGS = 6


@dataclass(frozen=True)
class CursorExport:
    """An export that hands out a cursor with every page, also with the last: the next sync goes on from there."""

    name: str
    path: str
    shape: Shape
    begins: Callable[[datetime | None], Mapping[str, str | int]]
    params: Mapping[str, str | int] = field(default_factory=dict)
    cursor_param: str = "cursor"
    cursor: str = "after_cursor"
    ended: str = "end_of_stream"
    changed: str = "updated_at"
    overlap: timedelta = timedelta(0)
    is_newest_first: bool = False

    def begin(self, since: datetime | None) -> Position:
        return dict(self.begins(since))

    def ask(self, position: Position) -> Ask:
        return Ask(self.path, {**position, **self.params})

    def take(self, position: Position, answer: Answer) -> Page:
        cursor = inside(answer.data, self.cursor)
        after = {self.cursor_param: cursor} if cursor else position
        records = [
            Record(self.name, document, _changed(document, self.changed))
            for document in self.shape(answer.data)
        ]
        is_last = bool(inside(answer.data, self.ended)) or after == position
        return Page(records, None if is_last else after, after if cursor else None)


@dataclass(frozen=True)
class OldestFirst:
    """A list since a moment, the oldest change first, in numbered pages.

    The next page is asked for by the last change seen, not by its number: a record that changes meanwhile moves to the
    end, and with numbers, what stood behind it would move up a place and be skipped. Numbers serve only within one
    second. Whether the vendor's "since" includes that second does not matter: it is asked from the second before.
    """

    name: str
    path: str
    since_param: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    shape: Shape = lambda data: list(data or [])
    changed: str = "updated_at"
    page_param: str = "page"
    first_page: int = 1
    size: int = 100
    form: Callable[[datetime], str] = written
    earliest: datetime | None = None
    overlap: timedelta = timedelta(minutes=10)
    is_newest_first: bool = False

    def changed_at(self, document: Document) -> datetime | None:
        """When a record last changed; never later than the time by which the vendor sorts it."""
        return _changed(document, self.changed)

    def is_last(self, answer: Answer, count: int) -> bool:
        """Whether nothing follows a page of so many records."""
        return count < self.size

    def begin(self, since: datetime | None) -> Position:
        at = since or self.earliest
        return {"since": at.isoformat() if at else None, "page": self.first_page}

    def ask(self, position: Position) -> Ask:
        since = {self.since_param: self.form(moment(position["since"]))} if position["since"] else {}
        return Ask(self.path, {**self.params, **since, self.page_param: position["page"]})

    def take(self, position: Position, answer: Answer) -> Page:
        documents = self.shape(answer.data)
        records = [Record(self.name, each, self.changed_at(each)) for each in documents]
        if self.is_last(answer, len(documents)):
            return Page(records)
        times = [record.changed_at for record in records if record.changed_at]
        behind = max(times) - timedelta(seconds=1) if times else None
        if behind and (position["since"] is None or behind > moment(position["since"])):
            return Page(records, {"since": behind.isoformat(), "page": self.first_page})
        return Page(records, {**position, "page": position["page"] + 1})


@dataclass(frozen=True)
class NewestFirst:
    """A list that knows no "since": the newest change first, read until what is known already comes."""

    name: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    records: str = "data"
    #: where the answer has the cursor of the next page; '' when pages are counted by `offset_param`
    cursor: str = "meta.next_cursor"
    cursor_param: str = "cursor"
    offset_param: str = ""
    size: int = 100
    changed: str = "updated_datetime"
    #: what is kept of a document; None where nothing is
    shape: Callable[[Document], Document | None] = lambda document: document
    overlap: timedelta = timedelta(minutes=10)
    is_newest_first: bool = True

    def begin(self, since: datetime | None) -> Position:
        return {"until": since.isoformat() if since else None, "cursor": None, "offset": 0}

    def ask(self, position: Position) -> Ask:
        if self.offset_param:
            return Ask(self.path, {**self.params, self.offset_param: position["offset"]})
        cursor = {self.cursor_param: position["cursor"]} if position["cursor"] else {}
        return Ask(self.path, {**self.params, **cursor})

    def take(self, position: Position, answer: Answer) -> Page:
        documents = inside(answer.data, self.records) or []
        until = moment(position["until"]) if position["until"] else None
        records = [Record(self.name, each, _changed(each, self.changed)) for each in documents]
        new = [
            each for each in records if until is None or each.changed_at is None or each.changed_at >= until
        ]
        cursor = inside(answer.data, self.cursor) if self.cursor else None
        has_more = len(documents) >= self.size if self.offset_param else bool(cursor) and bool(documents)
        kept = [replace(each, document=shaped) for each in new if (shaped := self.shape(each.document))]
        if not has_more or len(new) < len(records):
            return Page(kept)
        offset = position["offset"] + len(documents)
        return Page(kept, {**position, "cursor": cursor, "offset": offset})


@dataclass(frozen=True)
class ChangedSince:
    """A list of what changed since a moment, in an order that is not that of the changes.

    Nothing leaves such a list while it is read, so no page is skipped; what enters it meanwhile may stand on a page
    that was read already. So a reading of several pages is followed by another, from when it began, until one page
    holds all; and the next sync begins where the last reading did. When that was, the vendor's clock says: the Date of
    its answer.
    """

    name: str
    path: str
    since_param: str
    #: where the answer has the documents
    records: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    #: how many there are, for lists whose pages begin at an offset
    total: str = ""
    offset_param: str = "offset"
    size: int = 100
    #: where the answer has the place of the next page, for vendors that hand one out
    following: str = ""
    following_param: str = ""
    changed: Callable[[Document], datetime | None] = lambda _: None
    form: Callable[[datetime], str] = written
    overlap: timedelta = timedelta(minutes=10)
    is_newest_first: bool = False

    def begin(self, since: datetime | None) -> Position:
        return {"since": since.isoformat() if since else None}

    def ask(self, position: Position) -> Ask:
        since = {self.since_param: self.form(moment(position["since"]))} if position["since"] else {}
        return Ask(self.path, {**self.params, **since, **self.place(position.get("place"))})

    def place(self, place: str | int | None) -> dict[str, str | int]:
        """The parameters that name a page; None is the first."""
        if self.following:
            return {} if place is None else {self.following_param: place}
        return {self.offset_param: place or 0}

    def take(self, position: Position, answer: Answer) -> Page:
        documents = inside(answer.data, self.records) or []
        records = [Record(self.name, each, self.changed(each)) for each in documents]
        began = position.get("began") or answered_at(answer)
        following = self._next(position.get("place"), answer, len(documents))
        if following is not None:
            return Page(records, {**position, "place": following, "began": began})
        if began is None:
            return Page(records)
        after = self.begin(moment(began) - self.overlap)
        reading = position.get("reading", 1)
        if position.get("place") is not None and reading < READINGS:
            return Page(records, {**after, "reading": reading + 1})
        return Page(records, resume=after)

    def _next(self, place: str | int | None, answer: Answer, count: int) -> str | int | None:
        """The place of the next page; None after the last."""
        if self.following:
            found: str | None = inside(answer.data, self.following)
            return found if found and found != place and count else None
        behind = int(place or 0) + count
        total = inside(answer.data, self.total) if self.total else None
        is_last = count == 0 or (count < self.size if total is None else behind >= int(total))
        return None if is_last else behind


def answered_at(answer: Answer) -> str | None:
    """The vendor's time, as its answer tells it."""
    try:
        at = email.utils.parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def told(*paths: str) -> Callable[[Document], datetime | None]:
    """Reads a document's last change at the first of the paths that has a time."""

    def read(document: Document) -> datetime | None:
        return next((at for path in paths if (at := _changed(document, path))), None)

    return read


def _changed(document: Document, path: str) -> datetime | None:
    text = inside(document, path)
    return moment(text) if isinstance(text, str) and text else None
