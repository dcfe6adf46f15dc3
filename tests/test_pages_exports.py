"""A file holds exactly what the page shows, opens by double click in both languages, and runs nothing."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import polars as pl
import pytest

from app.exports import Column, Kind, as_shown, csv_bytes, shown

FRAME = pl.DataFrame(
    {
        "cause": ["Défaut", "=cmd|' /C calc'!A0", None],
        "n": [1234, 0, None],
        "share": [0.0724, -0.5, None],
        "rate": [0.02236, 0.0, None],
        "cost": [123456, -50, None],
        "day": [date(2026, 11, 9), date(2026, 1, 2), None],
        "at": [datetime(2026, 11, 9, 14, 5), datetime(2026, 1, 2), None],
        "kinds": [["ticket", "return"], [], None],
    }
)
COLUMNS = [
    Column("cause", "Cause"),
    Column("n", "Incidents", "count"),
    Column("share", "Part", "percent"),
    Column("rate", "Taux", "per_mille"),
    Column("cost", "Coût", "money"),
    Column("day", "Jour", "date"),
    Column("at", "Quand", "moment"),
    Column("kinds", "Types", "list"),
]


def rows(data: bytes, lang: str) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the byte order mark"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";" if lang == "fr" else ","))


def test_french_files_have_semicolons_and_decimal_commas() -> None:
    header, first, second, third = rows(csv_bytes(FRAME, COLUMNS, "fr", "EUR"), "fr")
    assert header == ["Cause", "Incidents", "Part (%)", "Taux (‰)", "Coût (EUR)", "Jour", "Quand", "Types"]
    assert first == [
        "Défaut",
        "1234",
        "7,2",
        "22,4",
        "1234,56",
        "2026-11-09",
        "2026-11-09 14:05:00",
        "ticket, return",
    ]
    assert second[2:5] == ["-50", "0", "-0,5"]
    assert third == [""] * 8


def test_english_files_have_commas_and_decimal_points() -> None:
    _, first, second, _ = rows(csv_bytes(FRAME, COLUMNS, "en", "EUR"), "en")
    assert first[1:5] == ["1234", "7.2", "22.4", "1234.56"]
    assert second[4] == "-0.5"


def test_text_that_a_spreadsheet_would_run_is_disarmed_and_numbers_stay_numbers() -> None:
    hostile = ["=1+1", "+33 6", "-2", "@SUM(A1)", "\tx", "\rx", "<img src=x>", "plain"]
    frame = pl.DataFrame({"text": hostile, "n": [-1] * len(hostile)})
    data = csv_bytes(frame, [Column("text", "=Text"), Column("n", "N", "count")], "en")
    table = rows(data, "en")
    assert [row[0] for row in table[1:]] == [f"'{text}" for text in hostile[:6]] + hostile[6:]
    assert {row[1] for row in table[1:]} == {"-1"}
    assert table[0][0] == "'=Text"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_cell_of_the_file_is_the_figure_of_the_page(lang: str) -> None:
    """What is on the page, without its unit and its grouping, is what is in the file."""
    exported = rows(csv_bytes(FRAME, COLUMNS, lang, "EUR"), lang)[1:]
    for row, values in zip(exported, FRAME.iter_rows(named=True), strict=True):
        for cell, column in zip(row, COLUMNS, strict=True):
            if column.kind in ("count", "percent", "per_mille", "money"):
                assert number(cell, lang) == number(on_page(values[column.name], column.kind, lang), lang)


def on_page(value: object, kind: Kind, lang: str) -> str:
    written = shown(value, kind, lang, "EUR")
    return "" if written == "—" else "".join(c for c in written.replace("−", "-") if c in "0123456789-,.")


def number(text: str, lang: str) -> float | None:
    plain = text.replace(",", ".") if lang == "fr" else text.replace(",", "")
    return float(plain) if plain else None


def test_two_columns_of_one_name_stay_two() -> None:
    frame = pl.DataFrame({"a": [1], "b": [2]})
    assert as_shown(frame, [Column("a", "Taux"), Column("b", "Taux")]).columns == ["Taux", "Taux 2"]


def test_a_currency_without_cents_is_not_divided() -> None:
    frame = pl.DataFrame({"cost": [412]})
    assert as_shown(frame, [Column("cost", "Cost", "money")], "JPY").item() == 412
    assert as_shown(frame, [Column("cost", "Cost", "money")], "EUR").item() == pytest.approx(4.12)
