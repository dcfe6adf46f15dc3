-- Lines cancelled for want of stock of all lines ordered, by channel, with the 95 % interval of the rate (Wilson).
-- Labels that hide a stock-out against the facts count.
-- Grain: one row per channel. Reads: int_stock_out_lines, int_period_cancellations, int_exposure_sums,
-- int_place_exposure.
create or replace view oversell_by_channel as
with ordered_days as (
    select
        channel,
        date,
        lines_confirmed
    from int_exposure_sums
    where
        date_basis = coalesce(getvariable('basis'), 'event')
        and passes('channels', channel)
        and not filters_lines()
    union all
    select
        channel,
        date,
        lines_confirmed
    from int_place_exposure
    where filters_lines()
),

ordered as (
    select
        channel,
        sum(lines_confirmed)::bigint as line_count
    from ordered_days
    where in_period(date)
    group by channel
),

cancelled as (
    select
        short.channel,
        count(*) as cancelled_line_count,
        count(*) filter (where short.is_hidden) as hidden_line_count
    from int_stock_out_lines as short
    semi join int_period_cancellations as cancellations on short.incident_key = cancellations.incident_key
    group by short.channel
),

together as (
    select
        coalesce(ordered.channel, cancelled.channel) as channel,
        coalesce(ordered.line_count, 0) as line_count,
        coalesce(cancelled.cancelled_line_count, 0) as cancelled_line_count,
        coalesce(cancelled.hidden_line_count, 0) as hidden_line_count
    from ordered
    full join cancelled on ordered.channel is not distinct from cancelled.channel
),

rated as (
    select
        *,
        cancelled_line_count / nullif(line_count, 0) as rate,
        1.96 * 1.96 / nullif(line_count, 0) as z2n
    from together
)

select
    channel,
    line_count,
    cancelled_line_count,
    hidden_line_count,
    rate,
    greatest((rate + z2n / 2 - sqrt(greatest(z2n * rate * (1 - rate) + z2n * z2n / 4, 0))) / (1 + z2n), 0) as rate_low,
    least((rate + z2n / 2 + sqrt(greatest(z2n * rate * (1 - rate) + z2n * z2n / 4, 0))) / (1 + z2n), 1) as rate_high
from rated
where line_count > 0 or cancelled_line_count > 0
order by rate desc nulls last, channel;

comment on view oversell_by_channel is 'Lines cancelled for want of stock of all lines ordered, by channel.';
comment on column oversell_by_channel.channel is 'Where it was sold; NULL when not known.';
comment on column oversell_by_channel.line_count is 'Confirmed lines ordered in the period; 0 when no orders are loaded.';
comment on column oversell_by_channel.cancelled_line_count is 'Lines cancelled for want of stock in the period.';
comment on column oversell_by_channel.hidden_line_count is 'Of them, those whose label named the customer against the facts.';
comment on column oversell_by_channel.rate is 'Cancelled lines for one line ordered; NULL without orders.';
comment on column oversell_by_channel.rate_low is 'Lower end of the 95 % interval.';
comment on column oversell_by_channel.rate_high is 'Upper end of the 95 % interval.';
