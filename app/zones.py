"""Times of the store (UTC) on the shop's clock."""

from __future__ import annotations

import polars as pl

from app import db


def local(*names: str) -> list[pl.Expr]:
    """The same columns as the shop's clock shows them."""
    settings = db.query("settings")
    return in_zone(str(settings["zone"][0] or "UTC") if settings.height else "UTC", *names)


def in_zone(zone: str, *names: str) -> list[pl.Expr]:
    """The same columns as clocks of this zone show them."""
    return [
        pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
        for name in names
    ]
