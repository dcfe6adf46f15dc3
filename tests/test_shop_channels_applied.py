"""What the shop says of channels reaches incidents, without loading anything again."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.load import load
from pipelines.store import Store
from tests.landed import SAMPLES

HEADER = "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Order number"
TICKETS = (
    "1,Minitel,False,wrong item,2026-03-27 10:00:00,",
    "2,email,False,wrong item,2026-03-27 10:00:00,",
    "3,api,False,wrong item,2026-03-27 10:00:00,",
)


def _asked(store: Store, sql: str) -> list[tuple[object, ...]]:
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(sql).fetchall()


CHANNELS = "select channel from incidents order by all"
UNKNOWN = "select scheme, value, signal_count from int_unmapped_values where value_kind = 'channel'"


def test_a_word_that_nobody_knows_is_shown_until_the_shop_maps_it(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("\n".join([HEADER, *TICKETS]) + "\n", encoding="utf-8")
    store = Store(tmp_path / "store")
    load([file], store)
    assert _asked(store, CHANNELS) == [("Minitel",), ("api",), ("email",)]
    assert _asked(store, UNKNOWN) == [("gorgias", "Minitel", 1)]
    store.user.mkdir(exist_ok=True)
    (store.user / "channels.csv").write_text(
        "word,tool,channel\nminitel,,Réseau\nminitel,zendesk,pinterest\napi,gorgias,tiktok\napi,,youtube\n"
        "email,,review\nemail,gorgias,line\n",
        encoding="utf-8",
    )
    load([], store)
    assert _asked(store, CHANNELS) == [("Réseau",), ("line",), ("tiktok",)]
    assert _asked(store, UNKNOWN) == []


def test_a_channel_of_orders_is_mapped_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.user.mkdir(parents=True)
    (store.user / "channels.csv").write_text("word,channel\nPOS,Boutique de Lyon\n", encoding="utf-8")
    load([SAMPLES / "shopify_orders.csv"], store)
    told = {channel for (channel,) in _asked(store, "select distinct channel from lines")}
    assert "Boutique de Lyon" in told
    assert "pos" not in told
