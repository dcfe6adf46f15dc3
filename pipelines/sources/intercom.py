"""Intercom: conversations of the API (JSON, version 2) and Fivetran's warehouse copy of them (CSV).

What the formats won't tell: times are unix seconds in the API and UTC in the copy. Durations are in office hours, so
only the moments beside them are read. Bodies are HTML; the first message is `source`, the later ones are
`conversation_parts`, which lists leave out: only a conversation asked for by its id has them. All that the customer
wrote is read for phrases and the order's number. What an admin, a campaign or an automation began is outbound, even
where somebody answered; a bot's greeting is too, where nobody did. The copy has one row a version: the last one counts,
the rows before it are unchanged; tags stand in tables of their own, so it has none, and no first reply of the shop
either. A conversation that became a ticket is told again by the API's tickets: these are not read, so that it counts
once. Which columns a report's CSV has is the user's choice: it needs a mapping.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import DuckDBPyRelation, Expression

from pipelines.cells import Cells, Field, reshaped
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    one_of,
    share,
    split,
    text,
    time,
    told,
    when,
    whole,
)
from pipelines.helpdesks import ORDER, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table, Unusable

_SAID_AND_ANSWERED = """
    with later as (
        select
            row_number,
            unnest(json_extract(doc, '$.conversation_parts.conversation_parts[*]')) as part
        from sheet_rows
    ),

    said as (
        select
            row_number,
            part ->> '$.part_type' as type,
            part ->> '$.author.type' as author,
            try_cast(part ->> '$.created_at' as bigint) as sent_at,
            part ->> '$.body' as body
        from later
        union all
        select
            row_number,
            'comment' as type,
            doc ->> '$.source.author.type' as author,
            try_cast(doc ->> '$.created_at' as bigint) as sent_at,
            doc ->> '$.source.body' as body
        from sheet_rows
    ),

    conversations as (
        select
            row_number,
            string_agg(body, ' ' order by sent_at) filter (where author in ('user', 'lead', 'contact')) as said,
            min(sent_at) filter (
                where author in ('admin', 'team') and type <> 'note' and body is not null
            ) as answered_at
        from said
        group by row_number
    )

    select
        sheet_rows.row_number,
        sheet_rows.doc,
        conversations.said,
        conversations.answered_at::varchar as answered_at
    from sheet_rows
    inner join conversations on sheet_rows.row_number = conversations.row_number
"""


def _said_and_answered(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _SAID_AND_ANSWERED)


def _is_said(cells: Cells) -> Expression:
    """A message or a note; assignments, closings and the like may carry one too."""
    return says(text("@.part_type"), "comment", "note")(cells) | text("@.body")(cells).value.isnotnull()


_STATUS = {"open": "open", "snoozed": "pending", "closed": "closed"}
_CHANNELS = {"conversation": "chat", "phone_call": "phone", "phone_switch": "phone"}
_OUTBOUND = ("admin_initiated", "campaigns_initiated", "automated")
_AUTHORS = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "agent", "team": "agent"}
_BY_CUSTOMER = says(text("$.source.author.type"), "user", "lead", "contact")


def _is_unanswered(reply: Field) -> Callable[[Cells], Expression]:
    """A bot greeted a visitor who wrote nothing."""

    def condition(cells: Cells) -> Expression:
        delivered = text("$.source.delivered_as", "source_delivered_as")
        return says(delivered, "operator_initiated")(cells) & reply(cells).value.isnull()

    return condition


_REPLY = text("$.first_contact_reply.created_at", "$.statistics.first_contact_reply_at", "said")
_EXCLUDED = because(
    (says(text("$.source.delivered_as"), *_OUTBOUND), "outbound"), (_is_unanswered(_REPLY), "outbound")
)
_CUSTOM = "$.custom_attributes"

CONVERSATIONS = Source(
    name="intercom",
    title="Intercom, conversations (API JSON)",
    needs=("id", "state", "source", "source.delivered_as", "created_at", "contacts"),
    is_documents=True,
    prepare=_said_and_answered,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.created_at", zone="UTC"),
                "updated_at": time("$.updated_at", zone="UTC"),
                "first_reply_at": first(
                    time("$.statistics.first_admin_reply_at", zone="UTC"),
                    when(_BY_CUSTOMER, time("answered_at", zone="UTC")),
                ),
                "solved_at": when(
                    says(text("$.state"), "closed"), time("$.statistics.last_close_at", zone="UTC")
                ),
                "reopened_count": whole("$.statistics.count_reopens"),
                "status": one_of("$.state", values=_STATUS, keep=True),
                "channel": channel("$.source.type", more=_CHANNELS),
                "channel_raw": text("$.source.type"),
                "subject": readable(text("$.source.subject", "$.title")),
                "tags": split("$.tags.tags[*].name"),
                "reason_raw": object_values(_CUSTOM, called=REASON_IN_JSON),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values(_CUSTOM, called=ORDER)),
                "sku": first_of(object_values(_CUSTOM, called=SKU)),
                "customer_key": first(
                    when(_BY_CUSTOMER, customer("$.source.author.email")),
                    customer("$.contacts.contacts[0].id"),
                ),
                "csat": share("$.conversation_rating.rating", worst=1, best=5),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
            words=readable(text("said")),
        ),
        Table(
            "messages",
            {
                "ticket_id": identifier("$.id"),
                "message_id": identifier("@.id"),
                "author": one_of("@.author.type", values=_AUTHORS, otherwise="automatic"),
                "sent_at": time("@.created_at", zone="UTC"),
                "is_public": when(says(text("@.part_type"), "note"), constant(False), constant(True)),
            },
            each="$.conversation_parts.conversation_parts",
            where=_is_said,
        ),
    ),
)

_COPY_EXCLUDED = because(
    (says(text("source_delivered_as"), *_OUTBOUND), "outbound"),
    (_is_unanswered(text("first_contact_reply_created_at")), "outbound"),
)

WAREHOUSE = Source(
    name="intercom",
    title="Intercom, warehouse copy by Fivetran (CSV)",
    needs=("id", "_fivetran_synced", "source_delivered_as", "source_type", "state", "created_at"),
    personal=r"remark|url$|author|assignee|synced$|^fivetran",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("id"),
                "created_at": time("created_at", zone="UTC"),
                "updated_at": time("updated_at", zone="UTC"),
                "status": one_of("state", values=_STATUS, keep=True),
                "channel": channel("source_type", more=_CHANNELS),
                "channel_raw": text("source_type"),
                "subject": readable(text("source_subject")),
                "customer_key": when(
                    says(text("source_author_type"), "user", "lead", "contact"), customer("source_author_id")
                ),
                "csat": share("conversation_rating_value", worst=1, best=5),
                "is_excluded": told(_COPY_EXCLUDED),
                "excluded_because": _COPY_EXCLUDED,
            },
            words=readable(text("source_body")),
        ),
    ),
)

TAG_NAMES = Unusable(needs=("id", "name", "_fivetran_deleted", "_fivetran_synced"), message="warehouse_names")
TICKETS = Unusable(needs=("ticket_id", "ticket_attributes", "category"), message="intercom_tickets")
