"""The demo's helpdesk files: Gorgias for Canada in both generations of its header, Zendesk for France."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.demo.orders import Book
from pipelines.demo.writing import email, full_name, utc, write_csv

HEADER_2023 = (
    "Ticket id,Tags,Initial channel,Last used integration name,Last used integration type,"
    "Created by an agent,Subject,Creation date,Closed date,Survey score,Survey replied date,"
    "Assignee name,Assignee email,Customer email,Customer name,Customer last Shopify order,"
    "First response time (s),Resolution time (s),Number of agent messages,Number of customer messages,"
    "Contact reason,Product,Resolution"
).split(",")
HEADER_2026 = (
    "Ticket id,Tags,Initial channel,Priority,Last used integration name,Last used integration type,"
    "Created by an agent,Subject,Creation date,Closed date,Survey score,Survey replied date,"
    "Assignee name,Assignee email,Customer email,Customer name,First response time (s),"
    "Resolution time (s),Number of agent messages,Number of customer messages,Ticket URL,"
    "Ticket Field: AI Intent,Ticket Field: Brand,Ticket Field: Customer Type,Ticket Field: Type,"
    "Ticket Field: AI Agent Outcome,Ticket Field: Contact reason,Ticket Field: Order number,"
    "Ticket Field: SKU,Customer Field: Customer Type"
).split(",")

_CHANGE_OF_HEADER = timedelta(weeks=26)
_INTEGRATIONS = {
    "email": ("Boutique", "gmail"),
    "contact_form": ("Formulaire", "contact_form"),
    "chat": ("Clavardage", "gorgias_chat"),
    "instagram-direct-message": ("Boutique Instagram", "facebook"),
    "facebook-messenger": ("Boutique Facebook", "facebook"),
    "tiktok-shop": ("TikTok Shop", "app"),
    "phone": ("Ligne Montréal", "phone"),
}
_VIA = {
    "email": "email",
    "contact_form": "web",
    "chat": "chat",
    "instagram-direct-message": "any_channel",
    "facebook-messenger": "facebook",
    "phone": "voice",
}
_CSAT = {1: "bad", 2: "bad", 3: "offered", 4: "good", 5: "good"}


def write(folder: Path, book: Book, tickets: pl.DataFrame) -> list[Path]:
    """Writes both Gorgias files and the Zendesk export; gives the paths."""
    change = datetime.combine(book.until, datetime.min.time()) - _CHANGE_OF_HEADER
    canada = tickets.filter(pl.col("desk") == "gorgias")
    files = []
    for name, header, rows in (
        ("gorgias_tickets_old.csv", HEADER_2023, canada.filter(pl.col("created") < change)),
        ("gorgias_tickets.csv", HEADER_2026, canada.filter(pl.col("created") >= change)),
    ):
        table = _gorgias(rows, header)
        files.append(write_csv(table, folder / name, line_end="\r\n"))
    path = folder / "zendesk_tickets.json"
    lines = [json.dumps(ticket, ensure_ascii=False, separators=(",", ":")) for ticket in _zendesk(tickets)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return [*files, path]


def subject(row: dict[str, Any]) -> str:
    """The subject as the customer wrote it, with the order's number if it was given."""
    if not row["ref"]:
        return str(row["subject"])
    if row["amazon"]:
        return f"[Amazon] {row['subject']} ({row['ref']})"
    if row["number"] % 3 == 0:
        return (
            f"{row['subject']} - commande {row['ref']}"
            if row["french"]
            else f"{row['subject']} - order {row['ref']}"
        )
    return f"{row['ref']} : {row['subject']}" if row["french"] else f"{row['ref']}: {row['subject']}"


def _gorgias(rows: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    """One row a ticket. The newer header has a field for the order number, which agents fill now and then."""
    has_field = "Ticket Field: Order number" in header
    told = [_gorgias_row(row, has_field) for row in rows.iter_rows(named=True)]
    return pl.DataFrame(told, schema=dict.fromkeys(header, pl.String))


def _gorgias_row(row: dict[str, Any], has_field: bool) -> dict[str, str]:
    number, customer = 94_000_000 + row["number"] * 37, row["customer"]
    integration, kind = _INTEGRATIONS[row["way"]]
    in_field = has_field and row["ref"] and row["number"] % 2 == 0
    shown = "%Y-%m-%d %H:%M:%S"
    return {
        "Ticket id": str(number),
        "Tags": ",".join(row["tags"]),
        "Initial channel": row["way"],
        "Priority": "high" if "urgent" in row["tags"] else "normal",
        "Last used integration name": integration,
        "Last used integration type": kind,
        "Created by an agent": "False",
        "Subject": row["subject"] if in_field else subject(row),
        "Creation date": row["created"].strftime(shown),
        "Closed date": row["closed"].strftime(shown) if row["closed"] else "",
        "Survey score": str(row["score"] or ""),
        "Survey replied date": (row["closed"] + timedelta(hours=5)).strftime(shown) if row["score"] else "",
        "Assignee name": row["agent"],
        "Assignee email": f"{row['agent'].lower().replace('é', 'e')}@example.com",
        "Customer email": email(customer),
        "Customer name": full_name(customer),
        "Customer last Shopify order": "" if row["amazon"] else row["last_order"],
        "First response time (s)": str(int((row["replied"] - row["created"]).total_seconds()))
        if row["replied"]
        else "",
        "Resolution time (s)": str(int((row["closed"] - row["created"]).total_seconds()))
        if row["closed"]
        else "",
        "Number of agent messages": str(1 + row["number"] % 3),
        "Number of customer messages": str(1 + row["number"] % 4),
        "Contact reason": row["reason"],
        "Ticket Field: Contact reason": row["reason"],
        "Product": row["sku"],
        "Ticket Field: SKU": row["sku"],
        "Ticket Field: Order number": row["ref"] if in_field else "",
        "Ticket Field: Brand": "Canada",
        "Ticket URL": f"https://boutique.example.com/app/ticket/{number}",
    }


def _zendesk(tickets: pl.DataFrame) -> list[dict[str, Any]]:
    """One ticket an item, as the full JSON export nests them."""
    times = {
        name: utc(pl.col(name)).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in ("created", "replied", "closed")
    }
    mine = tickets.filter(pl.col("desk") == "zendesk").with_columns(**times)
    return [_zendesk_ticket(row) for row in mine.iter_rows(named=True)]


def _zendesk_ticket(row: dict[str, Any]) -> dict[str, Any]:
    number, customer = 40_000 + row["number"], row["customer"]
    requester = {
        "id": 383_488_000_000 + customer,
        "name": full_name(customer),
        "email": email(customer),
        "locale": "fr",
        "iana_time_zone": "Europe/Paris",
    }
    agent = {"id": 383_473_000_000 + len(row["agent"]), "name": row["agent"], "email": "service@example.com"}
    via = {"channel": _VIA[row["way"]], "source": {"from": {}, "to": {}, "rel": None}}
    text = (
        f"Bonjour, {row['subject'].lower()}." + (f" Commande {row['ref']}." if row["ref"] else "") + " Merci."
    )
    comments = [_comment(number * 10, requester["id"], text, row["created"], via)]
    answer = "Bonjour, nous regardons cela et revenons vers vous. Bonne journée."
    if row["replied"]:
        comments.append(
            _comment(number * 10 + 1, agent["id"], answer, row["replied"], {**via, "channel": "web"})
        )
    # one in nine thanks too late or is not content: the ticket is opened again, and answered once more
    is_reopened = bool(row["closed"]) and row["number"] % 9 == 0
    if is_reopened:
        comments.append(
            _comment(
                number * 10 + 2, requester["id"], "Bonjour, merci de revenir vers moi.", row["closed"], via
            )
        )
        comments.append(
            _comment(number * 10 + 3, agent["id"], answer, row["closed"], {**via, "channel": "web"})
        )
    tags = [tag.replace(" ", "_") for tag in row["tags"]]
    return {
        "url": f"https://boutique-fr.example.com/api/v2/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": via,
        "created_at": row["created"],
        "updated_at": row["closed"] or row["replied"] or row["created"],
        "type": "incident",
        "subject": row["subject"],
        "raw_subject": row["subject"],
        "description": text,
        "priority": "high" if "urgent" in tags else "normal",
        "status": "solved" if row["closed"] else "open",
        "requester_id": requester["id"],
        "assignee_id": agent["id"],
        "group_id": 360_001,
        "brand_id": 360_002,
        "tags": tags,
        "custom_fields": [{"id": 360_012_345_678, "value": row["sku"] or None}],
        "satisfaction_rating": {"score": _CSAT[row["score"]] if row["score"] else "unoffered"},
        "is_public": True,
        "requester": requester,
        "assignee": agent,
        "comments": comments,
        "group": {"id": 360_001, "name": "Service France"},
        "metric_set": {
            "reopens": int(is_reopened),
            "replies": int(bool(row["replied"])) + int(is_reopened),
            "solved_at": row["closed"],
        },
    }


def _comment(number: int, author: int, text: str, at: str, via: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "Comment",
        "author_id": author,
        "body": text,
        "public": True,
        "created_at": at,
        "via": via,
    }
