-- Tags, reasons, inspected conditions and channels that say nothing to the rules yet, and how often they occur.
-- Grain: one row per kind, scheme and value. Reads: ticket_tags, raw_tickets, raw_returns, raw_cancellations,
-- raw_refunds, raw_claims, raw_orders, ref_tags, ref_codes, ref_channels, settings.
create or replace table int_unmapped_values as
with told as (
    select
        'reason' as value_kind,
        reason_scheme as scheme,
        reason as value,
        count(*) as signal_count,
        max(created_at) as last_seen_at
    from (
        select
            reason_scheme,
            unnest(reason_raw) as reason,
            created_at
        from raw_tickets
        where len(reason_raw) > 0 and not coalesce(is_excluded, false)
    ) as given
    group by reason_scheme, reason
    union all
    select
        'reason',
        reason_scheme,
        reason_raw,
        count(*),
        max(coalesce(requested_at, received_at, refunded_at, updated_at))
    from raw_returns
    group by reason_scheme, reason_raw
    union all
    select
        'reason',
        reason_scheme,
        reason_raw,
        count(*),
        max(coalesce(cancelled_at, refunded_at, updated_at))
    from raw_cancellations
    group by reason_scheme, reason_raw
    union all
    select
        'reason',
        reason_scheme,
        reason_raw,
        count(*),
        max(coalesce(refunded_at, charged_at, updated_at))
    from raw_refunds
    group by reason_scheme, reason_raw
    union all
    select
        'reason',
        reason_scheme,
        reason_raw,
        count(*),
        max(opened_at)
    from raw_claims
    group by reason_scheme, reason_raw
    union all
    select
        'reason',
        condition_scheme,
        condition_raw,
        count(*),
        max(coalesce(inspected_at, received_at, requested_at))
    from raw_returns
    where condition_raw is not null
    group by condition_scheme, condition_raw
    union all
    select
        'channel',
        source,
        channel_raw,
        count(*),
        max(created_at)
    from raw_tickets
    -- a word that a source does not know stays as it is
    where channel_raw is not null and (channel is null or channel = channel_raw)
    group by source, channel_raw
    union all
    select
        'channel',
        source,
        channel_raw,
        count(*),
        max(placed_at)
    from raw_orders
    where channel_raw is not null and (channel is null or channel = channel_raw)
    group by source, channel_raw
),

dated as (
    select
        value_kind,
        scheme,
        value,
        sum(signal_count)::bigint as signal_count,
        timezone((select settings.zone from settings), timezone('UTC', max(last_seen_at)))::date as last_seen_date
    from told
    group by value_kind, scheme, value
    union all
    select
        'tag',
        null,
        tag,
        count(*),
        max(created_date)
    from ticket_tags
    where not is_mapped
    group by tag
),

values_told as (
    select
        *,
        normal_code(value) as code,
        normal_code(regexp_extract(value, '^.*(?:::|>)(.+)$', 1)) as last_code
    from dated
    where value is not null and trim(value) <> ''
)

select
    value_kind,
    scheme,
    value,
    signal_count,
    last_seen_date
from values_told
where
    (
        value_kind = 'channel'
        and not exists (
            select 1
            from ref_channels
            where
                ref_channels.code = values_told.code
                and (ref_channels.source is null or ref_channels.source = values_told.scheme)
        )
    )
    or (
        value_kind <> 'channel'
        and not exists (
            select 1 from ref_tags where ref_tags.tag in (values_told.code, values_told.last_code)
        )
        and not exists (
            select 1 from ref_codes where ref_codes.scheme = values_told.scheme and ref_codes.code = values_told.code
        )
    )
order by signal_count desc, value_kind, value;
