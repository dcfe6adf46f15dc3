"""ShipHero: returns, orders that are held back, parcels and changes of stock (GraphQL answers and webhooks, JSON).

What the formats won't tell: which fields are there is what the query asked for; `order.order_number` is needed to find
the order, `warehouse.identifier` to read where it was. A return has no date of its own: it is dated by its articles.
Its reasons are the shop's, its conditions the usual words of a warehouse (`3pl.condition`). ShipHero keeps no history
of holds: an order that is held, or for which stock is missing, is a ticket dated by its last change; an order without
either says nothing. The reason of a change of stock is free text, of which only what it says is kept (lost, found,
damaged, counted, …), and a count that changed nothing is everyday work. Times without a zone are taken for the shop's
(unconfirmed), and so are the names of holds.
"""

from __future__ import annotations

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.carriers import carrier
from pipelines.cells import NULL, Cells, Field, Parsed, function, reshaped
from pipelines.fields import constant, identifier, joined, listed, matched, one_of, text, time, whole
from pipelines.source import Source, Table

# One row an article, of a GraphQL return or of the webhook about one.
_RETURNED_ITEMS = """
    with listed as (
        select
            row_number,
            doc,
            list_concat(
                list_concat(
                    json_extract(doc, '$.line_items.edges[*].node'), json_extract(doc, '$.line_items[*]')
                ),
                json_extract(doc, '$.items[*]')
            ) as items
        from sheet_rows
    ),

    items as (
        select
            row_number,
            doc,
            unnest(if(len(items) = 0, [null::json], items)) as item
        from listed
    )

    select
        row_number,
        coalesce(doc ->> '$.legacy_id', doc ->> '$.return_id', doc ->> '$.id') as id,
        coalesce(doc ->> '$.order.order_number', doc ->> '$.order_number') as order_number,
        coalesce(
            doc ->> '$.order.partner_order_id', doc ->> '$.partner_order_id', doc ->> '$.order.order_number'
        ) as partner_order_id,
        doc ->> '$.status' as status,
        coalesce(nullif(item ->> '$.reason', ''), nullif(item ->> '$.item_reason', ''), nullif(doc ->> '$.reason', ''))
            as reason,
        item ->> '$.condition' as condition,
        coalesce(item ->> '$.legacy_id', item ->> '$.id', item ->> '$.line_item_id') as line,
        coalesce(
            item ->> '$.line_item.sku', item ->> '$.product.sku', item ->> '$.sku'
        ) as sku,
        item ->> '$.quantity' as quantity,
        try_cast(item ->> '$.quantity_received' as integer) > 0 as is_received,
        lower(item ->> '$.restock') in ('true', '1') as is_restocked,
        coalesce(doc ->> '$.created_at', item ->> '$.created_at') as created_at,
        item ->> '$.updated_at' as updated_at,
        coalesce(item ->> '$.warehouse.identifier', item ->> '$.warehouse_id') as warehouse
    from items
"""

# One row a hold, one for an article whose stock is missing, one a label of a parcel.
_TROUBLES = """
    with orders as (
        select
            row_number,
            doc,
            coalesce(doc ->> '$.updated_at', doc ->> '$.order_date', doc ->> '$.created_at') as told_at,
            list_concat(
                json_extract(doc, '$.line_items.edges[*].node'), json_extract(doc, '$.line_items[*]')
            ) as items
        from sheet_rows
    ),

    -- an object of flags ('address_hold': true), or a list of names
    holds as (
        select
            row_number,
            doc,
            told_at,
            unnest(
                if(
                    json_type(doc, '$.holds') = 'OBJECT',
                    list_filter(
                        json_keys(doc, '$.holds'),
                        -- a pointer takes any name as it is
                        lambda name: lower(
                            doc ->> ('/holds/' || replace(replace(name, '~', '~0'), '/', '~1'))
                        ) = 'true'
                    ),
                    json_extract_string(doc, '$.holds[*]')
                )
            ) as hold
        from orders
    ),

    items as (
        select row_number, doc, told_at, unnest(items) as item
        from orders
    ),

    labels as (
        select
            row_number,
            doc,
            shipment,
            unnest(json_extract(shipment, '$.shipping_labels[*]')) as label
        from (
            select row_number, doc, unnest(json_extract(doc, '$.shipments[*]')) as shipment
            from orders
        )
    ),

    together as (
        select
            row_number,
            doc,
            told_at,
            regexp_replace(lower(hold), '_hold$', '') as code,
            null as sku
        from holds
        union all by name
        select
            row_number,
            doc,
            told_at,
            'backorder' as code,
            item ->> '$.sku' as sku
        from items
        where try_cast(item ->> '$.backorder_quantity' as integer) > 0
        union all by name
        select
            row_number,
            doc,
            coalesce(label ->> '$.legacy_id', label ->> '$.id') as label_id,
            label ->> '$.tracking_number' as tracking_number,
            label ->> '$.carrier' as carrier,
            label ->> '$.shipping_method' as service,
            coalesce(shipment ->> '$.created_date', label ->> '$.created_at') as shipped_at,
            shipment ->> '$.delivered' as delivered,
            coalesce(shipment ->> '$.warehouse.identifier', shipment ->> '$.warehouse_id') as warehouse
        from labels
    )

    select
        * exclude (doc),
        coalesce(doc ->> '$.legacy_id', doc ->> '$.id') as id,
        doc ->> '$.order_number' as order_number,
        coalesce(doc ->> '$.partner_order_id', doc ->> '$.order_number') as partner_order_id,
        doc ->> '$.fulfillment_status' as fulfillment_status
    from together
"""


def _returned_items(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _RETURNED_ITEMS)


def _troubles(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _TROUBLES)


#: manual orders are called 'Order #243'
_ORDER = matched(identifier("order_number"), r"(?i)^order\s*", "")
_STATUSES = {
    "pending": "open",
    "open": "open",
    "in progress": "open",
    "warehouse_complete": "closed",
    "complete": "closed",
    "completed": "closed",
    "closed": "closed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}


def _if_set(flag: str, field: Field) -> Field:
    """The field in rows where a flag of our own holds."""

    def parse(cells: Cells) -> Parsed:
        parsed = field(cells)
        return Parsed(CaseExpression(ColumnExpression(flag), parsed.value), parsed.problems)

    return parse


_RETURN_TABLE = Table(
    "returns",
    {
        "return_id": identifier("id"),
        "order_ref": _ORDER,
        "order_id": identifier("partner_order_id"),
        "line_id": identifier("line"),
        "sku": identifier("sku"),
        "quantity": whole("quantity"),
        "status": one_of("status", values=_STATUSES, keep=True),
        "reason_raw": text("reason"),
        "reason_scheme": constant("shop.tag"),
        "condition_raw": text("condition"),
        "condition_scheme": constant("3pl.condition"),
        "disposition": _if_set("is_restocked", constant("restocked")),
        "requested_at": time("created_at"),
        "received_at": _if_set("is_received", time("updated_at")),
        "updated_at": time("updated_at"),
        "warehouse": text("warehouse"),
    },
)

RETURNS = Source(
    name="shiphero",
    title="ShipHero, returns (GraphQL, JSON)",
    is_documents=True,
    needs=("label_type", "reason", "status", "line_items"),
    prepare=_returned_items,
    tables=(_RETURN_TABLE,),
)

RETURN_WEBHOOK = Source(
    name="shiphero",
    title="ShipHero, return update (webhook, JSON)",
    is_documents=True,
    needs=("webhook_type", "return_id", "items", "order_number"),
    prepare=_returned_items,
    tables=(_RETURN_TABLE,),
)


def _is_trouble(_: Cells) -> Expression:
    return ColumnExpression("code").isnotnull()


def _is_parcel(_: Cells) -> Expression:
    return ColumnExpression("label_id").isnotnull()


ORDERS = Source(
    name="shiphero",
    title="ShipHero, orders with their holds and parcels (GraphQL, JSON)",
    is_documents=True,
    needs=("order_number", "fulfillment_status", "line_items"),
    prepare=_troubles,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": joined(identifier("id"), text("code"), identifier("sku"), by="/"),
                "order_ref": _ORDER,
                "order_id": identifier("partner_order_id"),
                "created_at": time("told_at"),
                "status": one_of(
                    "fulfillment_status",
                    values={"fulfilled": "solved", "canceled": "closed", "cancelled": "closed"},
                    otherwise="open",
                ),
                "channel_raw": constant("ShipHero"),
                "reason_raw": listed(text("code")),
                "reason_scheme": constant("shiphero.hold"),
                "sku": identifier("sku"),
            },
            where=_is_trouble,
        ),
        Table(
            "shipments",
            {
                "shipment_id": identifier("label_id"),
                "order_ref": _ORDER,
                "order_id": identifier("partner_order_id"),
                "carrier": carrier("carrier"),
                "service": text("service"),
                "tracking_number": identifier("tracking_number"),
                "warehouse": text("warehouse"),
                "shipped_at": time("shipped_at"),
                "status": one_of("delivered", values={"true": "delivered"}, otherwise="in_transit"),
            },
            where=_is_parcel,
        ),
    ),
)

#: what the free text of a change of stock says, in lower case without accents; the first that is found counts
_STOCK_WORDS = (
    ("damaged", r"damag|broken|endommag|abim|casse\b|casse[es]"),
    ("expired", r"expir|perim|out of date"),
    ("recall", r"recall|rappel"),
    ("lost", r"\blost\b|missing|not found|perdu|introuvable|manquant"),
    ("found", r"\bfound\b|located|retrouv"),
    ("count", r"count|comptage|inventaire"),
    ("returned", r"return|retour"),
    ("received", r"receiv|purchase order|\bpo\b|recep|recu\b"),
    ("moved", r"transfer|\bmove|relocat|deplac"),
    ("shipped", r"ship|\border\b|fulfil|pick|exped|commande"),
)


def _stock_reason(cells: Cells) -> Parsed:
    """What a change of stock is about, in our words."""
    said = function("lower", function("strip_accents", text("$.reason")(cells).value.cast("VARCHAR")))
    counted = function("lower", text("$.cycle_counted")(cells).value.cast("VARCHAR")) == ConstantExpression(
        "true"
    )
    delta = whole("$.change_in_on_hand")(cells).value
    nothing = delta == ConstantExpression(0)
    found = CaseExpression(nothing, ConstantExpression("other").cast("VARCHAR"))
    for word, pattern in _STOCK_WORDS:
        found = found.when(function("regexp_matches", said, pattern), ConstantExpression(word))
    found = found.when(counted, ConstantExpression("count"))
    return Parsed(
        found.otherwise(CaseExpression(said.isnotnull(), ConstantExpression("other")).otherwise(NULL))
    )


STOCK_CHANGES = Source(
    name="shiphero",
    title="ShipHero, changes of stock (GraphQL, JSON)",
    is_documents=True,
    needs=("sku", "previous_on_hand", "change_in_on_hand", "created_at"),
    tables=(
        Table(
            "stock_moves",
            {
                "move_id": identifier("$.legacy_id", "$.id"),
                "location": text("$.warehouse.identifier", "$.warehouse_id"),
                "sku": identifier("$.sku"),
                "at": time("$.created_at"),
                "delta": whole("$.change_in_on_hand"),
                "reason_raw": _stock_reason,
                "reason_scheme": constant("3pl.stock"),
            },
        ),
    ),
)
