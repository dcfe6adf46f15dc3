"""Loads files into a store as a user does: what tests of the way from a sample to its incidents look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.load import FileResult, load
from pipelines.store import Store


def loaded(files: Sequence[Path], folder: Path) -> tuple[Store, list[FileResult]]:
    """A store in `folder` with these files, and what became of them."""
    store = Store(folder / "store")
    return store, load(files, store)


def verdicts(files: Sequence[Path], folder: Path) -> dict[str | None, tuple[str, str, str]]:
    """Cause, party and evidence of the incident of each order; those without an order are under None, one of them."""
    store, _ = loaded(files, folder)
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        rows = con.execute("select order_ref, cause, party, evidence from incidents").fetchall()
    return {order: (cause, party, evidence) for order, cause, party, evidence in rows}
