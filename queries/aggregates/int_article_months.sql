-- Units sold month by month of each article, wherever it was sold: what a period of years is added up from.
-- Grain: one row per date basis, month, SKU and supplier. Reads: exposure_daily.
create or replace table int_article_months as
select
    date_basis,
    date_trunc('month', date)::date as month_date,
    sku,
    supplier,
    sum(units_sold)::bigint as units_sold
from exposure_daily
where units_sold > 0
group by date_basis, month_date, sku, supplier
order by date_basis, month_date;
