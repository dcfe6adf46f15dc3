"""Amazon: account health (GET_V2_SELLER_PERFORMANCE_REPORT, JSON): metrics by marketplace and period.

What the format won't tell: Amazon's schema and its own example do not agree on names (`prefulfillmentCancelRate` or
`preFulfillmentCancellationRate`, `documentRequest` or `documentRequests`), so both are read. Targets are read from the
file and never assumed: the example asks for 1 % of cancellations where help pages say 2.5 %. On time and tracking
rates count what went well, the others what went wrong: `status` tells which side of its target a metric is. What an
order defect is made of (claims, chargebacks, negative feedback) has no target of its own. The state of an account and
its warnings have no period: they are as of the report's last day. A marketplace is named as orders name it. The rate
that Amazon rounded is not kept, its two counts are.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from pipelines.cells import reshaped
from pipelines.fields import number, one_of, text, time
from pipelines.source import Source, Table

# Every object with a status is a metric; those inside it share its period and what it is counted in.
_METRICS = r"""
    with recursive markets as (
        select
            row_number,
            unnest(
                if(
                    json_exists(doc, '$.performanceMetrics'),
                    json_extract(doc, '$.performanceMetrics[*]'),
                    [doc::json]
                )
            ) as market
        from sheet_rows
    ),

    named as (
        select
            row_number,
            market,
            -- other names are none of Amazon's, and in a path they could be a command
            unnest(list_filter(json_keys(market), lambda key: regexp_full_match(key, '\w+'))) as name
        from markets
    ),

    nodes as (
        select
            row_number,
            market ->> '$.marketplaceId' as marketplace,
            name,
            name as path,
            json_extract(market, '$."' || name || '"') as node,
            null::varchar as outer_start,
            null::varchar as outer_end,
            null::varchar as outer_count
        from named
        where json_type(market, '$."' || name || '"') = 'OBJECT'

        union all

        select
            row_number,
            marketplace,
            inner_name,
            path || '.' || inner_name,
            json_extract(node, '$."' || inner_name || '"'),
            coalesce(node ->> '$.reportingDateRange.reportingDateFrom', outer_start),
            coalesce(node ->> '$.reportingDateRange.reportingDateTo', outer_end),
            coalesce(node ->> '$.orderCount', outer_count)
        from (
            select *, unnest(list_filter(json_keys(node), lambda key: regexp_full_match(key, '\w+'))) as inner_name
            from nodes
        )
        where
            json_type(node, '$."' || inner_name || '"') = 'OBJECT'
            -- the date range is no metric, and these two are the numerators of what they stand in
            and inner_name not in ('reportingDateRange', 'orderWithDefects', 'invoiceDefect')
    ),

    metrics as (
        select
            row_number,
            marketplace,
            path,
            coalesce(node ->> '$.reportingDateRange.reportingDateFrom', outer_start) as "reportingDateFrom",
            coalesce(node ->> '$.reportingDateRange.reportingDateTo', outer_end) as "reportingDateTo",
            coalesce(
                node ->> '$.orderWithDefects.count',
                node ->> '$.invoiceDefect.count',
                node ->> '$.count',
                node ->> '$.lateShipmentCount',
                node ->> '$.cancellationCount',
                node ->> '$.onTimeDeliveryCount',
                node ->> '$.unitOnTimeDeliveryCount',
                node ->> '$.validTrackingCount',
                node ->> '$.defectsCount'
            ) as numerator,
            coalesce(
                node ->> '$.orderCount',
                node ->> '$.shipmentCountWithValidTracking',
                node ->> '$.shipmentCount',
                node ->> '$.totalUnitCount',
                outer_count
            ) as denominator,
            node ->> '$.targetValue' as "targetValue",
            coalesce(node ->> '$.status', node ->> '$.ahrStatus') as status
        from nodes
    ),

    warnings as (
        select
            row_number,
            market ->> '$.marketplaceId' as marketplace,
            unnest(json_extract(market, '$.warningState[*]')) as warning
        from markets
    ),

    accounts as (
        select row_number, unnest(json_extract(doc, '$.accountStatuses[*]')) as account
        from sheet_rows
    ),

    states as (
        select
            row_number,
            marketplace,
            'warning.' || (warning ->> '$.warningType') as path,
            warning ->> '$.status' as status
        from warnings
        union all
        select row_number, account ->> '$.marketplaceId', 'account', account ->> '$.status'
        from accounts
    ),

    reports as (
        select row_number, max("reportingDateTo") as last_day
        from metrics
        group by row_number
    ),

    told as (
        from metrics
        where status is not null
        union all by name
        select states.*, reports.last_day as "reportingDateFrom", reports.last_day as "reportingDateTo"
        from states
        left join reports on states.row_number = reports.row_number
    )

    select
        * exclude (path),
        replace(
            replace(
                lower(regexp_replace(path, '([a-z])([A-Z])', '\1_\2', 'g')),
                'prefulfillment_cancel_rate',
                'pre_fulfillment_cancellation_rate'
            ),
            'document_requests',
            'document_request'
        ) as metric
    from told
"""


def _metrics(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _METRICS)


#: marketplaces by the id that the API gives them, as orders name them; another id stays as it is
_MARKETPLACES = {
    "ATVPDKIKX0DER": "amazon.com",
    "A2EUQ1WTGCTBG2": "amazon.ca",
    "A1AM78C64UM0Y8": "amazon.com.mx",
    "A2Q3Y263D00KWC": "amazon.com.br",
    "A13V1IB3VIYZZH": "amazon.fr",
    "A1F83G8C2ARO7P": "amazon.co.uk",
    "A1PA6795UKMFR9": "amazon.de",
    "A1RKKUPIHCS9HS": "amazon.es",
    "APJ6JRA9NG5V4": "amazon.it",
    "A1805IZSGTT6HS": "amazon.nl",
    "A33AVAJ2PDY3EV": "amazon.com.tr",
    "A21TJRUUN4KGV": "amazon.in",
    "A1VC38T7YXB528": "amazon.co.jp",
    "A39IBJ37TRP1C6": "amazon.com.au",
    "A19VAU5U5O7RUS": "amazon.sg",
}

ACCOUNT_HEALTH = Source(
    name="amazon",
    title="Amazon, account health (JSON)",
    is_documents=True,
    needs=(("performanceMetrics", "orderDefectRate"), ("accountStatuses", "marketplaceId")),
    prepare=_metrics,
    tables=(
        Table(
            "account_health",
            {
                "marketplace": one_of(
                    "marketplace", values={i.lower(): name for i, name in _MARKETPLACES.items()}, keep=True
                ),
                "metric": text("metric"),
                "period_start_at": time("reportingDateFrom", zone="UTC"),
                "period_end_at": time("reportingDateTo", zone="UTC"),
                "numerator": number("numerator"),
                "denominator": number("denominator"),
                "target": number("targetValue"),
                "status": text("status"),
            },
        ),
    ),
)
