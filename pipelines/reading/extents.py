"""How far the worksheets of an .xlsx reach, told before they are read.

The reader of workbooks makes room for every cell from the first to the last one, and the whole process ends where there
is no room: a stray cell at XFD1048576, the last of all, is enough. The shared texts are given room by their count.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
#: about three gigabytes; a million rows of a hundred columns
MAX_CELLS = 100_000_000
#: with columns up to CV, only rows of seven figures are too many
_FEW_COLUMNS = 100
_OVERLAP = 64
_QUOTES = (b'"', b"'")
_TEXT_COUNT = re.compile(rb"""\b(?:uniqueC|c)ount\s*=\s*["']\+?([0-9]+)["']""")


@dataclass(frozen=True)
class Extent:
    """The last row and column of a worksheet, counted from 1; 0 when no cell says where it stands."""

    rows: int
    columns: int

    @property
    def is_too_large(self) -> bool:
        return max(self.rows, 1) * max(self.columns, 1) > MAX_CELLS

    @property
    def last_cell(self) -> str:
        """As a spreadsheet calls it: XFD1048576."""
        letters, left = "", max(self.columns, 1)
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{max(self.rows, 1)}"


def too_large(path: Path) -> str | None:
    """The last cell of the first worksheet that there is no room for; None when all of the workbook can be read.

    Raises zipfile.BadZipFile, zlib.error, EOFError and the like for a damaged archive.
    """
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            lower = name.lower()
            if lower.endswith("sharedstrings.xml"):
                with archive.open(name) as stream:
                    counts = [int(count[:12]) for count in _TEXT_COUNT.findall(stream.read(4096))]
                # a text takes at least its own tags
                if max(counts, default=0) > max(archive.getinfo(name).file_size, 1024):
                    return lower
            elif "sheet" in lower and lower.endswith(".xml"):
                extent = _extent(archive, name)
                if extent.is_too_large:
                    return extent.last_cell
    return None


def _extent(archive: zipfile.ZipFile, name: str) -> Extent:
    """How far a worksheet reaches; rows below a million are not counted where there are few columns."""
    columns = max((_column(letters) for letters in _told(archive, name, rb"([A-Za-z]{2,})[0-9]")), default=26)
    rows = rb"[A-Za-z]*([0-9]+)" if columns > _FEW_COLUMNS else rb"[A-Za-z]*([0-9]{7,})"
    return Extent(max((int(row[:12]) for row in _told(archive, name, rows)), default=0), columns)


def _told(archive: zipfile.ZipFile, name: str, pattern: bytes) -> set[bytes]:
    """What the pattern picks out of the places (r="AB12") of rows and cells: plain text first, which is quick."""
    patterns = {mark: re.compile(b"r=" + mark + pattern) for mark in _QUOTES}
    found: set[bytes] = set()
    tail = b""
    with archive.open(name) as stream:
        while chunk := stream.read(CHUNK):
            text = tail + chunk
            for mark, places in patterns.items():
                if b"r=" + mark in text:
                    found.update(places.findall(text))
            tail = text[-_OVERLAP:]
    return found


def _column(letters: bytes) -> int:
    """The number of a column, A is 1."""
    number = 0
    for letter in letters[:8].upper():
        number = 26 * number + letter - ord("A") + 1
    return number
