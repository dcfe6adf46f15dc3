"""How the demo's times, amounts and people are spelt in files; and the stretches of time that exports cover."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from numpy.typing import NDArray

from pipelines.demo.shop import FIRST_NAMES, LAST_NAMES

ZONE = "America/Toronto"


def utc(local: pl.Expr) -> pl.Expr:
    """The shop's time as UTC. An hour that spring skips is read as the hour after it."""
    spelt = {"ambiguous": "earliest", "non_existent": "null"}
    here = local.dt.replace_time_zone(ZONE, **spelt)  # type: ignore[arg-type]
    later = (local + pl.duration(hours=1)).dt.replace_time_zone(ZONE, **spelt)  # type: ignore[arg-type]
    return pl.coalesce(here, later).dt.convert_time_zone("UTC")


def with_offset(local: pl.Expr) -> pl.Expr:
    """'2025-12-06 10:37:33 -0500', the offset changing with daylight saving."""
    return utc(local).dt.convert_time_zone(ZONE).dt.strftime("%Y-%m-%d %H:%M:%S %z")


def zulu(local: pl.Expr) -> pl.Expr:
    """'2025-12-06T15:37:33Z'."""
    return utc(local).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def dollars(cents: pl.Expr) -> pl.Expr:
    """1234 -> '12.34'."""
    return (cents // 100).cast(pl.String) + "." + (cents % 100).cast(pl.String).str.zfill(2)


def euros(cents: pl.Expr) -> pl.Expr:
    """1234 -> '12,34'."""
    return dollars(cents).str.replace(".", ",", literal=True)


def seen_by(at: pl.Expr, as_of: datetime) -> pl.Expr:
    """A moment, or null while it has not come at the time of an export."""
    return pl.when(at < as_of).then(at)


def windows(until: date, days: int, parts: int, overlap: int) -> list[tuple[datetime, datetime]]:
    """What each of several exports covers, oldest first; each begins some days before the one before it ended."""
    length = days // parts
    end = datetime.combine(until, datetime.min.time())
    begins = [end - timedelta(days=length * part) for part in range(parts, 0, -1)]
    return [
        (begin - timedelta(days=overlap if number else 0), begin + timedelta(days=length))
        for number, begin in enumerate(begins)
    ]


def full_name(customer: int) -> str:
    """An invented person, the same each time."""
    return f"{FIRST_NAMES[customer % len(FIRST_NAMES)]} {LAST_NAMES[customer // 7 % len(LAST_NAMES)]}"


def email(customer: int) -> str:
    """That person's address, at a domain that can never exist."""
    plain = unicodedata.normalize("NFKD", full_name(customer)).encode("ascii", "ignore").decode().lower()
    return f"{plain.replace(' ', '.')}{customer}@example.com"


def people(customers: pl.Series) -> pl.DataFrame:
    """One row a customer that occurs: customer, full_name, email."""
    found = customers.unique().sort()
    return pl.DataFrame(
        {
            "customer": found,
            "full_name": [full_name(customer) for customer in found],
            "email": [email(customer) for customer in found],
        }
    )


def texts(values: NDArray) -> pl.Series:
    """Python's texts as a column."""
    return pl.Series(values, dtype=pl.String)


def write_csv(frame: pl.DataFrame, path: Path, *, separator: str = ",", line_end: str = "\n") -> Path:
    """A delimited file in UTF-8 without a byte order mark; null and empty text are empty cells."""
    cells = frame.with_columns(pl.col(pl.String).replace("", None))
    cells.write_csv(path, separator=separator, line_terminator=line_end)
    return path
