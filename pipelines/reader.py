"""The one door for reading: cursors on the snapshot that the store's CURRENT names.

A snapshot never changes under its name, so its name is the key of every cache. A new one is seen at the next cursor;
the old one is closed when its last cursor is given back, never under a running query.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from pipelines.store import DEMO, Store, own_folder

Value = str | int | float | bool | date | datetime | Sequence[str] | None

#: The session variables that the views of queries/ read, with their types. Nothing else can be set.
VARIABLES: dict[str, str] = {
    "start": "date",
    "until": "date",
    "basis": "varchar",
    "grain": "varchar",
    "currency": "varchar",
    "channels": "varchar[]",
    "causes": "varchar[]",
    "families": "varchar[]",
    "parties": "varchar[]",
    "skus": "varchar[]",
    "suppliers": "varchar[]",
    "warehouses": "varchar[]",
    "carriers": "varchar[]",
    "countries": "varchar[]",
    "lots": "varchar[]",
    "categories": "varchar[]",
    "regions": "varchar[]",
    "order_key": "varchar",
    "incident_key": "varchar",
    "search": "varchar",
    "row_limit": "bigint",
    "cut": "varchar",
    "stage": "varchar",  # of a return
    "place_kind": "varchar",
    "place": "varchar",
    "return_list": "varchar",
    "age_from": "bigint",
    "verdict": "varchar",
}

# Views whose names begin so are steps on the way; pages and exports may not read them.
PRIVATE_PREFIXES = ("raw_", "stg_", "int_", "build_", "batch_")


class NoSnapshotError(Exception):
    """The store holds no published snapshot: nothing was loaded yet."""


class UnknownViewError(Exception):
    """A name that is no view or table of the snapshot that pages may read."""


class UnknownVariableError(Exception):
    """A filter that no view knows."""


def open_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read `path` and nothing else: no writing, no other file, no way to change that."""
    return duckdb.connect(
        str(path),
        read_only=True,
        config={"enable_external_access": "false", "lock_configuration": "true"},
    )


def readable(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The names of the views and tables that pages and exports may read."""
    rows = con.execute(
        "select view_name from duckdb_views() where not internal union all select table_name from duckdb_tables()"
    ).fetchall()
    return frozenset(name for (name,) in rows if not name.startswith(PRIVATE_PREFIXES))


@dataclass
class _Open:
    """An open snapshot and how many cursors are out on it."""

    name: str
    con: duckdb.DuckDBPyConnection
    views: frozenset[str]
    users: int = 0
    is_old: bool = False


@dataclass
class Reader:
    """Cursors for the threads of one process, on the newest snapshot of one store."""

    store: Store
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: _Open | None = None

    def name(self) -> str | None:
        """The name of the snapshot that a query would read now; None when nothing is published."""
        path = self.store.snapshot()
        return path.name if path else None

    @contextmanager
    def snapshot(self) -> Iterator[_Open]:
        """The newest snapshot, kept open at least until the block ends."""
        held = self._take()
        try:
            yield held
        finally:
            self._give_back(held)

    def query(
        self, view: str, variables: Mapping[str, Value] | None = None, only: Mapping[str, str] | None = None
    ) -> pl.DataFrame:
        """All rows of one view (or table) under the given filters; the grain is the view's.

        `only` keeps the rows whose columns equal the given values.
        """
        with self.snapshot() as held:
            if view not in held.views:
                raise UnknownViewError(view)
            cursor = held.con.cursor()
            try:
                set_variables(cursor, variables or {})
                rows = cursor.table(view)
                for column, value in (only or {}).items():
                    rows = rows.filter(duckdb.ColumnExpression(column) == duckdb.ConstantExpression(value))
                return rows.pl()
            finally:
                cursor.close()

    def views(self) -> frozenset[str]:
        """The names that `query` accepts."""
        with self.snapshot() as held:
            return held.views

    def close(self) -> None:
        """Closes the open snapshot as soon as nobody reads it."""
        with self._lock:
            if self._open:
                self._retire(self._open)
                self._open = None

    def _take(self) -> _Open:
        with self._lock:
            path = self.store.snapshot()
            if path is None:
                raise NoSnapshotError(str(self.store.folder))
            if self._open is None or self._open.name != path.name:
                fresh = self._connect(path)
                if self._open:
                    self._retire(self._open)
                self._open = fresh
            self._open.users += 1
            return self._open

    def _connect(self, path: Path) -> _Open:
        try:
            con = open_snapshot(path)
        except duckdb.IOException:
            # Between reading CURRENT and opening, a load may have published three more and removed this one.
            again = self.store.snapshot()
            if again is None or again == path:
                raise
            path = again
            con = open_snapshot(path)
        return _Open(path.name, con, readable(con))

    def _retire(self, old: _Open) -> None:
        old.is_old = True
        if old.users == 0:
            old.con.close()

    def _give_back(self, held: _Open) -> None:
        with self._lock:
            held.users -= 1
            if held.is_old and held.users == 0:
                held.con.close()


def set_variables(cursor: duckdb.DuckDBPyConnection, variables: Mapping[str, Value]) -> None:
    """Sets the filters of one cursor; values travel as parameters, names come from VARIABLES only."""
    for name, value in variables.items():
        if name not in VARIABLES:
            raise UnknownVariableError(name)
        if value is None:
            continue
        # The names and types above are constants of this module; only the value comes from outside.
        cursor.execute(f"set variable {name} = $value::{VARIABLES[name]}", {"value": value})


def shown_folder() -> Path:
    """Where figures are read from: the user's store, or the demo's as long as the user has loaded nothing."""
    own = own_folder()
    if "INCIDENTS_STORE" in os.environ or Store(DEMO).snapshot() is None:
        return own
    snapshot = Store(own).snapshot()
    return own if snapshot is not None and _holds_data(snapshot) else DEMO


@cache
def _holds_data(snapshot: Path) -> bool:
    """Whether any file was loaded into it; one that was only refused is none. A snapshot never changes."""
    con = open_snapshot(snapshot)
    try:
        return con.execute("select exists (from files where status = 'loaded')").fetchall() == [(True,)]
    finally:
        con.close()
