"""Reads the demo's files with the standard library alone, and finds its stories in them."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.demo import Story

UNTIL = date(2026, 11, 16)
Rows = list[dict[str, str]]
ENCODINGS = {"mercatelle": "cp1252"}


def table(path: Path) -> Rows:
    """A delimited file's rows as dictionaries, read by the standard library alone."""
    encoding = ENCODINGS.get(path.name.split("_")[0], "utf-8")
    separator = (
        "\t"
        if path.suffix == ".txt"
        else ";"
        if path.name.startswith(("mercatelle", "expeditions_lyon"))
        else ","
    )
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def documents(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def shopify_lines(folder: Path) -> Rows:
    """The lines of all exports, the order's cells filled in; of an order in two exports, its later state."""
    orders: dict[str, Rows] = {}
    for path in sorted(folder.glob("shopify_orders_export_*.csv")):
        first: dict[str, str] = {}
        lines: dict[str, Rows] = {}
        for row in table(path):
            first = row if row["Id"] else first
            told = {name: row[name] or first[name] for name in row if not name.startswith("Lineitem")}
            lines.setdefault(row["Name"], []).append({**row, **told})
        orders |= lines
    return [line for lines in orders.values() for line in lines]


@cache
def tickets(folder: Path) -> list[tuple[str, str, datetime]]:
    """Tags and words, order named (or ''), and time of every ticket of both desks."""
    found = []
    for name in ("gorgias_tickets_old.csv", "gorgias_tickets.csv"):
        for row in table(folder / name):
            words = f"{row['Tags']} {row['Subject']} {row.get('Ticket Field: Order number', '')}"
            found.append((words, datetime.fromisoformat(row["Creation date"])))
    for ticket in documents(folder / "zendesk_tickets.json"):
        words = f"{','.join(ticket['tags'])} {ticket['subject']} {ticket['description']}"
        found.append((words, datetime.fromisoformat(ticket["created_at"].rstrip("Z"))))
    return [(words, named.group() if (named := ORDER.search(words)) else "", at) for words, at in found]


ORDER = re.compile(r"#\d{5}|MC\d{7}-A|\d{3}-\d{7}-\d{7}")


def complaining(folder: Path, *words: str) -> dict[str, datetime]:
    """Order -> time of its first ticket that has one of the words."""
    told = re.compile("|".join(words), re.IGNORECASE)
    found: dict[str, datetime] = {}
    for text, order, at in tickets(folder):
        if order and told.search(text):
            found[order] = min(at, found.get(order, at))
    return found


def returned(folder: Path, reason: str, sku: str, words: str = "") -> dict[str, datetime]:
    """Order -> time of its return of such an article for this reason."""
    found = {}
    for node in documents(folder / "shopify_returns.jsonl"):
        line = node["returnLineItems"]["edges"][0]["node"]
        same = line["fulfillmentLineItem"]["lineItem"]["sku"].startswith(sku) and re.search(
            words, line["customerNote"]
        )
        if same and line["returnReason"] == reason:
            found[node["order"]["name"]] = datetime.fromisoformat(node["createdAt"].rstrip("Z"))
    return found


def ordered_during(folder: Path, story: Story) -> set[str]:
    """The shop's own orders placed while the story went on."""
    first, after = story.ordered_between(UNTIL)
    return {
        line["Name"] for line in shopify_lines(folder) if str(first) <= line["Created at"][:10] < str(after)
    }


def of_bad_lot(folder: Path, story: Story) -> dict[str, datetime]:
    (lot,) = story.where["lot"]
    sold = {
        row["No commande"] for row in table(folder / "expeditions_laval.csv") if lot in row["Lots expédiés"]
    }
    sold |= {
        row["Référence client"]
        for row in table(folder / "expeditions_lyon.csv")
        if lot in row["Lots expédiés"]
    }
    market = {
        row["N° de commande"]: datetime.fromisoformat(row["Date de demande"])
        for row in table(folder / "mercatelle_retours.csv")
        if row["Motif du retour"] == "Produit défectueux" and row["SKU vendeur"].startswith("TAD")
    }
    told = (
        market
        | returned(folder, "DEFECTIVE", "TAD", "(?i)semelle|sole")
        | complaining(folder, "semelle", r"\bsole\b")
    )
    return {order: at for order, at in told.items() if order in sold}


def of_wrong_sizes(folder: Path, story: Story) -> dict[str, datetime]:
    skus = story.where["sku"]
    laval = {
        row["No commande"] for row in table(folder / "expeditions_laval.csv") if row["Entrepôt"] == "Laval"
    }
    bought = {line["Name"] for line in shopify_lines(folder) if line["Lineitem sku"] in skus}
    told = complaining(folder, "wrong_size_", "mauvaise_taille_recue", "erreur_taille", "wrong_color")
    for sku in skus:
        told = returned(folder, "WRONG_ITEM", sku) | told
    return {
        order: at for order, at in told.items() if order in laval & bought & ordered_during(folder, story)
    }


def of_stalled_feed(folder: Path, story: Story) -> dict[str, datetime]:
    first, after = story.reported_between(UNTIL)
    found = {}
    for row in table(folder / "mercatelle_annulations.csv"):
        at = datetime.fromisoformat(row["Date d'annulation"])
        # the first ones are put down to the customer by the seller
        told = (row["Motif d'annulation"], row["Demandée par"])
        out_of_stock = row["SKU vendeur"] in story.where["sku"] and (
            told[0] == "Rupture de stock" or told == ("Demande du client", "vendeur")
        )
        if out_of_stock and first <= at.date() < after:
            found[row["N° de commande"]] = at
    return found


def of_price_typo(folder: Path, story: Story) -> dict[str, datetime]:
    cheap = {
        line["Name"]
        for line in shopify_lines(folder)
        if line["Lineitem sku"].startswith("MIS")
        and line["Lineitem price"] == "38.90"
        and line["Cancelled at"]
    }
    return {
        row["Commande"]: datetime.fromisoformat(row["Annulée le"])
        for row in table(folder / "annulations.csv")
        if row["Commande"] in cheap and row["Motif"] == "CUSTOMER" and row["Déclarée par"] == "client"
    }


def of_lost_parcels(folder: Path, story: Story) -> dict[str, datetime]:
    sent = {
        row["No commande"]
        for row in table(folder / "expeditions_laval.csv")
        if row["Transporteur"] == "Borelis" and row["Ville"] in story.where["city"] and not row["Livré le"]
    }
    told = complaining(folder, "not_received", "non_recu")
    return {order: at for order, at in told.items() if order in sent & ordered_during(folder, story)}


def of_slow_week(folder: Path, story: Story) -> dict[str, datetime]:
    laval = {
        row["No commande"] for row in table(folder / "expeditions_laval.csv") if row["Entrepôt"] == "Laval"
    }
    week = {line["Name"] for line in shopify_lines(folder) if line["Discount Code"] == "ENTREPOT25"}
    told = complaining(folder, "late_dispatch", "retard_expedition", "not_shipped", "pas_expedie")
    return {order: at for order, at in told.items() if order in laval & week}


FOUND_BY = {
    "bad_lot": of_bad_lot,
    "wrong_sizes": of_wrong_sizes,
    "feed_stalled": of_stalled_feed,
    "price_typo": of_price_typo,
    "lost_parcels": of_lost_parcels,
    "slow_week": of_slow_week,
}
