"""Zoho Desk: tickets by the search, the oldest change first, with the fields of the account.

The plain list has neither custom fields nor a "since", so the search is asked, for which the access needs a scope of
its own. It goes no further than 5000 tickets: pages are asked for by time. A search that finds nothing answers without
a body. Each data centre has hosts of its own, also for the tokens. How many requests a day are allowed depends on the
plan. Whether the search gives the text of the first message, tags and spam is unconfirmed; threads are not fetched.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.sync.auth import refreshed
from pipelines.sync.feeds import OldestFirst
from pipelines.sync.vendor import Ask, Document, Position, Rate, Vendor, inside

_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_SIZE = 100


class Tickets(OldestFirst):
    """Pages begin at a place counted in tickets."""

    def ask(self, position: Position) -> Ask:
        asked = super().ask(position)
        return Ask(asked.path, {**asked.params, self.page_param: position["page"] * self.size})


def _tickets(data: Any) -> list[Document]:
    return inside(data, "data") or []


def _range(since: datetime) -> str:
    """From then on; the search wants an end too, and tomorrow is late enough."""
    until = datetime.now(UTC) + timedelta(days=1)
    return ",".join(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") for at in (since, until))


ZOHODESK = Vendor(
    name="zohodesk",
    title="Zoho Desk",
    address="https://desk.{domain}",
    settings={
        "domain": r"zoho\.(com|eu|in|jp|sa|com\.au|com\.cn)|zohocloud\.ca",
        "org_id": r"\d{1,20}",
    },
    defaults={"token_address": "https://accounts.{domain}/oauth/v2/token"},
    auths=(refreshed("{token_address}", "domain", "org_id", value="Zoho-oauthtoken {access}"),),
    headers={"orgId": "{org_id}"},
    scopes="Desk.tickets.READ Desk.search.READ",
    rate=Rate(60, 60),
    feeds=(
        Tickets(
            "tickets",
            "api/v1/tickets/search",
            "modifiedTimeRange",
            params={"sortBy": "modifiedTime", "limit": _SIZE},
            shape=_tickets,
            changed="modifiedTime",
            page_param="from",
            first_page=0,
            size=_SIZE,
            form=_range,
            earliest=_EARLIEST,
        ),
    ),
)
