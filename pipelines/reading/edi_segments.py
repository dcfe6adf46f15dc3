"""The segments of an X12 interchange, by the separators that its own header (ISA) declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

CHUNK = 1 << 18
#: no segment of a real file comes near; without a limit a lost terminator would take the file into memory
MAX_SEGMENT = 1 << 16
#: where an interchange header may end: it has 106 characters, more with the line ends of a mailbox around it
HEADER = 600

_LOOKS_LIKE = re.compile(r"\s*ISA([^A-Za-z0-9 \t\r\n])\d\d\1")
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")


@dataclass(frozen=True)
class Separators:
    """What parts elements and ends segments in one interchange."""

    element: str
    terminator: str


@dataclass(frozen=True)
class Segment:
    """One segment: the line where it begins, its text without line ends, and its elements, the tag first."""

    line: int
    text: str
    elements: tuple[str, ...]
    problem: str | None = None

    @property
    def tag(self) -> str:
        return self.elements[0]

    def element(self, number: int) -> str:
        """The element at its X12 position (W1902 is 2), '' when the segment stops before."""
        return self.elements[number].strip() if number < len(self.elements) else ""


def is_interchange(text: str) -> bool:
    """Whether a text begins as an interchange does, its header whole or not."""
    return _LOOKS_LIKE.match(text) is not None


def separators(text: str) -> Separators | None:
    """What the header at the beginning of the text declares; None when it is not whole.

    The terminator may be a line end. Where it is not, mailboxes may have broken the header over lines.
    """
    head = text.lstrip()[:HEADER]
    return _declared(head) or _declared(re.sub(r"[\r\n]", "", head))


def _declared(head: str) -> Separators | None:
    if len(head) < 4 or not head.startswith("ISA"):
        return None
    parts = head.split(head[3], 16)
    if len(parts) < 17 or len(parts[1]) != 2 or len(parts[3]) != 2 or not re.fullmatch(r"\d{5}", parts[12]):
        return None
    component, after = parts[16][:1], parts[16][1:3]
    if not component or component in "\r\n" or not after or after[0].isalnum() or after[0] in (head[3], " "):
        return None
    return Separators(head[3], "\n" if after == "\r\n" else after[0])


class _Text:
    """A text read in pieces, that knows on which line it is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.buffer = ""
        self.line = 1

    def more(self) -> bool:
        text = self._stream.read(CHUNK)
        self.buffer += text
        return bool(text)

    def drop(self, count: int) -> str:
        """The next characters, which are then behind us."""
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        self.line += taken.count("\n")
        return taken

    def skip_blanks(self) -> None:
        while True:
            blank = len(self.buffer) - len(self.buffer.lstrip())
            self.drop(blank)
            if self.buffer or not self.more():
                return


def segments(stream: TextIO) -> Iterator[Segment]:
    """All segments in order. A new header after the end of an interchange brings its own separators.

    What cannot be a segment carries its problem: `edi_bad_segment`, `edi_too_long`, or `edi_cut_off` for the last one.
    """
    text = _Text(stream)
    marks: Separators | None = None
    while True:
        text.skip_blanks()
        if not text.buffer:
            return
        if text.buffer.startswith("ISA") or marks is None:
            while len(text.buffer) < HEADER and text.more():
                pass
            marks = separators(text.buffer) or marks
            if marks is None:
                return
        yield from _next(text, marks)


def _next(text: _Text, marks: Separators) -> Iterator[Segment]:
    """The segment that comes next; those that end in the buffer with it, as long as no header is among them."""
    searched = 0
    while text.buffer.find(marks.terminator, searched) < 0:
        searched = len(text.buffer)
        if searched > MAX_SEGMENT:
            yield _too_long(text, marks)
            return
        if not text.more():
            line, rest = text.line, text.drop(len(text.buffer))
            last = _segment(line, rest, marks)
            # the terminator of the very last segment is often missing
            is_trailer = last.tag in ("SE", "GE", "IEA") and last.problem is None
            yield last if is_trailer else Segment(line, last.text, last.elements, "edi_cut_off")
            return
    whole = text.buffer.rfind(marks.terminator) + 1
    place = text.line
    done = 0
    for raw in text.buffer[:whole].split(marks.terminator)[:-1]:
        bare = raw.lstrip()
        if done and bare.startswith("ISA"):
            break
        done += len(raw) + 1
        if bare:
            begin = place + raw[: len(raw) - len(bare)].count("\n")
            yield _segment(begin, raw, marks)
        place += raw.count("\n") + (marks.terminator == "\n")
    text.drop(done)


def _segment(line: int, raw: str, marks: Separators) -> Segment:
    bare = raw.replace("\r", "").replace("\n", "").replace("\x00", "").strip(" \t")
    if len(bare) > MAX_SEGMENT:
        return Segment(line, bare[:MAX_SEGMENT], (bare[:3],), "edi_too_long")
    elements = tuple(bare.split(marks.element))
    problem = None if _TAG.fullmatch(elements[0]) else "edi_bad_segment"
    return Segment(line, bare, elements, problem)


def _too_long(text: _Text, marks: Separators) -> Segment:
    """What stands before the next terminator, its beginning kept; the rest is skipped without being held."""
    line = text.line
    shown = text.drop(MAX_SEGMENT)
    while (end := text.buffer.find(marks.terminator)) < 0:
        text.drop(len(text.buffer))
        if not text.more():
            return Segment(line, shown, (shown[:3],), "edi_too_long")
    text.drop(end + 1)
    return Segment(line, shown, (shown[:3],), "edi_too_long")
