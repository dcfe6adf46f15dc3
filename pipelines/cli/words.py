"""What the command line says, in the language of the machine or the one asked for."""

from __future__ import annotations

import locale
import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "en")


def machine_language() -> str:
    """'fr' where the machine speaks French, else 'en'."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "fr" if (locale.getlocale()[0] or "").lower().startswith("fr") else "en"


@cache
def _texts(lang: str) -> dict[str, str]:
    texts: dict[str, str] = tomllib.loads(
        Path(__file__).with_name(f"{lang}.toml").read_text(encoding="utf-8")
    )
    return texts


@dataclass(frozen=True)
class Words:
    """The texts of one language."""

    lang: str

    def say(self, key: str, **values: object) -> str:
        """The text, its numbers grouped as the language groups them."""
        return _texts(self.lang)[key].format(**{name: self._shown(value) for name, value in values.items()})

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", "\u202f" if self.lang == "fr" else ",")

    def _shown(self, value: object) -> str:
        return self.number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
