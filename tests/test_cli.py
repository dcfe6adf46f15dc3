"""The command line, on a small store made by hand: what it prints, in both languages, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.cli import loading
from pipelines.cli.main import main

ROOT = Path(__file__).resolve().parent.parent

_SNAPSHOT = """
    create table files as
    from (values
        ('f1', 'tickets.csv', 'gorgias', ['tickets'], 'loaded', null, null, '[]', 12, 7, 3, 2,
            timestamp '2025-03-01'),
        ('f2', 'book.xlsx', null, null, 'refused', 'no_such_file', '{"file": "book.xlsx"}', '[]', 0, 0, 0, 0,
            timestamp '2025-03-02')
    ) t(file_id, file_name, source, kinds, status, message_code, message_params, warnings, rows_in, loaded,
        unchanged, rejected, first_loaded_at);
    create table rejects as
    from (values
        ('f1', 5, 6, 'created_at', 'soon', 'not_a_date', null, '5,=cmd(),soon'),
        ('f1', 9, 10, null, '1', 'too_few_cells', null, '9')
    ) t(file_id, row_number, line, column_name, value, reason, params, raw_text);
    create table incidents as
    from (values
        ('i1', 'wrong_item', 'amazon', date '2025-03-03', 1250, 0.5, ['ticket', 'return'], true),
        ('i2', 'wrong_item', 'web', date '2025-03-04', 300, -1.25, ['ticket'], false),
        ('i3', '=1+1', 'web', date '2025-03-05', null, null, [], null)
    ) t(incident_key, cause, channel, event_date, cost_cents, score, kinds, has_conflict);
    create view cases as
    select * from incidents
    where getvariable('channels') is null or list_contains(getvariable('channels')::varchar[], channel);
    comment on view cases is 'One row per incident.';
    create view causes as
    select cause, count(*) as incident_count from incidents
    where (getvariable('channels') is null or list_contains(getvariable('channels')::varchar[], channel))
        and (getvariable('start') is null or event_date >= getvariable('start'))
    group by all order by all;
    create view data_rejects as
    select file_name, rejects.* exclude (file_id) from rejects join files using (file_id) order by line;
    create view raw_secret as select 1 as x;
    create view check_healthy as select * from incidents where false;
"""
_ALL_LOADED = "update files set rejected = 0, rows_in = loaded + unchanged, status = 'loaded';"
_SICK = """
    create view check_cost_is_known as select incident_key from incidents where cost_cents is null;
    comment on view check_cost_is_known is 'Each row is an incident without a cost.';
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Run = Callable[..., Said]


def _publish(folder: Path, sql: str) -> None:
    (folder / "snapshots").mkdir(parents=True, exist_ok=True)
    with duckdb.connect(folder / "snapshots" / "snap-1.duckdb") as con:
        con.execute(sql)
    (folder / "CURRENT").write_text("snap-1.duckdb", encoding="ascii")


@pytest.fixture
def run(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs one command on the hand-made store, in English unless it says otherwise."""
    _publish(tmp_path / "store", _SNAPSHOT)

    def call(*words: str, lang: str = "en", store: Path = tmp_path / "store") -> Said:
        try:
            code = main([*words, "--lang", lang, "--store", str(store)])
        except SystemExit as stopped:
            code = int(str(stopped.code))
        out, err = capfdbinary.readouterr()
        return Said(code, out.decode("utf-8"), err.decode("utf-8"))

    return call


def _rows(text: str, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator))


# --- status, rejects


def test_status_in_json_adds_up_for_every_file(run: Run) -> None:
    said = run("status", "--json")
    files = json.loads(said.out)
    fields = {"file", "source", "kind", "rows_in", "loaded", "unchanged", "rejected", "warnings"}
    assert [fields <= file.keys() for file in files] == [True, True]
    assert all(f["rows_in"] == f["loaded"] + f["unchanged"] + f["rejected"] for f in files)
    assert (files[0]["file"], files[0]["kind"], files[0]["rows_in"]) == ("tickets.csv", "tickets", 12)


def test_status_ends_with_one_when_a_file_was_refused_or_has_rejects(run: Run, tmp_path: Path) -> None:
    assert run("status").code == 1
    _publish(tmp_path / "good", _SNAPSHOT + _ALL_LOADED)
    assert run("status", store=tmp_path / "good").code == 0


def test_status_shows_a_total_and_why_a_file_was_refused(run: Run) -> None:
    lines = run("status").out.splitlines()
    assert lines[0].split()[:2] == ["file", "source"]
    assert lines[3].split() == ["Total", "12", "7", "3", "2", "0"]
    assert lines[4].startswith("book.xlsx: ")
    assert "refusé" in run("status", lang="fr").out


def test_rejects_name_file_line_column_and_reason(run: Run) -> None:
    said = run("rejects")
    assert said.code == 1
    first, second = said.out.splitlines()
    assert first.startswith("tickets.csv, line 6: “soon” in the column “created_at” is no date")
    assert second.startswith("tickets.csv, line 10: The row has too few cells (1)")
    assert "« created_at »" in run("rejects", lang="fr").out.replace("\u202f", " ").replace("\xa0", " ")


def test_rejects_as_csv_keep_the_raw_row_and_disarm_it(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    assert run("rejects", "--csv", str(target), lang="fr").code == 1
    rows = _rows(target.read_text(encoding="utf-8"), ";")
    assert [row["line"] for row in rows] == ["6", "10"]
    assert rows[0]["raw_text"] == "5,=cmd(),soon"


def test_without_data_every_reading_verb_says_what_to_do(run: Run, tmp_path: Path) -> None:
    for verb in (["status"], ["rejects"], ["check"], ["export", "cases"]):
        said = run(*verb, store=tmp_path / "nothing")
        assert (said.code, said.out) == (1, "")
        assert "load PATH" in said.err
    assert not (tmp_path / "nothing").exists()


# --- export


def test_export_in_french_opens_in_a_french_excel(run: Run) -> None:
    said = run("export", "cases", lang="fr")
    assert said.code == 0
    assert said.out.startswith("\ufeffincident_key;cause;")
    assert _rows(said.out, ";")[1]["score"] == "-1,25"


def test_export_disarms_text_and_leaves_numbers_alone(run: Run) -> None:
    rows = _rows(run("export", "cases").out)
    assert [row["cause"] for row in rows] == ["wrong_item", "wrong_item", "'=1+1"]
    assert [row["score"] for row in rows] == ["0.5", "-1.25", ""]
    assert [row["event_date"] for row in rows] == ["2025-03-03", "2025-03-04", "2025-03-05"]
    assert [row["kinds"] for row in rows] == ["ticket | return", "ticket", ""]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["cause=wrong_item"], ["i1", "i2"]),
        (["incident_key=i1", "incident_key=i3"], ["i1", "i3"]),
        (["cost_cents=300"], ["i2"]),
        (["cost_cents="], ["i3"]),
        (["event_date=2025-03-04"], ["i2"]),
        (["kinds=return"], ["i1"]),
        (["has_conflict=false"], ["i2"]),
        (["score=-1.25"], ["i2"]),
        (["cause=wrong_item", "channel=web"], ["i2"]),
        (["cause=' or 1=1 --"], []),
    ],
)
def test_where_on_a_column_keeps_its_rows(run: Run, where: list[str], expected: list[str]) -> None:
    said = run("export", "cases", *(word for text in where for word in ("--where", text)))
    assert [row["incident_key"] for row in _rows(said.out)] == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["channels=web"], {"'=1+1": "1", "wrong_item": "1"}),
        (["channel=web"], {"'=1+1": "1", "wrong_item": "1"}),
        (["channels=web", "channels=amazon"], {"'=1+1": "1", "wrong_item": "2"}),
        (["start=2025-03-04"], {"'=1+1": "1", "wrong_item": "1"}),
    ],
)
def test_where_on_a_filter_applies_before_counting(
    run: Run, where: list[str], expected: dict[str, str]
) -> None:
    said = run("export", "causes", *(word for text in where for word in ("--where", text)))
    assert {row["cause"]: row["incident_count"] for row in _rows(said.out)} == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case"], "cases         One row per incident."),
        (["raw_secret"], "There is no view raw_secret"),
        (["cases", "--where", "cause"], "write name=value"),
        (["cases", "--where", "colour=red"], "incident_key, cause"),
        (["cases", "--where", "start=monday"], "no date"),
        (["cases", "--where", "cost_cents=many"], "no number"),
        (["cases", "--where", "has_conflict=perhaps"], "true or false"),
        (["cases", "--format", "xlsx"], "-o"),
    ],
)
def test_an_export_that_cannot_be_meant_is_refused_with_a_sentence(
    run: Run, words: list[str], said: str
) -> None:
    answer = run("export", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_the_name_of_the_file_says_its_format(run: Run, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    said = run("export", "causes", "-o", str(target))
    assert (said.code, said.out) == (0, "")
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "xlsx": pl.read_excel}[ending]
    assert read(target)["incident_count"].to_list() == [1, 2]  # type: ignore[operator]


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    said = run("export", "causes", "-o", str(tmp_path / "no" / "folder.csv"))
    assert said.code == 1
    assert "cannot be written" in said.err


def test_export_without_a_view_lists_the_views(run: Run) -> None:
    said = run("export")
    assert said.code == 0
    assert said.out.splitlines() == [
        "  cases         One row per incident.",
        "  causes",
        "  data_rejects",
        "  incidents",
    ]


# --- check


def test_check_is_quiet_and_zero_when_nothing_contradicts(run: Run) -> None:
    said = run("check")
    assert said.code == 0
    assert "1 checks, all healthy" in said.out


def test_check_shows_the_rows_that_contradict_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    _publish(tmp_path / "sick", _SNAPSHOT + _SICK)
    said = run("check", store=tmp_path / "sick")
    assert said.code == 1
    assert "FAILED check_cost_is_known: 1 rows. Each row is an incident without a cost." in said.out
    assert "incident_key=i3" in said.out
    assert json.loads(run("check", "--json", store=tmp_path / "sick").out)["check_healthy"] == []


# --- load, watch


def test_a_path_that_is_not_there_is_refused_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    said = run("load", str(tmp_path / "gone.csv"), "--json", store=tmp_path / "new")
    assert said.code == 1
    (file,) = json.loads(said.out)
    assert file["status"] == "refused"
    assert "gone.csv" in file["message"]


def test_a_file_is_taken_once_it_stopped_growing_and_again_when_it_changed() -> None:
    path = Path("a.csv")
    assert loading.arrived({}, {path: (1, 1)}, {}) == []
    assert loading.arrived({path: (1, 1)}, {path: (2, 2)}, {}) == []
    assert loading.arrived({path: (2, 2)}, {path: (2, 2)}, {}) == [path]
    assert loading.arrived({path: (2, 2)}, {path: (2, 2)}, {path: (2, 2)}) == []
    assert loading.arrived({path: (3, 3)}, {path: (3, 3)}, {path: (2, 2)}) == [path]


def test_unfinished_downloads_and_lock_files_are_not_looked_at(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv.part", "c.crdownload", "~$d.xlsx", ".hidden"):
        (tmp_path / name).touch()
    assert [path.name for path in loading.look(tmp_path)] == ["a.csv"]


@pytest.mark.slow
def test_watch_loads_what_arrives_and_stops_cleanly(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    command = [sys.executable, "-m", "pipelines", "watch", str(inbox), "--every", "0.1", "--lang", "en"]
    watching = subprocess.Popen(
        [*command, "--store", str(tmp_path / "store")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert watching.stderr is not None
        assert watching.stdout is not None
        assert "Watching" in watching.stderr.readline()
        (inbox / "riddle.csv").write_text("what,is,this\n1,2,3\n", encoding="utf-8")
        assert watching.stdout.readline().startswith("riddle.csv: refused. ")
    finally:
        watching.send_signal(2)
        _, err = watching.communicate(timeout=30)
    assert watching.returncode == 130
    assert err.splitlines()[-1] == "Stopped."
    assert "Traceback" not in err


# --- the words themselves


def test_help_needs_no_heavy_library_and_is_in_the_language_asked_for(run: Run) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, pipelines.cli.main; print('polars' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert loaded.strip() == "False"
    english, french = run("--help"), run("--help", lang="fr")
    assert (english.code, french.code) == (0, 0)
    assert "what was loaded" in english.out
    assert "ce qui est chargé" in french.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "VERBE"),
        (["explode"], "n’est aucun de"),
        (["load"], "il manque : PATH"),
        (["load", "x", "--sideways"], "pas compris : --sideways"),
        (["load", "x", "--dates", "any"], "n’est aucun de"),
        (["demo", "--seed", "much"], "n’est pas un nombre"),
    ],
)
def test_a_command_that_is_not_understood_ends_with_two_and_says_why(
    run: Run, words: list[str], said: str
) -> None:
    answer = run(*words, lang="fr")
    assert answer.code == 2
    assert said in answer.err


def test_every_text_is_there_in_both_languages_with_the_same_values() -> None:
    def texts(lang: str) -> dict[str, str]:
        return tomllib.loads((ROOT / f"pipelines/cli/{lang}.toml").read_text(encoding="utf-8"))

    def values(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    english, french = texts("en"), texts("fr")
    assert english.keys() == french.keys()
    assert {key for key in english if values(english[key]) != values(french[key])} == set()
