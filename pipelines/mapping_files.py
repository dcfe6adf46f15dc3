"""Mappings as a person edits them: read from their TOML files, written back as TOML that a person can read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.cells import plain
from pipelines.sources import find_sources
from pipelines.sources.mapping import CODES, NAME, MappingError, read_mapping
from pipelines.store import Store

Constant = str | int | bool
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Draft:
    """A mapping in the making; the parts are those of pipelines/sources/mapping.py."""

    name: str
    kind: str
    title: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    needs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Saved:
    """A mapping file: what it says, or nothing where it cannot be read, and its text."""

    path: Path
    text: str
    draft: Draft | None


def folder(store: Store) -> Path:
    return store.user / "mappings"


def saved(store: Store) -> list[Saved]:
    """Every mapping file of the store, by its name."""
    return [read(path) for path in sorted(folder(store).glob("*.toml")) if path.name != CODES]


def read(path: Path) -> Saved:
    """One mapping file, as it stands."""
    text = read_text(path)
    try:
        read_mapping(path)
    except MappingError:
        return Saved(path, text, None)
    return Saved(path, text, _draft(tomllib.loads(text)))


def read_text(path: Path) -> str:
    """A file's text; what is no UTF-8 in it shows as such."""
    return path.read_bytes().decode("utf-8-sig", errors="replace")


def toml_text(draft: Draft, note: str = "") -> str:
    """The draft as a mapping file; `note` stands above it as a comment, control signs in it made harmless."""
    lines = [f"# {line}" for line in re.sub(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f]", " ", note).splitlines()]
    lines += [f"name = {_quoted(draft.name)}"]
    lines += [f"title = {_quoted(draft.title)}"] if draft.title.strip() else []
    lines += [f"kind = {_quoted(draft.kind)}"]
    for key, headers in (("needs", draft.needs), ("words", draft.words), ("personal", draft.personal)):
        lines += [f"{key} = {_list(headers)}"] if headers else []
    lines += _table("columns", {name: _headers(headers) for name, headers in draft.columns.items()})
    lines += _table("constants", {name: _constant(value) for name, value in draft.constants.items()})
    for column, words in draft.values.items():
        lines += _table(f"values.{_key(column)}", _all_quoted(words))
    for section, table in (
        ("split", draft.split),
        ("reasons", draft.reasons),
        ("conditions", draft.conditions),
    ):
        lines += _table(section, _all_quoted(table))
    return "\n".join(lines) + "\n"


def codes_text(schemes: Mapping[str, Mapping[str, str]]) -> str:
    """What words of tools mean, by vocabulary, as the file beside the mappings has it."""
    lines = [line for scheme, words in schemes.items() for line in _table(_key(scheme), _all_quoted(words))]
    return "\n".join(["# What the words of tools mean that no mapping reads.", *lines]) + "\n"


def free_name(title: str, store: Store, own: Path | None = None) -> str:
    """A mapping's name made from its title, that neither a tool nor another mapping (but `own`) has."""
    bare = plain(title).replace(" ", "_").strip("_")
    wanted = (bare if re.match("[a-z]", bare) else f"fichier_{bare}".strip("_"))[:36]
    taken = {source.name for source in find_sources()}
    taken |= {each.draft.name for each in saved(store) if each.draft is not None and each.path != own}
    taken |= {each.path.stem for each in saved(store) if each.path != own}
    names = [wanted, *(f"{wanted}_{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in taken and NAME.fullmatch(name))


def _draft(values: Mapping[str, Any]) -> Draft:
    """A mapping that was read and found right."""
    return Draft(
        name=values["name"].strip(),
        kind=values["kind"],
        title=values.get("title", ""),
        columns={name: _tuple(headers) for name, headers in values.get("columns", {}).items()},
        constants=dict(values.get("constants", {})),
        values={column: dict(words) for column, words in values.get("values", {}).items()},
        split=dict(values.get("split", {})),
        reasons=dict(values.get("reasons", {})),
        conditions=dict(values.get("conditions", {})),
        words=_tuple(values.get("words", ())),
        personal=_tuple(values.get("personal", ())),
        needs=_tuple(values["needs"]) if "needs" in values else None,
    )


def _tuple(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _table(name: str, rows: Mapping[str, str]) -> list[str]:
    if not rows:
        return []
    return ["", f"[{name}]", *(f"{_key(key)} = {value}" for key, value in rows.items())]


def _all_quoted(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: _quoted(text) for key, text in texts.items()}


def _headers(headers: Sequence[str]) -> str:
    return _quoted(headers[0]) if len(headers) == 1 else _list(headers)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


def _constant(value: Constant) -> str:
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A TOML string on one line: JSON's escapes are TOML's, but for the one sign that JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def with_section(text: str, section: str, table: Mapping[str, str]) -> str:
    """A mapping's text whose section holds just these entries; comments and everything else stay where they stand.

    A section that is written in a way we do not edit (over several lines, say) is written anew, and with it the file.
    """
    values = tomllib.loads(text)
    wanted = {**values, section: dict(table)} if table else {k: v for k, v in values.items() if k != section}
    edited = _edited(text, section, table)
    try:
        is_right = _without_empty(tomllib.loads(edited)) == _without_empty(wanted)
    except tomllib.TOMLDecodeError:
        is_right = False
    return edited if is_right else toml_text(_draft(wanted))


def _edited(text: str, section: str, table: Mapping[str, str]) -> str:
    """The text with lines of the section changed, taken out and added."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if re.match(r"\s*\[", line)]
    start = next((n for n in heads if re.match(rf"\s*\[{section}\]\s*(#.*)?$", lines[n])), None)
    if start is None:
        return end.join([*lines, *_table(section, _all_quoted(table))]) + end
    stop = next((number for number in heads if number > start), len(lines))
    body, left = [], dict(table)
    for line in lines[start + 1 : stop]:
        key = _key_of(line)
        if key is None or (key in left and left[key] == tomllib.loads(line)[key]):
            body.append(line)
        elif key in left:
            body.append(f"{_key(key)} = {_quoted(left[key])}")
        left.pop(key or "", None)
    blanks = next((n for n, line in enumerate(reversed(body)) if line.strip()), len(body))
    at = len(body) - blanks
    body[at:at] = [f"{_key(key)} = {_quoted(value)}" for key, value in left.items()]
    return end.join([*lines[: start + 1], *body, *lines[stop:]]) + end


def _key_of(line: str) -> str | None:
    """The key of a line that gives one value; None for a comment, a blank, or what takes several lines."""
    try:
        return next(iter(tomllib.loads(line)), None)
    except tomllib.TOMLDecodeError:
        return None


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value != {}}
