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
    and coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) = 0
    and (getvariable('start') is null or month_date >= getvariable('start')::date)
    and (getvariable('until') is null or month_date < date_trunc('month', getvariable('until')::date))
    and (coalesce(len(getvariable('skus')::varchar[]), 0) = 0 or sku in getvariable('skus')::varchar[])
    and (
        coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0
        or supplier in getvariable('suppliers')::varchar[]
    )

union all

-- the days before the first whole month
select
    sku,
    supplier,
    units_sold
from int_matching_exposure
where
    coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) = 0
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
    coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) = 0
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
    coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) > 0
    and (getvariable('start') is null or date >= getvariable('start')::date)
    and (getvariable('until') is null or date < getvariable('until')::date);
