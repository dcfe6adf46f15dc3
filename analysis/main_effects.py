"""What the past makes expect of each order: rates by main effects, each shrunk as far as its own noise asks for.

A table is a dict of arrays of one length, one entry an order line or a group of them: whole-number codes of each
attribute, `week` (any whole number that counts time), `incident` (how many) and, if lines are grouped, `exposure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = Mapping[str, NDArray[np.integer]]

ROUNDS = 6  # of fitting: the effects no longer move in the third digit
STRONGEST, WEAKEST = 1e4, 0.25  # bounds of a prior's strength, in expected incidents
TELLING = 5  # incidents of the past without which nothing is said of how values differ
RARE = 0.5  # incidents that a past without any is taken to have had: it was not impossible
DENSE = 4_000_000  # more cells than that are sorted instead of counted in an array


@dataclass(frozen=True)
class Effects:
    """Of the values of one attribute: their factors of the rate, and how sure those are."""

    factor: Floats
    variance: Floats  # squared relative error of each factor
    counted: Floats  # incidents of each value in the past
    strength: float  # of the prior, in expected incidents


def exposure(table: Codes) -> Floats:
    """How many lines each row stands for."""
    told = table.get("exposure")
    return np.ones(table["week"].size) if told is None else np.asarray(told, float)


def size(table: Codes, attribute: str) -> int:
    """How many codes an attribute has."""
    return int(table[attribute].max()) + 1


def nested(
    table: Codes, attributes: Sequence[str], unknown: Mapping[str, int] | None = None
) -> set[tuple[str, str]]:
    """Pairs of attributes of which the first settles the second in all rows: an article has one supplier.

    Rows in which the first has its code of `unknown` do not count: of an article not known nothing is settled.
    """
    found = set()
    for a in attributes:
        known = table[a] != (unknown or {}).get(a, -1)
        codes = table[a] if known.all() else table[a][known]
        values = _distinct(codes, size(table, a))
        # one that settles another has as many values at least
        for b in (b for b in attributes if size(table, b) <= size(table, a) + 1):
            other = table[b] if known.all() else table[b][known]
            keys = codes.astype(np.int64) * size(table, b) + other
            if a != b and values and _distinct(keys, size(table, a) * size(table, b)) == values:
                found.add((a, b))
    return found


def told_apart(
    table: Codes, attributes: Sequence[str], now: NDArray[np.bool_], fewest: int, unknown: Mapping[str, int]
) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """New codes, without gaps, of the values that have that many incidents now, and the old codes of these.

    All others share the last code: no cell of theirs can have as many. There are far fewer rows to group then.
    """
    codes, kept = {}, {}
    for a in attributes:
        counts = np.bincount(table[a][now], table["incident"][now], size(table, a))
        if a in unknown:
            counts[unknown[a]] = 0
        kept[a] = np.flatnonzero(counts >= fewest)
        number = np.full(counts.size, kept[a].size)
        number[kept[a]] = np.arange(kept[a].size)
        codes[a] = number[table[a]]
    return codes, kept


def grouped(codes: Mapping[str, Ints], rows: NDArray[np.bool_], **sums: Floats) -> dict[str, NDArray]:
    """The rows of the same codes together, their sums added up."""
    frame = pl.DataFrame({**{a: column[rows] for a, column in codes.items()}, **sums})
    together = frame.group_by(list(codes)).agg(pl.all().sum()).sort(list(codes))
    return {name: together[name].to_numpy() for name in together.columns}


def _distinct(keys: NDArray[np.integer], most: int) -> int:
    if most > DENSE:
        return int(np.unique(keys).size)
    seen = np.zeros(most, bool)
    seen[keys] = True
    return int(seen.sum())


def fit(
    table: Codes, attributes: Sequence[str], past: NDArray[np.bool_], unknown: Mapping[str, int] | None = None
) -> tuple[Floats, dict[str, Effects]]:
    """What the rows of the past make expect of every row, and the effects that it is the product of.

    A Poisson model with the logarithm of the exposure as offset and one gamma-distributed effect an attribute, coarse
    attributes before fine ones: (counted + strength) / (expected + strength), the prior's strength from the moments of
    the effects themselves (empirical Bayes; Clayton and Kaldor, Biometrics 1987, 43:671), cyclic until they settle
    (iterative proportional fitting; Deming and Stephan, Annals of Mathematical Statistics 1940, 11:427). A value that
    is not known has no effect: a line that never left has no carrier, and it is for that that it never left.
    """
    lines = exposure(table)
    counts = table["incident"].astype(float)
    y, codes = counts[past], {a: table[a][past] for a in attributes}
    total = max(y.sum(), RARE)
    rate = total / max(lines[past].sum(), 1e-9)
    factors = {a: np.ones(size(table, a)) for a in attributes}
    effects = {}
    mu = lines[past] * rate
    for _ in range(ROUNDS):
        for a in sorted(attributes, key=lambda a: size(table, a)):
            mu = mu / factors[a][codes[a]]
            counted = _sums(codes[a], y, factors[a].size)
            expected = _sums(codes[a], mu, factors[a].size)
            if a in (unknown or {}):
                counted[(unknown or {})[a]] = expected[(unknown or {})[a]] = 0.0
            variance = _excess_variance(counted, expected) if y.sum() >= TELLING else 0.0
            strength = 1 / np.clip(variance, 1 / STRONGEST, 1 / WEAKEST)
            factors[a] = (counted + strength) / (expected + strength)
            effects[a] = Effects(factors[a], 1 / (counted + strength), counted, float(strength))
            mu = mu * factors[a][codes[a]]
        scale = total / max(mu.sum(), 1e-9)
        mu, rate = mu * scale, rate * scale
    everywhere = lines * rate
    for a in attributes:
        everywhere = everywhere * factors[a][table[a]]
    return everywhere, effects


def _sums(codes: NDArray[np.integer], values: Floats, most: int) -> Floats:
    return np.bincount(codes, values, most).astype(np.float64, copy=False)


def _excess_variance(counted: Floats, expected: Floats) -> float:
    """Squared coefficient of variation of counted over expected beyond Poisson, by two-step weighted moments."""
    first = ((counted - expected) ** 2 - counted).sum() / max((expected**2).sum(), 1e-9)
    weight = expected / (1 + expected * max(first, 1 / STRONGEST))
    return float(
        (weight * ((counted - expected) ** 2 - counted)).sum() / max((weight * expected**2).sum(), 1e-9)
    )


def restlessness(
    codes: NDArray[np.integer],
    block: NDArray[np.integer],
    y: Floats,
    mu: Floats,
    effects: Effects,
    usual: float,
    trust: float,
) -> float:
    """How much the rate of a value moves from one block of time to the next: its squared coefficient of variation.

    By moments beyond Poisson over the cells of value and block, freed of what fitting took away, and drawn to the
    `usual` one as far as the data are few: `trust` is one over the squared error of that guess.
    """
    values, blocks = effects.factor.size, int(block.max()) + 1
    cell = codes.astype(np.int64) * blocks + block
    counted, expected = _sums(cell, y, values * blocks), _sums(cell, mu, values * blocks)
    fitted = 1 - effects.counted / (effects.counted + effects.strength) / max(blocks, 2)
    weight = 1 / (1 + 0.05 * expected)
    squares = (counted - expected) ** 2 / np.repeat(fitted, blocks) - counted
    known = (weight * expected**2).sum()
    told = (weight * squares).sum() / max(known, 1e-9)
    sure = known**2 / max(2 * (weight**2 * expected**2).sum(), 1e-9)
    return max(float((told * sure + usual * trust) / (sure + trust)), usual / 3)


def own_past(keys: Ints, cells: Ints, most: int, y: Floats, mu: Floats) -> tuple[Floats, Floats]:
    """The factor by which each cell's own past corrects the main effects, and its squared relative error.

    An interaction counts only as far as the past shows interactions beyond one standard error: else factors are 1.
    """
    if most <= DENSE:
        counted, expected = _sums(keys, y, most)[cells], _sums(keys, mu, most)[cells]
    else:
        order = np.argsort(cells)
        at = np.searchsorted(cells[order], keys).clip(0, cells.size - 1)
        same = cells[order][at] == keys
        counted, expected = np.zeros(cells.size), np.zeros(cells.size)
        counted[order] = np.bincount(at[same], y[same], cells.size)
        expected[order] = np.bincount(at[same], mu[same], cells.size)
    weight = 1 / (1 + 0.02 * expected)
    known = (weight * expected**2).sum()
    error = np.sqrt(2 * (weight**2 * expected**2).sum()) / max(known, 1e-9)
    variance = (weight * ((counted - expected) ** 2 - counted)).sum() / max(known, 1e-9) - error
    if variance <= 0.0005:
        return np.ones(cells.size), np.zeros(cells.size)
    return (counted + 1 / variance) / (expected + 1 / variance), 1 / (expected + 1 / variance)
