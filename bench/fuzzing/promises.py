"""Lands mutants in memory by the code that loads files, and holds it to its promises.

For any file whatever: no exception; each sheet is loaded, its rows adding up, or refused with a sentence; every
rejected row has a line, and a reason in both languages; the same file read again changes nothing; one that is only
written in another way gives the same rows; and what was loaded can be built into facts that every view shows.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from bench.fuzzing.mutants import Mutant, Original
from pipelines import build
from pipelines.contract import KINDS
from pipelines.load import FileResult, Options, _Reader
from pipelines.messages import LANGUAGES, Message, sentence
from pipelines.reading import Refusal, sheets
from pipelines.recognise import NotRecognised, recognise
from pipelines.store import Store

#: one mutant in so many is read twice
AGAIN_EVERY = 10
MODIFIED = 1_795_000_000


@dataclass
class Bench:
    """A store that is in memory but for its scratch folder; `fresh` empties it."""

    folder: Path
    mappings: Sequence[Path] = ()
    memory: str = "1GB"
    con: duckdb.DuckDBPyConnection = field(init=False)
    told: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.folder / "store")
        mappings = self.store.user / "mappings"
        mappings.mkdir(parents=True)
        for path in self.mappings:
            shutil.copy(path, mappings)
        self.con = duckdb.connect()

    def fresh(self) -> None:
        """An empty store, with an empty folder beside it."""
        self.con.close()
        shutil.rmtree(self.store.scratch, ignore_errors=True)
        self.store.scratch.mkdir()
        self.con = duckdb.connect(
            config={
                "memory_limit": self.memory,
                "threads": "1",  # the files are small: more of them take longer
                "temp_directory": str(self.store.scratch / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self.con.execute("set timezone = 'UTC'")
        self.con.execute("set enable_progress_bar = false")
        build.prepare_master(self.con)
        self.reader = _Reader(self.con, self.store, Options())

    def read(self, name: str, content: bytes) -> list[FileResult]:
        """What a load says of a file of this content."""
        path = self.written(name, content)
        try:
            return list(self.reader.read(path))
        finally:
            self.tidy()

    def written(self, name: str, content: bytes) -> Path:
        """The file, last changed when all others were: some tell of the moment at which they were written."""
        path = self.store.scratch / name
        path.write_bytes(content)
        os.utime(path, (MODIFIED, MODIFIED))
        return path

    def tidy(self) -> None:
        """Empties the scratch folder, as the end of a load does, and drops what was staged."""
        self.reader._drop_staged()
        for left in self.store.scratch.iterdir():
            if left.is_file() or left.is_symlink():
                left.unlink()

    def close(self) -> None:
        self.con.close()


@contextmanager
def bench(folder: Path, mappings: Sequence[Path] = ()) -> Iterator[Bench]:
    """A fresh bench that is closed at the end."""
    opened = Bench(folder, mappings)
    opened.fresh()
    try:
        yield opened
    finally:
        opened.close()


def problem(at: Bench, mutant: Mutant, original: Original | None = None) -> str | None:
    """What is broken of the promises when this mutant is read: one paragraph; None when all are kept."""
    try:
        return "; ".join(_broken_promises(at, mutant, original)) or None
    except Exception:  # whatever it is, it is what we are looking for
        return traceback.format_exc(limit=-6)


def _broken_promises(at: Bench, mutant: Mutant, original: Original | None) -> Iterator[str]:
    results = at.read(mutant.name, mutant.content)
    if not results:
        yield "nothing is said of the file"
    for result in results:
        yield from _of_result(result)
    yield from _of_rejects(at, results)
    if mutant.says_the_same and original is not None:
        told, should = _told(results), _told_by(at, original)
        if should is not None and told != should:
            yield f"written in another way it gives (read, rejected) {told} instead of {should}"
    if mutant.number % AGAIN_EVERY == 0 and any(result.loaded for result in results):
        yield from _of_a_second_reading(at, mutant, results)


def reading_problem(at: Bench, mutant: Mutant, _: Original | None = None) -> str | None:
    """What is broken of the promises by the reader and the recognition of sources alone: ten times as quick."""
    path = at.written(mutant.name, mutant.content)
    try:
        return "; ".join(_broken_by_reading(at, path)) or None
    except Exception:  # as above
        return traceback.format_exc(limit=-6)
    finally:
        at.tidy()


def _broken_by_reading(at: Bench, path: Path) -> Iterator[str]:
    found = list(sheets(path, at.con, at.store.scratch))
    if not found:
        yield "nothing is said of the file"
    for sheet in found:
        if isinstance(sheet, Refusal):
            _said([sheet.message])
            continue
        _said([*sheet.warnings, *(bad.message for bad in sheet.bad)])
        rows = sheet.relation.fetchall()
        numbers = [row[0] for row in rows]
        if len(set(numbers)) + len(sheet.bad) != sheet.rows_in or len(set(numbers)) != len(numbers):
            yield f"{sheet.name}: {sheet.rows_in} rows in, {len(numbers)} read, {len(sheet.bad)} bad"
        told = sheet.originals(numbers)
        if told.keys() != set(numbers) or any(each.line < 1 for each in told.values()):
            yield f"{sheet.name}: {len(told)} originals of {len(numbers)} rows"
        if sheet.shape == "documents":
            sheet.relation.select("json_extract_string(doc, '$.id')").fetchall()
        try:
            recognise(sheet, at.store)
        except NotRecognised as refusal:
            _said([refusal.message])


def _said(messages: Iterable[Message]) -> None:
    """Every message has a sentence in both languages; else a KeyError."""
    for message in messages:
        for lang in LANGUAGES:
            sentence(message, lang)


def _of_result(result: FileResult) -> Iterator[str]:
    if result.status == "refused" and result.message is None:
        yield f"{result.file} is refused without a word"
    _said([*result.warnings, *([result.message] if result.message else [])])
    counts = (result.loaded, result.unchanged, result.rejected)
    if min(counts) < 0 or sum(counts) != result.rows_in:
        yield f"{result.file}: {result.rows_in} rows in, (loaded, unchanged, rejected) {counts}"


def _of_rejects(at: Bench, results: Sequence[FileResult]) -> Iterator[str]:
    """Rejected rows are kept, each with a line and a reason that can be said."""
    newest = len(results)
    kept = at.con.execute(
        """
        select f.file_name, f.rejected, count(distinct r.row_number)
            + count(*) filter (r.file_id is not null and r.row_number is null)
        from files as f
        left join rejects as r using (file_id)
        group by f.file_id, f.file_name, f.rejected, f.loaded_at
        order by f.loaded_at desc
        """
    ).fetchmany(newest)
    for name, rejected, count in kept:
        if rejected != count:
            yield f"{name}: {rejected} rows rejected, {count} kept"
    rows = at.con.execute(
        "select distinct reason, column_name, left(value, 100), params, line is null or line < 1 from rejects"
    ).fetchall()
    for reason, column, value, params, has_no_line in rows:
        if has_no_line:
            yield f"a row rejected for {reason} has no line"
        shown = {"column": column or "", "value": value or "", **json.loads(params or "{}")}
        _said([Message(reason, shown)])


def _told(results: Sequence[FileResult]) -> tuple[int, int]:
    return sum(r.loaded + r.unchanged for r in results), sum(r.rejected for r in results)


def _told_by(at: Bench, original: Original) -> tuple[int, int] | None:
    """What the honest file gives; None when not all of it is loaded."""
    if original.name not in at.told:
        results = at.read(original.name, original.content)
        is_whole = all(result.status == "loaded" and not result.rejected for result in results)
        at.told[original.name] = _told(results) if is_whole else None
    return at.told[original.name]


def _of_a_second_reading(at: Bench, mutant: Mutant, results: Sequence[FileResult]) -> Iterator[str]:
    before = _digest(at.con)
    read_by, at.reader.read_by = at.reader.read_by, "newer code"
    try:
        again = at.read(mutant.name, mutant.content)
    finally:
        at.reader.read_by = read_by
    if [r.rejected for r in again] != [r.rejected for r in results]:
        yield f"read again it rejects {[r.rejected for r in again]} instead of {[r.rejected for r in results]}"
    if (after := _digest(at.con)) != before:
        changed = [kind for kind in before if before[kind] != after[kind]]
        yield f"read again it changes {', '.join(changed)}"


def _digest(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """(count, hash of all) of the records of each kind, whatever their order."""
    found = {}
    for kind in KINDS.values():
        rows = con.table(kind.table).aggregate("count(*), coalesce(bit_xor(hash(record_id, record_hash)), 0)")
        found[kind.name] = rows.fetchall()[0]
    return found


def views_problem(at: Bench) -> str | None:
    """What goes wrong when the facts of all that was read are built and every view is read."""
    try:
        build.build(at.con, at.store)
        for name in _views(at.con):
            at.con.table(name).fetchall()
    except Exception:  # as above
        return traceback.format_exc(limit=-4)
    return None


def _views(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.execute(
        "select view_name from duckdb_views() where not internal and not temporary"
    ).fetchall()
    return [name for (name,) in found]


def rounds(
    at: Bench,
    numbered: Iterator[Mutant],
    originals: dict[str, Original],
    size: int,
    begun: Callable[[Mutant | None], None],
    done: Callable[[Mutant | None, str | None, float], None],
    *,
    only_reading: bool = False,
) -> None:
    """Reads mutants in rounds of `size`, each in a fresh store; at the end of a round its facts are built.

    When that fails, the mutants of the round are built one by one to find out whose fault it is.
    """
    while mutants := list(itertools.islice(numbered, size)):
        at.fresh()
        for mutant in mutants:
            begun(mutant)
            start = time.perf_counter()
            read = reading_problem if only_reading else problem
            found = read(at, mutant, originals.get(mutant.original))
            done(mutant, found, time.perf_counter() - start)
            if found:
                at.fresh()
        if only_reading:
            continue
        begun(None)
        start = time.perf_counter()
        if (found := views_problem(at)) is None:
            done(None, None, time.perf_counter() - start)
            continue
        culprits = []
        for mutant in mutants:
            at.fresh()
            begun(None)
            problem(at, mutant)
            if alone := views_problem(at):
                culprits.append(mutant)
                done(mutant, f"its facts or views: {alone}", 0.0)
        if not culprits:
            done(None, f"facts or views of {mutants[0].number} to {mutants[-1].number}: {found}", 0.0)
