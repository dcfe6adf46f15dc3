"""What is read from a folder of files is kept until one of them changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

_Read = TypeVar("_Read")


def until_changed(read: Callable[[Path], _Read]) -> Callable[[Path], _Read]:
    """Reads a folder's *.toml again only when one of them came, went or was written; what it reads must not be changed.

    A load reads the causes twice, which takes longer than loading a day's file.
    """

    @cache
    def kept(folder: Path, _written: tuple[tuple[Path, int, int], ...]) -> _Read:
        return read(folder)

    @wraps(read)
    def reading(folder: Path) -> _Read:
        told = ((path, path.stat()) for path in sorted(folder.glob("*.toml")))
        return kept(folder, tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in told))

    return reading
