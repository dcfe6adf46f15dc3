"""Shopify's GraphQL Admin API, as far as live sync asks it: by the variables, the lists and the cost of a query."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.vendor_server import Api, Asked, Document, Reply

_SHORT = {"lineItems": 20, "refundLineItems": 5, "returns": 3, "returnLineItems": 5, "events": 5}


def _money(amount: str) -> Document:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


@dataclass
class Shopify(Api):
    """Orders by their last change; a bucket of points that fills up as time passes; tokens that expire."""

    size: int = 2
    point_cost: int = 100
    max_cost: int = 1000
    bucket: float = 2000.0
    restored_at: float = 0.0
    time: Callable[[], float] = lambda: 0.0
    tokens: list[str] = field(default_factory=lambda: ["expired"])
    denied: list[Document] = field(default_factory=list)

    def put(self, number: int, subject: str = "", *, lines: int = 1, returned: int = 0, **more: Any) -> None:
        """An order whose first line is called after `subject`; some of its lines sent back and paid back."""
        at = self.tick()
        made = self.records.get(number, {}).get("createdAt", at)
        items = [self._line(number, index, subject) for index in range(1, lines + 1)]
        back = items[:returned]
        self.records[number] = {
            "id": f"gid://shopify/Order/{number}",
            "name": f"#{number}",
            "createdAt": made,
            "updatedAt": at,
            "cancelledAt": None,
            "cancelReason": None,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED",
            "sourceName": "web",
            "tags": [],
            "currencyCode": "EUR",
            "totalPriceSet": _money(f"{10 * lines}.00"),
            "totalRefundedSet": _money(f"{10 * returned}.00"),
            "shippingAddress": {"countryCodeV2": "FR", "provinceCode": None},
            "customAttributes": [],
            "lineItems": items,
            "refunds": [self._refund(number, at, back)] if back else [],
            "returns": [self._return(number, at, back)] if back else [],
            "fulfillments": [self._parcel(number, at)],
            **more,
        }

    @staticmethod
    def _line(number: int, index: int, subject: str) -> Document:
        return {
            "id": f"gid://shopify/LineItem/{number}{index:04}",
            "sku": f"SKU-{index}",
            "name": f"Article {index}",
            "title": subject or f"Article {index}",
            "variantTitle": None,
            "vendor": "Atelier",
            "quantity": 1,
            "unfulfilledQuantity": 0,
            "requiresShipping": True,
            "originalUnitPriceSet": _money("10.00"),
        }

    @staticmethod
    def _refund(number: int, at: str, items: list[Document]) -> Document:
        lines = [
            {"quantity": 1, "restockType": "RETURN", "subtotalSet": _money("10.00"), "lineItem": item}
            for item in items
        ]
        return {
            "id": f"gid://shopify/Refund/{number}",
            "createdAt": at,
            "updatedAt": at,
            "note": None,
            "return": {"id": f"gid://shopify/Return/{number}"},
            "totalRefundedSet": _money(f"{10 * len(items)}.00"),
            "refundLineItems": lines,
        }

    @staticmethod
    def _return(number: int, at: str, items: list[Document]) -> Document:
        lines = [
            {
                "id": f"gid://shopify/ReturnLineItem/{number}{index}",
                "quantity": 1,
                "returnReason": "WRONG_ITEM",
                "returnReasonNote": "",
                "customerNote": None,
                "returnReasonDefinition": None,
                "fulfillmentLineItem": {"lineItem": item},
            }
            for index, item in enumerate(items)
        ]
        return {
            "id": f"gid://shopify/Return/{number}",
            "name": f"#R{number}",
            "status": "CLOSED",
            "createdAt": at,
            "returnLineItems": lines,
        }

    @staticmethod
    def _parcel(number: int, at: str) -> Document:
        return {
            "id": f"gid://shopify/Fulfillment/{number}",
            "name": f"#{number}.1",
            "status": "SUCCESS",
            "displayStatus": "DELIVERED",
            "createdAt": at,
            "updatedAt": at,
            "inTransitAt": at,
            "deliveredAt": None,
            "estimatedDeliveryAt": None,
            "trackingInfo": [{"company": "Colissimo", "number": f"6A{number:011}"}],
            "location": {"name": "Lyon"},
            "events": [{"status": "IN_TRANSIT", "happenedAt": at}],
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/admin/oauth/access_token":
            assert asked.form["grant_type"] == "client_credentials"
            self.tokens.append(f"shpat-{len(self.tokens)}")
            return Reply(data={"access_token": self.tokens[-1], "scope": "read_orders", "expires_in": 86399})
        if asked.headers.get("x-shopify-access-token") != self.tokens[-1]:
            return Reply(401, {"errors": "[API] Invalid API key or access token"})
        assert re.fullmatch(r"/admin/api/20\d\d-\d\d/graphql.json", asked.path)
        variables = asked.json["variables"]
        cost = self.point_cost * variables["first"] if "query" in variables else self.point_cost
        self.bucket = min(2000.0, self.bucket + 100 * (self.time() - self.restored_at))
        self.restored_at = self.time()
        if cost > self.max_cost:
            return self._graph(None, cost, {"message": "Query cost is too high", "code": "MAX_COST_EXCEEDED"})
        if cost > self.bucket:
            return self._graph(None, cost, {"message": "Throttled", "code": "THROTTLED"})
        self.bucket -= cost
        data = self._orders(variables) if "query" in variables else self._rest(asked.json)
        return self._graph(data, cost, *self.denied)

    def _graph(self, data: Any, cost: int, *errors: Document) -> Reply:
        told = [
            {**error, "extensions": {"code": error["code"]}}
            | ({"path": error["path"]} if "path" in error else {})
            for error in errors
        ]
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": self.bucket, "restoreRate": 100.0}
        shown = {"cost": {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": status}}
        return Reply(data={"data": data, "extensions": shown} | ({"errors": told} if told else {}))

    def _orders(self, variables: Document) -> Document:
        since = re.search(r"updated_at:>='(.+?)'", variables["query"] or "")
        listed = sorted(self.records.values(), key=lambda each: (each["updatedAt"], each["id"]))
        if since:
            listed = [each for each in listed if each["updatedAt"] >= since[1]]
        if variables["after"]:
            after = tuple(base64.b64decode(variables["after"]).decode().split("|"))
            listed = [each for each in listed if (each["updatedAt"], each["id"]) > after]
        page = listed[: min(self.size, variables["first"])]
        cursor = (
            base64.b64encode(f"{page[-1]['updatedAt']}|{page[-1]['id']}".encode()).decode() if page else None
        )
        info = {"hasNextPage": len(listed) > len(page), "endCursor": cursor}
        return {"orders": {"nodes": [self._cut(each) for each in page], "pageInfo": info}}

    def _cut(self, value: Any) -> Any:
        """An object with its lists as connections, no longer than a query asks."""
        if isinstance(value, list):
            return [self._cut(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self._page(inner, 0, _SHORT[name]) if name in _SHORT else self._cut(inner)
            for name, inner in value.items()
        }

    def _page(self, items: list[Document], start: int, count: int) -> Document:
        end = start + count
        info = {"hasNextPage": len(items) > end, "endCursor": str(end)}
        return {"nodes": [self._cut(each) for each in items[start:end]], "pageInfo": info}

    def _rest(self, asked: Document) -> Document:
        """The next part of one list of one object."""
        name = next(name for name in _SHORT if f"{{ {name}(first: $first" in asked["query"])
        objects = _objects(list(self.records.values()))
        found = next(each for each in objects if each.get("id") == asked["variables"]["id"] and name in each)
        variables = asked["variables"]
        return {"node": {name: self._page(found[name], int(variables["after"]), variables["first"])}}


def _objects(value: Any) -> list[Document]:
    """All objects inside a value."""
    if isinstance(value, list):
        return [found for each in value for found in _objects(each)]
    if isinstance(value, dict):
        return [value, *(found for each in value.values() for found in _objects(each))]
    return []
