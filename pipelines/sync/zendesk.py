"""Zendesk Support: tickets by the incremental export, which hands out a cursor; 10 requests a minute.

The export tells of deleted tickets too, and withholds the last minute. Requesters, groups and times of first reply
come beside the tickets, and are put into them as the vendor's full export does. Messages come with the export of ticket
events, which goes by time: it begins again at the second in which the last one ended. Only when they were sent and
whether in public is kept of them; who wrote is told by a number that nothing explains. The vendor is replacing API
tokens by OAuth (by client, or by refresh token); both are understood.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pipelines.sync.auth import Basic, by_client, refreshed
from pipelines.sync.feeds import CursorExport
from pipelines.sync.vendor import Document, Rate, Vendor, inside


def _tickets(data: Any) -> list[Document]:
    """The tickets of a page with who asked, which group answers and the metrics inside."""
    users = {user["id"]: user for user in data.get("users") or []}
    groups = {group["id"]: group for group in data.get("groups") or []}
    metrics = {metric["ticket_id"]: metric for metric in data.get("metric_sets") or []}
    return [
        ticket
        | _beside("requester", users.get(ticket.get("requester_id")), "id", "email", "locale")
        | _beside("group", groups.get(ticket.get("group_id")), "id", "name")
        | ({"metric_set": metrics[ticket["id"]]} if ticket["id"] in metrics else {})
        for ticket in data.get("tickets") or []
    ]


def _comments(data: Any) -> list[Document]:
    """The events of a page that hold comments, without what these say."""
    found = []
    for event in data.get("ticket_events") or []:
        comments = [
            {name: child.get(name) for name in ("id", "event_type", "public", "created_at")}
            | {"via": {"channel": inside(child, "via.channel")}}
            for child in event.get("child_events") or []
            if child.get("event_type") == "Comment"
        ]
        if comments:
            told = {name: event.get(name) for name in ("id", "ticket_id", "created_at")}
            found.append({**told, "child_events": comments})
    return found


def _beside(name: str, found: Document | None, *wanted: str) -> Document:
    return {name: {key: found.get(key) for key in wanted}} if found else {}


def _begins(since: datetime | None) -> dict[str, str | int]:
    return {"start_time": int(since.timestamp()) if since else 0}


ZENDESK = Vendor(
    name="zendesk",
    title="Zendesk",
    address="https://{subdomain}.zendesk.com",
    settings={"subdomain": r"[A-Za-z0-9][A-Za-z0-9-]*"},
    auths=(
        refreshed("oauth/tokens"),
        by_client("oauth/tokens", scope="read"),
        Basic(("email", "token"), "{email}/token", "{token}"),
    ),
    scopes="read",
    rate=Rate(10, 60),
    feeds=(
        CursorExport(
            "tickets",
            "api/v2/incremental/tickets/cursor.json",
            shape=_tickets,
            begins=_begins,
            params={"include": "users,groups,metric_sets", "per_page": 1000},
        ),
        CursorExport(
            "messages",
            "api/v2/incremental/ticket_events.json",
            shape=_comments,
            begins=_begins,
            params={"include": "comment_events"},
            cursor_param="start_time",
            cursor="end_time",
            changed="created_at",
            overlap=timedelta(minutes=1),
        ),
    ),
)
