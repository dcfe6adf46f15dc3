"""From signals to incidents: which signals are one incident, of which order line, and what it cost."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from pipelines import facts

Build = Callable[..., duckdb.DuckDBPyConnection]

ORDER = """
    order_id | order_name | placed_at           | currency | channel | country | warehouse | carrier
    1        | #1001      | 2025-03-01 10:00:00 | EUR      | shopify | FR      | Laval     | Colissimo
"""
ONE_LINE = """
    order_id | line_id | sku  | product | quantity
    1        | L1      | SHOE | A shoe  | 1
"""
TWO_LINES = """
    order_id | line_id | sku  | product | quantity
    1        | L1      | SHOE | A shoe  | 1
    1        | L2      | HAT  | A hat   | 2
"""


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """The answer as plain rows."""
    return con.execute(sql).fetchall()


def grouped(con: duckdb.DuckDBPyConnection) -> list[list[str]]:
    """The record keys of each incident, without source and account."""
    found = con.sql(
        """
        select list_sort(list(string_split(record_id, '/')[3])) as keys
        from build_signals group by incident_key order by keys
        """
    ).pl()
    return found["keys"].to_list()


def test_a_ticket_and_a_return_of_one_line_within_60_days_are_one_incident(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        tickets="""
            ticket_id | created_at          | order_ref | sku
            T1        | 2025-03-05 10:00:00 | 1001      | shoe
            T2        | 2025-03-05 10:00:00 | #1001     | HAT
        """,
        returns="""
            return_id | line_id | order_id | requested_at
            R1        | L1      | 1        | 2025-05-04 10:00:00
            R2        | L2      | 1        | 2025-05-04 10:00:01
        """,
    )
    assert grouped(con) == [["R1", "T1"], ["R2"], ["T2"]]


def test_the_gap_is_from_one_signal_to_the_next_not_from_the_first(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=ONE_LINE,
        tickets="""
            ticket_id | created_at          | order_ref
            T1        | 2025-01-01 10:00:00 | 1001
            T2        | 2025-02-20 10:00:00 | 1001
            T3        | 2025-04-10 10:00:00 | 1001
            T4        | 2025-06-30 10:00:00 | 1001
        """,
    )
    assert grouped(con) == [["T1", "T2", "T3"], ["T4"]]


def test_an_order_is_found_by_its_id_or_its_number_whatever_the_hash_the_case_or_the_spaces(
    build: Build,
) -> None:
    con = build(
        orders="order_id | order_name | placed_at\n 555 | #ab-1001 | 2025-03-01 10:00:00",
        tickets="""
            ticket_id | created_at          | order_ref  | order_id
            T1        | 2025-03-05 10:00:00 | # AB-1001  |
            T2        | 2025-03-05 10:00:00 |            | ab-1001
            T3        | 2025-03-05 10:00:00 |            | 555
            T4        | 2025-03-05 10:00:00 | 556        |
        """,
    )
    assert rows(con, "select order_key, order_ref, link_evidence from build_signals order by record_id") == [
        ("shop/main/555", "AB-1001", "order"),
        ("shop/main/555", "AB-1001", "order"),
        ("shop/main/555", "AB-1001", "order"),
        ("ref/556", "556", "order_not_loaded"),
    ]


def test_a_number_of_two_shops_means_the_order_of_the_same_account_or_no_order_at_all(build: Build) -> None:
    con = build(
        orders="""
            order_id | order_name | account | placed_at
            1        | #1001      | paris   | 2025-03-01 10:00:00
            2        | #1001      | lyon    | 2025-03-01 10:00:00
        """,
        tickets="""
            ticket_id | created_at          | order_ref | account | source
            T1        | 2025-03-05 10:00:00 | 1001      | lyon    | desk
            T2        | 2025-03-05 10:00:00 | 1001      | nice    | desk
        """,
    )
    assert rows(con, "select order_key from build_signals order by record_id") == [
        ("shop/lyon/2",),
        ("ref/1001",),
    ]


def test_a_signal_without_sku_joins_the_only_line(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=ONE_LINE,
        tickets="ticket_id | created_at | order_ref\n T1 | 2025-03-05 10:00:00 | 1001",
        returns="return_id | line_id | order_ref | requested_at | sku\n R1 | X | 1001 | 2025-03-06 10:00:00 | SHOE-FBA",
    )
    assert grouped(con) == [["R1", "T1"]]
    assert rows(con, "select sku, product, line_key, order_name from build_incidents") == [
        ("SHOE", "A shoe", "shop/main/1/L1", "#1001")
    ]


def test_of_several_lines_a_signal_without_sku_joins_the_only_one_that_has_signals(build: Build) -> None:
    ticket = "ticket_id | created_at | order_ref\n T1 | 2025-03-05 10:00:00 | 1001"
    one = "return_id | line_id | order_ref | requested_at\n R2 | L2 | 1001 | 2025-03-06 10:00:00"
    both = one + "\n R1 | L1 | 1001 | 2025-03-06 10:00:00"
    con = build(orders=ORDER, order_lines=TWO_LINES, tickets=ticket, returns=one)
    assert grouped(con) == [["R2", "T1"]]
    con = build(orders=ORDER, order_lines=TWO_LINES, tickets=ticket, returns=both)
    assert grouped(con) == [["R1"], ["R2"], ["T1"]]
    assert rows(con, "select line_key, sku, order_key from build_incidents where kinds = ['ticket']") == [
        (None, None, "shop/main/1")
    ]


def test_a_sku_that_the_order_does_not_have_is_not_put_on_another_line(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        returns="""
            return_id | line_id | order_ref | requested_at        | sku
            R1        | L1      | 1001      | 2025-03-06 10:00:00 | SHOE
            R2        | X       | 1001      | 2025-03-06 10:00:00 | GLOVE
        """,
    )
    assert grouped(con) == [["R1"], ["R2"]]


def test_signals_of_an_order_that_is_not_loaded_meet_by_its_number_and_their_sku(build: Build) -> None:
    con = build(
        tickets="""
            ticket_id | created_at          | order_ref | sku
            T1        | 2025-03-05 10:00:00 | 77        | a
            T2        | 2025-03-05 10:00:00 | 77        | A
            T3        | 2025-03-05 10:00:00 | 77        | b
            T4        | 2025-03-05 10:00:00 | 78        | a
            T5        | 2025-03-05 10:00:00 | 78        |
            T6        | 2025-03-05 10:00:00 |           | a
            T7        | 2025-03-05 10:00:00 |           | a
        """
    )
    assert grouped(con) == [["T1", "T2"], ["T3"], ["T4", "T5"], ["T6"], ["T7"]]
    assert rows(con, "select distinct order_key from build_incidents order by all") == [
        ("ref/77",),
        ("ref/78",),
        (None,),
    ]


def test_a_refund_of_what_was_returned_adds_its_amount_and_blames_nobody(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=ONE_LINE,
        returns="""
            return_id | line_id | order_ref | requested_at        | reason_scheme  | reason_raw | refund_cents
            R1        | L1      | 1001      | 2025-03-06 10:00:00 | shopify.return | DEFECTIVE  | 5000
        """,
        refunds="""
            refund_id | line_id | order_ref | refunded_at         | amount_cents | reason_scheme  | reason_raw
            F1        | L1      | 1001      | 2025-03-09 10:00:00 | 4500         | walmart.refund | GOODWILL
        """,
    )
    assert rows(
        con, "select cause, party, has_conflict, secondary_causes, cost_cents, currency from build_incidents"
    ) == [("product_defect", "supplier", False, [], 4500, "EUR")]
    assert rows(con, "select cause, evidence, amount_cents from build_signals where kind = 'refund'") == [
        ("unknown", "none", 4500)
    ]


def test_a_refund_that_nothing_else_tells_of_is_an_incident_with_its_own_reason(build: Build) -> None:
    con = build(
        refunds="""
            refund_id | order_ref | refunded_at         | amount_cents | currency | reason_scheme  | reason_raw
            F1        | 1001      | 2025-03-09 10:00:00 | 4500         | EUR      | walmart.refund | GOODWILL
        """
    )
    assert rows(con, "select cause, cost_cents, currency, kinds from build_incidents") == [
        ("goodwill", 4500, "EUR", ["refund"])
    ]


def test_a_refund_of_a_return_belongs_to_it_even_when_it_comes_months_later(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        returns="""
            return_id | line_id | order_ref | requested_at
            R1        | L2      | 1001      | 2025-03-06 10:00:00
        """,
        refunds="""
            refund_id | order_ref | refunded_at         | amount_cents | return_id
            F1        | 1001      | 2025-06-09 10:00:00 | 4500         | R1
        """,
    )
    assert grouped(con) == [["F1", "R1"]]


def test_a_refund_of_a_whole_order_is_not_counted_again_with_each_return_of_it(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        returns="""
            return_id | line_id | order_ref | requested_at        | refund_cents
            R1        | L1      | 1001      | 2025-03-06 10:00:00 | 3000
            R2        | L2      | 1001      | 2025-03-07 10:00:00 | 2000
        """,
        refunds="refund_id | order_ref | refunded_at | amount_cents\n F1 | 1001 | 2025-03-09 10:00:00 | 5000",
    )
    assert grouped(con) == [["F1", "R1"], ["R2"]]
    assert rows(con, "select sku, cost_cents from build_incidents order by sku desc") == [
        ("SHOE", 5000),
        ("HAT", None),
    ]


def test_two_tools_that_tell_of_one_refund_are_not_added_up(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=ONE_LINE,
        returns="""
            return_id | line_id | order_ref | source | requested_at        | refund_cents
            R1        | L1      | 1001      | loop   | 2025-03-06 10:00:00 | 6000
            R2        | L1      | 1001      | shop   | 2025-03-06 10:00:00 | 5000
        """,
    )
    assert rows(con, "select cost_cents, signal_count, quantity from build_incidents") == [(5000, 2, None)]


def test_without_a_refund_the_return_tells_the_cost_and_without_that_the_cancellation(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        returns="""
            return_id | line_id | order_ref | requested_at        | refund_cents
            R1        | L1      | 1001      | 2025-03-06 10:00:00 | 700
        """,
        cancellations="""
            cancellation_id | line_id | order_ref | cancelled_at        | amount_cents
            C1              | L1      | 1001      | 2025-03-02 10:00:00 | 900
            C2              | L2      | 1001      | 2025-03-02 10:00:00 | 300
        """,
    )
    assert rows(con, "select sku, cost_cents from build_incidents order by sku") == [
        ("HAT", 300),
        ("SHOE", 700),
    ]


def test_an_amount_in_another_currency_than_the_orders_is_left_out(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=ONE_LINE,
        refunds="""
            refund_id | line_id | order_ref | refunded_at         | amount_cents | currency
            F1        | L1      | 1001      | 2025-03-09 10:00:00 | 4500         | EUR
            F2        | L1      | 1001      | 2025-03-10 10:00:00 | 9900         | USD
        """,
    )
    assert rows(con, "select cost_cents, currency from build_incidents") == [(4500, "EUR")]


def test_signals_that_blame_different_parties_are_a_conflict_and_unknown_never_is(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        tickets="""
            ticket_id | created_at          | order_ref | sku  | tags
            T1        | 2025-03-05 10:00:00 | 1001      | SHOE | late
            T2        | 2025-03-05 10:00:00 | 1001      | HAT  | vip
        """,
        returns="""
            return_id | line_id | order_ref | requested_at        | reason_scheme  | reason_raw
            R1        | L1      | 1001      | 2025-03-06 10:00:00 | shopify.return | DEFECTIVE
            R2        | L2      | 1001      | 2025-03-06 10:00:00 | shopify.return | DEFECTIVE
        """,
    )
    assert rows(
        con, "select sku, cause, evidence, secondary_causes, has_conflict from build_incidents order by sku"
    ) == [
        ("HAT", "product_defect", "reason", [], False),
        ("SHOE", "late_delivery", "tag", ["product_defect"], True),
    ]


def test_the_catalogue_fills_what_the_line_does_not_say(build: Build) -> None:
    con = build(
        orders=ORDER,
        order_lines=TWO_LINES,
        products="""
            sku  | product    | supplier | category
            shoe | Other name | Ferrand  | Shoes
            GLVE | A glove    | Dubois   | Gloves
        """,
        tickets="""
            ticket_id | created_at          | order_ref | sku
            T1        | 2025-03-05 10:00:00 | 1001      | SHOE
            T2        | 2025-03-05 10:00:00 |           | glve
        """,
    )
    assert rows(con, "select product, supplier, category from build_incidents order by all") == [
        ("A glove", "Dubois", "Gloves"),
        ("A shoe", "Ferrand", "Shoes"),
    ]
    assert rows(con, "select sku, supplier from build_lines order by all") == [
        ("HAT", None),
        ("SHOE", "Ferrand"),
    ]


def test_an_order_known_only_by_its_lines_is_an_order(build: Build) -> None:
    con = build(
        order_lines="order_id | line_id | sku | placed_at\n 9 | L1 | A | 2025-03-01 23:30:00",
        tickets="ticket_id | created_at | order_ref\n T1 | 2025-03-05 10:00:00 | 9",
        settings="zone | main_currency\n Europe/Paris | EUR",
    )
    assert rows(con, "select order_key, sku, order_date::varchar from build_incidents") == [
        ("shop/main/9", "A", "2025-03-02")
    ]


def test_an_order_without_known_lines_has_one_line_that_stands_for_it(build: Build) -> None:
    con = build(
        orders="order_id | placed_at | shipped_at\n 9 | 2025-03-01 10:00:00 | 2025-03-02 10:00:00",
        tickets="""
            ticket_id | created_at          | order_ref | sku
            T1        | 2025-03-05 10:00:00 | 9         | A
            T2        | 2025-03-05 10:00:00 | 9         | B
        """,
    )
    assert rows(con, "select line_key, line_id, is_confirmed, is_shipped from build_lines") == [
        ("shop/main/9/order", None, True, True)
    ]
    assert grouped(con) == [["T1"], ["T2"]]


@pytest.mark.parametrize(
    ("order", "line", "confirmed", "shipped"),
    [
        ("paid      | fulfilled   |", "", True, True),
        ("paid      | unfulfilled |", "", True, False),
        ("pending   | unfulfilled |", "", False, False),
        ("refunded  | unfulfilled |", "cancelled", True, False),
        ("paid      | partial     | 2025-03-02 10:00:00", "open", True, False),
        ("paid      | partial     | 2025-03-02 10:00:00", "shipped", True, True),
        ("          |             |", "", True, False),
    ],
)
def test_what_counts_as_confirmed_and_as_shipped(
    build: Build, order: str, line: str, confirmed: bool, shipped: bool
) -> None:
    con = build(
        orders=f"""
            order_id | placed_at           | payment_status | fulfilment_status | shipped_at
            1        | 2025-03-01 10:00:00 | {order}
        """,
        order_lines=f"order_id | line_id | line_status\n 1 | L1 | {line}",
    )
    assert rows(con, "select is_confirmed, is_shipped from build_lines") == [(confirmed, shipped)]


def test_the_order_of_loading_changes_nothing(build: Build) -> None:
    tickets = [
        "T1 | 2025-03-05 10:00:00 | 1001 | late   |",
        "T2 | 2025-03-06 10:00:00 | 1001 | defect |",
        "T3 | 2025-03-05 10:00:00 |      | defect | wrong item",
        "T4 | 2025-03-05 10:00:00 | 99   |        | arrived broken",
    ]
    head = "ticket_id | created_at | order_ref | tags | subject\n"
    answers = []
    for drawn in (tickets, tickets[::-1]):
        con = build(orders=ORDER, order_lines=TWO_LINES, tickets=head + "\n".join(drawn))
        answers.append(
            (
                rows(con, "select * from build_signals order by signal_key"),
                rows(con, "select * from build_incidents order by incident_key"),
            )
        )
    assert answers[0] == answers[1]


def test_exposure_counts_each_order_once_and_each_thing_on_its_own_day(build: Build) -> None:
    con = build(
        orders="""
            order_id | placed_at           | shipped_at          | fulfilment_status
            1        | 2025-03-01 10:00:00 | 2025-03-03 10:00:00 | fulfilled
            2        | 2025-03-01 10:00:00 |                     | unfulfilled
        """,
        order_lines="""
            order_id | line_id | sku | quantity
            1        | L1      | A   | 1
            1        | L2      | B   | 3
            2        | L1      | A   | 1
        """,
    )
    for table in ("lines", "signals", "incidents"):
        con.execute(f"create table {table} as from build_{table}")
    facts.keep_all(con, [fact for fact in facts.facts() if fact.table == "exposure_daily"])
    assert rows(
        con,
        """
        select date_basis, date::varchar, sum(order_count), sum(lines_confirmed), sum(lines_shipped), sum(units_sold)
        from exposure_daily group by all order by all
        """,
    ) == [
        ("event", "2025-03-01", 2, 3, 0, 5),
        ("event", "2025-03-03", 0, 0, 2, 0),
        ("order", "2025-03-01", 2, 3, 2, 5),
    ]


def test_an_error_of_a_warehouse_that_a_3pl_runs_is_the_3pls(build: Build) -> None:
    con = build(
        orders="order_id | order_name\n 1 | 1001\n 2 | 1002",
        order_lines="order_id | line_id | sku\n 1 | L1 | A\n 1 | L2 | B\n 2 | L3 | A",
        shipments="""
            shipment_id | order_id | carrier | warehouse
            P1          | 1        | Nord    | laval
            P2          | 2        | Nord    | Boutique
        """,
        tickets="""
            ticket_id | created_at          | order_ref | tags
            T1        | 2025-03-05 10:00:00 | 1001      | wrong_item
            T2        | 2025-03-05 10:00:00 | 1002      | wrong_item
        """,
        settings="zone | main_currency | third_party_warehouses\n UTC | EUR | LAVAL",
    )
    assert rows(
        con, "select warehouse, carrier, fulfilled_by, party from build_incidents order by warehouse"
    ) == [
        ("Boutique", "Nord", None, "merchant"),
        ("laval", "Nord", "3pl", "3pl"),
    ]


def test_parcels_of_two_warehouses_do_not_say_which_of_them_erred(build: Build) -> None:
    con = build(
        orders="order_id | order_name\n 1 | 1001",
        order_lines="order_id | line_id | sku\n 1 | L1 | A",
        shipments="shipment_id | order_id | warehouse\n P1 | 1 | Laval\n P2 | 1 | Lyon",
        tickets="ticket_id | created_at | order_ref\n T1 | 2025-03-05 10:00:00 | 1001",
    )
    assert rows(con, "select warehouse from build_incidents") == [(None,)]


def test_the_lot_of_an_article_is_what_its_parcel_says(build: Build) -> None:
    con = build(
        orders="order_id | order_name\n 1 | 1001\n 2 | 1002",
        order_lines="order_id | line_id | sku | lot\n 1 | L1 | A | \n 1 | L2 | B | own\n 2 | L3 | A | ",
        shipments="""
            shipment_id | order_id | lots
            P1          | 1        | a:L-7,B:L-8
            P2          | 2        | A:L-7,A:L-9
        """,
    )
    assert rows(con, "select line_id, lot from build_lines order by line_id") == [
        ("L1", "L-7"),
        ("L2", "own"),
        ("L3", None),
    ]
