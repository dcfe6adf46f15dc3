"""What the shop says of a ticket's order: a CSV the user keeps, one ticket a line, that wins over every other evidence.

Columns `ticket,order` (`ticket,commande`) and, where two tools number tickets alike, `tool` (`outil`); comma, semicolon
or tab, as a French or English spreadsheet saves it. Further columns (who, when, why) are the user's own. An order left
empty says that the ticket is about no order. Taking the line out undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.shop_lists import ListHeaderError, list_text, read_list

_HEADERS = {
    **dict.fromkeys(("TICKET", "TICKET_ID", "NO_TICKET", "N_TICKET"), "ticket"),
    **dict.fromkeys(("ORDER", "COMMANDE", "NO_COMMANDE", "N_COMMANDE"), "order"),
    **dict.fromkeys(("TOOL", "OUTIL", "SOURCE"), "tool"),
}


class ShopLinksError(ValueError):
    """A list of links that cannot be used; nothing of it is applied. `message` says why in the user's language."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.params}")
        self.message = message


@dataclass(frozen=True)
class ShopLink:
    """Which order a ticket is about, in one tool or (None) in all; no order at all when `order` is None."""

    tool: str | None
    ticket: str
    order: str | None


def read_shop_links(path: Path) -> list[ShopLink]:
    """What the shop says of its tickets; of two lines for one ticket the last counts. Raises ShopLinksError."""
    try:
        rows = read_list(list_text(path), _HEADERS, ("ticket", "order"))
    except ListHeaderError as error:
        raise ShopLinksError(
            Message("shop_links_header", {"file": path.name, "header": error.header})
        ) from error
    found: dict[tuple[str | None, str], ShopLink] = {}
    for number, cells in rows:
        ticket = cells["ticket"].lstrip("#'")
        if not ticket:
            where: dict[str, str | int] = {"file": path.name, "line": number, "order": cells["order"]}
            raise ShopLinksError(Message("shop_links_without_ticket", where))
        tool = cells.get("tool", "").lower() or None
        found[tool, ticket] = ShopLink(tool, ticket, cells["order"].lstrip("'") or None)
    return list(found.values())


def create_link_table(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Table ref_links from the shop's list, if there is one: a record id and the order it is about, NULL for none.

    A line for one tool wins over a line for all. Made at each build: tickets arrive after what was said of them.
    Those of which something else is said than at the last build are marked, as if they had been loaded.
    """
    links = read_shop_links(path) if path.exists() else []
    con.execute("create or replace temp table last_links as from ref_links")
    con.execute("delete from ref_links")
    if links:
        con.execute(
            _LINKS,
            {
                "tools": [link.tool for link in links],
                "tickets": [link.ticket for link in links],
                "orders": [link.order for link in links],
            },
        )
    con.execute(_MARK_CHANGED)


_MARK_CHANGED = """
    insert into dirty_records by name
    with changed as (
        (from ref_links except from last_links) union (from last_links except from ref_links)
    )
    select distinct 'tickets' as kind, changed.record_id, raw_tickets.order_ref
    from changed
    left join raw_tickets on changed.record_id = raw_tickets.record_id;
    drop table last_links
"""
_LINKS = """
    insert into ref_links
    with told as (
        select
            unnest($tools::varchar[]) as tool, unnest($tickets::varchar[]) as ticket,
            unnest($orders::varchar[]) as order_name
    )
    select
        raw_tickets.record_id,
        -- in a struct, because arg_min passes over NULL, which says something here
        arg_min({'ref': normal_ref(told.order_name)}, (told.tool is null)::integer).ref as order_ref
    from raw_tickets
    inner join told
        on raw_tickets.ticket_id = told.ticket and raw_tickets.source = coalesce(told.tool, raw_tickets.source)
    group by raw_tickets.record_id
"""
