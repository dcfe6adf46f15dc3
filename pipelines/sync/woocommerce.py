"""WooCommerce: orders by their last change, and the refunds of those that have some, from the REST API of the shop.

The shop's own server answers, so there is no rule but not to overrun it. What is refunded of which article stands only
in an order's refunds, which are asked for order by order. Orders in the bin are not listed. Permalinks must be on, and
the key needs to read only. Sorting by last change needs WooCommerce 5.8 or newer (unconfirmed since when exactly).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.sync.auth import Basic
from pipelines.sync.feeds import OldestFirst
from pipelines.sync.vendor import Answer, Ask, Page, Position, Rate, Record, Vendor, moment


def _gmt(at: datetime) -> str:
    """A time as the API compares it: UTC, without saying so."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Orders(OldestFirst):
    """Orders, and after each page the refunds of its orders."""

    def ask(self, position: Position) -> Ask:
        if position.get("refunds_of"):
            order, _ = position["refunds_of"][0]
            return Ask(f"{self.path}/{order}/refunds", {"per_page": 100})
        return super().ask(position)

    def take(self, position: Position, answer: Answer) -> Page:
        if position.get("refunds_of"):
            (order, changed), *others = position["refunds_of"]
            refunds = [
                Record("refunds", refund | {"parent_id": order}, moment(changed))
                for refund in answer.data or []
            ]
            following = {**position, "refunds_of": others} if others else position["afterwards"]
            return Page(refunds, following)
        page = super().take(position, answer)
        refunded = [
            (each.document["id"], each.document[self.changed])
            for each in page.records
            if each.document.get("refunds")
        ]
        if not refunded:
            return page
        return Page(page.records, {"refunds_of": refunded, "afterwards": page.following})


WOOCOMMERCE = Vendor(
    name="woocommerce",
    title="WooCommerce",
    address="https://{shop}",
    settings={"shop": r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/[\w./-]*)?"},
    auths=(Basic(("consumer_key", "consumer_secret"), "{consumer_key}", "{consumer_secret}"),),
    scopes="Read",
    rate=Rate(2, 1),
    feeds=(
        Orders(
            "orders",
            "wp-json/wc/v3/orders",
            "modified_after",
            params={"orderby": "modified", "order": "asc", "per_page": 100, "dates_are_gmt": "true"},
            changed="date_modified_gmt",
            form=_gmt,
        ),
    ),
)
