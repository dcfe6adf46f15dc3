"""Freshdesk: the ticket export (CSV, or an `.xls` that is XML inside) and API v2 tickets (JSON).

What the formats won't tell: headers are the labels of the account and vary in case; `Initial response time` is a
moment despite its name, while `… (in hrs)` are durations in business hours, `00:00:00` for never, which place nothing
in calendar time (kept as they are in `extra`); the type Question, Incident, Problem or Feature Request says nothing,
shops put their own reasons there; `Contact ID` holds the e-mail address; `Product` is a brand, not an article. The
zone of the export's dates is not documented: they are read in the shop's. The API has numbers for status and source;
statuses from 6 on are the shop's own.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import Expression

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.channels import channel
from pipelines.fields import (
    constant,
    customer,
    each_of,
    first,
    identifier,
    one_of,
    split,
    text,
    time,
    told,
    when,
    whole,
    without,
)
from pipelines.helpdesks import ORDER, REASON, SKU, because, says
from pipelines.source import Source, Table

#: the types that every new account has: no reasons
_STANDARD_TYPES = ("Question", "Incident", "Problem", "Feature Request")
#: the survey's seven steps, worst to best, in the words that accounts begin with
_MOODS = (("satisfied", "dissatisfied"), ("happy", "unhappy"))


def _survey_words() -> dict[str, str]:
    """Share from 0 to 1 of each step's words; words that an admin chose himself say nothing that can be compared."""
    shares = {"neutral": "0.5", "neither satisfied nor dissatisfied": "0.5"}
    for good, bad in _MOODS:
        for steps, degrees in ((3, ("extremely ",)), (2, ("very ",)), (1, ("", "slightly ", "somewhat "))):
            for degree in degrees:
                shares[degree + good] = str(0.5 + steps / 6)
                shares[degree + bad] = str(0.5 - steps / 6)
    return shares


def _is_told(field: Field) -> Callable[[Cells], Expression]:
    return lambda cells: field(cells).value.isnotnull()


def _status(names: Field, solved: Field, closed: Field) -> Field:
    """The standard statuses; one of the shop's own is solved when there is a time for it, else it waits."""
    return first(
        names,
        when(_is_told(closed), constant("closed")),
        when(_is_told(solved), constant("solved")),
        constant("pending"),
    )


def _standard_types(_: Cells) -> Parsed:
    return Parsed(function("list_value", *_STANDARD_TYPES))


_SOLVED, _CLOSED = time("Resolved time"), time("Closed time")
_EXCLUDED = because(
    (says(text("Source"), "outbound email"), "outbound"), (says(text("Status"), "deleted"), "deleted")
)

EXPORT = Source(
    name="freshdesk",
    title="Freshdesk, tickets (CSV, Excel)",
    needs=(
        "Ticket ID",
        "Status",
        "Created time",
        ("Resolved time", "Closed time", "Last update time", "Last updated time", "Due by Time"),
        ("Group", "Agent", "Source", "Priority", "Survey results", "Resolution status"),
    ),
    personal=r"^contact id$|facebook|twitter|^title$|external id|^company|^agent$|^time zone$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("Ticket ID"),
                "created_at": time("Created time"),
                "updated_at": time("Last update time", "Last updated time"),
                "first_reply_at": time("Initial response time"),
                "solved_at": first(_SOLVED, _CLOSED),
                "status": _status(
                    one_of(
                        "Status",
                        values={
                            "open": "open",
                            "pending": "pending",
                            "resolved": "solved",
                            "closed": "closed",
                            "deleted": "deleted",
                        },
                    ),
                    _SOLVED,
                    _CLOSED,
                ),
                "channel": channel("Source"),
                "channel_raw": text("Source"),
                "language": text("Language"),
                "subject": text("Subject"),
                "tags": split("Tags", on=","),
                "reason_raw": without(each_of("Type", REASON), _standard_types),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "customer_key": customer("Email", "Contact ID"),
                "reply_count": whole("Agent interactions"),
                "csat": one_of("Survey results", values=_survey_words()),
                "agent_team": text("Group"),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
            words=text("Description"),
        ),
    ),
)

#: how the API names a custom field: cf_ and its label
_CF_ORDER = (
    "order",
    "order_number",
    "order_no",
    "order_id",
    "order_name",
    "order_reference",
    "shopify_order",
    "commande",
    "n_commande",
    "no_commande",
    "numero_commande",
    "numero_de_commande",
    "n_de_commande",
    "reference_commande",
)
_CF_REASON = (
    "reason",
    "contact_reason",
    "reason_for_contact",
    "return_reason",
    "issue",
    "issue_type",
    "motif",
    "motif_de_contact",
    "motif_du_contact",
    "raison",
    "cause",
    "categorie",
    "category",
)
_CHANNEL_OF_SOURCE = {
    "1": "email",
    "2": "web_form",
    "3": "phone",
    "5": "x",
    "6": "facebook",
    "7": "chat",
    "9": "web_form",
    "10": "internal",
    "13": "whatsapp",
}
_STATUS_OF_CODE = {"2": "open", "3": "pending", "4": "solved", "5": "closed"}
_API_SOLVED, _API_CLOSED = time("$.stats.resolved_at"), time("$.stats.closed_at")
_API_EXCLUDED = because(
    (says(text("$.spam"), "true"), "spam"),
    (says(text("$.deleted"), "true"), "deleted"),
    (says(text("$.source"), "10"), "outbound"),
)


def _custom(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"$.custom_fields.cf_{name}" for name in names)


API_TICKETS = Source(
    name="freshdesk",
    title="Freshdesk, tickets (API v2 JSON)",
    needs=("id", "requester_id", "responder_id", "status", "source", "created_at", "fr_escalated"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.created_at"),
                "updated_at": time("$.updated_at"),
                "first_reply_at": time("$.stats.first_responded_at"),
                "solved_at": first(_API_SOLVED, _API_CLOSED),
                "status": _status(one_of("$.status", values=_STATUS_OF_CODE), _API_SOLVED, _API_CLOSED),
                "channel": one_of("$.source", values=_CHANNEL_OF_SOURCE, keep=True),
                "channel_raw": text("$.source"),
                "subject": text("$.subject"),
                "tags": split("$.tags[*]"),
                "reason_raw": without(each_of("$.type", *_custom(_CF_REASON)), _standard_types),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(*_custom(_CF_ORDER)),
                "sku": identifier(*_custom(("sku", "product_sku"))),
                "customer_key": customer("$.requester.email", "$.email", "$.requester_id"),
                "is_excluded": told(_API_EXCLUDED),
                "excluded_because": _API_EXCLUDED,
            },
            words=text("$.description_text"),
        ),
        Table(
            "messages",
            {
                "ticket_id": identifier("$.id"),
                "message_id": identifier("@.id"),
                "author": one_of("@.incoming", values={"true": "customer", "false": "agent"}),
                "sent_at": time("@.created_at"),
                "is_public": one_of("@.private", values={"true": "false", "false": "true"}),
            },
            each="$.conversations",
        ),
    ),
)
