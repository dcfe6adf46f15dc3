"""French and English: the texts of app/text, common ones and a file a page, and Markdown made harmless.

`t("key", n=3)` gives the text in the reader's language. Numbers among the parameters are written as that language
writes them; a text with `one` and `other` is chosen by `n`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, cast

import streamlit as st

from app import formats

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
TEXTS = Path(__file__).parent / "text"


class UnknownTextError(KeyError):
    """A key that app/text does not have: a mistake in the code, found by the tests."""


@cache
def texts(lang: Lang) -> dict[str, str | dict[str, str]]:
    """Every text of one language by its dotted key; a text with plural forms is a dict of them."""
    found: dict[str, str | dict[str, str]] = {}

    def walk(node: dict[str, object], prefix: str) -> None:
        for name, value in node.items():
            if isinstance(value, str):
                found[prefix + name] = value
            elif isinstance(value, dict) and set(value) == {"one", "other"}:
                found[prefix + name] = {form: str(text) for form, text in value.items()}
            elif isinstance(value, dict):
                walk(value, f"{prefix}{name}.")

    for path in (TEXTS / f"{lang}.toml", *sorted((TEXTS / lang).glob("*.toml"))):
        walk(tomllib.loads(path.read_text(encoding="utf-8")), "")
    return found


_spoken: ContextVar[Lang | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(lang: Lang) -> Iterator[None]:
    """In this block `t` speaks one language: for what is written where no page is drawn, so that no URL says which."""
    before = _spoken.set(lang)
    try:
        yield
    finally:
        _spoken.reset(before)


def language() -> Lang:
    """The language of the page being drawn: the URL's, French when it says nothing."""
    if (spoken := _spoken.get()) is not None:
        return spoken
    asked = st.query_params.get("lang", st.session_state.get("lang", "fr"))
    return cast("Lang", asked) if asked in LANGS else "fr"


def say(lang: Lang, key: str, /, **params: str | float) -> str:
    """The text of `key` in one language."""
    entry = texts(lang).get(key)
    if entry is None:
        raise UnknownTextError(key)
    if isinstance(entry, dict):
        entry = entry[formats.plural(params.get("n", 0), lang)]
    written = {k: v if isinstance(v, str) else formats.number(v, lang) for k, v in params.items()}
    return entry.format(**written) if written else entry


def t(key: str, /, **params: str | float) -> str:
    """The text of `key` in the reader's language."""
    return say(language(), key, **params)


def known(key: str) -> bool:
    """Whether there is a text for a key that is made from data, such as a KPI's title."""
    return key in texts("fr")


_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")  # every white space but those that French holds its signs with
_LOOSE = re.compile(r"(?<=\S) (?=[:;?!%‰»])|(?<=«) ")


def typeset(text: str, lang: Lang) -> str:
    """A sentence written elsewhere with the narrow no-break spaces that French puts before : ; ? ! % and inside « »."""
    return _LOOSE.sub(formats.NARROW, text) if lang == "fr" else text


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=@/])")


def md(text: str | None) -> str:
    """Text from data for a place that reads Markdown: shown letter by letter, on one line, nothing in it works."""
    flat = _BREAKS.sub(" ", text or "").strip(" ")
    return _MARKDOWN.sub(r"\\\1", flat)
