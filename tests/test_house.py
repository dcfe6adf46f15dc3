"""The house: what lies where, what must never be committed, and that the README's commands work."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from pipelines.causes import read_causes
from pipelines.cli.main import _DONE_BY
from pipelines.shop_tags import read_shop_tags
from pipelines.sources.mapping import read_mapping, reason_codes
from pipelines.store import Store

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

TOP = {
    "app",
    "analysis",
    "bench",
    "data",
    "docs",
    "pipelines",
    "queries",
    "tests",
    ".ci",
    ".streamlit",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "DECISIONS.md",
    "LICENSE",
    "README.md",
    "dashboard.py",
    "pyproject.toml",
    "requirements.lock",
    "run.py",
}
# Written so that this file is not found by what it looks for.
REGISTRIES = re.compile(
    r"py[p]i\.org|pythonhoste[d]\.org|npmj[s]\.(org|com)|deb\.debia[n]\.org|anaconda\.or[g]"
)
MACHINES = re.compile(r"/(wor[k]|far[m]|roo[t]|Use[r]s|hom[e])/|[A-Z]:\\Users")


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git knows; in a copy without git, every file that is not ignored by its name."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
    ignored = {".git", ".venv", "__pycache__", "store", "inbox", ".hypothesis", ".mypy_cache", ".ruff_cache"}
    ignored |= {".pytest_cache"}
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return tuple(path for path in found if not ignored & set(path.relative_to(ROOT).parts))


def _text(path: Path) -> str:
    """The text of a file; '' for one that is not text."""
    content = path.read_bytes()
    return "" if b"\0" in content[:8000] else content.decode("utf-8", errors="replace")


def test_the_top_holds_what_the_design_says_and_nothing_else() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in committed()} <= TOP


def test_no_pages_folder_stands_beside_the_dashboard() -> None:
    # Streamlit would serve its files past dashboard.py
    assert not (ROOT / "pages").exists()


def test_the_lock_names_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)
    assert len(pins) > 40
    assert "uv" in pins  # run.py installs it from here
    for block in re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_every_dependency_of_the_project_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=\[; ]", line, maxsplit=1)[0] for line in wanted}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert names <= set(re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE))


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in committed()
        for line in _text(path).splitlines()
        if REGISTRIES.search(line) or MACHINES.search(line)
    ]
    assert found == []


def test_no_module_is_longer_than_a_few_pages() -> None:
    modules = [path for path in committed() if path.suffix == ".py"]
    lengths = {str(path.relative_to(ROOT)): len(_text(path).splitlines()) for path in modules}
    # a file of tests is read one test at a time, so it may be longer
    too_long = {
        n: length for n, length in lengths.items() if length >= (500 if n.startswith("tests") else 400)
    }
    assert too_long == {}


def test_nothing_is_called_utils() -> None:
    bad = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [str(path) for path in committed() if path.name in bad] == []


# --- the README


def readme_commands() -> list[str]:
    """The commands of the README's shell blocks, one a line."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_the_readme_says_how_to_start_and_how_to_test() -> None:
    assert {"python3 run.py", "python3 run.py test"} <= set(readme_commands())


def test_every_path_that_the_readme_names_is_there() -> None:
    named = re.findall(
        r"`((?:app|data|queries|pipelines|docs|tests)/[\w./-]*|[A-Z]{6,}\.md|LICENSE)`", README
    )
    made = ("data/demo/", "data/inbox/", "data/store/", "data/store/user/")
    assert [name for name in named if name not in made and not (ROOT / name).exists()] == []


def readme_examples(kind: str) -> list[str]:
    """The contents of the README's blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def examples_of_settings() -> list[str]:
    """The settings that the README shows, and those that a shop copies."""
    shown = [text for text in readme_examples("toml") if text.startswith("zone")]
    return [*shown, (ROOT / "data/config/settings.example.toml").read_text(encoding="utf-8")]


def test_the_readme_shows_settings_a_mapping_and_tags() -> None:
    assert (len(examples_of_settings()), len(readme_examples("toml")), len(readme_examples("csv"))) == (
        2,
        2,
        1,
    )


@pytest.mark.parametrize("text", examples_of_settings(), ids=["README", "example file"])
def test_an_example_of_settings_is_understood_line_by_line(text: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.user.mkdir()
    (store.user / "settings.toml").write_text(text, encoding="utf-8")
    assert store.settings().keys() == {"zone", "shop_name", "currency", "third_party_warehouses"}
    assert (store.zone(), "Lyon" in store.third_party_warehouses()) == ("Europe/Paris", True)


def test_the_mapping_of_the_readme_is_one(tmp_path: Path) -> None:
    path = tmp_path / "retours_lyon.toml"
    path.write_text(next(text for text in readme_examples("toml") if "[columns]" in text), encoding="utf-8")
    assert read_mapping(path).tables[0].kind == "returns"
    assert {cause for _, _, cause in reason_codes(path)} == {"damaged_in_transit", None}


def test_the_tags_of_the_readme_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_text(readme_examples("csv")[0], encoding="utf-8")
    tags, warnings = read_shop_tags(path, read_causes(ROOT / "queries" / "causes").by_name)
    assert (sorted(tags.values()), warnings) == (["damaged_in_transit", "ignore", "wrong_item_sent"], [])


def test_every_benchmark_of_the_readme_is_there_and_none_is_left_out() -> None:
    named = set(re.findall(r"^python (bench/\w+\.py)", README, flags=re.MULTILINE))
    assert named == {f"bench/{path.name}" for path in (ROOT / "bench").glob("*_bench.py")}


def test_every_verb_that_the_readme_describes_exists_and_none_is_left_out() -> None:
    described = set(
        re.findall(r"`([a-z]+)[^`]*`", "".join(re.findall(r"^\| (`.*?) \|", _verbs(), re.MULTILINE)))
    )
    assert described == set(_DONE_BY)


def _verbs() -> str:
    """The README's table of verbs."""
    return README.partition("| verb | does |\n|---|---|\n")[2].partition("\n\n")[0]


def test_every_picture_of_the_readme_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


@pytest.mark.slow
def test_the_commands_of_the_readme_work_one_after_the_other(tmp_path: Path) -> None:
    """The verbs, as written, on a fresh store. `run.py` itself and `run.py test` are tests/test_run.py's."""
    verbs = [
        shlex.split(line)[2:] for line in readme_commands() if re.fullmatch(r"python3 run\.py [a-z].*", line)
    ]
    verbs = [verb for verb in verbs if verb[0] != "test"]
    assert len(verbs) > 5
    for verb in verbs:
        words = [_place(word, tmp_path) for word in verb]
        done = subprocess.run(
            [sys.executable, "-m", "pipelines", *words],
            cwd=tmp_path,
            env={**_environment(), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        # 1: the samples have rejected rows on purpose
        assert done.returncode in (0, 1), f"{verb}: {done.stderr}"
        assert "Traceback" not in done.stderr, f"{verb}: {done.stderr}"
        if "-o" in words:
            assert done.returncode == 0, f"{verb}: {done.stderr}"
            assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 0


def _place(word: str, folder: Path) -> str:
    """A path of the project as it is; a store that the README makes beside its data in the test's folder."""
    if word.startswith("data/store-"):
        return str(folder / Path(word).name)
    return str(ROOT / word) if word.startswith("data/") else word


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "INCIDENTS_STORE"}
