"""Changes of a shop's settings and tables of rules: each checked as a load would, written whole, logged."""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines import rules as rule_tables
from pipelines import user_changes
from pipelines.rules import Rules
from pipelines.shop_lists import list_text
from pipelines.store import Store, StoreError
from pipelines.user_changes import Change, What

SETTINGS = "settings.toml"
Cells = Sequence[tuple[int, Mapping[str, str]]]


def save_rules(store: Store, rules: Rules, rows: Cells, who: str) -> list[Change]:
    """Keeps these rows, each with its line, as the shop's own; what that changed, if anything.

    Raises RulesError, and writes nothing, for the first row that a build could not use.
    """
    path = rule_tables.own_file(store.user, rules)
    return _write(store, path, rule_tables.csv_text(rules, rule_tables.checked(rules, rows, path.name)), who)


def save_rules_text(store: Store, rules: Rules, text: str, who: str) -> list[Change]:
    """The same from a list as a spreadsheet saves it. Raises RulesError."""
    path = rule_tables.own_file(store.user, rules)
    return _write(store, path, rule_tables.csv_text(rules, rule_tables.written(rules, text, path.name)), who)


def forget_rules(store: Store, rules: Rules, who: str) -> list[Change]:
    """Takes the shop's own rows away, so that ours count again; its text stays in the log."""
    return _write(store, rule_tables.own_file(store.user, rules), None, who)


def save_settings(store: Store, wanted: Mapping[str, str | Sequence[str] | None], who: str) -> list[Change]:
    """Writes these settings (None: not said any more) and leaves the others and the comments as they are.

    Raises StoreError, and writes nothing, for what a build could not use.
    """
    path = store.user / SETTINGS
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    told = store.settings()
    text = before
    for name, value in wanted.items():
        if value != told.get(name):
            text = _with_setting(text, name, value)
    after = {**told, **{name: _plain(value) for name, value in wanted.items()}}
    after = {name: value for name, value in after.items() if value is not None}
    if not _says(text, after):
        text = "".join(_line(name, value) for name, value in after.items())  # written in a way of its own
    _check_settings(text)
    return _write(store, path, text, who)


def text_of(path: Path) -> str | None:
    """What a file of the user's holds, without the mark that Windows puts before it; None when it is not there."""
    return list_text(path) if path.exists() else None


def put(path: Path, text: str | None) -> None:
    """Writes a file of the user's, lists as Excel reads them; None takes it away."""
    if text is None:
        path.unlink(missing_ok=True)
    else:
        user_changes.write_file(path, "\ufeff" + text if path.suffix == ".csv" else text)


def _write(store: Store, path: Path, text: str | None, who: str) -> list[Change]:
    before = text_of(path)
    if text == before:
        return []
    put(path, text)
    what: What = "settings" if path.name == SETTINGS else "rules"
    changed = [user_changes.new(who, what, path.relative_to(store.user).as_posix(), before, text)]
    user_changes.remember(store, changed)
    return changed


def _check_settings(text: str) -> None:
    """Raises StoreError for settings that a store does not understand."""
    with tempfile.TemporaryDirectory(prefix="incidents-") as folder:
        tried = Store(Path(folder))
        user_changes.write_file(tried.user / SETTINGS, text)
        tried.zone()
        tried.third_party_warehouses()
        tried.shop_name()


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a text of settings says just this."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False  # the shop wrote it in a way that a line put in does not fit
    return {name: value.upper() if name == "currency" else value for name, value in told.items()} == wanted


def _plain(value: str | Sequence[str] | None) -> str | list[str] | None:
    return value if value is None or isinstance(value, str) else list(value)


def _with_setting(text: str, name: str, value: str | Sequence[str] | None) -> str:
    """The text with this setting's line, and what stands beside it as a comment, changed, added or taken out."""
    line = "" if value is None else _line(name, value)
    found = re.compile(
        rf"""^[ \t]*{name}[ \t]*=[ \t]*(?:\[[^\]]*\]|"[^"\n]*"|'[^'\n]*')([ \t]*\#[^\n]*)?\n?""", re.MULTILINE
    )
    match = found.search(text)
    if match is None:
        return text + ("\n" if text and not text.endswith("\n") else "") + line
    if line and match[1]:
        line = f"{line.rstrip()}{match[1]}\n"
    return text[: match.start()] + line + text[match.end() :]


def _line(name: str, value: Any) -> str:
    # a TOML string or list of strings is written as JSON writes it
    return f"{name} = {json.dumps(_plain(value), ensure_ascii=False)}\n"


__all__ = [
    "Cells",
    "StoreError",
    "forget_rules",
    "put",
    "save_rules",
    "save_rules_text",
    "save_settings",
    "text_of",
]
