"""The landing contract: one `raw_<kind>` table for each kind of record, whatever tool it came from.

Times are TIMESTAMP in UTC. A date without a time is kept as midnight in the shop's zone and its column is named in
`date_only`, so that it is shown as a date and never drifts to the day before. Money is BIGINT minor units beside
`currency` (ISO 4217); it is never added up across currencies. NULL means unknown or not yet, 0 means counted: none.
"""

from __future__ import annotations

from dataclasses import dataclass

# Columns every raw_ table has besides its own.
COMMON: dict[str, str] = {
    "record_id": "VARCHAR",  # source/account/natural key; for records without one, their content and its ordinal
    "source": "VARCHAR",  # the module of pipelines/sources that read it
    "account": "VARCHAR",  # which shop or helpdesk account
    "order_ref": "VARCHAR",  # the order number as everyone writes it (upper case, no '#'); NULL when unknown
    "updated_at": "TIMESTAMP",  # the record's own time of last change, if its tool tells
    "as_of": "TIMESTAMP",  # the latest event its file tells of: decides between two states without updated_at
    "date_only": "VARCHAR[]",  # the time columns that had no time of day in this file
    "extra": "JSON",  # columns the contract does not know, personal ones left out
    "file_id": "VARCHAR",
    "row_number": "BIGINT",  # 1 is the first record of the file (the header not counted)
    "record_hash": "UBIGINT",
}


@dataclass(frozen=True)
class Kind:
    """One kind of record: `key` names the columns that identify it within a source and account."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, str]
    required: tuple[str, ...] = ()
    #: the record's own id, filled from its content where the tool gives none; NULL when a row without key is an error
    own_id: str | None = None
    #: the columns that tell when something happened (deadlines and promises are not events)
    events: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return f"raw_{self.name}"

    @property
    def all_columns(self) -> dict[str, str]:
        """Every column of the raw table with its DuckDB type, in storage order."""
        # known last, when all of a file has been read
        last = {"as_of": COMMON["as_of"]}
        return {name: kind for name, kind in {**COMMON, **self.columns}.items() if name not in last} | last


_KINDS = (
    Kind(
        "orders",
        key=("order_id",),
        required=("order_id",),
        events=("placed_at", "paid_at", "shipped_at", "delivered_at", "cancelled_at"),
        columns={
            "order_id": "VARCHAR",
            "order_name": "VARCHAR",
            "other_refs": "VARCHAR[]",  # what else its tool calls it: the number by which its API knows it
            "channel": "VARCHAR",
            "channel_raw": "VARCHAR",
            "placed_at": "TIMESTAMP",
            "paid_at": "TIMESTAMP",
            "ship_by_at": "TIMESTAMP",
            "deliver_by_at": "TIMESTAMP",
            "shipped_at": "TIMESTAMP",
            "delivered_at": "TIMESTAMP",
            "cancelled_at": "TIMESTAMP",
            "payment_status": "VARCHAR",
            "fulfilment_status": "VARCHAR",
            "fulfilled_by": "VARCHAR",  # merchant, 3pl, marketplace
            "warehouse": "VARCHAR",
            "carrier": "VARCHAR",
            "country": "VARCHAR",
            "region": "VARCHAR",
            "currency": "VARCHAR",
            "total_cents": "BIGINT",
            "refunded_cents": "BIGINT",
            "tags": "VARCHAR[]",
            "customer_key": "VARCHAR",
        },
    ),
    Kind(
        "order_lines",
        key=("order_id", "line_id"),
        required=("order_id", "line_id"),
        events=("placed_at",),
        columns={
            "order_id": "VARCHAR",
            "line_id": "VARCHAR",
            "placed_at": "TIMESTAMP",
            "sku": "VARCHAR",
            "product": "VARCHAR",
            "variant": "VARCHAR",
            "supplier": "VARCHAR",
            "lot": "VARCHAR",
            "category": "VARCHAR",
            "quantity": "BIGINT",
            "unit_price_cents": "BIGINT",
            "currency": "VARCHAR",
            "line_status": "VARCHAR",  # open, shipped, cancelled, not_shippable
        },
    ),
    Kind(
        "tickets",
        key=("ticket_id",),
        own_id="ticket_id",
        required=("created_at",),
        events=("created_at", "first_reply_at", "solved_at"),
        columns={
            "ticket_id": "VARCHAR",
            "created_at": "TIMESTAMP",
            "first_reply_at": "TIMESTAMP",
            "solved_at": "TIMESTAMP",
            "reopened_count": "BIGINT",
            "reply_count": "BIGINT",  # what agents answered in public, where the tool counts it
            "status": "VARCHAR",  # open, pending, solved, closed, deleted
            "channel": "VARCHAR",
            "channel_raw": "VARCHAR",
            "language": "VARCHAR",
            "subject": "VARCHAR",  # masked: no e-mail address, no telephone number
            "phrases": "VARCHAR[]",  # dictionary phrases found in its text while it was read; the text is not kept
            # what its text names that may be an order, a parcel or a return, as written: pipelines/mentions.py
            "mentions": "VARCHAR[]",
            "tags": "VARCHAR[]",
            "reason_raw": "VARCHAR[]",
            "reason_scheme": "VARCHAR",
            "order_id": "VARCHAR",
            "sku": "VARCHAR",
            "customer_key": "VARCHAR",
            "csat": "DOUBLE",  # 0 to 1
            "agent_team": "VARCHAR",
            "is_excluded": "BOOLEAN",
            "excluded_because": "VARCHAR",  # spam, merged, deleted, outbound
        },
    ),
    Kind(
        "messages",
        key=("ticket_id", "message_id"),
        own_id="message_id",
        required=("ticket_id",),
        events=("sent_at",),
        columns={
            "ticket_id": "VARCHAR",
            "message_id": "VARCHAR",
            "author": "VARCHAR",  # customer, agent, automatic
            "sent_at": "TIMESTAMP",
            "is_public": "BOOLEAN",
        },
    ),
    Kind(
        "returns",
        key=("return_id", "line_id"),
        own_id="return_id",
        events=("requested_at", "received_at", "inspected_at", "restocked_at", "refunded_at"),
        columns={
            "return_id": "VARCHAR",
            "order_id": "VARCHAR",
            "line_id": "VARCHAR",
            "sku": "VARCHAR",
            "received_sku": "VARCHAR",  # what came back, where its tool names it beside what was ordered
            "quantity": "BIGINT",
            "status": "VARCHAR",  # open, closed, declined, cancelled
            "reason_raw": "VARCHAR",
            "reason_scheme": "VARCHAR",
            "phrases": "VARCHAR[]",
            "requested_at": "TIMESTAMP",
            "label_at": "TIMESTAMP",
            "dropped_off_at": "TIMESTAMP",
            "received_at": "TIMESTAMP",
            "inspected_at": "TIMESTAMP",
            "condition_raw": "VARCHAR",
            "condition_scheme": "VARCHAR",
            "disposition": "VARCHAR",
            "restocked_at": "TIMESTAMP",
            "refunded_at": "TIMESTAMP",
            "refund_cents": "BIGINT",
            "currency": "VARCHAR",
            "label_payer": "VARCHAR",  # customer, merchant, marketplace
            "fulfilled_by": "VARCHAR",
            "warehouse": "VARCHAR",
        },
    ),
    Kind(
        "cancellations",
        key=("cancellation_id",),
        own_id="cancellation_id",
        events=("cancelled_at", "refunded_at"),
        columns={
            "cancellation_id": "VARCHAR",
            "order_id": "VARCHAR",
            "line_id": "VARCHAR",
            "sku": "VARCHAR",
            "quantity": "BIGINT",
            "cancelled_at": "TIMESTAMP",
            "reason_raw": "VARCHAR",
            "reason_scheme": "VARCHAR",
            "declared_by": "VARCHAR",  # customer, merchant, marketplace, payment, unknown
            # whether the customer used the shop's or marketplace's own way to ask; NULL where only a reason is told
            "requested_by_customer": "BOOLEAN",
            "restocked": "BOOLEAN",
            "is_partial": "BOOLEAN",
            "customer_contacted_at": "TIMESTAMP",
            "alternative_offered": "BOOLEAN",
            "refunded_at": "TIMESTAMP",
            "amount_cents": "BIGINT",
            "currency": "VARCHAR",
            "derived_from": "VARCHAR",  # how a tool without cancellations tells of one; NULL when it says so itself
        },
    ),
    Kind(
        "refunds",
        key=("refund_id", "line_id"),
        own_id="refund_id",
        events=("refunded_at", "charged_at"),
        columns={
            "refund_id": "VARCHAR",
            "order_id": "VARCHAR",
            "line_id": "VARCHAR",
            "sku": "VARCHAR",
            "refunded_at": "TIMESTAMP",
            "amount_cents": "BIGINT",
            "currency": "VARCHAR",
            "payment_method": "VARCHAR",
            "charged_at": "TIMESTAMP",
            "restock_type": "VARCHAR",
            "reason_raw": "VARCHAR",
            "reason_scheme": "VARCHAR",
            "return_id": "VARCHAR",
        },
    ),
    Kind(
        "claims",
        key=("claim_id",),
        own_id="claim_id",
        events=("opened_at",),
        columns={
            "claim_id": "VARCHAR",
            "order_id": "VARCHAR",
            "sku": "VARCHAR",
            "kind": "VARCHAR",  # a_to_z, inr, chargeback, carrier
            "opened_at": "TIMESTAMP",
            "due_at": "TIMESTAMP",
            "status": "VARCHAR",
            "outcome": "VARCHAR",
            "reason_raw": "VARCHAR",
            "reason_scheme": "VARCHAR",
            "amount_cents": "BIGINT",
            "paid_cents": "BIGINT",
            "currency": "VARCHAR",
        },
    ),
    Kind(
        "shipments",
        key=("shipment_id",),
        own_id="shipment_id",
        events=("shipped_at", "delivered_at"),
        columns={
            "shipment_id": "VARCHAR",
            "order_id": "VARCHAR",
            "carrier": "VARCHAR",
            "service": "VARCHAR",
            "tracking_number": "VARCHAR",
            "warehouse": "VARCHAR",
            "shipped_at": "TIMESTAMP",
            "promised_by_at": "TIMESTAMP",
            "delivered_at": "TIMESTAMP",
            "status": "VARCHAR",  # a carrier event: in_transit, delivered, lost, returned, ...
            "value_cents": "BIGINT",
            "currency": "VARCHAR",
            "lots": "VARCHAR[]",  # what lot each article in it came from: 'SKU:lot'
        },
    ),
    Kind(
        "tracking_events",
        key=("tracking_number", "scanned_at", "code_raw"),
        required=("tracking_number", "scanned_at"),
        events=("scanned_at",),
        columns={
            "tracking_number": "VARCHAR",
            "scanned_at": "TIMESTAMP",
            "code_raw": "VARCHAR",
            "event": "VARCHAR",
        },
    ),
    Kind(
        "stock_levels",
        key=("location", "sku", "at"),
        required=("location", "sku", "at"),
        events=("at",),
        columns={
            "location": "VARCHAR",
            "sku": "VARCHAR",
            "at": "TIMESTAMP",
            "on_hand": "BIGINT",
            "available": "BIGINT",
        },
    ),
    Kind(
        "stock_moves",
        key=("move_id",),
        own_id="move_id",
        required=("sku", "at"),
        events=("at",),
        columns={
            "move_id": "VARCHAR",
            "location": "VARCHAR",
            "sku": "VARCHAR",
            "at": "TIMESTAMP",
            "delta": "BIGINT",
            "reason_raw": "VARCHAR",
            "reason_scheme": "VARCHAR",
            "order_id": "VARCHAR",
        },
    ),
    Kind(
        "products",
        key=("sku",),
        required=("sku",),
        columns={
            "sku": "VARCHAR",
            "product": "VARCHAR",
            "variant": "VARCHAR",
            "supplier": "VARCHAR",
            "category": "VARCHAR",
            "unit_cost_cents": "BIGINT",
            "currency": "VARCHAR",
        },
    ),
    Kind(
        "account_health",
        key=("marketplace", "metric", "period_start_at"),
        required=("marketplace", "metric"),
        events=("period_end_at",),
        columns={
            "marketplace": "VARCHAR",
            "metric": "VARCHAR",
            "period_start_at": "TIMESTAMP",
            "period_end_at": "TIMESTAMP",
            "numerator": "DOUBLE",
            "denominator": "DOUBLE",
            "target": "DOUBLE",
            "status": "VARCHAR",
        },
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
