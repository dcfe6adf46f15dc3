"""Cells of a table: how their rows are numbered, and how surprising what was observed in them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from analysis.main_effects import DENSE, Codes, Floats, Ints


def surprise(observed: Floats, expected: Floats, unrest: Floats) -> Floats:
    """Log likelihood ratio of a negative binomial: rate as observed against as expected; 0 where it did not rise."""
    expected = np.maximum(expected, 1e-3)
    shape = 1 / unrest
    ratio = np.log(np.maximum(observed, 1e-9) / expected)
    told = observed * ratio - (observed + shape) * np.log((observed + shape) / (expected + shape))
    return np.where(observed > expected, told, 0.0)


def interval(observed: float, expected: float, unrest: float) -> tuple[float, float]:
    """95 % of observed over expected: the exact Poisson interval (Garwood, Biometrika 1936, 28:437), widened by the
    unrest of the rate."""
    spread = 1 + unrest * expected
    cases = observed / spread
    low = stats.chi2.ppf(0.025, 2 * cases) / 2 if cases > 0 else 0.0
    scale = spread / max(expected, 1e-9)
    return float(low * scale), float(stats.chi2.ppf(0.975, 2 * cases + 2) / 2 * scale)


def keys_of(rows: Codes, attributes: Sequence[str], sizes: Mapping[str, int]) -> tuple[Ints, int]:
    """One number for the values of each row, and how many such numbers there may be."""
    keys, most = rows[attributes[0]].astype(np.int64), sizes[attributes[0]]
    for a in attributes[1:]:
        keys, most = keys * sizes[a] + rows[a], most * sizes[a]
    return keys, most


def cells_of(keys: Ints, most: int) -> tuple[Ints, Ints]:
    """Cells numbered without gaps: the number of each row, and a row of each cell."""
    if most > DENSE // 2:
        _, first, cell = np.unique(keys, return_index=True, return_inverse=True)
        return cell, first
    at = np.full(most, -1, np.int64)
    at[keys[::-1]] = np.arange(keys.size - 1, -1, -1)
    used = np.flatnonzero(at >= 0)
    number = np.zeros(most, np.int64)
    number[used] = np.arange(used.size)
    return number[keys], at[used]
