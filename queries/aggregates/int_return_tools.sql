-- Which stages the tools that tell of a return ever tell of: of the others their silence says nothing. A marketplace's
-- own warehouse is a tool apart, for the same file names the refunds of what the shop handles and not its own. A tool
-- that tells amounts and never times leaves out amounts too (Amazon does), so its silence is no debt.
-- Grain: one row per set of tools. Reads: returned_lines, raw_returns, raw_refunds.
create or replace table int_return_tools as
with tools as (
    select
        concat_ws('/', source, account, coalesce(fulfilled_by, '')) as tool,
        bool_or(dropped_off_at is not null) as tells_dropped_off,
        bool_or(received_at is not null) as tells_received,
        bool_or(inspected_at is not null) as tells_inspected,
        bool_or(restocked_at is not null) as tells_restocked,
        bool_or(refunded_at is not null) as tells_refunded
    from raw_returns
    group by all
    union all
    -- the tool of the order says nothing of its return but the refund
    select
        '@' || source || '/' || account,
        false,
        false,
        false,
        false,
        bool_or(refunded_at is not null)
    from raw_refunds
    group by source, account
),

sets as (
    select distinct tools
    from returned_lines
),

parts as (
    select
        tools,
        unnest(string_split(tools, '|')) as tool
    from sets
)

select
    parts.tools,
    coalesce(bool_or(tools.tells_dropped_off), false) as tells_dropped_off,
    coalesce(bool_or(tools.tells_received), false) as tells_received,
    coalesce(bool_or(tools.tells_inspected), false) as tells_inspected,
    coalesce(bool_or(tools.tells_restocked), false) as tells_restocked,
    coalesce(bool_or(tools.tells_refunded), false) as tells_refunded
from parts
left join tools on parts.tool = tools.tool
group by parts.tools;
