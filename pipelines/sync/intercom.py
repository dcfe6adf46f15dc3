"""Intercom: conversations by the search, the oldest change first; without their later messages, which lists leave out.

The next page is asked for by the last change seen, as a conversation that changes moves to the end of the list. The
cursor serves within one second, and wherever an answer turns out not to be in the order that was asked for. The limit
holds for windows of ten seconds; the header `X-RateLimit-Reset` says when the next one begins (unix seconds). Accounts
kept in Europe or Australia have hosts of their own. Tickets are not fetched: their conversations are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pipelines.sync.auth import Token
from pipelines.sync.vendor import Answer, Ask, Document, Page, Position, Rate, Record, Vendor, inside, moment

_VERSION = "2.14"
#: what is asked for at once, the most that the vendor allows
_SIZE = 150
#: longer than the window of the limit, for clocks that go wrong
_LONGEST_REST = 60.0


@dataclass(frozen=True)
class Conversations:
    """Conversations that changed since a moment."""

    name: str = "conversations"
    overlap: timedelta = timedelta(minutes=10)
    is_newest_first: bool = False

    def begin(self, since: datetime | None) -> Position:
        return {"since": since.isoformat() if since else None, "cursor": None}

    def ask(self, position: Position) -> Ask:
        since = int(moment(position["since"]).timestamp()) if position["since"] else 0
        cursor = {"starting_after": position["cursor"]} if position["cursor"] else {}
        return Ask(
            "conversations/search",
            method="POST",
            body={
                # the second itself is wanted too
                "query": {"field": "updated_at", "operator": ">", "value": max(since - 1, 0)},
                "sort": {"field": "updated_at", "order": "ascending"},
                "pagination": {"per_page": _SIZE, **cursor},
            },
        )

    def take(self, position: Position, answer: Answer) -> Page:
        documents = inside(answer.data, "conversations") or []
        records = [Record(self.name, each, _changed(each)) for each in documents]
        cursor = inside(answer.data, "pages.next.starting_after")
        if not records or not cursor:
            return Page(records)
        times = [record.changed_at for record in records if record.changed_at]
        is_in_order = len(times) == len(records) and all(one <= next_one for one, next_one in pairwise(times))
        if is_in_order and (position["since"] is None or times[-1] > moment(position["since"])):
            return Page(records, {"since": times[-1].isoformat(), "cursor": None})
        return Page(records, {**position, "cursor": cursor})


def _changed(document: Document) -> datetime | None:
    at = document.get("updated_at")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None


def _rest(headers: Mapping[str, str]) -> float | None:
    text = headers.get("x-ratelimit-reset", "")
    return min(max(float(text) - time.time(), 1.0), _LONGEST_REST) if text.isdigit() else None


INTERCOM = Vendor(
    name="intercom",
    title="Intercom",
    address="https://{host}",
    settings={"host": r"api(\.eu|\.au)?\.intercom\.io"},
    defaults={"host": "api.intercom.io"},
    auths=(Token(("token",)),),
    headers={"Intercom-Version": _VERSION},
    scopes="Read conversations",
    rate=Rate(100, 10),
    rest=_rest,
    feeds=(Conversations(),),
)
