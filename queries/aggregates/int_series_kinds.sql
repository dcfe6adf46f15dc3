-- In which kinds of place each cause is followed: everywhere, and where its family can be put right. Lots and regions
-- are known of lines, not of orders: a cause that is counted by order is not followed in them.
-- Grain: one row per cause and kind of place. Reads: ref_causes, int_place_kinds.
create or replace table int_series_kinds as
select
    causes.cause,
    kinds.place_kind
from ref_causes as causes
inner join int_place_kinds as kinds on causes.family = kinds.family
where causes.cause not in ('unknown', 'other') and (kinds.is_listed or causes.exposure <> 'orders')

union all

select
    cause,
    'all' as place_kind
from ref_causes
where cause not in ('unknown', 'other');
