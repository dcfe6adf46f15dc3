-- Tickets that pass the filters, solved in the period by a person, and old enough to be judged: seven days have passed
-- since, so that a customer could come back. Settled at the first contact is an approximation: the order's next ticket
-- came later than seven days after, the customer wrote no more in it, and it was not opened again.
-- Grain: one row per ticket. Reads: int_matching_tickets, int_ticket_tools.
create or replace view int_solved_tickets as
select
    tickets.*,
    tools.tells_ratings,
    tickets.solved_at <= tools.latest_at - interval 7 day as is_ripe,
    tickets.csat >= 0.75 as is_satisfied,
    tickets.agent_reply_count = 1 as is_one_touch,
    tickets.reopened_count > 0 as is_reopened,
    if(
        tickets.order_key is null,
        null,
        coalesce(tickets.next_contact_at > tickets.solved_at + interval 7 day, true)
        and coalesce(tickets.customer_again_at > tickets.solved_at + interval 7 day, true)
        and coalesce(tickets.reopened_count, 0) = 0
    ) as is_settled_at_once
from int_matching_tickets as tickets
inner join int_ticket_tools as tools on tickets.source = tools.source and tickets.account = tools.account
where
    tickets.is_solved
    and not tickets.is_closed_by_rule
    and tickets.solved_date is not null
    and in_period(tickets.solved_date);
