"""What people say of single cases, and whether it was heard yet: which order a ticket is about, and decisions.

None of it is a rule, so none of it builds everything again: what is said anew marks its own records, as a load does.
"""

from __future__ import annotations

import hashlib

import duckdb

from pipelines import decisions, notebook, shop_links
from pipelines.shop_links import ShopLinksError
from pipelines.store import Store, StoreError

LINKS = "links.csv"


def said(store: Store) -> str:
    """A text that is another one after every change of what is said."""
    path = store.user / LINKS
    links = path.read_bytes() if path.exists() else b""
    return f"{hashlib.sha256(links).hexdigest()[:16]} {notebook.mark(store, decisions.TOPIC)}"


def hear(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Brings ref_links and ref_decisions up to date, and marks the records of which something else is said now.

    In a transaction of its own: marks stay until they are built. A list that cannot be used stops the build.
    """
    con.execute("begin")
    try:
        shop_links.create_link_table(con, store.user / LINKS)
        decisions.hear(con, store)
        con.execute("commit")
    except ShopLinksError as error:
        con.execute("rollback")
        raise StoreError(error.message) from error
    except BaseException:
        con.execute("rollback")
        raise
