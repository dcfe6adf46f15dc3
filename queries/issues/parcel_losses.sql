-- Parcels lost by carrier and region, of the orders shipped there, each with a 95 % interval (Wilson) and the share of
-- all other parcels of the same region. Said not to have come, without a loss that the carrier owns up to, is counted
-- apart. An order is one parcel here: parcels of orders that were split are rare, and not every tool tells of them.
-- Orders that left less than three weeks before the end of the data may be lost and not known to be.
-- Grain: one row per carrier, country and region. Reads: order_outcomes, int_troubled_parcels, int_data_end.
create or replace view parcel_losses as
with shipped as (
    select
        carrier,
        country,
        region,
        count(*) as order_count,
        count(*) filter (where shipped_date > int_data_end.last_date - 21) as recent_count
    from order_outcomes
    cross join int_data_end
    where
        shipped_date is not null
        and carrier is not null
        and passes_order(order_outcomes)
        and in_period(if(getvariable('basis') = 'order', order_date, shipped_date))
    group by carrier, country, region
),

gone as (
    select
        carrier,
        country,
        region,
        count(distinct order_key) filter (where trouble = 'lost') as lost_count,
        count(distinct order_key) filter (where trouble = 'not_received') as not_received_count
    from int_troubled_parcels
    where trouble in ('lost', 'not_received') and shipped_date is not null
    group by carrier, country, region
),

counted as (
    select
        shipped.*,
        coalesce(gone.lost_count, 0) as lost_count,
        coalesce(gone.not_received_count, 0) as not_received_count
    from shipped
    left join gone
        on
            shipped.carrier = gone.carrier
            and shipped.country is not distinct from gone.country
            and shipped.region is not distinct from gone.region
),

beside as (
    select
        *,
        sum(lost_count) over (partition by country, region) - lost_count as rest_lost_count,
        sum(order_count) over (partition by country, region) - order_count as rest_order_count
    from counted
),

compared as (
    select
        *,
        least(lost_count, order_count) / order_count as share,
        3.841459 / order_count as z_squared_by_n,
        rest_lost_count / nullif(rest_order_count, 0) as rest_share,
        3.841459 / nullif(rest_order_count, 0) as rest_z_squared_by_n
    from beside
)

select
    carrier,
    country,
    region,
    order_count,
    recent_count,
    lost_count,
    not_received_count,
    share,
    greatest(
        0,
        (
            share + z_squared_by_n / 2
            - sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n)
    ) as share_low,
    least(
        1,
        (
            share + z_squared_by_n / 2
            + sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n)
    ) as share_high,
    rest_lost_count::bigint as rest_lost_count,
    rest_order_count::bigint as rest_order_count,
    rest_share,
    (
        rest_share + rest_z_squared_by_n / 2
        + sqrt(rest_z_squared_by_n * (rest_share * (1 - rest_share) + rest_z_squared_by_n / 4))
    ) / (1 + rest_z_squared_by_n) as rest_share_high
from compared
order by lost_count desc, order_count desc, carrier, country, region;

comment on view parcel_losses is 'Parcels lost by carrier and region, of the orders shipped there, with a 95 % interval.';
comment on column parcel_losses.carrier is 'Carrier.';
comment on column parcel_losses.country is 'Country it was shipped to; NULL when not known.';
comment on column parcel_losses.region is 'Region it was shipped to; NULL when not known.';
comment on column parcel_losses.order_count is 'Orders shipped there with that carrier.';
comment on column parcel_losses.recent_count is 'Of them, those of the last three weeks of the data: too early to be known as lost.';
comment on column parcel_losses.lost_count is 'Of them, lost.';
comment on column parcel_losses.not_received_count is 'Of them, said not to have come without a loss known: not among the lost.';
comment on column parcel_losses.share is 'Lost of shipped.';
comment on column parcel_losses.share_low is 'Lower end of the 95 % interval.';
comment on column parcel_losses.share_high is 'Upper end of it.';
comment on column parcel_losses.rest_lost_count is 'Lost by all other carriers in the same region.';
comment on column parcel_losses.rest_order_count is 'Shipped with all other carriers in the same region; 0 when there is no other.';
comment on column parcel_losses.rest_share is 'Their share; NULL when there is no other.';
comment on column parcel_losses.rest_share_high is 'Upper end of its 95 % interval.';
