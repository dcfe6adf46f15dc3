"""EDI X12 945: what a warehouse sent, and what it did not.

What the format won't tell: nothing says "short": it is the quantity ordered less the one shipped, unless the rest
follows (BP, BK). The status (element 368) then says why: DS is out of stock; CP only says that nothing follows, which
is read as out of stock with low confidence. The order is the number that the shop gave to the warehouse (W0602). Not
confirmed: which of N9 and MAN holds a parcel's number (2I, CP, and the second pair of 2 and ZZ are tried). A lot is
told by N9*LT. A missing quantity shipped means none.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.cells import Field, Parsed, reshaped
from pipelines.fields import constant, first, identifier, joined, one_of, text, time, whole
from pipelines.source import Source, Table
from pipelines.sources.edi import article, warehouse

#: how carriers are called in the trade (SCAC) -> as elsewhere; others stay as they are written
_CARRIERS = {
    "upsn": "UPS",
    "upss": "UPS",
    "upsg": "UPS",
    "fdeg": "FedEx",
    "fden": "FedEx",
    "fdxg": "FedEx",
    "fedx": "FedEx",
    "usps": "USPS",
}

# One row a parcel (or one for a dispatch without a parcel's number), and one a line that was not sent whole.
_ADVICE = """
    with told as (
        select
            row_number,
            doc,
            json_extract(doc, '$.lines[*]') as items,
            list_sort(list_distinct(list_filter(
                list_concat(
                    json_extract_string(doc, '$.head.N9_2I[*][2]'),
                    json_extract_string(doc, '$.packs.N9_2I[*][2]'),
                    json_extract_string(doc, '$.lines[*].N9_2I[*][2]'),
                    json_extract_string(doc, '$.packs.MAN_CP[*][2]'),
                    json_extract_string(doc, '$.lines[*].MAN_CP[*][2]'),
                    json_extract_string(doc, '$.packs.MAN_2[*][5]'),
                    json_extract_string(doc, '$.packs.MAN_ZZ[*][5]')
                ),
                lambda number: number <> ''
            ))) as numbers
        from sheet_rows
    ),

    counted as (
        select
            *,
            list_transform(items, lambda item: {
                'item': item,
                'status': item ->> '$.W12[0][1]',
                'ordered': nullif(item ->> '$.W12[0][2]', ''),
                'shipped': nullif(item ->> '$.W12[0][3]', ''),
                'difference': nullif(item ->> '$.W12[0][4]', ''),
                'sku': coalesce(
                    item ->> '$.ids.SK', item ->> '$.ids.VN', item ->> '$.ids.VP', item ->> '$.ids.IN',
                    item ->> '$.ids.BP', item ->> '$.ids.UP', item ->> '$.ids.UK'
                ),
                'lot': nullif(item ->> '$.N9_LT[0][2]', '')
            }) as lines
        from told
    ),

    parcels as (
        select
            row_number,
            doc,
            'parcel' as what,
            unnest(if(len(numbers) = 0, [null], numbers)) as number,
            list_transform(
                list_filter(lines, lambda line: line.sku is not null and line.lot is not null),
                lambda line: line.sku || ':' || line.lot
            ) as lots,
            null::json as item,
            null::varchar as short
        from counted
        where len(lines) = 0 or list_bool_or(
            list_transform(lines, lambda line: coalesce(try_cast(line.shipped as double), 1) > 0)
        )
    ),

    parted as (
        select
            row_number,
            doc,
            unnest(lines) as line,
            list_bool_or(
                list_transform(lines, lambda line: coalesce(try_cast(line.shipped as double), 0) > 0)
            ) as is_partial
        from counted
    ),

    lacking as (
        select
            *,
            case
                when line.ordered is null then line.difference
                when line.shipped is null then coalesce(line.difference, line.ordered)
                -- what is no number is shown as it stands, and rejected
                when try_cast(line.shipped as decimal(18, 3)) is null then line.shipped
                when try_cast(line.ordered as decimal(18, 3)) is null then line.ordered
                else (try_cast(line.ordered as decimal(18, 3)) - try_cast(line.shipped as decimal(18, 3)))::varchar
            end as short
        from parted
        where coalesce(line.status, '') not in ('BP', 'BK')
    )

    select
        row_number,
        doc,
        what,
        number,
        lots,
        item,
        short,
        null::boolean as is_partial
    from parcels
    union all
    select
        row_number,
        doc,
        'short',
        null,
        null,
        line.item,
        short,
        is_partial
    from lacking
    where short is not null and coalesce(try_cast(short as double), 1) > 0
"""


def _advice(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(rows, _ADVICE)


def _is(what: str) -> Expression:
    return ColumnExpression("what") == ConstantExpression(what)


def _column(name: str) -> Field:
    return lambda cells: Parsed(ColumnExpression(name))


_DEPOSITOR_ORDER = identifier("$.head.W06[0][2]")
_SHIPMENT = first(identifier("$.head.W06[0][4]"), _DEPOSITOR_ORDER)

ADVICES = Source(
    name="edi",
    title="EDI X12, dispatches of a warehouse (945)",
    is_documents=True,
    needs=("set", "head.W06", "lines"),
    prepare=_advice,
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": joined(text("$.sender"), _SHIPMENT, identifier("number"), by="/"),
                "order_id": _DEPOSITOR_ORDER,
                "carrier": one_of("$.head.W27[0][2]", "$.head.W27[0][3]", values=_CARRIERS, keep=True),
                "tracking_number": identifier("number"),
                "warehouse": warehouse,
                "shipped_at": time("$.head.W06[0][3]"),
                "lots": _column("lots"),
            },
            where=lambda cells: _is("parcel"),
        ),
        Table(
            "cancellations",
            {
                "cancellation_id": joined(text("$.sender"), _SHIPMENT, text("@.ordinal"), by="/"),
                "order_id": _DEPOSITOR_ORDER,
                "sku": article("@"),
                "quantity": whole("short"),
                "cancelled_at": time("$.head.W06[0][3]"),
                "reason_raw": text("@.W12[0][1]"),
                "reason_scheme": constant("edi.368"),
                "declared_by": constant("merchant"),
                "is_partial": _column("is_partial"),
                "derived_from": constant("shipped_less_than_ordered"),
            },
            where=lambda cells: _is("short"),
        ),
    ),
)
