"""SignalConso: consumers' reports to the French authority (open data: Parquet, or CSV with `;` and a BOM).

What the format won't tell: `subcategories` is a path of answers, from the broad to the exact, and its levels are what
names a cause; the Parquet parts them by `;`, the CSV by a comma without a blank, while a comma with one belongs to the
answer ("Mon forfait : prix, contrat et facture"). The Parquet has no id, so equal reports are told apart by their
ordinal. There is a day, never a time. 'Non renseigné' and 'NA' mean that nobody said. No report names an order.
"""

from __future__ import annotations

from duckdb import CaseExpression, ColumnExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, function
from pipelines.fields import constant, identifier, one_of, split, text, time
from pipelines.source import Source, Table

_UNSAID = "Non renseigné"


def _levelled(reports: DuckDBPyRelation) -> DuckDBPyRelation:
    """The rows with one mark between the levels of a path, and nothing where nobody said anything."""
    cells = Cells(reports.columns)
    path, tags = cells.find("subcategories"), cells.find("tags")

    def shown(header: str) -> Expression:
        cell = ColumnExpression(header)
        if header == path:
            parted = function("regexp_replace", cell, r",(\S)", r";\1", "g")
            levels = CaseExpression(function("contains", cell, ";"), cell).otherwise(parted)
            return function("nullif", levels, _UNSAID).alias(header)
        if header == tags:
            return function("nullif", function("replace", cell, ",", ";"), _UNSAID).alias(header)
        return cell

    return reports.select(*map(shown, reports.columns))


#: what became of a report: both spellings of the vendor
_STATUSES = {
    "promesseaction": "solved",
    "promesse d'action": "solved",
    "infonde": "closed",
    "malattribue": "closed",
    "mal attribué": "closed",
    "consulteignore": "closed",
    "consulté/ignoré": "closed",
    "nonconsulte": "closed",
    "non consulté": "closed",
    "traitementencours": "open",
    "traitement en cours": "open",
    "transmis": "open",
    "na": None,
    "non renseigné": None,
}

REPORTS = Source(
    name="signalconso",
    title="SignalConso (CSV, Parquet)",
    needs=("category", "subcategories", "creationdate", "contactagreement", "forwardtoreponseconso", "tags"),
    prepare=_levelled,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("id"),
                "created_at": time("creationdate"),
                "status": one_of("status", values=_STATUSES, keep=True),
                "channel": constant("signalconso"),
                "channel_raw": text("category"),
                "language": constant("fr"),
                "tags": split("tags", on=";"),
                "reason_raw": split("subcategories", on=";"),
                "reason_scheme": constant("signalconso"),
            },
        ),
    ),
)
