"""What the demo's orders cost: discounts, taxes, shipping, in cents of the order's currency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.orders import Book
from pipelines.demo.shop import places

DISCOUNTS = {"": 0.0, "BIENVENUE10": 0.10, "VENDREDI20": 0.20, "ENTREPOT25": 0.25}

#: the taxes of a province: name as an invoice writes it, rate
TAXES: dict[str, tuple[tuple[str, float], ...]] = {
    "QC": (("GST 5%", 0.05), ("QST 9.975%", 0.09975)),
    "ON": (("HST 13%", 0.13),),
    "NB": (("HST 15%", 0.15),),
    "NS": (("HST 15%", 0.15),),
    "BC": (("GST 5%", 0.05), ("PST 7%", 0.07)),
    "AB": (("GST 5%", 0.05),),
}


def add_amounts(book: Book) -> None:
    """Adds gross, net and tax cents to the lines; subtotal, discount, shipping, tax and total cents to the orders."""
    orders, lines = book.orders, book.lines
    euros = orders["channel"] == "mercatelle"
    rates = np.array([sum(rate for _, rate in TAXES.get(place.province, ())) for place in places()])
    tax_rate = np.where(euros, 0.0, rates[orders["place"]])
    off = np.array([DISCOUNTS[code] for code in orders["discount"]])
    lines["gross_cents"] = lines["price_cents"] * lines["quantity"]
    lines["net_cents"] = _round(lines["gross_cents"] * (1 - off[lines["order"]]))
    lines["tax_cents"] = _round(lines["net_cents"] * tax_rate[lines["order"]])
    net = _per_order(book, "net_cents")
    free = (net >= 15_000) | (orders["channel"] == "pos")
    orders["tax_rate"] = tax_rate
    orders["currency"] = np.where(euros, "EUR", "CAD").astype(object)
    orders["subtotal_cents"] = net
    orders["discount_cents"] = _per_order(book, "gross_cents") - net
    orders["shipping_cents"] = np.where(free, 0, np.where(euros, 590, 995))
    orders["tax_cents"] = _per_order(book, "tax_cents")
    orders["total_cents"] = net + orders["tax_cents"] + orders["shipping_cents"]


def _per_order(book: Book, column: str) -> NDArray:
    sums = np.bincount(book.lines["order"], weights=book.lines[column], minlength=len(book.orders["placed"]))
    return _round(sums)


def _round(cents: NDArray) -> NDArray:
    return np.floor(cents + 0.5).astype(np.int64)
