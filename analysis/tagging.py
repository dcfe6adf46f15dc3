"""What untagged tickets may be about, learnt from tagged ones: frames in, frames out, nothing fetched.

Words and pieces of words (so French, English and typing errors alike) weigh for or against each cause. How sure a
suggestion has to be is not guessed: the oldest tickets teach, later ones set the lowest sureness at which the wished
precision is reached, and the latest, which had no say in either, tell how often the suggestions are then right. When
it is not sure enough it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
import polars as pl

WISHED = 0.9  # of the suggestions made, so many are to be right
LEAST_SURE = 0.5  # less likely than not is never said, however often it was right
FEWEST = 200  # tickets below which nothing is learnt
LEAST_OF_A_CAUSE = 8
NONE = ""  # what is no incident is learnt like a cause, and never suggested
MOST = 60_000  # the latest tickets; older ones teach little more and cost time
#: parts of the tickets in order of time: to teach, to set the sureness, to tell how often it is right
PARTS = (0.6, 0.8)


@dataclass(frozen=True)
class Quality:
    """How good suggestions are, on tickets that taught nothing; `threshold` None: not good enough to suggest any."""

    taught_count: int
    cause_count: int
    held_back_count: int
    suggested_count: int
    right_count: int
    threshold: float | None

    @property
    def precision(self) -> float | None:
        """Right of suggested."""
        return self.right_count / self.suggested_count if self.suggested_count else None

    @property
    def lowest_precision(self) -> float | None:
        """The lower end of its 95% interval (Wilson)."""
        return lower_end(self.right_count, self.suggested_count) if self.suggested_count else None

    @property
    def coverage(self) -> float | None:
        """Suggested of held back."""
        return self.suggested_count / self.held_back_count if self.held_back_count else None

    def figures(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


def lower_end(part: int, n: int) -> float:
    """The lower end of Wilson's 95% interval of a share."""
    z2 = 3.8416
    share = part / n
    return (share + z2 / (2 * n) - 1.96 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)


def plain(subject: str) -> str:
    """A subject without what tells nothing of a cause: answers' marks, numbers of orders and parcels."""
    text = re.sub(r"^\s*((re|tr|fw|fwd|rép)\s*:\s*)+", "", subject.lower())
    return re.sub(r"\S*\d\S*", " ", text)


def learn(texts: Sequence[str], causes: Sequence[str]) -> Any:
    """A model that gives each text a probability for each cause; the same texts make the same model."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline, make_union

    weighed = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", max_features=60_000),
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(3, 5),
            sublinear_tf=True,
            strip_accents="unicode",
            max_features=60_000,
        ),
    )
    model = make_pipeline(weighed, SGDClassifier(loss="log_loss", alpha=1e-5, random_state=7, max_iter=200))
    return model.fit([plain(text) for text in texts], list(causes))


def best(model: Any, texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """The likeliest cause of each text, and how likely it is."""
    if not texts:
        return [], np.array([])
    shares = model.predict_proba([plain(text) for text in texts])
    at = shares.argmax(axis=1)
    return [str(cause) for cause in model.classes_[at]], shares[np.arange(len(at)), at]


def threshold(sure: np.ndarray, is_right: np.ndarray, wished: float) -> float | None:
    """The lowest sureness from which on suggestions are right often enough, by the lower end of their interval."""
    order = np.argsort(-sure, kind="stable")
    right = is_right[order].cumsum()
    found = None
    for n in range(20, len(order) + 1):
        is_last_of_equals = n == len(order) or sure[order[n]] < sure[order[n - 1]]
        if is_last_of_equals and lower_end(int(right[n - 1]), n) >= wished:
            found = max(float(sure[order[n - 1]]), LEAST_SURE)
    return found


def suggest(
    tagged: pl.DataFrame,
    untagged: pl.DataFrame,
    wished: float = WISHED,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[pl.DataFrame, Quality]:
    """One row an untagged ticket that a cause can be suggested for: its columns, suggested_cause, sureness.

    `tagged` has subject, cause (null: no incident), created_at; `untagged` has subject. Both may have more columns.
    """
    known = (
        tagged.sort("created_at", maintain_order=True)
        .tail(MOST)
        .with_columns(pl.col("cause").fill_null(NONE))
    )
    often = known.group_by("cause").len().filter(pl.col("len") >= LEAST_OF_A_CAUSE)["cause"].to_list()
    known = known.filter(pl.col("cause").is_in(often))
    n = known.height
    nothing = untagged.head(0).with_columns(
        suggested_cause=pl.lit(None, pl.String), sureness=pl.lit(None, pl.Float64)
    )
    if n < FEWEST or len(often) < 2:
        return nothing, Quality(n, len(often), 0, 0, 0, None)
    first, second = int(n * PARTS[0]), int(n * PARTS[1])
    teach, tune, judge = known[:first], known[first:second], known[second:]
    if teach["cause"].n_unique() < 2:
        return nothing, Quality(n, len(often), 0, 0, 0, None)
    progress(0.1)
    model = learn(teach["subject"].to_list(), teach["cause"].to_list())
    progress(0.4)
    named, sure = best(model, tune["subject"].to_list())
    is_cause = np.array(named) != NONE
    least = threshold(sure[is_cause], (np.array(named) == tune["cause"].to_numpy())[is_cause], wished)
    named, sure = best(model, judge["subject"].to_list())
    is_said = (np.array(named) != NONE) & (sure >= (2.0 if least is None else least))
    is_right = (np.array(named) == judge["cause"].to_numpy()) & is_said
    quality = Quality(teach.height, len(often), judge.height, int(is_said.sum()), int(is_right.sum()), least)
    progress(0.6)
    if least is None or not untagged.height:
        return nothing, quality
    named, sure = best(model, untagged["subject"].to_list())
    progress(1.0)
    said = untagged.with_columns(
        suggested_cause=pl.Series(named, dtype=pl.String), sureness=pl.Series(sure, dtype=pl.Float64)
    )
    is_sure = (pl.col("sureness") >= least) & (pl.col("suggested_cause") != NONE)
    return said.filter(is_sure).sort("sureness", descending=True), quality
