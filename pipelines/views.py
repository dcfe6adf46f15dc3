"""The SQL of `queries/`, run in the order in which its files read one another.

A file creates one table or view, named like the file, and says in its opening comment what it is made of
(`Reads: a, b.`). Files are found, not registered: a new view is a new file. Names that no file creates are taken to
exist already (raw tables, references, session settings).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from pipelines import places

QUERIES = Path(__file__).parent.parent / "queries"
BUILD_FOLDERS = ("staging", "incidents")  # temporary: the facts of one load; `facts` follow them (facts.py)
RULE_FOLDERS = (
    "calendars",
)  # persistent: tables worked out of rules and settings alone, before anything is built
# persistent: tables added up from the facts at each load, and the views that pages and exports may read
VIEW_FOLDERS = ("aggregates", "findings", "tasks", "alerts", "issues", "kpis", "checks")
#: every file of queries/tasks tells of one kind of thing to do, in these columns; together they are `int_work_items`
WORK = "int_work_items"
WORK_COLUMNS = (
    *(
        "kind",
        "item",
        "incident_key",
        "order_key",
        "reference",
        "sku",
        "product",
        "channel",
        "cause",
        "party",
    ),
    *("amount_cents", "currency", "since_date", "due_date"),
)

#: every file of queries/alerts tells of one kind of thing for the weekly list, in these columns (alerts.py); together
#: they are `int_all_alerts`
ALERTS = "int_all_alerts"
ALERT_COLUMNS = (
    *("kind", "item", "aliases", "cause", "party", "place_kind", "place", "item_count", "size"),
    *(
        "amount_cents",
        "amount_count",
        "currency",
        "certainty",
        "since_date",
        "due_date",
        "began_date",
        "facts",
    ),
)
#: every file of queries/findings tells what the records together say of signals (findings.py); together they are
#: `int_all_findings`
FINDINGS = "int_all_findings"
#: folders whose files are put together: what they are together, its columns, and what it is
_UNIONS = {
    "findings": (
        FINDINGS,
        ("signal_key", "cause"),
        "What many records together tell, of every kind.\n-- Grain: one row per signal and kind.",
    ),
    "tasks": (WORK, WORK_COLUMNS, "Things to do, of every kind.\n-- Grain: one row per thing to do."),
    "alerts": (ALERTS, ALERT_COLUMNS, "What to tell, of every kind.\n-- Grain: one row per thing to tell."),
}

#: what views say of the reader's filters (the session variables of reader.py)
_MACROS = """
    -- whether a value is one of those chosen in a filter; with none chosen every value is, an unknown one too
    create or replace macro passes(filter, value) as (
        coalesce(len(getvariable(filter)::varchar[]), 0) = 0 or value in getvariable(filter)::varchar[]
    );
    create or replace macro is_filtered(filter) as coalesce(len(getvariable(filter)::varchar[]), 0) > 0;
    create or replace macro filters_articles() as is_filtered('skus') or is_filtered('suppliers');
    create or replace macro filters_places() as
        is_filtered('warehouses') or is_filtered('carriers') or is_filtered('countries');
    create or replace macro filters_lines() as filters_articles() or filters_places();
    -- whether a row passes every filter that its columns know: of a cause, an order, a line, an incident
    create or replace macro passes_cause(here) as
        passes('causes', here.cause) and passes('families', here.family) and passes('parties', here.party);
    create or replace macro passes_order(here) as
        passes('channels', here.channel) and passes('warehouses', here.warehouse)
        and passes('carriers', here.carrier) and passes('countries', here.country);
    create or replace macro passes_line(here) as
        passes_order(here) and passes('skus', here.sku) and passes('suppliers', here.supplier);
    create or replace macro passes_incident(here) as passes_cause(here) and passes_line(here);
    create or replace macro in_period(day) as
        (getvariable('start') is null or day >= getvariable('start')::date)
        and (getvariable('until') is null or day < getvariable('until')::date);
"""

_READS = re.compile(r"\bReads:\s*(.*?)\.\s*$", re.DOTALL)


class ViewError(Exception):
    """A file of `queries/` that is malformed or that DuckDB refuses; the message names the file."""


@dataclass(frozen=True)
class Query:
    """One .sql file: the relation it makes, the names its header says it reads, and its text."""

    name: str
    path: Path
    reads: tuple[str, ...]
    sql: str

    @property
    def header(self) -> str:
        """The opening comment, without its dashes, as one line: what the relation means and its grain."""
        return _header(self.sql)


def queries(folders: Iterable[str], root: Path = QUERIES) -> list[Query]:
    """All queries of these folders, each after those that it reads; alphabetical where that leaves a choice."""
    chosen = tuple(folders)
    found = {query.name: query for query in _found(chosen, root)}
    for folder in _UNIONS.keys() & set(chosen):
        named = [query.name for query in found.values() if query.path.parent.name == folder]
        if named:
            found[_UNIONS[folder][0]] = _together(folder, named)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(found):
        sorter.add(name, *(read for read in sorted(found[name].reads) if read in found))
    try:
        return [found[name] for name in sorter.static_order()]
    except CycleError as error:
        raise ViewError(f"queries read one another in a circle: {' -> '.join(error.args[1])}") from error


def run(con: duckdb.DuckDBPyConnection, chosen: Sequence[Query]) -> None:
    """Run these queries as they stand, in this order."""
    for query in chosen:
        try:
            con.execute(query.sql)
        except duckdb.Error as error:
            raise ViewError(f"{query.path.parent.name}/{query.path.name}: {error}") from error


def run_build(con: duckdb.DuckDBPyConnection, *, without: Iterable[str] = ()) -> None:
    """Make build_lines, build_signals and build_incidents from the `batch_` tables of this load."""
    left_out = set(without)
    run(con, [query for query in queries(BUILD_FOLDERS) if query.name not in left_out])


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """The macros that views and builds read; kept in the database, so that whoever opens a snapshot has them too."""
    con.execute(_MACROS + places.MACROS)


def create_views(con: duckdb.DuckDBPyConnection, folders: Iterable[str] = VIEW_FOLDERS) -> None:
    """Add up the aggregate tables from the facts as they are now, and make every view with its comments.

    Aggregates are tables: after a change of facts this must run again, or pages show the facts of before.
    """
    run(con, queries(folders))


def _together(folder: str, kinds: Iterable[str]) -> Query:
    """All files of such a folder as one view: a new kind is a new file."""
    view, wanted, about = _UNIONS[folder]
    names, columns = sorted(kinds), ", ".join(wanted)
    # names come from our own files, never from data
    sql = "\nunion all\n".join(f"select {columns} from {name}" for name in names)  # noqa: S608
    header = f"-- {about} Reads: {', '.join(names)}."
    path = QUERIES / folder / f"{view}.sql"
    return Query(view, path, tuple(names), f"{header}\ncreate or replace view {view} as\n{sql}")


def _found(folders: Iterable[str], root: Path) -> Iterator[Query]:
    seen: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((root / folder).glob("*.sql")):
            if path.stem in seen:
                raise ViewError(f"{path} and {seen[path.stem]} make a relation of the same name")
            seen[path.stem] = path
            sql = path.read_text(encoding="utf-8")
            yield Query(name=path.stem, path=path, reads=_reads(path, sql), sql=sql)


def _header(sql: str) -> str:
    lines: list[str] = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def _reads(path: Path, sql: str) -> tuple[str, ...]:
    match = _READS.search(_header(sql))
    if match is None:
        raise ViewError(f"{path}: its opening comment does not end in 'Reads: a, b.'")
    return tuple(name.strip() for name in match[1].split(",") if name.strip())
