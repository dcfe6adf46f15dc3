"""Rises that are changes of the data: a label renamed or split, a list of labels replaced, a new tool, a late file.

Frames in, frames out. Weeks that were told differently cannot be compared, so nothing here says that nothing happened:
it says what the comparison lacks. Where a label ends in the week another begins at its level, or loses what the other
gains while both together stay as they were, the label changed. The rest is a question of what remains: once what is
new in the data is allowed for, is the count still above what was expected? A known change is a step of the level from a
known week on (intervention analysis: Box & Tiao 1975, Journal of the American Statistical Association 70:70), and what
remains is judged by the interval of rising.py.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.baselines import Floats
from analysis.chances import beta_ppf, poisson_cdf
from analysis.rising import Weeks, interval, onset_of

BEFORE = 8  # weeks that tell the level of a label before and after a change
FEWEST = 3  # records of a label before anything is said of it
SEVERAL = (
    5  # labels that are new in the same week are a new list, whatever they replace; an incident brings fewer
)
LIST = 0.1  # if they hold at least so much of what their tool tells: new rare labels come every week
OWN_WEEKS = 4  # weeks that a new label, tool or file needs to have a level of its own
ENDED = 0.05  # an ended label has at most this share of its level left
ALIKE = (0.4, 2.5)  # new over old level of a renamed label
HALF_YEAR = 26  # weeks
CHANCE = 0.05  # that any label of a tool began or ended by chance alone, of all its labels
NEAR = 3  # weeks between a change and the beginning of a rise that it may explain
KEPT = 0.15  # by how much a label and what was split off it may differ together from what it was

SWITCHES: dict[str, pl.DataType | type[pl.DataType]] = {
    "label": pl.String,
    "since_date": pl.Date,
    "old_labels": pl.List(pl.String),
    "ratio": pl.Float64,
}


def same_label(label: str) -> str:
    """What a label is compared by: capitals, accents, blanks and punctuation make no other label of it."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    return "".join(sign for sign in plain if sign.isalnum()) or label


def switches(counts: pl.DataFrame, last_week: date) -> pl.DataFrame:
    """Labels of one tool that took over from others: label, since_date (a Monday), old_labels, ratio of the levels.

    `counts`: label, week_start_date, record_count, all labels of that tool; weeks without a row had none. Without
    old_labels (and ratio NULL) it is one of SEVERAL labels or more that are new in the same week. A label that is new
    while all others go on as before is not in it: that may be an incident.
    """
    counts = counts.filter(pl.col("week_start_date") <= last_week)
    if counts.is_empty():
        return pl.DataFrame(schema=SWITCHES)
    labels, y, weeks = _table(counts, last_week)
    begins = {at: week for at in range(len(labels)) if (week := _begins(y, at)) is not None}
    found: list[tuple[str, date, list[str], float | None]] = []
    for at, week in begins.items():
        if y[at, week:].sum() < FEWEST:
            continue
        others = [other for other, begin in begins.items() if abs(begin - week) <= 1]
        took = _took_over(y, at, others, week)
        if took is not None:
            found.append((labels[at], weeks[week], [labels[old] for old in took[0]], took[1]))
        elif len(others) >= SEVERAL and y[others, week:].sum() >= LIST * y[:, week:].sum():
            found.append((labels[at], weeks[week], [], None))
    return pl.DataFrame(found, schema=SWITCHES, orient="row").sort("since_date", "label")


def _table(counts: pl.DataFrame, last_week: date) -> tuple[list[str], Floats, list[date]]:
    """The labels, their records by week (labels, weeks), and the Mondays."""
    begin = counts["week_start_date"].min()
    assert isinstance(begin, date)
    weeks = [begin + timedelta(weeks=n) for n in range((last_week - begin).days // 7 + 1)]
    labels = sorted(counts["label"].unique())
    row = {label: at for at, label in enumerate(labels)}
    y = np.zeros((len(labels), len(weeks)))
    for label, week, n in counts.select("label", "week_start_date", "record_count").iter_rows():
        y[row[label], (week - begin).days // 7] += n
    return labels, y, weeks


def _begins(y: Floats, at: int) -> int | None:
    """The week in which a label came into use while its tool was in use already; None for all others."""
    own = y[at]
    first = int(np.argmax(own > 0))
    begin = first + int(np.argmax(own[first:] >= 0.2 * own[first:].mean()))
    was_in_use = (y[:, max(begin - BEFORE, 0) : begin].sum(0) > 0).sum() >= OWN_WEEKS
    is_new = own[:begin].sum() <= ENDED * own.sum() and own[begin:].sum() > 1
    # a rare label may have been absent by chance
    absent = np.exp(-own[begin:].mean() * min(begin, HALF_YEAR))
    return begin if was_in_use and is_new and absent < CHANCE / len(y) else None


def _after(y: Floats, week: int) -> Floats:
    """Weekly level of each label after a change in `week`, which is of both and counts only when it is the last."""
    end = y.shape[1]
    begin = min(week + 1, end - 1)
    return np.asarray(y[:, begin : min(begin + BEFORE, end)].mean(1))


def _took_over(y: Floats, at: int, beside: list[int], week: int) -> tuple[list[int], float] | None:
    """The labels that a new one took over from, and its level over theirs; labels that are new beside it share them."""
    before = y[:, max(week - BEFORE, 0) : week].mean(1)
    after = _after(y, week)
    is_last = week == y.shape[1] - 1
    length = 1 if is_last else min(y.shape[1] - week - 1, BEFORE)
    expected = before * length
    # of a week that the change cut in two, less than half is left
    left = (0.5 if is_last else ENDED) * before
    is_ended = (
        (before * BEFORE >= 5)
        & (after <= left)
        & (poisson_cdf(after * length, expected) < CHANCE / len(y))
        & (y[:, max(week - 2, 0) : week + 1].sum(1) > 0)
    )
    ended = sorted(np.flatnonzero(is_ended).tolist(), key=lambda old: -before[old])
    for new, old in (
        (beside, ended),
        *(([at], [each]) for each in ended),
        *((beside, [each]) for each in ended),
    ):
        if old and ALIKE[0] <= (ratio := float(after[new].sum() / before[old].sum())) <= ALIKE[1]:
            return old[:3], ratio
    return _split_off(y, beside, week, after)


def _split_off(y: Floats, beside: list[int], week: int, after: Floats) -> tuple[list[int], float] | None:
    """The label that goes on with less since the new ones are there, by as much as they hold."""
    before = y[:, max(week - OWN_WEEKS, 0) : week].mean(1)
    gained = float(after[beside].sum())
    noise = np.maximum(y[:, max(week - BEFORE, 0) : week].std(1), np.sqrt(np.maximum(before, 1e-9)))
    lost = before - after
    is_parent = (
        (lost >= 3 * noise)
        & (lost >= 0.1 * before)
        & (gained >= 0.5 * lost)
        & (np.abs(before - after - gained) <= KEPT * before)
    )
    is_parent[beside] = False
    if not is_parent.any():
        return None
    parent = int(np.argmax(np.where(is_parent, lost, -1)))
    return [parent], float((after[parent] + gained) / before[parent])


@dataclass(frozen=True)
class Rest:
    """What is left of a rise once a change of the data is allowed for."""

    expected: float  # of the last three weeks
    is_rising: bool


def remaining(rise: Weeks, part: NDArray[np.int64], since: int, comparable: float | None = None) -> Rest:
    """Whether a rise stands when `part` of its counts, new in the data from the judged week `since` on, is allowed for.

    What is new fills first what the rest of its week lacks: a tool that replaces another adds nothing. With OWN_WEEKS
    weeks before the last three, it has a level of its own and the last weeks are held against that; with fewer, all
    that it adds is taken to be its level, or at most `comparable` where more is known (what the old label had there).
    A rise that began weeks before or after the change is none of it.
    `since` is negative when the change is older than the judged weeks.
    """
    recent, own = slice(-3, None), slice(max(since + 1, 0), -3)
    observed = float(rise.counts[recent].sum())
    if abs(onset_of(rise.counts, rise.expected) - max(since, 0)) > NEAR:
        return Rest(float(rise.expected[recent].sum()), True)
    if rise.counts[own].size >= OWN_WEEKS:
        return _against_own(
            rise.counts[own], rise.exposure[own], observed, float(rise.exposure[recent].sum())
        )
    missing = np.maximum(rise.expected[recent] - (rise.counts[recent] - part[recent]), 0.0)
    added = float(np.maximum(part[recent] - missing, 0.0).sum())
    if comparable is not None:
        added = min(added, comparable)
    expected = float(rise.expected[recent].sum()) + added
    low, _ = interval(np.array([observed]), np.array([expected]), np.array([rise.dispersion]))
    return Rest(expected, bool(low[0] > 1))


def _against_own(counts: NDArray[np.int64], exposure: Floats, observed: float, recent: float) -> Rest:
    """The last weeks against those since the change: 95 % interval of the ratio of two rates, widened by dispersion.

    Given both counts, the later one is binomial (Przyborowski & Wilenski 1940, Biometrika 31:313).
    """
    total, seen = float(counts.sum()), float(exposure.sum())
    rate = total / max(seen, 1e-9)
    mean = np.maximum(rate * exposure, 1e-9)
    dispersion = max(float((np.square(counts - mean) / mean).sum()) / (counts.size - 1), 1.0)
    share = beta_ppf(0.025, max(observed / dispersion, 1e-9), total / dispersion + 1)
    low = share / (1 - share) * seen / max(recent, 1e-9)
    return Rest(rate * recent, low > 1)
