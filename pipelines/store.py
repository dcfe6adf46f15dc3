"""Where the data lives: a private master that only the loader opens, immutable snapshots, and a pointer to the newest.

A DuckDB file is never replaced under its own path: one process would go on serving the old one. A new snapshot gets a
new name, and `CURRENT`, which names it, is replaced atomically. What the user writes is in `user/`, which no rebuild
touches.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import secrets
import shutil
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.messages import Message

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT = PROJECT / "data" / "store"
#: the invented shop lives apart: its figures never mix with real ones
DEMO = PROJECT / "data" / "demo"
KEPT_SNAPSHOTS = 3
_MEMORY = "2GB"
_SETTINGS_FILE = "settings.toml"
_SETTINGS = ("currency", "notebook", "shop_name", "third_party_warehouses", "zone")
# DuckDB keeps other processes out of a file that is being written, but lets threads of one process in together
_WRITING: set[Path] = set()
_WRITING_GUARD = threading.Lock()


class StoreError(Exception):
    """The store cannot be used as asked; `message` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


@dataclass(frozen=True)
class Store:
    """A store folder. Nothing is created until something is written."""

    folder: Path = DEFAULT

    @property
    def master(self) -> Path:
        return self.folder / "master.duckdb"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    @property
    def scratch(self) -> Path:
        return self.folder / "tmp"

    @property
    def user(self) -> Path:
        """Files the user owns: settings.toml, tags.csv, mappings/*.toml. No rebuild touches them."""
        return self.folder / "user"

    def snapshot(self) -> Path | None:
        """The newest published snapshot, or None before the first load."""
        try:
            name = (self.folder / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        path = self.snapshots / name
        return path if path.is_file() else None

    def settings(self) -> dict[str, Any]:
        """The user's settings.toml, its currency in capitals; {} when there is none.

        Raises StoreError for what cannot be read and for names that we do not know.
        """
        try:
            found = tomllib.loads((self.user / _SETTINGS_FILE).read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise StoreError(Message("settings_not_utf8", {"file": _SETTINGS_FILE})) from error
        except tomllib.TOMLDecodeError as error:
            raise StoreError(
                Message("settings_unreadable", {"file": _SETTINGS_FILE, "detail": str(error)})
            ) from error
        if unknown := [name for name in found if name not in _SETTINGS]:
            raise StoreError(_unknown_setting(unknown[0]))
        if "currency" in found:
            found["currency"] = _currency(found["currency"])
        return found

    def zone(self) -> str:
        """The shop's time zone (IANA name): settings.toml `zone`, else UTC."""
        zone = str(self.settings().get("zone", "UTC"))
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise StoreError(Message("unknown_zone", {"zone": zone})) from error
        return zone

    def third_party_warehouses(self) -> list[str]:
        """Names of the warehouses that a 3PL runs: settings.toml `third_party_warehouses`, else none."""
        names = self.settings().get("third_party_warehouses", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise StoreError(Message("third_party_warehouses_unreadable", {"value": str(names)}))
        return names

    def shop_name(self) -> str | None:
        """What the shop calls itself in letters: settings.toml `shop_name`, else nothing."""
        name = self.settings().get("shop_name")
        if name is not None and not isinstance(name, str):
            raise StoreError(Message("shop_name_unreadable", {"value": str(name)}))
        return " ".join((name or "").split()) or None

    def customer_secret(self) -> str:
        """The key that turns e-mail addresses into customer keys; made once, readable by the owner only."""
        path = self.user / "customer.key"
        if not path.exists():
            self.user.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            os.replace(draft, path)
        return path.read_text(encoding="ascii")

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The one door for writing: the master, opened by nobody else meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _only_writer(self.folder.resolve()):
            yield from self._open_master()

    def _open_master(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            con = duckdb.connect(
                self.master,
                config={
                    "memory_limit": _MEMORY,
                    "temp_directory": str(self.scratch / "spill"),
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                },
            )
        except duckdb.IOException as error:
            raise StoreError(Message("store_busy", {"folder": str(self.folder)})) from error
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        try:
            con.execute("set timezone = 'UTC'")
            # ours speaks the user's language, and not on stdout
            con.execute("set enable_progress_bar = false")
            yield con
        finally:
            con.close()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def publish(self) -> Path:
        """Copies the closed master to a new snapshot and points CURRENT at it; the last three snapshots are kept."""
        self.snapshots.mkdir(parents=True, exist_ok=True)
        target = self.snapshots / f"snap-{time.time_ns()}.duckdb"
        draft = target.with_suffix(".draft")
        _copy(self.master, draft)
        os.replace(draft, target)
        _fsync_folder(self.snapshots)
        pointer = self.folder / ".CURRENT.tmp"
        with pointer.open("w", encoding="ascii") as file:
            file.write(target.name)
            file.flush()
            os.fsync(file.fileno())
        os.replace(pointer, self.folder / "CURRENT")
        _fsync_folder(self.folder)
        self._forget_old(target)
        return target

    def _forget_old(self, newest: Path) -> None:
        snapshots = sorted(self.snapshots.glob("snap-*.duckdb"))
        for path in [*snapshots[:-KEPT_SNAPSHOTS], *self.snapshots.glob("*.draft")]:
            if path != newest:
                try:
                    path.unlink()
                except PermissionError:
                    continue  # Windows: a reader still has it open; the next publication takes it


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    with _WRITING_GUARD:
        if folder in _WRITING:
            raise StoreError(Message("store_busy", {"folder": str(folder)}))
        _WRITING.add(folder)
    try:
        yield
    finally:
        with _WRITING_GUARD:
            _WRITING.discard(folder)


def _unknown_setting(name: str) -> Message:
    shown: dict[str, str | int] = {"file": _SETTINGS_FILE, "name": name, "allowed": ", ".join(_SETTINGS)}
    near = difflib.get_close_matches(name.lower(), _SETTINGS, n=1)
    if near:
        return Message("setting_unknown_near", {**shown, "near": near[0]})
    return Message("setting_unknown", shown)


def _currency(value: object) -> str:
    """The code in capitals, as the files' amounts have it."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if not re.fullmatch("[A-Z]{3}", code):
        raise StoreError(Message("unknown_currency", {"value": str(value)}))
    return code


def own_folder() -> Path:
    """Where the user's data are loaded: INCIDENTS_STORE, else data/store of the project, from whatever folder."""
    named = os.environ.get("INCIDENTS_STORE")
    return Path(named) if named else DEFAULT


def _copy(source: Path, target: Path) -> None:
    """Copies and makes durable; shares blocks where the file system can."""
    with source.open("rb") as read, target.open("wb") as write:
        if hasattr(os, "copy_file_range"):
            left = os.fstat(read.fileno()).st_size
            while left > 0:
                done = os.copy_file_range(read.fileno(), write.fileno(), left)
                if done == 0:
                    break
                left -= done
        else:
            shutil.copyfileobj(read, write, 1 << 20)
        write.flush()
        os.fsync(write.fileno())


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_json(value: object) -> str:
    """JSON text with accents kept."""
    return json.dumps(value, ensure_ascii=False, default=str)
