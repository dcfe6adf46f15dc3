"""Files that no source knows: the user says once, in a TOML file, which of their columns means what.

A mapping is checked as a whole before anything is read with it, and what is wrong is said with the file, the key, the
value and the nearest names that would do. How a column is read follows from its type in the contract: `…_at` is a
time, `…_cents` an amount, `tags` a list, `customer_key` an e-mail address of which only a keyed hash is kept.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.cause_files import NEUTRAL
from pipelines.cells import Field, plain
from pipelines.channels import channel
from pipelines.contract import KINDS, Kind
from pipelines.fields import (
    constant,
    customer,
    flag,
    identifier,
    listed,
    money,
    number,
    one_of,
    split,
    text,
    time,
    whole,
)
from pipelines.messages import Message
from pipelines.source import Source, Table

_KEYS = (
    "name",
    "title",
    "kind",
    "needs",
    "columns",
    "constants",
    "values",
    "split",
    "reasons",
    "conditions",
    "words",
    "personal",
)
_CAUSES = Path(__file__).resolve().parent.parent.parent / "queries" / "causes"
#: beside the mappings: what words of tools mean that no mapping reads, by vocabulary; it describes no file
CODES = "_codes.toml"
#: a mapping's name
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: said of a reason that tells nothing of the cause, on purpose
IGNORE = "ignore"
#: the tables of a mapping that give a cause to codes, and the contract column that holds the codes
_CODED = {"reasons": "reason", "conditions": "condition"}
#: text columns in which a spreadsheet may have guarded figures with an apostrophe or ="…"
_IDENTIFIERS = re.compile(r"_id$|^sku$|^order_name$|^lot$|^tracking_number$")


class MappingError(ValueError):
    """A mapping that cannot be used; `message` says where it is wrong and what would do."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.params}")
        self.message = message


def read_mapping(path: Path) -> Source:
    """The source that a mapping file describes.

    Raises MappingError.
    """
    return _File(path).source()


def written_mapping(text: str, name: str) -> Source:
    """The source that a mapping not yet saved describes; `name` is the file that messages call it by.

    Raises MappingError.
    """
    return _File(Path(name), text).source()


def reason_codes(path: Path) -> list[tuple[str, str, str | None]]:
    """(scheme, value as the file writes it, cause) for each reason and condition; no cause for those to ignore.

    Raises MappingError.
    """
    return _File(path).codes()


def all_reason_codes(folder: Path) -> list[tuple[str, str, str | None]]:
    """The reason codes of all mappings of a folder; files of the same name share theirs.

    Raises MappingError, also when two of them contradict each other.
    """
    found: dict[tuple[str, str], str | None] = {}
    for path in sorted(folder.glob("*.toml")):
        for scheme, value, cause in tool_codes(path) if path.name == CODES else reason_codes(path):
            other = found.setdefault((scheme, value), cause)
            if other != cause:
                shown = {"value": value, "cause": cause or IGNORE, "other": other or IGNORE}
                raise MappingError(Message("mapping_two_causes", {"file": path.name, **shown}))
    return [(scheme, value, cause) for (scheme, value), cause in found.items()]


def tool_codes(path: Path) -> list[tuple[str, str, str | None]]:
    """(vocabulary, word, cause) of the file that gives causes to words of tools: ["3pl.condition"] "Cassé" = "…".

    Raises MappingError.
    """
    try:
        schemes = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(Message("mapping_not_toml", {"file": path.name, "detail": str(error)})) from error
    known = {*_causes(), IGNORE}
    found: list[tuple[str, str, str | None]] = []
    for scheme, words in schemes.items():
        for word, cause in words.items() if isinstance(words, dict) else (("", None),):
            if cause not in known:
                shown = {"place": scheme, "value": str(cause), "allowed": ", ".join(sorted(known))}
                raise MappingError(Message("mapping_unknown", {"file": path.name, **shown}))
            found.append((scheme, word, None if cause == IGNORE else cause))
    return found


def _causes() -> set[str]:
    return {file.stem for file in _CAUSES.glob("*.toml")} - {NEUTRAL}


@dataclass
class _File:
    """One mapping file, each part checked as it is read."""

    path: Path
    text: str | None = None  # of a mapping that is not in its file yet

    def __post_init__(self) -> None:
        try:
            text = self.path.read_text(encoding="utf-8-sig") if self.text is None else self.text
            self.values: dict[str, Any] = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise self._error("mapping_not_toml", detail=str(error)) from error
        for key in self.values:
            self._known(key, _KEYS, "mapping")
        self.name = self._text("name")
        if not NAME.fullmatch(self.name):
            raise self._error("mapping_bad_name", value=self.name)
        self.kind: Kind = KINDS[self._known(self._text("kind"), KINDS, "kind")]
        self.allowed = {**self.kind.columns, "updated_at": "TIMESTAMP"}
        self.columns = {
            column: self._headers(headers, f"columns.{column}")
            for column, headers in self._table("columns").items()
        }
        self.constants = self._table("constants")
        for section, table in (("columns", self.columns), ("constants", self.constants)):
            for column in table:
                self._known(column, self.allowed, section)
        self._check_required()
        self.words = self._values("values")
        self.split = self._separators()

    def source(self) -> Source:
        """What the file describes; by default it needs every column that it names."""
        self.codes()
        needs = self.values.get("needs")
        words = self.values.get("words")
        personal = self._headers(self.values["personal"], "personal") if "personal" in self.values else ()
        is_documents = all(name.startswith("$.") for names in self.columns.values() for name in names)
        named = (
            list(self.columns.values()) if needs is None else [(h,) for h in self._headers(needs, "needs")]
        )
        return Source(
            name=self.name,
            title=self._text("title") if "title" in self.values else self.name,
            # a document is known by its keys, a column of it is read by its path: 'via.channel' and '$.via.channel'
            needs=[tuple(name.removeprefix("$.") for name in names) for names in named]
            if is_documents
            else named,
            is_documents=is_documents,
            personal="|".join(rf"^{re.escape(plain(name))}$" for name in personal) or "$^",
            tables=(
                Table(
                    self.kind.name,
                    self._fields(),
                    words=None if words is None else text(*self._headers(words, "words")),
                ),
            ),
        )

    def codes(self) -> list[tuple[str, str, str | None]]:
        causes = _causes()
        found: list[tuple[str, str, str | None]] = []
        for section, coded in _CODED.items():
            for value, cause in self._table(section).items():
                if f"{coded}_raw" not in self.columns:
                    raise self._error("mapping_missing", key=f"columns.{coded}_raw")
                if not isinstance(cause, str):
                    raise self._error("mapping_wrong_type", key=f"{section}.{value}", wanted='"…"')
                self._known(cause, {*causes, IGNORE}, f"{section}.{value}")
                found.append((self._scheme(coded), value, None if cause == IGNORE else cause))
        return found

    def _scheme(self, coded: str) -> str:
        """Reasons and conditions are told apart: one word may mean two things."""
        return f"mapping.{self.name}" if coded == "reason" else f"mapping.{self.name}.{coded}"

    def _fields(self) -> dict[str, Field]:
        fields: dict[str, Field] = {name: constant(value) for name, value in self.constants.items()}
        fields |= {name: self._field(name, headers) for name, headers in self.columns.items()}
        if "channel" in self.columns and "channel_raw" in self.allowed:
            fields.setdefault("channel_raw", text(*self.columns["channel"]))
        for coded in _CODED.values():
            if f"{coded}_raw" in self.columns:
                fields.setdefault(f"{coded}_scheme", constant(self._scheme(coded)))
        return fields

    def _field(self, column: str, headers: tuple[str, ...]) -> Field:
        """How a contract column is read, by its type."""
        kind = self.allowed[column]
        if column == "customer_key":
            return customer(*headers)
        if column == "channel":
            return channel(*headers, more=self.words.get(column))
        if column.endswith("_cents"):
            return money(*headers, currency=self._currency())
        if kind == "VARCHAR[]":
            return (
                split(*headers, on=re.escape(self.split[column]))
                if column in self.split
                else listed(text(*headers))
            )
        if column in self.words:
            return one_of(*headers, values=self.words[column], keep=True)
        if kind == "VARCHAR" and _IDENTIFIERS.search(column):
            return identifier(*headers)
        return {"TIMESTAMP": time, "BIGINT": whole, "DOUBLE": number, "BOOLEAN": flag}.get(kind, text)(
            *headers
        )

    def _currency(self) -> Field | None:
        if "currency" in self.columns:
            return text(*self.columns["currency"])
        return constant(self.constants["currency"]) if "currency" in self.constants else None

    def _check_required(self) -> None:
        if not self.columns:
            raise self._error("mapping_missing", key="columns")
        for column in self.kind.required:
            if column not in self.columns and column not in self.constants:
                raise self._error("mapping_missing", key=f"columns.{column}")
        for column, value in self.constants.items():
            wanted = {"BIGINT": int, "BOOLEAN": bool, "VARCHAR": str}.get(self.allowed[column])
            if wanted is None or type(value) is not wanted:
                shown = {int: "1", bool: "true"}.get(wanted or str, '"…"')
                raise self._error("mapping_wrong_type", key=f"constants.{column}", wanted=shown)

    def _values(self, section: str) -> dict[str, dict[str, str]]:
        """Column -> their word in lower case -> ours; only columns of text that the mapping reads have words."""
        found: dict[str, dict[str, str]] = {}
        texts = [column for column in self.columns if self.allowed[column] == "VARCHAR"]
        for column, words in self._table(section).items():
            self._known(column, texts, section)
            if not isinstance(words, dict) or not all(isinstance(ours, str) for ours in words.values()):
                raise self._error("mapping_wrong_type", key=f"{section}.{column}", wanted='"…" = "…"')
            found[column] = {theirs.strip().lower(): ours for theirs, ours in words.items()}
        return found

    def _separators(self) -> dict[str, str]:
        lists = [column for column in self.columns if self.allowed[column] == "VARCHAR[]"]
        table = self._table("split")
        for column, separator in table.items():
            self._known(column, lists, "split")
            if not isinstance(separator, str) or not separator:
                raise self._error("mapping_wrong_type", key=f"split.{column}", wanted='","')
        return table

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        if value is None:
            raise self._error("mapping_missing", key=key)
        if not isinstance(value, str) or not value.strip():
            raise self._error("mapping_wrong_type", key=key, wanted='"…"')
        return value.strip()

    def _headers(self, value: Any, key: str) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if (
            not isinstance(names, list)
            or not names
            or not all(isinstance(n, str) and n.strip() for n in names)
        ):
            raise self._error("mapping_wrong_type", key=key, wanted='"…" / ["…", "…"]')
        return tuple(names)

    def _table(self, key: str) -> dict[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._error("mapping_wrong_type", key=key, wanted=f"[{key}]")
        return value

    def _known(self, value: str, allowed: Iterable[str] | Mapping[str, Any], place: str) -> str:
        names = sorted(allowed)
        if value in names:
            return value
        near = difflib.get_close_matches(value, names, n=3, cutoff=0.6)
        shown = {"place": place, "value": value, "allowed": ", ".join(names)}
        if near:
            raise self._error("mapping_unknown_near", near=", ".join(near), **shown)
        raise self._error("mapping_unknown", **shown)

    def _error(self, code: str, **params: str) -> MappingError:
        return MappingError(Message(code, {"file": self.path.name, **params}))
