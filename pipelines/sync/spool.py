"""What is known of an account between two syncs, and the pages that were fetched and are not loaded yet.

`<store>/sync/<system>.<account>.json` says how far was read and loaded. While a sync runs, each page goes to the folder
of the same name, with `progress.json`, which says how far the pages there reach: a sync that was killed goes on after
the last of them. Pages hold what customers wrote: only their owner may read them, and they go once they are loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipelines.messages import Message
from pipelines.store import Store
from pipelines.sync.vendor import Position, Record, SyncError

_DIGEST = 16
#: what vendors call a record's own id; a record that has several is known by the first
_IDS = (
    "id",
    "returnId",
    "returnOrderId",
    "cancelId",
    "inquiryId",
    "receipt_id",
    "purchaseOrderId",
    "order_id",
    "orderId",
)


@dataclass
class FeedState:
    """How far a feed was read."""

    #: the last change of the last complete reading (ISO, UTC): the next one begins a little before it
    since: str | None = None
    #: the last change seen by the reading that is under way
    reached: str | None = None
    #: where the reading under way goes on; None between two readings
    position: Position | None = None
    #: where the next reading begins, for feeds that hand out such a place
    resume: Position | None = None
    #: digests of the records near the last change: those that come again unchanged are not loaded again
    seen: dict[str, str] = field(default_factory=dict)


@dataclass
class State:
    """How far an account was read; `generation` counts what was loaded."""

    generation: int = 0
    feeds: dict[str, FeedState] = field(default_factory=dict)
    page_count: int = 0

    def feed(self, name: str) -> FeedState:
        return self.feeds.setdefault(name, FeedState())

    def copy(self) -> State:
        return _state(json.loads(json.dumps(asdict(self))))


def _state(found: Any) -> State:
    feeds = {name: FeedState(**feed) for name, feed in found["feeds"].items()}
    return State(found["generation"], feeds, found["page_count"])


@dataclass
class Spool:
    """The state of one account, and its pages on the disk."""

    folder: Path
    state: State

    @property
    def committed(self) -> Path:
        return self.folder.with_name(self.folder.name + ".json")

    @property
    def tokens(self) -> Path:
        return self.folder.with_name(self.folder.name + ".token.json")

    def add(self, records: Sequence[Record], files: Mapping[str, bytes]) -> None:
        """Keeps a page and, after it, the state: a page without its state is fetched again."""
        by_kind: dict[str, list[str]] = {}
        for record in records:
            line = json.dumps(record.document, ensure_ascii=False)
            by_kind.setdefault(record.kind, []).append(line + "\n")
        number = self.state.page_count + 1
        for kind, lines in by_kind.items():
            write_private(self.folder / f"{number:06}.{kind}.ndjson", "".join(lines).encode(errors="replace"))
        for name, content in files.items():
            write_private(self.folder / f"{number:06}.file.{name}", content)
        self.state.page_count = number
        self.keep()

    def keep(self) -> None:
        """Notes how far the pages on the disk reach."""
        write_private(self.folder / "progress.json", json.dumps(asdict(self.state)).encode())

    def pages(self) -> list[Path]:
        """The pages in the order in which they came."""
        found = sorted(self.folder.glob("[0-9]*.*"))
        return [path for path in found if int(path.name[:6]) <= self.state.page_count]

    def files_to_load(self) -> list[Path]:
        """One file a kind of record, in which each record stands once, as it was fetched last; and whole files."""
        target = self.folder / "load"
        shutil.rmtree(target, ignore_errors=True)
        pages: dict[str, list[Path]] = {}
        files: list[Path] = []
        for path in self.pages():
            _, kind, rest = path.name.split(".", 2)
            if kind == "file":
                files.append(path)
            elif rest == "ndjson":
                pages.setdefault(kind, []).append(path)
        written = [
            _merged(found, target / f"{self.folder.name}-{kind}.ndjson") for kind, found in pages.items()
        ]
        for path in files:
            copy = target / f"{self.folder.name}-{path.name[:6]}-{path.name.split('.', 2)[2]}"
            write_private(copy, path.read_bytes())
            written.append(copy)
        return written

    def commit(self) -> None:
        """Says that all pages are loaded, then drops them."""
        self.state.generation += 1
        self.state.page_count = 0
        write_private(self.committed, json.dumps(asdict(self.state)).encode())
        shutil.rmtree(self.folder)


def open_spool(store: Store, system: str, account: str) -> Spool:
    """The state of an account, with the pages that a killed sync left behind."""
    folder = store.folder / "sync" / f"{system}.{account}"
    state = _read(folder.with_name(folder.name + ".json")) or State()
    left = _read(folder / "progress.json")
    if left is not None and left.generation == state.generation:
        return Spool(folder, left)
    shutil.rmtree(folder, ignore_errors=True)  # loaded already, or without a state that says what they are
    return Spool(folder, state)


def _read(path: Path) -> State | None:
    try:
        return _state(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise SyncError(Message("sync_state_unreadable", {"file": str(path)})) from None


def digest(record: Record) -> str:
    text = json.dumps(record.document, sort_keys=True, ensure_ascii=False)
    return digest_of(f"{record.kind}/{text}".encode(errors="replace"))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGEST]


def _merged(pages: Sequence[Path], target: Path) -> Path:
    """The records of the pages, one a line; of those with the same id the last."""
    last: dict[str, int] = {}
    for number, (_, key) in enumerate(_lines(pages)):
        last[key if key is not None else f"line {number}"] = number
    kept = set(last.values())
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        # one object alone might be taken for a page around the list of its lines: in a list it is a record
        file.write(b"[" if len(kept) == 1 else b"")
        file.writelines(line for number, (line, _) in enumerate(_lines(pages)) if number in kept)
        file.write(b"]" if len(kept) == 1 else b"")
    return target


def _lines(pages: Sequence[Path]) -> Iterator[tuple[bytes, str | None]]:
    """Each line with the id of its record, as JSON writes it; None for a record without one."""
    for path in pages:
        with path.open("rb") as file:
            for line in file:
                document = json.loads(line)
                found = next((document[name] for name in _IDS if document.get(name) is not None), None)
                yield line, None if found is None else json.dumps(found)


def write_private(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name("." + path.name)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


@contextmanager
def only_one(folder: Path, system: str) -> Iterator[None]:
    """Keeps a second sync of the same account out; a killed one leaves nothing in the way."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folder.with_name(folder.name + ".lock").open("a") as file:
        try:
            _lock(file.fileno())
        except OSError:
            raise SyncError(Message("sync_busy", {"system": system})) from None
        yield


def _lock(handle: int) -> None:
    """The system lets go of the lock when the process ends, however it ends."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
