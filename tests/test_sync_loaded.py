"""From the API to the figures, in processes of their own: kill -9, the command line, the schedule."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import run
from pipelines.cli.main import main
from pipelines.reader import Reader
from pipelines.store import Store
from tests.vendor_server import Zendesk, serving

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in [name for name in os.environ if name.startswith("INCIDENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Store(tmp_path)


def at(api: Zendesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Says in the environment, which processes inherit, how the API is asked."""
    settings = {"address": api.url, "email": "eva@boutique.example", "token": "geheim-123"}
    for name, value in settings.items():
        monkeypatch.setenv(f"INCIDENTS_ZENDESK_{name.upper()}", value)


def start(store: Store, *words: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "pipelines",
        "sync",
        *words,
        "--store",
        str(store.folder),
        "--lang",
        "en",
    ]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def tickets(store: Store) -> list[tuple[Any, ...]]:
    with duckdb.connect(store.master, read_only=True) as con:
        return con.execute("select ticket_id, subject from raw_tickets order by ticket_id").fetchall()


def told(api: Zendesk) -> list[tuple[Any, ...]]:
    return sorted((str(each["id"]), each["subject"]) for each in api.records.values())


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not to be had on Windows")
def test_kill_9_between_pages_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Zendesk()
    for number in range(1, 8):
        api.put(number, tags=["wrong_item"])
    with serving(api):
        at(api, monkeypatch)
        running = start(store, "zendesk")
        api.faults = [None, None, lambda: os.kill(running.pid, signal.SIGKILL)]
        running.communicate(timeout=60)
        assert running.returncode == -signal.SIGKILL
        assert not store.master.exists()
        assert len(list((store.folder / "sync" / "zendesk.main").glob("*.ndjson"))) == 2
        api.asked.clear()
        assert main(["sync", "--json", "--store", str(store.folder), "--lang", "en"]) == 0
        (said,) = json.loads(capsys.readouterr().out)
    # the two pages on the disk are not fetched again, and are loaded with the others
    tickets_asked = [asked for asked in api.asked if asked.path.endswith("cursor.json")]
    assert [asked.params.get("start_time") for asked in tickets_asked] == [None, None]
    assert (said["records"], said["error"], said["files"][0]["loaded"]) == (3, None, 7)
    assert tickets(store) == told(api)
    # the figures are there: seven incidents of the cause that the tag tells
    incidents = Reader(store).query("incidents")
    assert (incidents.height, set(incidents["cause"])) == (7, {"wrong_item_sent"})
    kept = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert b"p1@exemple.fr" not in kept


def test_the_command_says_what_it_did_and_goes_on_at_its_interval_until_it_is_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Zendesk()
    api.put(1)
    with serving(api):
        at(api, monkeypatch)
        running = start(store, "--every", "10s")
        assert running.stdout is not None
        assert running.stderr is not None
        lines = [running.stdout.readline() for _ in range(2)]
        err = ""
        while "every 10s" not in err:  # said once the first sync is done: it waits from here on
            line = running.stderr.readline()
            assert line, err
            err += line
        running.send_signal(signal.SIGINT)
        err += running.communicate(timeout=60)[1]
    assert lines[0].startswith("zendesk.main-tickets.ndjson: zendesk — 1 rows = 1 loaded")
    assert lines[1] == "Zendesk (main): 1 new or changed records.\n"
    assert err.splitlines()[-1] == "Stopped."
    assert running.returncode == 130


def test_serve_syncs_and_alerts_beside_the_dashboard_and_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[str] = []

    class Dashboard:
        def poll(self) -> None: ...

        def wait(self) -> int:
            assert running == [
                "streamlit",
                "pipelines sync --every 15m",
                "pipelines alert --weekly mon@08:00",
            ]
            return 0

    @contextlib.contextmanager
    def starting(command: list[str], *_: Any, **__: Any) -> Iterator[Dashboard]:
        name = command[2] if command[2] == "streamlit" else " ".join(command[2:])
        running.append(name)
        yield Dashboard()
        running.remove(name)

    for name in ("set_up", "build_data"):
        monkeypatch.setattr(run, name, lambda: None)
    monkeypatch.setattr(run, "starting", starting)
    monkeypatch.setattr(run, "wait_until_up", lambda *_: True)
    options = ["--sync-every", "15m", "--alert-weekly", "mon@08:00"]
    assert run.main(["serve", "--no-browser", *options]) == 0
    assert running == []
