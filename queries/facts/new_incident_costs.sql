-- What incidents cost, part by part, for the incidents that a load touches. Each is compared with the order as it
-- should have been: paid once, delivered once, kept. So the refund pays for goods that do not come back and for the way
-- there; goods are a cost of their own where no refund pays for them (written off, lost, sent again), and goods that
-- come back lower it. Money given back for what never left is a sale lost, kept apart.
-- The basis of a part is 1 (measured: a record says it), 2 (assumed: a rule of the shop says it), 3 (missing), 4 (no
-- refund is told, which means none if the order's tool tells of refunds) or NULL (the incident has no occasion for it).
-- Goods are in `goods_currency`, freight and minutes in the main currency, all else in `currency`.
-- Kept by: incident_key, sorted by event_date.
-- Grain: one row per incident. Reads: touched_incidents, touched_signals, lines, raw_returns, raw_claims,
-- stg_orders, stg_order_refs, stg_shipments, stg_products, rule_cost_goods, rule_cost_freight, rule_cost_handling,
-- rule_cost_fees, rule_cost_resale, rule_cost_limits.
create or replace temp view new_incident_costs as
with touched as (
    select *
    from touched_incidents
),

told as (
    select
        incident_key,
        kind,
        record_id
    from touched_signals
),

returned as (
    select
        told.incident_key,
        bool_or(coalesce(returns.received_at, returns.inspected_at, returns.restocked_at) is not null) as is_back,
        bool_or(returns.restocked_at is not null) as is_restocked,
        -- a return whose payer is not told is the shop's own
        bool_or(
            coalesce(returns.dropped_off_at, returns.received_at, returns.inspected_at, returns.restocked_at)
            is not null
            and coalesce(lower(returns.label_payer), 'merchant') = 'merchant'
        ) as is_freight_ours,
        list_distinct(flatten(list([normal_code(returns.disposition), normal_code(returns.condition_raw)]))) as codes
    from told
    inner join raw_returns as returns on told.record_id = returns.record_id
    where
        told.kind = 'return'
        and coalesce(lower(returns.status), '') not in ('declined', 'cancelled')
    group by told.incident_key
),

-- of these claims the money comes to the shop; a claim in another currency than its incident is not known here
claimed as (
    select
        told.incident_key,
        count(*) filter (where claims.paid_cents is null or coalesce(claims.currency <> touched.currency, false))
            as unknown_count,
        count(*) filter (
            where coalesce(claims.paid_cents, 0) = 0 and claims.outcome is null and lower(claims.status) = 'open'
        ) as open_count,
        sum(claims.paid_cents)::bigint as paid_cents,
        any_value(claims.currency) as currency
    from told
    inner join touched on told.incident_key = touched.incident_key
    inner join raw_claims as claims on told.record_id = claims.record_id
    where told.kind = 'claim' and claims.kind in ('carrier', 'reimbursement', 'supplier')
    group by told.incident_key
),

counted as (
    select
        incident_key,
        kind,
        count(*) as signal_count
    from told
    group by incident_key, kind
),

handling_days as (
    select distinct event_date
    from touched
),

handling_rules as (
    select
        rules.kind,
        days.event_date,
        max_by(rules.minutes * rules.hourly_cost / 60, coalesce(rules.valid_from, date '-infinity')) as signal_cents
    from handling_days as days
    inner join rule_cost_handling as rules on rules.valid_from is null or days.event_date >= rules.valid_from
    group by rules.kind, days.event_date
),

handled as (
    select
        counted.incident_key,
        case
            when count(*) = count(rules.signal_cents)
                then round(sum(counted.signal_count * rules.signal_cents))::bigint
        end as handling_cents
    from counted
    inner join touched on counted.incident_key = touched.incident_key
    left join handling_rules as rules on counted.kind = rules.kind and touched.event_date = rules.event_date
    group by counted.incident_key
),

freight_rules as (
    select
        ways.carrier,
        ways.country,
        ways.event_date,
        rules.direction,
        max_by(
            rules.amount,
            (rules.carrier is not null, rules.country is not null, coalesce(rules.valid_from, date '-infinity'))
        ) as amount_cents
    from (
        select distinct
            carrier,
            country,
            event_date
        from touched
    ) as ways
    inner join rule_cost_freight as rules
        on
            (rules.carrier is null or normal_code(rules.carrier) = normal_code(ways.carrier))
            and (rules.country is null or upper(rules.country) = ways.country)
            and (rules.valid_from is null or ways.event_date >= rules.valid_from)
    group by all
),

fee_rules as (
    select
        sold.channel,
        sold.event_date,
        max_by(
            rules.kept_share, (rules.channel is not null, coalesce(rules.valid_from, date '-infinity'))
        ) as kept_share
    from (
        select distinct
            channel,
            event_date
        from touched
    ) as sold
    inner join rule_cost_fees as rules
        on
            (rules.channel is null or sold.channel = rules.channel)
            and (rules.valid_from is null or sold.event_date >= rules.valid_from)
    group by sold.channel, sold.event_date
),

goods_rules as (
    select
        kinds.category,
        kinds.supplier,
        kinds.event_date,
        max_by(
            rules.cost_share,
            (rules.category is not null, rules.supplier is not null, coalesce(rules.valid_from, date '-infinity'))
        ) as cost_share
    from (
        select distinct
            category,
            supplier,
            event_date
        from touched
    ) as kinds
    inner join rule_cost_goods as rules
        on
            (rules.category is null or normal_code(rules.category) = normal_code(kinds.category))
            and (rules.supplier is null or normal_code(rules.supplier) = normal_code(kinds.supplier))
            and (rules.valid_from is null or kinds.event_date >= rules.valid_from)
    group by kinds.category, kinds.supplier, kinds.event_date
),

-- two tools may tell of one return: the better end is believed, as it is told by who saw the goods last
resale_rules as (
    select
        returned.incident_key,
        max(rules.resale_share) as resale_share
    from returned
    inner join touched on returned.incident_key = touched.incident_key
    inner join rule_cost_resale as rules
        on
            list_contains(returned.codes, normal_code(rules.disposition))
            and (rules.valid_from is null or touched.event_date >= rules.valid_from)
    where
        not exists (
            select 1
            from rule_cost_resale as newer
            where
                normal_code(newer.disposition) = normal_code(rules.disposition)
                and newer.valid_from <= touched.event_date
                and (rules.valid_from is null or newer.valid_from > rules.valid_from)
        )
    group by returned.incident_key
),

order_lines as (
    select
        order_key,
        count(*) as line_count,
        bool_or(is_shipped) as is_shipped
    from lines
    where order_key in (select touched.order_key from touched)
    group by order_key
),

-- a second parcel of an order of one line, that left after the trouble began: the goods were sent again
sent_again as (
    select touched.incident_key
    from touched
    inner join order_lines on touched.order_key = order_lines.order_key and order_lines.line_count = 1
    inner join stg_order_refs as refs on touched.order_key = refs.order_key
    inner join stg_shipments as parcels on refs.ref = parcels.ref and refs.account = parcels.account
    group by touched.incident_key, touched.first_at
    having
        bool_or(parcels.shipped_at < touched.first_at)
        and bool_or(
            parcels.shipped_at > touched.first_at and parcels.shipped_at < touched.first_at + interval 60 days
        )
),

gathered as (
    select
        touched.*,
        stg_orders.source || '/' || stg_orders.account as order_tool,
        coalesce(touched.quantity, lines.quantity) as pieces,
        lines.unit_price_cents * coalesce(touched.quantity, lines.quantity) as price_cents,
        coalesce(lines.is_shipped, order_lines.is_shipped, false)
        or list_has_any(touched.kinds, ['return', 'tracking']) as is_sent,
        coalesce(returned.is_back, false) as is_back,
        coalesce(returned.is_restocked, false) as is_restocked,
        coalesce(returned.is_freight_ours, false) as is_freight_ours,
        sent_again.incident_key is not null as is_sent_again,
        claimed.incident_key is not null as is_claimed,
        if(claimed.unknown_count + claimed.open_count = 0, -claimed.paid_cents, null) as recovered_cents,
        coalesce(touched.currency, claimed.currency) as recovered_currency,
        -- a ticket that is an incident by itself is kept as that only
        if(
            touched.signal_count = 1 and touched.kinds = ['ticket'],
            round(of_tickets.signal_cents)::bigint,
            handled.handling_cents
        ) as handling_cents,
        freight_out.amount_cents as freight_out_cents,
        freight_back.amount_cents as freight_back_cents,
        fee_rules.kept_share,
        if(returned.is_restocked, 1, resale_rules.resale_share) as resale_share,
        products.unit_cost_cents is not null as is_cost_told,
        coalesce(products.unit_cost_cents, lines.unit_price_cents * goods_rules.cost_share)
        * coalesce(touched.quantity, lines.quantity) as goods_cents,
        if(products.unit_cost_cents is not null, products.unit_cost_currency, touched.currency) as goods_currency,
        (select limits.value from rule_cost_limits as limits where limits.limit = 'goodwill_below') as goodwill_below
    from touched
    left join lines on touched.line_key = lines.line_key
    left join order_lines on touched.order_key = order_lines.order_key
    left join stg_orders on touched.order_key = stg_orders.order_key
    left join stg_products as products on upper(trim(touched.sku)) = products.sku_key
    left join returned on touched.incident_key = returned.incident_key
    left join claimed on touched.incident_key = claimed.incident_key
    left join handled on touched.incident_key = handled.incident_key
    left join handling_rules as of_tickets on of_tickets.kind = 'ticket' and touched.event_date = of_tickets.event_date
    left join sent_again on touched.incident_key = sent_again.incident_key
    left join resale_rules on touched.incident_key = resale_rules.incident_key
    left join fee_rules
        on touched.channel is not distinct from fee_rules.channel and touched.event_date = fee_rules.event_date
    left join freight_rules as freight_out
        on
            freight_out.direction = 'out'
            and touched.carrier is not distinct from freight_out.carrier
            and touched.country is not distinct from freight_out.country
            and touched.event_date = freight_out.event_date
    left join freight_rules as freight_back
        on
            freight_back.direction = 'back'
            and touched.carrier is not distinct from freight_back.carrier
            and touched.country is not distinct from freight_back.country
            and touched.event_date = freight_back.event_date
    left join goods_rules
        on
            touched.category is not distinct from goods_rules.category
            and touched.supplier is not distinct from goods_rules.supplier
            and touched.event_date = goods_rules.event_date
),

judged as (
    select
        *,
        list_contains(kinds, 'cancellation') and not is_sent as is_lost_sale,
        coalesce(
            is_sent
            and not list_has_any(kinds, ['return', 'cancellation'])
            and cost_cents > 0
            and cost_cents < goodwill_below * price_cents,
            false
        ) as is_goodwill,
        coalesce(cost_cents, 0) > 0 as is_refunded,
        -- a parcel that its carrier says is lost or damaged
        list_contains(kinds, 'tracking') and cause in ('lost_in_transit', 'damaged_in_transit') as is_parcel_gone
    from gathered
),

parted as (
    select
        *,
        case
            when is_lost_sale or is_goodwill then null
            when cost_cents is not null then 'measured'
            when list_has_any(kinds, ['return', 'cancellation', 'refund']) then 'missing'
            else 'untold'
        end as refund_basis,
        cost_cents as refund_amount,
        if(is_goodwill, 'measured', null) as goodwill_basis,
        cost_cents as goodwill_amount,
        case
            when
                not (
                    list_contains(kinds, 'write_off')
                    or is_sent_again
                    or (is_parcel_gone and not is_refunded)
                ) then null
            when goods_cents is null then 'missing'
            when is_cost_told then 'measured'
            else 'assumed'
        end as goods_basis,
        round(goods_cents)::bigint as goods_amount,
        case
            when is_sent_again then if(freight_out_cents is null, 'missing', 'assumed')
        end as freight_out_basis,
        freight_out_cents as freight_out_amount,
        case
            when is_freight_ours then if(freight_back_cents is null, 'missing', 'assumed')
        end as freight_back_basis,
        freight_back_cents as freight_back_amount,
        if(handling_cents is null, 'missing', 'assumed') as handling_basis,
        handling_cents as handling_amount,
        case when is_refunded then if(kept_share is null, 'missing', 'assumed') end as fee_basis,
        round(cost_cents * kept_share)::bigint as fee_amount,
        case when is_claimed then if(recovered_cents is null, 'missing', 'measured') end as recovery_basis,
        recovered_cents as recovery_amount,
        case
            when not is_back or not is_refunded or is_lost_sale then null
            when resale_share is null or goods_cents is null then 'missing'
            when is_restocked and is_cost_told then 'measured'
            else 'assumed'
        end as resale_basis,
        -- goods never give back more than what was paid back for them
        -least(
            round(goods_cents * resale_share)::bigint, if(goods_currency = currency, cost_cents, null)
        ) as resale_amount,
        case
            when not is_lost_sale then null
            when cost_cents is not null then 'measured'
            when price_cents is not null then 'assumed'
            else 'missing'
        end as lost_sale_basis,
        coalesce(cost_cents, price_cents) as lost_sale_amount
    from judged
)

select
    incident_key,
    order_key,
    order_tool,
    event_date,
    order_date,
    cause,
    family,
    party,
    sku,
    supplier,
    warehouse,
    carrier,
    channel,
    country,
    recovered_currency as currency,
    goods_currency,
    list_position(['measured', 'assumed', 'missing', 'untold'], refund_basis)::tinyint as refund_basis,
    if(refund_basis in ('measured', 'assumed'), refund_amount, null) as refund_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], goodwill_basis)::tinyint as goodwill_basis,
    if(goodwill_basis in ('measured', 'assumed'), goodwill_amount, null) as goodwill_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], goods_basis)::tinyint as goods_basis,
    if(goods_basis in ('measured', 'assumed'), goods_amount, null) as goods_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], freight_out_basis)::tinyint as freight_out_basis,
    if(freight_out_basis in ('measured', 'assumed'), freight_out_amount, null) as freight_out_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], freight_back_basis)::tinyint as freight_back_basis,
    if(freight_back_basis in ('measured', 'assumed'), freight_back_amount, null) as freight_back_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], handling_basis)::tinyint as handling_basis,
    if(handling_basis in ('measured', 'assumed'), handling_amount, null) as handling_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], fee_basis)::tinyint as fee_basis,
    if(fee_basis in ('measured', 'assumed'), fee_amount, null) as fee_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], recovery_basis)::tinyint as recovery_basis,
    if(recovery_basis in ('measured', 'assumed'), recovery_amount, null) as recovery_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], resale_basis)::tinyint as resale_basis,
    if(resale_basis in ('measured', 'assumed'), resale_amount, null) as resale_cents,
    list_position(['measured', 'assumed', 'missing', 'untold'], lost_sale_basis)::tinyint as lost_sale_basis,
    if(lost_sale_basis in ('measured', 'assumed'), lost_sale_amount, null) as lost_sale_cents
from parted;
