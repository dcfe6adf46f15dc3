-- Returns that came back and were not refunded, the oldest first: money owed to customers. `age_from` keeps those of
-- one row of return_ageing.
-- Grain: one row per returned line. Reads: int_matching_returns, return_clocks, int_data_end.
create or replace view returns_not_refunded as
with due as (
    select
        incident_key,
        return_number,
        target_days,
        target_kind,
        due_date
    from return_clocks
    where stage = 'refunded' and not is_done
),

aged as (
    select
        owed.return_id,
        owed.source,
        owed.incident_key,
        owed.order_key,
        owed.order_name,
        owed.sku,
        owed.product,
        owed.warehouse,
        owed.channel,
        owed.received_date,
        owed.inspected_date,
        int_data_end.last_date - owed.received_date as open_days,
        due.target_days,
        due.target_kind,
        due.due_date,
        due.due_date < int_data_end.last_date as is_overdue,
        int_data_end.last_date - due.due_date as overdue_days,
        owed.value_cents as owed_cents,
        owed.currency
    from int_matching_returns as owed
    cross join int_data_end
    left join due on owed.incident_key = due.incident_key and owed.return_number = due.return_number
    where
        owed.is_owed
        and in_period(owed.received_date)
)

select
    aged.return_id,
    aged.source,
    aged.incident_key,
    aged.order_key,
    aged.order_name,
    aged.sku,
    aged.product,
    aged.warehouse,
    aged.channel,
    aged.received_date,
    aged.inspected_date,
    aged.open_days,
    case
        when aged.open_days <= 2 then 0
        when aged.open_days <= 7 then 3
        when aged.open_days <= 14 then 8
        when aged.open_days <= 30 then 15
        when aged.open_days <= 60 then 31
        else 61
    end as age_from_days,
    aged.target_days,
    aged.target_kind,
    aged.due_date,
    aged.is_overdue,
    aged.overdue_days,
    aged.owed_cents,
    aged.currency
from aged
where getvariable('age_from') is null or age_from_days = getvariable('age_from')
order by aged.received_date, aged.return_id, aged.sku, aged.incident_key;

comment on view returns_not_refunded is 'Returns received and not refunded, oldest first.';
comment on column returns_not_refunded.return_id is 'Number of the return.';
comment on column returns_not_refunded.source is 'Tool that tells of it.';
comment on column returns_not_refunded.incident_key is 'Key of its incident.';
comment on column returns_not_refunded.order_key is 'Key of its order.';
comment on column returns_not_refunded.order_name is 'Number of its order.';
comment on column returns_not_refunded.sku is 'Article.';
comment on column returns_not_refunded.product is 'Name of the article.';
comment on column returns_not_refunded.warehouse is 'Warehouse that received it, else the one that shipped it.';
comment on column returns_not_refunded.channel is 'Where it was sold.';
comment on column returns_not_refunded.received_date is 'Day it was received, in the shop''s zone.';
comment on column returns_not_refunded.inspected_date is 'Day it was inspected; NULL when it was not, or nobody tells.';
comment on column returns_not_refunded.open_days is 'Days from its reception to the last day of the data.';
comment on column returns_not_refunded.age_from_days is 'First day of the age group it is in: 0, 3, 8, 15, 31 or 61.';
comment on column returns_not_refunded.target_days is 'Days allowed for the refund by the rules of return_targets; NULL without one.';
comment on column returns_not_refunded.target_kind is 'calendar or business days.';
comment on column returns_not_refunded.due_date is 'Last day allowed for the refund; NULL without a target.';
comment on column returns_not_refunded.is_overdue is 'Whether that day is past at the end of the data; NULL without a target.';
comment on column returns_not_refunded.overdue_days is 'Days past that day; below zero while there is time; NULL without a target.';
comment on column returns_not_refunded.owed_cents is 'Price of the pieces, minor units: an estimate, before discounts; NULL when the price is not known.';
comment on column returns_not_refunded.currency is 'Currency of the amount.';
