-- Denominators by day and place under the filters that lines have.
-- Grain: one row per day and place. Reads: exposure_daily.
create or replace view int_matching_exposure as
select * exclude (date_basis)
from exposure_daily
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and passes_line(exposure_daily);
