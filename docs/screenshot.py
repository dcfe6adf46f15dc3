"""Makes the README's picture again: the demo shop's weekly review, as a browser of 1440 pixels shows it.

    .venv/bin/python docs/screenshot.py [language [page]]

Needs Chromium. The demo is built in a folder of its own, and removed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = 8599
SECONDS = 60


def main(lang: str = "en", page: str = "") -> None:
    """Writes docs/<page>.png; the page without a name is the first one."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "INCIDENTS_STORE": folder, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-m", "pipelines", "demo"], check=True, env=environment)
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", f"--server.port={PORT}"]
        with subprocess.Popen([*command, "--server.headless=true"], cwd=ROOT, env=environment) as server:
            try:
                wait_until_up()
                draw(
                    f"http://127.0.0.1:{PORT}/{page}?lang={lang}",
                    ROOT / "docs" / f"{page or 'weekly_review'}.png",
                )
            finally:
                server.terminate()


def wait_until_up() -> None:
    for _ in range(SECONDS * 5):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the dashboard did not start")


def draw(address: str, target: Path) -> None:
    """Writes what the address shows once its charts are drawn and nothing runs any more."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 1000})
        tab.goto(address)
        tab.wait_for_selector(".js-plotly-plot .main-svg", timeout=SECONDS * 1000)
        tab.wait_for_selector('[data-testid="stStatusWidget"]', state="detached", timeout=SECONDS * 1000)
        tab.wait_for_timeout(1500)  # the charts' own easing
        tab.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
