"""A store built by an older version of the program is brought up to date before a page reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines.load import load
from pipelines.reader import Reader
from pipelines.store import Store

ROOT = Path(__file__).resolve().parent.parent


def test_a_store_built_by_older_rules_is_built_again_when_the_pages_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    load([ROOT / "data" / "sample" / "gorgias_tickets.csv"], store)
    with store.writing() as con:
        con.execute("drop view order_coverage")
        con.execute("update build_state set build_version = 'older'")
        con.execute("update published set build_version = 'older'")
    old = store.publish()
    monkeypatch.setenv("INCIDENTS_STORE", str(store.folder))
    page = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120).run()
    assert not page.exception
    new = store.snapshot()
    assert new is not None
    assert new != old
    assert "order_coverage" in Reader(store).views()
