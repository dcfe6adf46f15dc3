"""The transaction sets of X12 segments as records: a document a line, or a document a set.

A set of stock, receipts, adjustments or statuses gives a document a line, with what its heading says beside it; a
shipping advice (945) is about one order, so it gives one document with its lines in a list. Segments keep their
elements under their X12 positions, the tag at 0: `$.line.W19[0][2]` is W1902. Those that begin with a qualifier are
found by it: `$.head.N1_WH[0][4]`. Product ids are paired with their qualifiers under `ids`. Postal addresses and the
names of persons are not taken over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from pipelines.reading.edi_segments import Segment, segments

SHOWN = 10_000
#: the segment that begins a line, for sets that give a document a line, and for those that give one as a whole
LINES = {"846": "LIN", "870": "PO1", "944": "W07", "947": "W19"}
WHOLE = {"945": "W12"}

# A heading is repeated beside each of its lines, so it is kept short; what is left out is read by nobody.
_HEAD_SEGMENTS, _ELEMENTS, _ELEMENT = 60, 30, 80
_RECORD = 1 << 20

_QUALIFIED = frozenset(("N1", "N9", "REF", "DTM", "G62", "QTY", "MAN"))
# N2, N3, N4 and PER tell who somebody is and where he lives.
_PERSONAL = frozenset(("N2", "N3", "N4", "PER", "NM1"))
#: of N1 only parties of the trade are kept: warehouse, ship from, depositor, seller, supplier, vendor, remitter, buyer
_PARTIES = frozenset(("WH", "SF", "DE", "SE", "SU", "VN", "RS", "RI", "BY", "DS"))
#: where the pairs of qualifier and product id begin
_PAIRS = {"LIN": 1, "PO1": 5, "W07": 3, "W12": 6, "W19": 4}
_PRODUCT = frozenset(
    "SK VN VP VA VC MG MF MN PI PN IN IT BP CB UP UK UI UA EN EO EAN ZZ".split()
)  # X12 element 235, as far as it is used for goods

Group = dict[str, Any]


@dataclass
class Record:
    """A document, or what could not become one, of one kind of set."""

    code: str
    line: int
    text: str
    document: Group | None = None
    problem: str | None = None
    #: the set's own count of its segments was another one
    is_miscounted: bool = False


@dataclass
class _Set:
    """A transaction set while it is read."""

    code: str
    first: Segment
    sender: str
    head: Group = field(default_factory=dict)
    order: Group = field(default_factory=dict)
    packs: Group = field(default_factory=dict)
    lines: list[Group] = field(default_factory=list)
    #: where the next segment goes
    place: str = "head"
    texts: list[str] = field(default_factory=list)
    line: int = 0
    size: int = 0
    ordinal: int = 0
    problem: str | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if self.code in WHOLE:
            self._begin(self.first)

    @property
    def is_open(self) -> bool:
        """Whether a record is being read."""
        return self.code in WHOLE or self.place == "line" or bool(self.order)

    def take(self, segment: Segment) -> Iterator[Record]:
        """What the segment ends: the record before the line that it begins."""
        self.count += 1
        if self.code in LINES and (
            segment.tag == LINES[self.code] or (segment.tag == "HL" and segment.element(3) == "O")
        ):
            yield from self.end()
            self._begin(segment)
        if segment.problem and (self.is_open or self.code in WHOLE):
            self.problem = self.problem or segment.problem
        elif segment.problem:
            yield Record(self.code, segment.line, segment.text[:SHOWN], problem=segment.problem)
            return
        self._keep(segment)

    def _begin(self, segment: Segment) -> None:
        self.texts, self.size, self.line, self.problem = [], 0, segment.line, None
        if segment.tag == "HL":
            self.order, self.place, self.lines = {}, "order", []
        elif self.code in LINES:
            self.ordinal += 1
            self.place, self.lines = "line", [{"ordinal": self.ordinal}]

    def _keep(self, segment: Segment) -> None:
        if self.place == "head" and self.code in LINES:
            _put(self.head, segment, _HEAD_SEGMENTS)
            return
        if not self.texts:
            self.line = segment.line
        self.size += len(segment.text)
        if self.size > _RECORD:
            self.problem = self.problem or "edi_too_long"
            return
        self.texts.append(segment.text)
        if self.problem:
            return
        if self.code in WHOLE and segment.tag in ("LX", WHOLE[self.code]):
            self.place = "packs" if segment.tag == "LX" else "line"
            if self.place == "line":
                self.ordinal += 1
                self.lines.append({"ordinal": self.ordinal})
        group = self.lines[-1] if self.place == "line" else getattr(self, self.place)
        _put(group, segment, _HEAD_SEGMENTS if self.place == "order" else None)

    def end(self, problem: str | None = None, *, is_miscounted: bool = False) -> Iterator[Record]:
        """The record that was being read; a whole order's status when no line of it was told."""
        is_told = self.code in WHOLE or self.place == "line" or "ISR" in self.order
        self.problem = self.problem or problem
        if is_told or (self.problem and self.texts):
            record = Record(self.code, self.line, "\n".join(self.texts)[:SHOWN], is_miscounted=is_miscounted)
            if self.problem:
                record.problem = self.problem
            else:
                record.document = self._document()
            yield record
        elif self.problem:
            yield Record(self.code, self.first.line, self.first.text[:SHOWN], problem=self.problem)
        elif is_miscounted:
            yield Record(self.code, self.first.line, "", is_miscounted=True)
        self.texts, self.problem = [], None
        if self.code in LINES:
            self.place = "order" if self.order else "head"

    def _document(self) -> Group:
        told = {
            "set": self.code,
            "control": self.first.element(2)[:_ELEMENT],
            "sender": self.sender[:_ELEMENT],
            "head": self.head,
        }
        if self.code in WHOLE:
            return {**told, "packs": self.packs, "lines": self.lines}
        if self.code == "870":
            told["order"] = self.order
        return {**told, "line": self.lines[-1]} if self.place == "line" else told


def _put(group: Group, segment: Segment, limit: int | None) -> None:
    """Keep a segment under its tag, by its qualifier too where it has one, as long as there is room."""
    tag, qualifier = segment.tag, segment.element(1)
    if tag in _PERSONAL or (tag == "N1" and qualifier not in _PARTIES):
        return
    if limit is not None and sum(map(len, group.values())) >= limit:
        return
    elements = [each.strip()[:_ELEMENT] for each in segment.elements[:_ELEMENTS]]
    if tag in _PAIRS:
        group["ids"] = _product_ids(elements, _PAIRS[tag])
    if tag in _QUALIFIED and qualifier.isalnum() and qualifier.isascii() and len(qualifier) <= 3:
        tag = f"{tag}_{qualifier}"
    group.setdefault(tag, []).append(elements)


def _product_ids(elements: Sequence[str], start: int) -> dict[str, str]:
    """Qualifier -> product id; a bare code of 8 to 14 figures in the place of the UPC is one."""
    found: dict[str, str] = {}
    at = start
    while at < len(elements):
        if elements[at] in _PRODUCT and at + 1 < len(elements) and elements[at + 1]:
            found.setdefault(elements[at], elements[at + 1])
            at += 2
            continue
        if elements[at].isdigit() and 8 <= len(elements[at]) <= 14:
            found.setdefault("UP", elements[at])
        at += 1
    return found


def records(stream: TextIO) -> Iterator[Record]:
    """The documents of all sets and what is broken between them; a set that nobody reads gives an empty record."""
    opened: _Set | None = None
    sender = ""
    for segment in segments(stream):
        tag = segment.tag
        if segment.problem is None and tag in ("ISA", "GS", "GE", "IEA", "TA1", "ST", "SE"):
            if opened is not None:
                yield from _closed(opened, segment)
                opened = None
            elif tag == "SE":
                yield Record("", segment.line, segment.text, problem="edi_stray_segment")
            if tag == "ISA":
                sender = segment.element(6)
            elif tag == "ST":
                code = segment.element(1)[:6]
                opened = _Set(code, segment, sender)
                if not is_read(code):
                    yield Record(code, segment.line, "")
        elif opened is None:
            problem = segment.problem or "edi_stray_segment"
            yield Record("", segment.line, segment.text[:SHOWN], problem=problem)
        elif is_read(opened.code):
            yield from opened.take(segment)
    if opened is not None and is_read(opened.code):
        yield from opened.end("edi_cut_off")


def is_read(code: str) -> bool:
    return code in LINES or code in WHOLE


def _closed(opened: _Set, segment: Segment) -> Iterator[Record]:
    if not is_read(opened.code):
        return
    if segment.tag != "SE":
        yield from opened.end("edi_set_not_ended")
        return
    told = segment.element(1)
    yield from opened.end(is_miscounted=told.isdigit() and told.lstrip("0") != str(opened.count + 1))
