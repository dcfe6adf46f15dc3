"""What a manager does, in a real Chromium: menu, clicks, back, filters, both languages, files, a phone."""

from __future__ import annotations

import csv
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.i18n import texts
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import FORMULA, MARKUP, small_store

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parent.parent
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 30_000  # milliseconds; a loaded machine needs them


@pytest.fixture(scope="module")
def store() -> Store:
    return small_store()


@pytest.fixture(scope="module")
def server(store: Store) -> Iterator[str]:
    """The dashboard's address, served on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "dashboard.py",
        f"--server.port={port}",
        "--server.headless=true",
    ]
    environment = {**os.environ, "INCIDENTS_STORE": str(store.folder)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the dashboard did not start"
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the dashboard did not answer")


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(chromium), args=ARGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desk's window; it fails the test if the page runs anything of the hostile names, or calls outside."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(WAIT)
    opened = context.new_page()
    called: list[str] = []
    opened.on("request", lambda request: called.append(request.url))
    yield opened
    # pytest shows it of a test that failed: what the page said when the test gave up waiting
    print(opened.url, opened.inner_text("body"), sep="\n")
    assert opened.evaluate("window.hacked") is None
    outside = [url for url in called if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert outside == []
    context.close()


def ready(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, timeout=WAIT)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT
    )


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def click_first_bar(page: Page) -> None:
    bar = page.locator(".js-plotly-plot .barlayer .point path").first
    bar.wait_for()
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)
    page.mouse.click(box["x"] + 9, box["y"] + box["height"] / 2)


def test_a_click_on_a_bar_leads_to_its_cases_and_back_returns(page: Page, server: str) -> None:
    page.goto(f"{server}?lang=en&period=13w")
    ready(page, "Review")
    click_first_bar(page)
    ready(page, "Cases")
    assert params(page)["period"] == ["13w"]
    assert len(params(page)["cause"]) == 1
    page.go_back()
    ready(page, "Review")
    assert params(page) == {"lang": ["en"], "period": ["13w"]}


def test_a_tile_and_an_issue_lead_to_their_cases(page: Page, server: str) -> None:
    page.goto(f"{server}?lang=en&period=13w")
    ready(page, "Review")
    page.locator("a.tile").first.click()
    ready(page, "Cases")
    page.go_back()
    ready(page, "Review")
    # what recurs is the last list: what is to be treated first may lead to another page
    page.locator("a.row").last.click()
    ready(page, "Cases")
    assert {"cause", "from", "to"} <= params(page).keys()


def test_a_row_of_the_cases_leads_to_its_order(page: Page, server: str) -> None:
    page.goto(f"{server}cases?lang=en&period=all")
    ready(page, "Cases")
    canvas = page.locator("[data-testid=stDataFrame] canvas").first
    canvas.wait_for()
    page.wait_for_timeout(500)
    box = canvas.bounding_box()
    assert box
    page.mouse.click(box["x"] + 35, box["y"] + 32 + 16)
    ready(page, "Case")
    page.wait_for_url("**/case?*")
    assert params(page).keys() & {"order", "incident"}
    page.go_back()
    ready(page, "Cases")


def test_filters_follow_through_the_menu_and_survive_a_reload(page: Page, server: str, store: Store) -> None:
    channel = Reader(store).query("filter_values").filter(dimension="channel")["value"][0]
    page.goto(f"{server}?lang=en&channel={channel}&period=26w")
    ready(page, "Review")
    page.get_by_test_id("stTopNavSection").get_by_text("Find").click()
    page.get_by_role("menuitem", name="Recurring issues").click()
    ready(page, "Recurring issues")
    assert params(page) == {"lang": ["en"], "channel": [channel], "period": ["26w"]}
    page.reload()
    ready(page, "Recurring issues")
    called = texts("en").get(f"channel.{channel}", channel)
    expect(page.get_by_role("button", name=f"Channel: {called}")).to_be_visible()
    page.go_back()
    ready(page, "Review")


def test_a_value_chosen_in_the_list_of_filters_stands_in_the_url(page: Page, server: str) -> None:
    page.goto(f"{server}cases?lang=en&period=all")
    ready(page, "Cases")
    page.get_by_role("button", name="Filters: all").click()
    page.get_by_role("combobox", name="Party").click()
    page.get_by_role("option", name="Carrier").click()
    page.wait_for_url("**party=carrier*")
    expect(page.get_by_role("button", name="Party: Carrier")).to_be_visible()


def test_the_language_switch_turns_the_page_and_stays_in_the_url(page: Page, server: str) -> None:
    page.goto(f"{server}?period=13w")
    ready(page, "Revue")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_test_id("stMain").get_by_text("EN", exact=True).click()
    ready(page, "Review")
    assert params(page) == {"lang": ["en"], "period": ["13w"]}
    expect(page.get_by_text("To treat this week")).to_be_visible()


def test_the_review_is_downloaded_as_a_pdf_in_the_language_of_the_page(page: Page, server: str) -> None:
    page.goto(f"{server}?lang=en&period=13w")
    ready(page, "Review")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF report", exact=True).click()
    assert download.value.suggested_filename.startswith("review_20")
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/Lang(en)" in data, "it is made where no page is drawn"


@pytest.mark.parametrize(("lang", "separator"), [("fr", ";"), ("en", ",")])
def test_the_file_holds_what_the_table_shows(
    page: Page, server: str, store: Store, lang: str, separator: str
) -> None:
    page.goto(f"{server}cases?lang={lang}&period=all")
    ready(page, "Dossiers" if lang == "fr" else "Cases")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator)
    cases = Reader(store).query("cases")
    assert len(rows) == cases.height
    product = header.index("Produit" if lang == "fr" else "Product")
    assert [row[product].removeprefix("'") for row in rows] == [name or "" for name in cases["product"]]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert any(row[product] == f"'{FORMULA}" for row in rows), "the store has no incident of that product"
    cost = next(i for i, name in enumerate(header) if name.startswith(("Coût", "Cost")))
    mark = "," if lang == "fr" else "."
    expected = [None if cents is None else round(cents / 100, 2) for cents in cases["cost_cents"]]
    assert [float(row[cost].replace(mark, ".")) if row[cost] else None for row in rows] == expected


def test_markup_in_names_is_text_wherever_it_is_shown(page: Page, server: str, store: Store) -> None:
    """Chips, titles, lists, charts and hovers; the fixture sees whether anything ran."""
    page.goto(server + "?" + urlencoded(lang="en", period="52w", supplier=MARKUP))
    ready(page, "Review")
    page.locator(".js-plotly-plot .barlayer .point path").first.wait_for()
    expect(page.get_by_role("button", name=f"Supplier: {MARKUP}")).to_be_visible()
    page.goto(server + "recurring_issues?lang=en&period=52w")
    ready(page, "Recurring issues")
    rows = Reader(store).query("cases").filter(supplier=MARKUP).drop_nulls("order_key")
    page.goto(server + "case?" + urlencoded(lang="en", order=rows["order_key"][0]))
    ready(page, "Case")
    assert page.locator("img[src=x]").count() == 0


def urlencoded(**params: str) -> str:
    from urllib.parse import urlencode

    return urlencode(params)


@pytest.mark.parametrize(
    "name",
    ["", "causes_and_trends", "recurring_issues", "cases", "case", "data", "mapping", "vocabulary"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_reads_from_top_to_bottom_without_going_sideways(
    browser: Browser, server: str, name: str, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server}{name}?lang=fr")
    page.get_by_role("heading", level=1).wait_for(timeout=WAIT)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT
    )
    page.wait_for_timeout(500)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('[data-testid=stDataFrame]'))
            .map(e => e.tagName + '.' + e.className).slice(0, 5)"""
    )
    main = page.locator("[data-testid=stMain]").evaluate("e => [e.scrollWidth, e.clientWidth]")
    context.close()
    assert wide == []
    assert main[0] <= main[1]


def test_charts_have_a_description_and_french_months(page: Page, server: str) -> None:
    page.goto(f"{server}?lang=fr&period=13w")
    ready(page, "Revue")
    trend = page.get_by_role("figure", name="Courbe des 26 dernières semaines")
    trend.locator(".xtick text").first.wait_for()
    ticks = trend.locator(".xtick text").all_text_contents()
    assert {"août", "sept."} <= {word for tick in ticks for word in tick.split()}


def test_a_new_snapshot_is_seen_without_a_restart(page: Page, server: str, store: Store) -> None:
    page.goto(f"{server}data?lang=en")
    ready(page, "Data")
    before = store.snapshot()
    page.locator("input[type=file]").set_input_files(
        files={"name": "tags.csv", "mimeType": "text/csv", "buffer": b"what,is,this\n1,2,3\n"}
    )
    page.get_by_role("button", name="Load 1 file").click()
    expect(page.get_by_text("tags.csv: refused.")).to_be_visible(timeout=120_000)
    assert store.snapshot() != before
    ready(page, "Data")
