"""What a file that nobody knows may hold: the kind of its records, and which of its columns means what, with doubt.

A proposal is worked out from headers and from some rows alone. It is what a manager looks at and corrects before
anything is loaded, so a guess that is too weak is left out: an empty choice is seen, a wrong one may not be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipelines.cells import plain
from pipelines.contract import KINDS, Kind
from pipelines.extras import is_personal_header
from pipelines.proposing import headers, shapes
from pipelines.proposing.shapes import Shape
from pipelines.proposing.vocabulary import proposed_words, words_of

__all__ = ["Guess", "Proposal", "fields", "kinds", "propose", "proposed_words", "usable", "words_of"]

Certainty = Literal["high", "medium", "low"]
#: below it a column is not proposed at all
_LEAST = 0.4
#: columns that nobody's file writes: they say how another is to be read, or are found while reading
_NOT_WRITTEN = (
    "reason_scheme",
    "condition_scheme",
    "channel_raw",
    "phrases",
    "mentions",
    "derived_from",
    "excluded_because",
)
#: what it takes from a column of few words that none of a file's words is known
_FOREIGN_WORDS = 0.75
#: a column that tells records apart and that many files lack -> the one that does it as well
_STAND_INS = {"line_id": "sku"}


@dataclass(frozen=True)
class Guess:
    """A header for a contract column, and how sure that is: from 0 to 1."""

    header: str
    score: float

    @property
    def certainty(self) -> Certainty:
        return certainty(self.score)


@dataclass(frozen=True)
class Proposal:
    """The kind of a file's records with its columns; free text to be read for phrases; columns about persons."""

    kind: str
    certainty: Certainty
    columns: Mapping[str, Guess] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


def propose(
    columns: Sequence[str], rows: Sequence[Sequence[str | None]], name: str = "", kind: str | None = None
) -> Proposal:
    """The most likely kind and its columns; of the given kind, if one is given. `rows` has a cell for each column."""
    file = _File(columns, rows, name)
    order = kinds(columns, rows, name) if kind is None else [(kind, 0.0)]
    chosen = KINDS[order[0][0]]
    lead = order[0][1] - order[1][1] if len(order) > 1 else 0.0
    taken = file.columns(chosen)
    left = [c for c in file.names if c not in {guess.header for guess in taken.values()}]
    texts = [c for c in left if "phrases" in chosen.columns and file.is_text(c)]
    return Proposal(
        chosen.name,
        "high" if lead >= 1.0 else "medium" if lead >= 0.4 else "low",
        taken,
        tuple(texts),
        tuple(c for c in left if c not in texts and file.is_personal(c)),
    )


def kinds(
    columns: Sequence[str], rows: Sequence[Sequence[str | None]], name: str = ""
) -> list[tuple[str, float]]:
    """Every kind with how much speaks for it, the likeliest first."""
    file = _File(columns, rows, name)
    scores = [(kind.name, file.score(kind)) for kind in KINDS.values()]
    return sorted(scores, key=lambda scored: -scored[1])


def fields(kind: Kind) -> list[str]:
    """The contract columns of a kind that a file's column can stand for, in their order."""
    return [name for name in (*kind.columns, "updated_at") if name not in _NOT_WRITTEN]


def usable(columns: Sequence[str]) -> list[str]:
    """The headers that a mapping can name: those that differ from all before them by more than case and accents."""
    seen: set[str] = set()
    found = []
    for column in columns:
        bare = plain(column)
        if bare and bare not in seen and column[:1] != "~" and column[:2] not in ("$.", "@."):
            found.append(column)
        seen.add(bare)
    return found


def certainty(score: float) -> Certainty:
    return "high" if score >= 0.85 else "medium" if score >= 0.62 else "low"


class _File:
    """The headers of a file and what stands under them."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str | None]], name: str) -> None:
        self.names = usable(columns)
        self.name = name
        self.values = {
            column: {row[columns.index(column)] or "" for row in rows} - {""} for column in self.names
        }
        at = {column: columns.index(column) for column in self.names}
        self.shapes: dict[str, Shape] = {
            column: shapes.shape(row[number] for row in rows) for column, number in at.items()
        }

    def columns(self, kind: Kind) -> dict[str, Guess]:
        """A header for each contract column of the kind that has a likely one; each header stands for one column."""
        scored = sorted(
            (
                (score, -place, -position, column, header)
                for place, column in enumerate(fields(kind))
                for position, header in enumerate(self.names)
                if (score := self._fit(header, column, kind)) >= _LEAST
            ),
            reverse=True,
        )
        found: dict[str, Guess] = {}
        used: set[str] = set()
        for score, _, _, column, header in scored:
            if column not in found and header not in used:
                found[column] = Guess(header, round(score, 2))
                used.add(header)
        for column, other in _STAND_INS.items():
            if column not in found and other in found and self._needs(column, kind, found):
                found[column] = Guess(found[other].header, _LEAST)
        return {column: found[column] for column in fields(kind) if column in found}

    def _needs(self, column: str, kind: Kind, found: Mapping[str, Guess]) -> bool:
        """Whether records would be taken for one another without the column: its number comes in several rows."""
        if column not in kind.key or column in kind.required:
            return column in kind.required
        return any(self.shapes[found[key].header].distinct < 1 for key in kind.key if key in found)

    def score(self, kind: Kind) -> float:
        """What speaks for a kind: columns that few kinds have weigh most, a needed one that is missing takes away."""
        found = self.columns(kind)
        score = sum(guess.score * _rarity(column) for column, guess in found.items())
        score += 0.7 * headers.tells_of(self.names, kind.name)
        score += 0.7 * headers.tells_of([self.name], kind.name)
        score -= sum(1.0 for column in kind.required if column not in found)
        has_time = any(column in found for column in kind.events)
        return score - (0.0 if has_time or not kind.events else 0.5)

    def is_personal(self, header: str) -> bool:
        return (
            is_personal_header(header)
            or headers.is_by_whom(header)
            or shapes.is_personal(self.shapes[header])
        )

    def is_text(self, header: str) -> bool:
        """Whether people wrote there in their own words."""
        looks = self.shapes[header]
        return headers.is_comment(header) and (looks.filled == 0 or (looks.words > 2 and looks.email < 0.5))

    def _fit(self, header: str, column: str, kind: Kind) -> float:
        looks = self.shapes[header]
        type_ = {**kind.columns, "updated_at": "TIMESTAMP"}[column]
        if column != "customer_key" and self.is_personal(header) and not _is_about_a_thing(column):
            return 0.0
        alone = next((score for name, score in shapes.by_itself(looks) if name == column), 0.0)
        said = headers.says(header, column) * _weight(column, kind, header)
        return max(said, alone) * shapes.fits(looks, column, type_) * self._words_fit(header, column, kind)

    def _words_fit(self, header: str, column: str, kind: Kind) -> float:
        """Of a column that holds one of a few words, none of which stands there: rather something else."""
        wanted = words_of(kind.name, column)
        values = self.values[header]
        if not wanted or not values or values & set(wanted) or proposed_words(kind.name, column, values):
            return 1.0
        return _FOREIGN_WORDS


def _is_about_a_thing(column: str) -> bool:
    """Columns that a word like 'client' or 'note' in a header does not make personal: their content is looked at."""
    return column.endswith(("_id", "_raw", "_at", "_cents")) or column in _THINGS


_THINGS = frozenset(
    "sku country region carrier csat author declared_by lot tracking_number label_payer subject product tags status"
    " service order_name".split()
)


def _weight(column: str, kind: Kind, header: str) -> float:
    """A header of a single vague word ('Date', 'N°', 'Montant') is the kind's main column of that type, perhaps."""
    bare = headers.vague(header)
    if bare is None:
        return 1.0
    return 0.75 if column == _MAIN.get((kind.name, bare)) else 0.0


_MAIN = {
    **{(kind.name, "ID"): kind.key[0] for kind in KINDS.values()},
    **{(kind.name, "DATE"): kind.events[0] for kind in KINDS.values() if kind.events},
    ("products", "ID"): "sku",
    ("stock_levels", "ID"): "sku",
    ("stock_moves", "ID"): "sku",
    ("order_lines", "ID"): "sku",
    ("shipments", "DATE"): "shipped_at",
    ("orders", "AMOUNT"): "total_cents",
    ("order_lines", "AMOUNT"): "unit_price_cents",
    ("returns", "AMOUNT"): "refund_cents",
    ("refunds", "AMOUNT"): "amount_cents",
    ("cancellations", "AMOUNT"): "amount_cents",
    ("claims", "AMOUNT"): "amount_cents",
    ("shipments", "AMOUNT"): "value_cents",
    **{(kind.name, "NAME"): "product" for kind in KINDS.values()},
}


def _rarity(column: str) -> float:
    """1 for a column of one kind only, less the more kinds have it."""
    return 1 / sum(column in kind.columns for kind in KINDS.values()) if column != "updated_at" else 0.1
