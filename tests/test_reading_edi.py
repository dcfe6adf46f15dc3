"""EDI X12: separators are the file's own, what is broken costs its record, and nothing hostile stops the reading."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.reading import Refusal, Sheet, sheets
from pipelines.reading import edi as reader
from pipelines.reading.edi_segments import MAX_SEGMENT

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample" / "edi_warehouse.edi"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def isa(element: str = "*", terminator: str = "~") -> str:
    blank = " " * 10
    fields = ["ISA", "00", blank, "00", blank, "ZZ", f"{'3PL':15}", "ZZ", f"{'SHOP':15}", "260310", "0715"]
    return element.join([*fields, "U", "00401", "000000001", "0", "P", ">"]) + terminator


def adjustments(*lines: str, element: str = "*", terminator: str = "~") -> str:
    """An interchange with one 947 and these W19 segments."""
    body = ["GS*IJ", "ST*947*0001", "W15*20260309*A1", *lines, f"SE*{len(lines) + 3}*0001", "GE*1", "IEA*1"]
    text = "".join(segment.replace("*", element) + terminator for segment in body)
    return isa(element, terminator) + text


def read(con: duckdb.DuckDBPyConnection, folder: Path, content: str | bytes) -> list[Sheet | Refusal]:
    path = folder / "file.edi"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(sheets(path, con, folder))


def only(con: duckdb.DuckDBPyConnection, folder: Path, content: str | bytes) -> Sheet:
    (found,) = read(con, folder, content)
    assert isinstance(found, Sheet), found
    return found


def documents(sheet: Sheet) -> list[dict[str, Any]]:
    return [json.loads(doc) for (doc,) in sheet.relation.order("row_number").select("doc").fetchall()]


@pytest.mark.parametrize(("element", "terminator"), ["*~", "|\n", "^\r", "\x1d\x1c", ("|", "\r\n"), "~'"])
def test_separators_are_those_of_the_header(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, element: str, terminator: str
) -> None:
    text = adjustments("W19*AU*-3*EA**SK*A", "W19*AA*1*EA**SK*B", element=element, terminator=terminator)
    told = documents(only(con, tmp_path, text))
    assert [each["line"]["W19"][0][1:3] for each in told] == [["AU", "-3"], ["AA", "1"]]
    assert [each["line"]["ids"] for each in told] == [{"SK": "A"}, {"SK": "B"}]


def test_a_mailbox_may_break_lines_after_80_characters(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    text = adjustments(*(f"W19*AU*-{n}*EA**SK*ARTICLE-{n:03}" for n in range(50)))
    wrapped = "\r\n".join(text[at : at + 80] for at in range(0, len(text), 80))
    assert documents(only(con, tmp_path, wrapped)) == documents(only(con, tmp_path, text))


def test_each_kind_of_set_is_a_sheet_and_others_are_refused_by_name(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    other = "GS*FA~ST*997*0009~AK1*IJ*1~SE*3*0009~GE*1~"
    found = read(con, tmp_path, SAMPLE.read_text(encoding="utf-8").replace("IEA*", other + "IEA*"))
    assert [each.name.partition(" › ")[2] for each in found] == ["846", "944", "945", "947", "997"]
    assert [each.rows_in for each in found if isinstance(each, Sheet)] == [2, 2, 3, 4]
    assert isinstance(found[4], Refusal)
    assert found[4].message.params["codes"] == "997"


def test_interchanges_one_after_the_other_keep_their_own_separators(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    both = adjustments("W19*AU*-3*EA**SK*A") + "\n" + adjustments("W19*AA*1*EA**SK*B", element="|")
    assert [each["line"]["ids"]["SK"] for each in documents(only(con, tmp_path, both))] == ["A", "B"]


def test_a_dispatch_is_one_document_with_its_lines(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    found = read(con, tmp_path, SAMPLE.read_bytes())
    (advices,) = (each for each in found if each.name.endswith("945"))
    assert isinstance(advices, Sheet)
    first = documents(advices)[0]
    assert [line["ids"]["SK"] for line in first["lines"]] == ["TUQUE-U", "0042-BLK-38"]
    assert first["packs"]["MAN_CP"][0][2] == "1Z999AA10123456784"
    assert "Odile" not in json.dumps(first, ensure_ascii=False)
    assert "Exemples" not in json.dumps(first, ensure_ascii=False)


def test_a_broken_segment_costs_the_line_it_stands_in(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    text = adjustments(
        "W19*AU*-3*EA**SK*A", "W19*AA*1*EA**SK*B", "?!*x", "W19*AA*2*EA**SK*C", terminator="~\n"
    )
    sheet = only(con, tmp_path, text)
    assert [each["line"]["ids"]["SK"] for each in documents(sheet)] == ["A", "C"]
    assert [(bad.code, bad.line, bad.text) for bad in sheet.bad] == [
        ("edi_bad_segment", 6, "W19*AA*1*EA**SK*B\n?!*x")
    ]
    numbers = [n for (n,) in sheet.relation.order("row_number").select("row_number").fetchall()]
    assert sheet.rows_in == 3
    assert [sheet.originals(numbers)[n].text for n in numbers] == ["W19*AU*-3*EA**SK*A", "W19*AA*2*EA**SK*C"]
    assert [sheet.originals(numbers)[n].line for n in numbers] == [5, 8]


def test_what_a_cut_file_ends_with_is_rejected_and_the_lines_before_are_read(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    whole = adjustments("W19*AU*-3*EA**SK*A", "W19*AA*-10*EA**SK*B")
    sheet = only(con, tmp_path, whole[: whole.index("-10") + 2])
    assert [each["line"]["ids"]["SK"] for each in documents(sheet)] == ["A"]
    assert [bad.code for bad in sheet.bad] == ["edi_cut_off"]
    no_end = only(con, tmp_path, whole.replace("SE*5*0001~", ""))
    assert [bad.code for bad in no_end.bad] == ["edi_set_not_ended"]


def test_a_missing_last_terminator_is_no_break(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    sheet = only(con, tmp_path, adjustments("W19*AU*-3*EA**SK*A").rstrip("~"))
    assert (sheet.rows_in, sheet.bad) == (1, ())


def test_a_set_that_counts_other_segments_than_it_holds_is_told(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    sheet = only(con, tmp_path, adjustments("W19*AU*-3*EA**SK*A").replace("SE*4", "SE*9"))
    assert [(w.code, w.params) for w in sheet.warnings] == [("edi_miscounted", {"count": 1})]
    assert not only(con, tmp_path, adjustments("W19*AU*-3*EA**SK*A")).warnings


def test_segments_between_sets_are_rejected(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    text = adjustments("W19*AU*-3*EA**SK*A").replace("GE*1~", "W19*AU*-9*EA**SK*Z~GE*1~")
    sheet = only(con, tmp_path, text)
    assert [bad.code for bad in sheet.bad] == ["edi_stray_segment"]
    assert sheet.rows_in == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (isa()[:60], "edi_broken_header"),
        (isa().replace("00401", "004"), "edi_broken_header"),
        (isa(), "edi_nothing_read"),
        (isa() + "GS*IJ~ST*947*1~SE*2*1~GE*1~IEA*1~", "edi_nothing_read"),
        (isa() + "GS*PO~ST*850*1~BEG*00~SE*3*1~GE*1~IEA*1~", "edi_not_read"),
        (isa() + "~~~~", "edi_nothing_read"),
    ],
)
def test_an_interchange_without_anything_to_read_says_so(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, content: str, code: str
) -> None:
    (found,) = read(con, tmp_path, content)
    assert isinstance(found, Refusal)
    assert found.message.code == code


def test_a_table_whose_first_header_is_isa_is_a_table(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert only(con, tmp_path, "ISA,ab,cd\n1,2,3\n").columns == ("ISA", "ab", "cd")


def test_a_lost_terminator_is_not_held_in_memory(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    text = adjustments("W19*AU*-3*EA**SK*A", "W19*AA*" + "1" * (5 * MAX_SEGMENT), "W19*AA*2*EA**SK*C")
    sheet = only(con, tmp_path, text)
    assert [each["line"]["ids"]["SK"] for each in documents(sheet)] == ["A", "C"]
    assert [bad.code for bad in sheet.bad] == ["edi_too_long"]
    assert len(sheet.bad[0].text) <= 10_000


def test_a_file_made_to_fill_the_disk_is_refused(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_ROOM", 1 << 16)
    head = "".join(f"N9*{n % 900:03}*{'x' * 79}~" for n in range(3000))
    text = isa() + "GS*IJ~ST*947*1~W15*20260309*A1~" + head + "W19~" * 30_000 + "SE*1*1~GE*1~IEA*1~"
    (found,) = read(con, tmp_path, text)
    assert isinstance(found, Refusal)
    assert found.message.code == "edi_too_large"


def test_a_file_of_broken_segments_is_refused_not_kept_in_memory(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    (found,) = read(con, tmp_path, adjustments("W19*AU*-3*EA**SK*A") + "?~" * (reader.MAX_BAD + 1))
    assert isinstance(found, Refusal)
    assert found.message.code == "edi_nothing_read"


def test_whatever_is_damaged_every_record_is_counted_once(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    whole = SAMPLE.read_bytes()
    rolled = random.Random(947)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rolled.randint(1, 12)):
            at = rolled.randrange(107, len(damaged))
            damaged[at : at + rolled.randint(0, 3)] = rolled.choice(
                [b"", b"~", b"*", b"\x00", b"\xff", b"\r\n", b"ISA*", b"ST*945*1~", b"SE*", b'"\\']
            )
        for found in read(con, tmp_path, bytes(damaged[: rolled.randint(110, len(damaged))])):
            if isinstance(found, Sheet):
                rows = found.relation.select("row_number").fetchall()
                assert found.rows_in == len(rows) + len(found.bad)
                assert set(found.originals([n for (n,) in rows])) == {n for (n,) in rows}
