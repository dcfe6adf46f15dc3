"""The demo's Shopify files: orders as the admin exports them, returns and refunds as its GraphQL API tells them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.aftermath import speaks_french
from pipelines.demo.money import TAXES
from pipelines.demo.orders import DAYS, SHOPIFY, Book
from pipelines.demo.shop import places
from pipelines.demo.writing import dollars, people, seen_by, windows, with_offset, write_csv, zulu

HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,"
    "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,"
    "Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,"
    "Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,"
    "Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
    "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,"
    "Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
    "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
#: the sales channel of a social network tells only the number of its app
APP_ID = "5776891"
_EXPORTS, _OVERLAP = 6, 21
_NOTES = (
    "Laisser sur le perron svp",
    "Please leave with the neighbour",
    "C'est un cadeau, sans facture",
    "Sonnette brisée, cogner",
)


def write(
    folder: Path, book: Book, returned: pl.DataFrame, cancelled: pl.DataFrame, refunded: pl.DataFrame
) -> list[Path]:
    """Writes orders (one file a quarter, overlapping), returns and refunds; gives the paths."""
    orders = _orders(book)
    lines = _lines(book, cancelled)
    files = []
    for number, (first, as_of) in enumerate(windows(book.until, DAYS, _EXPORTS, _OVERLAP), start=1):
        table = _export(orders, lines, refunded, first, as_of)
        files.append(write_csv(table, folder / f"shopify_orders_export_{number}.csv"))
    mine = np.isin(book.orders["channel"], SHOPIFY)
    ours = pl.col("order").is_in(np.flatnonzero(mine).tolist())
    files.append(
        _write_nodes(folder / "shopify_returns.jsonl", _return_nodes(book, returned.filter(ours), refunded))
    )
    files.append(_write_nodes(folder / "shopify_refunds.jsonl", _refund_nodes(book, refunded.filter(ours))))
    return files


def _orders(book: Book) -> pl.DataFrame:
    """One row an order of the shop,"
    " with what never changes already spelt; times and statuses still to be told."""
    at = np.flatnonzero(np.isin(book.orders["channel"], SHOPIFY))
    told = {name: column[at] for name, column in book.orders.items()}
    towns = [places()[place] for place in told["place"]]
    taxes = [TAXES.get(place.province, ()) for place in towns]
    french = speaks_french(book, at)
    zips = [f"'{p.postcode}" if p.postcode.isdigit() else p.postcode for p in towns]
    cents = {name: told[f"{name}_cents"] for name in ("subtotal", "discount", "shipping", "tax", "total")}
    frame = pl.DataFrame(
        {
            "order": at,
            **{name: told[name].astype("datetime64[us]") for name in ("placed", "shipped", "cancelled")},
            **cents,
            "customer": told["customer"],
            "reason": pl.Series(told["cancel_reason"], dtype=pl.String),
            "channel": pl.Series(told["channel"], dtype=pl.String),
            "Name": pl.Series(told["name"], dtype=pl.String),
            "Id": pl.Series(told["id"], dtype=pl.String),
            "Currency": "CAD",
            "Discount Code": pl.Series(told["discount"], dtype=pl.String),
            "Shipping City": [p.city for p in towns],
            "Shipping Zip": zips,
            "Shipping Province": [p.province for p in towns],
            "Shipping Country": [p.country for p in towns],
            "Shipping Province Name": [p.province_name for p in towns],
            "Note Attributes": ["lang: fr\nInvoice Language: fr" if yes else None for yes in french],
            "Notes": [_NOTES[c % 4] if c % 47 == 0 else None for c in told["customer"]],
            "Tax 1 Name": [t[0][0] if t else None for t in taxes],
            "Tax 2 Name": [t[1][0] if len(t) > 1 else None for t in taxes],
            "rate_1": [t[0][1] / sum(r for _, r in t) if t else 1.0 for t in taxes],
        }
    )
    return frame.join(people(frame["customer"]), on="customer").with_columns(
        tax_1=(pl.col("tax") * pl.col("rate_1")).round().cast(pl.Int64)
    )


def _lines(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    """One row a line, with the moment it was cancelled and whether that shows in the order at all."""
    items, lines = book.catalogue, book.lines
    sku = lines["sku"]
    frame = pl.DataFrame(
        {
            "order": lines["order"],
            "line": np.arange(len(sku)),
            "position": lines["position"],
            "Lineitem quantity": lines["quantity"],
            "Lineitem name": pl.Series(items.title[sku] + " - " + items.variant[sku], dtype=pl.String),
            "price": lines["price_cents"],
            "full_price": items.price_cents[sku],
            "Lineitem sku": pl.Series(items.sku[sku], dtype=pl.String),
            "Vendor": pl.Series(items.supplier[sku], dtype=pl.String),
        }
    )
    gone = cancelled.select("line", gone="at", only_refunded="only_refunded")
    return frame.join(gone, on="line", how="left")


def _export(
    orders: pl.DataFrame, lines: pl.DataFrame, refunded: pl.DataFrame, first: datetime, as_of: datetime
) -> pl.DataFrame:
    """The 79 columns as exported at `as_of`: newest order first,"
    " an order's own cells on its first row only."""
    paid_back = (
        refunded.filter(pl.col("at") < as_of).group_by("order").agg(refunded=pl.col("total_cents").sum())
    )
    quiet = lines.filter(pl.col("only_refunded")).select(pl.col("order").unique(), quiet=True)
    mine = orders.filter((pl.col("placed") >= first) & (pl.col("placed") < as_of))
    mine = mine.join(paid_back, on="order", how="left").join(quiet, on="order", how="left")
    mine = mine.with_columns(
        pl.col("refunded").fill_null(0),
        shipped=seen_by(pl.col("shipped"), as_of),
        cancelled=seen_by(pl.col("cancelled"), as_of),
    )
    declined = pl.col("cancelled").is_not_null() & (pl.col("reason") == "DECLINED")
    on_order = mine.select(
        "order",
        "placed",
        "shipped",
        *_order_columns(declined),
    )
    rows = lines.join(on_order, on="order").with_columns(_gone=seen_by(pl.col("gone"), as_of).is_not_null())
    rows = rows.with_columns(
        pl.when(pl.col("_gone") | pl.col("shipped").is_null())
        .then(pl.lit("pending"))
        .otherwise(pl.lit("fulfilled"))
        .alias("Lineitem fulfillment status"),
        dollars(pl.col("price")).alias("Lineitem price"),
        pl.when(pl.col("price") < pl.col("full_price"))
        .then(dollars(pl.col("full_price")))
        .alias("Lineitem compare at price"),
        pl.lit("0.00").alias("Lineitem discount"),
        pl.lit("true").alias("Lineitem requires shipping"),
        pl.lit("true").alias("Lineitem taxable"),
        with_offset(pl.col("placed")).alias("Created at"),
    )
    rows = rows.sort(["placed", "order", "position"], descending=[True, True, False])
    header = HEADER.split(",")
    always = {
        "Name",
        "Email",
        "Created at",
        "Vendor",
        *(name for name in header if name.startswith("Lineitem")),
    }
    on_first = pl.col("position") == 0
    cells = []
    for name in header:
        cell = pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.String)
        cells.append((cell if name in always else pl.when(on_first).then(cell)).cast(pl.String).alias(name))
    return rows.select(cells)


def _order_columns(declined: pl.Expr) -> list[pl.Expr]:
    """The order's own cells; the writer blanks them on continuation rows."""
    in_store = pl.col("channel") == "pos"
    refunded, total = pl.col("refunded"), pl.col("total")
    status = (
        pl.when(declined)
        .then(pl.lit("voided"))
        .when(refunded >= total)
        .then(pl.lit("refunded"))
        .when(refunded > 0)
        .then(pl.lit("partially_refunded"))
        .otherwise(pl.lit("paid"))
    )
    addressed = {"City", "Zip", "Province", "Country", "Province Name"}
    same = [pl.col(f"Shipping {name}").alias(f"Billing {name}") for name in sorted(addressed)]
    shipping = [
        pl.when(~in_store).then(pl.col(f"Shipping {name}")).alias(f"Shipping {name}")
        for name in sorted(addressed)
    ]
    customer = pl.col("customer")
    return [
        pl.col(
            "Name", "Id", "Currency", "Discount Code", "Note Attributes", "Notes", "Tax 1 Name", "Tax 2 Name"
        ),
        pl.col("email").alias("Email"),
        status.alias("Financial Status"),
        pl.when(~declined).then(with_offset(pl.col("placed"))).alias("Paid at"),
        pl.when(pl.col("shipped").is_null())
        .then(pl.lit("unfulfilled"))
        .otherwise(pl.lit("fulfilled"))
        .alias("Fulfillment Status"),
        with_offset(pl.col("shipped")).alias("Fulfilled at"),
        pl.when(customer % 3 == 0).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("Accepts Marketing"),
        dollars(pl.col("subtotal")).alias("Subtotal"),
        dollars(pl.col("shipping")).alias("Shipping"),
        dollars(pl.col("tax")).alias("Taxes"),
        dollars(total).alias("Total"),
        dollars(pl.col("discount")).alias("Discount Amount"),
        pl.when(~in_store).then(pl.lit("Standard")).alias("Shipping Method"),
        pl.col("full_name").alias("Billing Name"),
        pl.when(~in_store).then(pl.col("full_name")).alias("Shipping Name"),
        *same,
        *shipping,
        # an order can be refunded without ever being cancelled
        pl.when(pl.col("quiet").is_null()).then(with_offset(pl.col("cancelled"))).alias("Cancelled at"),
        pl.when(customer % 5 == 0)
        .then(pl.lit("PayPal Express Checkout"))
        .otherwise(pl.lit("Shopify Payments"))
        .alias("Payment Method"),
        dollars(refunded).alias("Refunded Amount"),
        pl.lit("0.00").alias("Outstanding Balance"),
        pl.when(in_store).then(pl.lit("Boutique Montréal")).alias("Location"),
        pl.when((customer % 211 == 0) & ~in_store)
        .then(pl.lit("Medium"))
        .otherwise(pl.lit("Low"))
        .alias("Risk Level"),
        pl.when(pl.col("channel") == "app").then(pl.lit(APP_ID)).otherwise(pl.col("channel")).alias("Source"),
        pl.when(pl.col("Tax 1 Name").is_not_null()).then(dollars(pl.col("tax_1"))).alias("Tax 1 Value"),
        pl.when(pl.col("Tax 2 Name").is_not_null())
        .then(dollars(pl.col("tax") - pl.col("tax_1")))
        .alias("Tax 2 Value"),
    ]


def _write_nodes(path: Path, nodes: list[dict[str, Any]]) -> Path:
    """One node a line, as a bulk operation gives them."""
    text = "".join(json.dumps(node, ensure_ascii=False, separators=(",", ":")) + "\n" for node in nodes)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _line_item(book: Book, line: int) -> dict[str, Any]:
    sku = book.lines["sku"][line]
    name = f"{book.catalogue.title[sku]} - {book.catalogue.variant[sku]}"
    return {
        "id": f"gid://shopify/LineItem/{book.lines['id'][line]}",
        "sku": book.catalogue.sku[sku],
        "name": name,
    }


def _order(book: Book, order: int) -> dict[str, Any]:
    return {"id": f"gid://shopify/Order/{book.orders['id'][order]}", "name": book.orders["name"][order]}


def _return_nodes(book: Book, returned: pl.DataFrame, refunded: pl.DataFrame) -> list[dict[str, Any]]:
    done = set(refunded.filter(pl.col("number").is_not_null())["number"])
    nodes = []
    for row in returned.with_columns(asked=zulu(pl.col("asked"))).iter_rows(named=True):
        number, quantity = row["number"], int(book.lines["quantity"][row["line"]])
        back = quantity if number in done else 0
        status = "CLOSED" if number in done else "OPEN"
        line = {
            "id": f"gid://shopify/ReturnLineItem/{60_000_000 + number}",
            "quantity": quantity,
            "returnReason": row["reason"],
            "returnReasonNote": "Voir note du client" if row["reason"] == "OTHER" else "",
            "customerNote": row["note"],
            "refundableQuantity": quantity - back,
            "refundedQuantity": back,
            "fulfillmentLineItem": {"lineItem": _line_item(book, row["line"])},
        }
        nodes.append(
            {
                "id": f"gid://shopify/Return/{7_400_000_000 + number}",
                "name": f"#R{number}",
                "status": status,
                "createdAt": row["asked"],
                "order": _order(book, row["order"]),
                "returnLineItems": {"edges": [{"node": line}]},
            }
        )
    return nodes


def _refund_nodes(book: Book, refunded: pl.DataFrame) -> list[dict[str, Any]]:
    """One node a refund: the lines of one order paid back at the same moment are one refund."""
    nodes = []
    told = refunded.with_columns(at=zulu(pl.col("at"))).partition_by("order", "at", maintain_order=True)
    for group in told:
        rows = group.to_dicts()
        first = rows[0]
        number = first["number"]
        lines = [
            {
                "lineItem": _line_item(book, row["line"]),
                "quantity": int(book.lines["quantity"][row["line"]]),
                "restockType": row["restock"],
                "subtotalSet": {
                    "shopMoney": {"amount": _amount(row["subtotal_cents"]), "currencyCode": "CAD"}
                },
                "location": {"name": book.orders["warehouse"][row["order"]]},
            }
            for row in rows
        ]
        nodes.append(
            {
                "id": f"gid://shopify/Refund/{first['id']}",
                "createdAt": first["at"],
                "note": "",
                "order": _order(book, first["order"]),
                "return": {"id": f"gid://shopify/Return/{7_400_000_000 + number}", "name": f"#R{number}"}
                if number
                else None,
                "totalRefundedSet": {
                    "shopMoney": {
                        "amount": _amount(sum(row["total_cents"] for row in rows)),
                        "currencyCode": "CAD",
                    }
                },
                "refundLineItems": {"edges": [{"node": line} for line in lines]},
            }
        )
    return nodes


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
