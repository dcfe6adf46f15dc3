"""Where the table stands in a sheet of cells: lines before the header, the header, a second header row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Beyond these it is formatting run over to a sheet's last column, or text taken for separators: no table.
MAX_COLUMNS = 2_000

_API_NAME = re.compile(r"[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Header:
    """The rows before the first record; blank lines are not counted among them."""

    cells: list[str]
    #: the rows above the header
    before: tuple[tuple[str, ...], ...] = ()
    #: further header rows, not used as columns
    other: tuple[tuple[str, ...], ...] = ()

    @property
    def rows(self) -> int:
        """How many rows stand before the first record."""
        return len(self.before) + 1 + len(self.other)


def common_width(rows: Sequence[Sequence[str]]) -> int:
    """The width most rows have; 0 without rows."""
    widths = Counter(map(len, rows))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The header among the first rows (blank lines left out): the first row filled like a table, not like a title.

    Reports begin with a period or a title in one cell, or with a line of separators alone; a re-save by Excel pads
    such lines to the full width, so it is the filled cells that tell.
    """
    width = common_width(rows)
    fills = [sum(1 for cell in row if cell.strip()) for row in rows]
    for index, (row, filled) in enumerate(zip(rows, fills, strict=True)):
        fullest = max(fills[index : index + 50])
        if filled and 2 * filled > fullest and len(row) >= min(width, 2):
            before = tuple(map(tuple, rows[:index]))
            if index + 1 < len(rows) and names_of_an_api(row, rows[index + 1]):
                return Header(list(rows[index + 1]), before, (tuple(row),))
            return Header(list(row), before)
    return None


def names_of_an_api(labels: Sequence[str], names: Sequence[str]) -> bool:
    """True when a row under the labels holds the same columns' names in code, as Zoho Desk's backups have.

    Labels are renamed by each shop and these names are not, so they make the better header.
    """
    if len(names) != len(labels) or len(names) < 3 or len(set(names)) < len(names):
        return False
    if not all(_API_NAME.fullmatch(name) for name in names) or all(map(_API_NAME.fullmatch, labels)):
        return False
    alike = sum(
        1 for label, name in zip(labels, names, strict=True) if _letters(label).endswith(_letters(name))
    )
    compound = sum(1 for name in names if name != name.lower() or "_" in name)
    return 2 * alike > len(names) or 3 * compound > len(names)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
