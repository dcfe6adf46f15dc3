"""Gorgias: the messages file that goes with its tickets file (CSV, one row a message), and the API's messages (JSON).

What the format won't tell: `id` is the ticket's, repeated, and a message has none of its own, so it is known by its
content: two messages of one ticket in one second are two. The order of rows means nothing. Times are UTC, with or
without fractions. Who wrote is told by an address alone, and which addresses are the shop's is not, so the author stays
unknown. Texts are not kept: a ticket's own words are read in the tickets file and in the API's list.

In the API a message has an id, and `from_agent` says whose side wrote; that a rule's messages say `rule` under `via` is
unconfirmed. Times are UTC, often without saying so. Load the file or ask the API: messages of both count twice.
"""

from __future__ import annotations

from pipelines.fields import constant, first, flag, identifier, one_of, text, time, when
from pipelines.helpdesks import says
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

API_MESSAGES = Source(
    name="gorgias",
    title="Gorgias, messages (API JSON)",
    needs=("id", "ticket_id", "from_agent", "public", "created_datetime", "channel"),
    is_documents=True,
    tables=(
        Table(
            "messages",
            {
                "ticket_id": identifier("$.ticket_id"),
                "message_id": identifier("$.id"),
                "author": first(
                    when(says(text("$.via"), "rule"), constant("automatic")),
                    one_of("$.from_agent", values={"true": "agent", "false": "customer"}),
                ),
                "sent_at": first(time("$.sent_datetime", zone="UTC"), time("$.created_datetime", zone="UTC")),
                "is_public": flag("$.public"),
            },
        ),
    ),
)
