"""What all tests share: which of them need a browser, and what happens where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def _is_required() -> bool:
    """CI sets it: a browser test that does not run is then a failure, not a skip."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def _chromium() -> Path | None:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to drive; a test that asks for it is marked `browser`, and skipped where there is none."""
    path = _chromium()
    if path is None:
        pytest.skip(f"no Chromium here (looked for {', '.join(_NAMES)})")
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and _chromium() is None:
        pytest.skip(f"no Chromium here (looked for {', '.join(_NAMES)})")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.get_closest_marker("browser") and _is_required():
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_BROWSER is set, but this was skipped: {report.longrepr}"
    return report
