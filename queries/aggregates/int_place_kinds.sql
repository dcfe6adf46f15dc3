-- In which kinds of place the causes of a family can be put right.
-- Grain: one row per family and kind of place. Reads: .
create or replace table int_place_kinds as
select
    family,
    unnest(place_kinds) as place_kind
from (
    values
    ('product', ['sku', 'supplier']),
    ('logistics', ['warehouse', 'sku']),
    ('transport', ['carrier']),
    ('stock', ['sku', 'channel']),
    ('catalogue', ['sku']),
    ('payment', ['channel']),
    ('customer', ['sku']),
    ('internal', ['channel'])
) as families (family, place_kinds);
