-- In which kinds of place the causes of a family can be put right: a defect in an article, its lot or its supplier, a
-- picking error in a warehouse, a loss with a carrier or in a region. The channel stands in where nothing but the
-- channel is known, as with a helpdesk whose orders are not loaded. What the kinds are is said in pipelines/places.py;
-- recurring issues are listed by those whose denominators are kept day by day.
-- Grain: one row per family and kind of place. Reads: .
create or replace table int_place_kinds as
select
    families.family,
    families.place_kind,
    families.is_last_resort,
    families.place_kind not in ('lot', 'region') as is_listed
from (
    values
    ('product', 'lot', false),
    ('product', 'sku', false),
    ('product', 'supplier', false),
    ('product', 'channel', true),
    ('logistics', 'warehouse', false),
    ('logistics', 'sku', false),
    ('logistics', 'channel', true),
    ('transport', 'region', false),
    ('transport', 'carrier', false),
    ('transport', 'channel', true),
    ('stock', 'sku', false),
    ('stock', 'channel', false),
    ('catalogue', 'sku', false),
    ('catalogue', 'channel', true),
    ('payment', 'channel', false),
    ('customer', 'lot', false),
    ('customer', 'sku', false),
    ('customer', 'channel', true),
    ('internal', 'channel', false)
) as families (family, place_kind, is_last_resort);
