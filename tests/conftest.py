"""What tests share: tables drawn in text, the batch of one load and the facts it leaves; and which need a browser.

A table is drawn as its rows are read aloud: a header, then rows, cells parted by `|`. An empty cell is NULL, a list
is parted by commas. Only the columns that matter are drawn; the others are there, and NULL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from streamlit.components.v2 import manifest_scanner

from pipelines import build as loading
from pipelines import facts as kept_facts
from pipelines import views
from pipelines.contract import KINDS
from pipelines.phrases import create_macros
from pipelines.rules import all_rules
from pipelines.store import Store
from tests import prepared


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each run of an AppTest reads the metadata of every package installed, which takes longer than most pages."""
    with pytest.MonkeyPatch.context() as patch:
        found_once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found_once)
        yield


@pytest.fixture(autouse=True, scope="module")
def prepared_stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """New stores of most tests begin where the first load would have made their tables and views."""
    if request.module.__name__.rpartition(".")[2] in prepared.EXCEPT:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_open_master", prepared.opening(Store._open_master))
        yield


# A few causes, one of each party that matters. The real ones are tested where they are written.
CAUSES = """
    cause                | family    | party     | exposure
    wrong_item_sent      | logistics | fulfiller | lines_shipped
    missing_item_or_part | logistics | fulfiller | lines_shipped
    product_defect       | product   | supplier  | units_sold
    damaged_in_transit   | transport | carrier   | lines_shipped
    damaged_in_warehouse | logistics | 3pl       | lines_shipped
    lost_in_transit      | transport | carrier   | lines_shipped
    late_delivery        | transport | carrier   | lines_shipped
    not_received         | transport | carrier   | lines_shipped
    stock_out            | stock     | merchant  | lines_confirmed
    stock_desync         | stock     | merchant  | lines_confirmed
    changed_mind         | customer  | customer  | orders
    goodwill             | internal  | merchant  | orders
    other                | unknown   | unknown   | orders
"""
CODES = """
    scheme             | code          | cause                | party     | confidence
    shopify.return     | WRONG_ITEM    | wrong_item_sent      | fulfiller | medium
    shopify.return     | DEFECTIVE     | product_defect       | supplier  | low
    shopify.return     | UNWANTED      | changed_mind         | customer  | high
    shopify.return     | OTHER         | unknown              | unknown   | low
    shopify.return     | MISC          | other                |           | low
    amazon.return      | DEFECTIVE     | product_defect       | supplier  | medium
    amazon.disposition | SELLABLE      |                      |           | high
    amazon.disposition | DAMAGED       | damaged_in_warehouse | 3pl       | high
    amazon.disposition | DEFECTIVE     | product_defect       | supplier  | medium
    amazon.adjust      | E             | damaged_in_warehouse | 3pl       | high
    amazon.adjust      | Q             |                      |           | high
    shopify.cancel     | INVENTORY     | stock_out            | merchant  | high
    shopify.cancel     | CUSTOMER      | changed_mind         | customer  | medium
    walmart.refund     | GOODWILL      | goodwill             | merchant  | high
    carrier            | LOST          | lost_in_transit      | carrier   | high
    carrier            | DAMAGED       | damaged_in_transit   | carrier   | high
    claim              | INR           | not_received         | carrier   | medium
"""
PHRASES = """
    phrase                | cause
    wrong item            | wrong_item_sent
    wrong item in my cart |
    arrived broken        | damaged_in_transit
    article cassé         | product_defect
    n'est jamais arrivé   | not_received
"""
TAGS = """
    tag        | cause           | origin
    WRONG_ITEM | wrong_item_sent | product
    DEFECT     | product_defect  | product
    LATE       | late_delivery   | product
    STOCK_OUT  | stock_out       | product
    VIP        |                 | product
    URGENT     | ignore          | shop
"""
CHANNELS = """
    source  | code     | channel  | origin
            | EMAIL    | email    | product
            | CHAT     | chat     | product
            | MINITEL  | minitel  | shop
    zendesk | MINITEL  | tiktok   | shop
"""
LINKS = """
    record_id | order_ref
"""
SAYINGS = """
    saying              | phrase
    cancellation_asked  | please cancel
    cancellation_denied | never asked to cancel
"""
REFERENCES = {
    "ref_causes": CAUSES,
    "ref_codes": CODES,
    "ref_phrases": PHRASES,
    "ref_tags": TAGS,
    "ref_channels": CHANNELS,
    "ref_links": LINKS,
    "ref_sayings": SAYINGS,
    "ref_decisions": "",
    "ref_findings": "",
}
SETTINGS = """
    zone | main_currency
    UTC  | EUR
"""

REF_TYPES = {
    "ref_causes": dict.fromkeys(
        (
            *("cause", "family", "party", "exposure", "title_fr", "title_en", "why_fr", "why_en"),
            *("first_step_fr", "first_step_en"),
        ),
        "VARCHAR",
    ),
    "ref_codes": dict.fromkeys(("scheme", "code", "cause", "party", "confidence"), "VARCHAR"),
    "ref_phrases": dict.fromkeys(("phrase", "cause"), "VARCHAR"),
    "ref_tags": dict.fromkeys(("tag", "cause", "origin"), "VARCHAR"),
    "ref_channels": dict.fromkeys(("source", "code", "channel", "origin"), "VARCHAR"),
    "ref_links": dict.fromkeys(("record_id", "order_ref"), "VARCHAR"),
    "ref_sayings": dict.fromkeys(("saying", "phrase"), "VARCHAR"),
    "ref_findings": {"signal_key": "varchar", "cause": "varchar"},
    "ref_decisions": {
        **dict.fromkeys(("item", "cause", "party", "signal_key"), "VARCHAR"),
        "number": "BIGINT",
        "place": "INTEGER",
        "is_incident": "BOOLEAN",
    },
    "settings": {"zone": "VARCHAR", "main_currency": "VARCHAR", "third_party_warehouses": "VARCHAR[]"},
    **{rules.table: rules.types for rules in all_rules()},  # empty unless drawn
}


def drawn(text: str) -> list[dict[str, str | None]]:
    """The rows of a table drawn in text, as text; an empty cell is None."""
    header, *rows = [
        [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()
    ]
    for row in rows:
        assert len(row) == len(header), f"{row} has not the {len(header)} cells of {header}"
    return [{name: cell or None for name, cell in zip(header, row, strict=True)} for row in rows]


def make_table(con: duckdb.DuckDBPyConnection, name: str, types: dict[str, str], text: str = "") -> None:
    """Make table `name` with the columns of `types`, filled with what is drawn."""
    con.execute(
        f'create or replace table "{name}" (' + ", ".join(f'"{c}" {t}' for c, t in types.items()) + ")"
    )
    add_rows(con, name, types, text)


def add_rows(con: duckdb.DuckDBPyConnection, name: str, types: dict[str, str], text: str) -> None:
    """Add the drawn rows to table `name`."""
    for row in drawn(text) if text.strip() else []:
        unknown = set(row) - set(types)
        assert not unknown, f"{name} has no column {unknown}"
        values = [_value(cell, types[column]) for column, cell in row.items()]
        columns = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" for _ in values)
        con.execute(f'insert into "{name}" ({columns}) values ({marks})', values)


def _value(cell: str | None, kind: str) -> Any:
    if cell is None or not kind.endswith("[]"):
        return cell
    return [part.strip() for part in cell.split(",")] if cell != "[]" else []


def types_of(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column names and types of a table or view."""
    return {str(row[0]): str(row[1]) for row in con.execute(f'describe from "{table}"').fetchall()}


def batch_types(kind: str) -> dict[str, str]:
    """Column names and types of a record kind."""
    return KINDS[kind].all_columns


def fill_batch(con: duckdb.DuckDBPyConnection, kind: str, text: str = "") -> None:
    """Make batch_<kind>; record ids, accounts and row numbers that are not drawn follow from the rest."""
    types = batch_types(kind)
    make_table(con, f"batch_{kind}", types, text)
    if not text.strip():
        return
    key = "concat_ws('/', " + ", ".join(f'"{column}"' for column in KINDS[kind].key) + ")"
    con.execute(f"update batch_{kind} set account = 'main' where account is null")
    con.execute(f"update batch_{kind} set source = 'shop' where source is null")
    con.execute(
        f"update batch_{kind} set record_id = source || '/' || account || '/' || {key} where record_id is null"
    )


def open_batch(references: dict[str, str], batches: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A database with reference tables and the batch of one load, nothing built yet."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    create_macros(con)
    views.create_macros(con)
    drawings = {**REFERENCES, "settings": SETTINGS, **references}
    for table, types in REF_TYPES.items():
        make_table(con, table, types, drawings.get(table, ""))
    for kind in KINDS:
        fill_batch(con, kind, batches.get(kind, ""))
    return con


@pytest.fixture(scope="session")
def fact_types() -> dict[str, dict[str, str]]:
    """Columns and types of every table that views read, taken from the code that makes them."""
    con = open_batch({}, {})
    views.run_build(con)
    # and of every table that the loader keeps beside them
    kept = {}
    with duckdb.connect() as master:
        loading.prepare_master(master)
        for (table,) in master.execute("select table_name from duckdb_tables()").fetchall():
            kept[table] = types_of(master, table)
    types = {name: types_of(con, f"build_{name}") for name in ("lines", "signals", "incidents")}
    types["dismissed_incidents"] = types["incidents"]
    for fact in ("lines", "signals", "incidents", "raw_returns"):
        make_table(con, fact, {**kept, **types}[fact])
    for query in _make_calendars(con):
        kept[query.name] = types_of(con, query.name)
    _keep_facts(con, {**REF_TYPES, **kept, **types}, kept_facts.facts())
    return {**kept, **types, **{fact.table: types_of(con, fact.table) for fact in kept_facts.facts()}}


Build = Callable[..., duckdb.DuckDBPyConnection]
RunView = Callable[..., pl.DataFrame]


@pytest.fixture
def build() -> Iterator[Build]:
    """`build(tickets='…', orders='…')`: a connection in which build_lines, build_signals and build_incidents are made."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def run(**drawings: str) -> duckdb.DuckDBPyConnection:
        references = {name: text for name, text in drawings.items() if name in REF_TYPES}
        batches = {name: text for name, text in drawings.items() if name in KINDS}
        assert references.keys() | batches.keys() == drawings.keys(), "neither a record kind nor a reference"
        con = open_batch(references, batches)
        opened.append(con)
        views.run_build(con)
        return con

    yield run
    for con in opened:
        con.close()


@pytest.fixture
def run_view(fact_types: dict[str, dict[str, str]]) -> RunView:
    """`run_view('trend_total', {'grain': 'month'}, incidents='…')`: the rows of one view, in its own order."""

    def run(view: str, filters: dict[str, Any] | None = None, **drawings: str) -> pl.DataFrame:
        with open_facts(fact_types, drawings, view) as con:
            for name, value in (filters or {}).items():
                con.execute(f"set variable {name} = $value", {"value": value})
            return con.sql(f'from "{view}"').pl()

    return run


@pytest.fixture(scope="session")
def facts(fact_types: dict[str, dict[str, str]]) -> Build:
    """`facts(incidents='…')`: a connection with the tables that the loader leaves, and every view; close it."""

    def run(**drawings: str) -> duckdb.DuckDBPyConnection:
        return open_facts(fact_types, drawings)

    return run


def open_facts(
    fact_types: dict[str, dict[str, str]], drawings: dict[str, str], view: str | None = None
) -> duckdb.DuckDBPyConnection:
    """The tables that the loader leaves, and every view on them; only what one view needs, if it is named."""
    known = {**REF_TYPES, **fact_types}
    assert drawings.keys() <= known.keys(), f"no such table: {drawings.keys() - known.keys()}"
    defaults = {**REFERENCES, "settings": SETTINGS}
    chosen = _needed(view) if view else list(views.queries(views.VIEW_FOLDERS))
    tables = {name for query in chosen for name in query.reads} if view else set(known)
    con = duckdb.connect()
    con.execute("set threads = 1")
    create_macros(con)
    views.create_macros(con)
    for table in known.keys() & (tables | drawings.keys()):
        make_table(con, table, known[table], drawings.get(table, defaults.get(table, "")))
    if any(name.startswith("rule_") for name in drawings):
        _make_calendars(con)
    for fact in reversed(kept_facts.facts()):  # facts are made of facts too
        if fact.table in tables and fact.table not in drawings:
            tables |= {name for name in fact.query.reads if name in known}
    wanted = [fact for fact in kept_facts.facts() if fact.table in tables and fact.table not in drawings]
    if wanted and drawings.keys() & ({f"raw_{kind}" for kind in KINDS} | {"lines", "incidents"}):
        _keep_facts(con, known, wanted)
    if "exposure_daily" in drawings and "exposure_places" in tables - drawings.keys():
        _add_up_places(con)
    views.run(con, chosen)
    return con


def _add_up_places(con: duckdb.DuckDBPyConnection) -> None:
    """What is added up from exposure_daily, where a test draws that instead of the lines it is made of."""
    con.execute("create or replace temp table affected_dates as select distinct date from exposure_daily")
    views.run(con, [fact.query for fact in kept_facts.facts() if fact.table == "exposure_places"])
    con.execute("create or replace table exposure_places as from new_exposure_places")
    con.execute("drop view new_exposure_places")


def _make_calendars(con: duckdb.DuckDBPyConnection) -> list[views.Query]:
    """Makes the tables that come of rules and settings alone, and gives their queries."""
    present = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    found = views.queries(views.RULE_FOLDERS)
    for table in {name for query in found for name in query.reads} - present:
        make_table(con, table, REF_TYPES[table], SETTINGS if table == "settings" else "")
    views.run(con, found)
    return found


def _keep_facts(
    con: duckdb.DuckDBPyConnection, known: dict[str, dict[str, str]], wanted: list[kept_facts.Fact]
) -> None:
    """The kept facts that the drawn records, lines and incidents make, as a load of all of them would."""
    present = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    references = {**REFERENCES, "settings": SETTINGS}
    for table in known.keys() - present:
        make_table(con, table, known[table], references.get(table, ""))
    for kind in KINDS:
        if f"batch_{kind}" not in present:
            con.execute(f"create temp view batch_{kind} as from raw_{kind}")
    if "stg_orders" not in present:
        views.run(con, views.queries(("staging",)))
    kept_facts.keep_all(con, wanted)


def _needed(view: str) -> list[views.Query]:
    """The query of this view and of all that it reads, directly or not, in the order to run them."""
    ordered = views.queries(views.VIEW_FOLDERS)
    wanted = {view}
    for query in reversed(ordered):
        if query.name in wanted:
            wanted.update(query.reads)
    return [query for query in ordered if query.name in wanted]


_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def _is_required() -> bool:
    """CI sets it: a browser test that does not run is then a failure, not a skip."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def _chromium() -> Path | None:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to drive; a test that asks for it is marked `browser`, and skipped where there is none."""
    path = _chromium()
    if path is None:
        pytest.skip(f"no Chromium here (looked for {', '.join(_NAMES)})")
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and _chromium() is None:
        pytest.skip(f"no Chromium here (looked for {', '.join(_NAMES)})")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needs_a_program = any(item.get_closest_marker(name) for name in ("browser", "openssl"))
    if report.skipped and needs_a_program and _is_required():
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_BROWSER is set, but this was skipped: {report.longrepr}"
    return report
