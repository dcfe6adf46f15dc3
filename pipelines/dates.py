"""How a file writes its dates, settled from the whole file before any row is read.

`03/04/2025` says nothing by itself. All values of all time columns of a file are looked at together, by shape
(`99/99/9999 99:99`): one value with a first part above 12 settles the order for the file. Nothing settles it, or two
values contradict each other: the file is refused, never guessed, unless the user says which order it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
from duckdb import CaseExpression, ConstantExpression, Expression, FunctionExpression

from pipelines.messages import Message

DayOrder = Literal["ask", "day_first", "month_first"]

#: more shapes than this in one column is not a date column written several ways, it is not a date column
_MAX_SHAPES = 400
_LOOKED_AT_FIRST = 20_000

_MONTHS = (
    ("jan", "janv", "january", "janvier"),
    ("feb", "fev", "fevr", "february", "fevrier"),
    ("mar", "mars", "march"),
    ("apr", "avr", "avril", "april"),
    ("may", "mai"),
    ("jun", "juin", "june"),
    ("jul", "juil", "juillet", "july"),
    ("aug", "aout", "august"),
    ("sep", "sept", "septembre", "september"),
    ("oct", "octobre", "october"),
    ("nov", "novembre", "november"),
    ("dec", "decembre", "december"),
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}

_TIME = (
    r"(?P<sep>[T ]| a )?(?P<clock>9{1,2}:99(:99)?)?(?P<fraction>[.,]9+)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?Z| ?UTC| ?[+-]99:?99)?"
)
_ISO = re.compile(r"^9999(?P<mark>[-/.])99(?P=mark)99" + _TIME + "$")
_NUMERIC = re.compile(r"^9{1,2}(?P<mark>[-/.])9{1,2}(?P=mark)(?P<year>9999|99)" + _TIME + "$")
_NAMED_DAY_FIRST = re.compile(
    r"^9{1,2}(?P<mark>[-/ ])(?P<month>[a-z]+\.?)(?P=mark)(?P<year>9999|99)" + _TIME + "$"
)
_NAMED_MONTH_FIRST = re.compile(
    r"^(?P<month>[a-z]+\.?)(?P<mark>[-/ ])9{1,2}(?P<comma>,?)(?P=mark)(?P<year>9999|99)" + _TIME + "$"
)


class DatesUnclear(Exception):
    """The file does not say which of two dates its dates are; `message` says what was seen and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


@dataclass(frozen=True)
class Format:
    """How one shape of text is read. `month` is the written month to put in figures first, if any."""

    strptime: str
    has_time: bool
    has_zone: bool
    month: str | None = None
    unix: Literal["seconds", "milliseconds"] | None = None


@dataclass(frozen=True)
class DateRule:
    """Shape -> format for one column; shapes missing here cannot be read as a time."""

    formats: dict[str, Format]

    @property
    def is_date_only(self) -> bool:
        return bool(self.formats) and not any(f.has_time for f in self.formats.values())

    def parse(self, raw: Expression, zone: str) -> Expression:
        """TIMESTAMP in UTC of `raw` (text); NULL where it cannot be read. Times without a zone are the shop's."""
        null = ConstantExpression(None).cast("TIMESTAMP")
        if not self.formats:
            return null
        if len(self.formats) == 1:
            only = next(iter(self.formats.values()))
            return _parse(raw, only, zone)
        shape = shape_of(raw)
        parsed = None
        for text, form in self.formats.items():
            condition, value = shape == ConstantExpression(text), _parse(raw, form, zone)
            parsed = parsed.when(condition, value) if parsed is not None else CaseExpression(condition, value)
        assert parsed is not None
        return parsed.otherwise(null)


def shape_of(raw: Expression) -> Expression:
    """`raw` in lower case without accents, every digit a 9: '05-oct.-26' -> '99-oct.-99'."""
    figures = FunctionExpression(
        "translate", raw, ConstantExpression("012345678"), ConstantExpression("999999999")
    )
    return FunctionExpression("lower", FunctionExpression("strip_accents", figures))


def settle(
    columns: dict[str, tuple[duckdb.DuckDBPyRelation, Expression]], order: DayOrder
) -> dict[str, DateRule]:
    """One rule for each time column of a file: label -> (rows, text expression) in, label -> rule out.

    Raises DatesUnclear when day and month cannot be told apart, or when the file mixes both orders.
    """
    shapes = {label: _shapes(rows, raw) for label, (rows, raw) in columns.items()}
    numeric = [(label, shape) for label, found in shapes.items() for shape in found if _NUMERIC.match(shape)]
    day_first = _day_first(columns, numeric, order) if numeric else True
    return {
        label: DateRule({shape: form for shape in found if (form := _format(shape, day_first)) is not None})
        for label, found in shapes.items()
    }


def _shapes(rows: duckdb.DuckDBPyRelation, raw: Expression) -> list[str]:
    """The shapes of text in a column, most frequent first.

    ISO dates need no settling, so their shapes are taken from the first rows and only what they do not explain is
    looked at in the whole column: counting the shapes of every cell would cost more than reading it.
    """
    counts = _count_shapes(rows.limit(_LOOKED_AT_FIRST), raw)
    first = _written(counts)
    if len(counts) < _MAX_SHAPES and sum(counts.values()) < _LOOKED_AT_FIRST:
        return first  # that was the whole column
    formats = [_format(shape, True) for shape in first]
    if not first or any(form is None or not form.strptime.startswith("%Y") for form in formats):
        return _written(_count_shapes(rows, raw))
    explained: Expression = ConstantExpression(False)
    for form in formats:
        assert form is not None
        explained = explained | _strptime(raw, form.strptime).isnotnull()
    rest = _written(_count_shapes(rows.filter(raw.isnotnull() & ~explained), raw))
    return list(dict.fromkeys([*first, *rest]))


def _strptime(raw: Expression, pattern: str) -> Expression:
    """`raw` read as `pattern` says, NULL where it is not written so."""
    parsed = FunctionExpression("try_strptime", raw, ConstantExpression(pattern))
    return parsed.cast("TIMESTAMP") if "%n" in pattern and not pattern.endswith("%z") else parsed


def _count_shapes(rows: duckdb.DuckDBPyRelation, raw: Expression) -> dict[str | None, int]:
    """How many cells have each shape, most frequent first; None: the blank ones."""
    counted = (
        rows.select(shape_of(raw).alias("shape"))
        .aggregate("shape, count(*) as n")
        .order("n desc, shape")
        .limit(_MAX_SHAPES)
    )
    return dict(counted.fetchall())


def _written(counts: dict[str | None, int]) -> list[str]:
    return [shape for shape in counts if shape is not None]


def _day_first(
    columns: dict[str, tuple[duckdb.DuckDBPyRelation, Expression]],
    numeric: Sequence[tuple[str, str]],
    order: DayOrder,
) -> bool:
    """Whether 03/04 is 3 April in this file."""
    if order != "ask":
        return order == "day_first"
    evidence: dict[bool, str] = {}  # day first? -> a value that shows it
    example = ""
    for label in dict.fromkeys(label for label, _ in numeric):
        rows, raw = columns[label]
        part = [
            FunctionExpression(
                "regexp_extract",
                raw,
                ConstantExpression(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}"),
                ConstantExpression(i),
            )
            for i in (1, 2)
        ]
        number = [_integer(p) for p in part]
        found = (
            rows.select(raw.alias("raw"), number[0].alias("a"), number[1].alias("b"))
            .filter("a is not null and b is not null")
            .aggregate(
                "min(raw) filter (where a > 12 and b <= 12) as shows_day_first, "
                "min(raw) filter (where b > 12 and a <= 12) as shows_month_first, min(raw) as any_value"
            )
            .fetchall()[0]
        )
        for is_day_first, value in ((True, found[0]), (False, found[1])):
            if value is not None:
                evidence.setdefault(is_day_first, value)
        example = example or found[2] or ""
    if len(evidence) == 2:
        raise DatesUnclear(
            Message("dates_change_order", {"day_first": evidence[True], "month_first": evidence[False]})
        )
    if not evidence:
        raise DatesUnclear(
            Message(
                "dates_ambiguous", {"value": example, "columns": ", ".join(sorted({c for c, _ in numeric}))}
            )
        )
    return next(iter(evidence))


def _integer(text: Expression) -> Expression:
    """`text` as INTEGER, NULL when it is empty."""
    return FunctionExpression("nullif", text, ConstantExpression("")).cast("INTEGER")


def _bigint(text: Expression) -> Expression:
    """`text` as BIGINT, NULL when it is empty."""
    return FunctionExpression("nullif", text, ConstantExpression("")).cast("BIGINT")


def _format(shape: str, day_first: bool) -> Format | None:
    if re.fullmatch(r"9{10}", shape):
        return Format("", has_time=True, has_zone=True, unix="seconds")
    if re.fullmatch(r"9{13}", shape):
        return Format("", has_time=True, has_zone=True, unix="milliseconds")
    if re.fullmatch(r"9{8}", shape):
        return Format("%Y%m%d", has_time=False, has_zone=False)
    # shapes are lower case: the T and Z of ISO 8601 come back as they are written
    written = re.sub(r"t(?=9{1,2}:99)", "T", shape)
    written = re.sub(r" ?utc$| ?z$", lambda m: m.group().upper(), written)
    if match := _ISO.match(written):
        mark = match["mark"]
        return _with_time(f"%Y{mark}%m{mark}%d", match)
    if match := _NUMERIC.match(written):
        year = "%Y" if len(match["year"]) == 4 else "%y"
        parts = ("%d", "%m", year) if day_first else ("%m", "%d", year)
        return _with_time(match["mark"].join(parts), match)
    if match := _NAMED_DAY_FIRST.match(written):
        return _named(match, "{mark}".join(("%d", "%m", "{year}")))
    if match := _NAMED_MONTH_FIRST.match(written):
        return _named(match, "%m{mark}%d" + match["comma"] + "{mark}{year}")
    return None


def _named(match: re.Match[str], pattern: str) -> Format | None:
    """A date whose month is a word, French or English, short or long."""
    if match["month"].rstrip(".") not in _MONTH_NUMBER:
        return None
    year = "%Y" if len(match["year"]) == 4 else "%y"
    return _with_time(pattern.format(mark=match["mark"], year=year), match, month=match["month"])


def _with_time(date: str, match: re.Match[str], month: str | None = None) -> Format | None:
    clock, zone = match["clock"], match["zone"]
    if clock is None:
        return None if (match["sep"] or zone or match["half"]) else Format(date, False, False, month)
    if match["sep"] is None:
        return None
    text = (
        date
        + match["sep"]
        + ("%I" if match["half"] else "%H")
        + ":%M"
        + (":%S" if clock.count(":") == 2 else "")
    )
    if match["fraction"]:
        # more than six figures (as .NET writes them) are only read as nanoseconds
        text += match["fraction"][0] + ("%f" if len(match["fraction"]) <= 7 else "%n")
    if match["half"]:
        text += (" " if match["half"].startswith(" ") else "") + "%p"
    if zone:
        is_offset = zone.strip()[0] in "+-"
        text += (" " if zone.startswith(" ") else "") + ("%z" if is_offset else zone.strip())
        if not is_offset:
            return Format(text, True, True, month)
    return Format(text, True, zone is not None, month)


def _parse(raw: Expression, form: Format, zone: str) -> Expression:
    if form.unix:
        seconds = FunctionExpression("regexp_extract", raw, ConstantExpression(r"^\d{10,13}$"))
        factor = ConstantExpression(1 if form.unix == "milliseconds" else 1000)
        return FunctionExpression("make_timestamp_ms", _bigint(seconds) * factor)
    text = raw
    if form.month is not None:
        lowered = FunctionExpression("lower", FunctionExpression("strip_accents", raw))
        number = f"{_MONTH_NUMBER[form.month.rstrip('.')]:02d}"
        text = FunctionExpression(
            "replace", lowered, ConstantExpression(form.month), ConstantExpression(number)
        )
    parsed = _strptime(text, form.strptime)
    if form.strptime.endswith("%z"):
        return FunctionExpression("timezone", ConstantExpression("UTC"), parsed)
    if form.has_zone or zone == "UTC":
        return parsed
    local = FunctionExpression("timezone", ConstantExpression(zone), parsed)
    return FunctionExpression("timezone", ConstantExpression("UTC"), local)
