"""eBay's Fulfillment and Post-Order APIs, as far as live sync asks them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.vendor_server import Api, Asked, Document, Reply

_LISTS = {
    "/post-order/v2/return/search": ("returns", "members", ""),
    "/post-order/v2/cancellation/search": ("cancellations", "cancellations", ""),
    "/post-order/v2/inquiry/search": ("inquiries", "members", "inquiry_"),
}


@dataclass
class Ebay(Api):
    """Orders by their last change, cases by when they were made; the first so many of what matches."""

    size: int = 2
    without_faults: tuple[str, ...] = ("/identity/v1/oauth2/token",)
    tokens: list[str] = field(default_factory=list)
    returns: dict[str, Document] = field(default_factory=dict)
    cancellations: dict[str, Document] = field(default_factory=dict)
    inquiries: dict[str, Document] = field(default_factory=dict)

    def put(self, number: int, subject: str = "", **more: Any) -> None:
        at = self._written()
        made = self.records.get(number, {}).get("creationDate", at)
        price = {"value": "10.0", "currency": "CAD"}
        self.records[number] = {
            "orderId": f"12-00000-{number:05}",
            "creationDate": made,
            "lastModifiedDate": at,
            "orderFulfillmentStatus": "FULFILLED",
            "orderPaymentStatus": "PAID",
            "buyer": {"username": f"p{number}"},
            "pricingSummary": {"total": price},
            "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
            "paymentSummary": {"payments": [], "refunds": []},
            "lineItems": [
                {
                    "lineItemId": str(number),
                    "legacyItemId": f"1550{number}",
                    "sku": "SKU-1",
                    "title": subject or f"Article {number}",
                    "lineItemCost": price,
                    "quantity": 1,
                    "listingMarketplaceId": "EBAY_CA",
                    "lineItemFulfillmentStatus": "FULFILLED",
                }
            ],
            **more,
        }

    def put_return(self, number: int, state: str = "CLOSED", **more: Any) -> None:
        at = self._written()
        kept = self.returns.get(str(number), {}).get("creationInfo", {})
        self.returns[str(number)] = {
            "returnId": str(number),
            "state": state,
            "status": state,
            "orderId": f"12-00000-{number:05}",
            "creationInfo": {
                "item": {"itemId": f"1550{number}", "returnQuantity": 1},
                "reason": "ARRIVED_DAMAGED",
                "comments": {"content": ""},
                "creationDate": kept.get("creationDate", {"value": at}),
            },
            **more,
        }

    def put_cancellation(self, number: int, status: str, state: str) -> None:
        at = {"value": self._written()}
        kept = self.cancellations.get(str(number), {})
        self.cancellations[str(number)] = {
            "cancelId": str(number),
            "legacyOrderId": f"12-00000-{number:05}",
            "requestorType": "SELLER",
            "cancelReason": "OUT_OF_STOCK_OR_CANNOT_FULFILL",
            "cancelState": state,
            "cancelStatus": status,
            "cancelRequestDate": kept.get("cancelRequestDate", at),
            **({"cancelCloseDate": at} if state == "CLOSED" else {}),
        }

    def put_inquiry(self, number: int, status: str) -> None:
        at = {"value": self._written()}
        self.inquiries[str(number)] = {
            "inquiryId": str(number),
            "orderId": f"12-00000-{number:05}",
            "itemId": f"1550{number}",
            "transactionId": "1",
            "inquiryStatusEnum": status,
            "creationDate": self.inquiries.get(str(number), {}).get("creationDate", at),
            "lastModifiedDate": at,
        }

    def _written(self) -> str:
        return self.tick(6 * 3600).replace("Z", ".500Z")

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/identity/v1/oauth2/token":
            if asked.basic != "c-1:geheim-456" or asked.form["refresh_token"] != "geheim-123":
                return Reply(400, {"error": "invalid_grant"})
            self.tokens.append(f"access-{len(self.tokens)}")
            return Reply(data={"access_token": self.tokens[-1], "expires_in": 7200})
        word = "IAF" if asked.path.startswith("/post-order/") else "Bearer"
        if not self.tokens or asked.headers.get("authorization") != f"{word} {self.tokens[-1]}":
            return Reply(401, {"errors": [{"message": "Invalid access token"}]})
        assert asked.headers["x-ebay-c-marketplace-id"] == "EBAY_US"
        assert asked.params["limit"] == "200"
        assert "offset" not in asked.params
        if asked.path == "/sell/fulfillment/v1/order":
            bounds = re.fullmatch(r"lastmodifieddate:\[(.+?)\.\.(.*)\]", asked.params["filter"])
            assert bounds
            found = self._between(self.records, ("lastModifiedDate",), bounds[1], bounds[2])
            return Reply(data={"orders": found[: self.size], "total": len(found)})
        kind, name, prefix = _LISTS[asked.path]
        time = {
            "returns": ("creationInfo", "creationDate", "value"),
            "cancellations": ("cancelRequestDate", "value"),
            "inquiries": ("creationDate", "value"),
        }[kind]
        start = asked.params[f"{prefix}creation_date_range_from"]
        end = asked.params.get(f"{prefix}creation_date_range_to", "")
        found = self._between(getattr(self, kind), time, start, end)
        data = {name: found[: self.size], "total": len(found)}
        return Reply(data=data | ({"paginationOutput": {"totalEntries": len(found)}} if found else {}))

    def _between(
        self, records: dict[Any, Document], path: tuple[str, ...], start: str, end: str
    ) -> list[Document]:
        """What was changed or made then, both ends included, the latest first."""

        def at(document: Any) -> str:
            for name in path:
                document = document[name]
            return str(document)

        found = [each for each in records.values() if start <= at(each) <= (end or "9")]
        return sorted(found, key=at, reverse=True)
