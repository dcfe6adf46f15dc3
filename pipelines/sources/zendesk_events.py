"""Zendesk Support: ticket events of the incremental export with their comments (JSON).

What the format won't tell: comments are there only when they were asked for (`include=comment_events`); an event
without one holds nothing to count. The id of a comment is that of its event, as in a ticket's own list of comments. Who
wrote is told by a number alone, and who asked by none, so the author is known only where it was a rule.
"""

from __future__ import annotations

from duckdb import Expression

from pipelines.cells import Cells
from pipelines.fields import constant, flag, identifier, text, time, when
from pipelines.helpdesks import says
from pipelines.source import Source, Table


def _is_comment(cells: Cells) -> Expression:
    return says(text("@.event_type", "@.type"), "comment")(cells)


def _is_automatic(cells: Cells) -> Expression:
    return says(text("@.via.channel"), "rule", "system", "merge")(cells)


TICKET_EVENTS = Source(
    name="zendesk",
    title="Zendesk, ticket events with comments (JSON)",
    needs=("id", "ticket_id", "child_events", "created_at"),
    is_documents=True,
    tables=(
        Table(
            "messages",
            {
                "ticket_id": identifier("$.ticket_id"),
                "message_id": identifier("@.id"),
                "author": when(_is_automatic, constant("automatic")),
                "sent_at": time("@.created_at", "$.created_at", zone="UTC"),
                "is_public": flag("@.public"),
            },
            each="$.child_events",
            where=_is_comment,
        ),
    ),
)
