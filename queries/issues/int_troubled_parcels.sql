-- Parcels in trouble that pass the filters that parcels have (channels, warehouses, carriers, countries, and the day
-- they left, or that of the order), each with the contract that covers it and what can still be asked. Late, lost and
-- damaged parcels are the carrier's to pay where a contract says so and does not leave their cause out; without a
-- contract nothing is said to be owed. What is asked for is the value, up to the cap; without either it is not known.
-- Grain: one row per parcel. Reads: troubled_parcels, rule_carrier_contracts, int_data_end, settings.
create or replace view int_troubled_parcels as
with chosen as not materialized (
    select
        *,
        upper(trim(carrier)) as carrier_code,
        upper(trim(service)) as service_code,
        -- what never came may turn out to be lost: until then only its deadline is that of a loss
        if(trouble = 'not_received', 'lost', trouble) as covered_as
    from troubled_parcels
    where
        passes_order(troubled_parcels)
        and in_period(coalesce(if(getvariable('basis') = 'order', order_date, shipped_date), order_date))
),

-- the contract of the parcel's own service first, then the newest that was in force when it left
ruled as (
    select
        keys.*,
        arg_min(
            rules,
            (
                (rules.service is null)::integer,
                date '9999-12-31' - coalesce(rules.valid_from, date '0001-01-01')
            )
        ) as rule
    from (
        select distinct
            carrier_code,
            service_code,
            covered_as,
            shipped_date
        from chosen
        where covered_as in ('lost', 'damaged', 'late')
    ) as keys
    inner join rule_carrier_contracts as rules
        on
            keys.carrier_code = upper(trim(rules.carrier))
            and keys.covered_as = rules.covered
            and (rules.service is null or keys.service_code = upper(trim(rules.service)))
            and (rules.valid_from is null or keys.shipped_date >= rules.valid_from)
    group by all
),

-- flat: a few rows here, and none of it again for each parcel
contracts as (
    select
        * exclude (rule),
        rule.carrier as contract_carrier,
        rule.cap,
        rule.currency as cap_currency,
        rule.counted_from,
        rule.days_to_claim::integer as days_to_claim,
        rule.days_to_answer,
        rule.source as contract_source,
        list_transform(string_split(rule.excluded_causes, ','), lambda cause: trim(cause)) as excluded_causes
    from ruled
),

covered as (
    select
        chosen.* exclude (carrier_code, service_code, covered_as),
        contracts.contract_carrier,
        contracts.cap,
        contracts.contract_source,
        contracts.days_to_answer,
        coalesce(list_has_any(chosen.causes, contracts.excluded_causes), false) as is_excluded,
        case contracts.counted_from
            when 'shipped' then chosen.shipped_date
            when 'promised' then chosen.promised_date
            when 'delivered' then chosen.delivered_date
        end + contracts.days_to_claim as claim_until_date,
        case
            when contracts.cap is null then chosen.value_cents
            when contracts.cap_currency is null or contracts.cap_currency = chosen.currency
                then least(chosen.value_cents, contracts.cap)
        end as eligible_cents
    from chosen
    left join contracts
        on
            chosen.carrier_code = contracts.carrier_code
            and chosen.service_code is not distinct from contracts.service_code
            and chosen.covered_as = contracts.covered_as
            and chosen.shipped_date is not distinct from contracts.shipped_date
)

select
    covered.* exclude (contract_carrier, cap),
    covered.cap is null as is_without_cap,
    covered.claim_until_date - int_data_end.last_date as days_left,
    case
        when covered.trouble = 'returned' then 'returned'
        when covered.trouble = 'not_received' then 'undetermined'
        when covered.contract_carrier is null then 'no_contract'
        when covered.is_excluded then 'excluded'
        when covered.claim_state is not null then covered.claim_state
        when covered.claim_until_date is null then 'no_deadline'
        when covered.claim_until_date < int_data_end.last_date then 'expired'
        else 'recoverable'
    end as state,
    covered.currency = coalesce(getvariable('currency'), settings.main_currency) as is_in_currency
from covered
cross join int_data_end
cross join settings;
