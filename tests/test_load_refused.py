"""What a load cannot take, it says: a row, a file or a value costs itself alone, and can be mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import landing
from pipelines.load import Options, load
from pipelines.mending import mend_files
from pipelines.reader import Reader
from pipelines.reading import Sheet
from pipelines.store import Store
from tests.test_load import _facts, _tickets


@pytest.mark.parametrize(
    "query", ["select '-'::integer", "select json_extract('{}', unnest(['$.a', '$.\"a\"b\"']))"]
)
def test_a_value_that_nobody_foresaw_costs_its_file_alone(
    query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land = landing.land

    def landed(con: duckdb.DuckDBPyConnection, sheet: Sheet, *told: Any) -> landing.Landed:
        if sheet.name == "bad.csv":
            con.execute(query)  # DuckDB breaks the transaction off
        return land(con, sheet, *told)

    monkeypatch.setattr(landing, "land", landed)
    rows = ["1,,email,False,a,2026-03-27 10:00:00,,,"]
    store = Store(tmp_path / "store")
    bad, good = load([_tickets(tmp_path / "bad.csv", rows), _tickets(tmp_path / "good.csv", rows * 2)], store)
    assert (bad.status, good.status, good.loaded) == ("refused", "loaded", 1)
    assert bad.message is not None
    assert bad.message.code == "value_unforeseen"
    assert Reader(store).query("cases").height == 1


def test_one_bad_row_and_one_bad_file_stop_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    good = _tickets(
        tmp_path / "tickets.csv",
        [
            "1,,email,False,a,2026-03-27 10:00:00,,,",
            "2,,email,False,b,yesterday,,,",
            "3,,email,False,c,2026-03-27 10:00:00,,many,",
        ],
    )
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("alpha,beta\n1,2\n", encoding="utf-8")
    refused, loaded = load([nonsense, good], store)
    assert refused.status == "refused"
    assert refused.message is not None
    assert (loaded.rows_in, loaded.loaded, loaded.rejected) == (3, 1, 2)
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        rejects = con.execute(
            "select line, column_name, value, reason, raw_text from rejects order by line"
        ).fetchall()
    assert rejects == [
        (3, "Creation date", "yesterday", "not_a_date", "2,,email,False,b,yesterday,,,"),
        (4, "Survey score", "many", "not_a_number", "3,,email,False,c,2026-03-27 10:00:00,,many,"),
    ]


def test_rejected_rows_can_be_taken_out_mended_and_loaded(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    rows = ['1,"a, b",email,False,"two\nlines",2026-03-27 10:00:00,,,', "2,,email,False,é,soon,,,"]
    load([_tickets(tmp_path / "a.csv", [*rows, '3,"x, y",chat,False,"three\nlines",later,,,'])], store)
    (file,) = mend_files(Reader(store).query("rows_to_mend"))
    assert (file.name, file.row_count) == ("a.csv-rejects.csv", 2)
    mended = tmp_path / file.name
    text = (
        file.content.decode("utf-8-sig")
        .replace("soon", "2026-03-28 10:00:00")
        .replace("later", "2026-03-29 10:00:00")
    )
    mended.write_text(text, encoding="utf-8")
    (again,) = load([mended], store)
    assert (again.rows_in, again.loaded, again.rejected) == (2, 2, 0)
    whole = Store(tmp_path / "whole")
    right = [row.replace("soon", "2026-03-28 10:00:00") for row in rows]
    load(
        [_tickets(tmp_path / "b.csv", [*right, '3,"x, y",chat,False,"three\nlines",2026-03-29 10:00:00,,,'])],
        whole,
    )
    assert _facts(store) == _facts(whole)


def test_mended_rejects_load_and_leave_nothing_twice(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(
        [
            _tickets(
                tmp_path / "a.csv", ["1,,email,False,a,2026-03-27 10:00:00,,,", "2,,email,False,b,soon,,,"]
            )
        ],
        store,
    )
    (mended,) = load([_tickets(tmp_path / "b.csv", ["2,,email,False,b,2026-03-28 10:00:00,,,"])], store)
    assert (mended.loaded, mended.rejected) == (1, 0)
    assert len(_facts(store)["all_signals"]) == 2


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        (["03/04/2026 10:00", "05/06/2026 10:00"], "dates_ambiguous"),
        (["31/12/2025 10:00", "12/31/2025 10:00"], "dates_change_order"),
    ],
)
def test_dates_that_the_file_does_not_settle_are_refused_not_guessed(
    dates: list[str], code: str, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    file = _tickets(tmp_path / "t.csv", [f"{n},,email,False,a,{at},,," for n, at in enumerate(dates)])
    (result,) = load([file], store)
    assert result.status == "refused"
    assert result.message is not None
    assert result.message.code == code
    (told,) = load([file], store, Options(dates="day_first"))
    assert told.status == "loaded"
    assert told.loaded + told.rejected == 2


def test_one_date_above_twelve_settles_the_whole_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(
        [
            _tickets(
                tmp_path / "t.csv",
                ["1,,email,False,a,03/04/2026 10:00,,,", "2,,email,False,a,25/04/2026 10:00,,,"],
            )
        ],
        store,
    )
    assert sorted(str(row[4]) for row in _facts(store)["all_signals"]) == [
        "2026-04-03 10:00:00",
        "2026-04-25 10:00:00",
    ]
