"""Files of tests/data/unknown_files*.txt with their known answers, and how many of them a proposal gets right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.proposing import Proposal, propose

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class UnknownFile:
    """A file as drawn: what each header stands for is in `answers` ('-' nothing, 'words' free text, '!' a person)."""

    kind: str
    name: str
    columns: Sequence[str]
    answers: Sequence[str]
    rows: Sequence[Sequence[str | None]]

    def proposal(self, kind: str | None = None) -> Proposal:
        return propose(self.columns, self.rows, self.name, kind)


@dataclass(frozen=True)
class Score:
    """Headers rightly proposed, wrongly proposed (another column than the answer), and missed (none proposed)."""

    right: int
    wrong: Mapping[str, str]
    missed: Mapping[str, str]


def read(name: str) -> Iterator[UnknownFile]:
    """The files drawn in a text of tests/data."""
    for block in (DATA / name).read_text(encoding="utf-8").split("\n== ")[1:]:
        title, header, answers, *rows = [line for line in block.splitlines() if line.strip()]
        kind, file_name = title.split(" | ")
        columns = _cells(header)
        cells = [[cell or None for cell in _cells(row)] for row in rows]
        assert {len(columns), *map(len, cells)} == {len(_cells(answers))}, file_name
        yield UnknownFile(kind, file_name, columns, _cells(answers), cells)


def score(file: UnknownFile, proposal: Proposal) -> Score:
    """How the proposal compares with the answers; what must not be stored counts too."""
    told = {guess.header: column for column, guess in proposal.columns.items() if column != "line_id"}
    told |= dict.fromkeys(proposal.words, "words")
    if "line_id" in proposal.columns:
        told.setdefault(proposal.columns["line_id"].header, "line_id")
    right = 0
    wrong: dict[str, str] = {}
    missed: dict[str, str] = {}
    for header, answer in zip(file.columns, file.answers, strict=True):
        said = told.get(header, "-")
        wanted = "-" if answer == "!" else answer
        if said == wanted:
            right += 1
        elif said == "-":
            missed[header] = wanted
        else:
            wrong[header] = f"{said} for {wanted}"
    return Score(right, wrong, missed)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
