-- What needs a person now, of every kind that queries/tasks knows, by deadline and money: first what is late or due
-- within a week of the data's last day, then the rest; within each the largest amount first. Of things whose states are
-- kept elsewhere: the page adds who does what.
-- Grain: one row per thing to do. Reads: int_work_items, int_data_end, settings.
create or replace view work_items as
with dated as (
    select
        items.*,
        items.due_date - int_data_end.last_date as left_days,
        if(
            items.currency is not distinct from coalesce(getvariable('currency'), settings.main_currency),
            items.amount_cents,
            null
        ) as main_cents
    from int_work_items as items
    cross join int_data_end
    cross join settings
)

select
    kind || '/' || item as item_key,
    kind,
    incident_key,
    order_key,
    reference,
    sku,
    product,
    channel,
    cause,
    party,
    amount_cents,
    currency,
    main_cents,
    since_date,
    due_date,
    left_days,
    case
        when left_days < 0 then 'late'
        when left_days <= 7 then 'this_week'
        else 'later'
    end as urgency
from dated
order by
    case urgency when 'late' then 1 when 'this_week' then 2 else 3 end,
    main_cents desc nulls last,
    due_date nulls last,
    since_date,
    item_key;

comment on view work_items is 'What needs a person now, what is late first, then by amount.';
comment on column work_items.item_key is 'Key of the thing to do: the same in later loads.';
comment on column work_items.kind is 'What is to be done: refund_owed, stock_wrong, conflict, ticket_without_order, cancellation_contradicted and others.';
comment on column work_items.incident_key is 'Key of its incident; NULL when it is about several.';
comment on column work_items.order_key is 'Key of its order; NULL when it is about none.';
comment on column work_items.reference is 'What people call it: the number of the order, return or ticket, or the article.';
comment on column work_items.sku is 'Article; NULL when not known.';
comment on column work_items.product is 'Name of the article.';
comment on column work_items.channel is 'Where it was sold or reported.';
comment on column work_items.cause is 'Root cause; NULL when it does not matter.';
comment on column work_items.party is 'Who can put it right, or who is blamed.';
comment on column work_items.amount_cents is 'Money at stake, minor units; NULL when not known.';
comment on column work_items.currency is 'Currency of the amount.';
comment on column work_items.main_cents is 'The amount if it is in the currency asked for; NULL otherwise.';
comment on column work_items.since_date is 'Day since when it is so.';
comment on column work_items.due_date is 'Last day to do it; NULL when no rule gives one.';
comment on column work_items.left_days is 'Days from the last day of the data to then; below zero when late; NULL without a day.';
comment on column work_items.urgency is 'late, this_week (due within 7 days) or later (also without a day).';
