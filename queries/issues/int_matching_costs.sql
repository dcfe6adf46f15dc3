-- What the incidents of the period cost, under every filter, by what the page is cut by (`cut`: cause, party, sku or
-- supplier; unset: cause), with the columns of int_cost_days. Without a filter on articles and places, and cut by cause
-- or party, they are added up from that.
-- Grain: several rows per value, to be added up. Reads: int_cost_days, int_matching_cost_amounts.
create or replace view int_matching_costs as
select
    if(getvariable('cut') = 'party', party, cause) as value,
    family,
    other_currency,
    incident_count,
    columns('_(measured|assumed|n|other)$')
from int_cost_days
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and coalesce(getvariable('cut'), 'cause') in ('cause', 'party')
    and not filters_lines()
    and in_period(date)
    and passes('channels', channel)
    and passes_cause(int_cost_days)

union all

select
    case getvariable('cut')
        when 'party' then party
        when 'sku' then sku
        when 'supplier' then supplier
        else cause
    end as value,
    family,
    other_currency,
    count(*) as incident_count,
    sum(columns('_(measured|assumed|n|other)$'))::bigint
from int_matching_cost_amounts
where
    coalesce(getvariable('cut'), 'cause') in ('sku', 'supplier')
    or filters_lines()
group by all;
