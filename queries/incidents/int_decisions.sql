-- Which incident a person's decision is about: the one that holds the first of the decision's signals that is told
-- still. Signals come, go and change places, so an incident's own key would lose it. Of two decisions that meet in one
-- incident the later counts.
-- Grain: one row per incident that somebody decided. Reads: int_signals, ref_decisions.
create or replace temp table int_decisions as
with held as (
    select
        decisions.item,
        any_value(decisions.number) as number,
        bool_and(decisions.is_incident) as is_incident,
        any_value(decisions.cause) as cause,
        any_value(decisions.party) as party,
        arg_min(signals.incident_key, decisions.place) as incident_key
    from ref_decisions as decisions
    inner join int_signals as signals on decisions.signal_key = signals.signal_key
    group by decisions.item
)

select
    incident_key,
    arg_max(item, number) as item,
    arg_max(is_incident, number) as is_incident,
    -- first in the order of votes, whatever else is said
    arg_max(
        {'weak': 0::tinyint, 'rank': 1::tinyint, 'doubt': 1::tinyint, 'cause': cause, 'party': party}, number
    ) as vote
from held
group by incident_key;
