"""What people write is kept with its history, by several at once, whole at any moment, and can be taken back."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines import notebook
from pipelines.messages import sentence
from pipelines.notebook import Write
from pipelines.store import Store, StoreError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store whose notebook is in SQLite; or in PostgreSQL, in a schema of its own that goes afterwards."""
    made = Store(tmp_path / "store")
    if getattr(request, "param", "sqlite") == "sqlite":
        yield made
        return
    if not (address := os.environ.get("TEST_POSTGRESQL")):
        pytest.skip("TEST_POSTGRESQL names no PostgreSQL to test with")
    schema = f"notebook_{secrets.token_hex(4)}"
    server = sa.create_engine(address)
    with server.begin() as con:
        con.execute(sa.schema.CreateSchema(schema))
    url = sa.make_url(address).update_query_dict({"options": f"-csearch_path={schema}"})
    told = json.dumps(url.render_as_string(hide_password=False))
    made.user.mkdir(parents=True)
    (made.user / "settings.toml").write_text(f"notebook = {told}\n", encoding="utf-8")
    yield made
    notebook._engine(url).dispose()
    with server.begin() as con:
        con.execute(sa.schema.DropSchema(schema, cascade=True))
    server.dispose()


in_either_database = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def _states(store: Store, topic: str = "work") -> dict[str, object]:
    return {item: entry.after for item, entry in notebook.current(store, topic).items()}


def test_looking_creates_nothing(store: Store) -> None:
    assert notebook.current(store, "work") == {}
    assert notebook.history(store, "work") == []
    assert notebook.mark(store, "work") == ""
    assert not store.folder.exists()


@in_either_database
def test_every_change_says_who_when_and_what_stood_there_before(store: Store) -> None:
    notebook.write(store, "work", [Write("a", {"state": "new"}, 0)], "Anne")
    notebook.write(store, "work", [Write("a", {"state": "done"}, 1)], "Bert")
    told = notebook.history(store, "work", "a")
    assert [(e.who, e.before, e.after, e.version) for e in told] == [
        ("Bert", {"state": "new"}, {"state": "done"}, 2),
        ("Anne", None, {"state": "new"}, 1),
    ]
    assert all(entry.at.utcoffset() is not None for entry in told)
    assert notebook.history(store, "decision") == []


@in_either_database
def test_what_stands_there_already_is_no_change(store: Store) -> None:
    notebook.write(store, "work", [Write("a", {"note": "é"}, 0)], "Anne")
    before = notebook.mark(store, "work")
    assert notebook.write(store, "work", [Write("a", {"note": "é"}, 1)], "Bert") == []
    assert notebook.mark(store, "work") == before


@in_either_database
def test_of_two_who_looked_at_the_same_the_second_is_told_and_nothing_of_theirs_is_written(
    store: Store,
) -> None:
    notebook.write(store, "work", [Write("a", {"state": "new"}, 0)], "Anne")
    notebook.write(store, "work", [Write("a", {"state": "done"}, 1)], "Bert")
    with pytest.raises(StoreError) as late:
        notebook.write(
            store, "work", [Write("b", {"state": "new"}, 0), Write("a", {"state": "muted"}, 1)], "Cleo"
        )
    assert _states(store) == {"a": {"state": "done"}}
    for lang in ("fr", "en"):
        assert "Bert" in sentence(late.value.message, lang)


@in_either_database
def test_an_undo_puts_all_of_a_batch_back_and_is_an_entry_itself(store: Store) -> None:
    notebook.write(store, "work", [Write("a", {"state": "new"}, 0)], "Anne")
    done = notebook.write(
        store, "work", [Write(item, {"state": "done"}, seen) for item, seen in (("a", 1), ("b", 0))], "Anne"
    )
    assert len({entry.batch for entry in done}) == 1
    back = notebook.undo(store, done[0].batch, "Bert")
    assert _states(store) == {"a": {"state": "new"}, "b": None}
    assert {entry.undoes for entry in back} == {done[0].batch}
    assert len(notebook.history(store, "work")) == 5
    notebook.undo(store, back[0].batch, "Bert")
    assert _states(store) == {"a": {"state": "done"}, "b": {"state": "done"}}


@in_either_database
def test_what_was_changed_since_is_not_undone(store: Store) -> None:
    done = notebook.write(store, "work", [Write("a", {"n": 1}, 0), Write("b", {"n": 1}, 0)], "Anne")
    notebook.write(store, "work", [Write("b", {"n": 2}, 1)], "Bert")
    with pytest.raises(StoreError):
        notebook.undo(store, done[0].batch, "Anne")
    assert _states(store) == {"a": {"n": 1}, "b": {"n": 2}}


@in_either_database
def test_more_items_than_a_query_takes_are_changed_at_once(store: Store) -> None:
    many = [f"item {n}" for n in range(1201)]
    notebook.write(store, "work", [Write(item, {"n": 1}, 0) for item in many], "Anne")
    notebook.write(store, "work", [Write(item, {"n": 2}, 1) for item in many], "Anne")
    assert _states(store) == {item: {"n": 2} for item in many}


def test_the_store_is_rebuilt_without_it(store: Store) -> None:
    notebook.write(store, "work", [Write("a", {"n": 1}, 0)], "Anne")
    assert sorted(path.name for path in store.folder.rglob("*") if path.is_file()) == [notebook.FILE]


def test_a_notebook_of_a_newer_program_is_left_alone(store: Store) -> None:
    notebook.write(store, "work", [Write("a", {"n": 1}, 0)], "Anne")
    with sqlite3.connect(store.user / notebook.FILE) as con:
        con.execute("insert into notebook_version values (99)")
    con.close()
    for use in (lambda: notebook.current(store, "work"), lambda: notebook.write(store, "work", [], "Anne")):
        with pytest.raises(StoreError) as error:
            use()
        assert error.value.message.code == "notebook_newer"


@pytest.mark.parametrize(
    ("told", "code"),
    [("what is this", "notebook_address"), ("sqlite+nothing://x", "notebook_address")],
)
def test_an_address_that_is_none_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, told: str, code: str
) -> None:
    monkeypatch.setenv(notebook.VARIABLE, told)
    with pytest.raises(StoreError) as error:
        notebook.current(store, "work")
    assert error.value.message.code == code


def test_the_settings_may_name_another_database(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.db"
    store.user.mkdir(parents=True)
    (store.user / "settings.toml").write_text(
        f'notebook = "sqlite:///{other.as_posix()}"\n', encoding="utf-8"
    )
    notebook.write(store, "work", [Write("a", {"n": 1}, 0)], "Anne")
    assert other.exists()
    assert _states(store) == {"a": {"n": 1}}


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(store: Store) -> None:
    store.user.mkdir(parents=True)
    (store.user / notebook.FILE).write_text("not a database, but somebody's text", encoding="utf-8")
    with pytest.raises(StoreError) as error:
        notebook.write(store, "work", [Write("a", {"n": 1}, 0)], "Anne")
    assert error.value.message.code == "notebook_unusable"
    assert (store.user / notebook.FILE).read_text(encoding="utf-8").startswith("not a database")


# --- two processes

WRITER = """
import sys
from pathlib import Path
from pipelines import notebook
from pipelines.notebook import Write
from pipelines.store import Store, StoreError

store, who, times = Store(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
done = 0
while done < times:
    now = notebook.current(store, "count")
    writes = [Write(item, {"n": (now[item].after["n"] if item in now else 0) + 1},
                    now[item].version if item in now else 0) for item in ("a", "b")]
    try:
        notebook.write(store, "count", writes, who)
    except StoreError as error:
        assert error.message.code in ("notebook_changed", "notebook_changed_by"), error.message
        continue
    done += 1
    print(done, flush=True)
"""


def _writer(store: Store, who: str, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.folder), who, str(times)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@in_either_database
def test_two_processes_that_count_together_lose_nothing_and_never_fail(store: Store) -> None:
    """Both begin with a store that is not there; every step of either is one more, so 40 steps make 40."""
    both = [_writer(store, who, 20) for who in ("Anne", "Bert")]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert _states(store, "count") == {"a": {"n": 40}, "b": {"n": 40}}
    entries = notebook.history(store, "count", "a")
    assert [entry.version for entry in entries] == list(range(40, 0, -1))
    assert {entry.who for entry in entries} == {"Anne", "Bert"}


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not to be had on Windows")
@in_either_database
def test_killed_at_any_moment_it_is_whole(store: Store) -> None:
    """Whatever was told to be written is there, both items of a batch or none, and the next writer goes on."""
    for step in range(2):
        process = _writer(store, "Anne", 10_000)
        assert process.stdout is not None
        told = 0
        until = time.monotonic() + 0.05 * step
        while told < 3 or time.monotonic() < until:
            told = int(process.stdout.readline())
        before = told
        os.kill(process.pid, signal.SIGKILL)
        rest = process.communicate(timeout=30)[0].split()
        told = int(rest[-1]) if rest else before
        counts = {
            item: len([e for e in notebook.history(store, "count", item) if e.version]) for item in ("a", "b")
        }
        assert counts["a"] == counts["b"] >= told
        assert _states(store, "count") == {item: {"n": n} for item, n in counts.items()}
    if (store.user / notebook.FILE).exists():
        with sqlite3.connect(store.user / notebook.FILE) as con:
            assert con.execute("pragma integrity_check").fetchall() == [("ok",)]
        con.close()
