-- The first day of what is listed as still to do, of the kinds that old things fall out of.
-- Grain: one row per kind that a rule names; a kind without one has no first day. Reads: rule_work_list, int_data_end.
create or replace view int_work_since as
select
    rule_work_list.kind,
    coalesce(int_data_end.last_date - rule_work_list.look_back_days::integer, date '-infinity') as since_date
from rule_work_list
cross join int_data_end;
