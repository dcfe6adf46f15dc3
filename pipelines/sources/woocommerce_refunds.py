"""WooCommerce: refunds of the REST API (JSON), of one order or of the whole site.

What the format won't tell: the amount is positive, the quantities and totals of its lines are negative; a refund of
an amount has no lines at all. It names its order by id, in `parent_id` or only in the link to it, never by the number
that customers see, and says no currency. Its amount is shared out over its lines, and every cent stays counted once.
A line is known by its article: places in the refund are not places in the order. The reason is free text.

Within its order (see woocommerce) the same refund is told without date and lines. Both have one id, and a refund is
younger than its order, so that this one always stands.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.fields import constant, identifier, money, time
from pipelines.shops import remark
from pipelines.source import Source, Table

# One row a refunded line with its share of the amount, or one for a refund without lines. The first bears the refund's
# own id, as the order tells it.
_REFUNDED_LINES = """
    with listed as (
        select
            row_number,
            doc,
            json_extract(doc, '$.line_items[*]') as items,
            abs(try_cast(doc ->> '$.amount' as decimal(18, 3))) as total
        from sheet_rows
    ),

    lines as (
        select
            row_number,
            doc,
            total,
            unnest(if(len(items) = 0, [null::json], items)) as line,
            generate_subscripts(if(len(items) = 0, [null::json], items), 1) as position
        from listed
    ),

    told as (
        select
            *,
            coalesce(abs(try_cast(line ->> '$.total' as decimal(18, 3))), 0)
            + coalesce(abs(try_cast(line ->> '$.total_tax' as decimal(18, 3))), 0) as subtotal
        from lines
    ),

    shared as (
        select
            *,
            round(
                coalesce(total * subtotal / nullif(sum(subtotal) over (partition by row_number), 0), 0), 2
            ) as share
        from told
    )

    select
        row_number,
        (doc ->> '$.id') || if(position > 1, '-' || position, '') as id,
        coalesce(
            nullif(doc ->> '$.parent_id', '0'),
            doc ->> '$.order_id',
            nullif(regexp_extract(doc ->> '$._links.up[0].href', '/orders/([0-9]+)', 1), '')
        ) as "order",
        coalesce(
            nullif(trim(line ->> '$.sku'), ''),
            'ID ' || nullif(line ->> '$.product_id', '0') || coalesce('-' || nullif(line ->> '$.variation_id', '0'), '')
        ) as sku,
        -- rounding, and a refund of shipping alone, stay with the first line
        case
            when total is null then nullif(subtotal, 0)
            when position = 1 then total - (sum(share) over (partition by row_number) - share)
            else share
        end::varchar as amount,
        doc ->> '$.date_created_gmt' as date_created_gmt,
        doc ->> '$.reason' as reason
    from shared
"""


def _refunded_lines(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _REFUNDED_LINES)


_CREATED = time("date_created_gmt", zone="UTC")

REFUNDS = Source(
    name="woocommerce",
    title="WooCommerce, refunds (REST API, JSON)",
    is_documents=True,
    needs=("amount", "reason", ("refunded_by", "refunded_payment"), "line_items", "date_created_gmt"),
    prepare=_refunded_lines,
    tables=(
        Table(
            "refunds",
            {
                "refund_id": identifier("id"),
                "order_id": identifier("order"),
                "sku": identifier("sku"),
                "refunded_at": _CREATED,
                "updated_at": _CREATED,
                "amount_cents": money("amount"),
                "reason_raw": remark("reason"),
                "reason_scheme": constant("shop.tag"),
            },
        ),
    ),
)
