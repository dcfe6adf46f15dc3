"""Exports: a spreadsheet shows what was there, and runs none of it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.exports import write_csv, write_parquet, write_xlsx

RISKY = tuple("=+-@\t\r\n＝＋－＠")


def _cells(content: bytes, lang: str) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if lang == "fr" else ","))


@pytest.mark.parametrize("lang", ["fr", "en"])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_no_text_is_taken_for_a_formula_and_none_is_lost(lang: str, texts: list[str]) -> None:
    header, *rows = _cells(write_csv(pl.DataFrame({"n": range(len(texts)), "t": texts}), lang), lang)
    assert header == ["n", "t"]
    assert not any(cell.startswith(RISKY) for _, cell in rows)
    assert [
        cell.removeprefix("'") if text.startswith(RISKY) else cell
        for text, (_, cell) in zip(texts, rows, strict=True)
    ] == texts


@pytest.mark.parametrize("start", RISKY)
def test_each_sign_that_begins_a_formula_is_disarmed(start: str) -> None:
    rows = _cells(write_csv(pl.DataFrame({"t": [f"{start}1+1", f"1{start}1"]}), "en"), "en")
    assert rows[1:] == [[f"'{start}1+1"], [f"1{start}1"]]


def test_a_heading_from_a_users_file_is_disarmed_too() -> None:
    assert _cells(write_csv(pl.DataFrame({"=HYPERLINK()": ["x"]}), "en"), "en")[0] == ["'=HYPERLINK()"]


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_numbers_stay_the_same_numbers_in_both_languages(numbers: list[float]) -> None:
    frame = pl.DataFrame({"k": range(len(numbers)), "x": numbers}, schema_overrides={"x": pl.Float64})
    french = [float(row[1].replace(",", ".")) for row in _cells(write_csv(frame, "fr"), "fr")[1:]]
    english = [float(row[1]) for row in _cells(write_csv(frame, "en"), "en")[1:]]
    assert french == english == numbers


def test_french_files_have_semicolons_commas_and_the_mark_that_excel_needs() -> None:
    frame = pl.DataFrame({"cause": ["Mauvaise taille; rouge"], "taux": [-0.5], "le": [date(2025, 3, 4)]})
    assert (
        write_csv(frame, "fr") == b'\xef\xbb\xbfcause;taux;le\r\n"Mauvaise taille; rouge";-0,5;2025-03-04\r\n'
    )
    assert (
        write_csv(frame, "en") == b"\xef\xbb\xbfcause,taux,le\r\nMauvaise taille; rouge,-0.5,2025-03-04\r\n"
    )


def test_what_a_cell_cannot_hold_becomes_plain_and_what_is_not_known_stays_empty() -> None:
    frame = pl.DataFrame(
        {
            "list": [["=a", "b"], [], None],
            "x": [float("nan"), float("inf"), None],
            "money": [Decimal("-1.50"), Decimal("0"), None],
            "at": [datetime(2025, 1, 2, 3, 4, 5), None, None],
            "yes": [True, False, None],
        }
    )
    rows = _cells(write_csv(frame, "en"), "en")[1:]
    assert rows[0] == ["'=a | b", "", "-1.5", "2025-01-02 03:04:05", "true"]
    assert rows[2] == ["", "", "", "", ""]


def test_no_rows_still_give_the_headings() -> None:
    assert write_csv(pl.DataFrame({"a": [], "b": []}), "fr") == b"\xef\xbb\xbfa;b\r\n"


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    frame = pl.DataFrame({"t": ["=1+1", "http://a.example", "-3"], "n": [1, -2, 3], "x": [0.5, None, -1.25]})
    read = pl.read_excel(write_xlsx(frame))
    assert read["t"].to_list() == ["=1+1", "http://a.example", "-3"]
    assert read["n"].to_list() == [1, -2, 3]
    assert read["x"].to_list() == [0.5, None, -1.25]


def test_parquet_gives_back_the_same_frame() -> None:
    frame = pl.DataFrame({"l": [["a"], []], "d": [date(2025, 1, 1), None], "t": ["=x", ""]})
    assert pl.read_parquet(write_parquet(frame)).equals(frame)
