"""A small store for the tests of the pages: a fiftieth of the demo, with names that would do harm if anything let them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from pipelines.demo import copy_mappings, write_demo
from pipelines.load import load
from pipelines.store import Store
from tests.demo_files import UNTIL

MARKUP = '<img src=x onerror="window.hacked=1">'
MARKDOWN = "**bold** [link](javascript:alert) `x`"
FORMULA = "=cmd|' /C calc'!A0"

FILES = (
    "produits.csv",
    "shopify_orders_export_5.csv",
    "shopify_orders_export_6.csv",
    "shopify_returns.jsonl",
    "expeditions_laval.csv",
    "retours_entrepot.csv",
    "annulations.csv",
    "stocks.csv",
    "mercatelle_commandes.csv",
    "mercatelle_lignes.csv",
    "mercatelle_annulations.csv",
    "gorgias_tickets.csv",
    "amazon_fba_returns.txt",
)


def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="incidents-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def small_store() -> Store:
    """The store, loaded once a test run."""
    folder = _made()
    write_demo(folder / "files", UNTIL, size=0.02)
    _poison(folder / "files" / "produits.csv")
    _spoil(folder / "files" / "gorgias_tickets.csv")
    store = Store(folder / "store")
    copy_mappings(store.user / "mappings")
    results = load([folder / "files" / name for name in FILES], store)
    assert all(result.status == "loaded" for result in results), results
    return store


def _poison(products: Path) -> None:
    """Supplier and product names as a hostile seller would write them."""
    quoted = MARKUP.replace('"', '""')
    text = products.read_text(encoding="utf-8")
    text = text.replace(",Kordane,", f',"{quoted}",').replace(",Botte Tadoussac,", f',"{MARKDOWN}",')
    products.write_text(text.replace(",Botte Abitibi doublée,", f',"{FORMULA}",'), encoding="utf-8")


def _spoil(tickets: Path) -> None:
    """One row that cannot be loaded, so that the page has something to say."""
    with tickets.open("a", encoding="utf-8") as file:
        file.write("94999999,=HYPERLINK(1)\n")
