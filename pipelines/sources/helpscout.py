"""Help Scout: conversations of the Mailbox API v2 with their threads (JSON, `embed=threads`).

What the format won't tell: `id` is the key, `number` what users see, and `threads` a count, the threads themselves are
embedded, newest first, and lack without `embed=threads`: a conversation then has no text and no first reply (its
`preview` is the last message, which may be the shop's). The first
reply is the first published `message` after the first words of the customer; `note` and `lineitem` are internal. Tags
are objects. A custom field's `value` may be the id of a choice: its `text` is read. A chat is told by `type`, a form by
its source (`beacon-v2`, `web`). The order stands in a field of the shop's or in the customer's words, often only when
an agent asked for it, so all of the customer's messages are read, in the order in which they were sent. Merged
conversations vanish behind another id. Times are UTC. The CSV of the reports has no text, and which columns it has is
not known here: it needs a mapping.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.channels import channel
from pipelines.custom_fields import first_of, listed_values
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    joined,
    one_of,
    split,
    text,
    time,
    told,
    when,
)
from pipelines.helpdesks import ORDER, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table

# Drafts were never sent, so they are no messages.
_SAID_AND_ANSWERED = """
    with threads as (
        select
            row_number,
            unnest(json_extract(doc, '$._embedded.threads[*]')) as thread
        from sheet_rows
    ),

    sent as (
        select
            row_number,
            thread ->> '$.createdAt' as sent_at,
            thread ->> '$.body' as body,
            thread ->> '$.type' as type,
            coalesce(thread ->> '$.createdBy.type' = 'customer', thread ->> '$.type' = 'customer') as is_customers
        from threads
        where coalesce(thread ->> '$.state', 'published') = 'published'
    ),

    placed as (
        select
            *,
            min(sent_at) filter (where is_customers) over (partition by row_number) as asked_at
        from sent
    ),

    conversations as (
        select
            row_number,
            string_agg(body, ' ' order by sent_at) filter (where is_customers) as said,
            min(sent_at) filter (where type = 'message' and sent_at > asked_at) as answered_at
        from placed
        group by row_number
    )

    select
        sheet_rows.row_number,
        sheet_rows.doc,
        conversations.said,
        conversations.answered_at
    from sheet_rows
    left join conversations on sheet_rows.row_number = conversations.row_number
"""


def _said_and_answered(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _SAID_AND_ANSWERED)


def _is_outbound(cells: Cells) -> Expression:
    """A mail that somebody of the shop began; a call or a forwarded mail that an agent wrote down is a customer's."""
    return (
        says(text("$.source.via", "$.createdBy.type"), "user")(cells)
        & says(_TYPE, "email")(cells)
        & ~says(first(text("$.source.type"), constant("")), "emailfwd")(cells)
    )


def _is_sent(cells: Cells) -> Expression:
    """A message or a note, not a line of the log nor a draft."""
    is_log = says(text("@.type"), "lineitem")(cells)
    return ~is_log & says(first(text("@.state"), constant("published")), "published")(cells)


_STATUS = {"active": "open", "open": "open", "pending": "pending", "closed": "closed", "spam": "closed"}
#: the source of a conversation of the type email: a form of the site makes one too
_SOURCES = {"beacon": "web_form", "beacon-v2": "web_form", "emailfwd": "email", "notification": "email"}
_TYPE = text("$.type")
_FIELDS = ("$.customFields", "$.name", "$.text")
_EXCLUDED = because(
    (says(text("$.status"), "spam"), "spam"),
    (says(text("$.state"), "deleted"), "deleted"),
    (says(text("$.state"), "draft"), "outbound"),
    (_is_outbound, "outbound"),
)
_CLOSED = when(says(text("$.status"), "closed"), time("$.closedAt", zone="UTC"))

CONVERSATIONS = Source(
    name="helpscout",
    title="Help Scout, conversations (API v2 JSON)",
    needs=("id", "number", "mailboxId", "primaryCustomer", "createdAt", "status"),
    is_documents=True,
    prepare=_said_and_answered,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.createdAt", zone="UTC"),
                "updated_at": time("$.userUpdatedAt", zone="UTC"),
                "first_reply_at": time("answered_at", zone="UTC"),
                "solved_at": _CLOSED,
                "status": when(
                    says(text("$.state"), "deleted"),
                    constant("deleted"),
                    one_of("$.status", values=_STATUS, keep=True),
                ),
                "channel": first(
                    when(says(_TYPE, "phone"), constant("phone")),
                    when(says(_TYPE, "chat"), constant("chat")),
                    channel("$.source.type", "$.type", more=_SOURCES),
                ),
                "channel_raw": joined(_TYPE, text("$.source.type"), by="/"),
                "subject": text("$.subject"),
                "tags": split("$.tags[*].tag"),
                "reason_raw": listed_values(*_FIELDS, called=REASON_IN_JSON),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(listed_values(*_FIELDS, called=ORDER)),
                "sku": first_of(listed_values(*_FIELDS, called=SKU)),
                "customer_key": customer("$.primaryCustomer.email", "$.primaryCustomer.id"),
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
                "author": first(
                    one_of("@.createdBy.type", values={"customer": "customer", "user": "agent"}),
                    one_of("@.type", values={"customer": "customer", "message": "agent", "note": "agent"}),
                ),
                "sent_at": time("@.createdAt", zone="UTC"),
                "is_public": when(says(text("@.type"), "note"), constant(False), constant(True)),
            },
            each="$._embedded.threads",
            where=_is_sent,
        ),
    ),
)
