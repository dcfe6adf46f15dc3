"""Errors of warehouses against what was agreed, articles taken for one another, orders that left late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import views

RunView = Callable[..., pl.DataFrame]

INCIDENTS = """
    incident_key | event_date | family    | cause              | party    | warehouse | cost_cents | currency
    a            | 2025-03-03 | logistics | wrong_item_sent    | 3pl      | Laval     | 1000       | EUR
    b            | 2025-03-04 | logistics | wrong_item_sent    | merchant | Laval     |            | EUR
    c            | 2025-03-12 | logistics | wrong_variant_sent | 3pl      | Laval     |            | EUR
    d            | 2025-03-12 | logistics | wrong_item_sent    | 3pl      | Lyon      | 200        | EUR
    e            | 2025-03-12 | logistics | wrong_item_sent    | 3pl      |           |            |
    f            | 2025-03-12 | transport | lost_in_transit    | carrier  | Laval     |            |
"""
SHIPPED = """
    date_basis | date       | warehouse | lines_shipped
    event      | 2025-03-03 | Laval     | 400
    event      | 2025-03-10 | Laval     | 600
    event      | 2025-03-17 | Laval     | 1000
    event      | 2025-03-10 | Lyon      | 500
"""
#: from the 10th Laval accepts 5 of 1,000; all others 2, from always
LEVELS = """
    warehouse | error           | valid_from | per_1000 | hours | clock   | on_time_percent
    LAVAL     | wrong_item_sent | 2025-03-10 | 5        |       |         |
              | wrong_item_sent |            | 2        |       |         |
    Laval     | all             | 2025-03-17 | 1        |       |         |
"""


def table(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns as rows; dates as text."""
    return frame.select(columns).with_columns(pl.col(pl.Date).cast(pl.String)).rows()


def test_errors_are_held_against_the_level_of_their_warehouse_and_week(run_view: RunView) -> None:
    got = run_view(
        "warehouse_errors", incidents=INCIDENTS, exposure_daily=SHIPPED, rule_service_levels=LEVELS
    )
    columns = (
        "warehouse",
        "cause",
        "incident_count",
        "third_party_count",
        "lines_shipped",
        "agreed_per_1000",
    )
    assert table(got, *columns, "accepted_count", "judged_count", "cost_cents") == [
        # the level for all errors holds from the third week on: 1,000 lines, 1 accepted, none happened
        ("Laval", None, 3, 2, 2000, 1.0, 1.0, 0, 1000),
        # 2 of 1,000 in the first week (0.8), 5 in the others (3 + 5)
        ("Laval", "wrong_item_sent", 2, 1, 2000, 5.0, 8.8, 2, 1000),
        ("Laval", "wrong_variant_sent", 1, 1, 2000, None, None, None, None),
        ("Lyon", None, 1, 1, 500, None, None, None, 200),
        ("Lyon", "wrong_item_sent", 1, 1, 500, 2.0, 1.0, 1, 200),
        (None, None, 1, 1, None, None, None, None, None),
        (None, "wrong_item_sent", 1, 1, None, 2.0, None, 1, None),
    ]
    assert got["rate"][0] == 3 / 2000
    weekly = run_view(
        "third_party_errors", incidents=INCIDENTS, exposure_daily=SHIPPED, rule_service_levels=LEVELS
    ).filter((pl.col("warehouse") == "Laval") & (pl.col("party") == "3pl"))
    assert table(weekly, "cause", "week_start_date", "incident_count", "agreed_per_1000") == [
        ("wrong_item_sent", "2025-03-03", 1, 2.0),
        ("wrong_item_sent", "2025-03-10", 0, 5.0),
        ("wrong_variant_sent", "2025-03-03", 0, None),
        ("wrong_variant_sent", "2025-03-10", 1, None),
    ]


def test_without_an_agreement_nothing_is_above_it(run_view: RunView) -> None:
    got = run_view("warehouse_errors", incidents=INCIDENTS, exposure_daily=SHIPPED)
    assert got.select("agreed_per_1000", "accepted_count", "judged_count").null_count().row(0) == (7, 7, 7)


ORDERS = """
    record_id | source | account | order_id | order_ref | order_name | placed_at           | ship_by_at          | shipped_at          | cancelled_at        | payment_status | fulfilment_status | fulfilled_by | warehouse | date_only
    s/m/1     | s      | m       | 1        | 1         | 1          | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 | 2025-03-10 12:00:00 |                     |                | fulfilled         |              | Lyon      |
    s/m/2     | s      | m       | 2        | 2         | 2          | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 | 2025-03-10 18:00:00 |                     |                | fulfilled         |              | Lyon      |
    s/m/3     | s      | m       | 3        | 3         | 3          | 2025-03-07 10:00:00 | 2025-03-10 00:00:00 | 2025-03-10 18:00:00 |                     |                | fulfilled         |              | Lyon      | ship_by_at
    s/m/4     | s      | m       | 4        | 4         | 4          | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 |                     |                     |                | unfulfilled       |              | Lyon      |
    s/m/5     | s      | m       | 5        | 5         | 5          | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 |                     | 2025-03-08 10:00:00 |                | unfulfilled       |              | Lyon      |
    s/m/6     | s      | m       | 6        | 6         | 6          | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 |                     |                     |                | fulfilled         |              | Lyon      |
    s/m/7     | s      | m       | 7        | 7         | 7          | 2025-03-07 10:00:00 |                     | 2025-03-10 18:00:00 |                     |                | fulfilled         |              | Lyon      |
    s/m/8     | s      | m       | 8        | 8         | 8          | 2025-03-07 10:00:00 |                     | 2025-03-11 10:00:00 |                     |                | fulfilled         |              | Laval     |
    s/m/9     | s      | m       | 9        | 9         | 9          | 2025-03-07 10:00:00 |                     | 2025-03-11 11:00:00 |                     |                | fulfilled         |              | Laval     |
    s/m/10    | s      | m       | 10       | 10        | 10         | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 |                     |                     | pending        | unfulfilled       |              | Lyon      |
    s/m/11    | s      | m       | 11       | 11        | 11         | 2025-03-07 10:00:00 | 2025-03-10 12:00:00 | 2025-03-20 18:00:00 |                     |                | fulfilled         | marketplace  | Lyon      |
    s/m/12    | s      | m       | 12       | 12        | 12         | 2025-03-12 10:00:00 | 2025-03-14 12:00:00 |                     |                     |                | unfulfilled       |              | Lyon      |
"""
AGREED = """
    warehouse | error    | valid_from | hours | clock   | on_time_percent
    Laval     | dispatch | 2025-01-01 | 48    | working | 95
    Laval     | dispatch | 2025-06-01 | 1     |         | 99
"""
#: the data end on Wednesday the 12th
END = "incident_key | event_date\n a | 2025-03-12"


def test_an_order_is_late_by_its_promise_or_else_by_what_was_agreed(run_view: RunView) -> None:
    """Lyon has promises: 1 on the minute, 3 on its day are in time; 2 is 6 hours late; 4 waits, 36 hours late at the end
    of the 11th. 5 was cancelled, 10 never paid, 11 is the marketplace's. 6 and 7 cannot be told; 12 is not due.
    Laval agreed 48 working hours: from Friday 10:00 to Tuesday 10:00; 8 makes it, 9 is an hour late."""
    got = run_view(
        "dispatch_punctuality",
        {"until": date(2025, 4, 1)},
        raw_orders=ORDERS,
        rule_service_levels=AGREED,
        incidents=END,
    )
    columns = (
        "order_count",
        "on_time_count",
        "late_count",
        "waiting_count",
        "not_due_count",
        "unknown_count",
    )
    whole = got.filter(pl.col("week_start_date").is_null())
    assert table(whole, "warehouse", *columns, "on_time_share", "agreed_on_time_share") == [
        ("Laval", 2, 1, 1, 0, 0, 0, 0.5, 0.95),
        ("Lyon", 7, 2, 1, 1, 1, 2, 0.5, None),
    ]
    # 6 and 36 hours late: nine of ten are within 6 + 0.9 * 30
    assert whole["p90_late_hours"].to_list() == [1.0, pytest.approx(33.0)]
    assert whole["promised_count"].to_list() == [0, 4]
    weekly = got.filter(pl.col("week_start_date").is_not_null())
    for column in columns:
        assert weekly[column].sum() == whole[column].sum(), column


def test_without_promise_and_agreement_nobody_is_late(run_view: RunView) -> None:
    got = run_view("dispatch_punctuality", {"warehouses": ["Laval"]}, raw_orders=ORDERS, incidents=END)
    assert table(got.head(1), "warehouse", "order_count", "unknown_count", "on_time_share") == [
        ("Laval", 2, 2, None)
    ]


@pytest.mark.parametrize(
    ("placed", "hours", "due"),
    [
        ("2025-03-03 09:30:00", 24, "2025-03-04 09:30"),  # Monday
        ("2025-03-07 09:30:00", 24, "2025-03-10 09:30"),  # Friday
        ("2025-03-08 23:00:00", 24, "2025-03-11 00:00"),  # Saturday: counted from Monday 0:00
        ("2025-03-09 01:00:00", 12, "2025-03-10 12:00"),
        ("2025-03-03 00:00:00", 240, "2025-03-17 00:00"),  # two weeks of five days
    ],
)
def test_working_hours_stand_still_on_saturday_and_sunday(
    run_view: RunView, placed: str, hours: int, due: str
) -> None:
    got = run_view(
        "int_matching_dispatches",
        raw_orders=f"""
            record_id | source | account | order_id | placed_at | warehouse
            s/m/1     | s      | m       | 1        | {placed}  | Laval
        """,
        rule_service_levels=f"""
            error    | hours   | clock
            dispatch | {hours} | working
        """,
    )
    told = got.select(due=pl.from_epoch((pl.col("due_hour") * 3600).round().cast(pl.Int64)))["due"]
    assert told.dt.strftime("%Y-%m-%d %H:%M").to_list() == [due]


MIXED = """
    incident_key | event_date | family    | cause              | party | warehouse | order_key | sku      | variant    | signal_count | kinds  | order_name
    a            | 2025-03-03 | logistics | wrong_variant_sent | 3pl   | Laval     | o1        | riv-38   | 38 / White | 1            | return | #1
    b            | 2025-03-04 | logistics | wrong_variant_sent | 3pl   | Laval     | o2        | RIV-38   | 38 / White | 2            | return | #2
    ticket/z/3   | 2025-03-05 | logistics | wrong_item_sent    | 3pl   | Laval     | o3        | RIV-39   | 39 / White | 1            | ticket | #3
    ticket/z/4   | 2025-03-06 | logistics | wrong_variant_sent | 3pl   | Laval     | o4        | RIV-40   | 40 / White | 1            | ticket | #4
    c            | 2025-03-07 | logistics | wrong_item_sent    | 3pl   | Laval     | o5        | RIV-38   | 38 / White | 1            | return | #5
    d            | 2025-03-08 | logistics | wrong_item_sent    | 3pl   | Lyon      | o6        | RIV-38   | 38 / White | 1            | return | #6
    e            | 2025-03-08 | logistics | late_dispatch      | 3pl   | Lyon      | o7        | RIV-38   | 38 / White | 1            | return | #7
"""
RECORDS = {
    "lines": """
        line_key | order_key | sku
        1        | o1        | RIV-38
        2        | o2        | RIV-38
        3        | o6        | RIV-38
        4        | o6        | HAT
    """,
    "signals": """
        signal_key | incident_key | kind   | record_id
        r1         | a            | return | r1
        r2         | b            | return | r2
        r5         | c            | return | r5
        r6         | d            | return | r6
        r7         | e            | return | r7
    """,
    "raw_returns": """
        record_id | sku    | received_sku
        r1        | RIV-38 | riv-39
        r2        | RIV-39 |
        r5        | RIV-38 | RIV-38
        r6        | HAT    |
        r7        | HAT    | HAT
    """,
    "raw_tickets": """
        record_id | subject
        z/3       | #3 : Commandé du 39, reçu du 38 !
        z/4       | Ordered 38, got a 39
    """,
    "raw_products": """
        record_id | sku    | product | variant
        p1        | RIV-38 | Riviere | 38 / White
        p2        | RIV-39 | Riviere | 39 / White
        p3        | RIV-40 | Riviere | 40 / White
        p4        | TAD-38 | Tadou   | 38 / White
    """,
}


def test_articles_taken_for_one_another_are_told_by_what_came_back_or_by_sizes_in_a_subject(
    run_view: RunView,
) -> None:
    """a names what came back, b came back as an article that the order does not have, ticket 3 names two sizes. Not known:
    ticket 4 names a size that was not ordered, c is contradicted (the right article came back), d came back as another
    article of its order. e is no confusion."""
    got = run_view("confused_articles", incidents=MIXED, **RECORDS)
    columns = ("warehouse", "sku", "other_sku", "variant", "other_variant", "incident_count")
    assert table(got, *columns, "forward_count", "reverse_count", "by_return_count", "by_ticket_count") == [
        ("Laval", "RIV-38", "RIV-39", "38 / White", "39 / White", 3, 2, 1, 2, 1),
        ("Laval", None, None, None, None, 2, None, None, 0, 0),
        ("Lyon", None, None, None, None, 1, None, None, 0, 0),
    ]
    assert got["incident_count"].sum() == 6, "every confusion is counted, known or not"
    assert got["is_same_product"].to_list() == [True, None, None]


@pytest.mark.parametrize("first", ["Lamp", "Lampe"])
def test_an_article_that_lines_call_by_two_names_has_one_name_however_they_were_loaded(first: str) -> None:
    (query,) = (each for each in views.queries(("aggregates",)) if each.name == "int_articles")
    with duckdb.connect() as con:
        con.execute(
            "create table raw_products (sku varchar, product varchar, variant varchar, record_id varchar)"
        )
        con.execute("create table lines (sku varchar, product varchar, variant varchar)")
        for name in sorted(("Lamp", "Lampe"), reverse=first == "Lampe"):
            con.execute("insert into lines values ('L-7', $1, null)", [name])
        views.run(con, [query])
        assert con.sql("from int_articles").fetchall() == [("L-7", "Lamp", None)]


@pytest.mark.parametrize(
    ("subject", "is_told"),
    [
        ("Commandé du 38, reçu du 39", True),
        ("J'ai commandé une taille 38 et j'ai reçu une taille 39", True),
        ("I ordered size 38 but received a 39", True),
        ("Ordered 38 and got 38", False),
        ("Order 38 received", False),
        ("Mauvaise pointure", False),
    ],
)
def test_two_sizes_in_a_subject_are_the_ordered_and_the_received_one(
    run_view: RunView, subject: str, is_told: bool
) -> None:
    got = run_view(
        "confused_articles",
        incidents="""
            incident_key | event_date | cause           | sku    | variant    | signal_count | kinds
            ticket/z/1   | 2025-03-03 | wrong_item_sent | RIV-38 | 38 / White | 1            | ticket
        """,
        raw_tickets=f"record_id | subject\n z/1 | {subject}",
        raw_products=RECORDS["raw_products"],
    )
    assert got["other_sku"].to_list() == (["RIV-39"] if is_told else [None])
