"""Files that nobody knew, kept for this visit so that they can be described and loaded, and then forgotten."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from pipelines import trying
from pipelines.load import FileResult
from pipelines.trying import Trial

_KEY = "_waiting"
#: what a refusal says that a mapping can help with
_UNKNOWN = "not_recognised"
#: more of them at once than anybody describes; the first ones stay
_MOST = 20


@dataclass
class _Waiting:
    """The files of one visit: sheet name by key, and where the file is. Removed with the visit."""

    folder: tempfile.TemporaryDirectory[str]
    files: dict[str, tuple[Path, str | None]] = field(default_factory=dict)


def keep_unknown(paths: Sequence[Path], results: Sequence[FileResult]) -> None:
    """Keeps a copy of each file of a load of which a sheet was from no tool that we know."""
    for path in paths:
        for result in results:
            is_its = result.file == path.name or result.file.startswith(f"{path.name} ›")
            if is_its and result.message is not None and result.message.code == _UNKNOWN:
                keep(path, result.file)


def keep(path: Path, sheet: str | None = None) -> str | None:
    """Keeps a copy of the file; the key under which `opened` finds it, None when too many wait already."""
    waiting = _waiting()
    if len(waiting.files) >= _MOST:
        return None
    number = len(list(Path(waiting.folder.name).iterdir()))
    target = Path(waiting.folder.name) / str(number) / path.name
    target.parent.mkdir()
    shutil.copyfile(path, target)
    key = f"{number}"
    waiting.files[key] = (target, sheet)
    return key


def names() -> dict[str, str]:
    """What each file that waits is called, by its key."""
    return {key: sheet or path.name for key, (path, sheet) in _waiting().files.items()}


def opened(key: str) -> Trial:
    """The first rows of a file that waits; close it when it is done with.

    Raises NotRecognised when it holds no table at all.
    """
    path, sheet = _waiting().files[key]
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return trying.opened(path, sheet, scratch)


def path_of(key: str) -> Path:
    return _waiting().files[key][0]


def forget(key: str) -> None:
    """Removes a file that was loaded, or that nobody wants."""
    path, _ = _waiting().files.pop(key)
    shutil.rmtree(path.parent, ignore_errors=True)


def _waiting() -> _Waiting:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _Waiting(tempfile.TemporaryDirectory(prefix="incidents-"))
    found: _Waiting = st.session_state[_KEY]
    return found
