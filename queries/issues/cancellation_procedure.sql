-- What was done before the seller cancelled, step by step: somebody wrote to the customer in person, offered
-- something else, set the stock to what there was (for want of stock only), and kept the lines that could be sent.
-- Each step has its own base; what no tool tells is counted apart.
-- Grain: one row per step. Reads: int_period_cancellations.
create or replace view cancellation_procedure as
with seller as (
    select
        is_contacted,
        alternative_offered,
        is_stock_updated,
        order_line_count > 1 as has_other_lines,
        not is_whole_needlessly as is_partial_where_possible,
        coalesce(cause in ('stock_out', 'stock_desync'), false) or coalesce(has_no_stock, false) as is_for_stock
    from int_period_cancellations
    where is_seller_corrected
),

steps as (
    select
        unnest([
            {'place': 1, 'step': 'contacted', 'is_asked': true, 'is_done': is_contacted},
            {'place': 2, 'step': 'alternative', 'is_asked': true, 'is_done': alternative_offered},
            {'place': 3, 'step': 'stock_updated', 'is_asked': is_for_stock, 'is_done': is_stock_updated},
            {
                'place': 4,
                'step': 'partial',
                'is_asked': coalesce(has_other_lines, false),
                'is_done': is_partial_where_possible
            },
            {
                'place': 5,
                'step': 'all',
                'is_asked': true,
                'is_done': is_contacted
                and alternative_offered
                and (not is_for_stock or is_stock_updated)
                and (not coalesce(has_other_lines, false) or is_partial_where_possible)
            }
        ]) as one
    from seller
),

told as (
    select
        steps.one.place,
        steps.one.step,
        steps.one.is_asked,
        steps.one.is_done
    from steps
)

select
    place,
    step,
    count(*) filter (where is_asked) as cancellation_count,
    count(*) filter (where is_asked and is_done) as done_count,
    count(*) filter (where is_asked and not is_done) as missing_count,
    count(*) filter (where is_asked and is_done is null) as unknown_count
from told
group by place, step
order by place;

comment on view cancellation_procedure is 'What was done before the seller cancelled, step by step.';
comment on column cancellation_procedure.place is 'Place of the step.';
comment on column cancellation_procedure.step is 'contacted, alternative, stock_updated, partial or all.';
comment on column cancellation_procedure.cancellation_count is 'Cancellations by the seller, corrected, that the step is asked of.';
comment on column cancellation_procedure.done_count is 'Those of which it is known to be done.';
comment on column cancellation_procedure.missing_count is 'Those of which it is known not to be done.';
comment on column cancellation_procedure.unknown_count is 'Those of which no tool tells.';
