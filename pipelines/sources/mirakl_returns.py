"""Mirakl: returns of the marketplaces that run on it (RT11, JSON).

What the format won't tell: the reason is of the whole return and the operator's own; a line is named by its id in the
order, not by its article. What was found not to comply is a code of the operator's too: it is kept, and counts once the
shop maps it. Not confirmed: the names of the dates, and the states.
"""

from __future__ import annotations

from pipelines.fields import constant, first, identifier, one_of, text, time, whole
from pipelines.source import Source, Table

_STATUSES = {
    "waiting_acceptance": "open",
    "in_progress": "open",
    "received": "open",
    "closed": "closed",
    "rejected": "declined",
    "refused": "declined",
    "canceled": "cancelled",
}
_RETURN_UPDATED = time("$.last_updated_date", "$.date_created", zone="UTC")

RETURNS = Source(
    name="mirakl",
    title="Mirakl, returns (API, JSON)",
    is_documents=True,
    needs=("return_lines", "order_id", "rma"),
    tables=(
        Table(
            "returns",
            {
                "return_id": first(identifier("$.id"), identifier("$.rma")),
                "order_id": identifier("$.order_id"),
                "line_id": identifier("@.order_line_id"),
                "quantity": whole("@.quantity"),
                "status": one_of("$.state", values=_STATUSES, keep=True),
                "reason_raw": first(text("$.reason_label"), text("$.reason_code")),
                "reason_scheme": constant("mirakl.any"),
                "requested_at": time("$.date_created", "$.created_date", zone="UTC"),
                "updated_at": _RETURN_UPDATED,
                "condition_raw": text("@.compliance[0].non_compliance_reason_code"),
                "condition_scheme": constant("mirakl.compliance"),
            },
            each="$.return_lines",
        ),
    ),
)
