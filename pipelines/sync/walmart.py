"""Walmart Marketplace: orders by who ships them, and returns, of the market of the account.

Each page hands out the question for the next, which ends at a fixed time: an order that changes meanwhile leaves the
list, and what stood behind it moves up. So a reading that met fewer records than were announced is done again. Orders
are there for 180 days, and 10,000 at most in one answer. The header that names the market is of the global interface;
how its returns end a list is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sync.auth import by_client_header
from pipelines.sync.feeds import READINGS, ChangedSince
from pipelines.sync.vendor import Answer, Ask, Document, Page, Position, Rate, Vendor, inside, moment, written

_LONGEST = timedelta(days=179)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Listed(ChangedSince):
    """A list whose pages hand out the question for the next; `until_param` and `placed_param` are to be given too."""

    until_param: str = ""
    placed_param: str = ""

    def begin(self, since: datetime | None) -> Position:
        earliest = _now() - _LONGEST
        start = max(since or earliest, earliest)
        bounds = {self.until_param: written(_now()), self.placed_param: written(earliest)}
        return {
            "since": start.isoformat(),
            "bounds": {name: value for name, value in bounds.items() if name},
        }

    def ask(self, position: Position) -> Ask:
        if position.get("place"):
            return Ask(self.path + position["place"])
        since = {self.since_param: written(moment(position["since"]))}
        return Ask(self.path, {**self.params, **since, **position["bounds"]})

    def take(self, position: Position, answer: Answer) -> Page:
        met = position.get("met", 0) + len(inside(answer.data, self.records) or [])
        announced = position.get("announced", inside(answer.data, self.total))
        page = super().take({**position, "met": met, "announced": announced}, answer)
        is_on = page.following is not None and "place" in page.following
        reading = position.get("reading", 1)
        if is_on or announced is None or met >= announced or reading >= READINGS:
            return page
        again = self.begin(moment(position["since"]))
        return Page(page.records, {**again, "reading": reading + 1})

    def _next(self, place: str | int | None, answer: Answer, count: int) -> str | int | None:
        found = super()._next(place, answer, count)
        is_question = (
            isinstance(found, str) and found.startswith("?") and "hasMoreElements=false" not in found
        )
        return (
            found
            if is_question and (place or count < (inside(answer.data, self.total) or count + 1))
            else None
        )


def _times(value: Any, *names: str) -> list[datetime]:
    """All the times of those names in a document, written as text or as milliseconds since 1970."""
    if isinstance(value, list):
        return [at for each in value for at in _times(each, *names)]
    if not isinstance(value, Mapping):
        return []
    found = [at for each in value.values() if isinstance(each, Mapping | list) for at in _times(each, *names)]
    for name in names:
        told = value.get(name)
        if isinstance(told, int):
            found.append(datetime.fromtimestamp(told / 1000, UTC))
        elif isinstance(told, str) and told:
            found.append(moment(told))
    return found


def _changed(document: Document) -> datetime | None:
    return max(_times(document, "statusDate", "statusTime", "orderDate", "returnOrderDate"), default=None)


def _orders(name: str, shipped_by: str) -> Listed:
    return Listed(
        name,
        "v3/orders",
        "lastModifiedStartDate",
        "list.elements.order",
        params={"limit": 200, "shipNodeType": shipped_by},
        total="list.meta.totalCount",
        following="list.meta.nextCursor",
        changed=_changed,
        placed_param="createdStartDate",
    )


WALMART = Vendor(
    name="walmart",
    title="Walmart",
    address="https://marketplace.walmartapis.com",
    settings={"market": "us|ca|mx"},
    defaults={"market": "us"},
    auths=(
        by_client_header(
            "v3/token",
            "{access}",
            "WM_SEC.ACCESS_TOKEN",
            {
                "WM_SVC.NAME": "Walmart Marketplace",
                "WM_QOS.CORRELATION_ID": "{request}",
                "WM_GLOBAL_VERSION": "3.1",
                "WM_MARKET": "{market}",
            },
        ),
    ),
    scopes="Orders, Returns: view only",
    rate=Rate(40, 60),
    feeds=(
        _orders("orders", "SellerFulfilled"),
        _orders("wfs-orders", "WFSFulfilled"),
        _orders("3pl-orders", "3PLFulfilled"),
        Listed(
            "returns",
            "v3/returns",
            "returnLastModifiedStartDate",
            "returnOrders",
            params={"limit": 200},
            total="meta.totalCount",
            following="meta.nextCursor",
            changed=_changed,
            until_param="returnLastModifiedEndDate",
        ),
    ),
)
