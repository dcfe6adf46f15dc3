"""Tables of rules that a shop may change: claim deadlines, marketplace limits, costs assumed, service levels agreed.

Each is one file `queries/rules/<name>.toml` (found, not registered): its columns with their titles in both languages,
and our rows, dated and with their source. A shop that knows better keeps its own `user/rules/<name>.csv`, whose rows
then stand instead of ours. Views read table `rule_<name>`: the columns, and is_shop (whether the rows are the shop's).
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.phrases import normaliser
from pipelines.shop_lists import ListHeaderError, list_text, read_list

RULES = Path(__file__).resolve().parent.parent / "queries" / "rules"

#: what a column holds -> its type in the store; money is written in units (12.50) and kept in minor units
TYPES = {
    "text": "VARCHAR",
    "day": "DATE",
    "clock": "VARCHAR",  # HH:MM; 24:00, the end of a day, is no time for Python
    "number": "DOUBLE",
    "whole": "BIGINT",
    "money": "BIGINT",
}

Value = str | float | int | date | None
Row = dict[str, Value]


class RulesError(ValueError):
    """A table of rules that cannot be used; `message` says where and why in the user's language."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.params}")
        self.message = message


@dataclass(frozen=True)
class RuleColumn:
    """One column: what it holds, whether it may be empty, the words it is limited to (none: any), its titles.

    `said` is what those words are called in both languages, where that is not plain from other texts.
    """

    name: str
    type: str
    required: bool
    choices: tuple[str, ...]
    title: Mapping[str, str]
    said: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Rules:
    """One table of rules with the rows that we ship; no two rows agree in all columns of `key`."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, RuleColumn]
    title: Mapping[str, str]
    about: Mapping[str, str]
    rows: Sequence[Row]

    @property
    def table(self) -> str:
        return f"rule_{self.name}"

    @property
    def types(self) -> dict[str, str]:
        """Columns and types of its table in the store."""
        return {**{c.name: TYPES[c.type] for c in self.columns.values()}, "is_shop": "BOOLEAN"}


@cache
def all_rules(folder: Path = RULES) -> tuple[Rules, ...]:
    """Every table of rules, by name. Raises RulesError for rows of ours that their own columns do not allow."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Rules:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    columns = {
        name: RuleColumn(
            name,
            c["type"],
            c.get("required", False),
            tuple(c.get("choices", ())),
            c["title"],
            c.get("said", {}),
        )
        for name, c in told["columns"].items()
    }
    bare = Rules(path.stem, tuple(told["key"]), columns, told["title"], told["about"], ())
    written = [
        (at, {name: "" if value is None else str(value) for name, value in row.items()})
        for at, row in enumerate(told.get("rows", ()), 1)
    ]
    return Rules(**{**vars(bare), "rows": checked(bare, written, path.name)})


def own_file(user: Path, rules: Rules) -> Path:
    """Where the shop's own rows of these rules stand, if it has any; `user` is the user's folder in the store."""
    return user / "rules" / f"{rules.name}.csv"


def in_force(user: Path, rules: Rules) -> tuple[Sequence[Row], bool]:
    """The rows that count and whether they are the shop's own. Raises RulesError for a file that cannot be used."""
    path = own_file(user, rules)
    if not path.exists():
        return rules.rows, False
    return written(rules, list_text(path), path.name), True


def written(rules: Rules, text: str, file: str) -> list[Row]:
    """The rows of a list, whose headers are our names of the columns or their titles. Raises RulesError."""
    headers: dict[str, str] = {}
    with normaliser() as normal:
        for column in rules.columns.values():
            titles = [column.name, *column.title.values()]
            headers.update(dict.fromkeys(filter(None, normal.codes(titles)), column.name))
    needed = [column.name for column in rules.columns.values() if column.required]
    try:
        rows = read_list(text, headers, needed)
    except ListHeaderError as error:
        where: dict[str, str | int] = {"file": file, "header": error.header, "columns": ", ".join(needed)}
        raise RulesError(Message("rules_header", where)) from error
    return checked(rules, rows, file)


def checked(rules: Rules, rows: Sequence[tuple[int, Mapping[str, str]]], file: str) -> list[Row]:
    """Rows as written, each with its line, as values of their columns. Raises RulesError for the first that is not."""
    found: dict[tuple[Value, ...], Row] = {}
    for line, cells in rows:
        row = {
            name: _value(column, cells.get(name, ""), file, line) for name, column in rules.columns.items()
        }
        key = tuple(row[name] for name in rules.key)
        if key in found:
            said = ", ".join(str(value) for value in key if value is not None)
            raise RulesError(Message("rules_twice", {"file": file, "line": line, "key": said}))
        found[key] = row
    return list(found.values())


def _value(column: RuleColumn, cell: str, file: str, line: int) -> Value:
    text = cell.strip()
    params: dict[str, str | int] = {"file": file, "line": line, "column": column.name, "value": text}
    if not text:
        if column.required:
            raise RulesError(Message("rules_empty", params))
        return None
    if column.choices and text not in column.choices:
        raise RulesError(Message("rules_choice", {**params, "choices": ", ".join(column.choices)}))
    if column.type == "text":
        return text
    if column.type == "clock":
        return _clock(text, params)
    try:
        if column.type == "day":
            return date.fromisoformat(text)
        number = float(re.sub(r"[\s']", "", text).replace(",", "."))
        if not math.isfinite(number):
            raise ValueError(text)
        if column.type == "number":
            return number
        scaled = number * 100 if column.type == "money" else number
        if abs(scaled - round(scaled)) > 1e-6:
            raise ValueError(text)
        return round(scaled)
    except (ValueError, OverflowError) as error:
        raise RulesError(Message(f"rules_{column.type}", params)) from error


def _clock(text: str, params: dict[str, str | int]) -> str:
    """A time of day as HH:MM, from 9:00, 09:00:00 or 9h30, up to 24:00."""
    match = re.fullmatch(r"(\d{1,2})\s*[:hH]\s*(\d{2})?(?::00)?", text)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise RulesError(Message("rules_clock", params))
    return f"{hours:02d}:{minutes:02d}"


def csv_text(rules: Rules, rows: Sequence[Row]) -> str:
    """Rows as the shop's own file holds them: what `in_force` reads back as the same values."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rules.columns)
    for row in rows:
        writer.writerow([_written(column, row.get(column.name)) for column in rules.columns.values()])
    return text.getvalue()


def _written(column: RuleColumn, value: Value) -> str:
    if value is None:
        return ""
    if column.type == "money":
        cents = int(str(value))
        return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    return value.isoformat() if isinstance(value, date) else str(value)


def create_tables(con: duckdb.DuckDBPyConnection, user: Path) -> None:
    """Table rule_<name> for every table of rules, from the shop's rows or ours. Raises RulesError."""
    for rules in all_rules():
        rows, is_shop = in_force(user, rules)
        # names and types come from our own files, values go as parameters
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in rules.types.items())
        con.execute(f'create or replace table "{rules.table}" ({columns})')
        for row in rows:
            marks = ", ".join(f"${name}" for name in rules.types)
            con.execute(f'insert into "{rules.table}" values ({marks})', {**row, "is_shop": is_shop})  # noqa: S608
