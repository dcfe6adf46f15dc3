"""Loads files: recognises them, lands their records, rebuilds what they touch, and publishes a snapshot.

Each sheet lands in a transaction of its own, so one bad file never stops the others, and what has landed before a
process was killed is built by the next run. Readers see nothing of it until the new snapshot is whole.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb

from pipelines import build, causes, landing, sayings
from pipelines.dates import DatesUnclear, DayOrder
from pipelines.messages import Message
from pipelines.reading import Refusal, Sheet, sheets
from pipelines.recognise import NotRecognised, recognise
from pipelines.store import Store, as_json


@dataclass(frozen=True)
class Options:
    """What the user says about the files of one load."""

    account: str = "main"
    dates: DayOrder = "ask"


@dataclass(frozen=True)
class Progress:
    """Where a load stands: `step` is one of read, build, publish, done; `file` the one being read."""

    step: Literal["read", "build", "publish", "done"]
    file: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class FileResult:
    """What became of one file, or one sheet of a file that holds several."""

    file: str
    source: str | None
    kinds: list[str]
    status: Literal["loaded", "refused"]
    rows_in: int = 0
    loaded: int = 0
    unchanged: int = 0
    rejected: int = 0
    warnings: list[Message] = field(default_factory=list)
    message: Message | None = None
    header_text: str | None = None
    as_of: datetime | None = None


def load(
    paths: Sequence[Path],
    store: Store,
    options: Options = Options(),
    progress: Callable[[Progress], None] = lambda _: None,
) -> list[FileResult]:
    """One result for each file (or sheet) found in `paths`; folders are searched. Publishes when anything changed.

    Raises StoreError when another load is running. With no paths it builds what an interrupted load left behind.
    """
    files = list(_files(paths))
    results: list[FileResult] = []
    with store.writing() as con:
        build.prepare_master(con)
        reader = _Reader(con, store, options)
        for done, path in enumerate(files):
            progress(Progress("read", path.name, done, len(files)))
            results += reader.read(path)
        progress(Progress("build", "", len(files), len(files)))
        has_news = build.build(con, store) or bool(results)
    if has_news or store.snapshot() is None:
        progress(Progress("publish", "", len(files), len(files)))
        store.publish()
    progress(Progress("done", "", len(files), len(files)))
    return results


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files to read, in a fixed order; in folders, hidden files and mappings (.toml) are left alone."""
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.is_file() and not found.name.startswith(".") and found.suffix != ".toml":
                    yield found
        else:
            yield path


class _Reader:
    """Reads the files of one load into one master."""

    def __init__(self, con: duckdb.DuckDBPyConnection, store: Store, options: Options) -> None:
        self.con, self.store, self.options = con, store, options
        self.zone = store.zone()
        self.secret = store.customer_secret()
        self.read_by = _read_by(store, options, self.zone)

    def read(self, path: Path) -> Iterator[FileResult]:
        """Results of the file's sheets."""
        if not path.is_file():
            yield FileResult(
                str(path), None, [], "refused", message=Message("no_such_file", {"file": str(path)})
            )
            return
        content = _digest(path, self.options.account)
        if (known := self._known(content)) is not None:
            yield from known
            return
        for number, sheet in enumerate(sheets(path, self.con, self.store.scratch)):
            file_id = content if number == 0 else f"{content}-{number}"
            yield (
                self._refused(sheet, file_id, path)
                if isinstance(sheet, Refusal)
                else self._sheet(sheet, file_id, path)
            )
        self._drop_staged()

    def _drop_staged(self) -> None:
        """Drops the temporary tables that the reader filled from a file: the next file may need the room."""
        staged = self.con.execute(
            "select table_name from duckdb_tables() where temporary and table_name like 'stage\\_%' escape '\\'"
        ).fetchall()
        for (name,) in staged:
            self.con.execute(f'drop table "{name}"')

    def _known(self, content: str) -> list[FileResult] | None:
        """What is known of a file that was read before by the same code and mappings: all of it is unchanged."""
        rows = self.con.execute(
            """
            select file_name, source, kinds, rows_in, rejected, warnings
            from files
            where (file_id = $id or starts_with(file_id, $id || '-')) and status = 'loaded' and read_by = $by
            order by len(file_id), file_id
            """,
            {"id": content, "by": self.read_by},
        ).fetchall()
        any_refused = self.con.execute(
            "select exists (from files where starts_with(file_id, $id) and status <> 'loaded')",
            {"id": content},
        ).fetchone()
        if not rows or any_refused == (True,):
            return None
        self.con.execute(
            """
            update files set loaded = 0, unchanged = rows_in - rejected, loaded_at = now()::timestamp
            where file_id = $id or starts_with(file_id, $id || '-')
            """,
            {"id": content},
        )
        return [
            FileResult(
                name, source, kinds, "loaded", rows_in, 0, rows_in - rejected, rejected, _messages(warnings)
            )
            for name, source, kinds, rows_in, rejected, warnings in rows
        ]

    def _sheet(self, sheet: Sheet, file_id: str, path: Path) -> FileResult:
        """Lands a sheet and notes what became of it, in one transaction."""
        try:
            source = recognise(sheet, self.store)
        except NotRecognised as refusal:
            return self._refused(Refusal(sheet.name, refusal.message), file_id, path)
        self.con.execute("begin")
        try:
            landing.forget_keyless(self.con, file_id)
            landed = landing.land(self.con, sheet, source, self._landing(file_id, path))
            result = FileResult(
                sheet.name,
                source.name,
                list(landed.kinds),
                "loaded",
                landed.rows_in,
                landed.loaded,
                landed.unchanged,
                landed.rejected,
                list(landed.warnings),
                header_text=sheet.header_text,
                as_of=landed.as_of,
            )
            self._remember(result, file_id, path)
            self.con.execute("commit")
        except DatesUnclear as unclear:
            self.con.execute("rollback")
            return self._refused(Refusal(sheet.name, unclear.message), file_id, path, source.name)
        # a value that no rule of reading foresaw must not stop the other files
        except (duckdb.DataError, duckdb.InvalidInputException) as error:
            self.con.execute("rollback")
            detail = str(error).partition("\n")[0]
            told = Message("value_unforeseen", {"file": sheet.name, "detail": detail})
            return self._refused(Refusal(sheet.name, told), file_id, path, source.name)
        except BaseException:
            self.con.execute("rollback")
            raise
        finally:
            self.con.execute("set preserve_insertion_order = true")  # landing sets it aside
        return result

    def _landing(self, file_id: str, path: Path) -> landing.Landing:
        return landing.Landing(
            file_id=file_id,
            account=self.options.account,
            zone=self.zone,
            day_order=self.options.dates,
            customer_secret=self.secret,
            phrase_patterns=_phrase_patterns,
            now=datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" "),
            modified=_modified(path),
        )

    def _refused(self, refusal: Refusal, file_id: str, path: Path, source: str | None = None) -> FileResult:
        result = FileResult(refusal.name, source, [], "refused", message=refusal.message)
        self._remember(result, file_id, path)
        return result

    def _remember(self, result: FileResult, file_id: str, path: Path) -> None:
        message = result.message
        self.con.execute(
            """
            insert into files by name
            select
                $file_id as file_id, $name as file_name, $source as source, $kinds::varchar[] as kinds,
                $account as account, $size as size_bytes, $status as status, $code as message_code,
                $params::json as message_params, $warnings::json as warnings, $rows_in as rows_in, $loaded as loaded,
                $unchanged as unchanged, $rejected as rejected, now()::timestamp as first_loaded_at,
                now()::timestamp as loaded_at, $read_by as read_by, $header_text as header_text,
                $modified::timestamp as modified_at, $as_of::timestamp as as_of
            on conflict (file_id) do update set
                file_name = excluded.file_name, source = excluded.source, kinds = excluded.kinds,
                status = excluded.status, message_code = excluded.message_code,
                message_params = excluded.message_params, warnings = excluded.warnings, rows_in = excluded.rows_in,
                loaded = excluded.loaded, unchanged = excluded.unchanged, rejected = excluded.rejected,
                loaded_at = excluded.loaded_at, read_by = excluded.read_by,
                header_text = excluded.header_text, modified_at = excluded.modified_at,
                as_of = excluded.as_of
            """,
            {
                "file_id": file_id,
                "name": result.file,
                "source": result.source,
                "kinds": result.kinds,
                "account": self.options.account,
                "size": path.stat().st_size,
                "status": result.status,
                "code": message.code if message else None,
                "params": as_json(message.params) if message else None,
                "warnings": as_json([{"code": w.code, "params": w.params} for w in result.warnings]),
                "rows_in": result.rows_in,
                "loaded": result.loaded,
                "unchanged": result.unchanged,
                "rejected": result.rejected,
                "read_by": self.read_by,
                "header_text": result.header_text,
                "modified": _modified(path),
                "as_of": result.as_of,
            },
        )


@functools.cache
def _phrase_patterns() -> tuple[str, ...]:
    """The patterns of all phrases of causes and sayings; only sources with free text ask for them."""
    said = sayings.phrases(sayings.read_sayings(build.QUERIES / "sayings"))
    return causes.phrase_patterns(causes.read_causes(build.QUERIES / "causes"), said)


def _digest(path: Path, account: str) -> str:
    """What a file holds, and for which account: the same file of two accounts is two files."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{account}/{content}".encode()).hexdigest()


def _modified(path: Path) -> str:
    """When the file was last written: ISO, UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None).isoformat(sep=" ")


def _messages(written: str | None) -> list[Message]:
    """Warnings as the table `files` keeps them."""
    return [Message(warning["code"], warning["params"]) for warning in json.loads(written or "[]")]


def _read_by(store: Store, options: Options, zone: str) -> str:
    """A digest of all that decides how a file is read: our code, the user's mappings, the zone, the options."""
    digest = hashlib.sha256(repr((options, zone)).encode())
    code = Path(__file__).resolve().parent
    mappings = sorted((store.user / "mappings").glob("*.toml"))
    # causes and sayings too: their phrases are looked for while a text is read
    said = [path for name in ("causes", "sayings") for path in sorted((build.QUERIES / name).glob("*.toml"))]
    for path in [*sorted(code.rglob("*.py")), *said, *mappings]:
        if "demo" not in path.parts and "cli" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
