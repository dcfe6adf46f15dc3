"""Walmart Marketplace: returns of the API (JSON) of the US, Canada and Mexico.

What the format won't tell: the reason is what the customer ticked; Mexico has a list of its own, whose code stands
beside a Spanish label. The amount of a return is expected until the return is completed; outside Mexico it is one for
all lines, and is shared out over them by price. When the goods came back is known only while that is the line's last
status. A customer may be allowed to keep the article (`isKeepIt`). Lines name the order's lines as orders do (see
walmart). How refund statuses are written is unconfirmed: the ones that say completed or issued count as paid back.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.fields import first, identifier, joined, money, one_of, text, time, whole
from pipelines.source import Source, Table

_RETURNED_LINES = """
    with lines as (
        select
            row_number,
            doc,
            coalesce(
                json_exists(doc, '$.returnOrderShipments') or json_exists(doc, '$.customerEmail'), false
            ) as is_from_mexico,
            unnest(json_extract(doc, '$.returnOrderLines[*]')) as line
        from sheet_rows
    ),

    told as (
        select
            *,
            is_from_mexico
            or json_exists(line, '$.reasonCode')
            or coalesce(line ->> '$.unitPrice.currency' = 'MXN', false) as is_mexican,
            try_cast(coalesce(
                line ->> '$.quantity.measurementValue', line ->> '$.quantity.amount'
            ) as double)::integer as quantity,
            coalesce(
                try_cast(coalesce(
                    line ->> '$.unitPrice.currencyAmount', line ->> '$.unitPrice.amount'
                ) as decimal(18, 3)),
                0
            ) as price,
            coalesce(
                upper(line ->> '$.status') = 'COMPLETED'
                or regexp_matches(upper(line ->> '$.currentRefundStatus'), '^(REFUND_)?(COMPLETED|ISSUED)$'),
                false
            ) as is_refunded,
            try_cast(doc ->> '$.totalRefundAmount.currencyAmount' as decimal(18, 3)) as total
        from lines
    ),

    shared as (
        select
            *,
            round(
                total * price * quantity / nullif(sum(price * quantity) over (partition by row_number), 0), 2
            ) as share,
            row_number() over (partition by row_number order by line ->> '$.returnOrderLineNumber') as position
        from told
    )

    select
        row_number,
        doc ->> '$.returnOrderId' as id,
        doc ->> '$.customerOrderId' as "order",
        line ->> '$.purchaseOrderId' as po,
        coalesce(
            line ->> '$.purchaseOrderLineNumber', line ->> '$.primeLineNumber', line ->> '$.salesOrderLineNumber'
        ) as number,
        line ->> '$.item.sku' as sku,
        quantity::varchar as quantity,
        line ->> '$.status' as status,
        coalesce(line ->> '$.reasonCode', line ->> '$.returnReason') as reason,
        if(is_mexican, 'walmart.mx', 'walmart.return') as scheme,
        line ->> '$.returnDescription' as description,
        coalesce(doc ->> '$.returnOrderDate', doc ->> '$.returnCreationDate') as requested,
        if(upper(line ->> '$.status') = 'DELIVERED', line ->> '$.statusTime', null) as delivered,
        if(is_refunded, line ->> '$.statusTime', null) as refunded,
        if(is_refunded, coalesce(
            line ->> '$.refundAmount.amount',
            line ->> '$.refundAmount.currencyAmount',
            case
                when share is null then if(position = 1, total, null)
                when position = 1 then total - (sum(share) over (partition by row_number) - share)
                else share
            end::varchar
        ), null) as amount,
        coalesce(
            line ->> '$.refundAmount.currency',
            doc ->> '$.totalRefundAmount.currencyUnit',
            line ->> '$.unitPrice.currencyUnit',
            line ->> '$.unitPrice.currency'
        ) as currency,
        if(line ->> '$.isKeepIt' = 'true', 'kept', null) as disposition,
        case upper(line ->> '$.isWFSEnabled') when 'Y' then 'marketplace' when 'N' then 'merchant' end as fulfilled_by
    from shared
"""


def _returned_lines(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_LINES)


_STATUSES = {"initiated": "open", "delivered": "open", "completed": "closed", "cancelled": "cancelled"}
_CURRENCY = text("currency")

RETURNS = Source(
    name="walmart",
    title="Walmart, returns (API, JSON)",
    is_documents=True,
    needs=("returnOrderId", "customerOrderId", "returnOrderLines"),
    prepare=_returned_lines,
    tables=(
        Table(
            "returns",
            {
                "return_id": identifier("id"),
                "order_id": first(identifier("order"), identifier("po")),
                "line_id": joined(identifier("po"), identifier("number"), by="/"),
                "sku": identifier("sku"),
                "quantity": whole("quantity"),
                "status": one_of("status", values=_STATUSES, keep=True),
                "reason_raw": text("reason"),
                "reason_scheme": text("scheme"),
                "requested_at": time("requested", zone="UTC"),
                "received_at": time("delivered", zone="UTC"),
                "refunded_at": time("refunded", zone="UTC"),
                "refund_cents": money("amount", currency=_CURRENCY),
                "currency": _CURRENCY,
                "disposition": text("disposition"),
                "fulfilled_by": text("fulfilled_by"),
            },
            words=text("description"),
        ),
    ),
)
