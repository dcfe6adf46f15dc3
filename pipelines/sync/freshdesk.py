"""Freshdesk: tickets since a moment, the oldest change first.

Without "since" the API tells of 30 days only, and no list goes beyond its page 300: pages are asked for by time. How
many requests a minute are allowed depends on the plan (20 lists on the smallest), and the header
`X-RateLimit-Remaining` says what is left. Deleted and spam tickets are lists of their own, read as well.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.sync.auth import Basic
from pipelines.sync.feeds import OldestFirst
from pipelines.sync.vendor import Answer, Rate, Vendor

_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_LIST: dict[str, str | int] = {
    "include": "description,requester,stats",
    "order_by": "updated_at",
    "order_type": "asc",
    "per_page": 100,
}


def _pause(answer: Answer) -> float:
    left = answer.headers.get("x-ratelimit-remaining", "")
    return 20 if left.isdigit() and int(left) < 5 else 0


def _tickets(name: str, **more: str) -> OldestFirst:
    return OldestFirst(name, "api/v2/tickets", "updated_since", params=_LIST | more, earliest=_EARLIEST)


FRESHDESK = Vendor(
    name="freshdesk",
    title="Freshdesk",
    address="https://{subdomain}.freshdesk.com",
    settings={"subdomain": r"[A-Za-z0-9][A-Za-z0-9-]*"},
    auths=(Basic(("api_key",), "{api_key}", "X"),),
    rate=Rate(18, 60),
    pause=_pause,
    feeds=(_tickets("tickets"), _tickets("deleted", filter="deleted"), _tickets("spam", filter="spam")),
)
