"""What the product tells a user: a code with parameters, said in French or English by `pipelines/text/<lang>.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "text"
LANGUAGES = ("fr", "en")

# French groups thousands with a narrow no-break space, so that a number never breaks over two lines.
_THOUSANDS = {"fr": "\u202f", "en": ","}


@dataclass(frozen=True)
class Message:
    """A thing to say, in no language yet; the parameters are the values seen (a name, a count)."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


def sentence(message: Message, lang: str) -> str:
    """The message as a sentence in that language; an unknown code or a missing parameter raises KeyError."""
    texts = _texts(lang)
    if message.code not in texts:
        raise KeyError(f"no {lang} text for the code {message.code!r}")
    return texts[message.code].format_map(
        {name: _said(value, lang) for name, value in message.params.items()}
    )


def _said(value: str | int, lang: str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}".replace(",", _THOUSANDS[lang])


@cache
def _texts(lang: str) -> dict[str, str]:
    """Text by code; codes are unique over the sections of the file, which are there for its readers."""
    with (TEXTS / f"{lang}.toml").open("rb") as file:
        sections = tomllib.load(file)
    texts: dict[str, str] = {}
    for name, section in sections.items():
        for code, text in section.items():
            if code in texts:
                raise ValueError(f"{lang}.toml says {code!r} twice, the second time in [{name}]")
            texts[code] = text
    return texts
