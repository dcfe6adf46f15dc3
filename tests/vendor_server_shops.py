"""WooCommerce's and Amazon's APIs, as far as live sync asks them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.vendor_server import Api, Asked, Document, Reply


@dataclass
class WooCommerce(Api):
    """Orders in numbered pages of 100 at most, by their last change; refunds order by order."""

    refunds: dict[int, list[Document]] = field(default_factory=dict)

    def put(self, number: int, subject: str = "", *, refunded: str = "1.00", **more: Any) -> None:
        at = self.tick().removesuffix("Z")
        made = self.records.get(number, {}).get("date_created_gmt", at)
        name = subject or f"Article {number}"
        if refunded:
            self.refunds[number] = [
                {
                    "id": 9000 + number,
                    "date_created_gmt": at,
                    "amount": refunded,
                    "reason": "",
                    "refunded_by": 1,
                    "refunded_payment": True,
                    "line_items": [
                        {
                            "id": 1,
                            "name": name,
                            "product_id": number,
                            "sku": "SKU-1",
                            "quantity": -1,
                            "total": f"-{refunded}",
                        }
                    ],
                }
            ]
        self.records[number] = {
            "id": number,
            "number": str(number),
            "order_key": f"wc_order_{number}",
            "created_via": "checkout",
            "status": "completed",
            "currency": "EUR",
            "date_created": made,
            "date_created_gmt": made,
            "date_modified": at,
            "date_modified_gmt": at,
            "date_paid_gmt": made,
            "date_completed_gmt": made,
            "total": "10.00",
            "payment_method": "stripe",
            "shipping": {"country": "FR", "state": ""},
            "line_items": [
                {
                    "id": 100 + number,
                    "name": name,
                    "product_id": number,
                    "variation_id": 0,
                    "quantity": 1,
                    "total": "10.00",
                    "total_tax": "0.00",
                    "sku": "SKU-1",
                    "price": 10,
                    "meta_data": [],
                }
            ],
            "refunds": [
                {"id": each["id"], "reason": "", "total": f"-{each['amount']}"}
                for each in self.refunds.get(number, [])
            ],
            **more,
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.basic != "ck_1:geheim-123":
            return Reply(401, {"code": "woocommerce_rest_cannot_view"})
        parts = asked.path.strip("/").split("/")
        if parts[-1] == "refunds":
            return Reply(data=self.refunds[int(parts[-2])])
        assert asked.params["dates_are_gmt"] == "true"
        assert (asked.params["orderby"], asked.params["order"]) == ("modified", "asc")
        since = datetime.fromisoformat(asked.params["modified_after"])
        listed = [
            each
            for each in self.records.values()
            if datetime.fromisoformat(each["date_modified_gmt"]) > since
        ]
        listed.sort(key=lambda each: (each["date_modified_gmt"], each["id"]))
        size, number = int(asked.params["per_page"]), int(asked.params["page"])
        return Reply(data=listed[size * (number - 1) : size * number])


_ORDERS = "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tsales-channel\tproduct-name\tsku\tasin\titem-status\tquantity\tcurrency\titem-price\tship-country"
_RETURNS = "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\treason\tstatus\tlicense-plate-number\tcustomer-comments"


@dataclass
class Amazon(Api):
    """Reports that are asked for, made after a while, and fetched by an address without the access."""

    #: (day, row) of each report
    orders: list[tuple[datetime, str]] = field(default_factory=list)
    returns: list[tuple[datetime, str]] = field(default_factory=list)
    made: dict[str, Document] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    ending: str = "DONE"

    def order(self, number: int, at: datetime, sku: str = "SKU-1") -> None:
        when = at.isoformat()
        cells = f"702-1000000-{number:07}\t{when}\t{when}\tShipped\tAmazon\tAmazon.fr\tVase\t{sku}\tB0INVENT01\tShipped\t1\tEUR\t10.00\tFR"
        self.orders.append((at, cells))

    def back(self, number: int, at: datetime) -> None:
        cells = f"{at.isoformat()}\t702-1000000-{number:07}\tSKU-1\tB0INVENT01\tX0\tVase\t1\tLYS1\tDEFECTIVE\tDEFECTIVE\tUnit returned to inventory\tLPN{number}\t"
        self.returns.append((at, cells))

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            assert asked.form["grant_type"] == "refresh_token"
            return Reply(data={"access_token": "Atza|1", "expires_in": 3600, "refresh_token": "geheim-123"})
        if asked.path.startswith("/bucket/"):
            assert "x-amz-access-token" not in asked.headers
            return Reply(
                content=gzip.compress(self._table(self.made[asked.path.rsplit("/", 1)[1]]).encode("cp1252"))
            )
        if asked.headers.get("x-amz-access-token") != "Atza|1":
            return Reply(403, {"errors": [{"code": "Unauthorized"}]})
        if asked.method == "POST":
            name = str(len(self.made))
            self.made[name] = asked.json
            assert asked.json["marketplaceIds"] == ["A13V1IB3VIYZZH", "A1PA6795UKMFR9"]
            return Reply(202, {"reportId": name})
        name = asked.path.rsplit("/", 1)[1]
        if "/documents/" in asked.path:
            url = f"{self.url}/bucket/{name}"
            return Reply(data={"reportDocumentId": name, "url": url, "compressionAlgorithm": "GZIP"})
        self.looks[name] = self.looks.get(name, 0) + 1
        if self.looks[name] < 3:
            return Reply(data={"reportId": name, "processingStatus": "IN_PROGRESS"})
        if self.made[name]["reportType"] == "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE":
            return Reply(data={"reportId": name, "processingStatus": "CANCELLED"})
        return Reply(data={"reportId": name, "processingStatus": self.ending, "reportDocumentId": name})

    def _table(self, wanted: Document) -> str:
        header, rows = (
            (_ORDERS, self.orders) if "ORDERS" in wanted["reportType"] else (_RETURNS, self.returns)
        )
        start, end = (datetime.fromisoformat(wanted[name]) for name in ("dataStartTime", "dataEndTime"))
        return "\n".join([header, *(cells for at, cells in rows if start <= at <= end)]) + "\n"
