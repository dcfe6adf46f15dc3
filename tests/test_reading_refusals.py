"""What is not read, and that it is said in a sentence with a way out; archives that must not be unpacked."""

from __future__ import annotations

import gzip
import re
import string
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench.fuzzing import containers
from pipelines import messages
from pipelines.messages import Message, sentence
from pipelines.reading import Refusal, Sheet, archives, sheets

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PIPELINES = Path(messages.__file__).parent


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\x00\x01\x02\x03junk\x00\x00\x04" * 50, "is_binary"),
        (b"%PDF-1.7\n1 0 obj", "is_pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "is_image"),
        (b"\n<!DOCTYPE html>\n<html><head><title>Log in</title>", "is_web_page"),
        (b"<html><body>Session expired</body></html>", "is_web_page"),
        (b'<?xml version="1.0"?><orders><order id="1"/></orders>', "is_other_xml"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "is_locked_workbook"),
        (OLE + "Workbook".encode("utf-16-le"), "is_old_excel"),
        (OLE, "is_office_document"),
        (b"SQLite format 3\x00" + bytes(100), "is_database"),
        (b"PAR1 but no more", "broken_parquet"),
        (b"PK\x03\x04 but no more", "broken_archive"),
        (b"\x1f\x8b but no more", "broken_archive"),
        (b"[]", "no_records"),
        (b"\n,,,\n,,,\n", "no_header"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, content: bytes, code: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Refusal)
    assert found.message.code == code
    assert "orders.csv" in sentence(found.message, "fr")
    assert "orders.csv" in sentence(found.message, "en")


def test_a_file_of_broken_rows_is_refused_not_kept_in_memory(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a;b;c\n1;2;3\n" + "1;2\n" * 30_000 + "1;2;3;4\n")
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Refusal)
    assert found.message.code == "mostly_broken"


def test_a_text_full_of_commas_is_no_table_of_thousands_of_columns(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("é, " * 30_000 + "\n1,2\n" * 3, encoding="utf-8")
    (found,) = sheets(path, con, tmp_path)
    assert isinstance(found, Refusal)
    assert found.message.code == "too_many_columns"


@pytest.mark.parametrize(
    ("place", "texts", "is_refused"),
    [
        ('r="B2"', "1", False),
        ('r="CV1048576"', "1", True),
        ('r="XFD1048576"', "1", True),  # a stray cell, the last that Excel has
        ("r='ZZ900000'", "1", True),
        ('r="A4294967295"', "1", True),
        ('r="zzzzzzz1"', "1", True),
        ('r="B2"', "999999999", True),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, place: str, texts: str, is_refused: bool
) -> None:
    # the process would end, and the dashboard with it
    sheet = containers.worksheet([["Order", "Tags"], ["1", "a"]]).replace("<c><v>1", f"<c {place}><v>1")
    path = tmp_path / "x.xlsx"
    path.write_bytes(containers.workbook([], sheet))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst uniqueCount="{texts}"><si><t>a</t></si></sst>')
    found = [each.message.code for each in sheets(path, con, tmp_path) if isinstance(each, Refusal)]
    assert found == (["workbook_too_large"] if is_refused else [])


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_binary_workbook_is_not_opened(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = zipped(tmp_path / "orders.xlsb", {"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": b""})
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Refusal)
    assert found.message.code == "is_binary_workbook"


def test_the_files_of_an_archive_are_read_by_content_and_named_with_it(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    members = {
        "orders_1.csv": b"a,b\n1,2\n",
        "list": b'[{"id": 1}]',
        "__MACOSX/x": b"\x00",
        "read.pdf": b"%PDF-1",
    }
    path = zipped(tmp_path / "export.zip", members)
    found = list(sheets(path, con, tmp_path))
    assert [each.name for each in found] == [
        "export.zip › orders_1.csv",
        "export.zip › list",
        "export.zip › read.pdf",
    ]
    assert [type(each) for each in found] == [Sheet, Sheet, Refusal]


def test_a_members_path_is_never_used(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = zipped(tmp_path / "export.zip", {"../outside.csv": b"a,b\n1,2\n", "/abs.csv": b"a,b\n1,2\n"})
    assert all(isinstance(each, Sheet) for each in sheets(path, con, scratch))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["export.zip", "scratch"]


def test_an_archive_in_an_archive_is_not_unpacked(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.csv": b"a,b\n1,2\n"}).read_bytes()
    path = zipped(tmp_path / "outer.zip", {"inner.zip": inner, "inner.gz": gzip.compress(b"a,b\n1,2\n")})
    found = list(sheets(path, con, tmp_path))
    assert [each.message.code for each in found if isinstance(each, Refusal)] == ["nested_archive"] * 2


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 1 << 20)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    bomb = zipped(tmp_path / "bomb.zip", {"a.csv": bytes(4 << 20)})
    pressed = tmp_path / "bomb.gz"
    pressed.write_bytes(gzip.compress(bytes(4 << 20)))
    for path in (bomb, pressed):
        (found,) = list(sheets(path, con, scratch))
        assert isinstance(found, Refusal)
        assert found.message.code == "unpacks_too_large"
    assert list(scratch.iterdir()) == []


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = zipped(
        tmp_path / "many.zip", {f"{number}.csv": b"a,b\n" for number in range(archives.MAX_MEMBERS + 1)}
    )
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Refusal)
    assert found.message.code == "too_many_members"


def test_a_gzip_is_read_like_what_is_in_it(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "report"
    path.write_bytes(gzip.compress(b"a\tb\n1\t2\n"))
    (found,) = list(sheets(path, con, tmp_path))
    assert isinstance(found, Sheet)
    assert found.relation.fetchall() == [(1, "1", "2")]


def texts(lang: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((messages.TEXTS / f"{lang}.toml").read_text(encoding="utf-8"))


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_parameters() -> None:
    french, english = texts("fr"), texts("en")
    assert french.keys() == english.keys()
    for section in french:
        assert french[section].keys() == english[section].keys(), section
        for code, text in french[section].items():
            assert parameters(text) == parameters(english[section][code]), code
            assert text != english[section][code], code


def test_every_code_that_loading_can_say_has_a_text() -> None:
    known = {code for section in texts("en").values() for code in section}
    sources = [path.read_text(encoding="utf-8") for path in PIPELINES.rglob("*.py")]
    said = {code for source in sources for code in re.findall(r"\bMessage\(\s*\"(\w+)\"", source)}
    assert said - known == set()


def test_numbers_are_grouped_as_the_language_does() -> None:
    message = Message("too_many_members", {"file": "x.zip", "count": 12345, "limit": 500})
    assert "12\u202f345" in sentence(message, "fr")
    assert "12,345" in sentence(message, "en")


def test_an_unknown_code_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        sentence(Message("no_such_code"), "fr")
