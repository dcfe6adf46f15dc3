"""Zoho Desk: tickets, threads and comments of the data backup (ZIP of CSV), and tickets of the API (JSON).

What the formats won't tell: a backup's CSV has two header rows, labels that each account renames and under them the
names of the API, which are the header where they are there; a file without that second row is read by the labels that
an account begins with. `Cases` are the tickets; ids have 18 digits; `None` is written for what nobody chose. A status
of the account's own says nothing: the API has `statusType` beside it, in the CSV a closed time tells. The time
`agentRespondedTime` is that of the last reply, not of the first, which stays unknown. `category`, `subCategory` and
`classification` are reasons, but for the words that every account begins with (which these are is unconfirmed).
Threads tell by `threadStatus` who wrote; their text is not kept. Dates of the backup name no zone and are read in the
shop's, the API writes UTC (both unconfirmed). How the backup parts tags and writes the happiness rating is unconfirmed
too, and read tolerantly. The other files of the ZIP (contacts, accounts, agents, departments, times spent) hold nothing
that is counted here.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import ConstantExpression, Expression

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values, together
from pipelines.fields import (
    constant,
    customer,
    each_of,
    first,
    flag,
    identifier,
    one_of,
    split,
    text,
    time,
    told,
    when,
    without,
)
from pipelines.helpdesks import ORDER, REASON, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table, Unusable

_STATUS = {"open": "open", "escalated": "open", "on hold": "pending", "onhold": "pending", "closed": "closed"}
_CHANNELS = {"forums": "web_form"}
_MOODS = {"good": "1", "okay": "0.5", "bad": "0"}
#: no reasons: what stands in an empty choice, and the classifications that every account begins with
_NO_REASONS = ("None", "-None-", "Question", "Problem", "Feature", "Others")
_PEOPLE = (
    r"^(contact|request|ticket|case|owner|agent|assignee|account|created ?by|modified ?by)( ?(id|owner))?$"
    r"|^to ?address|address$|^resolution$|display ?name$|^commented ?by$|^content$|^receipients$"
)


def _no_reasons(_: Cells) -> Parsed:
    return Parsed(function("list_value", *_NO_REASONS))


def _is_told(field: Field) -> Callable[[Cells], Expression]:
    return lambda cells: field(cells).value.isnotnull()


def _status(named: Field, closed: Field) -> Field:
    """The standard statuses; one of the account's own, or none, is closed when there is a time for it."""
    return first(named, when(_is_told(closed), constant("closed")), constant("open"))


def _contains(field: Field, word: str) -> Callable[[Cells], Expression]:
    def condition(cells: Cells) -> Expression:
        return function("contains", function("lower", field(cells).value), ConstantExpression(word))

    return condition


_CLOSED = time("closedTime", "Closed Time", "Ticket Closed Time")

CASES = Source(
    name="zohodesk",
    title="Zoho Desk, tickets (backup CSV: Cases)",
    needs=(
        ("id", "Ticket Id"),
        ("ticketNumber", "Ticket Number", "Request Id"),
        ("createdTime", "Created Time"),
        ("threadCount", "Thread Count", "Number of Threads"),
        ("subject", "Subject"),
    ),
    personal=_PEOPLE,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("id", "Ticket Id"),
                "created_at": time("createdTime", "Created Time"),
                "updated_at": time("modifiedTime", "Modified Time"),
                "solved_at": _CLOSED,
                "status": _status(one_of("status", values=_STATUS), _CLOSED),
                "channel": channel("channel", more=_CHANNELS),
                "channel_raw": text("channel"),
                "language": text("language"),
                "subject": text("subject"),
                "tags": split("tags", on="[,;]"),
                "reason_raw": without(
                    each_of(
                        "category",
                        "subCategory",
                        "Sub Category",
                        "classification",
                        "Classifications",
                        REASON,
                    ),
                    _no_reasons,
                ),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "customer_key": customer("email", "contactId", "Contact Id"),
                "csat": one_of("happinessRating", "Happiness Rating", values=_MOODS),
                "agent_team": text("Department"),
                "is_excluded": constant(False),
            },
            words=readable(text("description")),
        ),
    ),
)

THREADS = Source(
    name="zohodesk",
    title="Zoho Desk, messages (backup CSV: Threads)",
    needs=(
        ("id", "Thread Id"),
        ("ticketId", "Ticket Id"),
        ("threadStatus", "Thread Status"),
        ("createdTime", "Created Time"),
    ),
    personal=_PEOPLE,
    tables=(
        Table(
            "messages",
            {
                "ticket_id": identifier("ticketId", "Ticket Id"),
                "message_id": identifier("id", "Thread Id"),
                "author": first(
                    when(_contains(text("threadStatus", "Thread Status"), "incoming"), constant("customer")),
                    when(_contains(text("threadStatus", "Thread Status"), "outgoing"), constant("agent")),
                ),
                "sent_at": time("createdTime", "Created Time"),
                "is_public": one_of("isPrivate", "Is Private", values={"true": "false", "false": "true"}),
            },
        ),
    ),
)

COMMENTS = Source(
    name="zohodesk",
    title="Zoho Desk, comments (backup CSV: Comments)",
    needs=(
        ("id", "Comment Id"),
        ("entityId", "Entity Id"),
        ("commentedTime", "Commented Time"),
        ("isPublic", "Is Public"),
    ),
    personal=_PEOPLE,
    tables=(
        Table(
            "messages",
            {
                "ticket_id": identifier("entityId", "Entity Id"),
                "message_id": identifier("id", "Comment Id"),
                "sent_at": time("commentedTime", "Commented Time"),
                "is_public": flag("isPublic", "Is Public"),
            },
        ),
    ),
)

_API_CLOSED = time("$.closedTime", zone="UTC")
_API_EXCLUDED = because((says(text("$.isSpam"), "true"), "spam"))


def _custom(called: str) -> Field:
    """Custom fields of the API, by their names in code or by their labels."""
    return together(object_values("$.cf", called=called), object_values("$.customFields", called=called))


API_TICKETS = Source(
    name="zohodesk",
    title="Zoho Desk, tickets (API JSON)",
    needs=("id", "ticketNumber", "createdTime", "channel", "statusType"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.createdTime", zone="UTC"),
                "updated_at": time("$.modifiedTime", zone="UTC"),
                "solved_at": _API_CLOSED,
                "status": _status(
                    first(one_of("$.statusType", values=_STATUS), one_of("$.status", values=_STATUS)),
                    _API_CLOSED,
                ),
                "channel": channel("$.channel", more=_CHANNELS),
                "channel_raw": text("$.channel"),
                "language": text("$.language"),
                "subject": text("$.subject"),
                "reason_raw": without(
                    together(
                        each_of("$.category", "$.subCategory", "$.classification"),
                        _custom(REASON_IN_JSON),
                    ),
                    _no_reasons,
                ),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(_custom(ORDER)),
                "sku": first_of(_custom(SKU)),
                "customer_key": customer("$.email", "$.contact.email", "$.contactId"),
                "agent_team": text("$.department.name"),
                "is_excluded": told(_API_EXCLUDED),
                "excluded_because": _API_EXCLUDED,
            },
            words=readable(text("$.description")),
        ),
    ),
)

AGENTS = Unusable(
    needs=(("isConfirmed", "Is Confirmed"), ("isPortalUser", "Is Portal User")), message="zohodesk_other_part"
)
CONTACTS = Unusable(
    needs=(("isEndUser", "Is End User"), ("crmContactId", "CRM Contact Id")), message="zohodesk_other_part"
)
ACCOUNTS = Unusable(
    needs=(("accountName", "Account Name"), ("crmAccountId", "CRM Account Id")), message="zohodesk_other_part"
)
DEPARTMENTS = Unusable(
    needs=(("isEnabled", "Is Enabled"), ("creatorId", "Creator Id"), ("status", "Department Status")),
    message="zohodesk_other_part",
)
TIMES_SPENT = Unusable(
    needs=(("requestChargeType", "Request Charge Type"), ("secondsSpent", "Seconds Spent")),
    message="zohodesk_other_part",
)
