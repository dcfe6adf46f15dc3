"""The door for reading: always the newest snapshot, never a closed one, nothing but views and known filters."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from pipelines.reader import NoSnapshotError, Reader, UnknownVariableError, UnknownViewError, open_snapshot
from pipelines.store import Store


def publish(store: Store, name: str, rows: int) -> Path:
    """A snapshot as the loader leaves it, with one view of so many rows."""
    store.snapshots.mkdir(parents=True, exist_ok=True)
    path = store.snapshots / f"{name}.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table raw_secret as select 1 as n")
        con.execute("create table stock as select range::integer as n from range($rows)", {"rows": rows})
        con.execute("""
            create view items as
            from stock where getvariable('skus') is null or n::varchar in getvariable('skus')::varchar[]
        """)
    draft = store.folder / "CURRENT.draft"
    draft.write_text(path.name, encoding="ascii")
    draft.replace(store.folder / "CURRENT")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_store_without_a_snapshot_says_so(store: Store) -> None:
    assert Reader(store).name() is None
    with pytest.raises(NoSnapshotError):
        Reader(store).query("items")


def test_a_new_snapshot_is_seen_at_the_next_query(store: Store) -> None:
    publish(store, "one", 1)
    reader = Reader(store)
    assert reader.query("items").height == 1
    publish(store, "two", 2)
    assert reader.query("items").height == 2


def test_an_old_snapshot_stays_open_until_its_last_reader_is_done(store: Store) -> None:
    publish(store, "one", 1)
    reader = Reader(store)
    with reader.snapshot() as first, reader.snapshot():
        publish(store, "two", 2)
        assert reader.query("items").height == 2
        assert first.con.execute("select count(*) from items").fetchone() == (1,)
    with pytest.raises(duckdb.ConnectionException):
        first.con.execute("select 1")


def test_readers_never_fail_while_snapshots_are_published(store: Store) -> None:
    publish(store, "n1", 1)
    reader, stop = Reader(store), threading.Event()
    failures: list[BaseException] = []
    seen: set[int] = set()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(reader.query("items").height)
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    kept = []
    for number in range(2, 14):
        kept.append(publish(store, f"n{number}", number))
        if len(kept) > 3:
            kept.pop(0).unlink()  # the store keeps three
    stop.set()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert reader.query("items").height == 13
    assert len(seen) > 1


def test_filters_of_one_query_do_not_reach_the_next(store: Store) -> None:
    publish(store, "one", 5)
    reader = Reader(store)
    assert reader.query("items", {"skus": ["1", "3", "it's"]})["n"].to_list() == [1, 3]
    assert reader.query("items").height == 5


def test_only_rows_with_the_asked_values_are_given(store: Store) -> None:
    publish(store, "one", 5)
    assert Reader(store).query("stock", only={"n": "3"})["n"].to_list() == [3]


@pytest.mark.parametrize(
    "name", ["raw_secret", "nothing", "items; drop table stock", '"items"', "duckdb_settings()"]
)
def test_nothing_but_a_view_of_the_snapshot_can_be_asked(store: Store, name: str) -> None:
    publish(store, "one", 1)
    with pytest.raises(UnknownViewError):
        Reader(store).query(name)


def test_nothing_but_a_known_filter_can_be_set(store: Store) -> None:
    publish(store, "one", 1)
    with pytest.raises(UnknownVariableError):
        Reader(store).query("items", {"skus = null; drop table stock; --": ["x"]})


@pytest.mark.parametrize(
    "sql",
    [
        "insert into stock values (1)",
        "copy stock to 'out.csv'",
        "from read_text('/etc/hostname')",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "reset lock_configuration",
    ],
)
def test_a_snapshot_lets_nothing_be_written_read_outside_or_unlocked(store: Store, sql: str) -> None:
    con = open_snapshot(publish(store, "one", 1))
    with con, pytest.raises(duckdb.Error):
        con.execute(sql)
