"""How long the weekly review takes to be drawn, against a bare Streamlit page of the same figures as constants.

    python bench/page_bench.py [--store DIR] [--rounds 7]

Both are served and measured in one run, in turns, in headless Chromium: from the navigation to the first moment from
which all charts are drawn, all words are there and nothing spins for 300 ms (those 300 ms are not counted).
Cold is a browser that has nothing in its cache, warm one that does; the server has drawn each page once before.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLED_MS = 300
# 2 charts with their marks, the figures of the review in words, and no spinner or skeleton
PROBE = """
(() => {
  const seen = (e) => { const r = e.getBoundingClientRect(); return r.width > 40 && r.height > 30 }
  const probe = (window.__probe = { since: null, ready: null })
  setInterval(() => {
    const charts = [...document.querySelectorAll("svg.main-svg")].filter(
      (e) => seen(e) && e.querySelectorAll("path,rect,text").length > 8).length
    const words = window.__words.every((w) => text(document.body).includes(w))
    const waits = [...document.querySelectorAll("[data-testid=stSkeleton],[data-testid=stSpinner]")].some(seen)
    const running = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning"
    const now = performance.now()
    if (charts < 2 || !words || waits || running) { probe.since = null; return }
    if (probe.since === null) probe.since = now
    if (now - probe.since >= SETTLED) probe.ready ??= probe.since
  }, 25)
  function text(node) {
    let all = node.innerText ?? ""
    for (const e of node.querySelectorAll("*"))
      if (e.shadowRoot) all += [...e.shadowRoot.children].map((c) => c.innerText).join(" ")
    return all
  }
})()
""".replace("SETTLED", str(SETTLED_MS))

BARE = """
import json, pathlib
import streamlit as st
st.set_page_config(layout="wide")
page = json.loads(pathlib.Path({path!r}).read_text())
st.title(page["title"])
st.caption(page["line"])
st.markdown(page["sentence"])
for column, tile in zip(st.columns(6), page["tiles"]):
    column.metric(tile["label"], tile["value"], tile["change"], chart_data=tile["spark"])
left, right = st.columns(2)
with left:
    st.subheader(page["list"])
    for row in page["rows"]:
        st.markdown(f"**{{row['title']}}** {{row['figure']}}")
        st.caption(row["detail"])
with right:
    st.subheader(page["headings"][0])
    st.plotly_chart(page["figures"][0], key="a")
st.subheader(page["headings"][1])
st.plotly_chart(page["figures"][1], key="b")
"""


def constants(store: Path) -> dict[str, object]:
    """Everything the weekly review shows, taken from the page itself."""
    os.environ["INCIDENTS_STORE"] = str(store)
    sys.path.insert(0, str(ROOT))
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120).run()
    assert not app.exception, [e.value for e in app.exception]
    drawn: dict[str, list[Any]] = {"tiles": [], "rows": []}
    figures = []
    for element in _protos(app):
        if element.WhichOneof("type") == "plotly_chart":
            figures.append(json.loads(element.plotly_chart.spec))
        elif element.WhichOneof("type") == "bidi_component":
            data = json.loads(element.bidi_component.json)
            if "items" in data:
                drawn[data["kind"]] = data["items"]
    tiles = [{**tile, "spark": [v or 0 for v in tile["spark"]]} for tile in drawn["tiles"]]
    headings = [heading.value for heading in app.subheader]
    return {
        "title": app.title[0].value,
        "line": app.caption[0].value,
        "sentence": app.markdown[0].value,
        "tiles": tiles,
        "rows": drawn["rows"],
        "list": headings[0],
        "headings": headings[1:],
        "figures": figures,
    }


def _protos(app: object) -> Iterator[Any]:
    def walk(node: object) -> Iterator[Any]:
        for child in getattr(node, "children", {}).values():
            yield from walk(child)
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "DESCRIPTOR"):
            yield _Element(proto)

    yield from walk(app._tree)  # type: ignore[attr-defined]


class _Element:
    """What an element is: AppTest keeps the inner message of those it does not know."""

    def __init__(self, proto: object) -> None:
        self.proto = proto
        self.name = proto.DESCRIPTOR.name  # type: ignore[attr-defined]

    def WhichOneof(self, _: str) -> str:  # noqa: N802 - as protobuf calls it
        return {"PlotlyChart": "plotly_chart", "BidiComponent": "bidi_component"}.get(self.name, "")

    def __getattr__(self, _: str) -> object:
        return self.proto


@contextmanager
def served(script: Path, folder: Path, store: Path) -> Iterator[str]:
    """The address of one Streamlit server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    environment = {**os.environ, "INCIDENTS_STORE": str(store)}
    process = subprocess.Popen([*command, *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                    break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


def timed(context: BrowserContext, url: str, shot: Path | None = None) -> float:
    """Seconds from the navigation to the page being drawn."""
    page = context.new_page()
    page.goto(url, wait_until="commit")
    page.wait_for_function("window.__probe?.ready", timeout=120_000, polling=50)
    seconds = float(page.evaluate("window.__probe.ready")) / 1000
    if shot:
        page.screenshot(path=str(shot))
    page.close()
    return seconds


def measured(
    browser: Browser, urls: dict[str, str], words: list[str], rounds: int, shots: Path | None
) -> dict:
    """Seconds of each load, by page and by cold or warm; the pages take turns within each round."""

    def context() -> BrowserContext:
        made = browser.new_context(viewport={"width": 1440, "height": 1250})
        made.add_init_script(f"window.__words = {json.dumps(words)}; {PROBE}")
        return made

    for name, url in urls.items():  # the servers' first drawing
        first = context()
        timed(first, url, shots / f"{name}.png" if shots else None)
        first.close()
    seconds: dict[str, dict[str, list[float]]] = {name: {"cold": [], "warm": []} for name in urls}
    for turn in range(rounds):
        names = list(urls) if turn % 2 == 0 else list(urls)[::-1]
        for name in names:
            fresh = context()
            seconds[name]["cold"].append(timed(fresh, urls[name]))
            seconds[name]["warm"].append(timed(fresh, urls[name]))
            fresh.close()
    return seconds


def main() -> None:
    """Prints medians and their ratio; the raw seconds as JSON with --json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path, default=ROOT / "data" / "demo")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--shots", type=Path, help="folder for a picture of each page: look before believing a number"
    )
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    chromium = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    if chromium is None:
        sys.exit("no Chromium on PATH")
    if not (chosen.store / "CURRENT").exists():
        parser.error(f"{chosen.store} holds no data: name a store, or make the demo with python3 run.py demo")
    page = constants(chosen.store.resolve())
    words = [tile["value"] for tile in page["tiles"]] + [row["title"] for row in page["rows"]]  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        values = Path(folder) / "page.json"
        values.write_text(json.dumps(page), encoding="utf-8")
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE.format(path=str(values)), encoding="utf-8")
        with (
            served(ROOT / "dashboard.py", ROOT, chosen.store.resolve()) as ours,
            served(bare, Path(folder), chosen.store.resolve()) as theirs,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            urls = {"review": f"{ours}?lang=fr", "bare": theirs}
            seconds = measured(browser, urls, words, chosen.rounds, chosen.shots)
            browser.close()
    if chosen.json:
        print(json.dumps(seconds, indent=2))
    for kind in ("cold", "warm"):
        review, plain = (statistics.median(seconds[name][kind]) for name in ("review", "bare"))
        pairs = sorted(a / b for a, b in zip(seconds["review"][kind], seconds["bare"][kind], strict=True))
        spread = f"{pairs[0]:.2f}-{pairs[-1]:.2f}"
        print(
            f"{kind}: review {review:.2f} s, bare {plain:.2f} s, ratio {review / plain:.2f} (rounds {spread})"
        )


if __name__ == "__main__":
    main()
