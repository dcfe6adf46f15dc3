"""Frames for the pages: one query a view, remembered for as long as its snapshot is the newest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.reader import NoSnapshotError, Reader, Value, shown_folder
from pipelines.store import DEMO, Store, own_folder

__all__ = ["NoSnapshotError", "has", "query", "snapshot", "store"]

MEMORY_BUDGET = 256 * 1024 * 1024  # bytes of frames kept; the least lately used go first

_Key = tuple[str, str, tuple[tuple[str, Value], ...], tuple[tuple[str, str], ...]]


@dataclass
class _Memory:
    """Answers by (snapshot, view, filters), least lately used first."""

    frames: OrderedDict[_Key, pl.DataFrame] = field(default_factory=OrderedDict)
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: _Key) -> pl.DataFrame | None:
        with self.lock:
            frame = self.frames.get(key)
            if frame is not None:
                self.frames.move_to_end(key)
            return frame

    def put(self, key: _Key, frame: pl.DataFrame) -> None:
        size = int(frame.estimated_size())
        if size > MEMORY_BUDGET // 4:
            return  # one huge answer must not push out all the others
        with self.lock:
            if key in self.frames:
                return
            self.frames[key] = frame
            self.size += size
            while self.size > MEMORY_BUDGET or (self.frames and next(iter(self.frames))[0] != key[0]):
                _, gone = self.frames.popitem(last=False)
                self.size -= int(gone.estimated_size())


_MEMORY = _Memory()


_named: ContextVar[Path | None] = ContextVar("named", default=None)


@contextmanager
def reading(place: Path) -> Iterator[None]:
    """In this block another folder is read than the one that pages show."""
    before = _named.set(place)
    try:
        yield
    finally:
        _named.reset(before)


def folder() -> Path:
    """The folder that pages read: the user's store, or the demo's as long as nothing real is loaded."""
    return _named.get() or shown_folder()


def is_demo() -> bool:
    """Whether the figures are the invented shop's."""
    return folder() == DEMO


@cache
def _reader(place: Path) -> Reader:
    return Reader(Store(place))


def store() -> Store:
    """The store that the pages load into: never the demo's."""
    return Store(own_folder())


def snapshot() -> str | None:
    """The name of the newest snapshot; None before the first load."""
    return _reader(folder()).name()


def has(view: str) -> bool:
    """Whether the newest snapshot has this view."""
    return view in views()


def views() -> frozenset[str]:
    """The names of everything a page may read; nothing before the first load."""
    try:
        return _reader(folder()).views()
    except NoSnapshotError:
        return frozenset()


def query(
    view: str,
    filters: Mapping[str, Value] | None = None,
    only: Mapping[str, str] | None = None,
    **extra: Value,
) -> pl.DataFrame:
    """All rows of `view` under the filters, and with these values; do not change the frame, others share it."""
    variables = {k: v for k, v in {**(filters or {}), **extra}.items() if v is not None}
    reader = _reader(folder())
    name = reader.name()
    if name is None:
        raise NoSnapshotError(str(folder()))
    frozen = tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in variables.items()))
    key = (f"{folder()}/{name}", view, frozen, tuple(sorted((only or {}).items())))
    frame = _MEMORY.get(key)
    if frame is None:
        frame = reader.query(view, variables, only)
        _MEMORY.put(key, frame)
    return frame
