"""Lists that are asked for by a span of time, never by page: a span that holds more than one answer takes is divided.

So nothing depends on what an offset counts, nor on an order that changes while a list is read: a record that changes
meanwhile leaves its span for the last one, which has no end and is asked for last.

Some lists tell when a record was made, and not when it last changed. Of those, what was made lately is read again each
time, and so is whatever was not closed when it was last seen, by the moment at which it was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.messages import Message
from pipelines.sync.feeds import answered_at
from pipelines.sync.vendor import Answer, Ask, Document, Page, Position, Record, SyncError, inside, moment

#: what is asked for at once
SIZE = 200
#: no longer span is asked for: eBay, without an end, looks no further than 90 days
_LONGEST = timedelta(days=89)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)

#: from, to (None: until now), and the ids that are wanted (None: all)
Window = list[Any]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Windows:
    """One list. `span` gives the parameters of a span of time, `at` the time by which the list goes."""

    name: str
    path: str
    records: str
    id_name: str
    span: Callable[[datetime, datetime | None], Mapping[str, str]]
    at: Callable[[Document], datetime | None]
    system: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    #: how far back the vendor lets us ask
    earliest: timedelta = timedelta(days=540)
    #: how much of the end is read again each time
    overlap: timedelta = timedelta(hours=1)
    #: how much further back a reading begins, so that what was still open then is met
    lookback: timedelta = timedelta(0)
    #: whether a record may still change, for lists that go by when it was made
    is_open: Callable[[Document], bool] = lambda _: False
    #: whether there is anything to load in it
    counts: Callable[[Document], bool] = lambda _: True
    is_newest_first: bool = False

    def begin(self, since: datetime | None) -> Position:
        earliest = _now() - self.earliest
        start = max(since - self.lookback, earliest) if since else earliest
        return {"windows": [_window(start)], "open": {}}

    def ask(self, position: Position) -> Ask:
        start, end, _ = _first(position)[0]
        span = self.span(moment(start), moment(end) if end else None)
        return Ask(self.path, {**self.params, **span, "limit": SIZE}, headers=self.headers)

    def take(self, position: Position, answer: Answer) -> Page:
        window, rest = _first(position)
        documents = inside(answer.data, self.records) or []
        wanted = [each for each in documents if window[2] is None or str(each[self.id_name]) in window[2]]
        rest = [*self._parts(window, answer, len(documents)), *rest]
        read_at = moment(answered_at(answer) or _now().isoformat())
        still_open = {
            str(each[self.id_name]): made.isoformat()
            for each in wanted
            if self.is_open(each) and (made := self.at(each))
        }
        seen = {str(each[self.id_name]) for each in wanted}
        known = {name: made for name, made in position["open"].items() if name not in seen} | still_open
        # what is open counts as of today, so that it is remembered for as long as it is met again
        records = [
            Record(self.name, each, read_at if self.is_open(each) else self.at(each))
            for each in wanted
            if self.counts(each)
        ]
        if rest:
            return Page(records, {"windows": rest, "open": known})
        return Page(records, resume=self._next_time(known, read_at))

    def _parts(self, window: Window, answer: Answer, count: int) -> list[Window]:
        """A window that holds more than came, in smaller ones; none when all came."""
        told = [inside(answer.data, path) for path in ("total", "paginationOutput.totalEntries")]
        totals = [total for total in told if isinstance(total, int)]
        total = max(totals) if totals else count if count < SIZE else 2 * SIZE
        if total <= count:
            return []
        start, end = moment(window[0]), moment(window[1]) if window[1] else _now()
        seconds = int((end - start).total_seconds())
        if seconds <= 1:
            if count < SIZE:  # it announces more than it gives, and a smaller question there is not
                return []
            said = f"{self.path}: more than {SIZE} at {window[0]}"
            raise SyncError(Message("sync_not_understood", {"system": self.system, "said": said}))
        parts = min(math.ceil(total / max(count, 1)) + 1, seconds)
        bounds = [start + timedelta(seconds=seconds * number // parts) for number in range(parts)]
        texts = [*(bound.isoformat() for bound in bounds), window[1]]
        return [[texts[number], texts[number + 1], window[2]] for number in range(parts)]

    def _next_time(self, still_open: Mapping[str, str], read_at: datetime) -> Position:
        """Where the next sync begins: at what is open and older than what is read again anyway, then at that."""
        recent, oldest = read_at - self.overlap, _now() - self.earliest
        older = {name: moment(made) for name, made in still_open.items() if oldest < moment(made) < recent}
        return {"windows": [*_around(older), _window(recent)], "open": {}}


def _window(start: datetime, end: datetime | None = None, ids: Sequence[str] | None = None) -> Window:
    """Bounds are whole seconds; both belong to it."""
    text = None if end is None else end.replace(microsecond=0).isoformat()
    return [start.replace(microsecond=0).isoformat(), text, None if ids is None else list(ids)]


def _first(position: Position) -> tuple[Window, list[Window]]:
    """The window to ask for now, no longer than allowed, and those that come after it."""
    (start, end, ids), *rest = position["windows"]
    longest = moment(start) + _LONGEST
    if longest < (moment(end) if end else _now()):
        return [start, longest.isoformat(), ids], [[longest.isoformat(), end, ids], *rest]
    return [start, end, ids], rest


def _around(made: Mapping[str, datetime]) -> list[Window]:
    """Windows in which these records were made; those of a day share one."""
    groups: list[list[tuple[datetime, str]]] = []
    for at, name in sorted((at, name) for name, at in made.items()):
        if groups and at - groups[-1][0][0] < _DAY:
            groups[-1].append((at, name))
        else:
            groups.append([(at, name)])
    return [
        _window(group[0][0] - _SECOND, group[-1][0] + 2 * _SECOND, [name for _, name in group])
        for group in groups
    ]
