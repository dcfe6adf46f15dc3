"""The charge-back file as PDF: everything it says is data for app/chargeback.typ, nothing of it is markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import typst

from app import formats

TEMPLATE = Path(__file__).with_name("chargeback.typ")
LONGEST = 400  # letters of what was said that a case shows; the CSV has them all
Document = Mapping[str, Any]

_RUN = re.compile(r"\S{25}(?=\S{5})")  # a word that no column could hold is let break


def document(
    rows: pl.DataFrame,
    name: str,
    lang: str,
    currency: str,
    labels: Mapping[str, str],
    period: str,
    basis: str,
    as_of: str,
) -> Document:
    """What the PDF says: the cases in the main currency with their total, and the others apart with theirs.

    A case whose amount is not known is listed with the main currency, and counted as not known, never as 0.
    """
    main = pl.col("currency").is_null() | (pl.col("currency") == currency) | pl.col("cost_cents").is_null()
    own, others = rows.filter(main), rows.filter(~main)
    sums = others.group_by("currency").agg(pl.len().alias("n"), pl.col("cost_cents").sum()).sort("currency")
    causes = (
        own.group_by("cause_name")
        .agg(
            pl.len().alias("n"),
            pl.col("cost_cents").drop_nulls().sum(),
            pl.col("cost_cents").is_null().sum().alias("unknown"),
        )
        .sort("cost_cents", "n", "cause_name", descending=[True, True, False])
    )
    known = own["cost_cents"].drop_nulls()
    total = int(known.sum()) if known.len() else None
    return {
        "lang": lang,
        "labels": labels,
        "name": _broken(name),
        "period": period,
        "basis": basis,
        "as_of": as_of,
        "count": formats.number(rows.height, lang, 0),
        "total": formats.money(total, currency, lang),
        "total_cents": total,
        "unknown": formats.number(own["cost_cents"].null_count(), lang, 0),
        "causes": [
            [
                row["cause_name"],
                formats.number(row["n"], lang, 0),
                formats.UNKNOWN
                if row["unknown"] == row["n"]
                else formats.money(row["cost_cents"], currency, lang),
            ]
            for row in causes.iter_rows(named=True)
        ],
        "others": [
            [
                row["currency"],
                formats.number(row["n"], lang, 0),
                formats.money(row["cost_cents"], row["currency"], lang),
            ]
            for row in sums.iter_rows(named=True)
        ],
        "cases": _cases(own, currency, lang),
        "other_cases": _cases(others, currency, lang),
    }


def _cases(rows: pl.DataFrame, currency: str, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "day": formats.day(row["event_date"], lang),
            "order": _broken(row["order_name"]),
            "cause": row["cause_name"],
            "article": _broken(
                " · ".join(filter(None, (row["product"], row["variant"], row["sku"], row["lot"])))
            ),
            "evidence": row["evidence_name"],
            "contested": bool(row["has_conflict"]),
            "amount": formats.money(row["cost_cents"], row["currency"] or currency, lang),
            "said": _broken(row["said"]),
            "inspected": _broken(row["inspected"]),
            "records": _broken(row["records"]),
        }
        for row in rows.iter_rows(named=True)
    ]


def _broken(text: str | None) -> str:
    """Text that fits a column: cut where it is very long, with places to break in words that are."""
    if not text:
        return ""
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return _RUN.sub(lambda run: f"{run.group()}\u200b", shown)


def made(content: Document) -> bytes:
    """The PDF. Fonts are those that come with typst: a page looks alike on every machine, and nothing is fetched."""
    answer = typst.compile(TEMPLATE, sys_inputs=_inputs(content), ignore_system_fonts=True, format="pdf")
    assert isinstance(answer, bytes)
    return answer


def told(content: Document, label: str) -> Sequence[Any]:
    """What the laid-out file holds under a label: how a test reads it back."""
    answer = typst.query(TEMPLATE, f"<{label}>", field="value", sys_inputs=_inputs(content))
    return list(json.loads(answer))


def _inputs(content: Document) -> dict[str, str]:
    return {"data": json.dumps(content, ensure_ascii=False)}
