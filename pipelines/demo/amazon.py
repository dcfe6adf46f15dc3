"""The demo's Amazon files: all orders, returns to Amazon's warehouses, returns to the shop's own."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.orders import DAYS, Book
from pipelines.demo.shop import places
from pipelines.demo.vocabulary import voices
from pipelines.demo.writing import dollars, seen_by, utc, windows, write_csv

ORDERS_HEADER = (
    "amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel "
    "sales-channel order-channel url ship-service-level product-name sku asin item-status quantity "
    "currency item-price item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax "
    "item-promotion-discount ship-promotion-discount ship-city ship-state ship-postal-code ship-country "
    "promotion-ids is-business-order purchase-order-number price-designation"
).split()
FBA_RETURNS_HEADER = (
    "return-date order-id sku asin fnsku product-name quantity fulfillment-center-id "
    "detailed-disposition reason status license-plate-number customer-comments"
).split()
MFN_RETURNS_HEADER = (
    "Order ID,Order date,Return request date,Return request status,Amazon RMA ID,Merchant RMA ID,"
    "Label type,Label cost,Currency code,Return carrier,Tracking ID,Label to be paid by,A-to-Z Claim,"
    "Is prime,ASIN,Merchant SKU,Item Name,Return quantity,Return Reason,In policy,Return type,Resolution,"
    "Invoice number,Return delivery date,Order Amount,Order quantity,SafeT Action reason,SafeT claim id,"
    "SafeT claim state,SafeT claim creation time,SafeT claim reimbursement amount,Refunded Amount"
).split(",")

_EXPORTS, _OVERLAP = 2, 14
_CENTRES = ("YYZ4", "YOO1", "YUL2", "YVR3")
_ISO = "%Y-%m-%dT%H:%M:%S+00:00"
#: what Shopify's words are at Amazon; without an entry the cause has its own code
_SIZES = {"SIZE_TOO_SMALL": "TOO_SMALL", "SIZE_TOO_LARGE": "TOO_LARGE", "COLOR": "STYLE", "STYLE": "STYLE"}
#: who pays the label of a return: the marketplace's own view of who is at fault
_CUSTOMER_PAYS = ("changed_mind", "style_or_colour_preference", "ordered_by_mistake")


def write(folder: Path, book: Book, returned: pl.DataFrame, cancelled: pl.DataFrame) -> list[Path]:
    """Writes two order reports that overlap and both kinds of returns; gives the paths."""
    lines = _lines(book, cancelled)
    files = []
    for number, (first, as_of) in enumerate(windows(book.until, DAYS, _EXPORTS, _OVERLAP), start=1):
        path = folder / f"amazon_all_orders_{number}.txt"
        files.append(write_csv(_report(lines, first, as_of), path, separator="\t", line_end="\r\n"))
    channel = pl.Series(book.orders["channel"][returned["order"].to_numpy()], dtype=pl.String)
    for name, header, rows in (
        (
            "amazon_fba_returns.txt",
            FBA_RETURNS_HEADER,
            _to_amazon(book, returned.filter(channel == "amazon_fba")),
        ),
        (
            "amazon_mfn_returns.txt",
            MFN_RETURNS_HEADER,
            _to_shop(book, returned.filter(channel == "amazon_mfn")),
        ),
    ):
        table = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String))
        files.append(write_csv(table, folder / name, separator="\t", line_end="\r\n"))
    return [*files, _health(folder / "amazon_account_health.json", book, lines)]


def _health(path: Path, book: Book, lines: pl.DataFrame) -> Path:
    """What Amazon says of the account, up to four days before the demo's end: it counts later than the shop does.

    It knows of a defect and of cancellations that no export tells of: its figures and the shop's own never agree.
    """
    last = datetime.combine(book.until, time(23, 59)) - timedelta(days=5)

    def orders(days: int) -> int:
        since = last - timedelta(days=days)
        mine = lines.filter(~pl.col("fba") & (pl.col("placed") > since) & (pl.col("placed") <= last))
        return mine["amazon-order-id"].n_unique()

    def told(
        days: int, counted: str, n: int, count: str, bad: int, target: float, least: bool
    ) -> dict[str, Any]:
        rate = round((n - bad if least else bad) / max(n, 1), 4)
        return {
            "reportingDateRange": {
                "reportingDateFrom": (last - timedelta(days=days)).strftime("%Y-%m-%dT00:00Z"),
                "reportingDateTo": last.strftime("%Y-%m-%dT%H:%MZ"),
            },
            counted: n,
            count: n - bad if least else bad,
            "rate": rate,
            "targetValue": target,
            "targetCondition": "GREATER_THAN" if least else "LESS_THAN",
            "status": "GOOD" if (rate > target if least else rate < target) else "BAD",
        }

    sixty, month, week = orders(60), orders(30), orders(7)
    defects = told(60, "orderCount", sixty, "count", min(sixty, 3), 0.01, least=False)
    defects["orderWithDefects"] = {"count": defects.pop("count"), "status": defects["status"]}
    market = {
        "marketplaceId": "A2EUQ1WTGCTBG2",
        "orderDefectRate": {"mfn": defects},
        "preFulfillmentCancellationRate": told(
            7, "orderCount", week, "cancellationCount", min(week, 1), 0.025, False
        ),
        "lateShipmentRate": told(30, "orderCount", month, "lateShipmentCount", month // 18, 0.04, False),
        "validTrackingRate": told(30, "shipmentCount", month, "validTrackingCount", month // 60, 0.95, True),
        "onTimeDeliveryRate": told(
            14,
            "shipmentCountWithValidTracking",
            orders(14),
            "onTimeDeliveryCount",
            orders(14) // 25,
            0.9,
            True,
        ),
    }
    report = {
        "accountStatuses": [{"marketplaceId": "A2EUQ1WTGCTBG2", "status": "NORMAL"}],
        "performanceMetrics": [market],
    }
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def _lines(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    """One row a line sold on Amazon, with the moments that decide its status."""
    orders, lines, items = book.orders, book.lines, book.catalogue
    line = np.flatnonzero(np.char.startswith(book.of_line("channel").astype(str), "amazon"))
    order, sku = lines["order"][line], lines["sku"][line]
    towns = [places()[place] for place in orders["place"][order]]
    frame = pl.DataFrame(
        {
            "line": line,
            "amazon-order-id": pl.Series(orders["name"][order], dtype=pl.String),
            **{
                name: orders[name][order].astype("datetime64[us]")
                for name in ("placed", "shipped", "delivered")
            },
            "fba": orders["channel"][order] == "amazon_fba",
            "product-name": pl.Series(items.title_en[sku] + ", " + items.variant[sku], dtype=pl.String),
            "sku": pl.Series(items.sku[sku], dtype=pl.String),
            "asin": pl.Series(items.asin[sku], dtype=pl.String),
            "quantity": lines["quantity"][line],
            "price": lines["net_cents"][line],
            "tax": lines["tax_cents"][line],
            "ship-city": [place.city for place in towns],
            "ship-state": [place.province for place in towns],
            "ship-postal-code": [place.postcode for place in towns],
            "ship-country": [place.country for place in towns],
        }
    )
    return frame.join(cancelled.select("line", "whole", gone="at"), on="line", how="left")


def _report(lines: pl.DataFrame, first: datetime, as_of: datetime) -> pl.DataFrame:
    """The report over orders placed from `first` on, as it stood at `as_of`; oldest first."""
    rows = lines.filter((pl.col("placed") >= first) & (pl.col("placed") < as_of)).with_columns(
        seen_by(pl.col(name), as_of).alias(name) for name in ("shipped", "delivered", "gone")
    )
    gone = pl.col("gone").is_not_null()
    sent = pl.when(pl.col("shipped").is_not_null()).then(pl.lit("Shipped")).otherwise(pl.lit("Unshipped"))
    said = pl.when(gone & pl.col("whole")).then(pl.lit("Cancelled")).otherwise(sent)
    told = {
        "purchase-date": utc(pl.col("placed")).dt.strftime(_ISO),
        "last-updated-date": utc(pl.max_horizontal("placed", "shipped", "delivered", "gone")).dt.strftime(
            _ISO
        ),
        "order-status": said,
        "item-status": pl.when(gone).then(pl.lit("Cancelled")).otherwise(sent),
        "fulfillment-channel": pl.when(pl.col("fba")).then(pl.lit("Amazon")).otherwise(pl.lit("Merchant")),
        "sales-channel": pl.lit("Amazon.ca"),
        "order-channel": pl.lit(""),
        "ship-service-level": pl.when(pl.col("fba")).then(pl.lit("Expedited")).otherwise(pl.lit("Standard")),
        # a cancelled item has quantity 0 and no price
        "quantity": pl.when(gone).then(pl.lit(0)).otherwise(pl.col("quantity")).cast(pl.String),
        "currency": pl.when(~gone).then(pl.lit("CAD")),
        "item-price": pl.when(~gone).then(dollars(pl.col("price"))),
        "item-tax": pl.when(~gone).then(dollars(pl.col("tax"))),
        "is-business-order": pl.lit("false"),
        "price-designation": pl.lit(""),
    }
    cells = [
        (
            told[name]
            if name in told
            else pl.col(name)
            if name in rows.columns
            else pl.lit(None, dtype=pl.String)
        ).alias(name)
        for name in ORDERS_HEADER
    ]
    return rows.sort("placed", "line").select(cells)


def _code(row: dict[str, Any], prefix: str) -> str:
    """Amazon's return reason, told apart by who fulfils."""
    size = _SIZES.get(row["reason"])
    if size == "STYLE":
        return "APPAREL_STYLE"
    if size:
        return f"{prefix}{size.replace('_', '-') if 'PG' in prefix else size}"
    return voices()[row["cause"]].amazon


def _to_amazon(book: Book, returned: pl.DataFrame) -> list[dict[str, str]]:
    """One row a unit that came back to one of Amazon's centres."""
    items, lines = book.catalogue, book.lines
    received = returned.filter(pl.col("received").is_not_null()).with_columns(
        day=utc(pl.col("received")).dt.strftime(_ISO)
    )
    rows = []
    for row in received.sort("received", "line").iter_rows(named=True):
        sku = lines["sku"][row["line"]]
        disposition = (
            row["condition"] if row["condition"] != "SELLABLE" else voices()[row["cause"]].disposition
        )
        for unit in range(int(lines["quantity"][row["line"]])):
            rows.append(
                {
                    "return-date": row["day"],
                    "order-id": book.orders["name"][row["order"]],
                    "sku": items.sku[sku],
                    "asin": items.asin[sku],
                    "fnsku": f"X00{items.asin[sku][3:]}",
                    "product-name": f"{items.title_en[sku]}, {items.variant[sku]}",
                    "quantity": "1",
                    "fulfillment-center-id": _CENTRES[row["number"] % len(_CENTRES)],
                    "detailed-disposition": disposition,
                    "reason": _code(row, "APPAREL_"),
                    "status": "Unit returned to inventory" if disposition == "SELLABLE" else "Reimbursed",
                    "license-plate-number": f"LPNRR{row['number']:07d}{unit}",
                    "customer-comments": row["note"],
                }
            )
    return rows


def _to_shop(book: Book, returned: pl.DataFrame) -> list[dict[str, str]]:
    """One row an item that a customer of Amazon sends back to the shop's own logistician."""
    items, lines, orders = book.catalogue, book.lines, book.orders
    day = "%d-%b-%Y"
    rows = []
    for row in returned.iter_rows(named=True):
        line, order = row["line"], row["order"]
        sku = lines["sku"][line]
        code = _code(row, "AMZ-PG-APP-")
        seller = row["cause"] not in _CUSTOMER_PAYS
        # the refunded amount is missing from many rows of real files
        known = row["refunded"] is not None and row["number"] % 5 < 3
        rows.append(
            {
                "Order ID": orders["name"][order],
                "Order date": orders["placed"][order].astype("datetime64[s]").item().strftime(day),
                "Return request date": row["asked"].strftime(day),
                "Return request status": "Approved",
                "Amazon RMA ID": f"D{row['number']}RRMA",
                "Label type": "AmazonUnPaidLabel" if seller else "CustomerLabel",
                "Label cost": "11.40",
                "Currency code": "CAD",
                "Return carrier": "CanadaPost",
                "Tracking ID": f"2016{row['number']:012d}",
                "Label to be paid by": "SELLER" if seller else "CUSTOMER",
                "A-to-Z Claim": "Y" if row["number"] % 37 == 0 else "N",
                "Is prime": "N",
                "ASIN": items.asin[sku],
                "Merchant SKU": items.sku[sku],
                "Item Name": f"{items.title_en[sku]}, {items.variant[sku]}",
                "Return quantity": str(lines["quantity"][line]),
                "Return Reason": code if code.startswith("AMZ") else f"CR-{code}",
                "In policy": "Y",
                "Return type": "C-Returns",
                "Resolution": "STANDARDREFUND",
                "Return delivery date": row["received"].strftime(day) if row["received"] else "",
                "Order Amount": f"{orders['total_cents'][order] / 100:.2f}",
                "Order quantity": str(lines["quantity"][line]),
                "Refunded Amount": f"{row['total_cents'] / 100:.2f}" if known else "",
            }
        )
    return rows
