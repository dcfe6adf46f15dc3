"""What the records together tell of a case reaches its cause, and leaves it again when they tell otherwise."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pipelines import decisions, notebook
from pipelines.decisions import Decision
from pipelines.load import load
from pipelines.notebook import Write
from pipelines.reader import Reader
from pipelines.store import Store
from tests.test_load import ORDERS

MAPPING = """
name = "caisse"
kind = "cancellations"
[columns]
cancellation_id = "No"
order_id = "Commande"
sku = "Article"
cancelled_at = "Le"
reason_raw = "Motif"
[reasons]
"Le client ne veut plus" = "changed_mind"
"""
HEAD = "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Survey score,Customer email"


def _order(number: int, sku: str) -> str:
    return (
        f"701-0000001-{number:07d}\t\t2026-03-01T10:00:00+00:00\t2026-03-02T10:00:00+00:00\tShipped\tMerchant\tAmazon.ca\t"
        f"Standard\tBoot\t{sku}\tB0\tShipped\t1\tCAD\t100.00\t15.00\tX\tQC\tH2X\tCA"
    )


def _files(folder: Path) -> dict[str, Path]:
    """Two cancellations "at the customer's request": of GONE the last piece was gone, of KEPT there were five."""
    folder.mkdir(parents=True)
    texts = {
        "orders.txt": [ORDERS, _order(1, "GONE"), _order(2, "KEPT")],
        "cancelled.csv": [
            "No,Commande,Article,Le,Motif",
            "1,701-0000001-0000001,GONE,2026-03-03 12:00:00,Le client ne veut plus",
            "2,701-0000001-0000002,KEPT,2026-03-03 12:00:00,Le client ne veut plus",
        ],
        "counts.csv": ["SKU,Stock,Date", "GONE,0,2026-03-03 08:00:00", "KEPT,5,2026-03-03 08:00:00"],
        "tickets.csv": [
            HEAD,
            "1,,email,False,Please cancel my order 701-0000001-0000001,2026-03-02 10:00:00,,,a@example.com",
        ],
    }
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {name.partition(".")[0]: folder / name for name in texts}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    (made.user / "mappings").mkdir(parents=True)
    (made.user / "mappings" / "caisse.toml").write_text(MAPPING, encoding="utf-8")
    return made


def causes(store: Store) -> dict[str, tuple[str, str, str, list[str]]]:
    rows = Reader(store).query("cases").select("sku", "cause", "party", "evidence", "secondary_causes")
    return {
        sku: (cause, party, evidence, list(others)) for sku, cause, party, evidence, others in rows.rows()
    }


DECLARED: tuple[str, str, str, list[str]] = ("changed_mind", "customer", "reason", [])
FOUND = ("stock_out", "merchant", "fact", ["changed_mind"])


@pytest.mark.parametrize("order", list(itertools.permutations(("orders", "cancelled", "counts")))[::3])
def test_a_label_that_the_stock_contradicts_is_not_the_cause_whatever_came_first(
    order: tuple[str, ...], store: Store, tmp_path: Path
) -> None:
    files = _files(tmp_path / "in")
    for name in order:
        load([files[name]], store)
    assert causes(store) == {"GONE": FOUND, "KEPT": DECLARED}
    shown = Reader(store).query("cancellation_cases").sort("sku")
    assert shown["declared"].to_list() == ["customer", "customer"]  # the label is still told as it was given
    assert shown["verdict"].to_list() == ["contradicted", "undetermined"]


def test_a_person_is_heard_first_and_a_request_that_comes_to_light_gives_the_label_back(
    store: Store, tmp_path: Path
) -> None:
    files = _files(tmp_path / "in")
    load([files[name] for name in ("orders", "cancelled", "counts")], store)
    assert causes(store)["GONE"] == FOUND
    assert Reader(store).query("work_items")["kind"].to_list() == ["cancellation_contradicted"]
    case = Reader(store).query("cases").filter(sku="GONE")["incident_key"][0]
    signal = (
        Reader(store).query("all_signals").filter(incident_key=case, kind="cancellation")["signal_key"][0]
    )
    decided = Decision("changed_mind", "customer", "she rang us", (signal,))
    (entry,) = decisions.decide(store, case, decided, 0, "Ana")
    load([], store)
    assert causes(store)["GONE"] == ("changed_mind", "customer", "decision", ["stock_out"])
    notebook.write(store, decisions.TOPIC, [Write(case, None, entry.number)], "Ana")
    load([files["tickets"]], store)
    assert causes(store)["GONE"][:3] == DECLARED[:3]
