"""Kustomer: conversations of the API v1 (JSON:API documents).

What the format won't tell: a conversation has several channels, and the one that counts is that of the first message
that came in. Tags are ids, whose names only another request tells: in tags.csv they are mapped by id. What a shop adds
stands in `custom`, names ending in their type (`contactReasonStr`, `…Tree`, whose value is a path with dots).
Unconfirmed: which of the added names tell the reason and the order (found by what they usually say), that `endedReason`
names a merge, and the scale of `satisfactionLevel`, which is why satisfaction is not read. `ended` alone is no merge.
Durations (`firstResponse.responseTime`, `lastDone.time`) are of an unconfirmed unit: the times beside them are read.
"""

from __future__ import annotations

from duckdb import CaseExpression, ColumnExpression, Expression, LambdaExpression

from pipelines.cells import Cells, Parsed, function
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values
from pipelines.fields import constant, customer, identifier, matched, one_of, split, text, time, told, when
from pipelines.helpdesks import because, readable, says
from pipelines.source import Source, Table

#: plain names of added fields, their type at the end: contactReasonsTree -> contact reasons tree
_TYPE = "( (str|tree|txt|num))?$"
_ORDER = (
    rf"~^((shop|shopify|sales|customer) )?(order|commande)( (number|no|num|name|id|ref|reference))?{_TYPE}"
)
_REASON = (
    r"~^((contact|return|conversation) )?(reasons?|motifs?|raisons?|issues?|categor(y|ie)|cause)"
    rf"( (contact|retour))?{_TYPE}"
)
_SKU = rf"~^((product|item|article) )?sku{_TYPE}"
_FIELDS = "$.attributes.custom"
_FIRST_CHANNEL = ("$.attributes.firstMessageIn.channel", "$.attributes.channels[0]")
_STATUS = {"open": "open", "snoozed": "pending", "done": "solved"}


def _is_merged(cells: Cells) -> Expression:
    return function("contains", function("lower", text("$.attributes.endedReason")(cells).value), "merge")


def _reasons(cells: Cells) -> Parsed:
    """The reasons that were chosen; of a tree, the path with the '::' that other tools write."""
    x = ColumnExpression("x")
    is_path = function("regexp_full_match", x, r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
    written = CaseExpression(is_path, function("replace", x, ".", "::")).otherwise(x)
    chosen = object_values(_FIELDS, called=_REASON)(cells).value
    return Parsed(function("list_transform", chosen, LambdaExpression("x", written)))


_EXCLUDED = because(
    (says(text("$.attributes.spam"), "true"), "spam"),
    (_is_merged, "merged"),
    (says(text("$.attributes.direction"), "out"), "outbound"),
)

CONVERSATIONS = Source(
    name="kustomer",
    title="Kustomer, conversations (API JSON)",
    needs=(
        "id",
        "attributes.channels",
        "attributes.status",
        "attributes.createdAt",
        "relationships.customer",
    ),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.attributes.createdAt", zone="UTC"),
                "updated_at": time("$.attributes.updatedAt", zone="UTC"),
                "first_reply_at": time(
                    "$.attributes.firstResponse.sentAt", "$.attributes.firstResponse.createdAt", zone="UTC"
                ),
                "solved_at": when(
                    says(text("$.attributes.status"), "done"),
                    time("$.attributes.lastDone.createdAt", zone="UTC"),
                ),
                "status": one_of("$.attributes.status", values=_STATUS, keep=True),
                "channel": channel(*_FIRST_CHANNEL),
                "channel_raw": text(*_FIRST_CHANNEL),
                "language": matched(text("$.attributes.defaultLang"), "^([A-Za-z]{2})"),
                "subject": text("$.attributes.name"),
                "tags": split("$.attributes.tags[*]"),
                "reason_raw": _reasons,
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values(_FIELDS, called=_ORDER)),
                "sku": first_of(object_values(_FIELDS, called=_SKU)),
                "customer_key": customer("$.relationships.customer.data.id"),
                "is_excluded": told(_EXCLUDED),
                "excluded_because": _EXCLUDED,
            },
            words=readable(text("$.attributes.preview")),
        ),
    ),
)
