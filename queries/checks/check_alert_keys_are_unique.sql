-- Keys of the weekly list that stand for more than one thing: what is said of one would be said of the other.
-- Grain: one row per key. Reads: weekly_alerts.
create or replace view check_alert_keys_are_unique as
select
    alert_key,
    count(*) as row_count
from weekly_alerts
group by alert_key
having count(*) > 1;

comment on view check_alert_keys_are_unique is 'Keys of the weekly list that stand for more than one thing.';
comment on column check_alert_keys_are_unique.alert_key is 'The key.';
comment on column check_alert_keys_are_unique.row_count is 'Things that have it.';
