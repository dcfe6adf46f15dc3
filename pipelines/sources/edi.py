"""EDI X12: 846 stock, 870 order status, 944 receipts and 947 adjustments of warehouses and suppliers.

What the format won't tell: partners agree on who fills which element, so an article is taken from the first known
qualifier (our own numbers before the buyer's, and those before barcodes), and a warehouse by its name, else its code,
else the sender. Dates are days, in the shop's zone; only an 846 tells a time. Quantities come as `-13.000`. An 870
counts lines that are shipped or given up (IC, CK, DE, DS, OP of element 368); its other states tell of nothing that
went wrong, and say so as rejected rows. Only DS and OP say why a line was given up. The exception codes of a 944 (W13)
are kept, and what they mean is not confirmed. In an 846, 17 is on hand, 33 or QA available; other quantities are not
stock.
"""

from __future__ import annotations

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression

from pipelines.cells import Cells, Field, function, reshaped
from pipelines.fields import constant, first, identifier, joined, text, time, whole
from pipelines.source import Source, Table

#: our own numbers first, then the buyer's, then barcodes
_ARTICLE = ("SK", "VN", "VP", "VA", "MG", "PN", "IN", "BP", "CB", "UP", "UK", "UI", "UA", "EN", "EO")


def article(place: str) -> Field:
    return first(*(identifier(f"{place}.ids.{qualifier}") for qualifier in _ARTICLE))


warehouse = first(
    text("$.line.N1_WH[0][2]"),
    text("$.line.N1_WH[0][4]"),
    text("$.head.N1_WH[0][2]"),
    text("$.head.N1_WH[0][4]"),
    text("$.head.N1_SF[0][2]"),
    text("$.head.N1_SF[0][4]"),
)
_LOCATION = first(warehouse, text("$.sender"))


def _told(path: str) -> Expression:
    """Whether something is written at a path of the document."""
    written = function("json_extract_string", ColumnExpression("doc"), path)
    return function("trim", function("ifnull", written, "")) != ConstantExpression("")


def _has_level(_: Cells) -> Expression:
    return _told("$.line.QTY_17[0][2]") | _told("$.line.QTY_33[0][2]") | _told("$.line.QTY_QA[0][2]")


# The time stands beside the date, in hours and minutes or with seconds.
_WITH_TIME = """
    with told as (
        select
            *,
            doc ->> '$.head.BIA[0][4]' as day,
            regexp_extract(doc ->> '$.head.BIA[0][5]', '^([0-9]{2})([0-9]{2})', ['hour', 'minute']) as clock
        from sheet_rows
    )

    select
        row_number,
        doc,
        case
            when clock.hour < '24' and clock.minute < '60' and clock.hour <> '' and regexp_full_match(day, '[0-9]{8}')
                then day[1:4] || '-' || day[5:6] || '-' || day[7:8] || ' ' || clock.hour || ':' || clock.minute
            else day
        end as at_time
    from told
"""


def _with_time(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(rows, _WITH_TIME)


STOCK = Source(
    name="edi",
    title="EDI X12, stock (846)",
    is_documents=True,
    needs=("set", "head.BIA", "line.LIN"),
    prepare=_with_time,
    tables=(
        Table(
            "stock_levels",
            {
                "location": _LOCATION,
                "sku": article("$.line"),
                "at": time("at_time"),
                "on_hand": whole("$.line.QTY_17[0][2]"),
                "available": first(whole("$.line.QTY_33[0][2]"), whole("$.line.QTY_QA[0][2]")),
            },
            where=_has_level,
        ),
    ),
)

RECEIPTS = Source(
    name="edi",
    title="EDI X12, receipts of a warehouse (944)",
    is_documents=True,
    needs=("set", "head.W17", "line.W07"),
    tables=(
        Table(
            "stock_moves",
            {
                "move_id": joined(
                    text("$.sender"), identifier("$.head.W17[0][3]"), text("$.line.ordinal"), by="/"
                ),
                "location": _LOCATION,
                "sku": article("$.line"),
                "at": time("$.head.W17[0][2]"),
                "delta": whole("$.line.W07[0][1]"),
                "reason_raw": text("$.line.W13[0][3]"),
                "reason_scheme": constant("edi944.W13"),
            },
        ),
    ),
)

ADJUSTMENTS = Source(
    name="edi",
    title="EDI X12, stock adjustments of a warehouse (947)",
    is_documents=True,
    needs=("set", "head.W15", "line.W19"),
    tables=(
        Table(
            "stock_moves",
            {
                "move_id": joined(
                    text("$.sender"), identifier("$.head.W15[0][2]"), text("$.line.ordinal"), by="/"
                ),
                "location": _LOCATION,
                "sku": article("$.line"),
                "at": time("$.head.W15[0][1]"),
                "delta": whole("$.line.W19[0][2]"),
                "reason_raw": text("$.line.W19[0][1]"),
                "reason_scheme": constant("edi947.W19"),
                "order_id": first(identifier("$.line.N9_CO[0][2]"), identifier("$.line.N9_OQ[0][2]")),
            },
        ),
    ),
)

_STATUS = first(text("$.line.ISR[0][1]"), text("$.order.ISR[0][1]"), text("$.head.ISR[0][1]"))
_STATUS_DAY = first(
    time("$.line.ISR[0][2]"), time("$.order.ISR[0][2]"), time("$.head.ISR[0][2]"), time("$.head.BSR[0][4]")
)
_ORDERED = first(identifier("$.order.PRF[0][1]"), identifier("$.head.PRF[0][1]"))
_ITEM = identifier("$.line.PO1[0][1]")


def _given_up(cells: Cells) -> Expression:
    """Cancelled, deleted, out of stock or out of print: it will not be sent."""
    return _STATUS(cells).value.isin(*map(ConstantExpression, ("IC", "CK", "DE", "DS", "OP")))


def _sent(cells: Cells) -> Expression:
    """Shipped complete, with more, with a substitute, in part, or the last of it."""
    codes = ("CC", "CE", "CM", "CS", "CP", "BP", "LS", "SS")
    return _STATUS(cells).value.isin(*map(ConstantExpression, codes))


STATUSES = Source(
    name="edi",
    title="EDI X12, order status (870)",
    is_documents=True,
    needs=("set", "head.BSR"),
    tables=(
        Table(
            "cancellations",
            {
                "cancellation_id": joined(_ORDERED, _ITEM, _STATUS, by="/"),
                "order_id": _ORDERED,
                "line_id": _ITEM,
                "sku": article("$.line"),
                "quantity": whole("$.line.PO1[0][2]"),
                "cancelled_at": _STATUS_DAY,
                "reason_raw": _STATUS,
                "reason_scheme": constant("edi.368"),
                "declared_by": constant("merchant"),
            },
            where=_given_up,
        ),
        Table(
            "shipments",
            {
                "shipment_id": joined(_ORDERED, _ITEM, by="/"),
                "order_id": _ORDERED,
                "shipped_at": _STATUS_DAY,
            },
            where=_sent,
        ),
    ),
)
