"""What a sheet offers to the fields of a source: its columns by any of their names, as DuckDB expressions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    FunctionExpression,
    StarExpression,
)

from pipelines.dates import DateRule

NULL = ConstantExpression(None)


def function(name: str, *arguments: Expression | str | int | float | None) -> Expression:
    """A DuckDB function call; plain Python values become constants."""
    return FunctionExpression(
        name, *(a if isinstance(a, Expression) else ConstantExpression(a) for a in arguments)
    )


def reshaped(rows: DuckDBPyRelation, sql: str) -> DuckDBPyRelation:
    """What a constant query over `sheet_rows` makes of the rows: for `Source.prepare`.

    The name is fixed, and no table's: a table of the store with the same name would be read in their stead.
    """
    result = rows.query("sheet_rows", sql)
    if result is None:
        raise TypeError("the query over sheet_rows gives no rows")
    return result


def plain(name: str) -> str:
    """A header without case, accents and punctuation: 'N° de commande' -> 'n de commande'."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()


@dataclass(frozen=True)
class Problem:
    """Where a record cannot be read: something is written (`raw`) and nothing could be made of it (`value`)."""

    column: str  # as the file calls it
    raw: Expression
    value: Expression
    reason: str

    @property
    def is_bad(self) -> Expression:
        """Holds for the rows that have the problem."""
        return self.raw.isnotnull() & self.value.isnull()


@dataclass(frozen=True)
class Parsed:
    """A contract column's expression, and what may be wrong with the text it came from."""

    value: Expression
    problems: tuple[Problem, ...] = ()


@dataclass
class Cells:
    """What one sheet offers to the fields of a source: its columns by any of their names, and its settled formats."""

    columns: Sequence[str]
    is_documents: bool = False
    zone: str = "UTC"
    date_rules: Mapping[str, DateRule] = field(default_factory=dict)
    decimal_comma: bool = False
    customer_secret: str = ""
    #: ISO, UTC: when the file was written
    written: str | None = None
    used: set[str] = field(default_factory=set)
    #: labels of the time columns that were read; a first, dry pass collects them so that formats can be settled
    times: dict[str, Expression] = field(default_factory=dict)
    amounts: dict[str, Expression] = field(default_factory=dict)
    date_only: set[str] = field(default_factory=set)
    #: what `tidied` calls the columns that it cut blanks from, by their names here
    tidy: Mapping[str, str] = field(default_factory=dict)
    #: the first column that was read since somebody set this to None: names a contract column as the file does
    read: str | None = None

    def __post_init__(self) -> None:
        self._by_name: dict[str, str] = {}
        for column in self.columns:
            self._by_name.setdefault(plain(column), column)

    def find(self, *names: str) -> str | None:
        """The first of the names that this sheet has, as the sheet writes it."""
        return next(iter(self.find_all(*names)), None)

    def find_all(self, *names: str) -> list[str]:
        """All of the names that this sheet has, as the sheet writes them."""
        found: list[str] = []
        for name in names:
            if name[:2] in ("$.", "@."):
                found += [name] if self.is_documents else []
            elif name.startswith("~"):
                found += [column for bare, column in self._by_name.items() if re.search(name[1:], bare)]
            elif (column := self._by_name.get(plain(name))) is not None:
                found.append(column)
        self.used.update(found)
        return list(dict.fromkeys(found))

    def text(self, *names: str) -> tuple[str, Expression] | None:
        """(label, text or NULL, blanks around it cut) of the first non-blank among the names; None if none exist."""
        found = self.find_all(*names)
        if not found:
            return None
        self.read = self.read or found[0]
        values = [self.cell(name) for name in found]
        return found[0], values[0] if len(values) == 1 else CoalesceOperator(*values)

    def cell(self, name: str) -> Expression:
        """A column's text, blanks around it cut; NULL if nothing is left."""
        return ColumnExpression(self.tidy[name]) if name in self.tidy else _tidy(name)


def tidied(rows: DuckDBPyRelation, tidy: Mapping[str, str]) -> DuckDBPyRelation:
    """The rows and, under these new names, the texts of these columns without blanks around them.

    A field speaks of its column up to thirty times: planning that takes longer than reading a small file. What is in
    the items of a list waits until the list is unfolded.
    """
    cut = [
        _tidy(name).alias(alias) for name, alias in tidy.items() if name[:2] != "@." or "item" in rows.columns
    ]
    return rows.select(StarExpression(), *cut) if cut else rows


def _tidy(name: str) -> Expression:
    if name.startswith("$."):
        raw = function("json_extract_string", ColumnExpression("doc"), name)
    elif name.startswith("@."):
        raw = function("json_extract_string", ColumnExpression("item"), "$" + name[1:])
    else:
        raw = ColumnExpression(name)
    # trimming every cell costs four times as much as looking at its ends
    has_blanks = (
        function("starts_with", raw, " ") | function("ends_with", raw, " ") | (raw == ConstantExpression(""))
    )
    return CaseExpression(has_blanks, function("nullif", function("trim", raw), "")).otherwise(raw)


Field = Callable[[Cells], Parsed]
