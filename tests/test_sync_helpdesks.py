"""Help Scout: what its API does that the others' do not."""

from __future__ import annotations

import pytest

from tests.test_sync import APIS, Open, filled, shop
from tests.vendor_server_helpdesks import HelpScout

__all__ = ["shop"]  # the fixture
#: where the token is fetched, by vendor whose access tokens expire
TOKENS = {"helpscout": "/v2/oauth2/token"}


@pytest.mark.parametrize("system", TOKENS)
def test_an_access_token_that_expires_between_two_pages_is_fetched_anew(shop: Open, system: str) -> None:
    api = filled(APIS[system]())
    at = shop(system, api)
    # before the second page
    api.faults = [None, api.expire]
    at.synced()
    assert at.tickets() == at.told()
    assert [asked.path for asked in api.asked].count(TOKENS[system]) == 2


@pytest.mark.parametrize("system", ["helpscout"])
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
