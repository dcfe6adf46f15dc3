"""A load is once, whole and in any order: what the store says depends on the files, not on how they came."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from pipelines import facts, views
from pipelines.load import FileResult, Options, Progress, load
from pipelines.sources import find_sources
from pipelines.store import Store, StoreError

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "sample"
FACTS = {
    "lines": "order_key, line_key, sku, supplier, quantity, channel, order_date, shipped_date, is_confirmed, is_shipped",
    "all_signals": "kind, record_id, order_key, line_key, occurred_at, cause, party, evidence, amount_cents, link",
    "incidents": "order_key, line_key, sku, cause, party, evidence, secondary_causes, has_conflict, signal_count, kinds, "
    "first_at, last_at, event_date, order_date, cost_cents, currency",
    **{fact.table: "*" for fact in facts.facts()},
    **{each.name: "*" for each in views.queries(("aggregates",))},
}

GORGIAS = "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Survey score,Customer email"
RETURNS = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\t"
    "reason\tstatus\tlicense-plate-number\tcustomer-comments"
)
ORDERS = (
    "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\t"
    "sales-channel\tship-service-level\tproduct-name\tsku\tasin\titem-status\tquantity\tcurrency\titem-price\titem-tax\t"
    "ship-city\tship-state\tship-postal-code\tship-country"
)


def _tickets(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([GORGIAS, *rows]) + "\n", encoding="utf-8")
    return path


def _table(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _order(
    number: int, sku: str, status: str = "Shipped", updated: str = "2026-03-02", item: str = "Shipped"
) -> str:
    return (
        f"701-0000001-{number:07d}\t\t2026-03-01T10:00:00+00:00\t{updated}T10:00:00+00:00\t{status}\tAmazon\tAmazon.ca\t"
        f"Standard\tBoot\t{sku}\tB0\t{item}\t1\tCAD\t100.00\t15.00\tX\tQC\tH2X\tCA"
    )


def _return(
    number: int, sku: str, lpn: str, day: str, reason: str = "DEFECTIVE", disposition: str = "DEFECTIVE"
) -> str:
    return (
        f"{day}T15:31:40+00:00\t701-0000001-{number:07d}\t{sku}\tB0\tX0\tBoot\t1\tYYZ4\t{disposition}\t{reason}\t"
        f"Unit returned to inventory\t{lpn}\t"
    )


def _files(folder: Path) -> list[Path]:
    """Four exports that overlap, contradict and complete one another."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _table(
            folder / "orders-early.txt", ORDERS, [_order(n, f"SKU-{n % 3}", "Unshipped") for n in range(1, 9)]
        ),
        _table(
            folder / "orders-late.txt",
            ORDERS,
            [
                *(_order(n, f"SKU-{n % 3}", updated="2026-03-20") for n in range(5, 13)),
                _order(9, "SKU-9", updated="2026-03-20", item="Cancelled"),
            ],
        ),
        _table(
            folder / "returns.txt",
            RETURNS,
            [
                *(_return(n, f"SKU-{n % 3}", f"LPN{n}", "2026-03-25") for n in range(3, 7)),
                _return(3, "SKU-0", "LPN3", "2026-03-25"),  # the same unit twice
                _return(
                    20, "SKU-0", "LPN20", "2026-03-26", "NEVER_ARRIVED", "SELLABLE"
                ),  # its order is not loaded
            ],
        ),
        _tickets(
            folder / "tickets.csv",
            [
                "1,defectueux,email,False,Order 701-0000001-0000004 broke,2026-03-27 10:00:00,,,a@example.com",
                "2,,chat,False,mauvaise taille,2026-03-28 10:00:00,,,b@example.com",
                "3,spam,email,True,Hello,2026-03-28 11:00:00,,,c@example.com",
            ],
        ),
    ]


def test_a_record_without_an_order_that_changes_is_not_there_twice(tmp_path: Path) -> None:
    def told(disposition: str) -> list[str]:
        rows = [_return(n, "SKU-1", f"LPN{n}", "2026-03-25") for n in range(1, 31)]
        return [
            rows[0].replace("DEFECTIVE\t", f"{disposition}\t", 1).replace("701-0000001-0000001", ""),
            *rows[1:],
        ]

    store = Store(tmp_path / "store")
    load([_table(tmp_path / "first.txt", RETURNS, told("DEFECTIVE"))], store)
    later = [
        *told("CARRIER_DAMAGED"),
        _return(99, "SKU-1", "LPN99", "2026-03-28"),
    ]  # so it is the later state
    load([_table(tmp_path / "later.txt", RETURNS, later)], store)
    facts = _facts(store)
    assert len(facts["all_signals"]) == 31
    assert sum("damaged_in_transit" in row for row in facts["incidents"]) == 1
    assert len(facts["incidents"]) == 31


def _facts(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """What the newest snapshot says, without where and when it was read."""
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return {
            fact: sorted(con.execute(f"select {columns} from {fact}").fetchall(), key=repr)
            for fact, columns in FACTS.items()
        }


def _sums_agree(results: list[FileResult]) -> bool:
    return all(r.rows_in == r.loaded + r.unchanged + r.rejected for r in results)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The facts after all files in one load."""
    folder = tmp_path_factory.mktemp("whole")
    store = Store(folder / "store")
    results = load(_files(folder / "in"), store)
    assert [r.status for r in results] == ["loaded"] * 4
    assert _sums_agree(results)
    return _facts(store)


def test_the_files_of_this_test_make_incidents_of_several_kinds(
    whole: dict[str, list[tuple[object, ...]]],
) -> None:
    kinds = {kind for row in whole["incidents"] for kind in row[9]}  # type: ignore[attr-defined]
    assert kinds >= {"ticket", "return", "cancellation"}
    assert len(whole["lines"]) == 13


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[5::12])
def test_files_one_at_a_time_in_any_order_say_the_same_as_all_at_once(
    order: tuple[int, ...], tmp_path: Path, whole: dict[str, list[tuple[object, ...]]]
) -> None:
    files, store = _files(tmp_path / "in"), Store(tmp_path / "store")
    for position in order:
        assert _sums_agree(load([files[position]], store))
    assert _facts(store) == whole


def test_loading_everything_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    files, store = _files(tmp_path / "in"), Store(tmp_path / "store")
    load(files, store)
    before = _facts(store)
    again = load(files, store)
    assert [(r.loaded, r.unchanged + r.rejected) for r in again] == [(0, r.rows_in) for r in again]
    assert _facts(store) == before


def test_the_same_rows_in_another_file_are_unchanged(tmp_path: Path) -> None:
    files, store = _files(tmp_path / "in"), Store(tmp_path / "store")
    load(files, store)
    before = _facts(store)
    lines = files[3].read_text(encoding="utf-8").splitlines()
    copy = tmp_path / "copy.csv"
    copy.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    (result,) = load([copy], store)
    assert (result.rows_in, result.loaded, result.unchanged, result.rejected) == (3, 0, 3, 0)
    assert _facts(store) == before


def test_an_older_state_never_replaces_a_newer_one(tmp_path: Path) -> None:
    files, store = _files(tmp_path / "in"), Store(tmp_path / "store")
    load([files[1]], store)
    (early,) = load([files[0]], store)
    assert (early.loaded, early.unchanged) == (4, 4)  # orders 5 to 8 were known in a later state


def _messages(path: Path, tickets: Sequence[int]) -> Path:
    """An agent's answer to each of these tickets."""
    said = [
        {
            "id": 1000 + n,
            "ticket_id": n,
            "from_agent": True,
            "public": True,
            "channel": "email",
            "created_datetime": f"2026-04-{1 + n % 28:02d}T11:{n:02d}:00",
        }
        for n in tickets
    ]
    path.write_text(json.dumps({"data": said}), encoding="utf-8")
    return path


def test_many_small_loads_equal_one_large_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    rows = [
        f"{n},{dice.choice(['defectueux', 'colis_perdu', '', 'vip'])},email,False,"
        f"Order 701-0000001-{dice.randrange(1, 9):07d},2026-04-{1 + n % 28:02d} 10:00:00,,,c{n}@example.com"
        for n in range(60)
    ]
    orders = _files(tmp_path / "in")[0]
    first = _messages(tmp_path / "first.json", range(0, 60, 2))
    later = _messages(tmp_path / "later.json", range(1, 10, 4))
    one, many = Store(tmp_path / "one"), Store(tmp_path / "many")
    load([orders, _tickets(tmp_path / "all.csv", rows), first, later], one)
    load([orders], many)
    # the first of them came on another day; the last two loads are a fifth of what is there at most, so that no more
    # than what they touch is made anew
    moved = rows[0].replace("2026-04-01", "2026-03-20")
    load([_tickets(tmp_path / "half.csv", [moved, *rows[2::2]])], many)
    load([first], many)
    load([_tickets(tmp_path / "quarter.csv", rows[1::4])], many)
    load([_tickets(tmp_path / "eighth.csv", rows[3::8])], many)
    load([_tickets(tmp_path / "rest.csv", [*rows[7::8], rows[0]])], many)
    made: list[views.Query] = []
    run = views.run

    def noted(con: duckdb.DuckDBPyConnection, chosen: Sequence[views.Query]) -> None:
        made.extend(chosen)
        run(con, chosen)

    monkeypatch.setattr(views, "run", noted)
    load([later], many)  # of tickets that this load does not bring, nor others of their orders
    assert _facts(many) == _facts(one)
    # and what does not read messages or what is kept of tickets is left as it was
    made_anew = {query.name for query in made if query.path.parent.name == "aggregates"}
    assert made_anew <= {"int_sources", "int_ticket_tools", "int_cancellations", "int_unmapped_values"}


def test_a_second_loader_is_told_that_the_store_is_busy(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with store.writing(), pytest.raises(StoreError) as told:
        load([], Store(tmp_path / "store"))
    assert told.value.message.code == "store_busy"


def test_readers_keep_their_snapshot_and_only_three_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    names = []
    for day in range(1, 6):
        load(
            [_tickets(tmp_path / f"{day}.csv", [f"{day},,email,False,a,2026-03-{day:02d} 10:00:00,,,"])],
            store,
        )
        names.append(store.snapshot())
    assert len(set(names)) == 5
    assert sorted(store.snapshots.glob("*.duckdb")) == sorted(filter(None, names[-3:]))


def test_progress_is_told_for_every_file_and_step(tmp_path: Path) -> None:
    seen: list[Progress] = []
    load(_files(tmp_path / "in"), Store(tmp_path / "store"), progress=seen.append)
    assert [p.file for p in seen if p.step == "read"] == [
        "orders-early.txt",
        "orders-late.txt",
        "returns.txt",
        "tickets.csv",
    ]
    assert [p.step for p in seen[4:]] == ["build", "publish", "done"]


def test_no_personal_data_reaches_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(
        [
            _tickets(
                tmp_path / "t.csv",
                ["1,,email,False,Call 514 555 0199 or zoe@example.com,2026-03-27 10:00:00,,,zoe@example.com"],
            )
        ],
        store,
    )
    stored = store.master.read_bytes()
    assert b"zoe@example" not in stored
    assert b"555 0199" not in stored


def test_what_decides_how_records_are_read_is_part_of_the_build_version(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load([_tickets(tmp_path / "t.csv", ["1,bizarre,email,False,a,2026-03-27 10:00:00,,,"])], store)
    assert _facts(store)["incidents"][0][3] == "unknown"
    store.user.mkdir(exist_ok=True)
    (store.user / "tags.csv").write_text("tag,cause\nbizarre,product_defect\n", encoding="utf-8")
    load([], store)
    assert _facts(store)["incidents"][0][3] == "product_defect"


def test_rows_without_an_id_are_not_doubled_when_newer_code_reads_the_file_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    file = tmp_path / "signalconso.csv"
    header = (
        "id;category;subcategories;creationdate;contactagreement;status;forwardtoreponseconso;tags;"
        "signalement_transmis;signalement_lu;signalement_reponse;dep_name;dep_code;reg_code;reg_name"
    )
    row = ";AchatInternet;Une commande effectuée,Commande jamais livrée;2023-08-30;1;NA;0;Internet;0;0;0;Paris;75;11;IDF"
    file.write_text("\n".join([header, row, row, row.replace("30;1", "31;1")]) + "\n", encoding="utf-8")
    load([file], store)
    with store.writing() as con:
        con.execute("update raw_tickets set ticket_id = ticket_id || 'x', record_id = record_id || 'x'")
        con.execute("update files set read_by = 'older code'")
    (again,) = load([file], store)
    assert (again.rows_in, again.rejected) == (3, 0)
    assert len(_facts(store)["all_signals"]) == 3


CATALOGUE = """
name = "catalogue"
title = "Catalogue (CSV)"
kind = "products"
needs = ["Référence", "Fournisseur"]

[columns]
sku = "Référence"
supplier = "Fournisseur"
"""


def _catalogue(path: Path, supplier: str, at: float) -> Path:
    rows = [f"SKU-{number},{supplier}" for number in range(40)]
    path.write_text("\n".join(["Référence,Fournisseur", *rows]) + "\n", encoding="utf-8")
    os.utime(path, (at, at))
    return path


@pytest.mark.parametrize("is_later_first", [False, True])
def test_of_two_files_without_a_time_the_one_written_later_counts_in_any_order(
    is_later_first: bool, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    (store.user / "mappings").mkdir(parents=True)
    (store.user / "mappings" / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
    files = [
        _catalogue(tmp_path / "a.csv", "Old", 1_000_000),
        _catalogue(tmp_path / "b.csv", "New", 2_000_000),
    ]
    for file in reversed(files) if is_later_first else files:
        load([file], store)
    with Store(tmp_path / "store").writing() as con:
        assert con.execute("select supplier, count(*) from raw_products group by 1").fetchall() == [
            ("New", 40)
        ]


def test_a_file_read_again_by_another_mapping_replaces_all_that_it_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (store.user / "mappings").mkdir(parents=True)
    mapping = store.user / "mappings" / "catalogue.toml"
    mapping.write_text(CATALOGUE, encoding="utf-8")
    file = _catalogue(tmp_path / "a.csv", "Ferrand", 1_000_000)
    load([file], store)
    mapping.write_text(CATALOGUE + '\n[constants]\ncategory = "Shoes"\n', encoding="utf-8")
    (again,) = load([file], store)
    assert (again.rows_in, again.loaded) == (40, 40)
    with store.writing() as con:
        assert con.execute("select count(*) from raw_products where category = 'Shoes'").fetchone() == (40,)


def test_the_same_file_for_two_accounts_is_two_files(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    file = _tickets(tmp_path / "t.csv", ["1,,email,False,a,2026-03-27 10:00:00,,,"])
    for account in ("north", "south"):
        (result,) = load([file], store, Options(account=account))
        assert result.loaded == 1
    assert sorted(str(row[1]) for row in _facts(store)["all_signals"]) == [
        "gorgias/north/1",
        "gorgias/south/1",
    ]


NAMES = sorted({source.name for source in find_sources()})


@pytest.mark.parametrize("sources", [NAMES[at::8] for at in range(8)], ids=lambda names: names[0])
def test_every_source_loads_into_a_store_that_is_already_built(sources: list[str], tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load([_tickets(tmp_path / "t.csv", ["1,,email,False,a,2026-03-27 10:00:00,,,"])], store)
    samples = {
        source: [path for path in sorted(SAMPLES.glob(f"{source}*")) if path.suffix != ".toml"]
        for source in sources
    }
    assert all(samples.values())
    results = load([path for paths in samples.values() for path in paths], store)
    assert [result.status for result in results] == ["loaded"] * len(results)
    assert all(result.loaded + result.unchanged > 0 for result in results)
