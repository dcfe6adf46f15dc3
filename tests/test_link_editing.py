"""A person says on the page which order a ticket is about: links.csv keeps it beside the shop's own lines, with undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import editing, link_editing, user_changes
from pipelines.load import load
from pipelines.reader import Reader
from pipelines.shop_links import link_in, with_link
from pipelines.store import Store, StoreError
from tests.landed import SAMPLES
from tests.test_pages import drawn

HEADER = "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Order number"


def test_a_line_is_put_beside_those_that_the_shop_wrote_and_taken_out_again() -> None:
    text = "Ticket;Commande;qui\n7;#1;A\n\n8;;C\n"
    once = with_link(text, "gorgias", "7", "#2")
    assert once == "Ticket;Commande;qui;outil\n7;#1;A\n\n8;;C\n7;#2;;gorgias\n"
    assert [link_in(once, "x", tool, "7") for tool in ("gorgias", "zendesk")] == ["#2", None]
    twice = with_link(once, "gorgias", "7", "")
    assert twice.endswith("7;;;gorgias\n")
    assert link_in(twice, "x", "gorgias", "7") == ""
    assert with_link(twice, "gorgias", "7", None) == "Ticket;Commande;qui;outil\n7;#1;A\n\n8;;C\n"
    assert with_link("", "gorgias", "7", "=1+1") == "ticket,tool,order\n7,gorgias,'=1+1\n"


def _orders(store: Store) -> list[tuple[object, ...]]:
    tickets = Reader(store).query("all_signals", only={"kind": "ticket"})
    return tickets.select("order_ref", "order_evidence").rows()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(f"{HEADER}\n7,email,False,wrong item,2026-03-27 10:00:00,\n", encoding="utf-8")
    made = Store(tmp_path / "store")
    load([SAMPLES / "shopify_orders.csv", tickets], made)
    return made


def test_on_the_page_a_ticket_gets_its_order_and_loses_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCIDENTS_STORE", str(store.folder))
    assert _orders(store) == [(None, None)]
    key = Reader(store).query("incidents")["incident_key"].to_list()
    ticket = next(each for each in key if each.startswith("ticket/"))
    app = drawn("case", lang="fr", incident=ticket)
    app.text_input(key="link_order").set_value("#1050").run()
    app.button(key="link_save").click().run()
    assert [e.value for e in app.exception] == []
    assert _orders(store) == [("1050", "decision")]
    # the same address still shows the ticket, in whatever incident it is now
    assert app.selectbox(key="link_ticket").value == ("gorgias", "7")
    change = user_changes.changes(store)[0]
    assert (change.what, change.value, change.scheme, change.before, change.after) == (
        "link",
        "7",
        "gorgias",
        None,
        "#1050",
    )
    app.button(key=f"undo_{change.id}").click().run()
    assert [e.value for e in app.exception] == []
    assert _orders(store) == [(None, None)]


def test_what_was_said_again_since_is_not_undone(tmp_path: Path) -> None:
    place = Store(tmp_path / "store")
    first = link_editing.set_link(place, "gorgias", "7", "#1", "Anne")
    assert first is not None
    assert link_editing.set_link(place, "gorgias", "7", "#1", "Anne") is None
    link_editing.set_link(place, "gorgias", "7", "", "Bert")
    with pytest.raises(StoreError) as error:
        editing.undo(place, first, "Anne")
    assert error.value.message.code == "undo_changed_since"
    assert link_editing.said(place, "gorgias", "7") == ""


def test_an_order_that_no_list_can_hold_is_refused(tmp_path: Path) -> None:
    place = Store(tmp_path / "store")
    with pytest.raises(StoreError):
        link_editing.set_link(place, "gorgias", "7", "1\n2", "Anne")
    assert not place.folder.exists()
