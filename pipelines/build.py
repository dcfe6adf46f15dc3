"""From landed records to facts: what a load touched is found, its incidents are built again, and its days added up.

A load marks the records it changed. Here the orders they belong to are found (by every number an order is known by),
the rows of those orders become `batch_<kind>`, the SQL of queries/staging and queries/incidents runs over the batch,
and its results replace what the facts said of those orders. Everything is one transaction.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from pipelines import (
    actions,
    aggregates,
    alerts,
    causes,
    channels,
    data_changes,
    decisions,
    facts,
    findings,
    hearing,
    linking,
    marking,
    mentions,
    phrases,
    places,
    replacing,
    rising,
    rules,
    sayings,
    shop_channels,
    shop_links,
    sudden,
    user_changes,
    views,
)
from pipelines.contract import KINDS, Kind
from pipelines.recognise import NotRecognised, user_mappings
from pipelines.rules import RulesError
from pipelines.shop_channels import ShopChannelsError
from pipelines.shop_tags import ShopTagsError
from pipelines.sources import find_sources
from pipelines.sources.mapping import MappingError, all_reason_codes
from pipelines.store import Store, StoreError

QUERIES = Path(__file__).resolve().parent.parent / "queries"
ANALYSIS = QUERIES.with_name("analysis")

_STATE = """
    create table if not exists files (
        file_id varchar primary key, file_name varchar, source varchar, kinds varchar[], account varchar,
        size_bytes bigint, status varchar, message_code varchar, message_params json, warnings json,
        rows_in bigint, loaded bigint, unchanged bigint, rejected bigint, as_of timestamp,
        first_loaded_at timestamp, loaded_at timestamp, read_by varchar
    );
    alter table files add column if not exists header_text varchar;
    alter table files add column if not exists modified_at timestamp;
    create table if not exists rejects (
        file_id varchar, row_number bigint, line bigint, column_name varchar, value varchar, reason varchar,
        params json, raw_text varchar
    );
    create table if not exists settings (zone varchar, main_currency varchar, third_party_warehouses varchar[]);
    create table if not exists published (published_at timestamp, build_version varchar);
    create table if not exists build_state (is_everything_due boolean, build_version varchar);
    insert into build_state by name select false as is_everything_due where not exists (from build_state);
    create table if not exists dirty_records (kind varchar, record_id varchar, order_ref varchar);
    alter table dirty_records add column if not exists link_key varchar;
    alter table published add column if not exists said varchar;
    alter table build_state add column if not exists said varchar;
    create table if not exists ref_links (record_id varchar, order_ref varchar);
    create table if not exists ref_decisions (
        item varchar, number bigint, cause varchar, party varchar, place integer, signal_key varchar,
        is_incident boolean
    );
    create table if not exists decided_incidents (incident_key varchar, item varchar, is_incident boolean);
    create table if not exists ticket_links (
        record_id varchar, source varchar, account varchar, order_ref varchar, evidence varchar
    );
"""


def prepare_master(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables that a new store lacks, and the columns that an older one lacks."""
    con.execute(_STATE)
    con.execute(rising.TABLE)
    con.execute(sudden.TABLE)
    con.execute(findings.TABLE)
    con.execute(actions.TABLE)
    con.execute(alerts.TABLE)
    there: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from information_schema.columns"
    ).fetchall():
        there.setdefault(table, set()).add(column)
    for kind in KINDS.values():
        if kind.table not in there:
            columns = ", ".join(f'"{name}" {type_}' for name, type_ in kind.all_columns.items())
            con.execute(f"create table {kind.table} ({columns})")
        else:  # a store of an older version: what it lacks is unknown for its records
            for name in kind.all_columns.keys() - there[kind.table]:
                con.execute(f'alter table {kind.table} add column "{name}" {kind.all_columns[name]}')
    causes.create_macros(con)
    views.create_macros(con)


def version(store: Store) -> str:
    """A digest of all that decides how records become incidents: SQL, code, causes, the shop's tags and settings.

    What is said of single cases is not in it, see `said`: that is no reason to build everything again.
    """
    # what the shop calls itself is in no figure
    told = {name: value for name, value in store.settings().items() if name != "shop_name"}
    digest = hashlib.sha256(repr(sorted(told.items())).encode())
    files = [
        *(
            Path(module.__file__ or "")
            for module in (
                actions,
                aggregates,
                alerts,
                causes,
                channels,
                data_changes,
                decisions,
                facts,
                findings,
                linking,
                marking,
                mentions,
                phrases,
                places,
                replacing,
                rising,
                sayings,
                shop_channels,
                shop_links,
                sudden,
                views,
            )
        ),
        Path(__file__),
        *sorted(ANALYSIS.glob("*.py")),
        *sorted(QUERIES.rglob("*.sql")),
        *sorted(QUERIES.rglob("*.toml")),
        *sorted(_mappings(store).glob("*.toml")),
        *sorted((store.user / "rules").glob("*.csv")),
        store.user / "tags.csv",
        store.user / "channels.csv",
    ]
    for path in files:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def build(con: duckdb.DuckDBPyConnection, store: Store) -> bool:
    """Brings the facts up to date with the records; False when there was nothing to do."""
    wanted, heard = version(store), hearing.said(store)
    state = con.execute("select is_everything_due, build_version, said from build_state").fetchone()
    assert state is not None
    everything = bool(state[0]) or state[1] != wanted
    hearing.hear(con, store)
    has_marks = con.execute("select exists (from dirty_records)").fetchone() == (True,)
    if not everything and not has_marks and state[2] == heard:
        return False
    con.execute("begin")
    try:
        if state[1] != wanted:
            _create_references(con, store)
            _add_mapped_codes(con, store)
        changed = _set_settings(con, store)
        if state[1] != wanted:
            views.create_views(con, views.RULE_FOLDERS)
        if everything:
            batch_of_everything(con)
            views.run_build(con)
            _replace_everything(con)
        else:
            changed |= _build_marked(con)
        con.execute("delete from dirty_records")
        done = {"version": wanted, "said": heard}
        con.execute(
            "update build_state set is_everything_due = false, build_version = $version, said = $said", done
        )
        # aggregates are tables over the facts, made anew where those changed; views only where they may have changed
        if state[1] != wanted:
            views.create_views(con)
        elif everything:
            views.create_views(con, (aggregates.FOLDER,))
        else:
            aggregates.refresh(con, changed)
        if findings.mark_changed(con):
            aggregates.refresh(con, _build_marked(con))
            con.execute("delete from dirty_records")
        rising.keep(con)
        actions.keep(con, store)
        alerts.keep(con)
        con.execute("delete from published")
        con.execute("insert into published values (now()::timestamp, $version, $said)", done)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return True


def _create_references(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """The ref_ tables; a list of the shop's that cannot be used is told with its line, and stops the build."""
    try:
        causes.create_reference_tables(con, causes.read_causes(QUERIES / "causes"), _tags(store))
        shop_channels.create_channel_table(con, store.user / "channels.csv", tools(store))
        sayings.create_table(con, sayings.read_sayings(QUERIES / "sayings"))
        rules.create_tables(con, store.user)
    except (ShopTagsError, ShopChannelsError, RulesError) as error:
        raise StoreError(error.message) from error


def _tags(store: Store) -> Path | None:
    path = store.user / "tags.csv"
    return path if path.exists() else None


def tools(store: Store) -> set[str]:
    """The names under which records are kept: our sources, the user's mappings, and those whose channels were mapped.

    A mapping that is gone leaves its records, and the lines that the dashboard wrote of them must not stop a build.
    """
    mapped = {change.scheme for change in user_changes.changes(store) if change.what == "channel"}
    try:
        known = {source.name for source in (*find_sources(), *user_mappings(_mappings(store)))}
        return known | {name for name in mapped if name is not None}
    except NotRecognised as error:
        raise StoreError(error.message) from error


def _mappings(store: Store) -> Path:
    return store.user / "mappings"


def _add_mapped_codes(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """The reasons and conditions that the user's mappings give a cause to, each blaming the cause's default party."""
    try:
        codes = all_reason_codes(_mappings(store))
    except MappingError as error:
        raise StoreError(error.message) from error
    con.execute(
        """
        insert into ref_codes by name
        with mapped as (
            select
                unnest($schemes::varchar[]) as scheme, unnest($codes::varchar[]) as code,
                unnest($causes::varchar[]) as cause
        )
        select
            mapped.scheme, normal_code(mapped.code) as code, any_value(mapped.cause) as cause,
            any_value(ref_causes.party) as party, 'high' as confidence
        from mapped
        left join ref_causes on mapped.cause = ref_causes.cause
        group by all
        """,
        {name: [code[at] for code in codes] for at, name in enumerate(("schemes", "codes", "causes"))},
    )


def _set_settings(con: duckdb.DuckDBPyConnection, store: Store) -> set[str]:
    """The shop's zone, the currency that most orders are in (or the one the user chose), and who its 3PLs are.

    Returns the table's name where it says something else now.
    """
    before = con.execute("from settings").fetchall()
    con.execute("delete from settings")
    con.execute(
        """
        insert into settings
        select
            $zone,
            coalesce($chosen, (
                select currency from (
                    select currency, count(*) as n from raw_orders group by all
                    union all select currency, count(*) from raw_refunds group by all
                    union all select currency, count(*) from raw_returns group by all
                )
                where currency is not null group by currency order by sum(n) desc, currency limit 1
            )),
            list_transform($third_party::varchar[], lambda name: upper(trim(name)))
        """,
        {
            "zone": store.zone(),
            "chosen": store.settings().get("currency"),
            "third_party": store.third_party_warehouses(),
        },
    )
    return set() if con.execute("from settings").fetchall() == before else {"settings"}


def batch_of_everything(con: duckdb.DuckDBPyConnection) -> None:
    """The batch of a rebuild: every record."""
    for kind in KINDS.values():
        linking.drop_temporary(con, f"batch_{kind.name}")
        con.execute(_for_kind("create temp view batch_x as from raw_x", kind))


def _batch_of_marked(con: duckdb.DuckDBPyConnection) -> None:
    """The records of every order that a marked record belongs to, and the marked records without an order."""
    for kind in KINDS.values():
        linking.drop_temporary(con, f"batch_{kind.name}")
        if kind.name == "products":
            con.execute(_for_kind("create temp view batch_x as from raw_x", kind))
        elif kind.name == "tracking_events":
            con.execute(_for_kind(_BATCH_OF_PARCELS, kind))
        elif kind.name == "tickets":
            con.execute(_BATCH_OF_TICKETS)
            con.execute(_BATCH_OF_LINKS)
        else:
            con.execute(_for_kind(_BATCH, kind), {"kind": kind.name})


def _for_kind(template: str, kind: Kind) -> str:
    """A statement for this kind. Only names that the contract fixes are put in, never a value."""
    return template.replace("batch_x", f"batch_{kind.name}").replace("raw_x", kind.table)


def _build_marked(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Builds what is marked; returns the names of the tables that changed."""
    linking.link_marked(con)
    decisions.mark_touched(con)
    _batch_of_marked(con)
    views.run_build(con, without=(linking.QUERY,))
    marked = con.execute("select distinct kind from dirty_records").fetchall()
    return {KINDS[kind].table for (kind,) in marked} | replacing.replace_touched(con)


def _replace_everything(con: duckdb.DuckDBPyConnection) -> None:
    # Sorted by time, a page's period is a few row groups. Signals are read by incident only, and wide: not worth it.
    con.execute("create or replace table ticket_links as from stg_ticket_links")
    con.execute("create or replace table lines as from build_lines order by order_date")
    con.execute(f"create or replace table signals as {replacing.SIGNALS}")
    con.execute("create or replace table incidents as from build_incidents order by event_date")
    decisions.keep_all(con)
    linking.drop_build(con)
    facts.keep_all(con)


_BATCH = """
    create temp table batch_x as
    select raw_x.* from raw_x
    where raw_x.rowid in (
        select r.rowid from raw_x as r semi join affected_refs on r.order_ref = affected_refs.order_ref
        union
        select r.rowid
        from raw_x as r
        semi join (select record_id from dirty_records where kind = $kind) as marked on r.record_id = marked.record_id
    )
"""
_BATCH_OF_PARCELS = """
    create temp table batch_x as
    select raw_x.* from raw_x where tracking_number in (from affected_tracking)
"""
# a ticket that is linked to another order than it names is a record of that order only
_BATCH_OF_TICKETS = """
    create temp table batch_tickets as
    select raw_tickets.* from raw_tickets
    where raw_tickets.rowid in (
        select r.rowid
        from raw_tickets as r
        semi join affected_refs on r.order_ref = affected_refs.order_ref
        anti join ticket_links as links on r.record_id = links.record_id
        union
        select r.rowid
        from raw_tickets as r
        semi join (
            select record_id from dirty_records where kind = 'tickets'
            union
            select links.record_id from ticket_links as links semi join affected_refs using (order_ref)
        ) as linked on r.record_id = linked.record_id
    )
"""
_BATCH_OF_LINKS = """
    create or replace temp table stg_ticket_links as
    select links.* from ticket_links as links semi join batch_tickets using (record_id)
"""
