"""What pages read: rows in, rows out, under the filters of a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

RunView = Callable[..., pl.DataFrame]

# Two weeks with incidents around a quiet one; the data end on a Wednesday.
INCIDENTS = """
    incident_key | event_date | order_date | cause          | family    | party    | channel | sku  | warehouse | cost_cents | currency
    i1           | 2025-03-03 | 2025-02-28 | product_defect | product   | supplier | shopify | SHOE | Laval     | 1000       | EUR
    i2           | 2025-03-09 | 2025-03-01 | late_delivery  | transport | carrier  | shopify | SHOE | Laval     |            |
    i3           | 2025-03-09 | 2025-03-03 | late_delivery  | transport | 3pl      | amazon  | HAT  | Lille     | 500        | USD
    i4           | 2025-03-17 | 2025-03-03 | product_defect | product   | supplier | shopify | SHOE | Laval     | 300        | EUR
    i5           | 2025-03-19 |            | unknown        | unknown   | unknown  | email   |      |           |            |
"""
EXPOSURE = """
    date_basis | date       | channel | sku  | warehouse | order_count | lines_confirmed | lines_shipped | units_sold
    event      | 2025-03-03 | shopify | SHOE | Laval     | 10          | 12              | 11            | 20
    event      | 2025-03-10 | shopify | SHOE | Laval     | 7           | 7               | 7             | 7
    event      | 2025-03-19 | amazon  | HAT  | Lille     | 5           | 5               | 4             | 6
    order      | 2025-02-28 | shopify | SHOE | Laval     | 3           | 3               | 3             | 3
"""


def table(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns as rows; dates as text."""
    return frame.select(columns).with_columns(pl.col(pl.Date).cast(pl.String)).rows()


def test_a_quiet_week_counts_as_zero_and_the_last_week_is_incomplete(run_view: RunView) -> None:
    got = run_view("trend_total", incidents=INCIDENTS, exposure_daily=EXPOSURE)
    assert table(got, "period_start_date", "incident_count", "order_count", "cost_cents", "is_complete") == [
        ("2025-03-03", 3, 10, 1000, True),
        ("2025-03-10", 0, 7, 0, True),
        ("2025-03-17", 2, 5, 300, False),
    ]
    assert got["other_currency_count"].to_list() == [1, 0, 0]


def test_a_week_is_complete_when_the_data_reach_its_sunday(run_view: RunView) -> None:
    drawn = "incident_key | event_date | cause\n a | 2025-03-03 | other\n b | {day} | other"
    for day, complete in (("2025-03-15", False), ("2025-03-16", True)):
        got = run_view("trend_total", incidents=drawn.format(day=day))
        assert got["is_complete"].to_list() == [True, complete]


def test_a_week_that_the_period_cuts_is_incomplete(run_view: RunView) -> None:
    got = run_view("trend_total", {"start": date(2025, 3, 4)}, incidents=INCIDENTS)
    assert table(got, "period_start_date", "incident_count", "is_complete") == [
        ("2025-03-03", 2, False),
        ("2025-03-10", 0, True),
        ("2025-03-17", 2, False),
    ]


def test_the_end_of_the_period_is_not_part_of_it(run_view: RunView) -> None:
    got = run_view("trend_total", {"until": date(2025, 3, 9)}, incidents=INCIDENTS)
    assert table(got, "period_start_date", "incident_count") == [("2025-03-03", 1)]


def test_without_orders_their_number_is_not_known_rather_than_zero(run_view: RunView) -> None:
    assert run_view("trend_total", incidents=INCIDENTS)["order_count"].to_list() == [None, None, None]
    pareto = run_view("cause_pareto", incidents=INCIDENTS)
    assert pareto["exposure_count"].to_list() == [None, None, None]


def test_a_date_in_the_future_does_not_make_weeks(run_view: RunView) -> None:
    got = run_view(
        "trend_total",
        incidents=INCIDENTS + "    i9 | 2052-03-19 | | unknown | unknown | unknown | email | | | |\n",
        published="published_at\n 2025-03-19 12:00:00",
    )
    assert got.height == 3


def test_months_and_the_date_of_the_order(run_view: RunView) -> None:
    got = run_view(
        "trend_total", {"grain": "month", "basis": "order"}, incidents=INCIDENTS, exposure_daily=EXPOSURE
    )
    assert table(got, "period_start_date", "incident_count", "order_count") == [
        ("2025-02-01", 1, 3),
        ("2025-03-01", 3, 0),
    ]


def test_each_filter_narrows_and_an_empty_one_lets_all_pass(run_view: RunView) -> None:
    filters: dict[str, tuple[list[str], list[str]]] = {
        "channels": (["amazon", "email"], ["i3", "i5"]),
        "causes": (["late_delivery"], ["i2", "i3"]),
        "families": (["product"], ["i1", "i4"]),
        "parties": (["3pl"], ["i3"]),
        "skus": (["HAT"], ["i3"]),
        "warehouses": (["Laval"], ["i1", "i2", "i4"]),
        "suppliers": (["nobody"], []),
        "carriers": ([], ["i1", "i2", "i3", "i4", "i5"]),
        "countries": (["FR"], []),
    }
    for name, (chosen, expected) in filters.items():
        got = run_view("matching_incidents", {name: chosen}, incidents=INCIDENTS)
        assert sorted(got["incident_key"]) == expected, name
        counted = run_view("trend_total", {name: chosen}, incidents=INCIDENTS)
        assert counted["incident_count"].sum() == len(expected), name


def test_orders_under_a_filter_on_articles_are_counted_if_any_line_passes(run_view: RunView) -> None:
    lines = """
        order_key | line_key | order_date | channel | sku
        o1        | o1/1     | 2025-03-03 | shopify | HAT
        o1        | o1/2     | 2025-03-03 | shopify | SHOE
        o1        | o1/3     | 2025-03-03 | shopify | SHOE
        o2        | o2/1     | 2025-03-03 | shopify | HAT
    """
    got = run_view(
        "trend_total", {"skus": ["SHOE"]}, incidents=INCIDENTS, exposure_daily=EXPOSURE, lines=lines
    )
    assert got["order_count"].to_list() == [1, 0, 0]


def test_each_cause_has_its_own_denominator_and_a_row_for_every_week(run_view: RunView) -> None:
    got = run_view("trend_by_cause", incidents=INCIDENTS, exposure_daily=EXPOSURE)
    assert table(got, "cause", "period_start_date", "incident_count", "exposure_count") == [
        ("late_delivery", "2025-03-03", 2, 11),
        ("late_delivery", "2025-03-10", 0, 7),
        ("late_delivery", "2025-03-17", 0, 4),
        ("product_defect", "2025-03-03", 1, 20),
        ("product_defect", "2025-03-10", 0, 7),
        ("product_defect", "2025-03-17", 1, 6),
        ("unknown", "2025-03-03", 0, 10),
        ("unknown", "2025-03-10", 0, 7),
        ("unknown", "2025-03-17", 1, 5),
    ]


def test_the_pareto_adds_up_and_compares_with_the_period_before_and_with_13_weeks(run_view: RunView) -> None:
    got = run_view(
        "cause_pareto",
        {"start": date(2025, 3, 17), "until": date(2025, 3, 24)},
        incidents=INCIDENTS + "    i6 | 2025-03-16 | | unknown | unknown | unknown | email | | | |\n",
    )
    columns = ("cause", "incident_count", "incident_share", "cumulative_share", "prior_incident_count")
    assert table(got, *columns, "median_13_week_count") == [
        ("product_defect", 1, 0.5, 0.5, 0, 0.5),
        ("unknown", 1, 0.5, 1.0, 1, 0.5),
    ]
    whole = run_view("cause_pareto", incidents=INCIDENTS)
    assert table(whole, "cause", "incident_count", "party", "prior_incident_count") == [
        ("late_delivery", 2, "3pl", None),
        ("product_defect", 2, "supplier", None),
        ("unknown", 1, "unknown", None),
    ]


ISSUES = """
    incident_key | event_date | cause          | family    | party    | channel | sku  | supplier | warehouse | carrier
    a            | 2024-01-01 | product_defect | product   | supplier | shopify | SHOE | Ferrand  |           |
    b            | 2025-03-09 | product_defect | product   | supplier | shopify | SHOE | Ferrand  |           |
    c            | 2025-03-10 | product_defect | product   | supplier | shopify | SHOE | Ferrand  |           |
    d            | 2025-03-10 | product_defect | product   | supplier | shopify | HAT  | Ferrand  |           |
    e            | 2025-03-10 | late_delivery  | transport | carrier  | shopify | HAT  |          |           | Colis
    f            | 2025-03-11 | late_delivery  | transport | carrier  | shopify | HAT  |          |           | Colis
    g            | 2025-03-03 | unknown        | unknown   | unknown  | shopify | SHOE |          |           |
    h            | 2025-03-10 | unknown        | unknown   | unknown  | shopify | SHOE |          |           |
    j            | 2025-03-03 | late_delivery  | transport | carrier  | email   |      |          |           |
    k            | 2025-03-12 | late_delivery  | transport | carrier  | email   |      |          |           |
"""


def test_a_cause_that_comes_back_in_one_place_in_two_weeks_is_an_issue(run_view: RunView) -> None:
    got = run_view(
        "recurring_issues",
        incidents=ISSUES,
        exposure_daily="""
            date_basis | date       | channel | sku  | supplier | units_sold | lines_shipped
            event      | 2025-03-10 | shopify | SHOE | Ferrand  | 20         | 1
            event      | 2025-03-10 | shopify | HAT  | Ferrand  | 60         | 1
            event      | 2024-01-01 | shopify | SHOE | Ferrand  | 999        | 1
        """,
    ).sort("issue_key")
    assert table(
        got, "issue_key", "incident_count", "weeks_present_count", "first_seen_date", "last_seen_date"
    ) == [
        # of these nothing but the channel is known, so the channel stands in
        ("late_delivery/channel/email", 2, 2, "2025-03-03", "2025-03-12"),
        ("product_defect/sku/SHOE", 2, 2, "2024-01-01", "2025-03-10"),
        ("product_defect/supplier/Ferrand", 3, 2, "2024-01-01", "2025-03-10"),
    ]
    shoe = got.filter(pl.col("place") == "SHOE")
    assert table(shoe, "exposure_count", "rest_incident_count", "rest_exposure_count", "rate", "party") == [
        (20, 1, 60, 0.1, "supplier")
    ]


def test_an_issue_looks_back_13_weeks_from_the_end_of_the_period(run_view: RunView) -> None:
    drawn = """
        incident_key | event_date | cause          | family  | sku
        a            | 2025-01-05 | product_defect | product | SHOE
        b            | 2025-04-05 | product_defect | product | SHOE
        c            | 2025-01-06 | product_defect | product | HAT
        d            | 2025-04-05 | product_defect | product | HAT
    """
    got = run_view("recurring_issues", {"until": date(2025, 4, 7)}, incidents=drawn)
    assert got["place"].to_list() == ["HAT"]


def test_an_issues_party_is_the_one_most_of_its_incidents_fall_on(run_view: RunView) -> None:
    drawn = """
        incident_key | event_date | cause           | family    | party    | warehouse
        a            | 2025-03-03 | wrong_item_sent | logistics | merchant | Laval
        b            | 2025-03-10 | wrong_item_sent | logistics | 3pl      | Laval
        c            | 2025-03-11 | wrong_item_sent | logistics | 3pl      | Laval
    """
    got = run_view("recurring_issues", incidents=drawn)
    assert table(got, "place_kind", "place", "party", "incident_count") == [("warehouse", "Laval", "3pl", 3)]


def test_defects_are_set_against_the_units_sold_of_the_same_lot(run_view: RunView) -> None:
    got = run_view(
        "defects",
        {"start": date(2025, 3, 1)},
        incidents="""
            incident_key | event_date | cause          | family    | sku  | lot | last_at
            a            | 2025-03-03 | product_defect | product   | SHOE | L7  | 2025-03-03 10:00:00
            b            | 2025-03-04 | product_defect | product   | SHOE | L7  | 2025-03-04 10:00:00
            c            | 2025-03-04 | product_defect | product   | SHOE |     | 2025-03-04 10:00:00
            d            | 2025-03-04 | late_delivery  | transport | SHOE | L7  | 2025-03-04 10:00:00
        """,
        lines="""
            line_key | order_date | sku  | lot | quantity | is_confirmed
            1        | 2025-03-01 | SHOE | L7  | 4        | true
            2        | 2025-03-01 | SHOE | L7  | 50       | false
            3        | 2025-02-01 | SHOE | L7  | 50       | true
            4        | 2025-03-01 | SHOE | L8  | 50       | true
        """,
    )
    assert table(got, "sku", "lot", "incident_count", "units_sold", "rate") == [
        ("SHOE", "L7", 2, 4, 0.5),
        ("SHOE", None, 1, None, None),
    ]


def test_warehouse_errors_have_a_row_for_every_week_and_the_lines_that_left(run_view: RunView) -> None:
    got = run_view(
        "third_party_errors",
        incidents="""
            incident_key | event_date | cause           | family    | party | warehouse
            a            | 2025-03-03 | wrong_item_sent | logistics | 3pl   | Laval
            b            | 2025-03-17 | wrong_item_sent | logistics | 3pl   | Laval
            c            | 2025-03-17 | product_defect  | product   | 3pl   | Laval
        """,
        exposure_daily="date_basis | date | warehouse | lines_shipped\n event | 2025-03-12 | Laval | 40",
    )
    assert table(
        got, "warehouse", "cause", "week_start_date", "incident_count", "lines_shipped", "is_complete"
    ) == [
        ("Laval", "wrong_item_sent", "2025-03-03", 1, None, True),
        ("Laval", "wrong_item_sent", "2025-03-10", 0, 40, True),
        ("Laval", "wrong_item_sent", "2025-03-17", 1, None, False),
    ]


CASES = """
    incident_key | event_date | last_at             | order_ref | order_name | sku  | cause
    i1           | 2025-03-03 | 2025-03-03 10:00:00 | AB-1001   | #AB-1001   | SHOE | other
    i2           | 2025-03-04 | 2025-03-04 10:00:00 | AB-1002   | #AB-1002   | HAT  | other
    i3           | 2025-03-04 | 2025-03-04 11:00:00 |           |            |      | other
"""


def test_cases_are_newest_first_and_the_first_ones_when_few_are_asked_for(run_view: RunView) -> None:
    assert run_view("cases", incidents=CASES)["incident_key"].to_list() == ["i3", "i2", "i1"]
    for limit, expected in ((1, ["i3"]), (2, ["i3", "i2"]), (9, ["i3", "i2", "i1"])):
        assert run_view("cases", {"row_limit": limit}, incidents=CASES)["incident_key"].to_list() == expected


def test_a_case_is_found_by_order_article_ticket_or_parcel(run_view: RunView) -> None:
    signals = "signal_key | incident_key | record_id\n ticket/1 | i3 | desk/main/778899"
    shipments = "shipment_id | order_ref | tracking_number\n s | AB-1001 | 6A12345678901"
    for search, expected in {
        "#ab-1002": ["i2"],
        " shoe ": ["i1"],
        "778899": ["i3"],
        "6a123456789": ["i1"],
        "nothing": [],
    }.items():
        got = run_view("cases", {"search": search}, incidents=CASES, signals=signals, raw_shipments=shipments)
        assert got["incident_key"].to_list() == expected, search


def test_a_time_line_tells_one_order_in_order_with_file_and_row(run_view: RunView) -> None:
    tables = {
        "signals": """
            signal_key | incident_key | order_key | order_ref | kind   | record_id | occurred_at         | cause | amount_cents
            ticket/t1  | i1           | o1        | 1001      | ticket | t1        | 2025-03-05 10:00:00 | other |
            return/r1  | i1           | o1        | 1001      | return | r1        | 2025-03-06 10:00:00 | other | 500
        """,
        "incidents": """
            incident_key | order_key | order_ref | kinds          | signal_count | first_at
            i1           | o1        | 1001      | return, ticket | 2            | 2025-03-05 10:00:00
            ticket/t2    | o2        | 1002      | ticket         | 1            | 2025-03-05 10:00:00
        """,
        "raw_tickets": """
            record_id | ticket_id | file_id | row_number
            t1        | t1        | f2      | 7
            t2        | t2        | f2      | 9
        """,
        "raw_orders": "record_id | order_ref | placed_at | file_id | row_number\n o1 | 1001 | 2025-03-01 10:00:00 | f1 | 1",
        "raw_returns": "record_id | return_id | received_at | file_id | row_number\n r1 | R1 | 2025-03-09 00:00:00 | f2 | 8",
        "raw_shipments": """
            record_id | order_ref | tracking_number | shipped_at          | file_id
            s1        | 1001      | T1              | 2025-03-02 10:00:00 | f1
            s2        | 1002      | T2              | 2025-03-02 10:00:00 | f1
        """,
        "raw_tracking_events": "tracking_number | scanned_at | event\n T1 | 2025-03-03 10:00:00 | in_transit",
        "files": "file_id | file_name\n f1 | orders.csv\n f2 | desk.csv",
    }
    for chosen in ({"order_key": "o1"}, {"incident_key": "i1"}):
        got = run_view("case_timeline", chosen, **tables)
        assert table(got, "what", "file_name", "row_number") == [
            ("order", "orders.csv", 1),
            ("shipment", "orders.csv", None),
            ("scan", None, None),
            ("ticket", "desk.csv", 7),
            ("return", "desk.csv", 8),
            ("return_received", "desk.csv", 8),
        ]
    assert run_view("case_timeline", **tables).is_empty()


def test_a_ticket_kept_as_its_incident_alone_is_a_signal_like_any_other(run_view: RunView) -> None:
    got = run_view(
        "all_signals",
        signals="""
            signal_key | incident_key | kind   | record_id
            ticket/t1  | ticket/t1    | ticket | t1
            return/r1  | ticket/t1    | return | r1
        """,
        incidents="""
            incident_key     | kinds          | signal_count | source | order_key | line_key | first_at            | cause | confidence
            ticket/t1        | return, ticket | 2            | desk   | o1        | l1       | 2025-03-03 10:00:00 | other | low
            ticket/desk/m/t2 | ticket         | 1            | desk   | o2        |          | 2025-03-04 10:00:00 | other | high
            return/r9        | return         | 1            | desk   | o3        | l3       | 2025-03-05 10:00:00 | other | low
        """,
    )
    seen = table(got, "signal_key", "kind", "record_id", "source", "link", "cause", "confidence")
    assert sorted(seen, key=repr) == [
        ("return/r1", "return", "r1", None, "none", None, None),
        ("ticket/desk/m/t2", "ticket", "desk/m/t2", "desk", "order", "other", "high"),
        ("ticket/t1", "ticket", "t1", None, "none", None, None),
    ]


def test_unmapped_values_are_those_no_mapping_knows_most_frequent_first(run_view: RunView) -> None:
    got = run_view(
        "unmapped_values",
        raw_tickets="""
            ticket_id | tags                | reason_scheme | reason_raw | created_at          | source | channel_raw | is_excluded
            1         | Defect, Foo, VIP    |               |            | 2025-03-03 10:00:00 | desk   |             |
            2         | foo, Delivery::Late |               |            | 2025-03-04 10:00:00 | desk   |             |
            3         | Foo                 | shop.tag      | Vip, Bar   | 2025-03-05 10:00:00 | desk   | tiktok      |
            4         | Foo, Spam           |               |            | 2025-03-06 10:00:00 | desk   |             | true
        """,
        raw_returns="""
            return_id | reason_scheme  | reason_raw | requested_at
            1         | shopify.return | DEFECTIVE  | 2025-03-04 10:00:00
            2         | shopify.return | NEW_CODE   | 2025-03-05 10:00:00
        """,
    )
    assert table(got, "value_kind", "scheme", "value", "signal_count", "last_seen_date") == [
        ("tag", None, "Foo", 2, "2025-03-05"),
        ("channel", "desk", "tiktok", 1, "2025-03-05"),
        ("reason", "shop.tag", "Bar", 1, "2025-03-05"),
        ("reason", "shopify.return", "NEW_CODE", 1, "2025-03-05"),
        ("tag", None, "foo", 1, "2025-03-04"),
    ]


def test_coverage_tells_what_no_rule_explains(run_view: RunView) -> None:
    got = run_view("cause_coverage", incidents=INCIDENTS)
    assert table(got, "incident_count", "unknown_count", "unknown_share") == [(5, 1, 0.2)]
    assert table(run_view("cause_coverage"), "incident_count", "unknown_share") == [(0, None)]


def test_freshness_tells_the_share_of_signals_whose_order_is_loaded(run_view: RunView) -> None:
    got = run_view(
        "source_freshness",
        settings="zone | main_currency\n Europe/Paris | EUR",
        raw_tickets="""
            ticket_id | source | created_at
            1         | desk   | 2025-03-03 10:00:00
            2         | desk   | 2025-03-03 23:30:00
        """,
        signals="""
            signal_key | source | kind   | order_key | line_key
            1          | desk   | ticket | o1        | l1
            2          | desk   | ticket | ref/9     |
            3          | desk   | ticket |           |
            4          | desk   | ticket | o2        |
        """,
    )
    assert table(got, "source", "kind", "row_count", "latest_date", "linked_share") == [
        ("desk", "tickets", 2, "2025-03-04", 0.5)
    ]


def test_filter_values_are_counted_and_unknown_places_are_not_offered(run_view: RunView) -> None:
    got = run_view("filter_values", incidents=INCIDENTS).filter(pl.col("dimension").is_in(["channel", "sku"]))
    assert table(got, "dimension", "value", "incident_count") == [
        ("channel", "shopify", 3),
        ("channel", "amazon", 1),
        ("channel", "email", 1),
        ("sku", "SHOE", 3),
        ("sku", "HAT", 1),
    ]


def test_a_file_counts_its_warnings_and_a_reject_names_its_file(run_view: RunView) -> None:
    files = 'file_id | file_name | warnings\n f1 | a.csv | [{"code": "x"}, {"code": "y"}]\n f2 | b.csv |'
    assert sorted(table(run_view("data_files", files=files), "file_name", "warning_count")) == [
        ("a.csv", 2),
        ("b.csv", 0),
    ]
    rejects = "file_id | line | reason\n f1 | 12 | bad_date"
    assert table(run_view("data_rejects", files=files, rejects=rejects), "file_name", "line", "reason") == [
        ("a.csv", 12, "bad_date")
    ]


def test_a_ticket_without_tags_or_reason_shows_its_subject_and_nothing_after(run_view: RunView) -> None:
    got = run_view(
        "case_timeline",
        {"incident_key": "i"},
        signals="signal_key | incident_key | kind | record_id | occurred_at\n ticket/t | i | ticket | t | 2025-03-03",
        raw_tickets="record_id | subject | tags\n t | Zip broke | []",
    )
    assert got["detail"].to_list() == ["Zip broke"]


def test_an_unmapped_value_was_last_seen_on_a_day_of_the_shop_not_of_utc(run_view: RunView) -> None:
    got = run_view(
        "unmapped_values",
        raw_tickets="ticket_id | tags | created_at\n 1 | Foo | 2025-03-04 03:00:00",
        settings="zone | main_currency\n America/Toronto | CAD",
    )
    assert table(got, "value", "last_seen_date") == [("Foo", "2025-03-03")]
