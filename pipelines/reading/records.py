"""Delimited text taken apart into records, one at a time, each with its line and its raw text.

This is the careful reader: it knows exactly where a record stands, and a broken record costs only itself. DuckDB reads
the same files many times faster but silently drops what follows an unclosed quote, so `delimited` counts after it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TextIO

MAX_LINE = 16 << 20
# How far a quoted cell may reach before its opening quote is taken for a stray one.
MAX_CELL_LINES = 10_000
MAX_CELL_CHARACTERS = 8 << 20
# Below this size every further line is tried; above it only lines that can close the quote (else time is squared).
ALWAYS_TRY = 1 << 16

_QUOTED = re.compile(r' *"([^"]*(?:""[^"]*)*)"(?!") *')
_OPENING = re.compile(r' *"')
_PLAIN = {d: re.compile(rf"[^{re.escape(d)}\r\n]*") for d in ",;\t|"}


@dataclass(frozen=True)
class Dialect:
    """How cells are separated; `quote` is '"' or, in files where quotes are ordinary characters, ''."""

    separator: str
    quote: str = '"'


class Record(NamedTuple):
    """One record: its first line, raw text without the line end, its cells or why it has none."""

    line: int
    text: str
    cells: list[str]
    error: str | None = None
    #: False for the last record of a file that stops without a line end: it may have been cut
    is_ended: bool = True

    @property
    def is_blank(self) -> bool:
        return self.error is None and not self.text

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell.strip())


class _UnclosedError(Exception):
    """A quote opens and nothing closes it before the text ends."""


class _BrokenError(Exception):
    """Text goes on after a closing quote."""


def records(stream: TextIO, dialect: Dialect) -> Iterator[Record]:
    """One Record a record of the stream (opened with newline=''), blank lines included."""
    pending: deque[str] = deque()
    line = 1

    def following() -> str:
        return pending.popleft() if pending else stream.readline(MAX_LINE)

    while first := following():
        body, is_ended = _without_end(first)
        if not is_ended and len(first) >= MAX_LINE:
            yield Record(line, body, [], "line_too_long")
            continue
        if not dialect.quote or '"' not in body:
            yield Record(line, body, body.split(dialect.separator), None, is_ended)
            line += 1
            continue
        if (cells := _simple_record(first, dialect.separator)) is not None:
            yield Record(line, body, cells, None, is_ended)
            line += 1
            continue
        taken = [first]
        cells, error = _quoted_record(taken, following, dialect)
        if error:
            # Only the line where it began is lost; those after it are read again as records of their own.
            pending.extendleft(reversed(taken[1:]))
            del taken[1:]
        text, is_ended = _without_end("".join(taken))
        yield Record(line, text, cells, error, is_ended)
        line += len(taken)


def _simple_record(line: str, separator: str) -> list[str] | None:
    """The cells of a line that is a whole record, by Python's own parser; None when it takes more care.

    Python's parser is three times faster than patterns but keeps the quotes of a cell with spaces around them.
    """
    if ' "' in line or '" ' in line or line.count('"') % 2:
        return None
    try:
        return next(csv.reader((line,), delimiter=separator, strict=True))
    except csv.Error:
        return None


def _quoted_record(
    taken: list[str], following: Callable[[], str], dialect: Dialect
) -> tuple[list[str], str | None]:
    """The cells of a record that begins with the line in `taken`, to which the further lines it needs are added."""
    text, size, quotes = taken[0], len(taken[0]), taken[0].count('"')
    while True:
        if size < ALWAYS_TRY or quotes % 2 == 0:
            text = "".join(taken)
            try:
                return _cells(text, dialect.separator), None
            except _BrokenError:
                return [], "broken_quotes"
            except _UnclosedError:
                pass
        while True:
            more = following()
            if not more:
                return [], "unclosed_quote"
            taken.append(more)
            size += len(more)
            if len(taken) > MAX_CELL_LINES or size > MAX_CELL_CHARACTERS:
                return [], "unclosed_quote"
            if '"' in more:
                quotes += more.count('"')
                break


def _cells(text: str, separator: str) -> list[str]:
    cells: list[str] = []
    position, plain = 0, _PLAIN[separator]
    while True:
        if found := _QUOTED.match(text, position):
            cells.append(found[1].replace('""', '"'))
        elif _OPENING.match(text, position):
            raise _UnclosedError
        elif found := plain.match(text, position):  # always: the pattern also matches nothing
            cells.append(found[0])
        position = found.end() if found else len(text)
        if position == len(text):
            return cells
        if text[position] == separator:
            position += 1
        elif text[position:] in ("\n", "\r\n", "\r"):
            return cells
        else:
            raise _BrokenError


def _without_end(line: str) -> tuple[str, bool]:
    for end in ("\r\n", "\n", "\r"):
        if line.endswith(end):
            return line[: -len(end)], True
    return line, False
