"""Lists that the user keeps as CSV: the lines of one, by our names of its columns, as any spreadsheet saves it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.phrases import normaliser


class ListHeaderError(ValueError):
    """A list without the columns it needs, or with one of them twice; `header` is its first line."""

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self.header = header


def read_list(
    text: str, headers: Mapping[str, str], needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of each line under the header, spaces around them removed; blank lines left out.

    `headers` leads from a header's normalised code to our name of the column. Comma, semicolon or tab. Raises
    ListHeaderError.
    """
    header_line = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator(text))
    with normaliser() as normal:
        names = [headers.get(code) for code in normal.codes(next(reader, []))]
    known = [name for name in names if name is not None]
    if len(set(known)) < len(known) or not set(needed) <= set(known):
        raise ListHeaderError(header_line.strip())
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(names) - len(cells))]
            rows.append(
                (
                    reader.line_num,
                    {name: cell.strip() for name, cell in zip(names, padded, strict=False) if name},
                )
            )
    return rows


def separator(text: str) -> str:
    """What stands between the cells of a list: comma, semicolon or tab."""
    return max(",;\t", key=text.partition("\n")[0].count)


def written_lines(text: str) -> list[tuple[str, list[str]]]:
    """Each line of a list as it is written, with its cells; a quoted cell may make it several lines of the file."""
    pieces = text.splitlines(keepends=True)
    reader = csv.reader(pieces, delimiter=separator(text))
    found, start = [], 0
    for cells in reader:
        found.append(("".join(pieces[start : reader.line_num]), cells))
        start = reader.line_num
    return found


def line(cells: Sequence[str], between: str, end: str) -> str:
    """One line of a list, quoted where that is needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=between, lineterminator=end).writerow(cells)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell on one line, that no spreadsheet takes for a formula."""
    flat = re.sub(r"\s+", " ", cell).strip()
    return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") else flat


def list_text(path: Path) -> str:
    """The file's text: UTF-8 with or without BOM, else what Windows spreadsheets save."""
    return decoded(path.read_bytes())


def decoded(content: bytes) -> str:
    """The text of a list, as `list_text` reads it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
