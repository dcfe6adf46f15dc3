"""Parcels that never came, and carriers that should pay: every figure here was worked out by hand from the rows drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

RunView = Callable[..., pl.DataFrame]

# the data end on 31 March
END = "date_basis | date | channel | order_count\n event | 2025-03-31 | amazon.ca | 1"
WINDOWS = """
    marketplace | valid_from | opens_after_promise_days | opens_after_order_days | closes_after_promise_days | answer_hours
    amazon      |            | 3                        | 30                     | 90                        | 72
    amazon      | 2025-04-01 | 1                        | 30                     | 90                        | 72
"""
ORDERS = """
    record_id | source | account | order_id | order_name | channel   | placed_at           | date_only
    o1        | amazon | main    | 1        | A-1        | amazon.ca | 2025-03-01 10:00:00 |
    o2        | amazon | main    | 2        | A-2        | amazon.ca | 2025-03-20 10:00:00 |
    o3        | amazon | main    | 3        | A-3        | amazon.ca | 2024-11-01 10:00:00 |
    o4        | amazon | main    | 4        | A-4        | amazon.ca | 2025-03-02 10:00:00 |
    o5        | amazon | main    | 5        | A-5        | amazon.ca | 2025-03-03 10:00:00 |
    o6        | shop   | main    | 6        | W-6        | web       | 2025-03-03 10:00:00 | placed_at
    o7        | amazon | main    | 7        | A-7        | amazon.ca | 2025-03-04 10:00:00 |
    o8        | amazon | main    | 8        | A-8        | amazon.ca | 2025-03-05 10:00:00 |
    o9        | amazon | main    | 9        | A-9        | amazon.ca | 2025-03-05 10:00:00 |
"""
# promised on the 10th unless another day is drawn; o8's parcel is followed by nobody
PARCELS = """
    record_id | source | account | order_id | carrier | tracking_number | shipped_at          | promised_by_at      | delivered_at        | status
    p1        | wms    | main    | 1        | Post    | T1              | 2025-03-03 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit
    p2        | wms    | main    | 2        | Post    | T2              | 2025-03-21 10:00:00 | 2025-04-05 12:00:00 |                     | in_transit
    p3        | wms    | main    | 3        | Post    | T3              | 2024-11-02 10:00:00 | 2024-11-10 12:00:00 | 2024-11-09 10:00:00 | delivered
    p4        | wms    | main    | 4        | Post    | T4              | 2025-03-03 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit
    p5        | wms    | main    | 5        | Post    | T5              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 | 2025-03-25 09:00:00 | delivered
    p6        | wms    | main    | 6        | Post    | T6              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit
    p7        | wms    | main    | 7        | Post    | T7              | 2025-03-05 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit
    p7b       | wms    | main    | 7        | Post    | T7b             | 2025-03-22 10:00:00 |                     |                     | in_transit
    p8        | wms    | main    | 8        | Post    |                 | 2025-03-06 10:00:00 | 2025-03-10 12:00:00 |                     |
    p9        | wms    | main    | 9        | Post    | T9              | 2025-03-06 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit
"""
INCIDENTS = """
    incident_key | order_key | order_name | cause           | family    | party   | channel   | event_date | order_date | first_at            | kinds  | currency | source
    i1           | o1        | A-1        | not_received    | transport | carrier | amazon.ca | 2025-03-15 | 2025-03-01 | 2025-03-15 10:00:00 | ticket | EUR      | desk
    i2           | o2        | A-2        | not_received    | transport | carrier | amazon.ca | 2025-03-25 | 2025-03-20 | 2025-03-25 10:00:00 | ticket | EUR      | desk
    i3           | o3        | A-3        | not_received    | transport | carrier | amazon.ca | 2024-11-20 | 2024-11-01 | 2024-11-20 10:00:00 | ticket | EUR      | desk
    i4           | o4        | A-4        | not_received    | transport | carrier | amazon.ca | 2025-03-15 | 2025-03-02 | 2025-03-15 10:00:00 | ticket | EUR      | desk
    i5           | o5        | A-5        | lost_in_transit | transport | carrier | amazon.ca | 2025-03-15 | 2025-03-03 | 2025-03-15 10:00:00 | ticket | EUR      | desk
    i6           | o6        | W-6        | not_received    | transport | carrier | web       | 2025-03-15 | 2025-03-03 | 2025-03-15 10:00:00 | ticket | EUR      | desk
    i7           | o7        | A-7        | not_received    | transport | carrier | amazon.ca | 2025-03-16 | 2025-03-04 | 2025-03-16 10:00:00 | ticket | EUR      | desk
    i8           | o8        | A-8        | not_received    | transport | carrier | amazon.ca | 2025-03-16 | 2025-03-05 | 2025-03-16 10:00:00 | ticket | EUR      | desk
    i9           | o9        | A-9        | late_delivery   | transport | carrier | amazon.ca | 2025-03-12 | 2025-03-05 | 2025-03-12 10:00:00 | ticket | EUR      | desk
"""
SIGNALS = """
    signal_key | incident_key | order_key | kind   | record_id | occurred_at         | cause        | amount_cents | currency
    refund/r4  | i4           | o4        | refund | r4        | 2025-03-12 10:00:00 | not_received | 4000         | EUR
    refund/r5  | i5           | o5        | refund | r5        | 2025-03-16 10:00:00 | not_received | 5000         | EUR
    refund/r7  | i7           | o7        | refund | r7        | 2025-03-17 10:00:00 | not_received | 7000         | EUR
    claim/c9   | i9           | o9        | claim  | c9        | 2025-03-29 10:00:00 | not_received |              |
"""
CLAIMS = """
    record_id | source | account | claim_id | kind   | opened_at           | status
    c9        | amazon | main    | c9       | a_to_z | 2025-03-29 10:00:00 | open
"""
STORE = {
    "exposure_daily": END,
    "rule_claim_windows": WINDOWS,
    "raw_orders": ORDERS,
    "raw_shipments": PARCELS,
    "incidents": INCIDENTS,
    "signals": SIGNALS,
    "raw_claims": CLAIMS,
}


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns as rows; dates as text."""
    return frame.select(columns).with_columns(pl.col(pl.Date).cast(pl.String)).rows()


def test_open_cases_stand_where_their_window_stands_the_most_pressing_first(run_view: RunView) -> None:
    """i9 was claimed on the 29th at 10:00: 72 hours later is 1 April 10:00, ten hours after the end of 31 March.
    i1: window from 13 March (promise + 3), to 8 June 12:00 (promise + 90), 68.5 days from the end: 1,644 hours.
    i2: opens on the earlier of 8 April 12:00 and 19 April: 180 hours. i3: said delivered, its window ended in February.
    i6: the shop itself has no window. i8: nobody follows its parcel, so nobody can tell; it stands last.
    """
    got = run_view("not_received_cases", **STORE)
    assert rows(got, "incident_key", "stage", "is_open", "hours_left", "is_said_delivered") == [
        ("i9", "answer", True, 10, False),
        ("i1", "claimable", True, 1644, False),
        ("i2", "before", True, 180, False),
        ("i6", "no_window", True, None, False),
        ("i3", "closed", True, None, True),
        ("i8", "claimable", False, 1644, False),
    ]


def test_a_rule_counts_from_the_order_date_on_and_the_closest_name_counts(run_view: RunView) -> None:
    nearer = f"{WINDOWS}    amazon.ca | 2025-03-20 | 9 | | 20 | 24\n"
    got = run_view("not_received_cases", **{**STORE, "rule_claim_windows": nearer}).filter(
        pl.col("incident_key").is_in(["i1", "i2"])
    )
    assert got.select("marketplace", "opens_at").rows() == [
        ("amazon", datetime(2025, 3, 13, 12)),
        ("amazon.ca", datetime(2025, 4, 14, 12)),
    ]


def test_what_settled_a_case_first_and_what_was_settled_before_the_buyer_could_claim(
    run_view: RunView,
) -> None:
    """i4 was refunded on 12 March, before its window opened on the 13th; i5 and i7 after. Windows of i1, i3, i4, i5,
    i7 and i9 have opened by the end; that of i8 too, but nobody can tell of i8. One of six was settled before.
    """
    amazon = run_view("not_received_summary", **STORE).row(0, named=True)
    assert amazon["channel"] == "amazon.ca"
    told = {name.removesuffix("_count"): n for name, n in amazon.items() if name.endswith("_count")}
    assert told == {
        "case": 8,
        "refunded": 3,
        "replaced": 0,
        "delivered": 0,
        "open": 4,
        "unknown": 1,
        "marketplace": 0,
        "answer": 1,
        "claimable": 1,
        "before": 1,
        "closed": 1,
        "claimed": 0,
        "no_window": 0,
        "opened": 6,
        "settled_before": 1,
        "refunded_any": 3,
        "paid_twice": 2,
    }
    # i5: delivered after its refund, 50.00; i7: sent again, 70.00
    assert amazon["paid_twice_cents"] == 12000


@pytest.mark.parametrize("channel", ["amazon.ca", "web", None])
def test_every_case_has_one_outcome_and_every_open_one_a_stage(
    run_view: RunView, channel: str | None
) -> None:
    summary = run_view("not_received_summary", {"channels": [channel] if channel else []}, **STORE)
    outcomes = ("refunded", "replaced", "delivered", "open", "unknown", "marketplace")
    stages = ("answer", "claimable", "before", "closed", "claimed", "no_window")
    for row in summary.iter_rows(named=True):
        assert row["case_count"] == sum(row[f"{name}_count"] for name in outcomes)
        assert row["open_count"] == sum(row[f"{name}_count"] for name in stages)
    listed = run_view("not_received_cases", {"channels": [channel] if channel else []}, **STORE)
    assert listed.height == int(summary["open_count"].sum()) + int(summary["unknown_count"].sum())


def test_paid_twice_says_how_and_a_delivery_before_the_refund_is_none(run_view: RunView) -> None:
    got = run_view("paid_twice", **STORE)
    assert rows(got, "incident_key", "how", "refunded_cents") == [
        ("i7", "replaced", 7000),
        ("i5", "delivered", 5000),
    ]
    earlier = PARCELS.replace("2025-03-25 09:00:00", "2025-03-14 09:00:00")
    got = run_view("paid_twice", **{**STORE, "raw_shipments": earlier})
    assert got["incident_key"].to_list() == ["i7"]


def test_a_first_parcel_that_leaves_after_the_report_is_not_sent_again(run_view: RunView) -> None:
    late = PARCELS.replace("2025-03-05 10:00:00", "2025-03-18 10:00:00")
    cases = run_view("not_received_summary", **{**STORE, "raw_shipments": late})
    assert cases.row(0, named=True)["paid_twice_count"] == 1


def test_what_the_marketplace_ships_is_its_own_to_settle(run_view: RunView) -> None:
    incidents = INCIDENTS.replace("| source\n", "| source | fulfilled_by\n").replace(
        "| desk\n", "| desk | marketplace\n"
    )
    got = run_view("not_received_summary", **{**STORE, "incidents": incidents}).row(0, named=True)
    assert (got["open_count"], got["marketplace_count"], got["refunded_count"]) == (0, 5, 3)
    assert run_view("not_received_cases", **{**STORE, "incidents": incidents}).is_empty()


# -- carriers ---------------------------------------------------------------------------------------------------------

CONTRACTS = """
    carrier | service | covered | valid_from | cap   | currency | counted_from | days_to_claim | days_to_answer | excluded_causes
    post    |         | lost    |            | 10000 | EUR      | shipped      | 30            | 60             | address_error
    post    | slow    | lost    |            | 2000  | EUR      | shipped      | 10            | 60             |
    post    |         | damaged |            |       |          | delivered    | 7             |                |
    post    |         | lost    | 2025-04-01 | 1     | EUR      | shipped      | 1             |                |
"""
CARRIED = """
    record_id | source | account | order_id | order_name | channel | placed_at           | country | region
    o1        | shop   | main    | 1        | #1         | web     | 2025-03-01 10:00:00 | CA      | QC
    o2        | shop   | main    | 2        | #2         | web     | 2025-03-01 10:00:00 | CA      | QC
    o3        | shop   | main    | 3        | #3         | web     | 2025-02-01 10:00:00 | CA      | QC
    o4        | shop   | main    | 4        | #4         | web     | 2025-03-01 10:00:00 | CA      | QC
    o5        | shop   | main    | 5        | #5         | web     | 2025-03-01 10:00:00 | CA      | QC
    o6        | shop   | main    | 6        | #6         | web     | 2025-03-01 10:00:00 | CA      | ON
    o7        | shop   | main    | 7        | #7         | web     | 2025-03-01 10:00:00 | CA      | QC
    o8        | shop   | main    | 8        | #8         | web     | 2025-03-01 10:00:00 | CA      | QC
"""
BOXES = """
    record_id | source | account | order_id | carrier | service | tracking_number | shipped_at          | promised_by_at      | delivered_at        | status    | value_cents | currency
    p1        | wms    | main    | 1        | Post    |         | T1              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | lost      | 25000       | EUR
    p2        | wms    | main    | 2        | Post    | Slow    | T2              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | lost      | 5000        | EUR
    p3        | wms    | main    | 3        | Post    |         | T3              | 2025-02-04 10:00:00 | 2025-02-10 12:00:00 |                     | lost      | 3000        | EUR
    p4        | wms    | main    | 4        | Post    |         | T4              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 | 2025-03-28 10:00:00 | damaged   | 4000        | USD
    p5        | wms    | main    | 5        | Post    |         | T5              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | in_transit | 6000       | EUR
    p6        | wms    | main    | 6        | Fast    |         | T6              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | lost      | 7000        | EUR
    p7        | wms    | main    | 7        | Post    |         | T7              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 | 2025-03-12 10:00:00 | delivered | 8000        | EUR
    p8        | wms    | main    | 8        | Post    |         | T8              | 2025-03-04 10:00:00 | 2025-03-10 12:00:00 |                     | lost      | 9000        | EUR
"""
TOLD = """
    incident_key | order_key | cause         | family    | party    | event_date | order_date | first_at            | kinds
    i5           | o5        | not_received  | transport | carrier  | 2025-03-20 | 2025-03-01 | 2025-03-20 10:00:00 | ticket
    i8           | o8        | address_error | transport | customer | 2025-03-20 | 2025-03-01 | 2025-03-20 10:00:00 | ticket
    c3           | o3        | lost_in_transit | transport | carrier | 2025-02-20 | 2025-02-01 | 2025-02-20 10:00:00 | claim
"""
CARRIERS = {
    "exposure_daily": END,
    "rule_carrier_contracts": CONTRACTS,
    "raw_orders": CARRIED,
    "raw_shipments": BOXES,
    "incidents": TOLD,
}
CLAIMED = {
    "signals": "signal_key | incident_key | order_key | kind | record_id\n claim/c3 | c3 | o3 | claim | c3",
    "raw_claims": """
        record_id | source | account | claim_id | kind    | opened_at           | status | outcome | paid_cents
        c3        | shop   | main    | c3       | carrier | 2025-02-20 10:00:00 |        |         |
    """,
}


def states(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("parcel_key", "state").rows())


def test_what_can_be_asked_of_a_carrier_until_when_and_how_much(run_view: RunView) -> None:
    """p1 left on 4 March: until 3 April, 3 days after the end, 250.00 up to 100.00. p2's service has 10 days and they
    are over: 20.00 lost. p3's 30 days ended on 6 March: 30.00 lost. p4 arrived damaged on the 28th: until 4 April, and
    in another currency. p5 is not known to be lost: until 3 April to find out, and in no amount. p6's carrier has no
    contract; p7 was late, which no contract pays; p8's address was wrong, which the contract leaves out.
    """
    listed = run_view("carrier_claim_parcels", **CARRIERS)
    assert rows(listed, "parcel_key", "state", "claim_until_date", "days_left", "eligible_cents") == [
        ("p1", "recoverable", "2025-04-03", 3, 10000),
        ("p4", "recoverable", "2025-04-04", 4, 4000),
        ("p5", "undetermined", "2025-04-03", 3, None),
        ("p6", "no_contract", None, None, None),
        ("p3", "expired", "2025-03-06", None, 3000),
        ("p2", "expired", "2025-03-14", None, 2000),
        ("p8", "excluded", "2025-04-03", None, None),
    ]
    first = run_view("carrier_claim_parcels", {"row_limit": 2}, **CARRIERS)
    assert first["parcel_key"].to_list() == ["p1", "p4"]
    sums = run_view("carrier_claims", **CARRIERS)
    parts = ("eligible", "undetermined", "no_contract", "excluded")
    assert listed.height == sum(sums[f"{part}_count"].sum() for part in parts)
    post = sums.row(0, named=True)
    assert (post["carrier"], post["eligible_count"], post["eligible_cents"]) == ("Post", 4, 15000)
    assert (post["recoverable_count"], post["recoverable_cents"], post["first_days_left"]) == (2, 10000, 3)
    assert (post["expired_count"], post["expired_cents"], post["claimed_count"]) == (2, 5000, 0)
    assert (post["undetermined_count"], post["excluded_count"], post["late_not_covered_count"]) == (1, 1, 1)
    assert (post["unpriced_count"], post["without_cap_count"]) == (1, 1)


def test_without_a_contract_nothing_is_owed(run_view: RunView) -> None:
    sums = run_view("carrier_claims", **{**CARRIERS, "rule_carrier_contracts": ""})
    assert sums["eligible_count"].to_list() == [0, 0]
    assert sums["eligible_cents"].drop_nulls().is_empty()
    assert sums["no_contract_count"].sum() == 6


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("| | ", "waiting"),
        ("accepted | closed | ", "waiting"),  # accepted, and not paid yet
        ("refused | closed | 0", "refused"),
        (" | closed | ", "refused"),
        ("accepted | closed | 2500", "paid"),
    ],
)
def test_a_claim_is_what_its_answer_and_payment_say(run_view: RunView, answer: str, state: str) -> None:
    outcome, status, paid = (cell.strip() for cell in answer.split("|"))
    claims = CLAIMED["raw_claims"].rstrip().removesuffix("|  |         |").rstrip()
    drawn = (
        claims[: claims.rindex("2025-02-20 10:00:00")]
        + f"2025-02-20 10:00:00 | {status} | {outcome} | {paid}"
    )
    store = {**CARRIERS, **CLAIMED, "raw_claims": drawn}
    assert states(run_view("carrier_claim_parcels", **store))["p3"] == state
    post = run_view("carrier_claims", **store).row(0, named=True)
    assert (post["claimed_count"], post["claimed_cents"], post["expired_count"]) == (1, 3000, 1)
    assert post["paid_cents"] == (2500 if state == "paid" else 0)


def test_eligible_parcels_are_claimed_expired_recoverable_or_of_no_known_deadline(run_view: RunView) -> None:
    for row in run_view("carrier_claims", **CARRIERS, **CLAIMED).iter_rows(named=True):
        parts = ("paid", "refused", "waiting", "expired", "recoverable", "no_deadline")
        assert row["eligible_count"] == sum(row[f"{part}_count"] for part in parts)


def test_a_claim_paid_for_a_parcel_that_is_not_eligible_is_told_apart(run_view: RunView) -> None:
    store = {
        "signals": CLAIMED["signals"].replace("o3", "o5").replace("| c3 |", "| i5 |", 1),
        "raw_claims": CLAIMED["raw_claims"].replace("|        |         |", "| closed | paid | 6000"),
    }
    post = run_view("carrier_claims", **CARRIERS, **store).row(0, named=True)
    assert (post["outside_claimed_count"], post["outside_paid_cents"], post["paid_cents"]) == (1, 6000, None)


def test_losses_by_carrier_and_region_have_an_interval_and_the_rest_of_their_region(
    run_view: RunView,
) -> None:
    """In Quebec Post carried seven orders: p1, p2, p3 and p8 are lost, 4/7; Wilson's interval at 95 % is 25.0 to 84.2 %.
    p5 is only said not to have come.
    """
    got = run_view("parcel_losses", **CARRIERS)
    assert rows(got, "carrier", "region", "order_count", "lost_count", "not_received_count") == [
        ("Post", "QC", 7, 4, 1),
        ("Fast", "ON", 1, 1, 0),
    ]
    quebec = got.row(0, named=True)
    assert (quebec["share_low"], quebec["share_high"]) == pytest.approx((0.2505, 0.8418), abs=1e-4)
    assert (quebec["rest_lost_count"], quebec["rest_order_count"], quebec["rest_share"]) == (0, 0, None)
    # in one region Fast is the rest of Post: its one order of one was lost, 100 %, the interval's upper end
    beside = run_view("parcel_losses", **{**CARRIERS, "raw_orders": CARRIED.replace("ON", "QC")}).row(
        0, named=True
    )
    assert (beside["rest_share"], beside["rest_share_high"]) == pytest.approx((1, 1))


def test_addresses_are_counted_by_the_hour_of_the_order_and_days_without_time_apart(
    run_view: RunView,
) -> None:
    orders = (
        CARRIED.replace("region\n", "region | date_only\n")
        .replace("QC\n", "QC |\n")
        .replace("ON\n", "ON | placed_at\n")
    )
    got = run_view("address_errors_by_hour", **{**CARRIERS, "raw_orders": orders})
    assert rows(got, "order_hour", "order_count", "error_count") == [(10, 7, 1), (None, 1, 0)]


def test_parcels_sent_back_are_counted_by_carrier_and_reason(run_view: RunView) -> None:
    boxes = BOXES.replace("| lost      | 25000", "| returned  | 25000").replace(
        "| lost      | 7000", "| refused   | 7000"
    )
    got = run_view("returned_to_sender", **{**CARRIERS, "raw_shipments": boxes})
    assert rows(got, "carrier", "reason", "parcel_count", "value_cents") == [
        ("Fast", "refused", 1, 7000),
        ("Post", "returned", 1, 25000),
    ]


def test_scans_tell_what_a_parcel_file_does_not(run_view: RunView) -> None:
    """T5 is scanned as lost, T1 as delivered after all: the carrier found it."""
    scans = """
        record_id | source | account | tracking_number | scanned_at          | code_raw | event
        s1        | post   | main    | T5              | 2025-03-20 10:00:00 | L        | lost
        s2        | post   | main    | T1              | 2025-03-21 10:00:00 | D        | delivered
    """
    found = states(run_view("carrier_claim_parcels", **CARRIERS, raw_tracking_events=scans))
    assert found["p5"] == "recoverable"
    assert "p1" not in found  # late, which no contract pays


def test_an_order_without_parcels_that_reports_a_loss_is_one_parcel(run_view: RunView) -> None:
    told = (
        TOLD.replace("| i5 ", "| i5 ")
        + "    i9 | ref/9 | lost_in_transit | transport | carrier | 2025-03-20 | | 2025-03-20 10:00:00 | ticket\n"
    )
    got = run_view("carrier_claim_parcels", **{**CARRIERS, "incidents": told})
    assert states(got)["ref/9"] == "no_contract"


def test_periods_narrow_parcels_by_the_day_they_left_or_of_their_order(run_view: RunView) -> None:
    inside = {"start": date(2025, 2, 3), "until": date(2025, 3, 3)}
    assert states(run_view("carrier_claim_parcels", inside, **CARRIERS)) == {"p3": "expired"}
    by_order = run_view("carrier_claim_parcels", {**inside, "basis": "order"}, **CARRIERS)
    assert set(states(by_order)) == {"p1", "p2", "p4", "p5", "p6", "p8"}
