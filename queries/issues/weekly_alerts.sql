-- What to treat this week, of every kind that queries/alerts knows, in the order of money at stake x certainty. What
-- has no amount in the main currency, not even at the shop's exchange rate, is not nothing: it is ranked as if it had
-- the median of the others. As of the end of the data, whatever the period. Who has what in hand, and what is muted, is
-- kept in the notebook: the list of seven is made of both.
-- Grain: one row per thing to tell. Reads: kept_alerts, int_cost_rates, ref_causes, int_data_end.
create or replace view weekly_alerts as
with ranked as (
    select
        kept_alerts.*,
        -- a lot or region, for which there is no filter, passes that of what holds it
        coalesce(kept_alerts.facts ->> '$.within_kind', kept_alerts.place_kind) as filter_kind,
        coalesce(kept_alerts.facts ->> '$.within_place', kept_alerts.place) as filter_place,
        kept_alerts.amount_cents * rates.rate as main_cents,
        median(main_cents) over () as median_cents
    from kept_alerts
    cross join int_data_end
    left join int_cost_rates as rates
        on
            kept_alerts.currency = rates.currency
            and int_data_end.last_date >= rates.from_date
            and int_data_end.last_date < rates.until_date
)

select
    alerts.kind || '/' || alerts.item as alert_key,
    alerts.aliases,
    alerts.kind,
    alerts.cause,
    causes.family,
    alerts.party,
    alerts.place_kind,
    alerts.place,
    alerts.item_count,
    alerts.size,
    alerts.amount_cents,
    alerts.amount_count,
    alerts.currency,
    alerts.certainty,
    round(coalesce(alerts.main_cents, alerts.median_cents) * alerts.certainty)::bigint as score_cents,
    alerts.since_date,
    alerts.due_date,
    alerts.due_date - int_data_end.last_date as left_days,
    alerts.began_date,
    int_data_end.last_date as data_date,
    alerts.facts::varchar as facts
from ranked as alerts
cross join int_data_end
left join ref_causes as causes on alerts.cause = causes.cause
where
    passes('causes', alerts.cause)
    and passes('families', causes.family)
    and passes('parties', alerts.party)
    and passes('channels', if(alerts.filter_kind = 'channel', alerts.filter_place, null))
    and passes('skus', if(alerts.filter_kind = 'sku', alerts.filter_place, null))
    and passes('suppliers', if(alerts.filter_kind = 'supplier', alerts.filter_place, null))
    and passes('warehouses', if(alerts.filter_kind = 'warehouse', alerts.filter_place, null))
    and passes('carriers', if(alerts.filter_kind = 'carrier', alerts.filter_place, null))
    and passes('countries', if(alerts.filter_kind = 'country', alerts.filter_place, null))
order by score_cents desc nulls last, left_days nulls last, alerts.size desc, alert_key;

comment on view weekly_alerts is 'What to treat this week, of every kind, by money at stake and certainty.';
comment on column weekly_alerts.alert_key is 'Key of the thing: the same in later loads.';
comment on column weekly_alerts.aliases is 'Keys that the same thing may have had in earlier loads.';
comment on column weekly_alerts.kind is 'rising, refund_overdue, carrier_claim, buyer_claim, marketplace_limit, stock_wrong and others.';
comment on column weekly_alerts.cause is 'Root cause; NULL when it does not matter.';
comment on column weekly_alerts.family is 'Family of the cause.';
comment on column weekly_alerts.party is 'Who can put it right.';
comment on column weekly_alerts.place_kind is 'lot, sku, supplier, region, warehouse, carrier, channel, or all.';
comment on column weekly_alerts.place is 'Which one; NULL for all.';
comment on column weekly_alerts.item_count is 'Incidents, returns, parcels, cases or orders that it is about.';
comment on column weekly_alerts.size is 'How large it is without money, to tell whether it grew: incidents above the expected ones, share of a limit, or the count.';
comment on column weekly_alerts.amount_cents is 'Money at stake, minor units; NULL when no amount is known.';
comment on column weekly_alerts.amount_count is 'Of how many of the items the amount is known; NULL where it is not theirs.';
comment on column weekly_alerts.currency is 'Its currency: the main one, or where no amount is known in that, the one of most.';
comment on column weekly_alerts.certainty is 'How sure it is that the money is lost if nobody acts, 0 to 1.';
comment on column weekly_alerts.score_cents is 'Amount x certainty, by which the list is sorted; without an amount in the main currency, the median of the others x certainty. NULL when no amount is known at all.';
comment on column weekly_alerts.since_date is 'Since when it is so.';
comment on column weekly_alerts.due_date is 'First deadline; NULL when there is none.';
comment on column weekly_alerts.left_days is 'Days from the last day of the data to then; below zero when late.';
comment on column weekly_alerts.began_date is 'Monday of the first week by which a rise was seen; NULL for other kinds, or when it is too long ago to tell.';
comment on column weekly_alerts.data_date is 'Last day of the data.';
comment on column weekly_alerts.facts is 'The figures that its words need, in JSON; which, depends on the kind.';
