"""JSON in its usual shapes: a list, one object, a page of records in an envelope, one record a line."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.reading import encodings, staging
from pipelines.reading.envelopes import Outline, outline, path_to_records, taken_from
from pipelines.reading.json_text import BrokenJsonError, Cursor, Value
from pipelines.reading.model import BadRow, Original, Refusal, Sheet

SHOWN = 10_000

STAGE_LINES = """
create temp table staged as
from read_csv(
    $path, columns = {line: 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false,
    auto_detect = false, compression = 'none', max_line_size = 67108864, buffer_size = 134217728, parallel = false
)
"""


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Sheet | Refusal]:
    """The one sheet of documents of a JSON text, or the reason why it is none."""
    with path.open("rb") as file:
        encoding = encodings.guess(file.read(encodings.CHUNK), path)
    text = path
    warnings: tuple[Message, ...] = ()
    if encoding == encodings.UTF8:
        if not encodings.is_strict_utf8(text):
            warnings = (Message("letters_lost"),)
    else:
        if encoding == encodings.WINDOWS:
            warnings = (Message("read_as_windows"),)
        text = encodings.to_utf8(path, encoding, scratch / f"{staging.new_name()}.json")
    read_it = _lines_sheet if _is_one_a_line(text) else _values_sheet
    found = read_it(text, name, con, scratch)
    yield found if isinstance(found, Refusal) else replace(found, warnings=warnings)


def _is_one_a_line(text: Path) -> bool:
    """True when most of the first lines begin an object and some are whole; some others may be broken."""
    with text.open(encoding="utf-8", errors="replace") as stream:
        lines = [stream.readline(encodings.CHUNK * 16).strip() for _ in range(20)]
    filled = [line for line in lines if line]
    whole = sum(map(_is_object, filled))
    begun = sum(line.startswith("{") for line in filled)
    # A text laid out over many lines begins with a bracket alone.
    return whole > 1 and 2 * begun >= len(filled) and len(filled[0]) > 1


def _is_object(text: str) -> bool:
    try:
        return text.lstrip()[:1] == "{" and isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _lines_sheet(text: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path) -> Sheet | Refusal:
    """One document a line: DuckDB reads the lines and tells which are JSON. A row number is a line number."""
    table = _staged_lines(text, con, scratch)
    rows = con.table(table).filter("line is not null").select("rowid + 1 as row_number, trim(line) as doc")
    bad = _put_aside(con, table, rows)

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        numbers = [duckdb.ConstantExpression(number) for number in wanted]
        picked = rows.filter(duckdb.ColumnExpression("row_number").isin(*numbers)) if numbers else None
        return {number: Original(number, doc) for number, doc in picked.fetchall()} if picked else {}

    found = [BadRow(number, line[:SHOWN], _reason(line)) for number, line in bad]
    return _documents(name, rows, found, originals)


def _staged_lines(text: Path, con: duckdb.DuckDBPyConnection, scratch: Path) -> str:
    """A temp table of the lines, in file order; JSON has no raw control character that could split one."""
    table = staging.new_name()
    try:
        con.execute(staging.statement(STAGE_LINES, table), {"path": str(text)})
    except duckdb.Error:
        # Mixed line ends or bytes that are no UTF-8: written out evenly, with a mark where a letter was lost.
        even = scratch / f"{table}.ndjson"
        with (
            text.open(encoding="utf-8", errors="replace") as stream,
            even.open("w", encoding="utf-8") as target,
        ):
            for line in stream:
                target.write(line.rstrip("\n").replace("\x01", "\ufffd") + "\n")
        con.execute(staging.statement("drop table if exists staged", table))
        con.execute(staging.statement(STAGE_LINES, table), {"path": str(even)})
        even.unlink()
    return table


_PUT_ASIDE = """
update staged set line = null
where line is not null and not case when json_valid(line) then json_type(line) = 'OBJECT' else false end
"""


def _put_aside(
    con: duckdb.DuckDBPyConnection, table: str, rows: duckdb.DuckDBPyRelation
) -> list[tuple[int, str]]:
    """The rows that are no JSON objects to DuckDB, in file order; their lines become NULL, as blank ones do.

    A filter would not do: DuckDB may look into the documents before it, and fails at the first that is none.
    """
    doc = duckdb.ColumnExpression("doc")
    is_object = duckdb.CaseExpression(
        duckdb.FunctionExpression("json_valid", doc),
        duckdb.FunctionExpression("json_type", doc) == duckdb.ConstantExpression("OBJECT"),
    ).otherwise(duckdb.ConstantExpression(False))
    bad = rows.filter(is_object == duckdb.ConstantExpression(False)).order("row_number").fetchall()
    if bad:
        con.execute(staging.statement(_PUT_ASIDE, table))
    return [(number, text) for number, text in bad if text]


def _reason(text: str) -> str:
    try:
        return "not_json" if isinstance(json.loads(text), dict) else "not_an_object"
    except (ValueError, RecursionError):
        return "not_json"


def _values_sheet(text: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path) -> Sheet | Refusal:
    """The documents of a list, an envelope or a single object, read value by value."""
    with text.open(encoding="utf-8", errors="replace") as stream:
        cursor = Cursor(stream)
        shape = outline(cursor) if cursor.peek() == "{" else Outline("list")
    path = path_to_records(shape)
    bad: list[BadRow] = []
    even = scratch / f"{staging.new_name()}.ndjson"
    with even.open("w", encoding="utf-8", errors="replace") as target:
        for record in _records(text, path):
            if isinstance(record, BrokenJsonError):
                bad.append(BadRow(record.line, record.text[:SHOWN], "not_json"))
                target.write("\n")  # keeps the place: row numbers are places
            elif not isinstance(record.value, dict):
                bad.append(BadRow(record.line, record.text[:SHOWN], "not_an_object"))
                target.write("\n")
            else:
                target.write(_on_one_line(_document(record)) + "\n")
    table = staging.new_name()
    con.execute(staging.statement(STAGE_LINES, table), {"path": str(even)})
    even.unlink()
    rows = con.table(table).filter("line is not null").select("rowid + 1 as row_number, line as doc")
    refused = _put_aside(con, table, rows)

    def originals(wanted: Sequence[int]) -> dict[int, Original]:
        """Line and text of those records, by a second pass over the file."""
        missing, last = set(wanted), max(wanted, default=0)
        found: dict[int, Original] = {}
        for number, record in enumerate(itertools.islice(_records(text, path), last), 1):
            if number in missing and isinstance(record, Value):
                found[number] = Original(record.line, record.text)
        return found

    if refused:  # what Python takes for JSON and DuckDB does not: NaN, half a surrogate pair
        places = originals([number for number, _ in refused])
        bad += [BadRow(places[number].line, doc[:SHOWN], "not_json") for number, doc in refused]
        bad.sort(key=lambda row: row.line)
    return _documents(name, rows, bad, originals)


def _records(text: Path, path: tuple[str, ...]) -> Iterator[Value | BrokenJsonError]:
    with text.open(encoding="utf-8", errors="replace") as stream:
        yield from taken_from(Cursor(stream), path)


def _document(record: Value) -> str:
    """The text of a record, without the edge GraphQL puts around it."""
    if isinstance(record.value.get("node"), dict) and set(record.value) <= {"node", "cursor"}:
        return json.dumps(record.value["node"], ensure_ascii=False)
    return record.text


def _on_one_line(text: str) -> str:
    """The same JSON without line ends: between values they are layout, and inside strings JSON allows none."""
    return text.replace("\r", " ").replace("\n", " ")


def _documents(
    name: str,
    rows: duckdb.DuckDBPyRelation,
    bad: list[BadRow],
    originals: Callable[[Sequence[int]], dict[int, Original]],
) -> Sheet | Refusal:
    count = staging.count(rows)
    if not count:
        code = "not_json_records" if bad else "no_records"
        return Refusal(name, Message(code, {"file": name}))
    return Sheet(name, "documents", (), rows, count + len(bad), (), tuple(bad), originals)
