"""What the weekly list may tell, found at each load and kept in table `kept_alerts`: pages and messages only read it.

Every file of queries/alerts tells of one kind of thing: a new kind is a new file, and its words in app/text.
"""

from __future__ import annotations

import duckdb

#: made with the other tables of a store; one row a thing that could be told
TABLE = """
    create table if not exists kept_alerts (
        kind varchar, item varchar, aliases varchar[], cause varchar, party varchar, place_kind varchar,
        place varchar, item_count bigint, size double, amount_cents bigint, amount_count bigint, currency varchar,
        certainty double, since_date date, due_date date, began_date date, facts json
    );
"""


def keep(con: duckdb.DuckDBPyConnection) -> None:
    """Finds what there is to tell by the end of the data; needs the aggregates and rises of this load."""
    con.execute("delete from kept_alerts")
    con.execute("insert into kept_alerts by name from int_all_alerts order by kind, item")
