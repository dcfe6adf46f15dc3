"""How tickets were served: who answered when, what still waits, who came back, and what the shop had promised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest

RunView = Callable[..., pl.DataFrame]
Facts = Callable[..., duckdb.DuckDBPyConnection]

#: on Monday the data end at 20:00 with ticket 8, so ticket 3 is ten hours old and ticket 8 new
TICKETS = """
    record_id | source | account | ticket_id | channel | agent_team | created_at          | first_reply_at      | solved_at           | status | is_excluded | csat | reopened_count | reply_count
    d/m/1     | d      | m       | 1         | email   | Day        | 2026-05-04 10:00:00 | 2026-05-04 11:00:00 | 2026-05-04 14:00:00 | solved |             | 1    | 0              | 1
    d/m/2     | d      | m       | 2         | email   | Day        | 2026-05-05 10:00:00 | 2026-05-05 13:00:00 | 2026-05-06 10:00:00 | solved |             | 0.5  | 1              | 3
    d/m/3     | d      | m       | 3         | chat    | Night      | 2026-05-18 10:00:00 |                     |                     | open   |             |      | 0              | 0
    d/m/4     | d      | m       | 4         | chat    | Night      | 2026-05-06 10:00:00 | 2026-05-06 10:00:01 | 2026-05-06 10:00:01 | closed |             |      |                |
    d/m/5     | d      | m       | 5         | chat    |            | 2026-05-07 10:00:00 |                     | 2026-05-08 10:00:00 | closed |             | 1    | 0              | 0
    d/m/6     | d      | m       | 6         | email   | Day        | 2026-05-08 10:00:00 | 2026-05-08 12:00:00 |                     | open   | true        | 0    |                | 1
    d/m/7     | d      | m       | 7         | email   | Day        | 2026-05-08 10:00:00 | 2026-05-10 10:00:00 | 2026-05-11 10:00:00 | solved |             |      | 0              | 1
    d/m/8     | d      | m       | 8         | email   |            | 2026-05-18 20:00:00 |                     |                     | open   |             |      |                | 0
"""
#: tickets 1 and 7 are about one order, and one incident; 2, 3 and 8 are incidents by themselves, 5 knows no order
INCIDENTS = """
    incident_key | kinds  | signal_count | order_key | cause         | family    | party    | first_at            | event_date
    i            | ticket | 2            | o1        | late_delivery | transport | carrier  | 2026-05-04 10:00:00 | 2026-05-04
    ticket/d/m/2 | ticket | 1            | o2        | late_delivery | transport | carrier  | 2026-05-05 10:00:00 | 2026-05-05
    ticket/d/m/3 | ticket | 1            | o3        | stock_out     | stock     | merchant | 2026-05-18 10:00:00 | 2026-05-18
    ticket/d/m/5 | ticket | 1            |           | stock_out     | stock     | merchant | 2026-05-07 10:00:00 | 2026-05-07
    ticket/d/m/8 | ticket | 1            | o8        | stock_out     | stock     | merchant | 2026-05-18 20:00:00 | 2026-05-18
"""
SIGNALS = """
    signal_key   | incident_key | kind   | record_id | order_key | occurred_at
    ticket/d/m/1 | i            | ticket | d/m/1     | o1        | 2026-05-04 10:00:00
    ticket/d/m/7 | i            | ticket | d/m/7     | o1        | 2026-05-08 10:00:00
"""
STORE = {"raw_tickets": TICKETS, "incidents": INCIDENTS, "signals": SIGNALS}


def row(frame: pl.DataFrame, **of: object) -> dict[str, Any]:
    for name, value in of.items():
        frame = frame.filter(pl.col(name).eq_missing(pl.lit(value)))
    assert frame.height == 1, frame
    return frame.row(0, named=True)


def test_what_waits_is_counted_and_is_in_no_delay(run_view: RunView) -> None:
    told = row(run_view("service_times", **STORE), cut="all")
    assert {name: told[name] for name in told if name.endswith("_count") and told[name]} == {
        "ticket_count": 7,  # the sixth is excluded
        "answered_count": 3,
        "waiting_count": 2,
        "automatic_reply_count": 1,
        "reply_unknown_count": 1,  # the fifth was closed without an answer
        "solved_count": 4,
        "open_count": 2,
        "closed_by_rule_count": 1,
    }
    # answered after 1, 3 and 48 hours; solved after 4, 24, 24 and 72
    assert (told["reply_median_hours"], told["reply_p90_hours"]) == (3, pytest.approx(3 + 0.8 * 45))
    assert (told["resolution_median_hours"], told["resolution_p90_hours"]) == (24, pytest.approx(57.6))
    assert told["reply_median_business_hours"] is None  # nobody knows any opening hours
    assert told["reply_met_share"] is None  # and nothing was promised


def test_channels_teams_and_tools_each_add_up_to_the_whole(run_view: RunView) -> None:
    for view in ("service_times", "service_outcomes"):
        told = run_view(view, **STORE)
        counts = [name for name in told.columns if name.endswith("_count")]
        sums = told.group_by("cut").agg(pl.col(counts).sum()).select("cut", *counts)
        whole = sums.filter(pl.col("cut") == "all").row(0)[1:]
        assert {line[0]: line[1:] for line in sums.iter_rows()} == dict.fromkeys(
            ("all", "channel", "team", "tool"), whole
        )


def test_a_promise_is_missed_by_a_ticket_that_still_waits_and_is_older(run_view: RunView) -> None:
    targets = """
        measure     | channel | valid_from | clock    | hours
        first_reply |         |            | calendar | 2
        first_reply |         | 2026-05-06 | calendar | 100
        first_reply | chat    |            | calendar | 9
        resolution  |         |            | business | 1
    """
    told = row(run_view("service_times", rule_sla_targets=targets, **STORE), cut="all")
    # met: 1 (an hour of 2), 7 (48 of 100). missed: 2 (3 of 2), 3 (waits for 10 hours of 9). 8 is not due, 4 and 5 unknown
    assert (told["reply_met_count"], told["reply_missed_count"], told["reply_undecided_count"]) == (2, 2, 3)
    assert (told["waiting_late_count"], told["reply_met_share"]) == (1, 0.5)
    # business hours were promised, and nobody knows them
    assert (told["resolution_met_count"], told["resolution_missed_count"]) == (0, 0)
    assert told["resolution_undecided_count"] == 7


def test_reopened_and_settled_at_once_judge_only_what_is_a_week_old_and_known(run_view: RunView) -> None:
    told = row(run_view("service_outcomes", **STORE), cut="all")
    # solved by a person: 1, 2, 5, 7. The seventh ended on the 11th, a week before the data end: judged
    assert (told["solved_count"], told["too_early_count"]) == (4, 0)
    assert (told["reopened_count"], told["reopened_base_count"]) == (1, 4)
    # 1: its order's next ticket came four days later. 2: opened again. 7: nothing since. 5 has no order
    assert (told["settled_at_once_count"], told["settled_base_count"], told["without_order_count"]) == (
        1,
        3,
        1,
    )
    assert (told["one_touch_count"], told["one_touch_base_count"]) == (2, 4)
    # of two who rated one gave five stars, one three; the fifth was happy too
    assert (told["satisfied_count"], told["rating_count"], told["rateable_count"]) == (2, 3, 4)


def test_a_ticket_solved_this_week_is_too_early_to_judge(run_view: RunView) -> None:
    late = TICKETS.replace("2026-05-11 10:00:00 | solved", "2026-05-17 10:00:00 | solved")
    told = row(run_view("service_outcomes", **{**STORE, "raw_tickets": late}), cut="all")
    assert (told["too_early_count"], told["reopened_base_count"], told["settled_base_count"]) == (1, 3, 2)


def test_customers_who_write_again_in_the_ticket_were_not_settled(run_view: RunView) -> None:
    messages = """
        source | account | ticket_id | message_id | author   | sent_at             | is_public
        d      | m       | 7         | a          | customer | 2026-05-08 10:00:00 | true
        d      | m       | 7         | b          | agent    | 2026-05-08 10:30:00 | false
        d      | m       | 7         | c          | agent    | 2026-05-10 10:00:00 | true
        d      | m       | 7         | d          | customer | 2026-05-12 10:00:00 | true
        d      | m       | 8         | e          | customer | 2026-05-18 20:00:00 | true
        d      | m       | 8         | f          | agent    | 2026-05-18 20:30:00 | true
    """
    told = row(run_view("service_outcomes", raw_messages=messages, **STORE), cut="all")
    assert (told["settled_at_once_count"], told["settled_base_count"]) == (0, 3)
    # the tool told of no answer to ticket 8: its messages do, and internal notes are no answer
    times = row(run_view("service_times", raw_messages=messages, **STORE), cut="channel", value="email")
    assert (times["answered_count"], times["waiting_count"]) == (4, 0)
    assert times["reply_median_hours"] == 2  # half of 1, 3, 48 and half an hour


def test_a_tool_that_never_tells_of_answers_has_nobody_waiting(run_view: RunView) -> None:
    tickets = """
        record_id | source | account | ticket_id | created_at          | solved_at           | date_only
        d/m/1     | d      | m       | 1         | 2026-05-04 00:00:00 | 2026-05-06 00:00:00 | created_at, solved_at
        d/m/2     | d      | m       | 2         | 2026-05-04 00:00:00 |                     | created_at
    """
    told = row(run_view("service_times", raw_tickets=tickets), cut="all")
    assert (told["waiting_count"], told["reply_unknown_count"]) == (0, 2)
    # solved on a day without an hour: solved, nobody knows how fast
    assert (told["solved_count"], told["resolution_unknown_count"], told["resolution_median_hours"]) == (
        0,
        1,
        None,
    )
    assert (
        row(run_view("service_outcomes", raw_tickets=tickets), cut="all")["rateable_count"] == 0
    )  # it asks nobody


def test_what_customers_thought_has_an_interval_and_a_response_rate(run_view: RunView) -> None:
    told = row(run_view("satisfaction_by_cause", **STORE), cause="late_delivery")
    # one of two satisfied; of three that could have rated. Wilson: (0.5 + 0.9604 -/+ 0.9604...) / 2.9208
    assert (told["satisfied_count"], told["rating_count"], told["rateable_count"]) == (1, 2, 3)
    assert (told["satisfied_low_share"], told["satisfied_high_share"]) == (
        pytest.approx(0.0945, abs=1e-4),
        pytest.approx(0.9055, abs=1e-4),
    )
    assert told["response_share"] == pytest.approx(2 / 3)


def test_a_contact_after_the_first_is_repeated_even_if_the_first_fell_before_the_period(
    run_view: RunView,
) -> None:
    filters = {"start": "2026-05-06"}
    told = row(run_view("repeated_contacts", filters, **STORE), cause="late_delivery")
    assert (told["contact_count"], told["repeated_contact_count"], told["most_contacts"]) == (1, 1, 2)
    assert told["repeated_hours"] is None  # nobody said how long a ticket takes
    minutes = """
        kind   | valid_from | minutes | hourly_cost
        ticket |            | 90      | 2400
        ticket | 2026-05-08 | 30      | 2400
        return |            | 5       | 2400
    """
    told = row(run_view("repeated_contacts", rule_cost_handling=minutes, **STORE), cause="late_delivery")
    assert (told["repeated_hours"], told["repeated_cost_cents"]) == (0.5, 1200)  # ticket 7, of the eighth


def test_contacts_for_orders_gross_and_net(run_view: RunView) -> None:
    exposure = """
        date_basis | date       | order_count
        event      | 2026-05-04 | 50
        event      | 2026-05-18 | 20
    """
    filters = {"start": "2026-05-04", "until": "2026-05-25", "grain": "week"}
    told = run_view("contact_rate", filters, exposure_daily=exposure, **STORE)
    named = (
        "contact_count",
        "contacting_order_count",
        "without_order_count",
        "order_count",
        "gross_rate",
        "net_rate",
    )
    # the first week: tickets 1, 2, 4, 5, 7 about the orders o1 and o2; the quiet one had no orders, so no rate
    assert told.select(named).rows() == [
        (5, 2, 2, 50, 0.1, 0.04),
        (0, 0, 0, 0, None, None),
        (2, 2, 0, 20, 0.1, 0.1),
    ]
    without = run_view("contact_rate", {**filters, "countries": ["FR"]}, exposure_daily=exposure, **STORE)
    assert without["order_count"].is_null().all()


def test_open_tickets_are_listed_longest_waiting_first_with_what_was_promised(run_view: RunView) -> None:
    targets = "measure | clock | hours\nfirst_reply | calendar | 5"
    told = run_view("tickets_waiting", rule_sla_targets=targets, **STORE)
    assert told.select("ticket_id", "age_hours", "is_unanswered", "is_late", "target_hours").rows() == [
        ("3", 10.0, True, True, 5.0),
        ("8", 0.0, True, False, 5.0),
    ]
    assert run_view("tickets_waiting", {"causes": ["late_delivery"]}, **STORE).is_empty()


def test_filters_part_the_tickets(run_view: RunView) -> None:
    def count(**filters: object) -> int:
        told = run_view("service_times", filters, **STORE).filter(pl.col("cut") == "all")
        return int(told["ticket_count"].sum())

    assert [count(causes=[cause]) for cause in ("late_delivery", "stock_out")] == [3, 3]
    assert count(start="2026-05-06") + count(until="2026-05-06") == count() == 7
