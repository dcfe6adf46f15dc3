-- What tags, and reasons that no vendor table knows, are mapped to. The shop's own mapping wins over the product's.
-- A path ('Delivery::Lost') is looked up as a whole, then by its last step. A tag that is mapped to nothing, on
-- purpose, is here with no cause; a tag that nobody mapped is not here.
-- Grain: one row per tag as written and mapped. Reads: stg_signals, ref_tags.
create or replace temp table int_tag_causes as
with lists as (
    select distinct
        tags,
        reasons
    from stg_signals
    where tags is not null or reasons is not null
),

written as (
    select unnest(tags) as tag
    from lists
    union
    select unnest(reasons) as tag
    from lists
),

coded as (
    select
        tag,
        normal_code(tag) as whole_code,
        normal_code(regexp_extract(tag, '^.*(?:::|>)(.+)$', 1)) as last_code
    from written
    where tag is not null
),

mapped as (
    select
        tag,
        max(if(origin = 'shop', 2, 1)) as weight,
        -- in a struct, because arg_min passes over rows without a cause, and 'no cause' is an answer here
        arg_min({'cause': nullif(cause, 'ignore')}, (if(origin = 'shop', 1, 2), coalesce(cause, ''))).cause as cause
    from ref_tags
    group by all
)

select
    coded.tag,
    if(by_whole.tag is not null, by_whole.cause, by_last.cause) as cause,
    if(coalesce(by_whole.weight, by_last.weight) = 2, 1, 2) as doubt
from coded
left join mapped as by_whole on coded.whole_code = by_whole.tag
left join mapped as by_last on coded.last_code = by_last.tag
where by_whole.tag is not null or by_last.tag is not null;
