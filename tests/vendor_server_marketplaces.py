"""The APIs of marketplaces, as far as live sync asks them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.vendor_server import Api, Asked, Document, Reply


@dataclass
class Mirakl(Api):
    """Orders by when they were placed, at an offset; returns with a token. Pages are smaller than what is asked for."""

    size: int = 2
    returns: dict[int, Document] = field(default_factory=dict)

    def put(self, number: int, subject: str = "", *, is_returned: bool = True, **more: Any) -> None:
        at = self.tick()
        name = f"{number}-A"
        made = self.records.get(number, {}).get("created_date", at)
        self.records[number] = {
            "order_id": name,
            "commercial_id": str(number),
            "order_state": "RECEIVED",
            "created_date": made,
            "last_updated_date": at,
            "currency_iso_code": "EUR",
            "total_price": 10.0,
            "order_lines": [
                {
                    "order_line_id": f"{name}-1",
                    "order_line_index": 1,
                    "order_line_state": "RECEIVED",
                    "offer_sku": "SKU-1",
                    "product_title": subject or f"Article {number}",
                    "quantity": 1,
                    "price": 10.0,
                    "price_unit": 10.0,
                    "last_updated_date": at,
                    "cancelations": [],
                    "refunds": [],
                }
            ],
            **more,
        }
        if is_returned:
            self.returns[number] = {
                "id": f"r-{number}",
                "rma": f"RMA-{number}",
                "order_id": name,
                "state": "RECEIVED",
                "reason_code": "12",
                "date_created": made,
                "last_updated_date": at,
                "return_lines": [{"order_line_id": f"{name}-1", "quantity": 1, "compliance": []}],
            }

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "geheim-123":
            return Reply(401, {"message": "Unauthorized"})
        if asked.path == "/api/orders":
            since = asked.params["start_update_date"]
            listed = [each for each in self.records.values() if each["last_updated_date"] >= since]
            listed.sort(key=lambda each: (each["created_date"], each["order_id"]))
            at = int(asked.params["offset"])
            assert asked.params["max"] == "100"
            return Reply(data={"orders": listed[at : at + self.size], "total_count": len(listed)})
        assert asked.path == "/api/returns"
        since = asked.params["return_last_updated_from"]
        found = [each for each in self.returns.values() if each["last_updated_date"] >= since]
        found.sort(key=lambda each: each["id"])
        found = [each for each in found if each["id"] > asked.params.get("page_token", "")]
        token = found[self.size - 1]["id"] if len(found) > self.size else None
        return Reply(data={"data": found[: self.size], "next_page_token": token})


@dataclass
class Walmart(Api):
    """Orders and returns by their last change; each page hands out the question for the next, with a fixed end."""

    size: int = 2
    tokens: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)
    returns: dict[int, Document] = field(default_factory=dict)

    def put(self, number: int, subject: str = "", *, is_returned: bool = True, **more: Any) -> None:
        at = self.tick()
        milliseconds = int(datetime.fromisoformat(at).timestamp() * 1000)
        self.records[number] = {
            "purchaseOrderId": f"10880{number}",
            "customerOrderId": str(number),
            "orderDate": self.records.get(number, {}).get("orderDate", milliseconds),
            "shippingInfo": {"postalAddress": {"state": "TX", "country": "USA"}},
            "orderLines": {
                "orderLine": [
                    {
                        "lineNumber": "1",
                        "item": {"productName": subject or f"Article {number}", "sku": "SKU-1"},
                        "charges": {
                            "charge": [
                                {
                                    "chargeType": "PRODUCT",
                                    "chargeAmount": {"currency": "USD", "amount": 10},
                                }
                            ]
                        },
                        "orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": "1"},
                        "statusDate": milliseconds,
                        "orderLineStatuses": {"orderLineStatus": [{"status": "Shipped"}]},
                        "refund": None,
                    }
                ]
            },
            **more,
        }
        self.changed[f"10880{number}"] = at
        if is_returned:
            self.returns[number] = {
                "returnOrderId": f"500{number}",
                "customerOrderId": str(number),
                "returnOrderDate": at,
                "returnOrderLines": [
                    {
                        "returnOrderLineNumber": 1,
                        "purchaseOrderId": f"10880{number}",
                        "purchaseOrderLineNumber": 1,
                        "returnReason": "DAMAGED",
                        "item": {"sku": "SKU-1"},
                        "quantity": {"measurementValue": 1},
                        "status": "INITIATED",
                        "statusTime": at,
                    }
                ],
            }
            self.changed[f"500{number}"] = at

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["wm_svc.name"] == "Walmart Marketplace"
        assert uuid.UUID(asked.headers["wm_qos.correlation_id"])
        assert asked.headers["wm_market"] == "us"
        if asked.path == "/v3/token":
            assert asked.form == {"grant_type": "client_credentials"}
            if asked.basic != "c-1:geheim-123":
                return Reply(401, {"error": "invalid_client"})
            self.tokens.append(f"access-{len(self.tokens)}")
            return Reply(data={"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 900})
        if not self.tokens or asked.headers.get("wm_sec.access_token") != self.tokens[-1]:
            return Reply(401, {"error": [{"code": "UNAUTHORIZED.GMP_GATEWAY_API"}]})
        if asked.path == "/v3/returns":
            assert asked.params["returnLastModifiedEndDate"]
            found, meta = self._page(asked, self.returns, "returnOrderId", "returnLastModifiedStartDate")
            return Reply(data={"meta": meta, "returnOrders": found})
        assert asked.params["createdStartDate"]
        mine = self.records if asked.params["shipNodeType"] == "SellerFulfilled" else {}
        found, meta = self._page(asked, mine, "purchaseOrderId", "lastModifiedStartDate")
        return Reply(data={"list": {"meta": meta, "elements": {"order": found}}})

    def _page(
        self, asked: Asked, records: dict[Any, Document], name: str, since: str
    ) -> tuple[list[Document], Document]:
        end = asked.params.get("end", self.now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        listed = [each for each in records.values() if asked.params[since] <= self.changed[each[name]] <= end]
        at = int(asked.params.get("poIndex", "0"))
        found, behind = listed[at : at + self.size], at + self.size
        kept = "&".join(
            f"{key}={value}" for key, value in asked.params.items() if key not in ("end", "poIndex")
        )
        more = f"?{kept}&poIndex={behind}&end={end}&hasMoreElements=true"
        return found, {"totalCount": len(listed), "nextCursor": more if behind < len(listed) else None}


@dataclass
class Etsy(Api):
    """Receipts by when they were made, at an offset; each refresh token is good once."""

    size: int = 2
    refresh_token: str = "geheim-123"
    tokens: list[str] = field(default_factory=list)

    def put(self, number: int, subject: str = "", **more: Any) -> None:
        at = int(datetime.fromisoformat(self.tick()).timestamp())
        price = {"amount": 1000, "divisor": 100, "currency_code": "EUR"}
        made = self.records.get(number, {}).get("created_timestamp", at)
        self.records[number] = {
            "receipt_id": number,
            "status": "Completed",
            "is_paid": True,
            "is_shipped": True,
            "buyer_email": f"p{number}@exemple.fr",
            "country_iso": "FR",
            "created_timestamp": made,
            "updated_timestamp": at,
            "grandtotal": price,
            "shipments": [],
            "refunds": [
                {"amount": price, "created_timestamp": at, "reason": "Damaged", "status": "succeeded"}
            ],
            "transactions": [
                {
                    "transaction_id": 42000 + number,
                    "title": subject or f"Article {number}",
                    "quantity": 1,
                    "listing_id": 15000 + number,
                    "sku": "SKU-1",
                    "price": price,
                    "variations": [],
                }
            ],
            **more,
        }

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["x-api-key"] == "c-1:geheim-456"
        if asked.path == "/token":
            assert asked.form["client_id"] == "c-1"
            if asked.form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant"})
            self.refresh_token += "+"
            self.tokens.append(f"access-{len(self.tokens)}")
            return Reply(
                data={
                    "access_token": self.tokens[-1],
                    "refresh_token": self.refresh_token,
                    "expires_in": 3600,
                }
            )
        if not self.tokens or asked.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return Reply(401, {"error": "invalid_token"})
        assert asked.path == "/receipts"
        since, at = int(asked.params["min_last_modified"]), int(asked.params["offset"])
        listed = [each for each in self.records.values() if each["updated_timestamp"] >= since]
        listed.sort(key=lambda each: (each["created_timestamp"], each["receipt_id"]))
        return Reply(data={"count": len(listed), "results": listed[at : at + self.size]})
