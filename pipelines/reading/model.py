"""What reading a file gives: sheets of text cells or JSON documents, and refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb

from pipelines.messages import Message


@dataclass(frozen=True)
class Original:
    """Where a record stands in its file (its first line, 1 is the top) and its raw text."""

    line: int
    text: str


@dataclass(frozen=True)
class BadRow:
    """A record that could not be taken apart; `code` has a text in pipelines/text, `value` is what was seen."""

    line: int
    text: str
    code: str
    column: str | None = None
    value: str | None = None

    @property
    def message(self) -> Message:
        """The reason, ready for `sentence`."""
        seen = {"column": self.column, "value": self.value}
        return Message(self.code, {name: text for name, text in seen.items() if text is not None})


def nothing_asked(_: Sequence[int]) -> dict[int, Original]:
    return {}


@dataclass(frozen=True)
class Sheet:
    """The records of one table or list of documents of a file.

    `relation` reads a temp table of the connection: for a table `row_number` and one VARCHAR column a header, named
    exactly as in `columns`, where an empty cell is NULL; for documents `row_number` and `doc`, the JSON text of one
    record. `row_number` grows in file order; rows without any filled cell are not records and leave a gap.
    """

    name: str
    shape: Literal["table", "documents"]
    columns: tuple[str, ...]
    relation: duckdb.DuckDBPyRelation
    rows_in: int
    other_headers: tuple[tuple[str, ...], ...] = ()
    bad: tuple[BadRow, ...] = ()
    originals: Callable[[Sequence[int]], dict[int, Original]] = nothing_asked
    warnings: tuple[Message, ...] = field(default=())
    #: the header as the raw text of a row is written: above rejected rows it makes a file that can be loaded again
    header_text: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A file, or a member of one, that is not understood: the message says what was seen and what to do."""

    name: str
    message: Message
