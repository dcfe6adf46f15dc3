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
from pipelines.phrases import normaliser
from pipelines.shop_lists import (
    ListHeaderError,
    harmless,
    line,
    list_text,
    read_list,
    separator,
    written_lines,
)

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
    return told_links(list_text(path), path.name)


def told_links(text: str, name: str) -> list[ShopLink]:
    """The same, of the text of a file of that name."""
    try:
        rows = read_list(text, _HEADERS, ("ticket", "order"))
    except ListHeaderError as error:
        raise ShopLinksError(Message("shop_links_header", {"file": name, "header": error.header})) from error
    found: dict[tuple[str | None, str], ShopLink] = {}
    for number, cells in rows:
        ticket = cells["ticket"].lstrip("#'")
        if not ticket:
            where: dict[str, str | int] = {"file": name, "line": number, "order": cells["order"]}
            raise ShopLinksError(Message("shop_links_without_ticket", where))
        tool = cells.get("tool", "").lower() or None
        found[tool, ticket] = ShopLink(tool, ticket, cells["order"].lstrip("'") or None)
    return list(found.values())


def link_in(text: str, name: str, tool: str, ticket: str) -> str | None:
    """What a line for this very tool says of a ticket: its order, '' for none; None without such a line."""
    if not text.strip():
        return None
    said = [link for link in told_links(text, name) if (link.tool, link.ticket) == (tool, ticket)]
    return (said[-1].order or "") if said else None


def with_link(text: str, tool: str, ticket: str, order: str | None) -> str:
    """The text of a list in which a tool's ticket is about this order ('': about none); None takes its line out.

    Every other line stays as it is written; an empty text becomes a new file. `text` must be that of a list that can be
    used.
    """
    text = text if text.strip() else "ticket,tool,order\n"
    between, end = separator(text), "\r\n" if "\r\n" in text else "\n"
    (first, header), *rows = written_lines(text)
    with normaliser() as normal:
        names = [_HEADERS.get(code) for code in normal.codes(header)]
    if "tool" not in names:  # the new column stands beyond whatever stands in any line
        blank = max(len(cells) for _, cells in [("", header), *rows]) - len(header)
        names = [*names, *[None] * blank, "tool"]
        first = line(
            [*header, *[""] * blank, "outil" if "COMMANDE" in first.upper() else "tool"], between, end
        )
    at_ticket, at_tool, at_order = (names.index(name) for name in ("ticket", "tool", "order"))
    kept, is_there = [first], False
    for raw, written in rows:
        cells = [*written, *[""] * (len(names) - len(written))]
        same = cells[at_ticket].strip().lstrip("#'") == ticket and cells[at_tool].strip().lower() == tool
        if not same:
            kept.append(raw)
        elif order is not None:
            is_there = True
            cells[at_order] = harmless(order)
            kept.append(line(cells, between, end))
    if order is not None and not is_there:
        new = {"ticket": harmless(ticket), "tool": tool, "order": harmless(order)}
        kept[-1] += "" if kept[-1].endswith(("\n", "\r")) else end
        kept.append(line([new.get(name or "", "") for name in names], between, end))
    return "".join(kept)


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
