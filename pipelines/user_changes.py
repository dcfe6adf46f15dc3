"""What was changed in the user's own files, by whom and when, and how to take it back.

`user/changes.jsonl` gets one line a change and never loses one: taking something back is a change too. A change holds
what stood there before, so a mapping that was edited or deleted comes back word for word.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipelines.messages import Message
from pipelines.store import Store, StoreError

LOG = "changes.jsonl"
What = Literal["tag", "reason", "condition", "channel", "mapping", "records", "rules", "settings", "link"]
#: changes of a whole file: what stood there before is all of its text
FILES: frozenset[What] = frozenset({"mapping", "rules", "settings"})


@dataclass(frozen=True)
class Change:
    """One change. Of a whole file (a mapping, a table of rules, the settings), `before` and `after` are its text; of a
    value, its cause, or 'ignore'; of a word for a channel, the channel (`scheme` is the tool); of a ticket (of the tool
    `scheme`), its order, '' for none.

    Of records that were taken out, `file` is the mapping's name and `before` how many they were.
    """

    id: str
    at: str  # ISO, UTC
    who: str
    what: What
    file: str  # in user/, with slashes
    value: str | None
    scheme: str | None
    before: str | None  # None: it was not there
    after: str | None  # None: it is gone
    undoes: str | None = None


def os_user() -> str:
    """The name under which this computer knows who runs the program; '' where it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in a container
        return ""


def new(
    who: str,
    what: What,
    file: str,
    before: str | None,
    after: str | None,
    *,
    value: str | None = None,
    scheme: str | None = None,
    undoes: str | None = None,
) -> Change:
    """A change of now."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Change(secrets.token_hex(8), at, who, what, file, value, scheme, before, after, undoes)


def remember(store: Store, changes: Sequence[Change]) -> None:
    """Appends the changes to the log, and makes sure that they are on the disk."""
    if not changes:
        return
    store.user.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(asdict(change), ensure_ascii=False) + "\n" for change in changes)
    with (store.user / LOG).open("a", encoding="utf-8", newline="\n") as log:
        log.write(lines)
        log.flush()
        os.fsync(log.fileno())


def changes(store: Store) -> list[Change]:
    """Every change, the newest first; a line that a crash cut off is left out."""
    try:
        lines = (store.user / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    found = [change for line in lines if (change := _read(line)) is not None]
    return found[::-1]


def undone(all_changes: Sequence[Change]) -> frozenset[str]:
    """The ids of the changes that were taken back."""
    return frozenset(change.undoes for change in all_changes if change.undoes is not None)


def changed_since(change: Change) -> StoreError:
    """Why a change cannot be taken back: something newer stands there."""
    return StoreError(Message("undo_changed_since", {"name": change.value or change.file}))


def write_file(path: Path, text: str) -> None:
    """Puts a text where readers see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def _read(line: str) -> Change | None:
    try:
        return Change(**json.loads(line))
    except (ValueError, TypeError):
        return None
