"""A file that nobody knows becomes incidents on the screen, in a real Chromium; and by the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from pipelines.reader import Reader
from pipelines.store import Store
from tests.test_pages_browser import WAIT, browser, page, ready, server
from tests.test_pages_mapping import FILE

__all__ = ["browser", "page", "server"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An empty store: the pages of `server` show and fill it."""
    return Store(tmp_path_factory.mktemp("mapping") / "store")


def test_an_unknown_file_becomes_incidents_on_the_screen(page: Page, server: str, store: Store) -> None:
    page.goto(f"{server}data?lang=en")
    ready(page, "Data")
    expect(page).to_have_title("Data · After-sales incidents")
    unknown = FilePayload(name="retours <b>.csv", mimeType="text/csv", buffer=FILE)
    page.locator("input[type=file]").set_input_files(files=unknown)
    page.get_by_role("button", name="Load 1 file").click()
    page.get_by_role("button", name="Describe the file that was not recognised").click(timeout=120_000)
    ready(page, "Mappings")
    page.get_by_role("button", name="Describe").first.click()
    expect(page.get_by_text("2 records, 1 row(s) rejected, of 3 rows.")).to_be_visible(timeout=WAIT)
    # the keyboard alone: to the list of the quantity, to its first choice ("none"), and out of it
    page.get_by_role("combobox", name="Quantity").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 records, 0 row(s) rejected, of 3 rows.")).to_be_visible(timeout=WAIT)
    name = page.get_by_role("textbox", name="Name of the mapping")
    name.fill("Lyon returns")
    name.press("Tab")
    save = page.get_by_role("button", name="Save and load the file")
    expect(save).to_have_count(1, timeout=WAIT)  # while the page is drawn again there is an old one too
    save.click()
    # who goes to another page meanwhile does not stop the load
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=WAIT)
    _follow(page, "Settings")
    ready(page, "Settings")
    _follow(page, "Mappings")
    page.get_by_role("button", name="See the cases").click(timeout=120_000)
    ready(page, "Cases")
    expect(page.get_by_text("3 incidents")).to_be_visible()
    assert Reader(store).query("cases").height == 3
    assert [path.name for path in (store.user / "mappings").iterdir()] == ["lyon_returns.toml"]
    assert page.locator("img[src=x]").count() == 0


def test_its_words_get_their_causes(page: Page, server: str, store: Store) -> None:
    """After the file was mapped above."""
    page.goto(f"{server}vocabulary?lang=en")
    ready(page, "Words to map")
    words = page.get_by_role("combobox", name="Erreur prépa")
    words.focus()
    page.keyboard.type("Wrong item")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Map 1 word").click()
    expect(page.get_by_text("1 word mapped")).to_be_visible(timeout=120_000)
    assert "wrong_item_sent" in Reader(store).query("cases")["cause"].to_list()
    assert '"Erreur prépa" = "wrong_item_sent"' in _mapping(store).read_text(encoding="utf-8")
    page.get_by_test_id("stExpander").get_by_text("History").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("combobox", name="Erreur prépa")).to_be_visible(timeout=120_000)
    assert "Erreur" not in _mapping(store).read_text(encoding="utf-8").partition("[reasons]")[2]


def _follow(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavSection").get_by_text("Data").click()
    page.get_by_role("menuitem", name=title).click()


def _mapping(store: Store) -> Path:
    return store.user / "mappings" / "lyon_returns.toml"
