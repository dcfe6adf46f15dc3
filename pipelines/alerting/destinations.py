"""Where alerts go: from environment variables, or from the file of accesses that only its owner reads.

`<store>/user/sync.toml` has a table for each: [alert.slack], [alert.teams], [alert.webhook], [alert.email]; and in
[alert] the address of the dashboard, without which messages have no links. A variable wins over the file:
INCIDENTS_ALERT_SLACK_URL, INCIDENTS_ALERT_DASHBOARD. The addresses of Slack and Teams are secrets: whoever has one can
write there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Any
from urllib.parse import urlsplit

from pipelines.messages import Message
from pipelines.store import Store
from pipelines.sync.credentials import ALERT, FILE, private_tables, unknown_name
from pipelines.sync.vendor import SyncError

#: what each kind may be told, the needed ones first
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "slack": ("url",),
    "teams": ("url",),
    "webhook": ("url", "token"),
    "email": ("host", "from", "to", "port", "user", "password", "security"),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {"email": ("host", "from", "to")}
_DASHBOARD = "dashboard"
_SECURITY = ("starttls", "tls", "none")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AlertError(Exception):
    """Something that the user can mend, or that may go away; said by its message, which never holds a secret."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


@dataclass(frozen=True)
class Destination:
    """One place where alerts go; its settings are never part of what is printed of it."""

    name: str
    values: Mapping[str, str] = field(repr=False)

    @property
    def host(self) -> str:
        """What may be told of its address."""
        return self.values.get("host") or urlsplit(self.values.get("url", "")).hostname or ""

    @property
    def recipients(self) -> list[str]:
        """The mailboxes of [alert.email]."""
        return [each.strip() for each in re.split(r"[,;]", self.values.get("to", "")) if each.strip()]

    @property
    def security(self) -> str:
        """How the way to the mail server is closed to others: TLS from the start where its port says so."""
        usual = "tls" if self.values.get("port") == "465" else "starttls"
        return self.values.get("security", usual)


def destinations(store: Store, names: Sequence[str] = ()) -> list[Destination]:
    """Every place that the user gave, or those named. Raises AlertError for what is missing or not safe."""
    tables = _tables(store)
    found = []
    for name, settings in SETTINGS.items():
        values = {**_of_table(name, tables.get(name, {})), **_of_environment(name, settings)}
        if (values and not names) or name in names:
            found.append(_checked(Destination(name, values)))
    return found


def dashboard(store: Store) -> str:
    """The address of the dashboard, without a slash at its end; '' when none is given."""
    told = os.environ.get(f"INCIDENTS_ALERT_{_DASHBOARD.upper()}") or _tables(store).get(_DASHBOARD, "")
    address = str(told).strip().rstrip("/")
    if address and (urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname):
        raise AlertError(Message("alert_bad_setting", {"name": _DASHBOARD}))
    return address


def _tables(store: Store) -> Mapping[str, Any]:
    try:
        found = private_tables(store).get(ALERT, {})
        if isinstance(found, dict):
            for name in found:
                if name not in (*SETTINGS, _DASHBOARD):
                    raise SyncError(unknown_name(f"{ALERT}.{name}", name, [*SETTINGS, _DASHBOARD]))
            return found
    except SyncError as error:
        raise AlertError(error.message) from None
    raise AlertError(Message("alert_bad_setting", {"name": ALERT}))


def _of_table(name: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise AlertError(Message("alert_bad_setting", {"name": f"{ALERT}.{name}"}))
    values = {}
    for key, value in table.items():
        if key not in SETTINGS[name]:
            raise AlertError(unknown_name(f"{ALERT}.{name}.{key}", key, SETTINGS[name]))
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise AlertError(Message("sync_not_text", {"file": FILE, "name": f"{ALERT}.{name}.{key}"}))
        values[key] = str(value).strip()
    return {key: value for key, value in values.items() if value}


def _of_environment(name: str, settings: Sequence[str]) -> dict[str, str]:
    told = {key: os.environ.get(f"INCIDENTS_ALERT_{name}_{key}".upper(), "").strip() for key in settings}
    return {key: value for key, value in told.items() if value}


def _checked(place: Destination) -> Destination:
    """The same, if it can be used and sends no secret in the clear."""
    name, values = place.name, place.values
    missing = [key for key in _NEEDED.get(name, ("url",)) if not values.get(key)]
    if missing:
        params: dict[str, str | int] = {
            "names": ", ".join(missing),
            "table": f"{ALERT}.{name}",
            "file": FILE,
            "variable": f"INCIDENTS_ALERT_{name}_{missing[0]}".upper(),
        }
        raise AlertError(Message("alert_missing", params))
    if name != "email":
        parts = urlsplit(values["url"])
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not is_safe or not parts.hostname or parts.username or parts.password:
            raise AlertError(Message("alert_not_https", {"name": f"{ALERT}.{name}.url"}))
        return place
    if place.security not in _SECURITY or not re.fullmatch(r"\d{1,5}", values.get("port", "587")):
        raise AlertError(Message("alert_bad_setting", {"name": f"{ALERT}.{name}"}))
    if place.security == "none" and values.get("password") and place.host not in LOOPBACK:
        raise AlertError(Message("alert_open_password", {"host": place.host}))
    for address in (values["from"], *place.recipients):
        if not _is_address(address):
            raise AlertError(Message("alert_bad_address", {"address": address[:80]}))
    return place


def _is_address(text: str) -> bool:
    """Whether a text is one mailbox, with nothing in it that would end a header."""
    if not text.isprintable() or text.count("@") != 1:
        return False
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return True
