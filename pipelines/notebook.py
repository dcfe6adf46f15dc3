"""What people write in the app, with its history: decisions on cases, states of the work list, and what follows them.

One table, to which rows are only ever added. An entry says who changed an item, when, what stood there and what stands
there now; the newest entry of an item is its state, and taking something back is an entry too. The entries of an item
are numbered, and a number can be taken once: of two people who change what they both looked at, the second is told so.

It lives beside the store, in SQLite (`user/notebook.db`) or in the PostgreSQL that the settings name, and no rebuild
touches it. Transactions are short, writers wait for one another, and readers for nobody.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from pipelines.messages import Message
from pipelines.store import DEMO, Store, StoreError

FILE = "notebook.db"
#: names a PostgreSQL for all stores but the demo's; settings.toml `notebook` does so for one store
VARIABLE = "INCIDENTS_NOTEBOOK"
#: how long a writer waits for another one
_PATIENCE_SECONDS = 20
_LOCK = 7_411_062  # of PostgreSQL's advisory locks, while the tables are made

#: what an item holds, in JSON; None: nothing (any more)
Value = Mapping[str, Any] | None

_META = sa.MetaData()
_VERSIONS = sa.Table("notebook_version", _META, sa.Column("version", sa.Integer, primary_key=True))
_ENTRIES = sa.Table(
    "entries",
    _META,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("batch", sa.String(32), nullable=False, index=True),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),  # ISO, UTC: the same text in both databases
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Column("undoes", sa.String(32)),
    sa.UniqueConstraint("topic", "item", "version"),
)
#: the newest version of the tables, and what brings each older one to the next: {1: ["alter table …"], …}
_NEWEST = 1
_STEPS: Mapping[int, Sequence[str]] = {}


@dataclass(frozen=True)
class Entry:
    """One change of one item."""

    number: int
    batch: str  # what was changed together
    topic: str
    item: str
    version: int  # of the item: 1, 2, 3…
    at: datetime  # UTC, with its zone
    who: str
    before: Value
    after: Value
    undoes: str | None  # the batch that this takes back


@dataclass(frozen=True)
class Write:
    """What an item shall hold, and the version that its writer looked at: 0 where there was nothing."""

    item: str
    value: Value
    seen: int


def address(store: Store) -> sa.URL:
    """Where the notebook of a store is. Raises StoreError for an address that is none.

    The demo keeps its own: what is tried out there must not be among real decisions.
    """
    told = store.settings().get("notebook") or os.environ.get(VARIABLE)
    if not told or store.folder == DEMO:
        return sa.URL.create("sqlite", database=str(store.user / FILE))
    try:
        url = sa.make_url(str(told))
        url.get_dialect().import_dbapi()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise StoreError(Message("notebook_address", {"variable": VARIABLE})) from error
    except ImportError as error:
        raise StoreError(Message("notebook_driver", {"driver": str(error.name)})) from error
    return url


def current(store: Store, topic: str) -> dict[str, Entry]:
    """The newest entry of every item of a topic, also of those that hold nothing any more."""
    with _reading(store) as con:
        if con is None:
            return {}
        return {entry.item: entry for entry in _newest(con, topic)}


def history(store: Store, topic: str, item: str | None = None, limit: int | None = None) -> list[Entry]:
    """Every entry of a topic, or of one of its items, the newest first."""
    with _reading(store) as con:
        if con is None:
            return []
        wanted = sa.select(_ENTRIES).where(_ENTRIES.c.topic == topic)
        if item is not None:
            wanted = wanted.where(_ENTRIES.c.item == item)
        rows = con.execute(wanted.order_by(_ENTRIES.c.number.desc()).limit(limit))
        return [_entry(row) for row in rows]


def mark(store: Store, topic: str) -> str:
    """Tells whether anything was written since: it is another text after every change of the topic."""
    with _reading(store) as con:
        if con is None:
            return ""
        # both, because of two who write at once the larger number may be seen first
        found = con.execute(
            sa.select(sa.func.count(), sa.func.max(_ENTRIES.c.number)).where(_ENTRIES.c.topic == topic)
        ).one()
        return f"{found[0]}/{found[1]}" if found[0] else ""


def write(store: Store, topic: str, writes: Sequence[Write], who: str) -> list[Entry]:
    """Puts down all of these or none, and says what that changed; what stands there already is no change.

    Raises StoreError when an item was changed since its writer looked, or when the database cannot be had.
    """
    with _writing(store) as con:
        newest = {entry.item: entry for entry in _newest(con, topic, [each.item for each in writes])}
        changed = []
        for each in writes:
            now = newest.get(each.item)
            if (now.version if now else 0) != each.seen:
                raise _changed_since(now)
            if (now.after if now else None) != each.value:
                changed.append((each.item, each.seen, now.after if now else None, each.value))
        return _add(con, topic, changed, who, None)


def undo(store: Store, batch: str, who: str) -> list[Entry]:
    """Puts back what stood there before a batch, all of it or nothing, and says so in the history.

    Raises StoreError when any of it was changed again since.
    """
    with _writing(store) as con:
        done = [_entry(row) for row in con.execute(sa.select(_ENTRIES).where(_ENTRIES.c.batch == batch))]
        if not done:
            return []
        topic = done[0].topic
        newest = {entry.item: entry for entry in _newest(con, topic, [entry.item for entry in done])}
        for entry in done:
            if newest[entry.item].version != entry.version:
                raise _changed_since(newest[entry.item])
        back = [(entry.item, entry.version, entry.after, entry.before) for entry in done]
        return _add(con, topic, back, who, batch)


def _add(
    con: sa.Connection,
    topic: str,
    changed: Iterable[tuple[str, int, Value, Value]],
    who: str,
    undoes: str | None,
) -> list[Entry]:
    batch = secrets.token_hex(8)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    rows = [
        {
            "batch": batch, "topic": topic, "item": item, "version": seen + 1, "at": at, "who": who,
            "before": before, "after": after, "undoes": undoes,
        }
        for item, seen, before, after in changed
    ]  # fmt: skip
    if not rows:
        return []
    try:
        con.execute(sa.insert(_ENTRIES), rows)
    except sa.exc.IntegrityError as error:  # PostgreSQL: somebody took the same number in this very moment
        raise _changed_since(None) from error
    return [
        _entry(row)
        for row in con.execute(
            sa.select(_ENTRIES).where(_ENTRIES.c.batch == batch).order_by(_ENTRIES.c.number)
        )
    ]


#: items asked for at once: databases allow so many parameters and no more
_AT_ONCE = 500


def _newest(con: sa.Connection, topic: str, items: Sequence[str] | None = None) -> Iterator[Entry]:
    newest = (
        sa.select(_ENTRIES.c.item, sa.func.max(_ENTRIES.c.version).label("version"))
        .where(_ENTRIES.c.topic == topic)
        .group_by(_ENTRIES.c.item)
    )
    parts: list[sa.Select[Any]] = [newest]
    if items is not None:
        named = list(dict.fromkeys(items))
        parts = [
            newest.where(_ENTRIES.c.item.in_(named[at : at + _AT_ONCE]))
            for at in range(0, len(named), _AT_ONCE)
        ]
    for part in parts:
        found = part.subquery()
        same = sa.and_(_ENTRIES.c.item == found.c.item, _ENTRIES.c.version == found.c.version)
        for row in con.execute(sa.select(_ENTRIES).join(found, same).where(_ENTRIES.c.topic == topic)):
            yield _entry(row)


def _entry(row: sa.Row[Any]) -> Entry:
    told = dict(row._mapping)
    return Entry(**{**told, "at": datetime.fromisoformat(told["at"])})


def _changed_since(now: Entry | None) -> StoreError:
    if now is None:
        return StoreError(Message("notebook_changed"))
    at = now.at.isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")
    return StoreError(Message("notebook_changed_by", {"who": now.who or "?", "at": at}))


@contextmanager
def _reading(store: Store) -> Iterator[sa.Connection | None]:
    """A connection to read with; None where nothing was ever written, which reading does not change."""
    url = address(store)
    if url.get_backend_name() == "sqlite" and not os.path.exists(url.database or ""):  # noqa: PTH110 (a text)
        yield None
        return
    with _told(), _engine(url).connect() as con:
        yield con if _is_there(con) else None


@contextmanager
def _writing(store: Store) -> Iterator[sa.Connection]:
    """A connection in a transaction of its own, which other writers wait for; the tables are made on first use."""
    url = address(store)
    if url.get_backend_name() == "sqlite":
        store.user.mkdir(parents=True, exist_ok=True)
    with _told():
        engine = _engine(url)
        _set_up(engine)
        with engine.connect().execution_options(writes=True) as con, con.begin():
            _is_there(con)  # a newer program may have been here meanwhile
            yield con


@contextmanager
def _told() -> Iterator[None]:
    """What the database refuses is told to the user; never its address, which may hold a password."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        detail = str(getattr(error, "orig", error)).strip().splitlines()
        raise StoreError(Message("notebook_unusable", {"detail": detail[0] if detail else ""})) from error


@cache
def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    # opened for each use: then the folder can be copied or removed when nobody writes
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _connected(con: Any, _: object) -> None:
        con.isolation_level = None  # transactions begin where we say, not where the driver guesses
        con.execute("pragma synchronous = full")

    @sa.event.listens_for(engine, "begin")
    def _begin(con: sa.Connection) -> None:
        # a transaction that reads first and writes later would fail at once, however patient it is
        con.exec_driver_sql("begin immediate" if con.get_execution_options().get("writes") else "begin")

    return engine


@cache
def _known_good() -> set[sa.URL]:
    """Databases whose tables were seen to be up to date."""
    return set()


def _set_up(engine: sa.Engine) -> None:
    """Makes the tables on first use, and brings those of an older version up to date."""
    is_sqlite = engine.dialect.name == "sqlite"
    if engine.url in _known_good() and not (is_sqlite and not os.path.exists(engine.url.database or "")):  # noqa: PTH110
        return
    if is_sqlite:
        _write_ahead(engine)
    with engine.connect().execution_options(writes=True) as con, con.begin():
        if not is_sqlite:
            con.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if not _is_there(con):
            _META.create_all(con)
            con.execute(sa.insert(_VERSIONS).values(version=_NEWEST))
        else:
            found = con.execute(sa.select(sa.func.max(_VERSIONS.c.version))).scalar_one()
            for version in range(found, _NEWEST):
                for statement in _STEPS[version]:
                    con.exec_driver_sql(statement)
                con.execute(sa.insert(_VERSIONS).values(version=version + 1))
    _known_good().add(engine.url)


def _write_ahead(engine: sa.Engine) -> None:
    """Lets readers read while somebody writes. Two who open a new file at once get in each other's way for a moment."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        finally:
            raw.close()


def _is_there(con: sa.Connection) -> bool:
    """Whether the tables are. Raises StoreError for those of a version of the program that came after this one."""
    if not sa.inspect(con).has_table(_VERSIONS.name):
        return False
    found = con.execute(sa.select(sa.func.max(_VERSIONS.c.version))).scalar_one()
    if found is not None and found > _NEWEST:
        raise StoreError(Message("notebook_newer", {"version": found, "ours": _NEWEST}))
    return found is not None
