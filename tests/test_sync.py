"""Live sync: whatever happens on the way, the store ends with what the vendor has, once."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.load import FileResult
from pipelines.messages import sentence
from pipelines.store import Store
from pipelines.sync import engine, find_vendors
from pipelines.sync.client import ATTEMPTS, Clock
from pipelines.sync.engine import Request, Synced, Told, sync
from tests.landed import Desk
from tests.vendor_server import Api, Freshdesk, Gorgias, Zendesk, serving
from tests.vendor_server_ebay import Ebay
from tests.vendor_server_helpdesks import HelpScout, Intercom, ZohoDesk
from tests.vendor_server_marketplaces import Etsy, Mirakl, Walmart
from tests.vendor_server_shopify import Shopify
from tests.vendor_server_shops import WooCommerce

SECRET = "geheim-123"
NOW = datetime(2026, 9, 20, tzinfo=UTC)
FIRST = Request(first_since=datetime(2026, 1, 1, tzinfo=UTC))


class FakeClock(Clock):
    """Time that passes when somebody waits, and only then."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self._now = 0.0
        super().__init__(self._sleep, lambda: self._now)

    def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self._now += seconds


class Shop:
    """A store, one account of a vendor, and the API that serves it."""

    def __init__(self, store: Store, api: Any, system: str, clock: FakeClock, desk: Desk) -> None:
        self.store, self.api, self.system, self.clock, self.desk = store, api, system, clock, desk
        self.con: duckdb.DuckDBPyConnection = desk.con

    def sync(self, request: Request = FIRST, **options: Any) -> Synced:
        return sync(find_vendors()[self.system], "main", self.store, request, clock=self.clock, **options)

    def synced(self, request: Request = FIRST, **options: Any) -> Synced:
        """The same, for syncs that must do well."""
        done = self.sync(request, **options)
        assert done.error is None, sentence(done.error, "en")
        return done

    def tickets(self) -> dict[str, Any]:
        """Ticket (or order) by id: the subject (or article) as the store has it."""
        rows = self.con.execute(
            """
            select ticket_id, subject from raw_tickets
            union all
            select order_id, product from raw_order_lines where sku = 'SKU-1'
            """
        ).fetchall()
        assert len(rows) == len(dict(rows))
        return dict(rows)

    def told(self) -> dict[str, Any]:
        """The same, as the vendor has it now."""
        if self.system == "shopify":
            return {each["name"]: each["lineItems"][0]["title"] for each in self.api.records.values()}
        if self.system == "woocommerce":
            return {each["number"]: each["line_items"][0]["name"] for each in self.api.records.values()}
        if self.system == "etsy":
            return {str(name): each["transactions"][0]["title"] for name, each in self.api.records.items()}
        if self.system == "ebay":
            return {each["orderId"]: each["lineItems"][0]["title"] for each in self.api.records.values()}
        if self.system == "walmart":
            return {
                each["customerOrderId"]: each["orderLines"]["orderLine"][0]["item"]["productName"]
                for each in self.api.records.values()
            }
        if self.system == "mirakl":
            return {
                each["order_id"]: each["order_lines"][0]["product_title"]
                for each in self.api.records.values()
            }
        if self.system == "intercom":
            return {each["id"]: each["source"]["subject"] for each in self.api.records.values()}
        return {str(each["id"]): each["subject"] for each in self.api.records.values()}


Open = Callable[[str, Api], Shop]
SETTINGS = {
    "zendesk": {"email": "eva@boutique.example", "token": SECRET},
    "gorgias": {"email": "eva@boutique.example", "api_key": SECRET},
    "freshdesk": {"api_key": SECRET},
    "helpscout": {"client_id": "c-1", "client_secret": SECRET},
    "intercom": {"token": SECRET},
    "shopify": {"client_id": "c-1", "client_secret": SECRET},
    "woocommerce": {"consumer_key": "ck_1", "consumer_secret": SECRET},
    "mirakl": {"api_key": SECRET},
    "walmart": {"client_id": "c-1", "client_secret": SECRET},
    "etsy": {"client_id": "c-1", "client_secret": "geheim-456", "refresh_token": SECRET},
    "ebay": {"client_id": "c-1", "client_secret": "geheim-456", "refresh_token": SECRET},
    "zohodesk": {
        "domain": "zoho.eu",
        "org_id": "20116",
        "client_id": "c-1",
        "client_secret": SECRET,
        "refresh_token": SECRET,
    },
    "amazon": {
        "client_id": "c-1",
        "client_secret": SECRET,
        "refresh_token": SECRET,
        "marketplaces": "A13V1IB3VIYZZH, A1PA6795UKMFR9",
    },
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """`shop('zendesk', Zendesk())`: an empty store whose account main is at that API.

    Files are landed as a load does, without facts and snapshots, which take seconds; test_sync_loaded.py has those.
    """
    opened: list[AbstractContextManager[Api]] = []
    desks: list[Desk] = []
    for name in [name for name in os.environ if name.startswith("INCIDENTS_")]:
        monkeypatch.delenv(name)

    def run(system: str, api: Api) -> Shop:
        server = serving(api)
        opened.append(server)
        server.__enter__()
        addresses = {"address": api.url} | (
            {"token_address": f"{api.url}/token"} if system in ("amazon", "etsy", "zohodesk") else {}
        )
        for name, value in {**SETTINGS[system], **addresses}.items():
            monkeypatch.setenv(f"INCIDENTS_{system}_{name}".upper(), value)
        desk = Desk(tmp_path)
        desks.append(desk)
        monkeypatch.setattr(engine, "load", lambda paths, *_: [_landed(desk, path) for path in paths])
        # Walmart keeps orders for half a year
        monkeypatch.setattr("pipelines.sync.walmart._now", lambda: NOW)
        monkeypatch.setattr("pipelines.sync.windows._now", lambda: NOW)
        clock = FakeClock()
        if isinstance(api, Shopify):
            api.time = clock.monotonic  # its bucket fills up as time passes
        return Shop(desk.store, api, system, clock, desk)

    yield run
    for desk in desks:
        desk.con.close()
    for server in opened:
        server.__exit__(None, None, None)


def _landed(desk: Desk, path: Path) -> FileResult:
    (landed,) = desk.land(path)
    counts = landed.rows_in, landed.loaded, landed.unchanged, landed.rejected
    return FileResult(path.name, "", list(landed.kinds), "loaded", *counts)


APIS = {
    "zendesk": Zendesk,
    "gorgias": Gorgias,
    "freshdesk": Freshdesk,
    "helpscout": HelpScout,
    "intercom": Intercom,
    "shopify": Shopify,
    "woocommerce": WooCommerce,
    "mirakl": Mirakl,
    "walmart": Walmart,
    "etsy": Etsy,
    "ebay": Ebay,
    "zohodesk": ZohoDesk,
}
#: an order comes with its parcel, its refund or its return
_SHOPS = ("shopify", "woocommerce", "mirakl", "walmart")
#: what the third record is called
_THIRD = {"shopify": "#3", "mirakl": "3-A", "ebay": "12-00000-00003"}
#: these hold 100 records a page
_LARGE_PAGES = ("freshdesk", "woocommerce", "zohodesk")
all_vendors = pytest.mark.parametrize("system", APIS)


def filled(api: Any, count: int = 7) -> Any:
    for number in range(1, count + 1):
        api.put(number)
    return api


@all_vendors
def test_all_pages_arrive_and_the_next_sync_fetches_only_what_changed(shop: Open, system: str) -> None:
    at = shop(system, filled(APIS[system]()))
    each = 2 if system in _SHOPS else 1
    assert at.synced().records == 7 * each
    assert at.tickets() == at.told()
    at.api.put(3, subject="Changed")
    at.api.put(8)
    done = at.synced()
    assert (done.records, at.tickets()) == (2 * each, at.told())
    assert at.tickets()[_THIRD.get(system, "3")] == "Changed"


@all_vendors
def test_a_sync_without_news_loads_nothing(shop: Open, system: str) -> None:
    at = shop(system, filled(APIS[system]()))
    at.synced()
    done = at.synced()
    assert (done.records, done.files) == (0, [])


@all_vendors
def test_errors_of_the_server_and_cut_connections_are_overcome(shop: Open, system: str) -> None:
    at = shop(system, filled(APIS[system]()))
    at.api.faults = [(500, {}), None, "cut", (503, {}), "cut", None, (502, {})]
    at.synced()
    assert at.tickets() == at.told()
    assert any(0 < seconds <= 121 for seconds in at.clock.waited)


@all_vendors
def test_a_record_that_changes_between_two_pages_is_neither_lost_nor_there_twice(
    shop: Open, system: str
) -> None:
    at = shop(system, filled(APIS[system](), 107 if system in _LARGE_PAGES else 7))
    # before the second page: one that was read, one that was not, and a new one
    at.api.faults = [None, lambda: [at.api.put(1, subject="A"), at.api.put(6, subject="B"), at.api.put(9)]]
    at.synced()
    assert at.tickets() == at.told()


@all_vendors
def test_too_many_requests_waits_as_long_as_the_vendor_says(shop: Open, system: str) -> None:
    at = shop(system, filled(APIS[system]()))
    at.api.faults = [(429, {"Retry-After": "37"})]
    at.synced()
    assert 37 in at.clock.waited
    assert at.tickets() == at.told()


@all_vendors
def test_what_came_before_an_error_is_loaded_and_the_next_sync_goes_on_from_there(
    shop: Open, system: str
) -> None:
    at = shop(system, filled(APIS[system]()))
    if system in ("woocommerce", "zohodesk"):
        filled(at.api, 107)
    pages = {"freshdesk": 1, "woocommerce": 1, "zohodesk": 1, "shopify": 4, "ebay": 6}.get(system, 2)
    at.api.faults = [*[None] * pages, *[(500, {})] * ATTEMPTS]
    done = at.sync()
    assert done.error is not None
    assert done.error.code == "sync_vendor_down"
    assert len(at.tickets()) > 0
    at.api.asked.clear()
    at.synced()
    assert at.tickets() == at.told()


def _begin_again(at: Shop) -> set[str]:
    asked = [each for each in at.api.asked if each.path.endswith("cursor.json")]
    return {each.params.get("start_time", "") for each in asked} - {""}


# where pages end is each vendor's own; what comes before and after loading is the same for all
_KILLS = [
    *((system, "between pages") for system in APIS),
    *(
        (system, when)
        for system in ("zendesk", "woocommerce")
        for when in ("before loading", "after loading")
    ),
]


@pytest.mark.parametrize(("system", "when"), _KILLS)
def test_a_sync_that_is_killed_loses_nothing_and_counts_nothing_twice(
    shop: Open, system: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing may catch this, as nothing can catch kill -9."""

    def die(*_: object) -> None:
        raise Killed

    at = shop(system, filled(APIS[system]()))
    with monkeypatch.context() as patch:
        if when == "between pages":
            # the loop is left where the second page would be asked for, and nothing is cleaned up
            patch.setattr(engine._Run, "_tell", die)
        elif when == "before loading":
            patch.setattr(engine, "load", die)
        else:
            patch.setattr("pipelines.sync.spool.Spool.commit", die)
        with pytest.raises(Killed):
            at.sync()
    at.api.asked.clear()
    at.synced()
    assert at.tickets() == at.told()
    if system == "zendesk" and when == "between pages":
        assert _begin_again(at) == set()  # it went on with the cursor of the last page on the disk
    assert not list((at.store.folder / "sync").glob("*/*"))


def test_a_crowd_of_changes_in_one_second_is_read_page_by_page(shop: Open) -> None:
    at = shop("freshdesk", Freshdesk())
    for number in range(1, 251):
        at.api.put(number, at="2026-09-01T09:00:00Z")
    for number in range(251, 361):
        at.api.put(number, at="2026-09-01T09:00:05Z")
    at.synced()
    assert at.tickets() == at.told()


def test_many_pages_by_time_skip_nothing_when_records_move_to_the_end(shop: Open) -> None:
    at = shop("freshdesk", filled(Freshdesk(), 330))
    moves = iter(range(1, 40))

    def move() -> None:
        number = next(moves)
        at.api.put(number, subject=f"moved {number}")

    at.api.faults = [move for _ in range(3)]
    at.synced()
    assert at.tickets() == at.told()


def test_a_ticket_that_is_deleted_later_no_longer_counts(shop: Open) -> None:
    at = shop("freshdesk", filled(Freshdesk(), 3))
    at.synced()
    at.api.put(2, deleted=True)
    at.synced()
    told = at.con.execute("select ticket_id, excluded_because from raw_tickets order by 1").fetchall()
    assert told == [("1", None), ("2", "deleted"), ("3", None)]


def test_what_stands_beside_zendesk_tickets_is_read(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk(), 1))
    at.synced()
    ticket = at.desk.one("tickets", "zendesk/main/1")
    assert (ticket["agent_team"], ticket["language"], ticket["reopened_count"]) == ("SAV", "fr", 1)
    assert ticket["first_reply_at"] - ticket["created_at"] == timedelta(minutes=30)
    assert ticket["customer_key"]


def test_a_cursor_that_the_vendor_no_longer_knows_is_replaced_by_the_last_change(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk()))
    at.synced()
    at.api.put(8)
    at.api.faults = [(422, {})]
    at.api.asked.clear()
    at.synced()
    assert at.tickets() == at.told()
    assert _begin_again(at)


def test_since_reads_again_from_there_without_going_back(shop: Open) -> None:
    at = shop("gorgias", filled(Gorgias()))
    at.synced()
    assert at.synced(Request(since=datetime(2026, 1, 1, tzinfo=UTC))).records == 7
    assert at.synced().records == 0


def test_the_first_sync_begins_where_the_user_wants(shop: Open) -> None:
    at = shop("freshdesk", filled(Freshdesk()))
    late = datetime(2026, 9, 1, 8, 5, tzinfo=UTC)
    assert at.synced(Request(first_since=late)).records == 3


def test_the_vendors_rule_is_kept_without_being_told(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk(size=1), 25))
    at.synced()
    # 10 a minute: 25 requests take two full minutes
    assert sum(at.clock.waited) >= 119


def test_long_first_syncs_are_loaded_in_parts(shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAGES_A_LOAD", 2)
    at = shop("zendesk", filled(Zendesk()))
    done = at.synced()
    assert len(done.files) == 2
    assert at.tickets() == at.told()


def test_progress_is_told_page_by_page(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk()))
    seen: list[Told] = []
    at.sync(progress=seen.append)
    pages = [told for told in seen if told.feed == "tickets" and told.waiting is None]
    assert [told.records for told in pages] == [2, 4, 6, 7]
    assert seen[-1].is_loading


def test_two_syncs_of_one_account_do_not_run_at_once(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk()))
    inner: list[Synced] = []
    at.api.faults = [lambda: inner.append(at.sync())]
    at.synced()
    assert inner[0].error is not None
    assert inner[0].error.code == "sync_busy"


def test_pages_and_state_are_for_their_owner_only(shop: Open) -> None:
    at = shop("zendesk", filled(Zendesk()))
    modes: dict[str, int] = {}

    def look() -> None:
        for path in (at.store.folder / "sync").rglob("*"):
            modes[path.name] = stat.S_IMODE(path.stat().st_mode)

    at.api.faults = [None, look]
    at.synced()
    pages = {name: mode for name, mode in modes.items() if re.search("ndjson|json|main$", name)}
    assert pages
    assert not [name for name, mode in pages.items() if mode & 0o077]


def test_the_state_says_how_far_it_came_and_holds_no_text_of_customers(shop: Open) -> None:
    at = shop("gorgias", filled(Gorgias()))
    at.synced()
    text = (at.store.folder / "sync" / "gorgias.main.json").read_text(encoding="utf-8")
    assert json.loads(text)["feeds"]["tickets"]["since"].startswith("2026-09-01T08:07:00")
    assert "Ticket" not in text
    assert "exemple.fr" not in text
