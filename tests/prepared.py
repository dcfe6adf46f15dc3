"""Stores whose tables, references and views are already made, as after a first build of nothing.

Making them is a second of each first load, and hundreds of tests begin with one. What a store is made of without any
help is tested where loading, upgrading, killing and the command line are: EXCEPT.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import duckdb

from pipelines import build
from pipelines.store import Store, StoreError

EXCEPT = frozenset(("test_load", "test_settings", "test_pages_upgrade", "test_store_shown", "test_notebook"))

Open = Callable[[Store], Iterator[duckdb.DuckDBPyConnection]]


def opening(open_master: Open) -> Open:
    """`Store._open_master` that begins with a prepared master where there is none yet."""

    def opened(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
        if not store.master.exists():
            with suppress(StoreError):  # a list or setting that cannot be used: the load itself says so
                shutil.copy(_prepared(build.version(store), store), store.master)
        yield from open_master(store)

    return opened


_MASTERS: dict[str, Path] = {}


def _prepared(version: str, store: Store) -> Path:
    if version not in _MASTERS:
        path = _folder() / f"{version}.duckdb"
        with duckdb.connect(path) as con:
            con.execute("set timezone = 'UTC'")
            build.prepare_master(con)
            build.build(con, store)
        _MASTERS[version] = path
    return _MASTERS[version]


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="incidents-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
