"""Front: conversations of the Core API (JSON), the object that dev.frontapp.com describes.

What the format won't tell: times are Unix seconds with a fraction. A conversation carries no channel, only the type of
its last message (a field that Front deprecates), and no direction: what the shop began cannot be told from what a
customer wrote. `archived` is how agents close; with ticketing, `status_category` says it better. Only the last message
is there, and it may be the shop's own: then its text says nothing of the customer. Unconfirmed: types of messages
other than email, which are read like types of channels.
Not read: the analytics export. Its columns are documented nowhere, and its rows are segments, several a conversation.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values
from pipelines.fields import constant, customer, first, identifier, one_of, split, text, time, told, when
from pipelines.helpdesks import ORDER, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table

# whole seconds are enough, and a time written otherwise stays as it is
_WHOLE_SECONDS = r"""
    select
        *,
        regexp_replace(doc ->> '$.created_at', '^(\d{10})\.\d+$', '\1') as created_at,
        regexp_replace(doc ->> '$.last_message.created_at', '^(\d{10})\.\d+$', '\1') as last_message_at
    from sheet_rows
"""


def _with_whole_seconds(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _WHOLE_SECONDS)


_STATUS = {
    "unassigned": "open",
    "assigned": "open",
    "archived": "closed",
    "deleted": "deleted",
    "trashed": "deleted",
    "spam": "closed",
}
_CATEGORIES = {"open": "open", "waiting": "pending", "resolved": "solved"}
#: a channel that a shop fed through the API
_CHANNELS = {"custom": "api"}
_EXCLUDED = because(
    (says(text("$.status"), "spam"), "spam"), (says(text("$.status"), "deleted", "trashed"), "deleted")
)
_LAST_TEXT = when(
    says(text("$.last_message.is_inbound"), "true"),
    readable(text("$.last_message.text", "$.last_message.body", "$.last_message.blurb")),
)
_FIELDS = "$.custom_fields"

CONVERSATIONS = Source(
    name="front",
    title="Front, conversations (API JSON)",
    needs=("id", "_links", "subject", "status", "recipient", "tags", "created_at"),
    is_documents=True,
    prepare=_with_whole_seconds,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("created_at"),
                "updated_at": time("last_message_at"),
                "status": when(
                    says(text("$.status"), "deleted", "trashed"),
                    constant("deleted"),
                    first(
                        one_of("$.status_category", values=_CATEGORIES),
                        one_of("$.status", values=_STATUS, keep=True),
                    ),
                ),
                "channel": channel("$.last_message.type", more=_CHANNELS),
                "channel_raw": text("$.last_message.type"),
                "subject": text("$.subject"),
                "tags": split("$.tags[*].name"),
                "reason_raw": object_values(_FIELDS, called=REASON_IN_JSON),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values(_FIELDS, called=ORDER)),
                "sku": first_of(object_values(_FIELDS, called=SKU)),
                "customer_key": customer("$.recipient.handle"),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
            words=_LAST_TEXT,
        ),
    ),
)
