"""EDI X12: an interchange as lists of JSON documents, one list for each kind of transaction set in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import duckdb

from pipelines.messages import Message
from pipelines.reading import documents, encodings, staging
from pipelines.reading.edi_segments import HEADER, is_interchange, separators
from pipelines.reading.edi_sets import is_read, records
from pipelines.reading.model import BadRow, Original, Refusal, Sheet

__all__ = ["is_interchange", "read"]

#: documents are larger than what they are made of; more than this is a file made to fill the disk
_GROWTH, _ROOM = 64, 64 << 20
#: above this, a file of which most is broken is refused instead of being kept in memory
MAX_BAD = 20_000


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Sheet | Refusal]:
    """A sheet of documents for each kind of transaction set, and a refusal for each kind that is not read."""
    with path.open("rb") as file:
        encoding = encodings.guess(file.read(encodings.CHUNK), path)
    with _opened(path, encoding) as stream:
        if separators(stream.read(HEADER)) is None:
            yield Refusal(name, Message("edi_broken_header", {"file": name}))
            return
    found = _staged(path, name, encoding, scratch)
    if isinstance(found, Message):
        yield Refusal(name, found)
        return
    for code in filter(is_read, sorted(found)):
        yield _sheet(path, encoding, f"{name} › {code}" if len(found) > 1 else name, found[code], con)
    unread = ", ".join(sorted(code for code in found if code and not is_read(code))[:8])
    if unread:
        shown = f"{name} › {unread}" if len(found) > 1 else name
        yield Refusal(shown, Message("edi_not_read", {"file": name, "codes": unread}))
    elif not any(map(is_read, found)):
        yield Refusal(name, Message("edi_nothing_read", {"file": name}))


@dataclass
class _List:
    """The records of one kind of set: good ones in a file of one JSON a line, an empty line where one is bad."""

    code: str
    written: Path | None = None
    bad: list[BadRow] = field(default_factory=list)
    count: int = 0
    miscounted: int = 0


def _staged(path: Path, name: str, encoding: str, scratch: Path) -> dict[str, _List] | Message:
    """The lists of the file by kind, or why there are none: too much room taken, hardly anything whole."""
    good = bad = 0
    room = _GROWTH * path.stat().st_size + _ROOM
    found: dict[str, _List] = {}
    targets: dict[str, TextIO] = {}
    stray: list[BadRow] = []
    try:
        with _opened(path, encoding) as stream:
            for record in records(stream):
                good += record.document is not None
                bad += record.problem is not None
                if bad > MAX_BAD and bad > good:
                    return Message("edi_nothing_read", {"file": name})
                if record.problem and not is_read(record.code):
                    stray.append(BadRow(record.line, record.text, record.problem))
                    continue
                kept = found.setdefault(record.code, _List(record.code))
                kept.miscounted += record.is_miscounted
                if not is_read(record.code) or (record.document is None and not record.problem):
                    continue
                if kept.written is None:
                    kept.written = scratch / f"{staging.new_name()}.ndjson"
                    targets[record.code] = kept.written.open("w", encoding="utf-8")
                text = "" if record.document is None else json.dumps(record.document, ensure_ascii=False)
                room -= len(text)
                if room < 0:
                    return Message("edi_too_large", {"file": name})
                targets[record.code].write(text.replace("\x01", "\ufffd") + "\n")
                kept.count += record.document is not None
                if record.problem:
                    kept.bad.append(BadRow(record.line, record.text, record.problem))
    finally:
        for target in targets.values():
            target.close()
    if stray:
        first = next((kept for kept in found.values() if is_read(kept.code)), None)
        if first is not None:
            first.bad = sorted([*first.bad, *stray], key=lambda row: row.line)
    return found


def _sheet(
    path: Path, encoding: str, name: str, kept: _List, con: duckdb.DuckDBPyConnection
) -> Sheet | Refusal:
    if kept.written is None or not kept.count:
        if kept.written is not None:
            kept.written.unlink()
        return Refusal(name, Message("edi_nothing_read", {"file": name}))
    table = staging.new_name()
    con.execute(staging.statement(documents.STAGE_LINES, table), {"path": str(kept.written)})
    kept.written.unlink()
    rows = con.table(table).filter("line is not null").select("rowid + 1 as row_number, line as doc")

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        """Line and segments of those records, by a second pass over the file."""
        missing, last = set(wanted), max(wanted, default=0)
        places: dict[int, Original] = {}
        number = 0
        with _opened(path, encoding) as stream:
            for record in records(stream):
                if record.code != kept.code or (record.document is None and not record.problem):
                    continue
                number += 1
                if number in missing:
                    places[number] = Original(record.line, record.text)
                if number >= last:
                    break
        return places

    warnings: tuple[Message, ...] = ()
    if kept.miscounted:
        warnings = (Message("edi_miscounted", {"count": kept.miscounted}),)
    return Sheet(
        name,
        "documents",
        (),
        rows,
        kept.count + len(kept.bad),
        bad=tuple(kept.bad),
        originals=originals,
        warnings=warnings,
    )


def _opened(path: Path, encoding: str) -> TextIO:
    errors = "keep_undefined" if encoding == encodings.WINDOWS else "replace"
    return path.open(encoding=encoding, errors=errors, newline="")
