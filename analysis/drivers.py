"""Which combinations of attributes explain that incidents rose: a few, each with what was observed and expected.

What is expected comes from the past rate of each attribute value and the orders of the period (main_effects.py), so
that more orders, or another mix of them, explain nothing. All combinations of up to three values are then scored by
the likelihood ratio of a negative binomial (a Poisson scan statistic as in Kulldorff, Communications in Statistics
1997, 26:1481, with the unrest of the past as its dispersion) less the length of their description (Rissanen,
Automatica 1978, 14:465): rare cells and longer combinations have to show more. The best is taken, what it explains is
expected from then on, and the search goes on; each one found is then held against all others once more, so that a
parent makes way for the child that was meant. Nothing found is an answer too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from analysis.cells import cells_of, interval, keys_of, surprise
from analysis.main_effects import (
    Codes,
    Effects,
    Floats,
    Ints,
    exposure,
    fit,
    grouped,
    nested,
    own_past,
    restlessness,
    told_apart,
)

DEEPEST = 3  # values in a combination
MOST = 5  # answers
FEWEST = 3  # incidents, and
SMALLEST = 20  # lines of a combination: below, it is an anecdote
#: what the score of the first answer has to exceed, and that of the others: where one thing happened, others may have.
#: The first lets three in a hundred of 400 invented periods without a cause have an answer.
FIRST, NEXT = 3.6, 2.7
PER_ATTRIBUTE = 0.5
#: squared coefficient of variation of a rate from period to period, as far as the past tells nothing better: of
#: attributes that settle others (an article, a lot), of the others; and one over the squared error of that guess
FINE_UNREST, COARSE_UNREST, TRUST = 0.03, 0.003, 1 / 0.015**2
FEWEST_MOVES = 0.01  # squared coefficient of variation of the level of all, at least
STEPS = 4  # of finding causes, then the level without them


@dataclass(frozen=True)
class Driver:
    """A combination of values in which more happened than expected."""

    cell: Mapping[str, int]
    observed: float
    expected: float  # at the past rates, with the level of the rest of the period
    low: float  # 95 % interval of observed over expected
    high: float
    lines: float
    score: float

    @property
    def excess(self) -> float:
        """Incidents beyond the expected ones."""
        return self.observed - self.expected


@dataclass(frozen=True)
class Answer:
    """The drivers, surest first, and what the past makes expect of each row given."""

    drivers: Sequence[Driver]
    expected: Floats
    level: float  # of what no driver explains, against the past


@dataclass
class Grid:
    """All cells of one set of attributes, among the grouped rows of the period."""

    attributes: tuple[str, ...]
    cell: Ints  # of each row
    first: Ints  # a row of each cell
    cost: Floats
    unrest: Floats  # squared coefficient of variation of what is expected
    past: Floats  # correction by the cell's own past
    is_final: NDArray[np.bool_]  # whether unrest knows how much of the cell one article or lot is
    able: Ints  # cells that may be an answer,
    place: Ints  # the place of each cell among them, -1 of the others,
    observed: Floats  # what was observed in them,
    expected: Floats  # and what the past makes expect, without a factor of the period


Found = tuple[float, Grid, int]


def explain(table: Codes, attributes: Sequence[str], focus: int) -> list[dict[str, int]]:
    """The combinations that explain what rose from week `focus` on, best first; [] when nothing stands out."""
    return [dict(driver.cell) for driver in search(table, attributes, focus).drivers]


def search(
    table: Codes, attributes: Sequence[str], focus: int, unknown: Mapping[str, int] | None = None
) -> Answer:
    """The same with what was observed and expected. `unknown`: the code of each attribute that stands for not known;
    it takes part in what is expected and is never an answer."""
    past = table["week"] < focus
    expected, effects = fit(table, attributes, past, unknown)
    scan = _Scan(table, attributes, focus, expected, effects, unknown or {})
    level, found = scan.run()
    return Answer(scan.drivers(level, found), expected, level)


class _Scan:
    def __init__(
        self,
        table: Codes,
        attributes: Sequence[str],
        focus: int,
        expected: Floats,
        effects: Mapping[str, Effects],
        unknown: Mapping[str, int],
    ) -> None:
        self.attributes = attributes
        self.nested = nested(table, attributes, unknown)
        self.fine = [a for a in attributes if any((a, b) in self.nested for b in attributes)]
        past = table["week"] < focus
        before = {a: table[a][past] for a in attributes}
        y, mu = table["incident"][past].astype(float), expected[past]
        block = (focus - 1 - table["week"][past]) // (int(table["week"].max()) - focus + 1)
        total = np.bincount(block, mu)
        levels = np.bincount(block, y) / np.maximum(total, 1e-9)
        moves = float(np.var(levels) - np.mean(1 / np.maximum(total, 1)))
        self.trust = 1 / max(moves, FEWEST_MOVES)  # incidents that the level of the past is worth
        mu = mu * levels[block]
        variance = self._variances(before, block, y, mu, effects)
        codes, self.kept = told_apart(table, attributes, ~past, FEWEST, unknown)
        # what is left of the values not kept is many of them together, which is sure
        self.variance = {a: np.append(variance[a][self.kept[a]], 0.0) for a in attributes}
        sums = {"incident": table["incident"][~past].astype(float), "exposure": exposure(table)[~past]}
        self.rows = grouped(codes, ~past, **sums, expected=expected[~past])
        self.y, self.e, self.lines = (self.rows[name] for name in ("incident", "expected", "exposure"))
        self.past = grouped(codes, past, y=y, mu=mu)
        self.grids = [grid for c in self._sets() if (grid := self._grid(c)) is not None]

    def _sets(self) -> Iterator[tuple[str, ...]]:
        """Sets of attributes of which none settles another."""
        for n in range(1, DEEPEST + 1):
            for chosen in combinations(self.attributes, n):
                if not any(pair in self.nested for pair in permutations(chosen, 2)):
                    yield chosen

    def _variances(
        self, before: Codes, block: NDArray[np.integer], y: Floats, mu: Floats, effects: Mapping[str, Effects]
    ) -> dict[str, Floats]:
        """How sure the rate of each value is now: the error of its past rate, and how it moves of its own."""
        unrest = {
            a: restlessness(
                before[a], block, y, mu, effects[a], FINE_UNREST if a in self.fine else COARSE_UNREST, TRUST
            )
            for a in self.attributes
        }
        own = {}
        for a in self.attributes:
            # a lot moves with its article: only what it moves beyond that is its own
            above = [unrest[b] for b in self.fine if (a, b) in self.nested and (b, a) not in self.nested]
            own[a] = max(unrest[a] - max(above, default=0.0), 0.0)
        return {a: own[a] + effects[a].variance for a in self.attributes}

    def _settled(self, attributes: Sequence[str]) -> set[str]:
        """The attributes and what they settle."""
        return {*attributes, *(b for a, b in self.nested if a in attributes)}

    def _grid(self, attributes: tuple[str, ...]) -> Grid | None:
        """The cells of a set of attributes; None if none of them is large enough to be an answer."""
        sizes = {a: self.kept[a].size + 1 for a in attributes}
        keys, most = keys_of(self.rows, attributes, sizes)
        cell, first = cells_of(keys, most)
        lines = np.bincount(cell, self.lines, first.size)
        observed = np.bincount(cell, self.y, first.size)
        is_able = (lines >= SMALLEST) & (observed >= FEWEST)
        for a in attributes:
            is_able &= self.rows[a][first] != self.kept[a].size
        if not is_able.any():
            return None
        past, unrest = np.ones(first.size), np.full(first.size, 1e-6)
        if len(attributes) > 1:
            before, y, mu = keys_of(self.past, attributes, sizes)[0], self.past["y"], self.past["mu"]
            past, error = own_past(before, keys[first], most, y, mu)
            unrest = unrest + error
        for a in sorted(self._settled(attributes)):
            unrest = unrest + self.variance[a][self.rows[a][first]]
        # one order taken at random shows the cell: what its name is worth in a code that large cells are short in
        cost = -np.log(np.maximum(lines, 1e-9) / self.lines.sum()) + PER_ATTRIBUTE * len(attributes)
        able = np.flatnonzero(is_able)
        place = np.full(first.size, -1)
        place[able] = np.arange(able.size)
        expected = (np.bincount(cell, self.e, first.size) * past)[able]
        is_final = np.zeros(first.size, bool)
        return Grid(
            attributes,
            cell,
            first,
            cost,
            unrest,
            past,
            is_final,
            able,
            place,
            observed[able].astype(float),
            expected,
        )

    def _know(self, grid: Grid, at: int, e: Floats) -> None:
        """Adds how unsure a cell is because it is mostly one article or lot; for the few cells that are in question."""
        grid.is_final[at] = True
        rows = np.flatnonzero(grid.cell == at)
        total = max(e[rows].sum(), 1e-9)
        for a in set(self.fine) - self._settled(grid.attributes):
            share = np.bincount(self.rows[a][rows], e[rows]) / total
            grid.unrest[at] += (share**2 * self.variance[a][: share.size]).sum()

    def _best(self, level: float, found: Sequence[Found], but: int = -1) -> Found | None:
        """The cell that tells most beyond what is found, but one of it."""
        best: Found | None = None
        e = self._explained(self.e * level, found, but)
        moved = np.flatnonzero(e != self.e * level)
        more = e[moved] - self.e[moved] * level
        for grid in self.grids:
            able, place = grid.able, grid.place[grid.cell[moved]]
            is_able = place >= 0
            added = np.bincount(place[is_able], more[is_able], able.size)
            expected = grid.expected * level + added * grid.past[able]
            scores = surprise(grid.observed, expected, grid.unrest[able]) - grid.cost[able]
            while able.size:
                i = int(np.argmax(scores))
                if scores[i] <= (best[0] if best else 0.0):
                    break
                at = int(able[i])
                if grid.is_final[at]:
                    best = (float(scores[i]), grid, at)
                    break
                self._know(grid, at, e)
                scores[i] = surprise(grid.observed[i], expected[i], grid.unrest[at]) - grid.cost[at]
        return best

    def _explained(self, e: Floats, found: Sequence[Found], but: int = -1) -> Floats:
        """What is expected once the cells found are as observed, all together."""
        e = e.copy()
        for _ in range(STEPS if len(found) > 1 else 1):
            for i, (_, grid, at) in enumerate(found):
                if i != but:
                    inside = grid.cell == at
                    e[inside] *= max(self.y[inside].sum() / max(e[inside].sum(), 1e-9), 1.0)
        return e

    def _greedy(self, level: float) -> list[Found]:
        found: list[Found] = []
        for _ in range(2 * MOST):  # one that others explain may come back when these are refined
            best = self._best(level, found) if len(found) < MOST else None
            if best is None or best[0] <= (NEXT if found else FIRST):
                break
            found = self._refined(level, [*found, best])
        found.sort(key=lambda one: -one[0])
        return self._split(self.e * level, found) if found and found[0][0] > FIRST else []

    def _refined(self, level: float, found: list[Found]) -> list[Found]:
        """Each cell replaced by the best one, given the others: a parent by its child, or the other way round."""
        for _ in range(2 if len(found) > 1 else 0):
            before = [(grid.attributes, at) for _, grid, at in found]
            for i in range(len(found)):
                found[i] = self._best(level, found, but=i) or found[i]
            if before == [(grid.attributes, at) for _, grid, at in found]:
                break
        return [one for one in found if one[0] > NEXT]

    def _split(self, e: Floats, found: Sequence[Found]) -> list[Found]:
        """A cell makes way for its parts that tell more: two articles instead of all of their supplier, or one.

        That rates are restless says how sure a rise is, not where in it: what moves a cell moves all of its parts. So
        this is asked as if they were at rest, and the one part that has all of a rise is as sure as the whole was.
        """
        parts: list[Found] = []
        for i, one in enumerate(found):
            without = self._explained(e, found, but=i)
            best, worth = [one], self._told(without, one[1], one[2])
            for a in self.attributes:
                told = self._parts(without, one, a)
                if told and told[0][0] > worth:
                    best, worth = [(one[0], *told[0][1:])], told[0][0]
                if len(told) > 1 and told[0][0] + told[1][0] - NEXT > worth:
                    best, worth = told[:2], told[0][0] + told[1][0] - NEXT
            parts += best
        return sorted(parts, key=lambda part: -part[0])

    def _parts(self, e: Floats, one: Found, attribute: str) -> list[Found]:
        """The values of one more attribute within a cell, with what they tell, most first; [] if it has no more."""
        kept = [a for a in one[1].attributes if (attribute, a) not in self.nested]
        names = {*kept, attribute}
        grid = next((grid for grid in self.grids if set(grid.attributes) == names), None)
        if grid is None or names == set(one[1].attributes):
            return []
        inside = np.flatnonzero(one[1].cell == one[2])
        lines = np.bincount(grid.cell[inside], self.lines[inside], grid.first.size)
        counts = np.bincount(grid.cell[inside], self.y[inside], grid.first.size)
        able = np.flatnonzero((counts >= FEWEST) & (lines >= SMALLEST) & (grid.place >= 0))
        return sorted(
            ((self._told(e, grid, int(at)), grid, int(at)) for at in able), key=lambda part: -part[0]
        )

    def _told(self, e: Floats, grid: Grid, at: int) -> float:
        """What a cell tells if rates were at rest, less its cost: parts that only share a rise tell no more than it."""
        inside = grid.cell == at
        observed, expected = self.y[inside].sum(), max(e[inside].sum() * grid.past[at], 1e-3)
        return float(surprise(observed, expected, np.asarray(1e-6)) - grid.cost[at])

    def run(self) -> tuple[float, list[Found]]:
        """The level of what is not explained, and what is, from the better of two beginnings."""
        tried = []
        for level in (1.0, self._low()):
            found: list[Found] = []
            for _ in range(STEPS):
                found = self._greedy(level)
                free = np.ones(self.y.size, bool)
                for _, grid, at in found:
                    free &= grid.cell != at
                old, level = level, self._level(free)
                if abs(level / old - 1) < 0.005:
                    break
            tried.append((self._worth(level, found), level, found))
        _, level, found = max(tried, key=lambda one: one[0])
        return level, found

    def _level(self, rows: NDArray[np.bool_]) -> float:
        return float((self.y[rows].sum() + self.trust) / (self.e[rows].sum() + self.trust))

    def _low(self) -> float:
        """A level that a rise of few values does not lift: the lowest median over the values of an attribute."""
        medians = [self._level(np.ones(self.y.size, bool))]
        for a in set(self.attributes) - set(self.fine):
            observed, expected = np.bincount(self.rows[a], self.y), np.bincount(self.rows[a], self.e)
            ratio = (observed + 1) / (expected + 1)
            order = np.argsort(ratio)
            weight = np.cumsum(expected[order])
            medians.append(float(ratio[order][np.searchsorted(weight, weight[-1] / 2)]))
        return min(medians)

    def _worth(self, level: float, found: Sequence[Found]) -> float:
        """Log likelihood gained by level and cells together, less what they cost."""
        e = self.e * level
        worth = self.y.sum() * np.log(level) - (e.sum() - self.e.sum()) - self.trust * np.log(level) ** 2 / 2
        for _, grid, at in found:
            inside = grid.cell == at
            observed, expected = self.y[inside].sum(), e[inside].sum() * grid.past[at]
            worth += float(surprise(observed, expected, grid.unrest[at])) - grid.cost[at] - NEXT
            e[inside] *= max(observed / max(expected, 1e-9), 1.0)
        return float(worth)

    def drivers(self, level: float, found: Sequence[Found]) -> list[Driver]:
        """The cells found, each against what the past alone makes expect of it."""
        told = []
        for score, grid, at in found:
            inside = grid.cell == at
            observed = float(self.y[inside].sum())
            expected = float(self.e[inside].sum() * level * grid.past[at])
            low, high = interval(observed, expected, float(grid.unrest[at]))
            values = {a: int(self.kept[a][self.rows[a][grid.first[at]]]) for a in grid.attributes}
            told.append(Driver(values, observed, expected, low, high, float(self.lines[inside].sum()), score))
        return told
