"""Re:amaze: conversations of the API v1 (JSON), the object that reamaze.com/api describes.

What the format won't tell: a conversation is known by its `slug`, not by a number. Status and channel are numbers that
the vendor's page shows and does not explain; the meanings here are those of a public client of the API, so they are
unconfirmed, and a number that is not among them stays as it is. The channel is that of the inbox (`category`); `origin`
is another number, of unknown meaning, and is not read. `message` is the first one; of the later ones only the last of
each side is there, so the first reply is not known. The list leaves archived conversations out unless asked for all.
Not read: a CSV export, whose columns are documented nowhere.
"""

from __future__ import annotations

from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values
from pipelines.fields import constant, customer, identifier, joined, one_of, split, text, time, told
from pipelines.helpdesks import ORDER, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table

#: unresolved, pending, resolved, spam, archived, on hold, resolved by itself, with the chatbot, resolved by the chatbot
_STATUS = {
    "0": "open",
    "1": "pending",
    "2": "solved",
    "3": "closed",
    "4": "closed",
    "5": "pending",
    "6": "solved",
    "7": "open",
    "8": "solved",
}
_CHANNELS = {
    "1": "email",
    "2": "x",
    "3": "facebook",
    "6": "chat",
    "8": "instagram",
    "9": "sms",
    "10": "phone",
    "12": "messenger",
    "13": "facebook",
    "14": "instagram",
    "15": "whatsapp",
    "16": "instagram",
}
_EXCLUDED = because((says(text("$.status"), "3"), "spam"))

CONVERSATIONS = Source(
    name="reamaze",
    title="Re:amaze, conversations (API JSON)",
    needs=("slug", "subject", "status", "tag_list", "category", "author", "created_at"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.slug"),
                "created_at": time("$.created_at", zone="UTC"),
                "updated_at": time("$.updated_at", "$.last_customer_message.created_at", zone="UTC"),
                "status": one_of("$.status", values=_STATUS, keep=True),
                "channel": channel("$.category.channel", more=_CHANNELS),
                "channel_raw": text("$.category.channel"),
                "subject": text("$.subject", "$.display_subject"),
                "tags": split("$.tag_list[*]"),
                "reason_raw": object_values("$.data", called=REASON_IN_JSON),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values("$.data", called=ORDER)),
                "sku": first_of(object_values("$.data", called=SKU)),
                "customer_key": customer("$.author.email", "$.author.id"),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
            words=joined(readable(text("$.message.body")), readable(text("$.last_customer_message.body"))),
        ),
    ),
)
