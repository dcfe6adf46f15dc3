-- Where the shop sells, by the tool that tells of the orders, and what is ever told of orders there: a kind of problem
-- that no file has ever told of is not known, and not a problem that never happens. Orders that the marketplace ships
-- itself are left out of what it judges its sellers by.
-- Grain: one row per channel and tool. Reads: order_outcomes.
create or replace table int_selling_places as
select
    channel,
    source,
    count(*) as order_count,
    bool_or(has_defect) as tells_defects,
    bool_or(cancelled_by is not null or is_cancelled) as tells_cancellations,
    bool_or(is_refused) as tells_refusals,
    bool_or(has_inr) as tells_inr,
    bool_or(has_inad) as tells_inad,
    bool_or(has_ncx) as tells_ncx,
    bool_or(has_claim or has_defect) as tells_claims
from order_outcomes
where channel is not null and coalesce(fulfilled_by, '') <> 'marketplace'
group by channel, source;
