"""Help Scout, Intercom and Zoho Desk: what their APIs do that the others' do not."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.store import Store
from pipelines.sync import find_vendors
from pipelines.sync.client import Client
from pipelines.sync.credentials import TokenFile, credentials
from tests.test_sync import APIS, SETTINGS, Open, filled, shop
from tests.vendor_server_helpdesks import HelpScout, Intercom, ZohoDesk

__all__ = ["shop"]  # the fixture
#: where the token is fetched, by vendor whose access tokens expire
TOKENS = {"helpscout": "/v2/oauth2/token", "zohodesk": "/token"}


@pytest.mark.parametrize("system", TOKENS)
def test_an_access_token_that_expires_between_two_pages_is_fetched_anew(shop: Open, system: str) -> None:
    api = filled(APIS[system](), 107 if system == "zohodesk" else 7)
    at = shop(system, api)
    # before the second page
    api.faults = [None, api.expire]
    at.synced()
    assert at.tickets() == at.told()
    assert [asked.path for asked in api.asked].count(TOKENS[system]) == 2


@pytest.mark.parametrize("system", ["helpscout", "intercom", "zohodesk"])
def test_records_without_optional_parts_are_loaded(shop: Open, system: str) -> None:
    api = APIS[system]()
    for number in range(1, 6):
        api.put(number, is_bare=True)
    at = shop(system, api)
    done = at.synced()
    assert at.tickets() == at.told()
    assert [(file.loaded, file.rejected) for file in done.files] == [(5, 0)]
    api.put(6, is_bare=True)
    assert at.synced().records == 1
    assert at.tickets() == at.told()


def test_help_scout_says_in_a_header_of_its_own_when_to_come_back(shop: Open) -> None:
    at = shop("helpscout", filled(HelpScout()))
    at.api.faults = [(429, {"X-RateLimit-Retry-After": "37"})]
    at.synced()
    assert 37 in at.clock.waited
    assert at.tickets() == at.told()


def test_help_scout_threads_come_with_the_conversation(shop: Open) -> None:
    at = shop("helpscout", filled(HelpScout(), 1))
    at.synced()
    ticket = at.desk.one("tickets", "helpscout/main/1")
    assert (ticket["tags"], bool(ticket["customer_key"])) == (["wrong item"], True)
    assert at.con.execute("select ticket_id, author from raw_messages").fetchall() == [("1", "customer")]


def test_conversations_that_a_workflow_changed_without_a_word_are_read_by_page_number(shop: Open) -> None:
    api = HelpScout()
    for number in range(1, 8):
        api.put(number, is_bare=True)
    at = shop("helpscout", api)
    at.synced()
    for number in range(1, 8):  # the time of change moves, and no time that is told
        api.changed[number] = api.tick()
        api.records[number]["subject"] = f"moved {number}"
    at.synced()
    assert at.tickets() == at.told()


def test_intercom_says_at_what_time_it_may_be_asked_again(shop: Open) -> None:
    at = shop("intercom", filled(Intercom()))
    at.api.faults = [(429, {"X-RateLimit-Reset": str(int(time.time()) + 37)})]
    at.synced()
    assert [seconds for seconds in at.clock.waited if 30 < seconds <= 37]
    assert at.tickets() == at.told()


def test_intercom_conversations_tell_tags_and_customer(shop: Open) -> None:
    at = shop("intercom", filled(Intercom(), 1))
    at.synced()
    ticket = at.desk.one("tickets", "intercom/main/1")
    assert (ticket["tags"], bool(ticket["customer_key"])) == (["wrong item"], True)
    assert ticket["updated_at"].isoformat()[:16] == "2026-09-01T08:01"


@pytest.mark.parametrize("is_sorting", [True, False])
def test_a_crowd_within_one_second_is_read_by_the_cursor_also_out_of_order(
    shop: Open, is_sorting: bool
) -> None:
    api = Intercom(is_sorting=is_sorting)
    for number in range(1, 6):
        api.put(number, at="2026-09-01T09:00:00Z")
    for number in range(6, 11):
        api.put(number, at=f"2026-09-01T09:00:{number:02}Z")
    at = shop("intercom", api)
    at.synced()
    assert at.tickets() == at.told()


def test_zoho_desk_tickets_tell_reason_order_and_team(shop: Open) -> None:
    at = shop("zohodesk", filled(ZohoDesk(), 1))
    at.synced()
    ticket = at.desk.one("tickets", "zohodesk/main/1")
    assert (ticket["order_id"], ticket["agent_team"], bool(ticket["customer_key"])) == ("1281", "SAV", True)


def test_zoho_desk_is_read_by_time_and_within_one_second_by_place(shop: Open) -> None:
    api = ZohoDesk()
    for number in range(1, 251):
        api.put(number, at="2026-09-01T09:00:00Z")
    for number in range(251, 361):
        api.put(number, at="2026-09-01T09:00:05Z")
    at = shop("zohodesk", api)
    at.synced()
    assert at.tickets() == at.told()
    places = [asked.params["from"] for asked in api.asked if "from" in asked.params]
    assert places == ["0", "0", "100", "200", "0", "100"]


def test_zoho_desk_has_hosts_by_data_centre_for_tokens_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SETTINGS["zohodesk"].items():
        monkeypatch.setenv(f"INCIDENTS_ZOHODESK_{name}".upper(), value)
    vendor = find_vendors()["zohodesk"]
    given = credentials(vendor, "main", Store(tmp_path))
    renewal = given.auth.renewal(given.values)
    assert renewal is not None
    assert renewal[0] == "https://accounts.zoho.eu/oauth/v2/token"
    with closing(Client(vendor, given, TokenFile(tmp_path / "t"))) as client:
        assert str(client.base) == "https://desk.zoho.eu"
