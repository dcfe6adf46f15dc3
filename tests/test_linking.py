"""Tickets that come before or after what links them: any order of loading says the same, and a wrong link is undone."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import pytest

from pipelines.load import load
from pipelines.store import Store

GORGIAS = "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Closed date,Customer email"
ORDERS = "Name,Email,Financial Status,Fulfillment Status,Created at,Currency,Lineitem quantity,Lineitem name,Lineitem sku"
PARCELS = "Colis,Commande,Suivi"
MAPPING = """
name = "parcels"
kind = "shipments"
[columns]
shipment_id = "Colis"
order_id = "Commande"
tracking_number = "Suivi"
"""


def _file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _order(number: int, who: str, day: int, sku: str = "BOOT") -> str:
    return f"#{number},{who}@example.com,paid,fulfilled,2026-03-{day:02} 10:00:00 +0000,EUR,1,Red boot,{sku}"


def _ticket(number: int, subject: str, who: str, day: int) -> str:
    return f"{number},email,False,{subject},2026-03-{day:02} 10:00:00,,{who}@example.com"


def _files(folder: Path) -> list[Path]:
    """First what is there already, so that the others are small; then those whose order must not matter."""
    folder.mkdir()
    return [
        _file(folder, "o0.csv", ORDERS, *(_order(n, f"x{n}", 1) for n in range(9000, 9060))),
        _file(folder, "t0.csv", GORGIAS, *(_ticket(n, "Hello", f"y{n}", 2) for n in range(9000, 9060))),
        _file(folder, "p0.csv", PARCELS, *(f"S{n},{n},TRACK{n}" for n in range(9000, 9060))),
        _file(
            folder,
            "tickets.csv",
            GORGIAS,
            _ticket(1, "Wrong item!", "anna", 20),  # her only order
            _ticket(2, "Broken", "ben", 20),  # his second order was placed before: nobody can tell
            _ticket(3, "Where is 1Z999AA10123456784?", "z", 21),
            _ticket(4, "Order #4444 or FR1004 late", "z", 21),
            _ticket(
                5, "Order #4444 late", "z", 22
            ),  # not loaded, and shared with ticket 4 until FR1004 comes
        ),
        _file(folder, "o1.csv", ORDERS, _order(1001, "anna", 5), _order(1002, "ben", 6)),
        _file(
            folder,
            "o2.csv",
            ORDERS,
            _order(1003, "ben", 7),
            _order(1005, "carl", 7),
            _order(1004, "dora", 8).replace("#1004", "FR1004"),
        ),
        _file(folder, "parcels.csv", PARCELS, "S1,1005,1Z999AA10123456784"),
    ]


def _links(store: Store) -> list[tuple[object, ...]]:
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(
            """
            select
                split_part(record_id, '/', 3) as ticket, order_ref, order_evidence, link_evidence, link_confidence,
                incident_key
            from all_signals where kind = 'ticket' and len(ticket) = 1 order by ticket
            """
        ).fetchall()


def _sums(store: Store) -> list[tuple[object, ...]]:
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return [
            *con.execute(
                "select incident_key, signal_count, line_key from incidents order by all"
            ).fetchall(),
            *con.execute("select * from exposure_daily order by all").fetchall(),
        ]


def _store(folder: Path) -> Store:
    store = Store(folder / "store")
    (store.user / "mappings").mkdir(parents=True)
    (store.user / "mappings" / "parcels.toml").write_text(MAPPING, encoding="utf-8")
    return store


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[object, ...]], ...]:
    """The links and sums after all files in one load."""
    folder = tmp_path_factory.mktemp("whole")
    store = _store(folder)
    results = load(_files(folder / "in"), store)
    assert [each.status for each in results] == ["loaded"] * 7, results
    return _links(store), _sums(store)


def test_tickets_are_linked_by_what_they_tell(whole: tuple[list[tuple[object, ...]], ...]) -> None:
    assert [row[:5] for row in whole[0]] == [
        ("1", "1001", "customer", "only_line", "low"),
        ("2", None, None, None, None),
        ("3", "1005", "tracking", "only_line", "medium"),
        ("4", "FR1004", "mention", "only_line", "high"),
        ("5", "4444", "number", "order_not_loaded", None),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3, 7)))[5::12])
def test_any_order_of_loading_links_the_same(
    order: tuple[int, ...], tmp_path: Path, whole: tuple[list[tuple[object, ...]], ...]
) -> None:
    files, store = _files(tmp_path / "in"), _store(tmp_path)
    load(files[:3], store)
    for position in order:
        load([files[position]], store)
    assert (_links(store), _sums(store)) == whole
