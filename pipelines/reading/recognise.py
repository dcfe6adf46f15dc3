"""What a file is, by its first bytes; its name is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.reading import delimited
from pipelines.reading.model import Refusal, Sheet


def sheets(path: Path, con: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Sheet | Refusal]:
    """The tables and lists of documents in a file, or refusals that say what was seen.

    Sheets are staged as temp tables of `con` and live as long as it does; `scratch` is a folder the caller empties,
    not before the last question for originals.
    """
    yield from delimited.read(path, path.name, con, scratch)
