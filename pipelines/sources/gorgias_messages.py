"""Gorgias: the messages file that goes with its tickets file (CSV, one row a message).

What the format won't tell: `id` is the ticket's, repeated, and a message has none of its own, so it is known by its
content: two messages of one ticket in one second are two. The order of rows means nothing. Times are UTC, with or
without fractions. Who wrote is told by an address alone, and which addresses are the shop's is not, so the author stays
unknown. Texts are not kept: a ticket's own words are read in the tickets file and in the API's list.
"""

from __future__ import annotations

from pipelines.fields import identifier, time
from pipelines.source import Source, Table

MESSAGES = Source(
    name="gorgias",
    title="Gorgias, messages (CSV)",
    needs=("id", "body_text", "sent_datetime", "sender_info"),
    personal=r"^body|^sender|^customer id$|^subject$",
    tables=(
        Table(
            "messages",
            {
                "ticket_id": identifier("id"),
                "sent_at": time("sent_datetime", zone="UTC"),
            },
        ),
    ),
)
