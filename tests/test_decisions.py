"""What a person decides of a case wins over every rule, counts at once, survives loads and rebuilds, and is taken back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines import decisions, notebook, views
from pipelines.decisions import Decision
from pipelines.load import load
from pipelines.store import Store, StoreError

Build = Callable[..., duckdb.DuckDBPyConnection]

ORDERS = (
    "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\t"
    "sales-channel\tship-service-level\tproduct-name\tsku\tasin\titem-status\tquantity\tcurrency\titem-price\titem-tax\t"
    "ship-city\tship-state\tship-postal-code\tship-country"
)
RETURNS = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\t"
    "reason\tstatus\tlicense-plate-number\tcustomer-comments"
)
TICKETS = "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date"
RETURN_2 = "return/amazon/main/LPN2/701-0000001-0000002"
RETURN_3 = "return/amazon/main/LPN3/701-0000001-0000003"
TICKET_5 = "ticket/gorgias/main/5"


def _number(order: int) -> str:
    return f"701-0000001-{order:07d}"


def _file(folder: Path, name: str, header: str, *rows: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _orders(folder: Path) -> Path:
    rows = [
        f"{_number(n)}\t\t2026-03-01T10:00:00+00:00\t2026-03-02T10:00:00+00:00\tShipped\tAmazon\tAmazon.ca\tStandard\t"
        f"Boot\tSKU-{n}\tB0\tShipped\t1\tCAD\t100.00\t15.00\tX\tQC\tH2X\tCA"
        for n in range(1, 21)
    ]
    return _file(folder, "orders.txt", ORDERS, *rows)


def _returns(folder: Path) -> Path:
    rows = [
        f"2026-03-25T15:31:40+00:00\t{_number(n)}\tSKU-{n}\tB0\tX0\tBoot\t1\tYYZ4\tSELLABLE\tDEFECTIVE\t"
        f"Unit returned to inventory\tLPN{n}\t"
        for n in (1, 2, 3, 4)
    ]
    return _file(folder, "returns.txt", RETURNS, *rows)


def _ticket(folder: Path, number: int, order: int | None, day: str, tags: str = "") -> Path:
    about = f"Order {_number(order)}" if order else "a question"
    return _file(
        folder, f"ticket-{number}.csv", TICKETS, f"{number},{tags},email,False,{about},2026-03-{day} 10:00:00"
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns of four orders, each blamed on a defect, and tickets, of which one has an order."""
    folder = tmp_path_factory.mktemp("decisions")
    files = folder / "in"
    _orders(files)
    _returns(files)
    _ticket(files, 5, 3, "27")
    # so many that one more is no reason to build everything again
    _file(
        files, "tickets.csv", TICKETS, *(f"{n},,email,False,hello,2026-03-28 10:00:00" for n in range(30, 40))
    )
    load([files], Store(folder / "store"))
    return folder


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Store:
    """A copy of it, with its files in the folder `in` beside it."""
    shutil.copytree(loaded, tmp_path / "shop")
    return Store(tmp_path / "shop" / "store")


COLUMNS = "incident_key, order_ref, cause, party, family, evidence, evidence_rank, secondary_causes, has_conflict, signal_count"


def _asked(store: Store, sql: str) -> list[tuple[object, ...]]:
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(sql).fetchall()


def _incidents(store: Store) -> list[tuple[object, ...]]:
    return _asked(store, f"select {COLUMNS} from incidents order by incident_key")


def _verdict(store: Store, order: int) -> list[tuple[object, ...]]:
    return _asked(
        store,
        f"select cause, party, evidence, evidence_rank from incidents where order_ref = '{_number(order)}'",
    )


def _signals(store: Store, incident: str) -> tuple[str, ...]:
    sql = f"select signal_key from all_signals where incident_key = '{incident}' order by occurred_at, signal_key"
    return tuple(str(key) for (key,) in _asked(store, sql))


def _decide(
    store: Store, incident: str, cause: str | None, party: str | None = "supplier", seen: int = 0
) -> str:
    decision = Decision(cause, party, "seen it", _signals(store, incident))
    done = decisions.decide(store, incident, decision, seen, "Anne")
    load([], store)
    return done[0].batch


def _healthy(store: Store) -> bool:
    checks = [query.name for query in views.queries(("checks",)) if not query.name.startswith("int_")]
    return all(_asked(store, f"select count(*) from {name}") == [(0,)] for name in checks)


def _built_anew(store: Store) -> list[list[tuple[object, ...]]]:
    """What a store says whose files are all loaded again from nothing, with what its users wrote."""
    again = Store(store.folder.with_name("again"))
    shutil.copytree(store.user, again.user)
    load([store.folder.with_name("in")], again)
    found = [_incidents(again), _asked(again, "select * from decided_incidents order by all")]
    shutil.rmtree(again.folder)
    return found


def test_a_decision_wins_over_every_rule_and_an_undo_brings_back_what_they_say(store: Store) -> None:
    before = _incidents(store)
    assert _verdict(store, 2) == [("product_defect", "supplier", "reason", 4)]
    batch = _decide(store, RETURN_2, "size_or_fit", "catalogue")
    assert _verdict(store, 2) == [("size_or_fit", "catalogue", "decision", 1)]
    assert [row for row in _incidents(store) if row[0] != RETURN_2] == [
        row for row in before if row[0] != RETURN_2
    ]
    # the figures follow, and the rules' cause is still to be seen beside it
    assert _asked(store, "select incident_count from cause_pareto where cause = 'size_or_fit'") == [(1,)]
    assert _asked(store, f"select secondary_causes from incidents where incident_key = '{RETURN_2}'") == [
        (["product_defect"],)
    ]
    assert _asked(store, f"select cause from all_signals where signal_key = '{RETURN_2}'") == [
        ("product_defect",)
    ]
    notebook.undo(store, batch, "Bert")
    load([], store)
    assert _incidents(store) == before
    assert _healthy(store)


def test_only_the_case_decided_is_built_again(store: Store) -> None:
    with store.writing() as con:
        # were all built again, this would go
        con.execute(
            "update incidents set product = 'untouched' where order_ref is distinct from $ref",
            {"ref": _number(2)},
        )
    _decide(store, RETURN_2, "size_or_fit")
    assert _asked(store, "select product, count(*) from incidents group by all order by all") == [
        ("Boot", 1),
        ("untouched", 13),
    ]


def test_what_is_no_incident_is_counted_nowhere_until_that_is_taken_back(store: Store) -> None:
    before = _incidents(store)
    gone = ["ticket/gorgias/main/30", RETURN_2]  # one alone, one of an order
    done = [decisions.decide(store, key, Decision(None, None, "a test", (key,)), 0, "Anne") for key in gone]
    load([], store)
    assert _incidents(store) == [row for row in before if row[0] not in gone]
    assert _asked(store, "select sum(incident_count) from trend_total") == [(len(before) - 2,)]
    # they can still be looked at, and what told of them
    dismissed = _asked(store, "select incident_key from dismissed_incidents order by incident_key desc")
    assert [key for (key,) in dismissed] == gone
    assert all(_signals(store, key) == (key,) for key in gone)
    assert _healthy(store)
    for entries in done:
        notebook.undo(store, entries[0].batch, "Anne")
    load([], store)
    assert _incidents(store) == before
    assert _asked(store, "from dismissed_incidents") == []


def test_a_decision_stays_with_its_case_when_an_earlier_signal_renames_it(store: Store) -> None:
    _decide(store, RETURN_2, "size_or_fit")
    decisions.decide(store, RETURN_3, Decision(None, None, "a test order", (RETURN_3, TICKET_5)), 0, "Bert")
    load([_ticket(store.folder.with_name("in"), 9, 2, "20", "defectueux")], store)
    assert _asked(store, f"select incident_key from incidents where order_ref = '{_number(2)}'") == [
        ("ticket/gorgias/main/9",)
    ]
    assert _verdict(store, 2) == [("size_or_fit", "supplier", "decision", 1)]
    assert _asked(store, "select incident_key, item, is_incident from decided_incidents order by all") == [
        (RETURN_3, RETURN_3, False),
        ("ticket/gorgias/main/9", RETURN_2, True),
    ]
    assert _built_anew(store) == [
        _incidents(store),
        _asked(store, "select * from decided_incidents order by all"),
    ]


def test_a_decision_stays_when_the_signal_that_it_was_made_on_goes(store: Store) -> None:
    assert _signals(store, RETURN_3) == (RETURN_3, TICKET_5)
    value = Decision("size_or_fit", "catalogue", "", (TICKET_5, RETURN_3))
    decisions.decide(store, TICKET_5, value, 0, "Anne")
    load([], store)
    with store.writing() as con:  # as when the helpdesk says that it was spam
        con.execute("update raw_tickets set is_excluded = true where ticket_id = '5'")
        con.execute(
            "insert into dirty_records by name select 'tickets' as kind, record_id, order_ref from raw_tickets where ticket_id = '5'"
        )
    load([], store)
    assert _asked(store, f"select count(*) from all_signals where signal_key = '{TICKET_5}'") == [(0,)]
    assert _verdict(store, 3) == [("size_or_fit", "catalogue", "decision", 1)]


def test_a_decision_whose_signals_are_parted_goes_with_the_first_and_counts_once(store: Store) -> None:
    value = Decision("size_or_fit", "catalogue", "", (TICKET_5, RETURN_3))
    decisions.decide(store, TICKET_5, value, 0, "Anne")
    (store.user / "links.csv").write_text(f"ticket,order\n5,{_number(4)}\n", encoding="utf-8")
    load([], store)
    assert _verdict(store, 3) == [("product_defect", "supplier", "reason", 4)]
    assert _verdict(store, 4) == [("size_or_fit", "catalogue", "decision", 1)]
    # a load of the order that it left finds it no second time
    load([_ticket(store.folder.with_name("in"), 11, 3, "28")], store)
    assert _verdict(store, 3) == [("product_defect", "supplier", "reason", 4)]
    assert _asked(store, "select count(*) from decided_incidents") == [(1,)]
    (store.user / "links.csv").unlink()
    load([], store)
    assert _verdict(store, 3) == [("size_or_fit", "catalogue", "decision", 1)]


def test_a_decision_of_what_is_not_loaded_yet_waits_for_it(store: Store) -> None:
    signal = "ticket/gorgias/main/20"
    decisions.decide(store, signal, Decision("size_or_fit", "catalogue", "", (signal,)), 0, "Anne")
    load([], store)
    assert _asked(store, "from decided_incidents") == []
    load([_ticket(store.folder.with_name("in"), 20, None, "28")], store)
    assert _asked(store, f"select cause, evidence from incidents where incident_key = '{signal}'") == [
        ("size_or_fit", "decision")
    ]


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision("no_such_cause", "supplier", "", (RETURN_2,)), "unknown_cause"),
        (Decision("size_or_fit", "fulfiller", "", (RETURN_2,)), "unknown_party"),
        (Decision("size_or_fit", "supplier", "", ()), "nothing_to_decide"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(tmp_path: Path, decision: Decision, code: str) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(StoreError) as error:
        decisions.decide(store, RETURN_2, decision, 0, "Anne")
    assert error.value.message.code == code
    assert not store.folder.exists()


def test_the_later_of_two_decisions_that_meet_counts_and_ends_the_conflict(build: Build) -> None:
    con = build(
        tickets="""
            ticket_id | order_id | order_ref | created_at          | tags
            1         | 100      | 100       | 2026-03-01 10:00:00 | late
            2         | 100      | 100       | 2026-03-02 10:00:00 | defect
        """,
        ref_decisions="""
            item            | number | cause           | party    | place | signal_key         | is_incident
            ticket/shop/a/1 | 7      | wrong_item_sent | merchant | 0     | ticket/shop/main/1 | true
            ticket/shop/a/2 | 8      | stock_out       | 3pl      | 0     | ticket/shop/main/2 | true
        """,
    )
    got = con.execute(
        "select cause, party, evidence, confidence, has_conflict, secondary_causes from build_incidents"
    ).fetchall()
    # the agents' tags blame carrier and supplier; who decided need not be told so
    assert got == [("stock_out", "3pl", "decision", "high", False, ["late_delivery", "product_defect"])]
