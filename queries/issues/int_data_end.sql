-- The last day that the data tell of. A date in the future (a typing error in a file) does not count.
-- Grain: one row. Reads: int_incident_days, int_exposure_sums, published.
create or replace view int_data_end as
with known as (
    select max(date) as date
    from int_incident_days
    where date_basis = 'event'
    union all
    select max(date) as date
    from int_exposure_sums
)

select
    least(
        max(known.date),
        -- one day on top, for zones that are ahead of UTC
        coalesce((select max(published.published_at)::date + 1 from published), max(known.date))
    ) as last_date
from known;
