"""Gorgias: the ticket export (CSV sent by e-mail), both header generations, and the API's ticket list (JSON).

What the format won't tell: there is no status column (a closed date means closed); durations are calendar seconds,
0 when nobody answered, and 0 or 1 second too when a rule did; custom fields were bare labels until 2023 and are
`Ticket Field: …` since, their values paths joined by `::`; the last Shopify order is the customer's, not the
ticket's, so it links nothing. The zone of the CSV's dates is not documented: they are read in the shop's zone. The
API writes UTC, often without saying so, and lists trashed tickets along with the others.
"""

from __future__ import annotations

from pipelines.channels import channel
from pipelines.fields import (
    after,
    constant,
    customer,
    each_of,
    identifier,
    share,
    split,
    text,
    time,
    told,
    when,
    whole,
)
from pipelines.helpdesks import ORDER, REASON, SKU, because, says
from pipelines.source import Source, Table

_CREATED = time("Creation date")
_CLOSED = time("Closed date")
_EXCLUDED = because((says(text("Created by an agent"), "true"), "outbound"))

TICKETS = Source(
    name="gorgias",
    title="Gorgias, tickets (CSV)",
    needs=("Ticket id", "Initial channel", "Creation date", "Created by an agent"),
    custom_prefixes=("Ticket Field: ", "Customer Field: "),
    repeated=r"^resolution time",  # from creation to closing
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("Ticket id"),
                "created_at": _CREATED,
                "first_reply_at": after(_CREATED, "First response time (s)", unit="seconds", above=1),
                "solved_at": _CLOSED,
                "status": when(
                    lambda cells: _CLOSED(cells).value.isnotnull(), constant("closed"), constant("open")
                ),
                "channel": channel("Initial channel"),
                "channel_raw": text("Initial channel"),
                "subject": text("Subject"),
                "tags": split("Tags", on=","),
                "reason_raw": each_of(REASON, "Ticket Field: Type"),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "customer_key": customer("Customer email"),
                "reply_count": whole("Number of agent messages"),
                "csat": share("Survey score", worst=1, best=5),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
        ),
    ),
)

_API_CLOSED = time("$.closed_datetime", zone="UTC")
_API_EXCLUDED = because(
    (says(text("$.spam"), "true"), "spam"),
    (lambda cells: text("$.trashed_datetime")(cells).value.isnotnull(), "deleted"),
    (says(text("$.from_agent"), "true"), "outbound"),
    (says(text("$.channel"), "internal-note"), "outbound"),
)

API_TICKETS = Source(
    name="gorgias",
    title="Gorgias, tickets (API JSON)",
    needs=("id", "channel", "from_agent", "created_datetime"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.created_datetime", zone="UTC"),
                "updated_at": time("$.updated_datetime", zone="UTC"),
                "solved_at": _API_CLOSED,
                "status": when(
                    lambda cells: _API_CLOSED(cells).value.isnotnull(), constant("closed"), constant("open")
                ),
                "channel": channel("$.channel"),
                "channel_raw": text("$.channel"),
                "language": text("$.language"),
                "subject": text("$.subject"),
                "tags": split("$.tags[*].name"),
                "customer_key": customer("$.customer.email", "$.customer.id"),
                "csat": share("$.satisfaction_survey.score", worst=1, best=5),
                "agent_team": text("$.assignee_team.name"),
                "is_excluded": told(_API_EXCLUDED),
                "excluded_because": _API_EXCLUDED,
            },
            words=text("$.excerpt"),
        ),
    ),
)
