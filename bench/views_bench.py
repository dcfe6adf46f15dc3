"""How long every view that a page reads takes on a large invented store: median milliseconds, without and with filters.

    python bench/views_bench.py [--incidents 2000000] [--lines 20000000] [--rounds 5] [--only trend_total,cases]

Not a test: it takes a minute and judges nothing. The invented facts have two signals for three incidents, three years,
40 causes, 5,000 articles. Lines are as many as incidents, each an order of its own, unless `--lines` asks for more:
then two lines make an order, and incidents spread evenly over them. 20 million lines take about ten minutes, 8 GB of
memory (`--memory`) and 3 GB of the disk; `--store` keeps what was invented for another run. On a machine that does
other work too, `--cpu` tells what all threads took: with two of them, a calm machine needs from half of it on.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipelines import build, facts, rules, sayings, views
from pipelines.reader import Value, set_variables

QUARTER: Mapping[str, Value] = {"start": date(2025, 7, 7), "until": date(2025, 10, 6)}
CASES: Mapping[str, Mapping[str, Value]] = {
    "all": {"row_limit": 500},
    "quarter": {**QUARTER, "row_limit": 500},
    "quarter, channel": {**QUARTER, "channels": ["shopify"], "row_limit": 500},
    "all, country": {"countries": ["FR"], "row_limit": 500},
    "all, 2 SKUs": {"skus": ["SKU-7", "SKU-8"], "row_limit": 500},
    "order basis": {"basis": "order", "row_limit": 500},
}
#: what pages always ask of a view, besides the filters
ASKED: Mapping[str, Mapping[str, Value]] = {
    "case_timeline": {"order_key": "shop/main/777"},
    "chargeback_cases": {"parties": ["supplier"], "families": ["product"], "suppliers": ["Supplier 7"]},
}

_FACTS = """
    create table ref_causes as
    select
        case
            when i < 3 then ['stock_out', 'stock_desync', 'unknown'][i + 1]
            when i in (8, 15, 22) then ['wrong_item_sent', 'wrong_variant_sent', 'late_dispatch'][i // 7]
            -- as many as of every other cause: parcels that never came are never that many
            when i between 10 and 13
                then ['not_received', 'lost_in_transit', 'late_delivery', 'address_error'][i - 9]
            else 'cause_' || i
        end as cause,
        case
            when i < 2 then 'stock' when i = 2 then 'unknown'
            else ['product', 'logistics', 'transport', 'catalogue', 'payment', 'customer', 'internal'][i % 7 + 1]
        end as family,
        ['supplier', 'merchant', '3pl', 'carrier', 'customer'][i % 5 + 1] as party,
        ['lines_shipped', 'lines_confirmed', 'units_sold', 'orders'][i % 4 + 1] as exposure
    from range(40) as causes (i);

    create table lines as
    select
        '#' || n as order_ref, 'shop/main/' || n as order_key, '#' || n as order_name,
        (1 + i % $per_order)::varchar as line_id,
        'shop/main/' || n || '/' || line_id as line_key,
        'SKU-' || (hash(i * 7) % 5000) as sku, 'Product ' || (hash(i * 7) % 5000) as product,
        'M' as variant, 'Supplier ' || (hash(i * 7) % 40) as supplier, 'L' || (hash(i * 5) % 90) as lot,
        'Category ' || (hash(i * 7) % 12) as category, 1 + i % 3 as quantity, 1990 as unit_price_cents,
        'EUR' as currency,
        ['shopify', 'amazon', 'etsy', 'mirakl'][(hash(n * 11) % 4)::bigint + 1] as channel,
        ['FR', 'BE', 'CA', 'CH', 'DE', 'ES', 'IT', 'US'][(hash(n * 13) % 8)::bigint + 1] as country,
        null::varchar as region,
        'Warehouse ' || (hash(n * 17) % 4) as warehouse, 'Carrier ' || (hash(n * 19) % 6) as carrier,
        ['merchant', '3pl'][(hash(n * 17) % 2)::bigint + 1] as fulfilled_by,
        timestamp '2023-01-01' + to_seconds((n * $per_order * 94608000 // $lines)::bigint) as order_at,
        order_at::date as order_date, order_date + 1 as shipped_date, true as is_confirmed, true as is_shipped,
        'shop' as source, 'f' as file_id,
        i as row_number
    from (select i, i // $per_order as n from range($lines) as lines (i));

    create table incidents as
    select
        ['ticket', 'return', 'cancellation'][lines.number % 3 + 1] || '/' || lines.line_key as incident_key,
        lines.order_ref, lines.order_key, lines.order_name, lines.line_key,
        lines.sku,
        lines.product, lines.variant, lines.supplier, lines.lot, lines.category, lines.warehouse, lines.carrier,
        lines.channel, lines.country, lines.region, lines.fulfilled_by, ref_causes.cause, ref_causes.party,
        ref_causes.family, 'tag' as evidence, 3 as evidence_rank, 'medium' as confidence,
        'shop' as source, 'sku' as link_evidence, 'number' as order_evidence,
        ['cause_9']::varchar[] as secondary_causes,
        lines.number % 9 = 0 as has_conflict, 1 as signal_count,
        [['ticket', 'return', 'cancellation'][lines.number % 3 + 1]] as kinds,
        lines.order_at + interval 4 days as first_at, first_at as last_at, first_at::date as event_date,
        lines.order_date,
        1 as quantity, if(lines.number % 2 = 0, 1990, null) as cost_cents, 'EUR' as currency
    from (select *, row_number // $step as number from lines where row_number % $step = 0) as lines
    inner join (select *, row_number() over (order by cause) - 1 as n from ref_causes) as ref_causes
        on ref_causes.n = hash(lines.number * 23) % 40
    order by event_date;

    create table signals as
    select
        incident_key as signal_key, incident_key, order_ref, order_key, line_key, kinds[1] as kind, source,
        line_key as record_id, first_at as occurred_at, cause, party, evidence, evidence_rank, confidence,
        cost_cents as amount_cents, currency, link_evidence, order_evidence
    from incidents
    where kinds <> ['ticket'];

    create table raw_stock_levels_filling as
    select 'SKU-' || i as sku, timestamp '2025-09-01' as "at" from range(4000) as skus (i);
"""
_REST = """
    insert into settings (zone, main_currency) values ('Europe/Paris', 'EUR');
    create table ref_codes (scheme varchar, code varchar, cause varchar, party varchar, confidence varchar);
    create table ref_channels (code varchar, source varchar, channel varchar, origin varchar);
    create table ref_sayings (saying varchar, phrase varchar);
    create table ref_tags as select 'VIP' as tag, null::varchar as cause, 'product' as origin;
"""
_RAW = """
    insert into raw_stock_levels by name
    select 'shop' as source, 'main' as account, f.sku, f.at as "at", 'here' as location, 5 as available
    from raw_stock_levels_filling as f;
    insert into raw_tickets by name
    select
        line_key as record_id, 'shop' as source, 'main' as account, order_ref, first_at as created_at,
        line_key as ticket_id, ['tag ' || hash(sku) % 200, 'vip'] as tags, 'Where is my order ' || order_name as subject
    from incidents where kinds = ['ticket'];
    insert into raw_returns by name
    select
        record_id, 'shop' as source, 'main' as account, order_ref, record_id as return_id, '1' as line_id,
        'REASON ' || hash(record_id) % 30 as reason_raw, 'loop' as reason_scheme,
        occurred_at as requested_at, occurred_at + interval 5 days as received_at,
        if(hash(record_id) % 9 = 0, null, occurred_at + interval 6 days) as inspected_at,
        if(hash(record_id) % 3 = 0, null, occurred_at + interval 7 days) as restocked_at, 'restock' as disposition,
        if(hash(record_id) % 20 = 0, null, occurred_at + interval 8 days) as refunded_at
    from signals where kind = 'return';
    insert into raw_cancellations by name
    select
        record_id, 'shop' as source, 'main' as account, order_ref, record_id as cancellation_id,
        occurred_at as cancelled_at,
        ['customer', 'merchant', 'unknown'][(hash(record_id) % 3)::bigint + 1] as declared_by,
        hash(record_id) % 2 = 0 as restocked
    from signals where kind = 'cancellation' and hash(record_id) % 8 = 0;
    insert into raw_orders by name
    select
        order_key as record_id, 'shop' as source, 'main' as account, order_ref, order_name, order_key as order_id,
        order_at as placed_at, order_at + interval 2 days as ship_by_at,
        order_at + to_hours((hash(order_key) % 60)::bigint) as shipped_at, warehouse, currency
    from lines where line_id = '1';
    insert into raw_shipments by name
    select
        order_key as record_id, 'shop' as source, 'main' as account, order_ref, order_key as shipment_id, carrier,
        'T' || order_key as tracking_number, order_at + interval 1 day as shipped_at,
        order_at + interval 5 days as promised_by_at,
        if(hash(order_key) % 50 = 0, null, order_at + to_hours((60 + hash(order_key) % 63)::bigint)) as delivered_at,
        if(hash(order_key) % 200 = 0, 'lost', 'in_transit') as status, 4990 as value_cents, currency
    from lines where line_id = '1';
"""


def invent(con: duckdb.DuckDBPyConnection, incidents: int, lines: int) -> None:
    """Facts of so many incidents and order lines, with every table that views read."""
    build.prepare_master(con)
    con.execute(_REST)
    rules.create_tables(con, Path("a shop without rules of its own"))
    sayings.create_table(con, sayings.read_sayings(build.QUERIES / "sayings"))
    sizes = {"lines": lines, "step": max(lines // incidents, 1), "per_order": 2 if lines > incidents else 1}
    for statement in duckdb.extract_statements(_FACTS):
        con.execute(statement, {k: v for k, v in sizes.items() if f"${k}" in statement.query})
    con.execute(_RAW)
    con.execute("create table dismissed_incidents as from incidents limit 0")
    build.batch_of_everything(con)
    views.run(con, views.queries(("calendars", "staging")))
    facts.keep_all(con)


def make(path: Path, incidents: int, lines: int, config: Mapping[str, str]) -> None:
    """A store of invented facts in this file, with its views."""
    with duckdb.connect(str(path), config=dict(config)) as con:
        invent(con, incidents, lines)


def make_views(path: Path, config: Mapping[str, str]) -> None:
    """Every view anew, saying how long each aggregate takes."""
    with duckdb.connect(str(path), config=dict(config)) as con:
        for query in views.queries(views.VIEW_FOLDERS):
            begun = time.perf_counter()
            views.run(con, [query])
            if query.path.parent.name == "aggregates":
                print(f"made {query.name:28}{(time.perf_counter() - begun) * 1000:8.0f} ms")


def median_ms(
    run: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The median of several runs, after one that warms up."""
    run()
    times = []
    for _ in range(rounds):
        begun = clock()
        run()
        times.append((clock() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--incidents", type=int, default=2_000_000)
    parser.add_argument("--lines", type=int, default=0, help="order lines; as many as incidents if not said")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--only", default="")
    parser.add_argument(
        "--cpu", action="store_true", help="time of all threads, where other work takes turns"
    )
    parser.add_argument(
        "--store", type=Path, help="where the store is kept; if it is there, it is not made anew"
    )
    chosen = parser.parse_args()
    config = {"threads": str(chosen.threads), "memory_limit": chosen.memory}
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.store or Path(folder) / "views.duckdb"
        if not path.exists():
            make(path, chosen.incidents, chosen.lines or chosen.incidents, config)
        make_views(path, config)
        print(f"store of {path.stat().st_size / 1e9:.1f} GB")
        with duckdb.connect(str(path), read_only=True, config=config) as con:
            only = {name for name in chosen.only.split(",") if name}
            measure(con, chosen.rounds, only, time.process_time if chosen.cpu else time.perf_counter)


def read(cursor: duckdb.DuckDBPyConnection, view: str) -> None:
    """All rows of a view, as a page takes them."""
    cursor.table(view).pl()


def measure(
    con: duckdb.DuckDBPyConnection,
    rounds: int,
    only: set[str],
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Prints one line a view, one column a set of filters."""
    names = [
        query.name
        for query in views.queries(("issues", "kpis", "checks"))
        if not query.name.startswith("int_") and (not only or query.name in only)
    ]
    print(f"{'view (median ms)':30}" + "".join(f"{title:>18}" for title in CASES))
    for name in sorted(names):
        if name in ("matching_incidents", "filtered_incidents"):
            continue  # every incident, for the exports; pages read what is made of them
        row = []
        for filters in CASES.values():
            cursor = con.cursor()
            set_variables(cursor, {**filters, **ASKED.get(name, {})})
            row.append(median_ms(partial(read, cursor, name), rounds, clock))
            cursor.close()
            if name.startswith("check_"):
                break
        print(f"{name:30}" + "".join(f"{value:18.0f}" for value in row))


if __name__ == "__main__":
    main()
