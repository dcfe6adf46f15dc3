"""How a delimited file is written (separator, quotes, header), told from its beginning."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pipelines.reading.layout import Header, common_width, find_header
from pipelines.reading.records import Dialect, Record, records

SAMPLE_BYTES = 1 << 18
SAMPLE_RECORDS = 500
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Format:
    """A delimited file's dialect and header."""

    dialect: Dialect
    header: Header

    @property
    def width(self) -> int:
        return len(self.header.cells)


def sniff(text: str, is_whole: bool) -> Format | None:
    """The format of a file that begins with `text`; None when nothing in it looks like a header."""
    candidates = _candidates(text, is_whole)
    best, dialect, found = max(candidates, key=lambda candidate: candidate[0])
    if best < 0.2:  # no separator makes a table of it: one column, which a right separator never splits
        whole = [c for c in candidates if all(len(r.cells) == 1 and not r.error for r in c[2])]
        _, dialect, found = whole[0] if whole else (best, dialect, found)
    header = find_header([record.cells for record in found])
    return Format(dialect, header) if header else None


def _candidates(text: str, is_whole: bool) -> list[tuple[float, Dialect, list[Record]]]:
    """(score, dialect, first records) for each way to read the text; the first of equals wins in `max`."""
    dialects = [Dialect(separator) for separator in _SEPARATORS]
    if "\t" in text and '"' in text:
        # Amazon's flat files never quote: a quote there is an inch mark, or the customer's own.
        dialects.append(Dialect("\t", ""))
    found = [(dialect, first_records(text, dialect, is_whole)) for dialect in dialects]
    return [(_score(sample, dialect), dialect, sample) for dialect, sample in found]


def first_records(text: str, dialect: Dialect, is_whole: bool) -> list[Record]:
    """The first records, blank lines left out; the last one only if the text goes to the end of its file."""
    taken: list[Record] = []
    for record in records(io.StringIO(text, newline=""), dialect):
        if len(taken) > SAMPLE_RECORDS or (record.error == "unclosed_quote" and not is_whole):
            break
        if not record.is_blank:
            taken.append(record)
    if not is_whole and len(taken) > 1:
        taken.pop()
    return taken


def _score(sample: list[Record], dialect: Dialect) -> float:
    """How much a table the records are: the share with the usual width, more for more columns.

    The first row counts for half: headers seldom contain another separator, while cells of a semicolon file are
    often full of commas (the subcategories of SignalConso, French decimals). A stray quote tells a wrong separator.
    """
    width = common_width([record.cells for record in sample if not record.error])
    if width < 2:
        return 0.0
    regular = [r for r in sample if len(r.cells) == width and not _has_stray_quote(r, dialect)]
    begins_well = bool(sample) and len(sample[0].cells) >= width and not _has_stray_quote(sample[0], dialect)
    return len(regular) / len(sample) * (1 - 1 / (2 * width)) * (1.0 if begins_well else 0.5)


def _has_stray_quote(record: Record, dialect: Dialect) -> bool:
    """A quote where none can open a cell: what is left when text is split at the wrong separator.

    A cell that rightly holds quotes is itself in quotes and has them doubled, so the text has more than the cells.
    """
    if record.error or not dialect.quote or '"' not in record.text:
        return bool(record.error)
    needed = sum(2 * cell.count('"') + 2 for cell in record.cells if '"' in cell)
    return record.text.count('"') < needed
