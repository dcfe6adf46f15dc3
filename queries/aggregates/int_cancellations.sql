-- Every cancellation with its label, each piece of evidence for and against it, and what they come to. Of a label that
-- names the customer: 'confirmed' when the customer did ask and denies nothing; 'contradicted' when no request is
-- known and at least one fact speaks against it (nothing in stock, an abnormal price, a mass cancellation, a customer
-- who denies having asked); 'undetermined' otherwise. That no message is known contradicts nothing: shops and
-- marketplaces have buttons. Other labels have no verdict.
-- Grain: one row per incident with a cancellation. Reads: cancelled_lines, cancellation_tickets,
-- int_cancellation_bursts, int_cancellation_prices, int_cancellation_stock, int_cancellation_restocks,
-- int_cancellation_rules, raw_messages, lines.
create or replace table int_cancellations as
with judged_lines as (
    select
        cancelled.*,
        stock.stock_level,
        stock.stock_at,
        stock.is_stock_before,
        prices.usual_price_cents,
        if(
            prices.usual_price_cents > 0, cancelled.unit_price_cents / prices.usual_price_cents, null
        ) as price_ratio,
        bursts.burst_key,
        bursts.burst_line_count
    from cancelled_lines as cancelled
    left join int_cancellation_stock as stock
        on
            cancelled.incident_key = stock.incident_key
            and cancelled.line_key is not distinct from stock.line_key
    left join int_cancellation_bursts as bursts
        on
            cancelled.incident_key = bursts.incident_key
            and cancelled.line_key is not distinct from bursts.line_key
    left join int_cancellation_prices as prices
        on
            cancelled.sku_key = prices.sku_key
            and cancelled.currency = prices.currency
            and cancelled.order_date = prices.order_date
),

-- of a whole order the line that tells most: the one with least stock, the strangest price, the largest burst; the
-- first one of several alike, in whatever order they were loaded
incidents as (
    select
        incident_key,
        any_value(order_key) as order_key,
        any_value(order_name) as order_name,
        if(count(*) = 1, any_value(line_key), null) as line_key,
        count(*) as line_count,
        if(count(*) = 1, any_value(sku), null) as sku,
        if(count(*) = 1, any_value(sku_key), null) as sku_key,
        if(count(*) = 1, any_value(product), null) as product,
        if(count(*) = 1, any_value(supplier), null) as supplier,
        any_value(warehouse) as warehouse,
        any_value(carrier) as carrier,
        any_value(channel) as channel,
        any_value(country) as country,
        any_value(cause) as cause,
        any_value(family) as family,
        any_value(party) as party,
        any_value(order_date) as order_date,
        min(order_at) as order_at,
        any_value(cancelled_at) as cancelled_at,
        any_value(is_date_only) as is_date_only,
        any_value(cancelled_date) as cancelled_date,
        any_value(declared) as declared,
        any_value(reason_raw) as reason_raw,
        any_value(source) as source,
        any_value(account) as account,
        any_value(requested_by_customer) as requested_by_customer,
        any_value(restocked) as restocked,
        any_value(is_partial) as is_partial,
        sum(quantity)::bigint as quantity,
        sum(unit_price_cents * coalesce(quantity, 1))::bigint as amount_cents,
        any_value(currency) as currency,
        any_value(contacted_at) as contacted_at,
        any_value(alternative_offered) as alternative_offered,
        min(stock_level) as stock_level,
        arg_min(stock_at, stock_level order by line_key) as stock_at,
        arg_min(is_stock_before, stock_level order by line_key) as is_stock_before,
        arg_max(unit_price_cents, abs(ln(nullif(price_ratio, 0))) order by line_key) as sold_price_cents,
        arg_max(usual_price_cents, abs(ln(nullif(price_ratio, 0))) order by line_key) as usual_price_cents,
        arg_max(price_ratio, abs(ln(nullif(price_ratio, 0))) order by line_key) as price_ratio,
        max(burst_line_count) as burst_line_count,
        arg_max(burst_key, burst_line_count order by line_key) as burst_key
    from judged_lines
    group by incident_key
),

written as (
    select
        incidents.incident_key,
        min(tickets.created_at) filter (
            where
            tickets.asks
            and tickets.created_at < incidents.cancelled_at + if(incidents.is_date_only, interval 1 day, interval 0 day)
        ) as request_at,
        min(tickets.created_at) filter (where tickets.denies and tickets.created_at >= incidents.cancelled_at)
            as denied_at,
        min(tickets.first_agent_at) as first_agent_at
    from incidents
    inner join cancellation_tickets as tickets on incidents.order_key = tickets.order_key
    group by incidents.incident_key
),

telling_accounts as (
    select distinct
        source,
        account
    from cancelled_lines
    where contacted_at is not null
),

-- lines of one order that were cancelled on one day, against all that it had
line_counts as (
    select
        order_key,
        count(*) as order_line_count
    from lines
    where order_key in (select cancelled_lines.order_key from cancelled_lines)
    group by order_key
),

whole_orders as (
    select
        judged_lines.order_key,
        count(distinct judged_lines.line_key) = any_value(line_counts.order_line_count) as is_whole,
        any_value(line_counts.order_line_count) as order_line_count,
        count(distinct judged_lines.line_key) filter (where judged_lines.stock_level > 0) as available_line_count,
        count(distinct judged_lines.line_key) filter (where judged_lines.stock_level <= 0) as missing_line_count,
        sum(judged_lines.unit_price_cents * coalesce(judged_lines.quantity, 1)) filter (
            where judged_lines.stock_level > 0
        )::bigint as available_cents
    from judged_lines
    inner join line_counts on judged_lines.order_key = line_counts.order_key
    group by judged_lines.order_key
),

told as (
    select
        incidents.*,
        written.request_at,
        written.denied_at,
        restocks.stock_out_at,
        incidents.stock_level <= 0 as has_no_stock,
        incidents.price_ratio < rules.low_price_ratio
        or incidents.price_ratio > rules.high_price_ratio as has_abnormal_price,
        incidents.burst_key is not null as is_in_burst,
        written.denied_at is not null as is_denied,
        coalesce(incidents.requested_by_customer, false) or written.request_at is not null as has_request,
        case
            when incidents.contacted_at <= incidents.cancelled_at then true
            when written.first_agent_at <= incidents.cancelled_at then true
            when telling_accounts.source is not null then false
            when (select min(raw_messages.sent_at) from raw_messages) <= incidents.cancelled_at then false
        end as is_contacted,
        if(incidents.is_stock_before, incidents.stock_level <= 0, null) as is_stock_updated,
        case
            when whole_orders.order_line_count = 1 or not whole_orders.is_whole then false
            when whole_orders.missing_line_count > 0 and whole_orders.available_line_count > 0 then true
            when whole_orders.missing_line_count + whole_orders.available_line_count = whole_orders.order_line_count
                then false
        end as is_whole_needlessly,
        whole_orders.order_line_count,
        whole_orders.available_cents
    from incidents
    left join written on incidents.incident_key = written.incident_key
    left join int_cancellation_restocks as restocks on incidents.incident_key = restocks.incident_key
    left join telling_accounts
        on incidents.source = telling_accounts.source and incidents.account = telling_accounts.account
    left join whole_orders on incidents.order_key = whole_orders.order_key
    left join int_cancellation_rules as rules
        on incidents.cancelled_date >= rules.from_date and incidents.cancelled_date < rules.until_date
)

select
    * exclude (stock_out_at),
    -- a piece that the customer gave up is there
    if(has_request, null, stock_out_at) as stock_out_after_at,
    case
        when declared <> 'customer' then null
        when has_request and not is_denied then 'confirmed'
        when
            not has_request
            and (
                coalesce(has_no_stock, false) or coalesce(has_abnormal_price, false) or is_in_burst or is_denied
            )
            then 'contradicted'
        else 'undetermined'
    end as verdict
from told
order by cancelled_date;
