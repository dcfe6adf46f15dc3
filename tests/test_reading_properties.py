"""What must hold for any table, however it is written and whatever happens to the file on its way."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reading import Refusal, Sheet, delimited, sheets
from pipelines.reading.staging import count, named

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Letters that every tried encoding has, and everything that is awkward in a delimited file.
LETTERS = st.sampled_from(list("abcé€ 01;,\t|\"'\n\\#-"))
CELLS = st.text(LETTERS, max_size=8)
SEPARATORS = st.sampled_from(",;\t|")
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of equal width under a header; rows of empty cells are not records, so the first cell holds something."""
    width = draw(st.integers(2, 5))
    header = [f"Column {number}" for number in range(width)]
    row = st.tuples(CELLS.map(lambda text: "x" + text), *[CELLS] * (width - 1)).map(list)
    return [header, *draw(st.lists(row, min_size=1, max_size=12))]


def written(rows: Sequence[Sequence[str]], separator: str, line_end: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=line_end).writerows(rows)
    return stream.getvalue()


def read(content: bytes) -> tuple[Sheet | Refusal, list[tuple[str | None, ...]], dict[int, str]]:
    """The one sheet or refusal of a file, its rows, and the raw text of each."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "file"
        path.write_bytes(content)
        (found,) = list(sheets(path, con, Path(folder)))
        if isinstance(found, Refusal):
            return found, [], {}
        rows = found.relation.order("row_number").fetchall()
        assert found.rows_in == len(rows) + len(found.bad)
        texts = {number: each.text for number, each in found.originals([row[0] for row in rows]).items()}
        assert texts.keys() == {row[0] for row in rows}
        return found, [row[1:] for row in rows], texts


@QUICK
@given(tables(), SEPARATORS, ENCODINGS, LINE_ENDS)
def test_any_table_comes_back_cell_for_cell_however_it_is_written(
    rows: list[list[str]], separator: str, encoding: str, line_end: str
) -> None:
    found, cells, texts = read(written(rows, separator, line_end).encode(encoding))
    assert isinstance(found, Sheet)
    assert found.columns == tuple(rows[0])
    assert not found.bad
    assert cells == [tuple(cell or None for cell in row) for row in rows[1:]]
    assert list(texts.values()) == [
        written([row], separator, line_end).removesuffix(line_end) for row in rows[1:]
    ]


@QUICK
@given(
    tables(), SEPARATORS, LINE_ENDS, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=3)
)
def test_the_quick_and_the_careful_reading_agree_on_every_row(
    rows: list[list[str]], separator: str, line_end: str, damage: list[tuple[int, int]]
) -> None:
    lines = written(rows, separator, line_end).split(line_end)
    for kind, place in damage:
        # too many cells, too few, a blank line: what the quick reading judges by itself
        extra = [separator + "more", "alone", ""][kind % 3]
        lines.insert(1 + place % len(lines), lines[-2] + extra if kind % 3 == 0 else extra)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "file"
        path.write_text(line_end.join(lines), encoding="utf-8", newline="")
        form = delimited.format_of(path)
        assert form is not None
        quick = delimited.stage_quickly(path, form, con)
        careful = delimited.stage_carefully(path, form, con, Path(folder))
        if quick is None:
            return
        columns = [f"column {number}" for number in range(form.width)]
        assert named(quick.rows, columns).order("row_number").fetchall() == (
            named(careful.rows, columns).order("row_number").fetchall()
        )
        assert quick.bad == careful.bad


@QUICK
@given(tables(), SEPARATORS, ENCODINGS, LINE_ENDS, st.data())
def test_a_cut_or_damaged_file_never_stops_the_reading_and_rows_add_up(
    rows: list[list[str]], separator: str, encoding: str, line_end: str, data: st.DataObject
) -> None:
    content = bytearray(written(rows, separator, line_end).encode(encoding))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(content[: data.draw(st.integers(0, len(content)))]))


@QUICK
@given(st.binary(max_size=400))
def test_no_bytes_at_all_stop_the_reading(content: bytes) -> None:
    read(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(
    st.dictionaries(st.text(max_size=4), VALUES, max_size=4).map(lambda d: {"id": 1, **d}), min_size=2
)
WRITERS = {
    "list": lambda records, indent: json.dumps(records, indent=indent),
    "page": lambda records, indent: json.dumps({"count": 2, "results": records, "next": None}, indent=indent),
    "lines": lambda records, _: "\n".join(map(json.dumps, records)),
    "edges": lambda records, indent: json.dumps(
        {"data": {"orders": {"edges": [{"node": record} for record in records], "pageInfo": {}}}},
        indent=indent,
    ),
}


@QUICK
@given(RECORDS, st.sampled_from(sorted(WRITERS)), st.sampled_from([None, 2]))
def test_any_documents_come_back_from_any_envelope(
    records: list[dict], writer: str, indent: int | None
) -> None:
    found, rows, _ = read(WRITERS[writer](records, indent).encode())
    assert isinstance(found, Sheet)
    assert not found.bad
    assert [json.loads(str(doc)) for (doc,) in rows] == records


@QUICK
@given(RECORDS, st.sampled_from(sorted(WRITERS)), st.sampled_from([None, 2]), st.data())
def test_a_cut_or_damaged_json_never_stops_the_reading(
    records: list[dict], writer: str, indent: int | None, data: st.DataObject
) -> None:
    content = bytearray(WRITERS[writer](records, indent).encode())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_the_counting_of_rows_is_what_these_tests_rely_on() -> None:
    with duckdb.connect() as con:
        assert count(con.sql("select 1 union all select 2")) == 2
