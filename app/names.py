"""What codes are called in the reader's language: causes from ref_causes, the rest from app/text."""

from __future__ import annotations

import polars as pl

from app import db, formats
from app.formats import UNKNOWN
from app.i18n import known, language, t


def cause(code: str | None) -> str:
    """The title of a root cause; its code when the table does not know it (yet)."""
    if code is None:
        return UNKNOWN
    return causes().get(code, code)


def causes() -> dict[str, str]:
    """All cause titles by code."""
    frame = db.query("ref_causes")
    return dict(zip(frame["cause"].to_list(), frame[f"title_{language()}"].to_list(), strict=True))


def code(group: str, value: str | None) -> str:
    """The text of a fixed code (family, party, evidence, …); the code itself when there is none."""
    if value is None:
        return UNKNOWN
    key = f"{group}.{value}"
    return t(key) if known(key) else value


def country(value: str | None) -> str:
    """A country's name from its two letters."""
    if value is None:
        return UNKNOWN
    return formats.country(value, language())


def of(dimension: str, value: str | None) -> str:
    """What a value of a filter's dimension is called."""
    if dimension == "cause":
        return cause(value)
    if dimension == "country":
        return country(value)
    if dimension in ("family", "party", "channel"):
        return code(dimension, value)
    return UNKNOWN if value is None else value


def column(frame: pl.DataFrame, name: str, group: str) -> pl.Expr:
    """A column of codes as the reader calls them; `group` is a filter's dimension or a group of texts.

    The names are looked up here and not while polars computes: its threads know no reader, so no language.
    """
    codes = frame[name].drop_nulls().unique().to_list()
    said = {
        value: of(group, value) if group in ("cause", "country") else code(group, value) for value in codes
    }
    return pl.col(name).replace(said)
