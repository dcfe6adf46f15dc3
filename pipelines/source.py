"""What one vendor's file means, as data: which columns identify it, and which records its rows hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from duckdb import (
    DuckDBPyRelation,
    Expression,
)

from pipelines.cells import Cells, Field, plain


@dataclass(frozen=True)
class Table:
    """Records of one kind in a sheet. `where` says which rows tell of one; `each` unfolds a list in a document."""

    kind: str
    fields: Mapping[str, Field]
    where: Callable[[Cells], Expression] | None = None
    each: str | None = None
    #: free text read for phrases, then forgotten (a ticket's subject is kept and read by the build, so not here)
    words: Field | None = None
    #: which columns that no field reads this table keeps in `extra`, by regular expression over plain names
    extra: str | None = None

    @property
    def all_fields(self) -> Sequence[Field]:
        """Whatever reads the sheet's columns."""
        return [*self.fields.values(), *([self.words] if self.words else [])]


@dataclass(frozen=True)
class Source:
    """What one vendor's file means. Found in pipelines/sources/*.py as module values, never registered."""

    name: str
    title: str  # the vendor's name, and which file it is
    #: each must be there for the file to be this source's; a tuple is a choice of names
    needs: Sequence[str | tuple[str, ...]]
    tables: Sequence[Table]
    is_documents: bool = False
    #: rows before their columns are read: fills what the vendor leaves blank; adds columns, drops none
    prepare: Callable[[DuckDBPyRelation], DuckDBPyRelation] | None = None
    #: further columns that may identify a person, by regular expression over plain names; never kept in `extra`
    personal: str = r"$^"
    #: reads any tool's file by what its headers usually say: only where no other source or mapping knows the file
    is_generic: bool = False
    #: columns that say again what a field reads, by regular expression over plain names; not kept in `extra` either
    repeated: str = r"$^"
    #: plain-name prefixes of custom fields, left out of the names under which they are kept
    custom_prefixes: Sequence[str] = ()

    def score(self, columns: Sequence[str], keys: set[str]) -> int:
        """How many of its needs a sheet's columns (or a document's keys) meet; 0 when one is missing."""
        have = keys if self.is_documents else {plain(c) for c in columns}
        for need in self.needs:
            names = (need,) if isinstance(need, str) else need
            if not any((n if self.is_documents else plain(n)) in have for n in names):
                return 0
        return len(self.needs)


@dataclass(frozen=True)
class Unusable:
    """What a vendor writes and what tells nothing by itself: refused with a sentence that says what to load instead.

    Found as sources are. `message` is a code of pipelines/text, told the file's name.
    """

    needs: Sequence[str | tuple[str, ...]]
    message: str

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a sheet has all of the columns, or its documents all of the keys."""
        have = {plain(c) for c in columns}
        choices = [(need,) if isinstance(need, str) else need for need in self.needs]
        return all(any(plain(name) in have for name in names) for names in choices)
