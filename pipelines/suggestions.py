"""Causes suggested for tickets that nobody tagged: worked out when asked for, kept, accepted or rejected in bulk.

They are kept beside the store (`suggested_causes.parquet`, `.json`), never worked out while a page is drawn. What is
accepted is a person's decision like any other, and can be taken back; what is rejected is noted, and not shown again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.tagging import Quality, suggest
from pipelines import decisions, notebook
from pipelines.decisions import Decision
from pipelines.notebook import Entry, Write
from pipelines.reader import Reader
from pipelines.store import Store

TOPIC = "suggestion"


def _files(store: Store) -> tuple[Path, Path]:
    return store.folder / "suggested_causes.parquet", store.folder / "suggested_causes.json"


def work_out(store: Store, progress: Callable[[float], None] = lambda _: None) -> Quality:
    """Learns from the tagged tickets of the store and keeps what it suggests for the others."""
    reader = Reader(store)
    found, quality = suggest(
        reader.query("tickets_to_learn_from"), reader.query("tickets_without_cause"), progress=progress
    )
    frame_file, quality_file = _files(store)
    kept = found.select("incident_key", "suggested_cause", "sureness")
    for path, write in (
        (frame_file, kept.write_parquet),
        (quality_file, lambda to: to.write_text(json.dumps(quality.figures()), encoding="utf-8")),
    ):
        half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")  # two may search at once
        write(half)
        os.replace(half, path)
    return quality


def quality(store: Store) -> Quality | None:
    """How good the suggestions kept are; None when none were worked out."""
    path = _files(store)[1]
    return Quality(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def waiting(store: Store, causeless: pl.DataFrame) -> pl.DataFrame:
    """The suggestions that nobody rejected, for what has no cause still (rows of tickets_without_cause)."""
    path = _files(store)[0]
    if not path.exists():
        return causeless.head(0).with_columns(
            suggested_cause=pl.lit(None, pl.String), sureness=pl.lit(None, pl.Float64)
        )
    rejected = [entry.item for entry in notebook.current(store, TOPIC).values() if entry.after is not None]
    made = pl.read_parquet(path).filter(~pl.col("incident_key").is_in(rejected))
    return causeless.join(made, on="incident_key").sort("sureness", "incident_key", descending=[True, False])


def accept(
    store: Store, rows: Sequence[Mapping[str, Any]], parties: Mapping[str, str], note: str, who: str
) -> list[Entry]:
    """Makes each suggestion (a row of `waiting`) a decision; `parties` says who each cause falls on by our rules."""
    there = notebook.current(store, decisions.TOPIC)
    made = []
    for row in rows:
        party = parties.get(row["suggested_cause"], "unknown")
        decision = Decision(
            row["suggested_cause"],
            row["fulfiller_party"] if party == "fulfiller" else party,
            note,
            tuple(row["signal_keys"]),
            row["cause"],
            row["party"],
        )
        before = there.get(row["incident_key"])
        made.append((row["incident_key"], decision, before.version if before else 0))
    return decisions.decide_all(store, made, who)


def reject(store: Store, rows: Sequence[Mapping[str, Any]], who: str) -> list[Entry]:
    """Notes that each suggestion is wrong: it is not shown again."""
    there = notebook.current(store, TOPIC)
    writes = [
        Write(
            row["incident_key"],
            {"rejected": row["suggested_cause"]},
            there[row["incident_key"]].version if row["incident_key"] in there else 0,
        )
        for row in rows
    ]
    return notebook.write(store, TOPIC, writes, who)
