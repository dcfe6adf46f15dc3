-- Waits for a stage of a return that began in the period (of the order's day on the order basis), under every filter,
-- where the line's tools ever tell of that stage. `place` is what the variable `place_kind` asks for: warehouse, sku,
-- supplier, channel, reason or cause; without it, everything is one place, NULL.
-- A wait that is over and whose time is not known, or that ended before it began, has no days: it is counted, and is
-- in no median. An open one has lasted until the last day of the data.
-- Grain: one row per returned line and stage. Reads: return_clocks, int_return_tools, int_data_end.
create or replace view int_return_waits as
select
    clocks.stage,
    case getvariable('place_kind')
        when 'warehouse' then clocks.warehouse
        when 'sku' then clocks.sku
        when 'supplier' then clocks.supplier
        when 'channel' then clocks.channel
        when 'reason' then clocks.reported_cause
        when 'cause' then clocks.cause
    end as place,
    clocks.is_done,
    case
        when not clocks.is_done then int_data_end.last_date - clocks.start_date
        when clocks.days >= 0 then clocks.days
    end as days,
    coalesce(clocks.days < 0, false) as is_too_early,
    case
        when clocks.due_date is null or (clocks.is_done and clocks.done_date is null) then null
        when coalesce(clocks.done_date, int_data_end.last_date) > clocks.due_date then true
        when clocks.is_done then false
    end as is_late,
    clocks.due_date is not null as has_target
from return_clocks as clocks
inner join int_return_tools as tools on clocks.tools = tools.tools
cross join int_data_end
where
    case clocks.stage
        when 'dropped_off' then tools.tells_dropped_off
        when 'received' then tools.tells_received
        when 'inspected' then tools.tells_inspected
        when 'restocked' then tools.tells_restocked
        else tools.tells_refunded
    end
    and (getvariable('stage') is null or clocks.stage = getvariable('stage'))
    and in_period(if(getvariable('basis') = 'order', clocks.order_date, clocks.start_date))
    and passes_incident(clocks);
