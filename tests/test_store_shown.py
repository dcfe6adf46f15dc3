"""Which store is shown: the demo's until something real is loaded, never both."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import reader, store
from pipelines.load import load
from pipelines.store import Store

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample" / "gorgias_tickets_2023.csv"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """(the user's store, the demo's), the demo loaded."""
    own, demo = tmp_path / "store", tmp_path / "demo"
    monkeypatch.delenv("INCIDENTS_STORE", raising=False)
    monkeypatch.setattr(store, "DEFAULT", own)
    monkeypatch.setattr(reader, "DEMO", demo)
    load([SAMPLE], Store(demo))
    return own, demo


def test_the_demo_is_shown_until_something_real_is_loaded(places: tuple[Path, Path], tmp_path: Path) -> None:
    own, demo = places
    assert reader.shown_folder() == demo
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("alpha,beta\n1,2\n", encoding="utf-8")
    load([nonsense], Store(own))
    assert reader.shown_folder() == demo  # a file that was only refused is no data
    load([SAMPLE], Store(own))
    assert reader.shown_folder() == own


def test_a_named_store_is_shown_whatever_it_holds(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "mine"))
    assert reader.shown_folder() == tmp_path / "mine"
