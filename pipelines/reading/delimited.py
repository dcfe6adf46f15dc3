"""CSV and its kin: comma, semicolon, tab or bar; any encoding; with lines before the header and after the table.

DuckDB reads the file as text, several times faster than Python can, and what it staged is then counted against the line
ends of the file: it silently drops what follows an unclosed quote, and stops at mixed line ends. When a single line is
unaccounted for, or a row is broken in a way that needs judgement, the file is read again by the careful pass
(`judging`), written out evenly and staged from that. Large files are read by several threads, which is trusted only
when no quoted cell holds a line end (`quick`); what was written out evenly is read by one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.reading import encodings, judging, staging
from pipelines.reading.dialects import SAMPLE_BYTES, Format, sniff
from pipelines.reading.layout import MAX_COLUMNS
from pipelines.reading.model import BadRow, Original, Refusal, Sheet
from pipelines.reading.quick import Staged, originals_by_line, stage_quickly

# A file with more broken rows than whole ones is no table of this format; stop before memory is full of them.
HOPELESS_AFTER = 20_000


class HopelessError(Exception):
    """Most rows are broken."""


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Sheet | Refusal]:
    """The one sheet of a delimited text file, or the reason why it is none."""
    with path.open("rb") as file:
        encoding = encodings.guess(file.read(SAMPLE_BYTES), path)
    text = _in_utf8(path, encoding, scratch)
    found = format_of(text)
    if found is None:
        yield Refusal(name, Message("no_header", {"file": name}))
        return
    if found.width > MAX_COLUMNS:
        yield Refusal(
            name, Message("too_many_columns", {"file": name, "count": found.width, "limit": MAX_COLUMNS})
        )
        return
    staged = stage_quickly(text, found, con)
    if staged is None and encoding == encodings.UTF8 and _is_windows(text):
        # The accents that tell come after the beginning that was looked at.
        encoding = encodings.WINDOWS
        text = _in_utf8(path, encoding, scratch)
        found = format_of(text) or found
        staged = stage_quickly(text, found, con)
    try:
        staged = staged or stage_carefully(text, found, con, scratch)
    except HopelessError:
        yield Refusal(name, Message("mostly_broken", {"file": name, "width": found.width}))
        return
    yield _sheet(name, text, found, staged, con, encoding)


def _sheet(
    name: str, text: Path, form: Format, staged: Staged, con: duckdb.DuckDBPyConnection, encoding: str
) -> Sheet:
    columns = staging.unique_headers(form.header.cells)
    warnings = list(staged.warnings)
    if encoding == encodings.WINDOWS:
        warnings.insert(0, Message("read_as_windows"))

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        """Line and raw text of those rows, by a second pass over the file."""
        if staged.first_line is not None:
            return originals_by_line(text, staged, wanted)
        missing = set(wanted)
        found: dict[int, Original] = {}
        for row in judging.judged(text, form) if missing else ():
            if row.row_number in missing:
                found[row.row_number] = Original(row.record.line, row.record.text)
                missing.discard(row.row_number)
                if not missing:
                    break
        return found

    return Sheet(
        name=name,
        shape="table",
        columns=columns,
        other_headers=form.header.other,
        relation=staging.named(staged.rows, columns),
        rows_in=staging.count(staged.rows) + len(staged.bad),
        bad=tuple(staged.bad),
        originals=originals,
        warnings=tuple(warnings),
        header_text=staging.written_line(columns, form.dialect.separator),
    )


def _in_utf8(path: Path, encoding: str, scratch: Path) -> Path:
    if encoding in (encodings.UTF8, encodings.UTF8_BOM):
        return path
    return encodings.to_utf8(path, encoding, scratch / f"{staging.new_name()}.txt")


def format_of(text: Path) -> Format | None:
    """The format of a UTF-8 file; None without a header."""
    with text.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
        is_whole = not file.read(1)
    return sniff(head.decode("utf-8-sig", "replace"), is_whole)


def _is_windows(text: Path) -> bool:
    return not encodings.is_strict_utf8(text) and encodings.settle(text) == encodings.WINDOWS


def stage_carefully(text: Path, form: Format, con: duckdb.DuckDBPyConnection, scratch: Path) -> Staged:
    """The whole records written out evenly and staged from there, the others judged one by one."""
    table = staging.new_name()
    even = scratch / f"{table}.csv"
    bad: list[BadRow] = []
    trailing: list[judging.Judged] = []
    whole = 0
    with even.open("w", encoding="utf-8", errors="replace", newline="") as target:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in judging.judged(text, form):
            if row.bad:
                trailing.append(row)
                if len(bad) + len(trailing) > max(HOPELESS_AFTER, whole):
                    raise HopelessError
            else:
                bad += [each.bad for each in trailing if each.bad]
                trailing.clear()
                whole += 1
                if any(row.cells):
                    writer.writerow([row.row_number, *row.cells])
    last, footer = judging.without_footer(trailing)
    bad += [each.bad for each in last if each.bad]
    columns = {"row_number": "BIGINT", **staging.cell_columns(form.width)}
    con.execute(
        staging.statement(
            """
            create temp table staged as
            from read_csv(
                $path, columns = $columns, delim = ',', quote = '"', escape = '"', new_line = '\\n', header = false,
                auto_detect = false, compression = 'none', max_line_size = 67108864, parallel = false
            )
            """,
            table,
        ),
        {"path": str(even), "columns": columns},
    )
    even.unlink()
    return Staged(
        staging.rows_by_number(con, table), bad, footer_warnings([row.record.text for row in footer])
    )


def footer_warnings(lines: Sequence[str]) -> list[Message]:
    """What to say about lines after the table that are no records."""
    if not lines:
        return []
    return [Message("footer_skipped", {"count": len(lines), "text": " / ".join(lines)[:200]})]
