"""What became of the last sync of each account: told by the Data page and by `sync --status`.

`<store>/sync/<system>.<account>.last.json` is written when a sync begins and again when it ends, so that one that was
killed is not taken for one that went well. Beside it stands how far the account was read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.messages import Message
from pipelines.store import Store
from pipelines.sync import find_vendors
from pipelines.sync.credentials import ACCOUNT, configured
from pipelines.sync.spool import write_private
from pipelines.sync.vendor import SyncError

_SUFFIX = ".last.json"


@dataclass(frozen=True)
class Outcome:
    """One sync of one account; without an end, it is under way or was killed."""

    began_at: datetime
    ended_at: datetime | None = None
    #: records that the store did not have, or had otherwise
    changed: int = 0
    rejected: int = 0
    #: why it ended early, and what to do
    error: Message | None = None
    #: when one last ended well
    well_at: datetime | None = None

    def ended(self, changed: int, rejected: int, error: Message | None) -> Outcome:
        """The same sync at its end, which is now."""
        now = datetime.now(UTC)
        well_at = self.well_at if error else now
        return replace(self, ended_at=now, changed=changed, rejected=rejected, error=error, well_at=well_at)


@dataclass(frozen=True)
class Account:
    """One account of a system that has an access, or was synced once; `last` is None before its first sync."""

    system: str
    name: str
    last: Outcome | None = None

    @property
    def title(self) -> str:
        """What the system is called."""
        return find_vendors()[self.system].title


def begin(store: Store, system: str, account: str) -> Outcome:
    """Notes that a sync of the account begins."""
    before = read(store, system, account)
    return note(
        store, system, account, Outcome(datetime.now(UTC), well_at=before.well_at if before else None)
    )


def note(store: Store, system: str, account: str, outcome: Outcome) -> Outcome:
    """Keeps what a sync did instead of what the one before did."""
    error = outcome.error
    kept = {
        "began_at": outcome.began_at.isoformat(),
        "ended_at": outcome.ended_at and outcome.ended_at.isoformat(),
        "changed": outcome.changed,
        "rejected": outcome.rejected,
        "error": error and {"code": error.code, "params": error.params},
        "well_at": outcome.well_at and outcome.well_at.isoformat(),
    }
    write_private(_path(store, system, account), json.dumps(kept, ensure_ascii=False).encode())
    return outcome


def read(store: Store, system: str, account: str) -> Outcome | None:
    """What the last sync of the account did; None before the first."""
    try:
        kept = json.loads(_path(store, system, account).read_text(encoding="utf-8"))
        error = kept["error"]
        return Outcome(
            datetime.fromisoformat(kept["began_at"]),
            _moment(kept["ended_at"]),
            int(kept["changed"]),
            int(kept["rejected"]),
            Message(error["code"], error["params"]) if error else None,
            _moment(kept["well_at"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return (
            None  # damaged by something else than us: the next sync writes it anew, and nothing depends on it
        )


def is_meant(store: Store, system: str, account: str) -> bool:
    """Whether the user gave anything for the account: one that was only tried out is not told of."""
    try:
        return (system, account) in configured(find_vendors(), store)
    except SyncError:
        return False


def accounts(store: Store) -> Sequence[Account]:
    """Every account that has an access, and every other that was synced: its access may be known to cron alone.

    Raises SyncError when the file of accesses cannot be read.
    """
    vendors = find_vendors()
    found = configured(vendors, store)
    for path in sorted((store.folder / "sync").glob(f"*{_SUFFIX}")):
        system, _, account = path.name.removesuffix(_SUFFIX).partition(".")
        if system in vendors and ACCOUNT.fullmatch(account):
            found.append((system, account))
    return [Account(*pair, read(store, *pair)) for pair in dict.fromkeys(found)]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _path(store: Store, system: str, account: str) -> Path:
    return store.folder / "sync" / f"{system}.{account}{_SUFFIX}"
