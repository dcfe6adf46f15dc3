"""Which cause a word of the shop may mean: that of the known tag, code or phrase that is most like it."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.phrases import normaliser

#: less alike than this is not worth a manager's look
LEAST = 0.66
_LOOKED_AT = 60
#: in more known texts than this, a word ('produit', 'client') says little; what only such words share is less alike
_COMMON = 45
_ONLY_COMMON = 0.75
#: a word that a known one is this much like is that word, misspelt
_MISSPELT = 0.84


@dataclass(frozen=True)
class Suggestion:
    """A cause (or 'ignore'), the known text that speaks for it, and how alike the two are: from 0 to 1."""

    cause: str
    like: str
    score: float


def suggest(values: Sequence[str], known: Mapping[str, str]) -> list[Suggestion | None]:
    """For each value the best suggestion, or None; `known` is the cause of each known text."""
    with normaliser() as normal:
        texts = normal.texts([value.replace("_", " ") for value in values])
        plain = normal.texts([text.replace("_", " ") for text in known])
    causes = dict(zip(plain, known.values(), strict=True))
    causes.pop("", None)
    by_word: dict[str, set[str]] = defaultdict(set)
    for text in causes:
        for word in text.split():
            by_word[word].add(text)
    return [_best(text, causes, by_word) if text else None for text in texts]


def _best(text: str, causes: Mapping[str, str], by_word: Mapping[str, set[str]]) -> Suggestion | None:
    words = [_spelt(word, by_word) for word in text.split()]
    found = {other for word in words for other in by_word.get(word, ())}
    near = sorted(found, key=lambda other: (-_shared(words, other), len(other), other))[:_LOOKED_AT]
    telling = {word for word in words if len(by_word.get(word, ())) <= _COMMON}
    scored = [
        (
            _alike(joined, other) * (1 if joined == other or telling & set(other.split()) else _ONLY_COMMON),
            other,
        )
        for joined in [" ".join(words)]
        for other in near
    ]
    score, like = max(scored, key=lambda each: (each[0], -len(each[1]), each[1]), default=(0.0, ""))
    return Suggestion(causes[like], like, round(score, 2)) if score >= LEAST else None


def _alike(text: str, other: str) -> float:
    """How alike two texts are; a known phrase that stands whole in the text speaks for itself."""
    if f" {other} " in f" {text} " and len(other) > 3:
        return max(0.75, _ratio(text, other))
    return max(_ratio(text, other), _ratio(_sorted(text), _sorted(other)))


def _ratio(text: str, other: str) -> float:
    return difflib.SequenceMatcher(None, text, other, autojunk=False).ratio()


def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))


def _shared(words: Iterable[str], other: str) -> float:
    theirs = set(other.split())
    return len(theirs & set(words)) / len(theirs)


def _spelt(word: str, by_word: Mapping[str, set[str]]) -> str:
    """The word, or the known one that it cuts short ('prépa') or misspells."""
    if word in by_word or len(word) < 4:
        return word
    longer = [other for other in by_word if other.startswith(word)]
    if longer:
        return max(longer, key=lambda other: (len(by_word[other]), other))
    return next(iter(difflib.get_close_matches(word, by_word, n=1, cutoff=_MISSPELT)), word)
