"""Mirakl: orders (OR11, and the files of OR13 to OR15) of the marketplaces that run on it (JSON).

What the format won't tell: which marketplace it is. Its operator (Carrefour, Decathlon, Fnac Darty, Best Buy Canada …)
is named at most by the label of the order's channel; where it is not, the channel is `mirakl`, so load each operator
under an account of its own. Reasons are the operator's: their codes differ from one to the next, so a label is taken
before a code, and a code without a label waits for the shop's tag map. One customer's order is split into one for each
seller: `-A`, `-B`; buyers write the number without the letter, and both name it. An incident is on a line and closes by
itself when the line is refunded: its reason is there only while it is open, so the opening and the closing are told
apart, and dated by the line's last update. REFUSED is the seller's own no before acceptance, CANCELED what came after;
the spelling is `cancelations`. The quantity of a refund is informative only, and shipping is refunded beside the
amount. The dates of dispatch and receipt are those of the order's first line.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, reshaped
from pipelines.fields import (
    constant,
    customer,
    first,
    identifier,
    joined,
    money,
    one_of,
    text,
    time,
    whole,
)
from pipelines.source import Source, Table
from pipelines.sources.mirakl_words import COUNTRIES, FULFILMENT, LINE_STATES, UNPAID, operator

# One row for the order, and one each for a line, an incident, a refused or cancelled line, a cancelation, a refund.
_ROWS = """
    with lines as (
        select
            row_number,
            doc,
            unnest(json_extract(doc, '$.order_lines[*]')) as line,
            generate_subscripts(json_extract(doc, '$.order_lines[*]'), 1) as position
        from sheet_rows
    ),

    told as (
        select
            *,
            coalesce(
                line ->> '$.order_line_id',
                (doc ->> '$.order_id') || '-' || coalesce(line ->> '$.order_line_index', position::varchar)
            ) as line_id,
            line ->> '$.order_line_state' as state,
            json_array_length(coalesce(json_extract(line, '$.cancelations'), '[]')) as cancelation_count
        from lines
    ),

    parted as (
        select
            row_number,
            doc,
            'order' as what,
            null::json as line,
            null::varchar as line_id,
            null::varchar as state,
            null::json as item
        from sheet_rows
        union all
        select
            row_number,
            doc,
            'line',
            line,
            line_id,
            state,
            line
        from told
        union all
        select
            row_number,
            doc,
            'incident',
            line,
            line_id,
            state,
            line
        from told
        where state in ('INCIDENT_OPEN', 'INCIDENT_CLOSED')
        union all
        select
            row_number,
            doc,
            'given_up',
            line,
            line_id,
            state,
            line
        from told
        where state in ('REFUSED', 'CANCELED') and cancelation_count = 0
        union all
        select
            row_number,
            doc,
            'cancelation',
            line,
            line_id,
            state,
            unnest(json_extract(line, '$.cancelations[*]'))
        from told
        union all
        select
            row_number,
            doc,
            'refund',
            line,
            line_id,
            state,
            unnest(json_extract(line, '$.refunds[*]'))
        from told
    )

    select
        * exclude (line),
        line ->> '$.offer_sku' as sku,
        case
            when what not in ('refund', 'cancelation') then null
            when item ->> '$.shipping_amount' is null then item ->> '$.amount'
            when try_cast(item ->> '$.amount' as decimal(18, 4)) is null then item ->> '$.amount'
            when try_cast(item ->> '$.shipping_amount' as decimal(18, 4)) is null then item ->> '$.shipping_amount'
            else (
                try_cast(item ->> '$.amount' as decimal(18, 4))
                + try_cast(item ->> '$.shipping_amount' as decimal(18, 4))
            )::varchar
        end as amount
    from parted
"""


def _rows(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _ROWS)


def _is(what: str) -> Expression:
    return ColumnExpression("what") == ConstantExpression(what)


def _is_tracked(cells: Cells) -> Expression:
    return _is("order") & _PARCEL(cells).value.isnotnull()


_ORDER = identifier("$.order_id")
_PARCEL = identifier("$.shipping_tracking")
_LINE = identifier("line_id")
_SKU = identifier("sku")
_CURRENCY = text("$.currency_iso_code")
_REASON = first(
    text("@.reason_label"),
    text("@.reason_code"),
    text("@.order_line_state_reason_label"),
    text("@.order_line_state_reason_code"),
)
_UPDATED = time("@.last_updated_date", "$.last_updated_date", zone="UTC")
_WHO_REFUSED = {"refused": "merchant"}

ORDERS = Source(
    name="mirakl",
    title="Mirakl, orders (API, JSON)",
    is_documents=True,
    needs=("order_id", "commercial_id", "order_lines", "order_state"),
    prepare=_rows,
    tables=(
        Table(
            "orders",
            {
                "order_id": _ORDER,
                "order_name": _ORDER,
                "order_ref": first(identifier("$.commercial_id"), _ORDER),
                "channel": operator("$.channel.label", "$.channel.code"),
                "channel_raw": text("$.channel.label", "$.channel.code"),
                "placed_at": time("$.created_date", zone="UTC"),
                "paid_at": time("$.customer_debited_date", zone="UTC"),
                "ship_by_at": time("$.shipping_deadline", zone="UTC"),
                "deliver_by_at": time("$.delivery_date.latest", zone="UTC"),
                "shipped_at": time("$.order_lines[0].shipped_date", zone="UTC"),
                "delivered_at": time("$.order_lines[0].received_date", zone="UTC"),
                "updated_at": time("$.last_updated_date", zone="UTC"),
                "payment_status": one_of("$.order_state", values=UNPAID, otherwise="paid"),
                "fulfilment_status": one_of("$.order_state", values=FULFILMENT, otherwise="unfulfilled"),
                "fulfilled_by": one_of("$.fulfillment.center.code", values={"default": "merchant"}),
                "warehouse": one_of("$.fulfillment.center.code", values={"default": None}, keep=True),
                "carrier": text("$.shipping_company"),
                "country": one_of(
                    "$.customer.shipping_address.country_iso_code", values=COUNTRIES, keep=True
                ),
                "region": text("$.customer.shipping_address.state"),
                "currency": _CURRENCY,
                "total_cents": money("$.total_price", currency=_CURRENCY),
                "customer_key": customer("$.customer.customer_id", "$.customer_notification_email"),
            },
            where=lambda _: _is("order"),
        ),
        Table(
            "order_lines",
            {
                "order_id": _ORDER,
                "line_id": _LINE,
                "placed_at": time("$.created_date", zone="UTC"),
                "updated_at": _UPDATED,
                "sku": _SKU,
                "product": text("@.product_title"),
                "category": text("@.category_label"),
                "quantity": whole("@.quantity"),
                "unit_price_cents": money("@.price_unit", currency=_CURRENCY),
                "currency": _CURRENCY,
                "line_status": one_of("state", values=LINE_STATES, otherwise="open"),
            },
            where=lambda _: _is("line"),
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_ORDER, _PARCEL, by="/"),
                "order_id": _ORDER,
                "carrier": text("$.shipping_company"),
                "tracking_number": _PARCEL,
                "shipped_at": time("$.order_lines[0].shipped_date", zone="UTC"),
                "updated_at": time("$.last_updated_date", zone="UTC"),
            },
            where=_is_tracked,
        ),
        Table(
            "claims",
            {
                "claim_id": joined(
                    _LINE, one_of("state", values={"incident_open": "open"}, otherwise="closed"), by="/"
                ),
                "order_id": _ORDER,
                "sku": _SKU,
                "kind": constant("incident"),
                "opened_at": _UPDATED,
                "updated_at": _UPDATED,
                "status": one_of("state", values={"incident_open": "open"}, otherwise="closed"),
                "reason_raw": first(
                    text("@.order_line_state_reason_label"), text("@.order_line_state_reason_code")
                ),
                "reason_scheme": constant("mirakl.any"),
                "currency": _CURRENCY,
            },
            where=lambda _: _is("incident"),
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(
                    _LINE, one_of("state", values={"refused": "refused", "canceled": "canceled"}), by="/"
                ),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": whole("@.quantity"),
                "cancelled_at": _UPDATED,
                "updated_at": _UPDATED,
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
                "declared_by": one_of("state", values=_WHO_REFUSED, otherwise="unknown"),
                "currency": _CURRENCY,
                "derived_from": constant("order_line_state:updated_at"),
            },
            where=lambda _: _is("given_up"),
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": identifier("@.id"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "quantity": whole("@.quantity"),
                "cancelled_at": time("@.created_date", zone="UTC"),
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
                "declared_by": constant("unknown"),
                "amount_cents": money("amount", currency=_CURRENCY),
                "currency": _CURRENCY,
            },
            where=lambda _: _is("cancelation"),
        ),
        Table(
            "refunds",
            {
                "refund_id": identifier("@.id"),
                "order_id": _ORDER,
                "line_id": _LINE,
                "sku": _SKU,
                "refunded_at": time("@.transaction_date", "@.created_date", zone="UTC"),
                "amount_cents": money("amount", currency=_CURRENCY),
                "currency": _CURRENCY,
                "reason_raw": _REASON,
                "reason_scheme": constant("mirakl.any"),
            },
            where=lambda _: _is("refund"),
        ),
    ),
)
