-- What one unit of a currency is worth in the main one, and on which days; the main currency is worth itself. We ship
-- no rates: a currency without a line here is converted by nobody.
-- Grain: one row per currency and span of days. Reads: rule_currency_rates, settings.
create or replace table int_cost_rates as
select
    upper(trim(currency)) as currency,
    rate,
    coalesce(valid_from, date '-infinity') as from_date,
    coalesce(
        lead(valid_from) over (
            partition by upper(trim(currency))
            order by coalesce(valid_from, date '-infinity')
        ),
        date 'infinity'
    ) as until_date
from rule_currency_rates
where upper(trim(currency)) is distinct from (select settings.main_currency from settings)

union all

select
    main_currency,
    1,
    date '-infinity',
    date 'infinity'
from settings
where main_currency is not null;
