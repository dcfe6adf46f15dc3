"""Zendesk Support: account export (CSV), full export and API tickets (JSON), and Fivetran's warehouse copy (CSV).

What the formats won't tell: tags are parted by blanks (they cannot hold any), in rebuilt files by commas; a custom
field is named `Title [list]` in the CSV but only by a number in JSON; a dropdown's value is repeated among the tags,
so it is taken out of them, else one contact reason would count twice. The account CSV has no text and its dates have
no seconds and no zone (read in the shop's zone); JSON and the warehouse are in UTC. Deleted tickets come back from
incremental exports; the loser of a merge stays, closed and tagged. No field holds the order: `external_id` and custom
fields do when they look like one.
"""

from __future__ import annotations

from duckdb import CoalesceOperator, ColumnExpression, Expression, LambdaExpression

from pipelines.cells import NULL, Cells, Field, Parsed, function
from pipelines.channels import channel
from pipelines.fields import (
    after,
    constant,
    customer,
    each_of,
    first,
    flag,
    identifier,
    matched,
    one_of,
    split,
    text,
    time,
    told,
    when,
    whole,
    without,
)
from pipelines.helpdesks import ORDER, REASON, SKU, because, has_tag, says
from pipelines.source import Source, Table

_STATUS = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "on-hold": "pending",
    "on hold": "pending",
    "solved": "solved",
    "closed": "closed",
    "deleted": "deleted",
}
#: what the account CSV writes for `via`, beside the API's words
_VIA = {
    "web service (api)": "api",
    "web widget": "web_form",
    "web_widget": "web_form",
    "mobile_sdk": "web_form",
    "text message": "sms",
    "voicemail": "phone",
    "phone call (incoming)": "phone",
    "phone call (outgoing)": "phone",
    "twitter dm": "x",
    "twitter favorite": "x",
    "x corp dm": "x",
    "facebook post": "facebook",
    "facebook private message": "messenger",
    "facebook message": "messenger",
    "facebook messenger": "messenger",
    "instagram_dm": "instagram",
    "instagram direct": "instagram",
}
_CSAT = {"good": "1", "good with comment": "1", "bad": "0", "bad with comment": "0"}
_MERGED = ("closed_by_merge",)


def _excluded(status: Field, tags: Field | None = None) -> Field:
    deleted = (says(status, "deleted"), "deleted")
    if tags is None:
        return because(deleted)
    return because(deleted, (has_tag(tags, *_MERGED), "merged"), (has_tag(tags, "spam"), "spam"))


_CREATED = time("Created at")
_TAGS = split("Tags", on=r"[\s,]+")
_REASONS = each_of(REASON)
_CSV_EXCLUDED = _excluded(text("Status"), _TAGS)

ACCOUNT_EXPORT = Source(
    name="zendesk",
    title="Zendesk, account export (CSV)",
    needs=("Summation column", "Id", "Status", "Created at"),
    personal=r"^(requester|submitter|assignee)\b|^organi[sz]ation$|^summation column$| txt$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("Id"),
                "created_at": _CREATED,
                "updated_at": time("Updated at"),
                "first_reply_at": after(_CREATED, "First reply time in minutes", unit="minutes"),
                "solved_at": time("Solved at"),
                "reopened_count": whole("Reopens"),
                "reply_count": whole("Replies"),
                "status": one_of("Status", values=_STATUS, keep=True),
                "channel": channel("Via", more=_VIA),
                "channel_raw": text("Via"),
                "subject": text("Subject"),
                "tags": without(_TAGS, _REASONS),
                "reason_raw": _REASONS,
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "customer_key": customer("Requester email", "Requester id"),
                "csat": one_of("Satisfaction Score", values=_CSAT),
                "agent_team": text("Group"),
                "is_excluded": told(_CSV_EXCLUDED),
                "excluded_because": _CSV_EXCLUDED,
            },
        ),
    ),
)


def _custom_values(cells: Cells) -> Parsed:
    """The values of all custom fields: texts, and each choice of those that allow several."""
    if not cells.is_documents:
        return Parsed(NULL.cast("VARCHAR[]"))
    paths = ("$.custom_fields[*].value", "$.custom_fields[*].value[*]")
    lists = [function("json_extract_string", ColumnExpression("doc"), path) for path in paths]
    return Parsed(function("list_concat", *lists))


def _dropdowns(cells: Cells) -> Parsed:
    """Custom values that are tags too: what was chosen from a list."""
    x = ColumnExpression("x")
    is_custom = function("list_contains", _custom_values(cells).value, x)
    return Parsed(function("list_filter", _API_TAGS(cells).value, LambdaExpression("x", is_custom)))


def _order(cells: Cells) -> Parsed:
    """`external_id`, else a custom field, that is written like an order number; a bare number only in the former."""
    external = matched(text("$.external_id"), r"^(#?[A-Za-z]{0,5}-?[1-9]\d{2,9}|\d{3}-\d{7}-\d{7})$")(
        cells
    ).value
    like_an_order = function(
        "regexp_full_match",
        ColumnExpression("x"),
        r"#\s?[A-Za-z]{0,5}-?\d{3,10}|[A-Z]{2,5}-?\d{3,10}|\d{3}-\d{7}-\d{7}",
    )
    custom = function("list_filter", _custom_values(cells).value, LambdaExpression("x", like_an_order))
    return Parsed(CoalesceOperator(external, function("list_extract", custom, 1)))


def _is(one: Field, other: Field) -> Field:
    """'customer' when two ids are the same, 'agent' when they differ, NULL when one is not told."""

    def parse(cells: Cells) -> Parsed:
        a, b = one(cells).value, other(cells).value
        known = when(lambda _: a == b, constant("customer"), constant("agent"))
        return when(lambda _: a.isnotnull() & b.isnotnull(), known)(cells)

    return parse


def _is_automatic(cells: Cells) -> Expression:
    return says(text("@.via.channel"), "rule", "system", "merge")(cells)


_API_TAGS = split("$.tags[*]")
_API_CREATED = time("$.created_at", zone="UTC")
_API_EXCLUDED = _excluded(text("$.status"), _API_TAGS)

API_TICKETS = Source(
    name="zendesk",
    title="Zendesk, tickets (JSON)",
    needs=("id", "via", "via.channel", "raw_subject", "status", "tags"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": _API_CREATED,
                "updated_at": time("$.updated_at", zone="UTC"),
                "first_reply_at": after(
                    _API_CREATED, "$.metric_set.reply_time_in_minutes.calendar", unit="minutes"
                ),
                "solved_at": time("$.metric_set.solved_at", zone="UTC"),
                "reopened_count": whole("$.metric_set.reopens"),
                "reply_count": whole("$.metric_set.replies"),
                "status": one_of("$.status", values=_STATUS, keep=True),
                "channel": channel("$.via.channel", more=_VIA),
                "channel_raw": text("$.via.channel"),
                "language": matched(text("$.requester.locale"), r"^([A-Za-z]{2})"),
                "subject": text("$.subject"),
                "tags": without(_API_TAGS, _dropdowns),
                "reason_raw": _dropdowns,
                "reason_scheme": constant("shop.tag"),
                "order_id": _order,
                "customer_key": customer("$.requester.email", "$.requester_id", "$.requester.id"),
                "csat": one_of("$.satisfaction_rating.score", "$.satisfaction_rating", values=_CSAT),
                "agent_team": text("$.group.name"),
                "is_excluded": told(_API_EXCLUDED),
                "excluded_because": _API_EXCLUDED,
            },
            words=text("$.description", "$.comments[0].body"),
        ),
        Table(
            "messages",
            {
                "ticket_id": identifier("$.id"),
                "message_id": identifier("@.id"),
                "author": first(
                    when(_is_automatic, constant("automatic")),
                    _is(text("@.author_id"), text("$.requester_id", "$.requester.id")),
                ),
                "sent_at": time("@.created_at", zone="UTC"),
                "is_public": flag("@.public"),
            },
            each="$.comments",
        ),
    ),
)

_FIVETRAN_EXCLUDED = because(
    (says(text("status"), "deleted"), "deleted"), (says(text("_fivetran_deleted"), "true"), "deleted")
)

WAREHOUSE = Source(
    name="zendesk",
    title="Zendesk, warehouse copy by Fivetran (CSV)",
    needs=("id", "_fivetran_synced", "via_channel", "ticket_form_id", "requester_id", "created_at"),
    personal=r"^via (source|followup)|^recipient$|(requester|submitter|assignee) id$|^url$|synced$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("id"),
                "created_at": time("created_at", zone="UTC"),
                "updated_at": time("updated_at", zone="UTC"),
                "status": one_of("status", values=_STATUS, keep=True),
                "channel": channel("via_channel", more=_VIA),
                "channel_raw": text("via_channel"),
                "subject": text("subject"),
                "order_id": matched(
                    text("external_id"), r"^(#?[A-Za-z]{0,5}-?[1-9]\d{2,9}|\d{3}-\d{7}-\d{7})$"
                ),
                "customer_key": customer("requester_id"),
                "is_excluded": told(_FIVETRAN_EXCLUDED),
                "excluded_because": _FIVETRAN_EXCLUDED,
            },
            words=text("description"),
        ),
    ),
)
