"""Gorgias: tickets, the latest change first (the API has no "since"); 40 requests in 20 seconds.

The header `X-Gorgias-Account-Api-Call-Limit: 38/40` tells what is used of the quota, which other apps of the account
share. Trashed tickets are listed as well, and say so. Messages are a list of all tickets', the latest first: a message
does not change, so nothing is asked ticket by ticket. Only who wrote, when and whether in public is kept of them.
"""

from __future__ import annotations

from pipelines.sync.auth import Basic, refreshed
from pipelines.sync.feeds import NewestFirst
from pipelines.sync.vendor import Answer, Document, Rate, Vendor

_NEARLY_USED = 0.9


def _pause(answer: Answer) -> float:
    """Lets some of the quota come back when others have used most of it."""
    used, _, limit = answer.headers.get("x-gorgias-account-api-call-limit", "").partition("/")
    if not (used.strip().isdigit() and limit.strip().isdigit()):
        return 0
    return 5 if int(used) >= _NEARLY_USED * int(limit) else 0


_KEPT = ("id", "ticket_id", "channel", "via", "from_agent", "public", "created_datetime", "sent_datetime")


def _message(document: Document) -> Document | None:
    """A message without its text; None for one that could not be sent."""
    if document.get("failed_datetime") and not document.get("sent_datetime"):
        return None
    return {name: document.get(name) for name in _KEPT}


GORGIAS = Vendor(
    name="gorgias",
    title="Gorgias",
    address="https://{subdomain}.gorgias.com",
    settings={"subdomain": r"[A-Za-z0-9][A-Za-z0-9-]*"},
    auths=(
        refreshed("oauth/token"),
        Basic(("email", "api_key"), "{email}", "{api_key}"),
    ),
    scopes="tickets:read",
    rate=Rate(38, 20),
    pause=_pause,
    feeds=(
        NewestFirst(
            "tickets",
            "api/tickets",
            params={"limit": 100, "order_by": "updated_datetime:desc"},
        ),
        NewestFirst(
            "messages",
            "api/messages",
            params={"limit": 100, "order_by": "created_datetime:desc"},
            changed="created_datetime",
            shape=_message,
        ),
    ),
)
