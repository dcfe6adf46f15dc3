"""Files as vendors and spreadsheets write them, each with its trap, and what is read from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
import xlsxwriter

from pipelines.reading import Refusal, Sheet, delimited, encodings, judging, records, sheets
from pipelines.reading.quick import originals_by_line

SHARED = Path(__file__).parents[2] / "shared"
Reader = Callable[..., Sheet]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def read(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> Reader:
    def read_one(content: str | bytes, name: str = "file.csv") -> Sheet:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (found,) = list(sheets(path, con, tmp_path))
        assert isinstance(found, Sheet), found
        assert found.rows_in == len(rows(found)) + len(found.bad)
        return found

    return read_one


def rows(sheet: Sheet) -> list[tuple[str | None, ...]]:
    return [row[1:] for row in sheet.relation.order("row_number").fetchall()]


def codes(sheet: Sheet) -> list[tuple[int, str]]:
    return [(bad.line, bad.code) for bad in sheet.bad]


def test_an_ebay_report_loses_its_line_of_commas_its_empty_row_and_its_footer(read: Reader) -> None:
    sheet = read(
        ",,\r\nSales Record Number,Order Number,Sold For\r\n"
        '"","",""\r\n"101","11-222","$25.00"\r\n"102","11-223","$9.50"\r\n\r\n'
        "2 record(s) downloaded\r\nSeller ID : small_shop\r\n"
    )
    assert sheet.columns == ("Sales Record Number", "Order Number", "Sold For")
    assert rows(sheet) == [("101", "11-222", "$25.00"), ("102", "11-223", "$9.50")]
    assert [warning.code for warning in sheet.warnings] == ["footer_skipped"]
    assert not sheet.bad


def test_a_chatwoot_report_begins_after_its_period_and_empty_line(read: Reader) -> None:
    sheet = read(
        "Période du 2024-01-01 au 2024-01-31\n\nNom de l'agent,Nombre de conversations\nAnna,12\nBert,7\n"
    )
    assert sheet.columns == ("Nom de l'agent", "Nombre de conversations")
    assert rows(sheet) == [("Anna", "12"), ("Bert", "7")]
    numbers = [row[0] for row in sheet.relation.fetchall()]
    assert [original.line for original in sheet.originals(numbers).values()] == [4, 5]


def test_a_period_as_last_line_is_no_cut_row(read: Reader) -> None:
    sheet = read("Agent,Rating,Feedback\nAnna,5,Merci\nReporting period 2024-01-01 to 2024-01-31\n")
    assert rows(sheet) == [("Anna", "5", "Merci")]
    assert not sheet.bad


def test_a_second_header_of_api_names_gives_the_columns(read: Reader) -> None:
    sheet = read(
        "Ticket Id,Sujet du ticket,Created Time\nid,subject,createdTime\n9001,Bonjour,2024-01-09 14:00:00\n"
    )
    assert sheet.columns == ("id", "subject", "createdTime")
    assert sheet.other_headers == (("Ticket Id", "Sujet du ticket", "Created Time"),)
    assert sheet.originals([1])[1].line == 3


def test_a_first_row_of_values_is_not_taken_for_a_second_header(read: Reader) -> None:
    sheet = read("Status,Queue,Agent\nopen,returns,anna\nclosed,returns,bert\n")
    assert sheet.other_headers == ()
    assert sheet.rows_in == 2


def test_a_title_padded_with_separators_by_a_spreadsheet_is_not_the_header(read: Reader) -> None:
    sheet = read(
        "Export du mois;;;\n;;;\nNuméro;Date;Motif;Montant\n1;02/03/2024;cassé;12,50\n2;03/03/2024;perdu;8,00\n"
    )
    assert sheet.columns == ("Numéro", "Date", "Motif", "Montant")
    assert rows(sheet)[0] == ("1", "02/03/2024", "cassé", "12,50")


def test_headers_are_made_unique_without_regard_to_letter_case(read: Reader) -> None:
    sheet = read("row_number,Email,email,,Name,Name\n1,2,3,4,5,6\n")
    assert sheet.columns == ("row_number (2)", "Email", "email (2)", "column 4", "Name", "Name (2)")
    assert sheet.relation.columns == ["row_number", *sheet.columns]
    assert rows(sheet) == [("1", "2", "3", "4", "5", "6")]


def test_one_bad_row_keeps_its_line_text_and_reason_and_stops_nothing(read: Reader) -> None:
    sheet = read('id,text\n1,"two\nlines"\n2,unquoted, comma\n3\n4,"four"\n')
    assert rows(sheet) == [("1", "two\nlines"), ("4", "four")]
    assert codes(sheet) == [(4, "too_many_cells"), (5, "too_few_cells")]
    assert sheet.bad[0].text == "2,unquoted, comma"
    assert sheet.originals([2])[2].line == 6


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest_of_the_file(read: Reader) -> None:
    lines = "".join(f"{number},plain\n" for number in range(3, 50))
    sheet = read('id,text\n1,"open\n2,plain\n' + lines)
    assert codes(sheet) == [(2, "unclosed_quote")]
    assert sheet.rows_in == 49
    assert rows(sheet)[0] == ("2", "plain")


def test_a_quote_inside_a_quoted_cell_costs_one_row(read: Reader) -> None:
    sheet = read('id,text\n1,"a "nice" cup"\n2,"fine"\n')
    assert codes(sheet) == [(2, "broken_quotes")]
    assert rows(sheet) == [("2", "fine")]


def test_a_quote_reopened_after_a_space_does_not_swallow_the_rows_after_it(read: Reader) -> None:
    sheet = read('a,b,c\nx,,\nx,,"\nx,,""" ",more\n"\nx,,end\n')
    assert rows(sheet) == [("x", None, None), ("x", None, "end")]
    assert sheet.rows_in == 5


def test_mixed_line_ends_are_all_line_ends(read: Reader) -> None:
    assert rows(read("a,b\r\n1,2\n3,4\r\n5,6")) == [("1", "2"), ("3", "4"), ("5", "6")]
    assert rows(read("a,b\r1,2\r3,4\r", "mac.csv")) == [("1", "2"), ("3", "4")]


def test_a_last_row_without_a_line_end_is_cut_only_when_it_is_short(read: Reader) -> None:
    assert codes(read("a;b;c\n1;2;3\n4;5")) == [(3, "row_is_cut")]
    assert rows(read("a;b;c\n1;2;3\n4;5;6", "whole.csv")) == [("1", "2", "3"), ("4", "5", "6")]


def test_tab_separated_reports_may_leave_out_empty_cells_at_the_end(read: Reader) -> None:
    sheet = read("order-id\tsku\treason\tcomment\n1\tA\tDEFECTIVE\tbroken\n2\tB\tOTHER\n3\tC\n4\tD\tO\tx\n")
    assert rows(sheet)[1:3] == [("2", "B", "OTHER", None), ("3", "C", None, None)]
    assert not sheet.bad


def test_a_short_row_is_damage_where_the_writer_writes_empty_cells(read: Reader) -> None:
    sheet = read("order-id\tsku\treason\tcomment\n1\tA\tDEFECTIVE\t\n2\tB\tOTHER\n")
    assert codes(sheet) == [(3, "too_few_cells")]


def test_excel_leaves_out_empty_columns_sixteen_rows_at_a_time(read: Reader) -> None:
    full = [f"{number};open;note" for number in range(1, 16)]
    short = [f"{number};open" for number in range(16, 32)]
    sheet = read("\n".join(["id;status;note", *full, *short]) + "\n")
    assert not sheet.bad
    assert rows(sheet)[20] == ("21", "open", None)
    broken = read(
        "\n".join(["id;status;note", *full, *short[:7], "23;open;x", *short[8:]]) + "\n", "other.csv"
    )
    assert {code for _, code in codes(broken)} == {"too_few_cells"}


def test_commas_in_the_cells_of_a_semicolon_file_do_not_make_it_a_comma_file(read: Reader) -> None:
    sheet = read(
        "id;subcategories;price\n1;Un produit,C'est un objet,Autre;12,50\n2;Un magasin,Viande;3,00\n"
    )
    assert sheet.columns == ("id", "subcategories", "price")


def test_a_separator_within_cells_alone_or_within_quotes_is_not_the_separator(read: Reader) -> None:
    sheet = read("id,note\n" + "".join(f"{number},a;b;c\n" for number in range(50)))
    assert sheet.columns == ("id", "note")
    sheet = read('sku,"Prix; TTC; EUR"\n' + 'A,"12;50;x"\n' * 50, "quoted.csv")
    assert sheet.columns == ("sku", "Prix; TTC; EUR")


def test_flat_files_may_hold_quotes_as_ordinary_characters(read: Reader) -> None:
    sheet = read('sku\ttitle\tqty\nA\t"Best" 12" pan\t1\nB\t"open\t2\nC\tplain\t3\n')
    assert [row[1] for row in rows(sheet)] == ['"Best" 12" pan', '"open', "plain"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_accents_survive_every_usual_encoding(read: Reader, encoding: str) -> None:
    assert rows(read("numéro;état\n1;renvoyé – 5 €\n".encode(encoding))) == [("1", "renvoyé – 5 €")]


def test_accents_that_come_late_in_a_windows_file_are_still_accents(read: Reader) -> None:
    plain = "".join(f"{number},plain\n" for number in range(40_000))
    sheet = read(("id,text\n" + plain + "x,déjà\n").encode("cp1252"))
    assert rows(sheet)[-1] == ("x", "déjà")
    assert [warning.code for warning in sheet.warnings] == ["read_as_windows"]


def test_one_damaged_letter_costs_its_row_and_spares_the_other_accents(read: Reader) -> None:
    sheet = read("id,text\n1,é\n".encode() + b"2,\xe9\n" + "3,déjà\n".encode())
    assert rows(sheet) == [("1", "é"), ("3", "déjà")]
    assert codes(sheet) == [(3, "bad_encoding")]
    assert sheet.bad[0].text == "2,�"


def test_letters_that_windows_leaves_undefined_do_not_stop_a_file(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"caf\xe9 \x81")
    assert encodings.to_utf8(source, encodings.WINDOWS, tmp_path / "copy").read_text() == "café \x81"


def test_a_row_of_empty_cells_is_no_record_but_keeps_its_place(read: Reader) -> None:
    sheet = read("a,b\n1,2\n,\n3,4\n")
    assert sheet.relation.fetchall() == [(1, "1", "2"), (3, "3", "4")]
    assert sheet.rows_in == 2
    assert sheet.originals([3])[3].line == 4


def test_a_name_that_looks_like_a_pattern_is_only_a_name(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    (tmp_path / "scratch").mkdir()
    for name, value in (("orders[1].parquet", "mine"), ("orders1.parquet", "another's")):
        pl.DataFrame({"a": [value]}).write_parquet(tmp_path / name)
    (found,) = list(sheets(tmp_path / "orders[1].parquet", con, tmp_path / "scratch"))
    assert isinstance(found, Sheet)
    assert rows(found) == [("mine",)]


def test_both_readings_of_a_large_file_tell_the_same_bad_rows(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("id,text,note\n")
        for number in range(400_000):
            text = '"a, cell"' if number % 2 else "a much longer plain cell, of two" * (number % 1000 == 8)
            file.write(f"{number},{text},{'x' * 30}\n")
    form = delimited.format_of(path)
    assert form is not None
    assert path.stat().st_size > 16 << 20  # read by several threads
    quick = delimited.stage_quickly(path, form, con)
    careful = delimited.stage_carefully(path, form, con, tmp_path)
    assert quick is not None
    assert len(quick.bad) == 400
    assert quick.bad == careful.bad
    assert quick.rows.except_(careful.rows).fetchall() == []
    wanted = [1, 2, 8, 9, 10, 1007, 1008, 399_000, 399_600]
    by_pass = {row.row_number: row.record for row in judging.judged(path, form) if row.row_number in wanted}
    by_line = originals_by_line(path, quick, wanted)
    assert {number: (each.line, each.text) for number, each in by_line.items()} == {
        number: (record.line, record.text) for number, record in by_pass.items()
    }


def test_a_workbook_gives_text_with_all_digits_and_dates_as_dates(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "no extension"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Commandes")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "Rapport du mois")
        sheet.write_row(2, 0, ["id", "sku", "date", "prix"])
        for row, number in enumerate([90000001, 123456789012345], 3):
            sheet.write_number(row, 0, number)
            sheet.write_string(row, 1, "007")
            sheet.write_datetime(row, 2, pl.Series(["2024-03-04"]).str.to_date()[0], day)
            sheet.write_number(row, 3, 12.5)
        book.add_worksheet("vide")
        book.add_worksheet("cachée").hide()
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Sheet)
    assert found.name == "no extension › Commandes"
    assert rows(found) == [
        ("90000001", "007", "2024-03-04", "12.5"),
        ("123456789012345", "007", "2024-03-04", "12.5"),
    ]
    assert found.originals([2])[2].line == 5


def test_the_xml_that_freshdesk_calls_xls_is_read_with_its_gaps(read: Reader) -> None:
    def row(*cells: str, index: str = "") -> str:
        return f"<Row{index}>" + "".join(cells) + "</Row>"

    def cell(text: str, index: str = "") -> str:
        return f'<Cell{index}><Data ss:Type="String">{text}</Data></Cell>'

    sheet = read(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Tickets"><Table>'
        + row(cell("Ticket ID"), cell("Sujet"), cell("Tags"))
        + row(cell("12"), cell("a &amp; b", ' ss:Index="3"'))
        + row(cell("13"), cell("Bonjour"), index=' ss:Index="5"')
        + "</Table></Worksheet></Workbook>",
        "tickets.xls",
    )
    assert rows(sheet) == [("12", None, "a & b"), ("13", "Bonjour", None)]
    assert [original.line for original in sheet.originals([1, 4]).values()] == [2, 5]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('<Row ss:Index="x"><Cell ss:MergeAcross="-3"><Data>12</Data></Cell></Row>', [("12", None)]),
        ("<Row><Cell ss:MergeAcross='999999999'><Data>12</Data></Cell></Row>", [("12", None)]),
        ("<Row ss:Index='99999999999999999999'><Cell><Data>12</Data></Cell></Row>", [("12", None)]),
        ("<Table/><Row><Cell><Data>12</Data></Cell></Row>", [("12", None)]),
        ("<Row><Row><Cell><Data>12</Data></Cell></Row></Row>", [("12", None)]),
    ],
)
def test_xml_that_no_spreadsheet_writes_does_not_stop_the_reader(
    read: Reader, table: str, expected: list[tuple[str | None, ...]]
) -> None:
    sheet = read(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Table><Row><Cell><Data>lost</Data></Cell></Row>'
        '</Table><Worksheet ss:Name="Tickets"><Table><Row><Cell><Data>Ticket ID</Data></Cell>'
        f"<Cell><Data>Tags</Data></Cell></Row>{table}</Table></Worksheet></Workbook>"
    )
    assert [row[:2] for row in rows(sheet)] == expected


def test_a_cell_of_very_many_lines_costs_its_row_and_every_other_has_its_original(read: Reader) -> None:
    long = "\n" * (records.MAX_CELL_LINES + 1)
    sheet = read(f'id,text\n1,a\n2,"b\nc"\n3,"{long}"\n4,d\n')
    assert [row[0] for row in rows(sheet)] == ["1", "2", "4"]
    assert [bad.code for bad in sheet.bad][:1] == ["unclosed_quote"]
    assert sheet.originals([1, 2]).keys() == {1, 2}


def test_a_row_of_thousands_of_cells_costs_itself_alone_and_no_time(read: Reader) -> None:
    begun = time.process_time()
    sheet = read("id,text\n" + "1,a\n" * 100 + "x," * 60_000 + "x\n2,b\n")
    assert sheet.rows_in == 102
    assert codes(sheet) == [(102, "too_many_cells")]
    assert time.process_time() - begun < 5  # DuckDB alone takes 20


def test_a_parquet_file_with_a_name_that_is_no_text_is_refused(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "x.parquet"
    con.execute("copy (select 1 as number_of_order) to '" + str(path) + "' (format parquet)")
    path.write_bytes(path.read_bytes().replace(b"number_of_order", b"number\xff\xff\xff\xfforder"))
    (found,) = sheets(path, con, tmp_path)
    assert isinstance(found, Refusal)
    assert found.message.code == "broken_parquet"


def test_parquet_comes_as_text_with_lists_as_json(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    frame = pl.DataFrame(
        {"id": [90000001.0, None], "tags": [["a", "b"], []], "price": [12.5, 3.0], "day": ["2024-03-04", ""]}
    )
    frame.write_parquet(tmp_path / "x.parquet")
    (found,) = list(sheets(tmp_path / "x.parquet", con, tmp_path))
    assert isinstance(found, Sheet)
    assert rows(found) == [("90000001", '["a","b"]', "12.5", "2024-03-04"), (None, "[]", "3", None)]


@pytest.mark.skipif(not SHARED.exists(), reason="the team's real files are not on this machine")
def test_the_real_truncated_export_gives_all_but_its_last_row(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    (found,) = list(sheets(SHARED / "datasets/signalconso/signalconso_export_truncated.csv", con, tmp_path))
    assert isinstance(found, Sheet)
    assert len(rows(found)) == 1245
    assert codes(found) == [(1247, "row_is_cut")]
    assert found.bad[0].text == "bd9fe112-76d9-4a53-9c03-76b3785a0c39;AchatIn"


@pytest.mark.skipif(not SHARED.exists(), reason="the team's real files are not on this machine")
def test_every_real_sample_is_read_whole(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    damaged = {"Contacts__1.csv": 18}  # 32 cells under 33 headers: its author's slip
    for path in sorted(SHARED.glob("samples/*/*")):
        for found in sheets(path, con, tmp_path):
            assert not isinstance(found, Refusal), path
            assert len(found.bad) == damaged.get(path.name, 0), path
            assert found.rows_in == len(rows(found)) + len(found.bad) > 0
