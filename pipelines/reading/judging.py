"""Which records of a delimited file are whole, and why the others are not: the careful pass.

A record with fewer cells than the header is rejected: it may be cut, or be half of a record with a raw line end in it,
and padding it would put values under the wrong headers. Two writers leave out empty cells at the end of a row on
purpose; both leave a pattern that damage does not:

- Excel, saving as text, looks at 16 rows of the sheet at a time and leaves out the last columns that are empty in all
  of them. So each such group is short by the same cells, beginning with the first row of the sheet.
- Marketplaces' tab-separated reports leave them out in every row. So no row of the file ends in an empty cell.

A file must fit its pattern entirely, and a row without a line end (the last, where a download was cut) never does.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.reading.dialects import Format
from pipelines.reading.model import BadRow
from pipelines.reading.records import Record, records

EXCEL_GROUP = 16
MAX_FOOTER_ROWS = 5
_WORDS = re.compile(r"\w.*\s.*\w")


class Judged(NamedTuple):
    """A record of the file: `cells` as wide as the header when it is whole, else `bad` says why it is not."""

    record: Record
    #: 1 is the first row after the header; 0 for a bad row
    row_number: int
    cells: list[str]
    bad: BadRow | None = None
    is_after_blank: bool = False


def judged(path: Path, form: Format) -> Iterator[Judged]:
    """Every row after the header but blank lines; rows whose cells are all empty have a number and are left to skip."""
    drops_empties: bool | None = None  # found out at the first short row: it costs a pass over the file
    number = 0
    is_after_blank = False
    for record in _rows(path, form):
        if record.is_blank:
            is_after_blank = True
            continue
        if drops_empties is None and len(record.cells) < form.width:
            drops_empties = _drops_trailing_empties(path, form)
        cells, bad = _judge(record, form.width, bool(drops_empties))
        number += bad is None
        yield Judged(record, 0 if bad else number, cells, bad, is_after_blank)
        is_after_blank = False


def without_footer(trailing: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    """(bad rows, footer rows) of what follows the last whole record: `3 record(s) downloaded`, `Seller ID : shop`.

    A footer row is a sentence in one cell, apart from the table by a blank line or ended like any other line; a cut
    record is neither.
    """
    rows = list(trailing)
    if any(row.bad and row.bad.code == "unclosed_quote" for row in rows):
        return rows, []
    start = len(rows)
    while start and len(rows) - start < MAX_FOOTER_ROWS and _is_sentence(rows[start - 1].record):
        start -= 1
    if start < len(rows) and (rows[start].is_after_blank or rows[-1].record.is_ended):
        return rows[:start], rows[start:]
    return rows, []


def _is_sentence(record: Record) -> bool:
    return len(record.cells) == 1 and bool(_WORDS.search(record.cells[0]))


def _judge(record: Record, width: int, drops_empties: bool) -> tuple[list[str], BadRow | None]:
    if record.error:
        return [], BadRow(record.line, _shown(record.text), record.error)
    if not _is_text(record.text):
        return [], BadRow(record.line, _shown(record.text), "bad_encoding")
    cells = record.cells
    if len(cells) > width and not any(cells[width:]):
        cells = cells[:width]  # separators after the last column hold nothing
    if len(cells) < width and drops_empties and record.is_ended and len(cells) > 1:
        cells = cells + [""] * (width - len(cells))
    if len(cells) == width:
        return cells, None
    code = too_few_or_many(record, width)
    return [], BadRow(record.line, record.text, code, value=f"{len(cells)} / {width}")


def too_few_or_many(record: Record, width: int) -> str:
    """The code of a record that has not the width of the table."""
    if len(record.cells) > width:
        return "too_many_cells"
    return "too_few_cells" if record.is_ended else "row_is_cut"


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in text)


def _shown(text: str) -> str:
    """The text with undecodable bytes as they are usually shown, since it must be storable."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _rows(path: Path, form: Format) -> Iterator[Record]:
    """The records after the header, blank lines among them."""
    before = form.header.rows
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        for record in records(stream, form.dialect):
            if before:
                before -= not record.is_blank
            else:
                yield record


def _drops_trailing_empties(path: Path, form: Format) -> bool:
    """True when the short rows of the file fit one of the two patterns above."""
    widths = array("l")
    ends_empty = False
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        for record in records(stream, form.dialect):
            is_cut = not record.is_ended and len(record.cells) < form.width
            widths.append(0 if record.error or record.is_blank or is_cut else len(record.cells))
            ends_empty = ends_empty or (len(record.cells) >= form.width and not record.cells[form.width - 1])
    if form.dialect.separator == "\t" and not ends_empty:
        return True
    return _in_excel_groups(widths, form.width)


def _in_excel_groups(widths: Sequence[int], width: int) -> bool:
    """True when the short rows come in whole groups of 16 counted from the top, each group equally short."""
    whole_groups = 0
    for start in range(0, len(widths), EXCEL_GROUP):
        group = widths[start : start + EXCEL_GROUP]
        known = {seen for seen in group if seen}  # 0: broken for another reason
        if not known or min(known) >= width:
            continue
        if len(known) > 1:
            return False
        whole_groups += len(group) == EXCEL_GROUP
    return whole_groups > 0
