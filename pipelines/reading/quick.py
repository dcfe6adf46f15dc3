"""A delimited UTF-8 file staged by DuckDB, and the proof that no line of it was lost."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.messages import Message
from pipelines.reading import staging
from pipelines.reading.dialects import Format
from pipelines.reading.judging import EXCEL_GROUP, too_few_or_many
from pipelines.reading.model import BadRow, Original
from pipelines.reading.records import (
    MAX_CELL_CHARACTERS,
    MAX_CELL_LINES,
    MAX_LINE,
    Dialect,
    Record,
    records,
)
from pipelines.reading.staging import statement

CHUNK = 1 << 23
# Above this the rejected rows are better found in one pass over the file than one by one.
MAX_REJECTS = 20_000

# Smaller files are read by one thread in any case: DuckDB gives each thread 8 MB.
PARALLEL_BYTES = 16 << 20
RECORD_BYTES = 1 << 20
# Only a line this long may hold so many cells that it matters.
LONG_LINE = 1 << 12

_STAGE = """
create temp table staged as
from read_csv(
    $path, columns = $columns, delim = $separator, quote = $quote, escape = $quote, header = false,
    auto_detect = false, compression = 'none', max_line_size = $max_line, parallel = $parallel,
    store_rejects = true, rejects_limit = 0, rejects_table = 'staged_rejects', rejects_scan = 'staged_scans'
)
"""

_REJECTS = """
select line_byte_position, min(line), min(csv_line)
from staged_rejects
where line_byte_position is not null
group by line_byte_position
order by line_byte_position
"""


@dataclass
class Staged:
    """Rows (row_number, c0, c1 …) in a temp table, the bad rows beside them, and what there is to say."""

    rows: duckdb.DuckDBPyRelation
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    #: the line of the first record, when from there on every line is a record; else None
    first_line: int | None = None


@dataclass(frozen=True)
class _Start:
    """Where the first record stands, and how many rows before it have the table's width: DuckDB stages those too."""

    position: int
    line: int
    rows: int


@dataclass(frozen=True)
class _File:
    """A file to stage, its form, where its records begin, and how many lines there are from there on."""

    text: Path
    form: Format
    start: _Start
    lines: Future[int]


@dataclass(frozen=True)
class _Reject:
    """A record DuckDB did not take, read again where it stands; `ordinal` counts records from the top of the file."""

    position: int
    ordinal: int
    record: Record


def stage_quickly(text: Path, form: Format, con: duckdb.DuckDBPyConnection) -> Staged | None:
    """The file as DuckDB reads it; None when it is not certain that it took every line as the careful pass would.

    First by all threads, which is only trusted when no cell holds a line end: a thread that begins in the middle of
    the file guesses whether it is inside a quoted cell.
    """
    if form.width == 1 or _has_endless_row(text, form):
        return None  # DuckDB takes a blank line for a row where there is one column
    with ThreadPoolExecutor(max_workers=1) as beside:
        # counted while DuckDB reads: a pass over the bytes takes half as long as reading them
        start = _start(text, form)
        file = _File(text, form, start, beside.submit(_lines_from, text, start.position, form.dialect))
        if text.stat().st_size > PARALLEL_BYTES and (staged := _attempt(file, con, in_parallel=True)):
            return staged
        return _attempt(file, con, in_parallel=False)


def _has_endless_row(text: Path, form: Format) -> bool:
    """True for a line of far more cells than the header: DuckDB notes each of them with the whole line (minutes)."""
    separator, many = form.dialect.separator.encode(), 4 * form.width + 1_000
    tail = b""
    with text.open("rb") as file:
        while chunk := file.read(CHUNK):
            piece, at = tail + chunk, 0
            # from the last line end within reach to the next: most lines are not even looked at
            while at + LONG_LINE < len(piece):
                end = piece.rfind(b"\n", at, at + LONG_LINE)
                if end < 0:
                    end = piece.find(b"\n", at + LONG_LINE)
                    if piece.count(separator, at, end if end >= 0 else len(piece)) > many:
                        return True
                    if end < 0:
                        break
                at = end + 1
            tail = piece[at:]
    return False


def _attempt(file: _File, con: duckdb.DuckDBPyConnection, *, in_parallel: bool) -> Staged | None:
    table = staging.new_name()
    staged = None
    try:
        staged = _staged(file, con, table, in_parallel)
    except (duckdb.Error, UnicodeDecodeError):
        # Mixed line ends, a broken encoding: the careful pass will say what is wrong with which row.
        staged = None
    for suffix in ("_rejects", "_scans") if staged else ("_rejects", "_scans", ""):
        con.execute(statement("drop table if exists staged", table + suffix))
    return staged


def _staged(file: _File, con: duckdb.DuckDBPyConnection, table: str, in_parallel: bool) -> Staged | None:
    text, form, start = file.text, file.form, file.start
    params: dict[str, Any] = {
        "path": str(text),
        "columns": staging.cell_columns(form.width),
        "separator": form.dialect.separator,
        "quote": form.dialect.quote,
        "max_line": MAX_LINE,
        "parallel": in_parallel,
    }
    con.execute(statement(_STAGE, table), params)
    rejects = _rejects(text, form, con, table, start)
    if rejects is None or not _header_is_there(form, con, table, start):
        return None
    rows = staging.rows_by_place(con, table, start.rows, form.width)
    if _needs_judgement(rejects, rows, form):
        return None
    found = _staged_lines(con, table, start, rejects)
    expected = file.lines.result()
    if found != expected and (in_parallel or not _explained(expected - found, con, table, start, form)):
        return None
    is_line_each = found == expected and not any("\n" in reject.record.text for reject in rejects)
    return Staged(rows, _bad_rows(text, form, rejects), first_line=start.line if is_line_each else None)


def originals_by_line(text: Path, staged: Staged, wanted: Sequence[int]) -> dict[int, Original]:
    """Line and raw text of those rows, in a file whose every line from `first_line` on is a record."""
    line_by_row: dict[int, int] = {}
    bad_above = 0
    for number in sorted(wanted):
        line = (staged.first_line or 1) + number - 1 + bad_above
        while bad_above < len(staged.bad) and staged.bad[bad_above].line <= line:
            bad_above += 1
            line += 1
        line_by_row[number] = line
    found: dict[int, Original] = {}
    at = 0
    with text.open("rb") as file:
        for number, line in line_by_row.items():
            raw = next(itertools.islice(file, line - at - 1, None))
            at = line
            found[number] = Original(line, raw.decode().rstrip("\r\n"))
    return found


def _start(text: Path, form: Format) -> _Start:
    """Byte position of the first record, by own reading of the lines above it."""
    lines_above = 0
    with text.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        left = form.header.rows
        for record in records(stream, form.dialect):
            if left == 0:
                break
            left -= not record.is_blank
            lines_above = record.line + _line_count(record.text)
    with text.open("rb") as file:
        for _ in range(lines_above):
            file.readline()
        position = file.tell()
    like_rows = sum(len(row) == form.width for row in form.header.before)
    return _Start(position, lines_above + 1, like_rows + 1 + len(form.header.other))


def _line_count(text: str) -> int:
    """How many further lines a record goes on for."""
    return text.count("\n")


def _rejects(
    text: Path, form: Format, con: duckdb.DuckDBPyConnection, table: str, start: _Start
) -> list[_Reject] | None:
    """The records after the header that DuckDB rejected, in file order; None when there are too many or they differ.

    DuckDB reports one error a cell, so several for a line. Its positions count from 1, and from the LF of the line
    end above when that is CRLF; so do its raw lines, which must be what we find there.
    """
    places = con.execute(statement(_REJECTS, table)).fetchall()
    if len(places) > MAX_REJECTS:
        return None
    found = []
    with text.open("rb") as file:
        for position, ordinal, seen in places:
            if position <= start.position:
                continue
            file.seek(position - 1)
            chunk = file.read(RECORD_BYTES)
            body = chunk.lstrip(b"\r\n")  # blank lines before the record are counted as part of it
            complete = len(chunk) < RECORD_BYTES
            lines = io.StringIO(body.decode("utf-8", "strict" if complete else "ignore"), newline="")
            record = next(records(lines, form.dialect), None)
            if record is None or record.error or len(record.cells) == form.width:
                return None
            if record.text != seen.strip("\r\n"):
                return None
            if len(record.cells) > form.width and not any(record.cells[form.width :]):
                return None
            found.append(_Reject(position - 1 + len(chunk) - len(body), ordinal, record))
    return found


def _needs_judgement(rejects: list[_Reject], rows: duckdb.DuckDBPyRelation, form: Format) -> bool:
    """True when a rejected row may be one that its writer cut short on purpose, or a footer."""
    if not rejects:
        return False
    if len(rejects[-1].record.cells) == 1:
        return True
    short = [r.ordinal for r in rejects if len(r.record.cells) < form.width and r.record.is_ended]
    if not short:
        return False
    if form.dialect.separator == "\t" and not _has_empty_end(rows, form):
        return True
    places = set(short)
    return any(all(place + step in places for step in range(EXCEL_GROUP)) for place in short)


def _has_empty_end(rows: duckdb.DuckDBPyRelation, form: Format) -> bool:
    return bool(rows.filter(duckdb.ColumnExpression(f"c{form.width - 1}").isnull()).limit(1).fetchall())


def _header_is_there(form: Format, con: duckdb.DuckDBPyConnection, table: str, start: _Start) -> bool:
    """True when the row before the first record is the header: DuckDB and we count the same rows above it."""
    place = duckdb.ColumnExpression("rowid") == duckdb.ConstantExpression(start.rows - 1)
    row = con.table(table).filter(place).fetchall()
    return row == [tuple(cell or None for cell in form.header.cells)]


def _staged_lines(con: duckdb.DuckDBPyConnection, table: str, start: _Start, rejects: list[_Reject]) -> int:
    """Lines of the file after the header that are accounted for, if no staged cell holds a line end."""
    rows = staging.count(con.table(table)) - start.rows
    return rows + sum(1 + _line_count(reject.record.text) for reject in rejects)


def _lines_from(text: Path, position: int, dialect: Dialect) -> int:
    """Lines of the file from that position on, blank ones at its end not counted; -1 when it takes the careful pass.

    DuckDB lets a quoted cell go on when spaces and a quote follow its end, and drops these characters; a quote after
    spaces sometimes opens a cell and sometimes does not.
    """
    line_ends = 0
    tail = b""
    separator = re.escape(dialect.separator).encode()
    spaced = re.compile(rb"[\r\n" + separator + rb'] +"(?:[^"]|"*[\r\n' + separator + rb"])")
    with text.open("rb") as file:
        file.seek(position)
        while chunk := file.read(CHUNK):
            line_ends += chunk.count(b"\n")
            seam = tail[-16:] + chunk
            if dialect.quote and b'" ' in seam and (b'" "' in seam or b'"  ' in seam):
                return -1
            if dialect.quote and b' "' in seam and spaced.search(seam):
                return -1
            tail = (tail + chunk)[-1024:]
    last = tail.rstrip(b"\r\n")
    if not last:
        return 0 if len(tail) < 1024 else -1
    return line_ends - tail[len(last) :].count(b"\n") + 1


def _explained(missing: int, con: duckdb.DuckDBPyConnection, table: str, start: _Start, form: Format) -> bool:
    """True when the cells hold as many line ends as lines are missing, and none more than the careful pass follows."""
    rows = con.table(table).filter(duckdb.ColumnExpression("rowid") >= duckdb.ConstantExpression(start.rows))
    end = duckdb.ConstantExpression("\n")
    ends, size = duckdb.ConstantExpression(0), duckdb.ConstantExpression(0)
    for name in staging.cell_columns(form.width):
        cell = duckdb.CoalesceOperator(duckdb.ColumnExpression(name), duckdb.ConstantExpression(""))
        without = duckdb.FunctionExpression("replace", cell, end, duckdb.ConstantExpression(""))
        long = duckdb.FunctionExpression("strlen", cell)
        ends = ends + (long - duckdb.FunctionExpression("strlen", without))
        size = size + long
    counted = rows.select(ends.alias("ends"), size.alias("size"))
    total, most, largest = counted.aggregate(
        "coalesce(sum(ends), 0), coalesce(max(ends), 0), coalesce(max(size) filter (ends > 0), 0)"
    ).fetchall()[0]
    # its size is counted with quotes, each of which may stand twice in the file
    return total == missing and most < MAX_CELL_LINES and 2 * largest < MAX_CELL_CHARACTERS


def _bad_rows(text: Path, form: Format, rejects: list[_Reject]) -> list[BadRow]:
    """The rejected records with the line each stands at: the line ends before it, counted in one pass."""
    bad = []
    line, at = 1, 0
    with text.open("rb") as file:
        for reject in rejects:
            while at < reject.position:
                chunk = file.read(min(CHUNK, reject.position - at))
                line += chunk.count(b"\n")
                at += len(chunk)
            cells = len(reject.record.cells)
            code = too_few_or_many(reject.record, form.width)
            bad.append(BadRow(line, reject.record.text, code, value=f"{cells} / {form.width}"))
    return bad
