"""Who asks: settings and secrets of each account, from environment variables or from a file that only its owner reads.

`<store>/user/sync.toml` has a table a system: [zendesk] for the account `main`, [zendesk.lyon] for another. A variable
wins over the file: INCIDENTS_ZENDESK_TOKEN, or INCIDENTS_ZENDESK_LYON_TOKEN for the account `lyon`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.messages import Message
from pipelines.store import Store
from pipelines.sync.vendor import Auth, SyncError, Vendor

FILE = "sync.toml"
MAIN = "main"
#: the table of the same file that says where alerts go (pipelines/alerting)
ALERT = "alert"
_HIDDEN = "•••"
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Credentials:
    """The settings of one account; they are never part of what is printed of it."""

    auth: Auth
    values: Mapping[str, str] = field(repr=False)
    public: frozenset[str] = frozenset()

    def without_secrets(self, text: str, *more: str) -> str:
        """A text of the vendor's, in which no secret stands."""
        secrets = [value for name, value in self.values.items() if name not in self.public]
        for secret in sorted({*secrets, *more}, key=len, reverse=True):
            if len(secret) >= 4:
                text = text.replace(secret, _HIDDEN).replace(quote(secret, safe=""), _HIDDEN)
        return text


def known_names(vendor: Vendor) -> set[str]:
    """All settings that an account of the vendor may have."""
    return {"address", *vendor.settings, *vendor.defaults, *(n for auth in vendor.auths for n in auth.needs)}


def credentials(vendor: Vendor, account: str, store: Store) -> Credentials:
    """What the user gave for an account. Raises SyncError with what is missing, or may be read by others."""
    if not ACCOUNT.fullmatch(account):
        raise SyncError(Message("sync_bad_account", {"account": account}))
    values = {**vendor.defaults, **_of_file(vendor, account, store), **_of_environment(vendor, account)}
    for name, pattern in vendor.settings.items():
        if name in values and not re.fullmatch(pattern, values[name]):
            raise SyncError(
                Message("sync_bad_setting", {"system": vendor.title, "name": name, "value": values[name]})
            )
    needed = [name for name in vendor.settings if name not in vendor.defaults]
    for auth in vendor.auths:
        if all(values.get(name) for name in auth.needs) and (
            "address" in values or all(values.get(name) for name in needed)
        ):
            filled = {name: text.format(**values) for name, text in vendor.defaults.items()}
            values |= {name: text for name, text in filled.items() if values[name] == vendor.defaults[name]}
            return Credentials(auth, values, frozenset({"address", *vendor.settings, *vendor.defaults}))
    raise SyncError(_nothing_given(vendor, account, store, needed))


def _nothing_given(vendor: Vendor, account: str, store: Store, needed: Iterable[str]) -> Message:
    """Each of the ways to be let in, as the names of its settings."""
    ways = [list(dict.fromkeys([*needed, *auth.needs])) for auth in vendor.auths]
    table = vendor.name if account == MAIN else f"{vendor.name}.{account}"
    return Message(
        "sync_no_credentials",
        {
            "system": vendor.title,
            "account": account,
            "ways": " | ".join(" + ".join(way) for way in ways),
            "variable": _variable(vendor, account, ways[0][-1]),
            "file": str(store.user / FILE),
            "table": table,
        },
    )


def configured(vendors: Mapping[str, Vendor], store: Store) -> list[tuple[str, str]]:
    """(system, account) of every account that the user gave settings for, the main ones first."""
    found = [(name, MAIN) for name, vendor in vendors.items() if _of_environment(vendor, MAIN)]
    for name, table in _tables(vendors, store).items():
        if any(isinstance(value, str) for value in table.values()):
            found.append((name, MAIN))
        found += [(name, account) for account, value in table.items() if isinstance(value, dict)]
    return list(dict.fromkeys(found))


def _variable(vendor: Vendor, account: str, name: str) -> str:
    parts = ["INCIDENTS", vendor.name, *([] if account == MAIN else [account]), name]
    return re.sub(r"[^A-Z0-9]", "_", "_".join(parts).upper())


def _of_environment(vendor: Vendor, account: str) -> dict[str, str]:
    names = known_names(vendor)
    found = {name: os.environ.get(_variable(vendor, account, name), "").strip() for name in names}
    return {name: value for name, value in found.items() if value}


def _of_file(vendor: Vendor, account: str, store: Store) -> dict[str, str]:
    table = _tables({vendor.name: vendor}, store).get(vendor.name, {})
    chosen = table if account == MAIN else table.get(account, {})
    values = {name: value for name, value in chosen.items() if not isinstance(value, dict)}
    for name, value in values.items():
        if name not in known_names(vendor):
            raise SyncError(unknown_name(f"{vendor.name}.{name}", name, sorted(known_names(vendor))))
        if not isinstance(value, str):
            raise SyncError(Message("sync_not_text", {"file": FILE, "name": f"{vendor.name}.{name}"}))
    return values


def _tables(vendors: Mapping[str, Vendor], store: Store) -> dict[str, dict[str, Any]]:
    """The tables of the file by system; {} when there is no file."""
    found = {name: value for name, value in private_tables(store).items() if name != ALERT}
    tables = {name: value for name, value in found.items() if isinstance(value, dict)}
    if len(vendors) > 1 and (odd := [name for name in found if name not in vendors or name not in tables]):
        raise SyncError(unknown_name(odd[0], odd[0], [*vendors, ALERT]))
    return tables


def private_tables(store: Store) -> dict[str, Any]:
    """All that stands in the file of accesses; {} when there is none. Raises SyncError when others may read it."""
    path = store.user / FILE
    if not path.is_file():
        return {}
    refuse_what_others_read(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # the error is not told: it would quote what stands there
        line = getattr(error, "lineno", 0) or 0
        raise SyncError(Message("sync_file_unreadable", {"file": str(path), "line": line})) from None


def unknown_name(shown: str, name: str, allowed: Sequence[str]) -> Message:
    """What to say of a name that the file may not have, with the nearest that would do."""
    near = difflib.get_close_matches(name.lower(), allowed, n=1)
    params: dict[str, str | int] = {"file": FILE, "name": shown, "allowed": ", ".join(near or allowed)}
    return Message("sync_unknown_name", params)


def refuse_what_others_read(path: Path) -> None:
    """Raises SyncError when other users of this computer may read a file that holds secrets."""
    if os.name == "nt":  # there a user's folder is closed to others, and these bits say nothing
        return
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise SyncError(Message("sync_file_open", {"file": str(path)}))


@dataclass(frozen=True)
class TokenFile:
    """The access token of the moment, and a refresh token that the vendor replaced, in a file of their own."""

    path: Path

    def read(self) -> dict[str, str]:
        if not self.path.is_file():
            return {}
        refuse_what_others_read(self.path)
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:
            return {}  # cut off by a full disk, say: the token is fetched anew
        return {str(name): str(value) for name, value in found.items()}

    def write(self, tokens: Mapping[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(tokens))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
