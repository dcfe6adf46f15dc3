-- Returns received and not refunded by how long they have waited, with the money owed and how many are past their
-- target.
-- Grain: one row per age group, those without a return included unless nothing is owed at all. Reads:
-- returns_not_refunded, settings.
create or replace view return_ageing as
with groups as (
    select unnest([(0, 2), (3, 7), (8, 14), (15, 30), (31, 60), (61, null)]) as ages
),

owed as materialized (
    from returns_not_refunded
)

select
    groups.ages[1] as age_from_days,
    groups.ages[2] as age_to_days,
    count(owed.incident_key) as line_count,
    count(*) filter (where owed.is_overdue) as overdue_count,
    count(owed.incident_key) filter (where owed.is_overdue is null) as without_target_count,
    if(
        line_count = 0,
        0,
        sum(owed.owed_cents) filter (
            where owed.currency = coalesce(getvariable('currency'), settings.main_currency)
        )
    )::bigint as owed_cents,
    if(
        overdue_count = 0,
        0,
        sum(owed.owed_cents) filter (
            where owed.is_overdue and owed.currency = coalesce(getvariable('currency'), settings.main_currency)
        )
    )::bigint as overdue_cents,
    count(owed.incident_key) filter (
        where
        owed.owed_cents is not null
        and owed.currency is distinct from coalesce(getvariable('currency'), settings.main_currency)
    ) as other_currency_count,
    count(owed.incident_key) filter (where owed.owed_cents is null) as unpriced_count
from groups
cross join settings
left join owed on groups.ages[1] = owed.age_from_days
where exists (from owed)
group by groups.ages
order by groups.ages;

comment on view return_ageing is 'Returns received and not refunded, by how long they have waited.';
comment on column return_ageing.age_from_days is 'Fewest days since reception.';
comment on column return_ageing.age_to_days is 'Most days since reception; NULL for the last group.';
comment on column return_ageing.line_count is 'Returned lines that are not refunded.';
comment on column return_ageing.overdue_count is 'Of them, those past their target.';
comment on column return_ageing.without_target_count is 'Of them, those that have no target.';
comment on column return_ageing.owed_cents is 'Price of their pieces in the currency asked for, minor units: an estimate, before discounts; NULL when no price is known.';
comment on column return_ageing.overdue_cents is 'The same of those past their target.';
comment on column return_ageing.other_currency_count is 'Lines whose price is in another currency; in no amount.';
comment on column return_ageing.unpriced_count is 'Lines without a known price; in no amount.';
