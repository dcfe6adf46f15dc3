"""KPIs count what they say, and checks find what they are named for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tests.cancelled import cancelled

RunView = Callable[..., pl.DataFrame]


def counted(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Week, numerator and denominator."""
    return (
        frame.select("week_start_date", "numerator", "denominator")
        .with_columns(pl.col(pl.Date).cast(pl.String))
        .rows()
    )


def test_a_return_is_refunded_by_its_own_word_or_by_a_refund_of_the_same_incident(run_view: RunView) -> None:
    tables = {
        "raw_returns": """
            record_id | return_id | source | account | received_at         | refunded_at         | status    | quantity
            r1        | R1        | shop   | main    | 2025-03-03 10:00:00 | 2025-03-05 10:00:00 |           | 1
            r2        | R2        | shop   | main    | 2025-03-03 10:00:00 |                     |           | 1
            r3        | R3        | shop   | main    | 2025-03-03 10:00:00 |                     |           | 2
            r4        | R4        | shop   | main    | 2025-03-03 10:00:00 |                     | declined  | 1
            r5        | R5        | shop   | main    |                     |                     |           | 1
            r6        | R6        | mute   | main    | 2025-03-03 10:00:00 |                     |           | 1
        """,
        "signals": """
            signal_key | incident_key | kind   | record_id
            return/r1  | i1           | return | r1
            return/r2  | i2           | return | r2
            refund/f2  | i2           | refund | f2
            return/r3  | i3           | return | r3
            return/r4  | i4           | return | r4
            return/r5  | i5           | return | r5
            return/r6  | i6           | return | r6
        """,
        "incidents": "\n".join(
            ["incident_key | event_date | line_key | currency"]
            + [f"i{i} | 2025-03-13 | l{i} | EUR" for i in range(1, 7)]
        ),
        "lines": "line_key | unit_price_cents\n l3 | 1500",
    }
    assert counted(run_view("kpi_received_not_refunded", **tables)) == [("2025-03-03", 1, 3)]
    owed = run_view("returns_not_refunded", **tables)
    assert owed.select("return_id", "open_days", "owed_cents").rows() == [("R3", 10, 3000)]


def test_the_sellers_cancellation_rate_counts_orders_once_and_no_customers_wish(run_view: RunView) -> None:
    tables = cancelled(
        """
        order | line | sku  | at                  | declared_by | cause
        o1    | 1    | SHOE | 2025-03-03 10:00:00 | merchant    | stock_out
        o1    | 2    | HAT  | 2025-03-04 10:00:00 |             | stock_out
        o2    | 1    | HAT  | 2025-03-04 10:00:00 | customer    | changed_mind
        o3    | 1    | HAT  | 2025-03-04 10:00:00 |             | unknown
        """,
        exposure_daily="date_basis | date | order_count\n event | 2025-03-09 | 40\n event | 2025-03-10 | 9",
    )
    got = run_view("kpi_seller_cancellation_rate", **tables)
    assert counted(got) == [("2025-03-03", 1, 40), ("2025-03-10", 0, 9)]


def test_cost_is_counted_in_the_currency_asked_for_and_never_added_across(run_view: RunView) -> None:
    tables = {
        "incidents": """
            incident_key | event_date | cause | cost_cents | currency
            a            | 2025-03-03 | other | 100        | EUR
            b            | 2025-03-03 | other | 900        | USD
        """,
        "exposure_daily": "date_basis | date | order_count\n event | 2025-03-03 | 10",
    }
    assert counted(run_view("kpi_cost_rate", **tables)) == [("2025-03-03", 100, 10)]
    assert counted(run_view("kpi_cost_rate", {"currency": "USD"}, **tables)) == [("2025-03-03", 900, 10)]
    assert run_view("trend_total", {"currency": "USD"}, **tables)["other_currency_count"].to_list() == [1]


def test_a_rate_counts_only_the_incidents_of_its_family_and_party(run_view: RunView) -> None:
    tables = {
        "incidents": """
            incident_key | event_date | cause           | family    | party
            a            | 2025-03-03 | wrong_item_sent | logistics | 3pl
            b            | 2025-03-03 | wrong_item_sent | logistics | merchant
            c            | 2025-03-03 | late_delivery   | transport | carrier
            d            | 2025-03-03 | product_defect  | product   | supplier
            e            | 2025-03-03 | stock_desync    | stock     | merchant
            f            | 2025-03-03 | other           | unknown   | unknown
        """,
        "exposure_daily": """
            date_basis | date       | order_count | lines_confirmed | lines_shipped | units_sold
            event      | 2025-03-03 | 1           | 20              | 30            | 40
        """,
    }
    for view, numerator, denominator in (
        ("kpi_incident_rate", 6, 1),
        ("kpi_third_party_error_rate", 1, 30),
        ("kpi_carrier_error_rate", 1, 30),
        ("kpi_defect_rate", 1, 40),
        ("kpi_oversell_rate", 1, 20),
        ("kpi_unknown_cause_share", 1, 6),
    ):
        assert counted(run_view(view, **tables)) == [("2025-03-03", numerator, denominator)], view


SOUND = {
    "incidents": "incident_key | cause | signal_count | currency\n i1 | product_defect | 1 | EUR",
    "signals": "signal_key | incident_key | kind | amount_cents | currency\n refund/s1 | i1 | refund | 5 | EUR",
    "raw_refunds": "record_id | refund_id\n s1 | s1",
    "lines": "line_key | order_key | order_date\n l1 | o1 | 2025-03-03\n l2 | o1 | 2025-03-03",
    "exposure_daily": "date_basis | date | order_count\n order | 2025-03-03 | 1\n order | 2025-03-03 | 0",
    "files": "file_id | file_name | status | rows_in | loaded | unchanged | rejected\n f | f.csv | loaded | 9 | 5 | 3 | 1",
    "rejects": "file_id | row_number | column_name\n f | 4 | a\n f | 4 | b",
}


@pytest.mark.parametrize(
    ("check", "broken"),
    [
        ("check_every_incident_has_a_signal", {"signals": ""}),
        ("check_every_signal_has_an_incident", {"incidents": ""}),
        ("check_every_signal_has_a_record", {"raw_refunds": ""}),
        ("check_signals_are_counted_once", {"incidents": "incident_key | signal_count\n i1 | 2"}),
        ("check_keys_are_unique", {"lines": "line_key\n l1\n l1"}),
        (
            "check_files_add_up",
            {"files": "file_id | rows_in | loaded | unchanged | rejected\n f | 9 | 5 | 3 | 0"},
        ),
        ("check_rejects_are_kept", {"rejects": ""}),
        ("check_incident_has_one_currency", {"incidents": "incident_key | currency\n i1 | USD"}),
        (
            "check_orders_are_counted_once",
            {"exposure_daily": "date_basis | date | order_count\n order | 2025-03-03 | 2"},
        ),
        ("check_every_cause_is_known", {"incidents": "incident_key | cause\n i1 | spilt_milk"}),
    ],
)
def test_a_check_is_silent_on_sound_facts_and_shows_the_row_that_is_not(
    run_view: RunView, check: str, broken: dict[str, str]
) -> None:
    assert run_view(check, **SOUND).rows() == []
    assert run_view(check, **{**SOUND, **broken}).height == 1
