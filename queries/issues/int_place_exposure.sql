-- Denominators by day and place under the filters that lines have, for what asks no more of articles than whether they
-- pass: few rows where no filter names one.
-- Grain: several rows per day and place, to be added up. Reads: exposure_places, int_matching_exposure.
create or replace view int_place_exposure as
select * exclude (date_basis)
from exposure_places
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and passes_order(exposure_places)
    and not filters_articles()

union all by name

select * exclude (sku, supplier, category)
from int_matching_exposure
where filters_articles();
