"""What holds for every file of queries/, whatever it is about; nothing here names a view that need exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import views

Facts = Callable[..., duckdb.DuckDBPyConnection]

ALL_FOLDERS = (*views.RULE_FOLDERS, *views.BUILD_FOLDERS, "facts", *views.VIEW_FOLDERS)
PRIVATE = ("int_", "stg_", "build_")
PUBLIC = [query.name for query in views.queries(views.VIEW_FOLDERS) if not query.name.startswith(PRIVATE)]
KPIS = [name for name in PUBLIC if name.startswith("kpi_")]
CHECKS = [name for name in PUBLIC if name.startswith("check_")]


@pytest.fixture(scope="module")
def empty(facts: Facts) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store without a single row, and all its views."""
    with facts() as con:
        yield con


@pytest.mark.parametrize("view", PUBLIC)
def test_every_view_and_column_that_pages_may_read_is_described(
    empty: duckdb.DuckDBPyConnection, view: str
) -> None:
    told = empty.execute("select comment from duckdb_views() where view_name = ?", [view]).fetchone()
    assert told is not None
    assert told[0]
    undescribed = empty.execute(
        "select column_name from duckdb_columns() where table_name = ? and comment is null", [view]
    ).fetchall()
    assert undescribed == []


@pytest.mark.parametrize("view", PUBLIC)
def test_every_view_answers_on_an_empty_store(empty: duckdb.DuckDBPyConnection, view: str) -> None:
    rows = empty.sql(f'from "{view}"').pl()
    assert rows.height <= 1
    if view in CHECKS + KPIS:
        assert rows.is_empty()


@pytest.fixture(scope="module")
def two_incidents(facts: Facts) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two incidents of one week, and of everything else that a KPI divides by."""
    incidents = """
        incident_key | event_date | cause           | family    | party    | kinds        | order_key | cost_cents | currency
        a            | 2025-03-03 | stock_out       | stock     | merchant | cancellation | o1        | 100        | EUR
        b            | 2025-03-09 | wrong_item_sent | logistics | 3pl      | return       | o2        | 100        | EUR
    """
    exposure = """
        date_basis | date       | order_count | lines_confirmed | lines_shipped | units_sold
        event      | 2025-03-04 | 50          | 60              | 60            | 70
    """
    tables = {
        "incidents": incidents,
        "exposure_daily": exposure,
        "signals": "signal_key | incident_key | kind | record_id\n return/r | b | return | r",
        "raw_returns": """
            record_id | source | account | received_at         | refunded_at
            r         | shop   | main    | 2025-03-04 10:00:00 |
            x         | shop   | main    |                     | 2025-03-04 10:00:00
        """,
    }
    with facts(**tables) as con:
        yield con


@pytest.mark.parametrize("view", KPIS)
def test_a_kpi_has_the_fixed_columns_and_its_own_name_as_title(
    two_incidents: duckdb.DuckDBPyConnection, view: str
) -> None:
    frame = two_incidents.sql(f'from "{view}"').pl()
    assert frame.columns == ["title", "unit", "better", "week_start_date", "numerator", "denominator"]
    assert frame["title"].unique().to_list() == [view.removeprefix("kpi_")]
    assert set(frame["unit"]) <= {"per_1000", "share", "cents_per_1000"}
    assert set(frame["better"]) <= {"lower", "higher"}
    assert [str(day) for day in frame["week_start_date"]] == ["2025-03-03"]
    assert frame["denominator"].min() > 0


@pytest.mark.parametrize("query", views.queries(ALL_FOLDERS), ids=lambda query: query.name)
def test_the_header_of_a_query_says_its_grain_and_exactly_what_it_reads(query: views.Query) -> None:
    assert re.search(r"\bGrain: (one|several) rows? ?", query.header), "no grain"
    sql = re.sub(r"--.*|'[^']*'", "", query.sql)
    sql = sql.replace("distinct from", "")
    own = set(re.findall(r"(?:\bwith|,)\s+(\w+) as (?:not )?(?:materialized )?\(", sql)) | {query.name}
    used = {name for name in re.findall(r"(?:\bfrom|\bjoin)\s+(\w+)", sql) if name not in own | {"lateral"}}
    functions = {name for name in used if re.search(rf"(?:from|join)\s+{name}\(", sql)}
    assert used - functions == set(query.reads)
    assert re.search(rf"create or replace (temp )?(view|table) {query.name} as\n", query.sql)


def test_aggregates_read_nothing_that_changes_without_a_mark() -> None:
    # when and from which file a record was last told is noted without marking it: aggregates.py would not see it
    for query in views.queries(("aggregates",)):
        assert not re.search(r"\b(as_of|file_id|row_number(?!\())\b", query.sql), query.name


def _queries(folder: Path, **files: str) -> Path:
    (folder / "issues").mkdir()
    for name, sql in files.items():
        (folder / "issues" / f"{name}.sql").write_text(sql, encoding="utf-8")
    return folder


def test_a_query_runs_after_those_it_reads_whatever_their_names(tmp_path: Path) -> None:
    root = _queries(
        tmp_path,
        a="-- Last. Reads: b, raw_x.\ncreate view a as from b",
        b="-- Middle. Reads:\n-- c.\ncreate view b as from c",
        c="-- First. Reads: .\ncreate view c as select 1 as one",
    )
    found = views.queries(("issues",), root)
    assert [query.name for query in found] == ["c", "b", "a"]
    with duckdb.connect() as con:
        views.run(con, found)
        assert con.execute("from a").fetchall() == [(1,)]


def test_an_error_names_the_file(tmp_path: Path) -> None:
    root = _queries(tmp_path, broken="-- Nothing. Reads: .\nselect * from nowhere")
    with duckdb.connect() as con, pytest.raises(views.ViewError, match=r"issues/broken\.sql.*nowhere"):
        views.run(con, views.queries(("issues",), root))


def test_queries_that_read_one_another_are_refused_by_name(tmp_path: Path) -> None:
    root = _queries(tmp_path, a="-- A. Reads: b.\n", b="-- B. Reads: a.\n")
    with pytest.raises(views.ViewError, match=r"a -> b|b -> a"):
        views.queries(("issues",), root)


def test_a_header_that_does_not_say_what_it_reads_is_refused(tmp_path: Path) -> None:
    root = _queries(tmp_path, a="-- A view.\ncreate view a as select 1")
    with pytest.raises(views.ViewError, match=r"a\.sql"):
        views.queries(("issues",), root)
