-- Tools that tell when money is given back, for the shop or account they tell it of.
-- Grain: one row per source and account. Reads: raw_returns, raw_refunds.
create or replace table int_refund_tools as
select
    source,
    account
from raw_returns
where refunded_at is not null or refund_cents is not null
union
select
    source,
    account
from raw_refunds;
