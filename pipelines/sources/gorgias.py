"""Gorgias: the ticket export (CSV sent by e-mail), both header generations.

What the format won't tell: there is no status column (a closed date means closed); durations are calendar seconds
and 0 or 1 second means that a rule answered; custom fields were bare labels until 2023 and are `Ticket Field: …`
since; the last Shopify order is the customer's, not the ticket's, so it links nothing. The zone of the dates is not
documented: they are read in the shop's zone.
"""

from __future__ import annotations

from duckdb import ConstantExpression, Expression

from pipelines.channels import channel
from pipelines.fields import (
    Cells,
    Source,
    Table,
    after,
    constant,
    customer,
    flag,
    identifier,
    one_of,
    share,
    split,
    text,
    time,
    when,
)

_CREATED = time("Creation date")


def _closed(cells: Cells) -> Expression:
    return time("Closed date")(cells).value.isnotnull()


TICKETS = Source(
    name="gorgias",
    title="Gorgias, tickets (CSV)",
    needs=("Ticket id", "Initial channel", "Creation date", "Created by an agent"),
    custom_prefixes=("Ticket Field: ", "Customer Field: "),
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("Ticket id"),
                "created_at": _CREATED,
                "first_reply_at": after(_CREATED, "First response time (s)", unit="seconds"),
                "solved_at": time("Closed date"),
                "status": when(_closed, constant("closed"), constant("open")),
                "channel": channel("Initial channel"),
                "channel_raw": text("Initial channel"),
                "subject": text("Subject"),
                "tags": split("Tags", on=","),
                "reason_raw": split("Contact reason", "Ticket Field: Contact reason", "Ticket Field: Type", on="\\x00"),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier("Ticket Field: Order number", "Ticket Field: Order", "Order number"),
                "sku": identifier("Ticket Field: SKU", "SKU"),
                "customer_key": customer("Customer email"),
                "csat": share("Survey score", worst=1, best=5),
                "is_excluded": flag("Created by an agent"),
                "excluded_because": one_of("Created by an agent", values={"true": "outbound"}),
            },
            words=text("Subject"),
        ),
    ),
)
