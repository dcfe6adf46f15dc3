"""Amazon: reports of the Selling Partner API, which are the files that Seller Central offers for download.

A report is asked for, made within minutes, and fetched from an address that Amazon hands out for five minutes, without
the access. A month at a time is asked for. CANCELLED means that there was nothing to report. New reports are made once
a minute at most; whoever asks sooner is told to wait.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.messages import Message
from pipelines.sync.auth import refreshed
from pipelines.sync.vendor import (
    Answer,
    Ask,
    Page,
    Position,
    Rate,
    SyncError,
    Vendor,
    inside,
    moment,
    written,
)

_PATH = "reports/2021-06-30"
_MONTH = timedelta(days=30)
#: how far back a report goes at most, where the user does not say
_LONGEST = timedelta(days=730)
_LOOK_AGAIN = 30.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Report:
    """One kind of report, month by month until now."""

    name: str
    kind: str
    #: changes show up late, and a day's report is complete the day after
    overlap: timedelta = timedelta(days=2)
    is_newest_first: bool = False
    now: Callable[[], datetime] = _now

    def begin(self, since: datetime | None) -> Position:
        return {"since": written(since or self.now() - _LONGEST)}

    def ask(self, position: Position) -> Ask:
        if "url" in position:
            return Ask(position["url"], is_foreign=True)
        if "document" in position:
            return Ask(f"{_PATH}/documents/{position['document']}")
        if "report" in position:
            return Ask(f"{_PATH}/reports/{position['report']}")
        body = {
            "reportType": self.kind,
            "dataStartTime": position["since"],
            "dataEndTime": written(self._until(position)),
        }
        return Ask(f"{_PATH}/reports", method="POST", body=body, lists={"marketplaceIds": "marketplaces"})

    def take(self, position: Position, answer: Answer) -> Page:
        if "url" in position:
            return self._fetched(position, answer.content)
        if "document" in position:
            found = {
                "url": answer.data["url"],
                "is_zipped": inside(answer.data, "compressionAlgorithm") == "GZIP",
            }
            return Page(following={**position, **found})
        if "report" not in position:
            until = written(self._until(position))
            return Page(following={**position, "until": until, "report": answer.data["reportId"]})
        status = inside(answer.data, "processingStatus")
        if status == "DONE":
            return Page(following={**position, "document": answer.data["reportDocumentId"]})
        if status == "CANCELLED":
            return self._ended(position)
        if status == "FATAL":
            said = f"{self.kind}: FATAL"
            raise SyncError(Message("sync_not_understood", {"system": AMAZON.title, "said": said}))
        return Page(following=position, wait=_LOOK_AGAIN)

    def _until(self, position: Position) -> datetime:
        return min(self.now(), moment(position["since"]) + _MONTH)

    def _fetched(self, position: Position, content: bytes) -> Page:
        table = gzip.decompress(content) if position["is_zipped"] else content
        ended = self._ended(position)
        if len(table.splitlines()) < 2:  # a header alone
            return ended
        return Page(files={f"{self.name}.txt": table}, following=ended.following, reached=ended.reached)

    def _ended(self, position: Position) -> Page:
        """On to the next month, or the end."""
        until = moment(position["until"])
        is_last = self.now() - until < timedelta(hours=1)
        return Page(following=None if is_last else {"since": position["until"]}, reached=until)


AMAZON = Vendor(
    name="amazon",
    title="Amazon",
    address="https://sellingpartnerapi-{region}.amazon.com",
    settings={"region": "na|eu|fe", "marketplaces": r"[A-Z0-9]{8,20}(, ?[A-Z0-9]{8,20})*"},
    defaults={"token_address": "https://api.amazon.com/auth/o2/token"},
    auths=(refreshed("{token_address}", value="{access}", header="x-amz-access-token"),),
    scopes="Inventory and Order Tracking, Amazon Fulfillment",
    rate=Rate(15, 60),
    feeds=(
        Report("orders", "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"),
        Report("fba-returns", "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"),
        Report("returns", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"),
    ),
)
