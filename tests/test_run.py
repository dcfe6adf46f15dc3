"""run.py: set-up happens once, says what is wrong in a sentence, and the dashboard really answers."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import run

HERE = Path(__file__).resolve().parent.parent


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """run.py at work in an empty folder, in English."""
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "STAMP", tmp_path / ".venv" / "ready")
    monkeypatch.setattr(run, "LOG", tmp_path / ".venv" / "setup.log")
    monkeypatch.setattr(run, "LOCK", tmp_path / "requirements.lock")
    shutil.copy(HERE / "requirements.lock", tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return tmp_path


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of a set-up in the order they were taken; none of them does anything."""
    taken: list[str] = []

    def make() -> None:
        taken.append("make")
        run.python().parent.mkdir(parents=True, exist_ok=True)
        run.python().touch()

    monkeypatch.setattr(run, "make_environment", make)
    monkeypatch.setattr(run, "install", lambda: taken.append("install"))
    return taken


def test_older_pythons_can_read_the_file_that_tells_them_they_are_too_old() -> None:
    ast.parse((HERE / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse((HERE / "run.py").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
    }
    names |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_a_second_start_sets_nothing_up(project: Path, steps: list[str]) -> None:
    run.set_up()
    run.set_up()
    assert steps == ["make", "install"]


def test_a_changed_lock_is_installed_into_the_same_environment(project: Path, steps: list[str]) -> None:
    run.set_up()
    run.LOCK.write_text("another lock", encoding="utf-8")
    run.set_up()
    assert steps == ["make", "install", "install"]


def test_another_python_gets_another_environment(project: Path, steps: list[str]) -> None:
    run.set_up()
    run.STAMP.write_text("3.10 " + run.wanted_stamp().split()[1], encoding="utf-8")
    run.set_up()
    assert steps == ["make", "install", "make", "install"]


def test_an_installation_that_failed_is_tried_again(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise SystemExit("no")

    with monkeypatch.context() as patch:
        patch.setattr(run, "install", fail)
        with pytest.raises(SystemExit):
            run.set_up()
    run.set_up()
    assert steps == ["make", "make", "install"]


def test_half_of_another_lock_is_not_taken_for_the_first_one_again(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise SystemExit("no")

    run.set_up()
    first = run.LOCK.read_text(encoding="utf-8")
    run.LOCK.write_text("another lock", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(run, "install", fail)
        with pytest.raises(SystemExit):
            run.set_up()
    run.LOCK.write_text(first, encoding="utf-8")
    run.set_up()
    assert steps == ["make", "install", "make", "install"]


def test_a_full_disk_is_said_before_anything_is_fetched(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BYTES_NEEDED", 10**18)
    with pytest.raises(SystemExit, match="Make room"):
        run.set_up()
    assert steps == []


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("Failed to establish a new connection: [Errno 111]", "is this computer online"),
        ("Temporary failure in name resolution", "is this computer online"),
        ("OSError: [Errno 28] No space left on device", "Make room"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "DO NOT MATCH THE HASHES"),
        ("error: No solution found when resolving dependencies", "No solution found"),
    ],
)
def test_what_went_wrong_in_an_installation_becomes_a_sentence(project: Path, log: str, said: str) -> None:
    assert said in str(run.explain(log))


def test_a_python_without_ensurepip_is_told_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def debian(command: list[str], log: Path, environment: dict[str, str]) -> int:
        run.VENV.mkdir()
        log.write_text("The virtual environment was not created because ensurepip is not available.")
        return 1

    monkeypatch.setattr(run, "quietly", debian)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        run.make_environment()
    assert not run.VENV.exists()


def test_pip_takes_over_when_uv_cannot_be_had(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def only_pip_and_no_uv(command: list[str], log: Path, environment: dict[str, str]) -> int:
        commands.append(command)
        return 0 if command[-1] == str(run.LOCK) else 1

    run.VENV.mkdir()
    monkeypatch.setattr(run, "quietly", only_pip_and_no_uv)
    run.install()
    assert [("uv" in command, "--require-hashes" in command) for command in commands] == [(False, True)] * 2
    assert commands[-1][-1] == str(run.LOCK)


def test_the_uv_that_is_fetched_is_the_one_of_the_lock_with_its_hashes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(command: list[str], log: Path, environment: dict[str, str]) -> int:
        asked.append(Path(command[-1]).read_text(encoding="utf-8"))
        return 0

    monkeypatch.setattr(run, "quietly", read)
    assert run.fetch_uv(["pip"], run.LOCK.read_text(encoding="utf-8"))
    lines = asked[0].strip().splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])


def test_uv_is_told_of_the_indexes_that_pip_is_configured_with(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = project / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = file:///a/simple\nextra-index-url = file:///b file:///c\ncert = /d.pem\n"
    )
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_INDEX_URL", "file:///wins/simple")
    told = run.uv_environment([sys.executable, "-m", "pip"])
    assert told["UV_DEFAULT_INDEX"] == "file:///wins/simple"
    assert "file:///b file:///c" in told["UV_INDEX"]
    assert told["SSL_CERT_FILE"] == "/d.pem"


def test_every_sentence_is_there_in_both_languages_with_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    for key, (english, french) in run.SENTENCES.items():
        assert values(english) == values(french), key


def test_a_french_machine_is_spoken_to_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_CA.UTF-8")
    assert run.sentence("stopped") == "Arrêté."


def test_a_taken_port_is_left_alone() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert run.free_port(taken) != taken
    assert run.free_port(taken) == taken


def test_files_in_the_inbox_come_before_the_demo(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(run, "run", lambda *words: started.append(words))
    monkeypatch.setattr(run, "STORE", project / "store")
    monkeypatch.setattr(run, "INBOX", project / "inbox")
    run.INBOX.mkdir()
    (run.INBOX / ".gitkeep").touch()
    run.build_data()
    (run.INBOX / "orders.csv").touch()
    run.build_data()
    run.STORE.mkdir()
    (run.STORE / "CURRENT").touch()
    run.build_data()
    assert started == [("pipelines", "demo"), ("pipelines", "load", str(run.INBOX))]


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up that is done: the Python that runs the tests."""
    monkeypatch.setattr(run, "set_up", lambda: None)
    monkeypatch.setattr(run, "python", lambda: Path(sys.executable))


def test_test_hands_its_arguments_to_pytest(ready: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert run.main(["test", "--collect-only", "-q", "tests/test_run.py"]) == 0
    assert "test_test_hands_its_arguments_to_pytest" in capfd.readouterr().out


def test_a_verb_is_handed_to_the_command_line_with_its_exit_code(
    ready: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["status", "--store", str(tmp_path), "--lang", "en"]) == 1
    assert "python3 run.py load PATH" in capfd.readouterr().err


def test_a_wrong_option_is_refused_with_the_usage(ready: None, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run.main(["--port", "eighty"])
    assert refused.value.code == 2
    assert "--port" in capfd.readouterr().err


_SERVE = """
import run, signal, sys
from pathlib import Path
run.set_up = lambda: None
run.build_data = lambda: None
run.python = lambda: Path(sys.executable)
signal.signal(signal.SIGTERM, run.stop)
try:
    run.main(["--no-browser", "--port", sys.argv[1]])
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
def test_the_dashboard_answers_and_leaves_nothing_behind_when_it_is_stopped(tmp_path: Path) -> None:
    port = run.free_port(0)
    environment = {**os.environ, "INCIDENTS_STORE": str(tmp_path), "LC_ALL": "C.UTF-8"}
    started = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(port)],
        cwd=HERE,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stderr is not None
        assert any(f"http://127.0.0.1:{port}" in line for line in started.stderr)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.status == 200
    finally:
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=30)
    assert started.returncode == 130
    assert run.free_port(port) == port
