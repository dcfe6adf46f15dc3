"""Rejected rows as files: each as its own file wrote it, under the same header, to be mended and loaded again.

The rows are the user's own and are given back to the letter. Anything else (an apostrophe before a formula, say) would
be loaded as part of the data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class MendFile:
    """The rejected rows of one file. `name` holds no folder and only letters that every system allows."""

    name: str
    row_count: int
    content: bytes


def mend_files(rows: pl.DataFrame) -> list[MendFile]:
    """One file for each that had rows rejected; `rows` is the view rows_to_mend."""
    files = []
    for (file_id, file_name, header), found in rows.sort("file_name", "line").group_by(
        "file_id", "file_name", "header_text", maintain_order=True
    ):
        lines = [str(header)] if header is not None else []
        lines += found["raw_text"].to_list()
        ending = "csv" if header is not None else "jsonl"
        stem = re.sub(r"[^\w.-]+", "_", str(file_name)).strip("._") or str(file_id)[:12]
        text = "\n".join(line.rstrip("\r\n") for line in lines) + "\n"
        mark = "\ufeff" if header is not None else ""  # Excel reads accents only after it
        files.append(MendFile(f"{stem}-rejects.{ending}", found.height, (mark + text).encode()))
    return files
