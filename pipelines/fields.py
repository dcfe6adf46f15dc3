"""The words in which a source says how a vendor's file becomes contract columns.

A source is data: which headers identify it and, for each contract column, where it stands and how it is written.
Everything here builds DuckDB expressions, so a file of any size is read in bounded memory, and what cannot be read is
reported with its column and value instead of being dropped. Names are matched without case, accents or punctuation;
a name that starts with `$.` is a path in a JSON document, one with `@.` a path in the item of `Table.each`, and one
with `~` a regular expression that finds columns whose plain names match (custom fields, which every shop names anew).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    LambdaExpression,
)

from pipelines.cells import NULL, Cells, Field, Parsed, Problem, function
from pipelines.written_numbers import number_of, unless_dashed

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


#: years of the days that tools write for no day at all: the first of .NET, of spreadsheets and of Unix, and the last
_NO_DAY = tuple(map(ConstantExpression, (0, 1, 1899, 1900, 1969, 1970, 9999)))


def _within_years(moment: Expression) -> Expression:
    """The moment, NULL outside of 1990 to 2099: calendars are made from the first day to the last."""
    first, end = (ConstantExpression(day).cast("TIMESTAMP") for day in ("1990-01-01", "2100-01-01"))
    return CaseExpression((moment >= first) & (moment < end), moment)


def time(*names: str, zone: str | None = None) -> Field:
    """A moment, TIMESTAMP in UTC. Its format is settled from the whole file (pipelines/dates.py).

    A time that names no zone is in `zone`, or the shop's. Outside of 1990 to 2099 it is refused, or NULL for no day.
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
        moment = rule.parse(raw, zone or cells.zone)
        value = _within_years(moment)
        told = CaseExpression(function("year", moment).isin(*_NO_DAY), NULL.cast("VARCHAR")).otherwise(raw)
        return Parsed(value, (Problem(label, told, value, "not_a_date"),))

    return parse


def written() -> Field:
    """When the file was written, TIMESTAMP in UTC: for what a file tells of the moment it was made."""
    return lambda cells: Parsed(ConstantExpression(cells.written).cast("TIMESTAMP"))


def after(start: Field, *names: str, unit: Literal["seconds", "minutes", "hours"], above: int = 0) -> Field:
    """A moment told as a duration after another; a duration not `above` that (zero) means never."""

    def parse(cells: Cells) -> Parsed:
        begun, found = start(cells), cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = unless_dashed(found)
        number = number_of(raw, cells)
        seconds = number * ConstantExpression({"seconds": 1, "minutes": 60, "hours": 3600}[unit])
        moment = begun.value + function("to_seconds", seconds)
        value = CaseExpression(number > ConstantExpression(above), _within_years(moment))
        return Parsed(value, (Problem(label, raw, number, "not_a_number"),))

    return parse


#: in minor units: 900 million dollars, or rupiahs, which are an order of 50,000 euros
LARGEST_AMOUNT = 9 * 10**10


def money(*names: str, currency: Field | None = None) -> Field:
    """An amount in minor units (cents) of `currency`; signs and currency symbols are understood.

    More than LARGEST_AMOUNT is refused: no shop asks so much, and times a quantity it would be no BIGINT.
    """

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = unless_dashed(found)
        cells.amounts[label] = raw
        number = number_of(raw, cells)
        factor: Expression = ConstantExpression(100)
        if currency is not None:
            code = currency(cells).value
            factor = (
                CaseExpression(code.isin(*map(ConstantExpression, _NO_MINOR_UNIT)), ConstantExpression(1))
                .when(code.isin(*map(ConstantExpression, _THREE_DECIMALS)), ConstantExpression(1000))
                .otherwise(ConstantExpression(100))
            )
        amount = function("round", number * factor)
        is_believable = function("abs", amount) <= ConstantExpression(LARGEST_AMOUNT)
        value = CaseExpression(is_believable, amount.cast("BIGINT"))
        return Parsed(value, (Problem(label, raw, value, "not_an_amount"),))

    return parse


_NO_MINOR_UNIT = ("JPY", "KRW", "VND", "CLP", "XOF", "XAF", "XPF", "ISK", "PYG", "UGX")
_THREE_DECIMALS = ("TND", "KWD", "BHD", "OMR", "JOD", "LYD", "IQD")


def number(*names: str) -> Field:
    """A number, DOUBLE."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = unless_dashed(found)
        cells.amounts[label] = raw
        value = number_of(raw, cells)
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
    """A whole number, BIGINT; '2.0' is 2, '2.5' is refused, as are more than seven figures."""

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return _ABSENT
        label, raw = unless_dashed(found)
        bare = function("regexp_extract", raw, r"^([+-]?0{0,9}\d{1,7})(?:[.,]0+)?$", 1)
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
            CaseExpression(
                lowered.isin(*map(ConstantExpression, ("true", "yes", "y", "1", "oui", "vrai"))),
                ConstantExpression(True),
            )
            .when(
                lowered.isin(*map(ConstantExpression, ("false", "no", "n", "0", "non", "faux"))),
                ConstantExpression(False),
            )
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
            raw = cells.cell(name)
            parts = function("regexp_split_to_array", raw, on)
            if re.escape(on) == on:  # a plain mark: most cells need no second look at their parts
                is_plain = ~(
                    function("contains", raw, " ")
                    | function("contains", raw, on + on)
                    | function("starts_with", raw, on)
                    | function("ends_with", raw, on)
                )
                plainly = function("string_split", raw, on)
                return Parsed(CaseExpression(is_plain, plainly).otherwise(_not_blank(parts)))
        return Parsed(_not_blank(parts))

    return parse


def _not_blank(parts: Expression) -> Expression:
    """The texts of a list without blanks around them, empty ones left out."""
    trimmed = function(
        "list_transform", parts, LambdaExpression("x", function("trim", ColumnExpression("x")))
    )
    return function(
        "list_filter", trimmed, LambdaExpression("x", ColumnExpression("x") != ConstantExpression(""))
    )


def one_of(
    *names: str, values: Mapping[str, str | None], otherwise: str | None = None, keep: bool = False
) -> Field:
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
        kept = function(
            "list_filter",
            function("list_value", *values),
            LambdaExpression("x", ColumnExpression("x").isnotnull()),
        )
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
        return Parsed(
            CaseExpression(condition(cells), yes.value).otherwise(no.value), yes.problems + no.problems
        )

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
