"""Chatwoot: conversations of the API (JSON), one or a page of the list.

What the format won't tell: `id` is the number that agents see, unique in an account only. Times are Unix seconds, and
0 stands for never; `timestamp` is documented as the creation and written by the server as the last activity, so it
dates a conversation only where `created_at` is missing. The list gives one message a conversation, the last: only a
customer's (type 0) is read for words, and the first reply comes as a time of its own. Orders and reasons stand in the
attributes that a shop adds. A WebWidget is the site's chat; a Twilio inbox may be WhatsApp too (unconfirmed: read as
SMS). Not read: the CSV reports, which are sums by agent, inbox, label or team, and the survey's CSV, a list of answers
without the conversation's date; both are written in the language of the account.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values
from pipelines.fields import constant, customer, identifier, one_of, split, text, time
from pipelines.helpdesks import ORDER, REASON_IN_JSON, SKU, readable
from pipelines.source import Source, Table

_SAID_AND_ANSWERED = """
    select
        *,
        nullif(doc ->> '$.first_reply_created_at', '0') as first_reply_at,
        array_to_string(
            list_transform(
                list_filter(json_extract(doc, '$.messages[*]'), lambda m: m ->> '$.message_type' in ('0', 'incoming')),
                lambda m: m ->> '$.content'
            ),
            ' '
        ) as said
    from sheet_rows
"""


def _said_and_answered(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _SAID_AND_ANSWERED)


_STATUS = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "solved"}
#: what a message is by number: written by the customer, by the shop, by the system, from a template
_AUTHORS = {
    "0": "customer",
    "incoming": "customer",
    "1": "agent",
    "outgoing": "agent",
    "2": "automatic",
    "activity": "automatic",
    "3": "automatic",
    "template": "automatic",
}
_FIELDS = "$.custom_attributes"

CONVERSATIONS = Source(
    name="chatwoot",
    title="Chatwoot, conversations (API JSON)",
    needs=("id", "inbox_id", "status", "meta.channel", "messages", ("created_at", "timestamp")),
    is_documents=True,
    prepare=_said_and_answered,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.created_at", "$.timestamp"),
                "updated_at": time("$.last_activity_at", "$.timestamp"),
                "first_reply_at": time("first_reply_at"),
                "status": one_of("$.status", values=_STATUS, keep=True),
                "channel": channel("$.meta.channel"),
                "channel_raw": text("$.meta.channel"),
                "subject": text("$.additional_attributes.mail_subject"),
                "tags": split("$.labels[*]"),
                "reason_raw": object_values(_FIELDS, called=REASON_IN_JSON),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values(_FIELDS, called=ORDER)),
                "sku": first_of(object_values(_FIELDS, called=SKU)),
                "customer_key": customer("$.meta.sender.email", "$.meta.sender.id"),
                "agent_team": text("$.meta.team.name"),
            },
            words=readable(text("said")),
        ),
        Table(
            "messages",
            {
                "ticket_id": identifier("$.id"),
                "message_id": identifier("@.id"),
                "author": one_of("@.message_type", values=_AUTHORS),
                "sent_at": time("@.created_at"),
                "is_public": one_of("@.private", values={"true": "false", "false": "true"}),
            },
            each="$.messages",
        ),
    ),
)
