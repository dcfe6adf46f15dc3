-- Units sold of each article in the period, under the filters that lines have. Where no filter names a place, whole
-- months are added up from int_article_months, and only the days before and after them are read.
-- Grain: several rows per SKU and supplier, to be added up. Reads: int_article_months, int_matching_exposure.
create or replace view int_matching_sales as
select
    sku,
    supplier,
    units_sold
from int_article_months
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and not (is_filtered('channels') or filters_places())
    and (getvariable('start') is null or month_date >= getvariable('start')::date)
    and (getvariable('until') is null or month_date < date_trunc('month', getvariable('until')::date))
    and passes('skus', sku)
    and passes('suppliers', supplier)

union all

-- the days before the first whole month
select
    sku,
    supplier,
    units_sold
from int_matching_exposure
where
    not (is_filtered('channels') or filters_places())
    and date >= getvariable('start')::date
    and date < date_trunc('month', getvariable('start')::date - 1) + interval 1 month
    and (getvariable('until') is null or date < getvariable('until')::date)

union all

-- the days after the last one
select
    sku,
    supplier,
    units_sold
from int_matching_exposure
where
    not (is_filtered('channels') or filters_places())
    and date >= date_trunc('month', getvariable('until')::date)
    and date < getvariable('until')::date
    and (
        getvariable('start') is null
        or date >= date_trunc('month', getvariable('start')::date - 1) + interval 1 month
    )

union all

select
    sku,
    supplier,
    units_sold
from int_matching_exposure
where
    (is_filtered('channels') or filters_places())
    and in_period(date);
