"""What a logistician (3PL) sends as a table: its shipments and its returns, headers in French or English.

What such files won't tell by themselves: who pays the label, and whether the warehouse is the shop's own or a 3PL's:
name it under `third_party_warehouses`. A shipment listed article by article is one shipment; the lots of its articles
are gathered. The reason of a return is mapped as the shop's tags are, and read for known words; what the inspection
found is looked up among the usual words (`3pl.condition`). Comments are read for phrases and not kept. A file whose
columns mean something else needs a mapping of yours: it goes before this.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, StarExpression

from pipelines.carriers import carrier, event_in
from pipelines.cells import NULL, Cells, Parsed, reshaped
from pipelines.fields import constant, first, identifier, money, split, text, time, whole
from pipelines.logistics_headers import (
    CARRIER,
    DELIVERED,
    LOT,
    ORDER,
    PROMISED,
    QUANTITY,
    SERVICE,
    SHIPMENT_ID,
    SHIPPED,
    SKU,
    STATUS,
    TRACKING,
    WAREHOUSE,
    by_first,
)
from pipelines.source import Source, Table

_LOTS = """
    select
        row_number,
        string_agg(trim(sku) || ':' || trim(lot), '|')
            over (partition by shipment, coalesce(tracking, parcel)) as own_lots
    from sheet_rows
"""


def _with_lots(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with the lots of all articles of its shipment."""
    cells = Cells(rows.columns)
    named = {"sku": SKU, "lot": LOT, "tracking": TRACKING, "shipment": SHIPMENT_ID, "parcel": ORDER}
    found = {name: cells.find(*headers) for name, headers in named.items()}
    if found["lot"] is None or found["sku"] is None:
        return rows
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    gathered = reshaped(rows.select(ColumnExpression("row_number"), *read), _LOTS)
    return rows.set_alias("shown").join(gathered.set_alias("lots"), "row_number").select(StarExpression())


def _lots(cells: Cells) -> Parsed:
    cells.find_all(*SKU, *LOT, *QUANTITY)  # of one article of several: not to be kept as the shipment's
    return split("own_lots", on=r"\|")(cells)


SHIPMENTS = Source(
    name="logistician",
    title="Logistician (3PL), shipments (table)",
    needs=(ORDER, TRACKING, SHIPPED),
    is_generic=True,
    prepare=_with_lots,
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": first(by_first(identifier, SHIPMENT_ID), by_first(identifier, TRACKING)),
                "order_id": by_first(identifier, ORDER),
                "carrier": by_first(carrier, CARRIER),
                "service": by_first(text, SERVICE),
                "tracking_number": by_first(identifier, TRACKING),
                "warehouse": by_first(text, WAREHOUSE),
                "shipped_at": by_first(time, SHIPPED),
                "promised_by_at": by_first(time, PROMISED),
                "delivered_at": by_first(time, DELIVERED),
                "status": event_in(by_first(text, STATUS)),
                "lots": _lots,
            },
        ),
    ),
)

_RETURN_ID = (
    "return id", "return number", "return no", "return reference", "return ref", "rma", "rma id", "rma number",
    "rma no", "id retour", "numero de retour", "numero retour", "num retour", "no de retour", "no retour",
    "n de retour", "n retour", "ref retour", "reference retour", "retour",
)  # fmt: skip
_REQUESTED = (
    "return requested at", "return request date", "requested at", "request date", "return created at",
    "return date", "date of return", "date de demande", "demande le", "date de demande de retour", "date demande",
    "date de retour", "date retour", "retourne le",
)  # fmt: skip
_RECEIVED = (
    "received at", "received date", "received on", "return received date", "return received at", "date received",
    "receipt date", "reception date", "recu le", "recue le", "date de reception", "date reception",
    "date de reception du retour", "receptionne le",
)  # fmt: skip
_INSPECTED = (
    "inspected at", "inspection date", "checked at", "processed at", "processed date", "controle le",
    "date de controle", "date controle", "traite le", "date de traitement",
)  # fmt: skip
_RECEIVED_SKU = ("received sku", "sku received", "actual sku", "scanned sku", "sku recu", "sku scanne")
_REASON = (
    "return reason", "reason", "reason code", "return reason code", "customer reason", "reason for return",
    "motif", "motif de retour", "motif retour", "motif du retour", "motif client", "raison", "raison du retour",
    "raison retour", "cause", "cause du retour", "code motif",
)  # fmt: skip
_CONDITION = (
    "condition", "item condition", "product condition", "inspection", "inspection result", "grade", "grading",
    "quality", "quality check", "received condition", "etat", "etat constate", "etat du produit", "etat article",
    "etat de l article", "etat produit", "constat", "resultat du controle", "controle", "qualite",
)  # fmt: skip
_DISPOSITION = (
    "disposition", "action", "action taken", "decision", "outcome", "resolution", "restock", "decision prise",
    "traitement", "suite donnee", "suite", "devenir",
)  # fmt: skip
_COMMENT = (
    "comment", "comments", "customer comment", "notes", "note", "remarks", "warehouse comment", "commentaire",
    "commentaires", "commentaire client", "commentaire entrepot", "remarque", "remarques", "observation",
    "observations",
)  # fmt: skip
_REFUND = (
    "refund amount", "refunded amount", "refund", "amount refunded", "montant rembourse", "remboursement",
    "montant du remboursement",
)  # fmt: skip
_CURRENCY = by_first(text, ("currency", "currency code", "devise"))

RETURNS = Source(
    name="logistician",
    title="Logistician (3PL), returns (table)",
    needs=(ORDER, SKU, (*_RETURN_ID, *_RECEIVED, *_REQUESTED), (*_REASON, *_CONDITION)),
    is_generic=True,
    tables=(
        Table(
            "returns",
            {
                "return_id": by_first(identifier, _RETURN_ID),
                "order_id": by_first(identifier, ORDER),
                "line_id": by_first(identifier, SKU),
                "sku": by_first(identifier, SKU),
                "received_sku": by_first(identifier, _RECEIVED_SKU),
                "quantity": by_first(whole, QUANTITY),
                "reason_raw": by_first(text, _REASON),
                "reason_scheme": constant("shop.tag"),
                "condition_raw": by_first(text, _CONDITION),
                "condition_scheme": constant("3pl.condition"),
                "disposition": by_first(text, _DISPOSITION),
                "requested_at": by_first(time, _REQUESTED),
                "received_at": by_first(time, _RECEIVED),
                "inspected_at": by_first(time, _INSPECTED),
                "refund_cents": by_first(lambda name: money(name, currency=_CURRENCY), _REFUND),
                "currency": _CURRENCY,
                "warehouse": by_first(text, WAREHOUSE),
            },
            words=by_first(text, _COMMENT),
        ),
    ),
)
