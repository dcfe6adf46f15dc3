"""The charge-back file as PDF: everything it says is data for app/chargeback.typ, nothing of it is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from app import formats, typeset
from app.typeset import Document, broken

TEMPLATE = Path(__file__).with_name("chargeback.typ")

#: the parts of the cost ledger that are in its sum, and the one that is told apart
PARTS = (
    *("refund", "goodwill", "goods", "freight_out", "freight_back", "handling", "fee", "recovery", "resale"),
    "lost_sale",
)


def document(
    rows: pl.DataFrame,
    parts: pl.DataFrame,
    people: tuple[str | None, str],
    lang: str,
    currency: str,
    labels: Mapping[str, str],
    period: str,
    basis: str,
    as_of: str,
) -> Document:
    """What the PDF says, from whom to whom: totals in the main currency, and what no total holds for want of a rate.

    `parts` are the rows of cost_components of the same incidents. What is not known is counted as such, never as 0.
    """
    sender, name = people
    causes = (
        rows.group_by("cause_name")
        .agg(
            pl.len().alias("n"),
            pl.col("cost_cents").drop_nulls().sum(),
            pl.col("cost_cents").is_null().sum().alias("unknown"),
        )
        .sort("cost_cents", "n", "cause_name", descending=[True, True, False])
    )
    others = (
        rows.select("other_currencies", "other_cents")
        .filter(pl.col("other_currencies").list.len() > 0)
        .explode("other_currencies", "other_cents")
        .group_by("other_currencies")
        .agg(pl.len().alias("n"), pl.col("other_cents").sum())
        .sort("other_currencies")
    )

    def money(cents: int | None) -> str:
        return formats.money(cents, currency, lang)

    return {
        "lang": lang,
        "labels": labels,
        "sender": broken(sender),
        "name": broken(name),
        "period": period,
        "basis": basis,
        "as_of": as_of,
        "count": formats.number(rows.height, lang, 0),
        "total": money(_sum(rows["cost_cents"])),
        "total_cents": _sum(rows["cost_cents"]),
        "measured": money(_sum(rows["measured_cents"])),
        "assumed": money(_sum(rows["assumed_cents"])),
        "unknown": formats.number(int(rows["missing_parts"].list.len().sum()), lang, 0),
        "parts": [
            [
                labels[f"part_{row['component']}"],
                formats.number(row["measured_count"] + row["assumed_count"], lang, 0),
                money(row["measured_cents"]),
                money(row["assumed_cents"]),
                money(row["amount_cents"]),
            ]
            for row in parts.filter(~pl.col("is_apart") & pl.col("amount_cents").is_not_null()).iter_rows(
                named=True
            )
        ],
        "causes": [
            [
                row["cause_name"],
                formats.number(row["n"], lang, 0),
                formats.UNKNOWN if row["unknown"] == row["n"] else money(row["cost_cents"]),
            ]
            for row in causes.iter_rows(named=True)
        ],
        "others": [
            [code, formats.number(n, lang, 0), formats.money(cents, code, lang)]
            for code, n, cents in others.iter_rows()
        ],
        "cases": [_case(row, labels, currency, lang) for row in rows.iter_rows(named=True)],
    }


def _sum(cents: pl.Series) -> int | None:
    """The sum of what is known; nothing known is no 0."""
    known = cents.drop_nulls()
    return int(known.sum()) if known.len() else None


def _case(row: Mapping[str, Any], labels: Mapping[str, str], currency: str, lang: str) -> dict[str, Any]:
    """One case: its amount, the parts it is made of, and what proves it."""
    parts = []
    for part in PARTS[:-1]:
        cents = row[f"{part}_cents"]
        if cents:
            by = f" ({labels['by_rule']})" if part in row["assumed_parts"] else ""
            parts.append(f"{labels[f'part_{part}']} {formats.money(cents, currency, lang)}{by}")
    if row["other_currencies"]:
        parts.append(
            f"{labels['other_currencies']}: {amounts(row['other_currencies'], row['other_cents'], lang)}"
        )
    return {
        "day": formats.day(row["event_date"], lang),
        "order": broken(row["order_name"]),
        "cause": row["cause_name"],
        "article": broken(" · ".join(filter(None, (row["product"], row["variant"], row["sku"], row["lot"])))),
        "evidence": row["evidence_name"],
        "contested": bool(row["has_conflict"]),
        "amount": formats.money(row["cost_cents"], currency, lang),
        "parts": " · ".join(parts),
        "said": broken(row["said"]),
        "inspected": broken(row["inspected"]),
        "records": broken(row["records"]),
    }


def amounts(currencies: Sequence[str] | None, cents: Sequence[int] | None, lang: str) -> str:
    """Amounts of several currencies, one after the other."""
    return ", ".join(
        formats.money(amount, code, lang) for code, amount in zip(currencies or (), cents or (), strict=True)
    )


def made(content: Document) -> bytes:
    """The PDF."""
    return typeset.made(TEMPLATE, content)


def told(content: Document, label: str) -> Sequence[Any]:
    """What the laid-out file holds under a label: how a test reads it back."""
    return typeset.told(TEMPLATE, content, label)
