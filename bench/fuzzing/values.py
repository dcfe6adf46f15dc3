"""Values that no honest export holds, and values that one does hold and that are easily read wrongly."""

from __future__ import annotations

import random
from typing import Any

_TEXTS = (
    "",
    " ",
    "\u00a0",
    "\x00",
    "a\x00b",
    "\ufeff",
    "\u202e\u200b",
    "\ud800",  # half of a surrogate pair: it is written as the encoding's mark for a lost letter
    "😀" * 40,
    "=1+1",
    '=HYPERLINK("http://example.com")',
    "@SUM(A1:A9)",
    "-",
    "'; drop table files; --",
    '"',
    '""',
    '"""',
    "a,b;c\td|e",
    "two\nlines",
    "two\r\nlines",
    "a\rb",
    "\x1a",
    "{}",
    "[]",
    "{'a': None}",
    '{"a": [1, {"b": null}]}',
    "null",
    "NULL",
    "N/A",
    "#REF!",
    "TRUE",
    "nan",
    "NaN",
    "Infinity",
    "-inf",
    "%s%n{0}{file}",
    "$.a[*]",
    "\\",
    "\\N",
    "row_number",
)
_NUMBERS = (
    "0",
    "-0",
    "-1",
    "1e308",
    "1e-400",
    "9" * 18,
    "9" * 19,
    "9" * 40,
    "-" + "9" * 40,
    "0." + "1" * 60,
    "92233720368547758.07",
    "92233720368547758.08",
    "21474836.48",
    "1,234,567.89",
    "1.234.567,89",
    "1 234 567,89 €",
    "1\u202f234,50",
    "(12.50)",
    "12.50-",
    "$12.5O",
    "0x1F",
    "١٢٣",
    "12.34.56",
    "1_000",
    "+5",
    "5.",
    ".5",
)
_DATES = (
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0001-01-01",
    "0001-01-01T00:00:00Z",
    "1899-12-30",
    "1970-01-01T00:00:00+14:00",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "10000-01-01",
    "294247-01-10 04:00:54",
    "-4713-01-01",
    "2024-02-30",
    "2024-13-01",
    "2023-02-29T12:00:00Z",
    "2024-03-31 02:30:00",  # does not exist in Paris
    "2024-10-27 02:30:00",  # is there twice
    "2024-01-01T24:00:00Z",
    "2024-01-01T25:61:61Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00.123456789Z",
    "2024-01-01T00:00:00+99:99",
    "31/12/2024",
    "12/31/2024",
    "01/02/03",
    "1/2/2024 3:04 PM",
    "45000",
    "45000.5",
    "1700000000",
    "1700000000000",
    "99999999999999999",
    "-1",
    "Invalid Date",
    "NaT",
    "hier",
    "Mon, 01 Jan 2024 00:00:00 GMT",
)
_OF_TREES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e308,
    10**25,
    -(10**400),
    2**63,
    2**64,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [{}],
    [None],
    ["a"],
    {"": ""},
    {"a": {"a": {"a": None}}},
    {"id": 1},
    {"amount": "12.50"},
)


def text(dice: random.Random) -> str:
    """A text for a cell or a JSON string; seldom a large one."""
    drawn = dice.random()
    if drawn < 0.004:
        return dice.choice(("x" * (1 << 20), "é, " * 300_000, '"' * 70_000, "[" * 20_000, "\n" * 30_000))
    return dice.choice(dice.choice((_TEXTS, _NUMBERS, _DATES)))


def of_tree(dice: random.Random) -> Any:
    """A value for a JSON document; seldom one nested more deeply than parsers follow."""
    drawn = dice.random()
    if drawn < 0.4:
        return text(dice)
    if drawn < 0.41:
        return deep(dice.choice((30, 200, 900)))
    return dice.choice(_OF_TREES)


def deep(levels: int) -> Any:
    """Lists and objects in one another."""
    found: Any = 1
    for level in range(levels):
        found = [found] if level % 2 else {"a": found}
    return found
