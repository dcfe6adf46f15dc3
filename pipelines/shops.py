"""What files of shops and marketplaces share: reasons that staff typed, and two files that tell of one record."""

from __future__ import annotations

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.fields import text
from pipelines.wording import masked


def remark(*names: str) -> Field:
    """A reason that staff typed, without e-mail addresses and telephone numbers: it is classed as a tag is."""
    typed = text(*names)
    return lambda cells: Parsed(masked(typed(cells).value.cast("VARCHAR")))


def just_before(moment: Field) -> Field:
    """A second before a moment: as `updated_at`, it lets what a fuller file of the same tool says stand."""

    def parse(cells: Cells) -> Parsed:
        told = moment(cells)
        return Parsed(told.value - function("to_seconds", 1), told.problems)

    return parse
