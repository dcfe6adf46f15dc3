"""A load may be killed at any moment; the full measurement is bench/kill_bench.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not to be had on Windows")
def test_killed_loads_leave_the_last_good_state_and_the_next_load_completes_them() -> None:
    done = subprocess.run(
        [sys.executable, "bench/kill_bench.py", "--kills", "8", "--rows", "2000", "--seed", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert seen["kills"] >= 3
    assert seen["equal_to_an_undisturbed_run"]
