"""Lists that the user keeps as CSV: the lines of one, by our names of its columns, as any spreadsheet saves it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.phrases import normaliser


class ListHeaderError(ValueError):
    """A list without the columns it needs, or with one of them twice; `header` is its first line."""

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self.header = header


def read_list(
    path: Path, headers: Mapping[str, str], needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of each line under the header, spaces around them removed; blank lines left out.

    `headers` leads from a header's normalised code to our name of the column. Comma, semicolon or tab; UTF-8 or what
    Windows spreadsheets save. Raises ListHeaderError.
    """
    text = _text(path)
    header_line = text.partition("\n")[0]
    separator = max(",;\t", key=header_line.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
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


def _text(path: Path) -> str:
    """The file's text: UTF-8 with or without BOM, else what Windows spreadsheets save."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
