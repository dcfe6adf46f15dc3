"""What the shop says of a ticket's order wins over every other evidence, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.load import load
from pipelines.messages import sentence
from pipelines.shop_links import ShopLink, ShopLinksError, read_shop_links
from pipelines.store import Store, StoreError
from tests.landed import SAMPLES

HEADER = "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Order number"
LINKED = (
    "select order_ref, order_evidence, link_confidence from all_signals where kind = 'ticket' order by all"
)


def _tickets(folder: Path, *rows: str) -> Path:
    path = folder / "tickets.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def _asked(store: Store, sql: str) -> list[tuple[object, ...]]:
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(sql).fetchall()


def _say(store: Store, text: str) -> None:
    store.user.mkdir(parents=True, exist_ok=True)
    (store.user / "links.csv").write_text(text, encoding="utf-8-sig")


def test_a_wrong_link_is_put_right_taken_away_and_brought_back(tmp_path: Path) -> None:
    tickets = _tickets(tmp_path, "7,email,False,wrong item,2026-03-27 10:00:00,#1051")
    store = Store(tmp_path / "store")
    load([SAMPLES / "shopify_orders.csv", tickets], store)
    assert _asked(store, LINKED) == [("702-1234567-7654321", "number", "high")]
    before = _asked(store, "select * from incidents order by incident_key")
    _say(store, "ticket;commande;par\n7;#1050;Anne\n")
    load([], store)
    assert _asked(store, LINKED) == [("1050", "decision", "high")]
    _say(store, "ticket,order\n7,\n")
    load([], store)
    assert _asked(store, LINKED) == [(None, None, None)]
    (store.user / "links.csv").unlink()
    load([], store)
    assert _asked(store, "select * from incidents order by incident_key") == before


def test_a_ticket_that_arrives_after_what_was_said_of_it_is_linked_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load([SAMPLES / "shopify_orders.csv"], store)
    _say(store, "tool,ticket,order\nzendesk,8,#1049\ngorgias,8,#1050\n,8,#1048\n")
    load([], store)
    load([_tickets(tmp_path, "8,email,False,wrong item,2026-03-27 10:00:00,")], store)
    assert _asked(store, LINKED) == [("1050", "decision", "high")]


def test_the_last_line_of_a_ticket_counts_and_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("No ticket;No commande;qui\n7;1;A\n\n7;2;B\n8;;C\n", encoding="cp1252")
    assert read_shop_links(path) == [ShopLink(None, "7", "2"), ShopLink(None, "8", None)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ticket,cause\n1,x\n", "shop_links_header"),
        ("ticket,order\n,1001\n", "shop_links_without_ticket"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_in_both_languages(tmp_path: Path, text: str, code: str) -> None:
    store = Store(tmp_path / "store")
    _say(store, text)
    with pytest.raises(ShopLinksError):
        read_shop_links(store.user / "links.csv")
    with pytest.raises(StoreError) as error:
        load([_tickets(tmp_path, "9,email,False,late,2026-03-27 10:00:00,")], store)
    assert error.value.message.code == code
    for lang in ("fr", "en"):
        assert "links.csv" in sentence(error.value.message, lang)
