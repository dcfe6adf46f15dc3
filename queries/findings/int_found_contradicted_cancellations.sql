-- Cancellations "at the customer's request" that the facts contradict, and what the facts name instead: a wrong price,
-- nothing in stock, or else the shop's own doing (a mass cancellation, a customer who never asked).
-- Grain: one row per signal. Reads: int_cancellations, signals.
create or replace view int_found_contradicted_cancellations as
select
    signals.signal_key,
    case
        when cancellations.has_abnormal_price then 'price_error'
        when cancellations.has_no_stock then 'stock_out'
        else 'internal_error'
    end as cause
from int_cancellations as cancellations
inner join signals on cancellations.incident_key = signals.incident_key
where cancellations.verdict = 'contradicted' and signals.kind = 'cancellation';
