"""JSON text of any size read value by value: where each value stands, its text, and what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

CHUNK = 1 << 20
# One record larger than this is a quote that was never closed, or no record.
MAX_VALUE = 64 << 20
# Characters kept before the place at hand, to see whether a value begins its line.
BEHIND = 256
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode


def parsed(text: str) -> Any:
    """The value of a document; None for one that DuckDB takes and Python does not.

    That is one with a comma before a closing bracket, nested thousands of times, or with a number of thousands of
    figures.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class BrokenJsonError(ValueError):
    """The text is no JSON from here on: the line, and the text that was seen there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"no JSON at line {line}")
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Value:
    """A value, the line it begins on and its own text."""

    line: int
    text: str
    value: Any


class Cursor:
    """A place in a JSON text that moves on value by value; only the value at hand is in memory."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._at = 0
        self._is_all = False
        self.line = 1

    def peek(self) -> str:
        """The next character that is not space, '' at the end of the text."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._move(found.end() if found else self._at)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_on():
                return ""

    def take(self, character: str) -> None:
        """Step over that character, which must come next."""
        if self.peek() != character:
            raise self.broken()
        self._move(self._at + 1)

    def value(self) -> Value:
        """The next value, whole."""
        if not self.peek():
            raise self.broken()
        while True:
            try:
                value, end = _decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                # Near the end of what was read so far, a value may only be incomplete.
                is_open = error.msg.startswith("Unterminated") or error.pos > len(self._buffer) - 32
                if not is_open or len(self._buffer) - self._at > MAX_VALUE or not self._read_on():
                    raise self.broken() from error
            except (RecursionError, ValueError) as error:  # a ValueError for a number of thousands of figures
                raise self.broken() from error
            else:
                if end < len(self._buffer) or not self._read_on():
                    found = Value(self.line, self._buffer[self._at : end], value)
                    self._move(end)
                    return found

    def members(self) -> Iterator[str]:
        """The names in the object that comes next; the caller takes the value after each."""
        self.take("{")
        while self.peek() != "}":
            name = self.value().value
            self.take(":")
            yield str(name)
            if self.peek() != "}":
                self.take(",")
        self.take("}")

    def elements(self, *, is_inside: bool = False) -> Iterator[None]:
        """Stops before each element of the array that comes next, or that we are inside; the caller takes it."""
        if not is_inside:
            self.take("[")
        while self.peek() != "]":
            yield
            if self.peek() != "]":
                self.take(",")
        self.take("]")

    def broken(self) -> BrokenJsonError:
        """The error to raise here, with the text that stands here."""
        return BrokenJsonError(self.line, self._buffer[self._at : self._at + 2_000])

    def skip_to_line(self, start: str) -> bool:
        """Move to the next line that begins with exactly that text; False when there is none."""
        while True:
            place = self._buffer.find("\n" + start, self._at + 1)
            if place >= 0:
                self._move(place + 1)
                return True
            self._move(max(self._at, len(self._buffer) - len(start) - 1))
            if not self._read_on():
                return False

    def column(self) -> str | None:
        """The indentation of the value that comes next when it begins its line, else None."""
        self.peek()
        line_end = self._buffer.rfind("\n", max(self._at - BEHIND, 0), self._at)
        if line_end < 0:
            return None
        before = self._buffer[line_end + 1 : self._at]
        return None if before.strip() else before

    def _move(self, place: int) -> None:
        self.line += self._buffer.count("\n", self._at, place)
        self._at = place

    def _read_on(self) -> bool:
        """More text in the buffer, twice as much each time; what is behind is dropped but for the line at hand."""
        text = self._stream.read(max(CHUNK, len(self._buffer) - self._at))
        if not text:
            return False
        keep = max(self._at - BEHIND, 0)
        self._buffer = self._buffer[keep:] + text
        self._at -= keep
        return True
