"""Rejected rows are all told, however many they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import rejecting
from tests.landed import Desk, desk

HEADER = "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Survey score,Customer email"
GOOD = "{},late,email,False,a,2026-03-27 10:00:00,,,a@example.com"
BAD_DAY = "{},late,email,False,a,yesterday,,,a@example.com"
BAD_TWICE = "{},late,email,False,a,yesterday,,many,a@example.com"


def _kept(opened: Desk) -> list[tuple[object, ...]]:
    return opened.con.execute(
        "select row_number, line, column_name, value, reason, raw_text from rejects order by rowid"
    ).fetchall()


def test_a_file_that_is_bad_but_for_one_row_is_told_row_by_row(tmp_path: Path) -> None:
    rows = [BAD_DAY.format(number) for number in range(20_000)]
    rows.insert(11_000, GOOD.format("good"))
    with desk(tmp_path) as opened:
        landed = opened.write("tickets.csv", "\n".join([HEADER, *rows]) + "\n")
        kept = _kept(opened)
    assert (landed.rows_in, landed.loaded, landed.unchanged, landed.rejected) == (20_001, 1, 0, 20_000)
    assert kept == [
        (place, place + 1, "Creation date", "yesterday", "not_a_date", row)
        for place, row in enumerate(rows, 1)
        if row != rows[11_000]
    ]


def test_rows_told_a_few_at_a_time_are_told_as_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patterns = [GOOD, BAD_TWICE, BAD_DAY, "{},too,few", GOOD, BAD_DAY, BAD_TWICE, BAD_DAY, "{},few"]
    text = "\n".join([HEADER, *(pattern.format(at) for at, pattern in enumerate(patterns))]) + "\n"
    with desk(tmp_path / "once") as opened:
        landed = opened.write("tickets.csv", text)
        once = _kept(opened)
    assert (landed.rejected, len(once)) == (7, 9)
    monkeypatch.setattr(rejecting, "ROWS_AT_ONCE", 2)
    with desk(tmp_path / "twos") as opened:
        opened.write("tickets.csv", text)
        assert _kept(opened) == once


def test_reading_a_file_again_tells_its_rows_once(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        for _ in range(2):
            opened.write("tickets.csv", "\n".join([HEADER, GOOD.format(1), BAD_TWICE.format(2)]) + "\n")
        assert [row[2] for row in _kept(opened)] == ["Creation date", "Survey score"]
