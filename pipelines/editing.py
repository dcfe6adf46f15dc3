"""Changes of the user's mappings, tags and channels: each checked, written whole, logged, and taken back.

What a value of the shop means is kept where it belongs: in the mapping that read it ([reasons], [conditions]); tags and
reasons of tools in tags.csv, words for channels in channels.csv; what a tool's inspection found beside the mappings.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import link_editing, mapping_files, settings_editing, user_changes
from pipelines.build import QUERIES, tools
from pipelines.causes import Cause, read_causes
from pipelines.cells import Cells
from pipelines.mapping_files import Draft, Saved
from pipelines.messages import Message
from pipelines.phrases import normaliser
from pipelines.shop_channels import ShopChannelsError, channel_in, same_channel, with_channel
from pipelines.shop_lists import list_text
from pipelines.shop_tags import IGNORE, ShopTagsError, file_text, read_shop_tags, with_causes
from pipelines.sources import find_sources
from pipelines.sources.mapping import CODES, MappingError, written_mapping
from pipelines.store import Store, StoreError
from pipelines.unloading import unload
from pipelines.user_changes import Change, What

#: changes of what a value of the shop means
VALUES: frozenset[What] = frozenset({"tag", "reason", "condition", "channel"})
_TAGS = "tags.csv"
_CHANNELS = "channels.csv"
_SCHEME = "mapping."
_CONDITION = ".condition"


@dataclass(frozen=True)
class Value:
    """A tag (no scheme), a reason, an inspected condition or a word for a channel, as a tool or file writes it."""

    value: str
    scheme: str | None = None
    is_channel: bool = False  # then the scheme is the tool


def save_mapping(store: Store, draft: Draft, who: str, note: str = "", old: Saved | None = None) -> Path:
    """Writes a mapping into its file, a new one or that of the mapping it replaces.

    Raises MappingError, and writes nothing, when a load could not use it.
    """
    path = old.path if old else mapping_files.folder(store) / f"{draft.name}.toml"
    text = mapping_files.toml_text(draft, note)
    written_mapping(text, path.name)
    if text != (old.text if old else None):
        before = old.text if old else None
        user_changes.write_file(path, text)
        user_changes.remember(store, [user_changes.new(who, "mapping", _named(store, path), before, text)])
    return path


def delete_mapping(store: Store, saved: Saved, who: str) -> None:
    """Takes a mapping's file away; its text stays in the log. What was loaded with it stays too."""
    saved.path.unlink()
    change = user_changes.new(who, "mapping", _named(store, saved.path), saved.text, None)
    user_changes.remember(store, [change])


def forget_records(store: Store, draft: Draft, who: str) -> None:
    """Takes out what a mapping has loaded; only loading its files again brings it back.

    Raises StoreError when another load is running.
    """
    count = unload(store, draft.name, draft.kind)
    user_changes.remember(store, [user_changes.new(who, "records", draft.name, str(count), None)])


def can_map(store: Store, values: Sequence[Value]) -> list[bool]:
    """Which of the values a user can give a cause to: those with a letter or figure to tell them by.

    The conditions of a mapping that is gone have no place any more.
    """
    names = {each.draft.name for each in mapping_files.saved(store) if each.draft}
    with normaliser() as normal:
        codes = normal.codes([value.value for value in values])
    return [
        bool(code) and (not _is_condition(value) or _mapping_of(value) in (None, *names))
        for code, value in zip(codes, values, strict=True)
    ]


def set_causes(store: Store, causes: Mapping[Value, str | None], who: str) -> list[Change]:
    """Gives values their causes (or 'ignore', or None: none any more), and says what that changed.

    The "cause" of a word for a channel is the channel: ours, or a name of the shop's own. Raises StoreError for a cause
    that does not exist, or when the user's own files cannot be read; nothing is written.
    """
    changes = _change(store, causes, who, None)
    user_changes.remember(store, changes)
    return changes


def undo(store: Store, change: Change, who: str) -> Change:
    """Takes a change back, and says so in the log.

    Raises StoreError when what it changed was changed again since.
    """
    if change.what in user_changes.FILES:
        back = _undo_file(store, change, who)
        user_changes.remember(store, [back])
        return back
    if change.what == "link":
        return link_editing.undo(store, change, who)
    value = Value(change.value or "", change.scheme, change.what == "channel")
    now = _cause_now(store, value)
    if now != change.after and not (value.is_channel and same_channel(now, change.after)):
        raise user_changes.changed_since(change)
    made = _change(store, {value: change.before}, who, change.id)
    user_changes.remember(store, made)
    return made[0]


@functools.cache
def tool_conditions() -> frozenset[str]:
    """The vocabularies in which tools, and our readers of common tables, tell what an inspection found."""
    found = set()
    for source in find_sources():
        for table in source.tables:
            if "condition_scheme" in table.fields:
                # a constant reads the same in a sheet without columns
                found.add(str(table.fields["condition_scheme"](Cells(())).value).strip("'"))
    return frozenset(found)


def _change(store: Store, causes: Mapping[Value, str | None], who: str, undoes: str | None) -> list[Change]:
    known = _known_causes()
    for value, cause in causes.items():
        if not value.is_channel and cause is not None and cause != IGNORE and cause not in known:
            raise StoreError(Message("unknown_cause", {"cause": cause}))
    texts: dict[Path, str] = {}
    changes: list[Change] = []
    for value, cause in causes.items():
        for path, text, before in _places(store, value, texts, known):
            if before == cause:
                continue
            texts[path] = _with(store, path, text, value, cause)
            # a channel is called as the file now says: as it was spelt first, or by our name for it
            after = _channel_in(store, texts[path], value) if value.is_channel else cause
            named = {"value": value.value, "scheme": value.scheme, "undoes": undoes}
            changes.append(user_changes.new(who, _what(value), _named(store, path), before, after, **named))
    for path, text in texts.items():
        user_changes.write_file(path, "\ufeff" + text if path.suffix == ".csv" else text)
    return changes


def _what(value: Value) -> What:
    if value.is_channel:
        return "channel"
    return "condition" if _is_condition(value) else "reason" if value.scheme else "tag"


def _cause_now(store: Store, value: Value) -> str | None:
    return next((before for _, _, before in _places(store, value, {}, _known_causes())), None)


@functools.cache
def _known_causes() -> Mapping[str, Cause]:
    return read_causes(QUERIES / "causes").by_name


def _places(
    store: Store, value: Value, texts: Mapping[Path, str], known: Mapping[str, Cause]
) -> list[tuple[Path, str, str | None]]:
    """The files that say (or will say) what a value means: path, its text as it will be, and the cause there now."""
    if value.is_channel:
        path = store.user / _CHANNELS
        text = texts.get(path, list_text(path) if path.exists() else "")
        return [(path, text, _channel_in(store, text, value))]
    if (name := _mapping_of(value)) is not None:
        column = "condition_raw" if _is_condition(value) else "reason_raw"
        readers = [
            each
            for each in mapping_files.saved(store)
            if each.draft and each.draft.name == name and column in each.draft.columns
        ]
        if readers:
            here = [(each.path, texts.get(each.path, each.text)) for each in readers]
            said = [(path, text, _cause_in(text, value)) for path, text in here]
            # mappings of one name share their reasons: one place is enough, two must not differ
            return [place for place in said if place[2] is not None] or said[:1]
        if _is_condition(value):
            raise StoreError(Message("no_mapping_of_value", {"value": value.value, "name": name}))
    if value.scheme in tool_conditions():
        path = mapping_files.folder(store) / CODES
        text = texts.get(path, mapping_files.read_text(path) if path.exists() else "")
        return [(path, text, _cause_in(text, value))]
    path = store.user / _TAGS
    try:
        before = read_shop_tags(path, known)[0] if path.exists() else {}
        text = texts.get(path, file_text(path) if path.exists() else "")
    except ShopTagsError as error:
        raise StoreError(error.message) from error
    with normaliser() as normal:
        return [(path, text, before.get(normal.codes([value.value])[0]))]


def _channel_in(store: Store, text: str, value: Value) -> str | None:
    try:
        return channel_in(text, _CHANNELS, value.value, value.scheme or "", tools(store))
    except ShopChannelsError as error:
        raise StoreError(error.message) from error


def _with(store: Store, path: Path, text: str, value: Value, cause: str | None) -> str:
    """The text of a file in which the value has this cause."""
    if value.is_channel:
        return with_channel(text, value.value, value.scheme or "", cause, tools(store))
    if path.name == _TAGS:
        return with_causes(text, {value.value: cause})
    section = _section(value)
    table = tomllib.loads(text).get(section, {})
    keys = _same_code(table, value.value) or [value.value]
    new = {key: each for key, each in table.items() if key not in keys}
    new |= {keys[0]: cause} if cause is not None else {}
    if path.name == CODES:
        return mapping_files.codes_text({**tomllib.loads(text), section: new})
    return mapping_files.with_section(text, section, new)


def _cause_in(text: str, value: Value) -> str | None:
    table = tomllib.loads(text).get(_section(value), {})
    return next((table[key] for key in _same_code(table, value.value)), None)


def _same_code(table: Mapping[str, str], value: str) -> list[str]:
    """The keys that are compared as the value is."""
    with normaliser() as normal:
        wanted, *codes = normal.codes([value, *table])
    return [key for key, code in zip(table, codes, strict=True) if code == wanted]


def _is_condition(value: Value) -> bool:
    return (
        value.scheme is not None
        and not value.is_channel
        and (
            value.scheme in tool_conditions()
            or (value.scheme.startswith(_SCHEME) and value.scheme.endswith(_CONDITION))
        )
    )


def _mapping_of(value: Value) -> str | None:
    """The name of the mapping that read a value; None for what a tool's own format told."""
    if value.scheme is None or not value.scheme.startswith(_SCHEME):
        return None
    return value.scheme.removeprefix(_SCHEME).removesuffix(_CONDITION)


def _section(value: Value) -> str:
    if value.scheme is not None and value.scheme in tool_conditions():
        return value.scheme
    return "conditions" if _is_condition(value) else "reasons"


def _undo_file(store: Store, change: Change, who: str) -> Change:
    path = store.user / change.file
    now = settings_editing.text_of(path)
    if now != change.after:
        raise user_changes.changed_since(change)
    settings_editing.put(path, change.before)
    back = user_changes.new(who, change.what, change.file, change.after, change.before)
    return replace(back, undoes=change.id)


def _named(store: Store, path: Path) -> str:
    return path.relative_to(store.user).as_posix()


__all__ = [
    "MappingError",
    "Value",
    "can_map",
    "delete_mapping",
    "forget_records",
    "save_mapping",
    "set_causes",
    "tool_conditions",
    "undo",
]
