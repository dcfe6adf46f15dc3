"""Help Scout: conversations of all mailboxes with their threads, the oldest change first; the vendor sizes the pages.

The list is sorted by a time of change that it does not tell (`modifiedAt`): the latest time that a conversation does
tell is never later, and stands for it. Only conversations that a workflow changed without a word are read by page
number. How many requests a minute are allowed depends on the plan and is shared with other apps; the header
`X-RateLimit-Remaining-Minute` says what is left. Whether deleted conversations are listed is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.sync.auth import by_client
from pipelines.sync.feeds import OldestFirst
from pipelines.sync.vendor import Answer, Document, Rate, Vendor, inside, moment


class Conversations(OldestFirst):
    """Pages end where the answer says so; one without conversations has no list at all."""

    def changed_at(self, document: Document) -> datetime | None:
        threads = inside(document, "_embedded.threads") or []
        told = [document.get(name) for name in ("createdAt", "userUpdatedAt", "closedAt")]
        times = [moment(text) for text in [*told, *(each.get("createdAt") for each in threads)] if text]
        return max(times, default=None)

    def is_last(self, answer: Answer, count: int) -> bool:
        total = inside(answer.data, "page.totalPages")
        return not count or (total is not None and inside(answer.data, "page.number") >= total)


def _conversations(data: Any) -> list[Document]:
    return inside(data, "_embedded.conversations") or []


def _pause(answer: Answer) -> float:
    """Lets some of the quota come back when others have used most of it."""
    left = answer.headers.get("x-ratelimit-remaining-minute", "")
    return 20 if left.isdigit() and int(left) < 5 else 0


def _rest(headers: Mapping[str, str]) -> float | None:
    text = headers.get("x-ratelimit-retry-after", "")
    return float(text) if text.isdigit() else None


HELPSCOUT = Vendor(
    name="helpscout",
    title="Help Scout",
    address="https://api.helpscout.net",
    auths=(by_client("v2/oauth2/token"),),
    rate=Rate(100, 60),
    pause=_pause,
    rest=_rest,
    feeds=(
        Conversations(
            "conversations",
            "v2/conversations",
            "modifiedSince",
            params={"status": "all", "embed": "threads", "sortField": "modifiedAt", "sortOrder": "asc"},
            shape=_conversations,
        ),
    ),
)
