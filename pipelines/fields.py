"""The words in which a source says how a vendor's file becomes contract columns.

A source is data: which headers identify it and, for each contract column, where it stands and how it is written.
Everything here builds DuckDB expressions, so a file of any size is read in bounded memory, and what cannot be read is
reported with its column and value instead of being dropped. Names are matched without case, accents or punctuation;
a name that starts with `$.` is a path in a JSON document, one with `@.` a path in the item of `Table.each`, and one
with `~` a regular expression that finds columns whose plain names match (custom fields, which every shop names anew).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    FunctionExpression,
    LambdaExpression,
)

from pipelines.dates import DateRule

NULL = ConstantExpression(None)


def function(name: str, *arguments: Expression | str | int | float | None) -> Expression:
    """A DuckDB function call; plain Python values become constants."""
    return FunctionExpression(name, *(a if isinstance(a, Expression) else ConstantExpression(a) for a in arguments))


def reshaped(rows: DuckDBPyRelation, name: str, sql: str) -> DuckDBPyRelation:
    """What a constant query, which calls the rows by that name, makes of them: for `Source.prepare`."""
    result = rows.query(name, sql)
    if result is None:
        raise TypeError(f"the query over {name} gives no rows")
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
    used: set[str] = field(default_factory=set)
    #: labels of the time columns that were read; a first, dry pass collects them so that formats can be settled
    times: dict[str, Expression] = field(default_factory=dict)
    amounts: dict[str, Expression] = field(default_factory=dict)
    date_only: set[str] = field(default_factory=set)
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
        """(label, text without surrounding blanks or NULL) of the first non-blank among the names; None if none exist."""
        found = self.find_all(*names)
        if not found:
            return None
        self.read = self.read or found[0]
        values = [_cell(name) for name in found]
        return found[0], values[0] if len(values) == 1 else CoalesceOperator(*values)


def _cell(name: str) -> Expression:
    if name.startswith("$."):
        raw = function("json_extract_string", ColumnExpression("doc"), name)
    elif name.startswith("@."):
        raw = function("json_extract_string", ColumnExpression("item"), "$" + name[1:])
    else:
        raw = ColumnExpression(name)
    # trimming every cell costs four times as much as looking at its ends
    has_blanks = function("starts_with", raw, " ") | function("ends_with", raw, " ") | (raw == ConstantExpression(""))
    return CaseExpression(has_blanks, function("nullif", function("trim", raw), "")).otherwise(raw)


Field = Callable[[Cells], Parsed]
_ABSENT = Parsed(NULL)


def text(*names: str) -> Field:
    """Text as written."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        return Parsed(found[1]) if found else _ABSENT

    return parse


def identifier(*names: str) -> Field:
    """An id as text, without what spreadsheets add to keep it: a leading apostrophe, ="…"."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        bare = function("regexp_replace", found[1], r"^(?:'|=\"(.*)\"$)", r"\1")
        return Parsed(function("nullif", bare, ""))

    return parse


def gid(*names: str) -> Field:
    """The number at the end of a global id: 'gid://shop/Order/450' -> '450'."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        return Parsed(function("regexp_extract", found[1], r"([^/]+?)(?:\?.*)?$", 1)) if found else _ABSENT

    return parse


def time(*names: str, zone: str | None = None) -> Field:
    """A moment, TIMESTAMP in UTC. Its format is settled from the whole file (pipelines/dates.py).

    A time that names no zone is in `zone`, or the shop's.
    """

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        cells.times[label] = raw
        rule = cells.date_rules.get(label)
        if rule is None:
            return Parsed(NULL.cast("TIMESTAMP"))
        if rule.is_date_only:
            cells.date_only.add(label)
        value = rule.parse(raw, zone or cells.zone)
        return Parsed(value, (Problem(label, raw, value, "not_a_date"),))

    return parse


def after(start: Field, *names: str, unit: Literal["seconds", "minutes", "hours"], above: int = 0) -> Field:
    """A moment told as a duration after another; a duration not `above` that (zero) means never."""

    def parse(cells: Cells) -> Parsed:
        begun, found = start(cells), cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        number = _number(raw, cells)
        seconds = number * ConstantExpression({"seconds": 1, "minutes": 60, "hours": 3600}[unit])
        moment = begun.value + function("to_seconds", seconds)
        value = CaseExpression(number > ConstantExpression(above), moment)
        return Parsed(value, (Problem(label, raw, number, "not_a_number"),))

    return parse


def money(*names: str, currency: Field | None = None) -> Field:
    """An amount in minor units (cents) of `currency`; signs and currency symbols are understood."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        cells.amounts[label] = raw
        number = _number(raw, cells)
        factor: Expression = ConstantExpression(100)
        if currency is not None:
            code = currency(cells).value
            factor = (
                CaseExpression(code.isin(*map(ConstantExpression, _NO_MINOR_UNIT)), ConstantExpression(1))
                .when(code.isin(*map(ConstantExpression, _THREE_DECIMALS)), ConstantExpression(1000))
                .otherwise(ConstantExpression(100))
            )
        value = function("round", number * factor).cast("BIGINT")
        return Parsed(value, (Problem(label, raw, number, "not_an_amount"),))

    return parse


_NO_MINOR_UNIT = ("JPY", "KRW", "VND", "CLP", "XOF", "XAF", "XPF", "ISK", "PYG", "UGX")
_THREE_DECIMALS = ("TND", "KWD", "BHD", "OMR", "JOD", "LYD", "IQD")


def number(*names: str) -> Field:
    """A number, DOUBLE."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        cells.amounts[label] = raw
        value = _number(raw, cells)
        return Parsed(value, (Problem(label, raw, value, "not_a_number"),))

    return parse


def share(*names: str, worst: float, best: float) -> Field:
    """A score as a share from 0 (worst) to 1 (best)."""

    def parse(cells: Cells) -> Parsed:
        score = number(*names)(cells)
        if score is _ABSENT:
            return score
        value = (score.value.cast("DOUBLE") - ConstantExpression(worst)) / ConstantExpression(best - worst)
        within = (value >= ConstantExpression(0)) & (value <= ConstantExpression(1))
        return Parsed(CaseExpression(within, value), score.problems)

    return parse


def whole(*names: str) -> Field:
    """A whole number, BIGINT; '2.0' is 2, '2.5' is refused."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        bare = function("regexp_extract", raw, r"^([+-]?\d{1,18})(?:[.,]0+)?$", 1)
        value = function("nullif", bare, "").cast("BIGINT")
        return Parsed(value, (Problem(label, raw, value, "not_a_whole_number"),))

    return parse


def flag(*names: str) -> Field:
    """A yes or no, BOOLEAN; anything else is refused."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = found
        lowered = function("lower", raw)
        value = (
            CaseExpression(lowered.isin(*map(ConstantExpression, ("true", "yes", "y", "1", "oui", "vrai"))), ConstantExpression(True))
            .when(lowered.isin(*map(ConstantExpression, ("false", "no", "n", "0", "non", "faux"))), ConstantExpression(False))
            .otherwise(NULL.cast("BOOLEAN"))
        )
        return Parsed(value, (Problem(label, raw, value, "not_yes_or_no"),))

    return parse


def split(*names: str, on: str = ",") -> Field:
    """The parts of a cell, or a JSON list's texts, without blanks; `on` is a regular expression."""

    def parse(cells: Cells) -> Parsed:
        name = cells.find(*names)
        if name is None:
            return _ABSENT
        if "[*]" in name:
            column, path = ("doc", name) if name.startswith("$.") else ("item", "$" + name[1:])
            parts = function("json_extract_string", ColumnExpression(column), path)
        else:
            parts = function("regexp_split_to_array", _cell(name), on)
        trimmed = function("list_transform", parts, LambdaExpression("x", function("trim", ColumnExpression("x"))))
        kept = function("list_filter", trimmed, LambdaExpression("x", ColumnExpression("x") != ConstantExpression("")))
        return Parsed(kept)

    return parse


def one_of(*names: str, values: Mapping[str, str | None], otherwise: str | None = None, keep: bool = False) -> Field:
    """A vendor's word as ours, by `values` (keys in lower case); others become `otherwise`, or stay with `keep`."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        raw = found[1]
        lowered = function("lower", raw)
        result = None
        for word, ours in values.items():
            condition, value = lowered == ConstantExpression(word), ConstantExpression(ours).cast("VARCHAR")
            result = result.when(condition, value) if result is not None else CaseExpression(condition, value)
        rest = raw if keep else CaseExpression(raw.isnotnull(), ConstantExpression(otherwise).cast("VARCHAR"))
        return Parsed(result.otherwise(rest) if result is not None else rest)

    return parse


def constant(value: str | bool | int) -> Field:
    """The same value in every row."""
    return lambda cells: Parsed(ConstantExpression(value))


def first(*fields: Field) -> Field:
    """The first of the fields that says something."""

    def parse(cells: Cells) -> Parsed:
        parsed = [p for p in (f(cells) for f in fields) if p is not _ABSENT]
        if not parsed:
            return _ABSENT
        value = parsed[0].value if len(parsed) == 1 else CoalesceOperator(*(p.value for p in parsed))
        return Parsed(value, tuple(problem for p in parsed for problem in p.problems))

    return parse


def joined(*fields: Field, by: str = " ") -> Field:
    """The texts of the fields one after the other, blanks left out."""

    def parse(cells: Cells) -> Parsed:
        values = [p.value for p in (f(cells) for f in fields) if p is not _ABSENT]
        return Parsed(function("nullif", function("concat_ws", by, *values), "")) if values else _ABSENT

    return parse


def each_of(*names: str) -> Field:
    """The texts of all columns with one of these names as a list, blanks left out."""

    def parse(cells: Cells) -> Parsed:
        found = cells.find_all(*names)
        return listed(*map(text, found))(cells) if found else _ABSENT

    return parse


def listed(*fields: Field) -> Field:
    """The texts of the fields as a list, blanks left out."""

    def parse(cells: Cells) -> Parsed:
        values = [p.value for p in (f(cells) for f in fields) if p is not _ABSENT]
        if not values:
            return _ABSENT
        kept = function("list_filter", function("list_value", *values), LambdaExpression("x", ColumnExpression("x").isnotnull()))
        return Parsed(kept)

    return parse


def told(source: Field) -> Field:
    """Whether a field says something, BOOLEAN."""
    return lambda cells: Parsed(source(cells).value.isnotnull())


def without(parts: Field, others: Field) -> Field:
    """The parts of a list that another list does not have, compared as codes are ('Wrong item' is wrong_item)."""

    def parse(cells: Cells) -> Parsed:
        kept, left_out = parts(cells), others(cells)
        if kept is _ABSENT or left_out is _ABSENT:
            return kept
        x = ColumnExpression("x")
        codes = function("list_transform", left_out.value, LambdaExpression("x", function("normal_code", x)))
        known = CoalesceOperator(codes, function("list_value").cast("VARCHAR[]"))
        is_new = ~function("list_contains", known, function("normal_code", x))
        return Parsed(function("list_filter", kept.value, LambdaExpression("x", is_new)))

    return parse


def matched(source: Field, pattern: str, replacement: str | None = None) -> Field:
    """The part of a text that a regular expression finds (its first group), or the text with it replaced."""

    def parse(cells: Cells) -> Parsed:
        parsed = source(cells)
        if parsed is _ABSENT:
            return _ABSENT
        if replacement is not None:
            return Parsed(function("regexp_replace", parsed.value, pattern, replacement))
        return Parsed(function("nullif", function("regexp_extract", parsed.value, pattern, 1), ""))

    return parse


def when(condition: Callable[[Cells], Expression], then: Field, otherwise: Field | None = None) -> Field:
    """`then` in rows where the condition holds, else `otherwise` (or NULL)."""

    def parse(cells: Cells) -> Parsed:
        yes, no = then(cells), otherwise(cells) if otherwise else _ABSENT
        return Parsed(CaseExpression(condition(cells), yes.value).otherwise(no.value), yes.problems + no.problems)

    return parse


def customer(*names: str) -> Field:
    """A keyed hash of an e-mail address: links a customer's records and says nothing about the person."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        address = function("lower", found[1])
        # the secret is 64 characters and the digest is cut short, so nothing can be appended or searched without it
        keyed = function("sha256", function("concat", cells.customer_secret, address))
        return Parsed(CaseExpression(address.isnotnull(), function("substr", keyed, 1, 24)))

    return parse


def _number(raw: Expression, cells: Cells) -> Expression:
    """DOUBLE of a written number: blanks, currency signs and codes, thousands marks and a trailing minus understood."""
    bare = function("regexp_replace", raw, r"[\s\x{00a0}\x{202f}'’$€£]|^[A-Za-z]{2,3}\$?|[A-Za-z]{3}$|^\+", "", "g")
    bare = function("regexp_replace", bare, r"^\((.*)\)$", r"-\1")
    if cells.decimal_comma:
        valid = r"^-?(\d{1,3}(\.\d{3}){1,4}|\d{1,15})(,\d{1,30})?$"
        swapped = function("replace", function("replace", bare, ".", ""), ",", ".")
    else:
        valid = r"^-?(\d{1,3}(,\d{3}){1,4}|\d{1,15})?(\.\d{1,30})?$"
        swapped = function("replace", bare, ",", "")
    checked = function("nullif", swapped, "").cast("DECIMAL(24,6)")
    return CaseExpression(function("regexp_matches", bare, valid), checked).otherwise(NULL.cast("DECIMAL(24,6)"))


@dataclass(frozen=True)
class Table:
    """Records of one kind in a sheet. `where` says which rows tell of one; `each` unfolds a list in a document."""

    kind: str
    fields: Mapping[str, Field]
    where: Callable[[Cells], Expression] | None = None
    each: str | None = None
    #: free text read for phrases, then forgotten (a ticket's subject is kept and read by the build, so not here)
    words: Field | None = None
    #: which columns that no field reads this table keeps in `extra`, by regular expression over plain names
    extra: str | None = None


@dataclass(frozen=True)
class Source:
    """What one vendor's file means. Found in pipelines/sources/*.py as module values, never registered."""

    name: str
    title: str  # the vendor's name, and which file it is
    #: each must be there for the file to be this source's; a tuple is a choice of names
    needs: Sequence[str | tuple[str, ...]]
    tables: Sequence[Table]
    is_documents: bool = False
    #: rows before their columns are read: fills what the vendor leaves blank; adds columns, drops none
    prepare: Callable[[DuckDBPyRelation], DuckDBPyRelation] | None = None
    #: further columns that may identify a person, by regular expression over plain names; never kept in `extra`
    personal: str = r"$^"
    #: plain-name prefixes of custom fields, left out of the names under which they are kept
    custom_prefixes: Sequence[str] = ()

    def score(self, columns: Sequence[str], keys: set[str]) -> int:
        """How many of a sheet's columns (or a document's keys) this source knows; 0 when one that it needs is missing."""
        have = keys if self.is_documents else {plain(c) for c in columns}
        for need in self.needs:
            names = (need,) if isinstance(need, str) else need
            if not any((n if self.is_documents else plain(n)) in have for n in names):
                return 0
        return len(self.needs)
