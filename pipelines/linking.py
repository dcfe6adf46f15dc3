"""Which tickets a load links anew, and which orders that touches.

An order may come after its ticket: a load looks for the tickets that mention what it brought, or whose customer placed
it, decides those alone again, and marks what changed as if it had been loaded.
"""

from __future__ import annotations

import duckdb

from pipelines import views

#: the query that finds the order of tickets that name none
QUERY = "stg_ticket_links"


def link_marked(con: duckdb.DuckDBPyConnection) -> None:
    """Brings `ticket_links` up to date with the marked records; leaves `affected_refs` and `affected_tracking`.

    A ticket whose link appeared, changed or went is marked with its old and its new order.
    """
    find_affected(con)
    if con.execute(_NOTHING_TO_LINK_TO).fetchone() == (True,):
        return
    con.execute(_MARKED_TICKETS)
    if con.execute(_HAS_LINKABLE).fetchone() == (True,):
        con.execute(_TOUCHED_TICKETS)
    for kind in ("tickets", "orders", "order_lines", "shipments", "returns"):
        drop_temporary(con, f"batch_{kind}")
    con.execute(_BATCH_TO_LINK)
    views.run(con, [query for query in views.queries(("staging",)) if query.name == QUERY])
    con.execute(_MARK_LINKS)
    con.execute(_KEEP_LINKS)
    if con.execute("select exists (from link_marks)").fetchone() == (True,):
        find_affected(con)


def find_affected(con: duckdb.DuckDBPyConnection) -> None:
    """Leaves in `affected_refs` every number of the orders of marked records, in `affected_tracking` their parcels."""
    con.execute(_AFFECTED_REFS)


def drop_temporary(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drops a batch: a view of everything after one build and a table of some records after another."""
    found = con.execute(
        "select table_type from information_schema.tables where table_name = $name and table_catalog = 'temp'",
        {"name": name},
    ).fetchone()
    if found is not None:
        con.execute(f'drop {"view" if found[0] == "VIEW" else "table"} "{name}"')


def drop_build(con: duckdb.DuckDBPyConnection) -> None:
    """Drops what only signals and incidents are made from: of millions of records it fills the memory."""
    for query in reversed(views.queries(("incidents",))):
        drop_temporary(con, query.name)


_AFFECTED_REFS = """
    create or replace temp table marked_refs as
    select order_ref from dirty_records where order_ref is not null
    union
    select s.order_ref
    from raw_shipments as s
    inner join raw_tracking_events as e on s.tracking_number = e.tracking_number
    inner join dirty_records as d on d.kind = 'tracking_events' and d.record_id = e.record_id
    union
    select l.order_ref
    from raw_order_lines as l
    inner join raw_products as p on upper(l.sku) = upper(p.sku)
    inner join dirty_records as d on d.kind = 'products' and d.record_id = p.record_id;

    -- a search for each kind of name: of millions of orders, only names are made alike, and few go on
    create or replace temp table affected_orders as
    with named as (
        select order_ref as ref from marked_refs
        union
        select normal_ref(o.order_name)
        from raw_orders as o
        inner join dirty_records as d on d.kind = 'orders' and d.record_id = o.record_id
    ),
    others as (
        select rowid as place, unnest(other_refs) as name from raw_orders where len(other_refs) > 0
    )
    select order_ref, order_name, order_id, other_refs
    from raw_orders
    where rowid in (
        select o.rowid from raw_orders as o semi join marked_refs using (order_ref)
        union
        select o.rowid from raw_orders as o semi join named on bare_ref(o.order_name) = named.ref
        union
        select o.rowid from raw_orders as o semi join marked_refs on bare_ref(o.order_id) = marked_refs.order_ref
        union
        select others.place from others semi join marked_refs on bare_ref(others.name) = marked_refs.order_ref
    );

    create or replace temp table affected_refs as
    from marked_refs
    union select order_ref from affected_orders
    union select normal_ref(order_name) from affected_orders where normal_ref(order_name) is not null
    union select normal_ref(order_id) from affected_orders
    union select normal_ref(unnest(other_refs)) from affected_orders;

    create or replace temp table affected_tracking as
    select tracking_number from raw_shipments
    where tracking_number is not null and order_ref in (from affected_refs)
    union
    -- scans of a parcel that no order is known of
    select e.tracking_number
    from raw_tracking_events as e
    inner join dirty_records as d on d.kind = 'tracking_events' and d.record_id = e.record_id
    where e.tracking_number is not null;
"""
_NOTHING_TO_LINK_TO = """
    select not exists (from raw_orders) and not exists (from raw_order_lines)
        and not exists (from ticket_links) and not exists (from ref_links)
"""
_MARKED_TICKETS = """
    create or replace temp table marked_tickets as
    select distinct record_id from dirty_records where kind = 'tickets'
"""
_HAS_LINKABLE = """
    select exists (from dirty_records where kind in ('orders', 'order_lines', 'shipments', 'returns'))
"""
_TOUCHED_TICKETS = """
    create or replace temp table affected_customers as
    select o.customer_key
    from raw_orders as o
    inner join dirty_records as d on d.kind = 'orders' and d.record_id = o.record_id
    where o.customer_key is not null
    union
    select link_key from dirty_records where kind = 'orders' and link_key is not null;

    create or replace temp table affected_parcels as
    select normal_parcel(tracking_number) as number from affected_tracking
    union
    select normal_parcel(link_key) from dirty_records where kind = 'shipments' and link_key is not null;

    create or replace temp table affected_returns as
    select unnest([normal_return(return_id), normal_return(split_part(return_id, '/', 1))]) as number
    from raw_returns
    where order_ref in (from affected_refs);

    insert into marked_tickets
    with mentioned as (
        select record_id, unnest(mentions) as mention from raw_tickets where mentions is not null
    )
    select record_id from ticket_links where order_ref in (from affected_refs)
    union
    select t.record_id
    from raw_tickets as t
    semi join ticket_links using (record_id)
    where t.order_ref in (from affected_refs) or normal_ref(t.order_id) in (from affected_refs)
    union
    select record_id from raw_tickets semi join affected_customers using (customer_key)
    where order_ref is null
    union
    select record_id from mentioned where mentioned_order(mention) in (from affected_refs)
    union
    select record_id from mentioned where mentioned_parcel(mention) in (from affected_parcels)
    union
    select record_id from mentioned where mentioned_return(mention) in (from affected_returns);
"""
_BATCH_TO_LINK = """
    create or replace temp table tickets_to_link as select distinct record_id from marked_tickets;
    create temp table batch_tickets as
    select
        t.record_id, t.source, t.account, t.order_ref, t.order_id, t.mentions, t.customer_key, t.created_at,
        t.date_only, t.is_excluded
    from raw_tickets as t
    inner join tickets_to_link as l on t.record_id = l.record_id;
    create temp view batch_orders as from raw_orders;
    create temp view batch_order_lines as from raw_order_lines;
    create temp view batch_shipments as from raw_shipments;
    create temp view batch_returns as from raw_returns;
"""
_MARK_LINKS = """
    create or replace temp table link_marks as
    with old_links as (
        from ticket_links semi join tickets_to_link using (record_id)
    ),
    changed as (
        (from old_links except from stg_ticket_links) union (from stg_ticket_links except from old_links)
    )
    select record_id, order_ref from changed
    union
    -- what it named until now, or names again
    select record_id, order_ref from raw_tickets semi join changed using (record_id) where order_ref is not null
    union
    select record_id, order_ref from stg_ticket_links
    where record_id in (select d.record_id from dirty_records as d where d.kind = 'tickets');
    insert into dirty_records by name select 'tickets' as kind, record_id, order_ref from link_marks
"""
_KEEP_LINKS = """
    delete from ticket_links where record_id in (from tickets_to_link);
    insert into ticket_links by name from stg_ticket_links
"""
