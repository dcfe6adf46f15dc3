"""Which order a ticket means that no field of it names, and which line: found by what, and never guessed."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

Build = Callable[..., duckdb.DuckDBPyConnection]

ORDERS = """
    order_id | order_name | placed_at           | currency | customer_key
    1        | FR1001     | 2025-03-01 10:00:00 | EUR      | anna
    2        | FR1002     | 2025-03-02 10:00:00 | EUR      | ben
    3        | FR1003     | 2025-03-20 10:00:00 | EUR      | ben
"""
TWO_LINES = """
    order_id | line_id | sku  | product  | quantity
    1        | L1      | BOOT | Red boot | 1
    1        | L2      | HAT  | Wool hat | 1
"""
HEADER = "ticket_id | created_at | order_ref | mentions | customer_key | subject | date_only"


def linked(build: Build, ticket: str, **more: str) -> tuple[object, ...]:
    """(order, how its order was found, how its line was found, its line) of the one ticket."""
    con = build(**{"orders": ORDERS, "tickets": f"{HEADER}\n{ticket}", **more})
    rows = con.execute(
        "select order_key, order_evidence, link_evidence, line_key from build_signals where kind = 'ticket'"
    ).fetchall()
    (row,) = rows
    return row


@pytest.mark.parametrize(
    ("mentions", "order", "evidence"),
    [
        ("FR1001", "shop/main/1", "mention"),
        ("fr1001", "shop/main/1", "mention"),
        ("PO 1001", None, None),  # no such order is loaded
        ("FR1001, FR1002", None, None),  # which of the two?
        ("FR1001, XR9999", "shop/main/1", "mention"),
        ("1Z999AA10123456784", "shop/main/1", "tracking"),
        ("tracking number: 1Z999AA10123456784", "shop/main/1", "tracking"),
        ("colis 7023 2100 3941 4604", "shop/main/2", "tracking"),
        ("1Z999AA10123456784, colis 7023210039414604", None, None),
        ("RMA #0077", "shop/main/2", "return"),
        ("LPNRR123456789", "shop/main/1", "return"),
        ("FR1002, 1Z999AA10123456784", "shop/main/2", "mention"),
    ],
)
def test_an_order_is_found_by_what_the_text_mentions(
    build: Build, mentions: str, order: str | None, evidence: str | None
) -> None:
    row = linked(
        build,
        f"T1 | 2025-03-25 10:00:00 | | {mentions} | | |",
        shipments="""
            shipment_id | order_id | tracking_number
            S1          | 1        | 1Z999AA10123456784
            S2          | 2        | 7023210039414604
        """,
        returns="""
            return_id            | line_id | order_id
            RMA-77               |         | FR1002
            LPNRR123456789/1     |         | 1
        """,
    )
    assert row[:2] == (order, evidence)


@pytest.mark.parametrize(
    ("ticket", "order"),
    [
        ("2025-03-01 10:00:00 | | | anna | |", "shop/main/1"),
        ("2025-04-30 10:00:00 | | | anna | |", "shop/main/1"),
        ("2025-04-30 10:00:01 | | | anna | |", None),  # more than 60 days
        ("2025-03-01 09:59:59 | | | anna | |", None),  # before the order
        ("2025-03-01 00:00:00 | | | anna | | created_at", "shop/main/1"),  # that day, at no known time
        ("2025-03-25 10:00:00 | | | ben | |", None),  # two orders
        ("2025-03-19 10:00:00 | | | ben | |", "shop/main/2"),  # the second was not placed yet
        ("2025-03-25 10:00:00 | | | carl | |", None),
        ("2025-03-25 10:00:00 | 4444 | | anna | |", "ref/4444"),  # it names another, not loaded
        ("2025-03-25 10:00:00 | | FR1002, FR1003 | anna | |", None),  # and it is about one of two others
    ],
)
def test_the_only_order_of_a_customer_in_the_60_days_before_is_meant(
    build: Build, ticket: str, order: str | None
) -> None:
    assert linked(build, f"T1 | {ticket}")[0] == order


def test_a_number_of_its_own_that_is_loaded_wins_and_one_that_is_not_gives_way(build: Build) -> None:
    assert linked(build, "T1 | 2025-03-25 10:00:00 | FR1001 | FR1002 | ben | |")[:2] == (
        "shop/main/1",
        "number",
    )
    assert linked(build, "T1 | 2025-03-25 10:00:00 | 4444 | FR1002 | | |")[:2] == ("shop/main/2", "mention")


def test_what_the_user_says_wins_over_all_and_may_be_no_order(build: Build) -> None:
    ticket = "T1 | 2025-03-25 10:00:00 | FR1001 | FR1001 | anna | |"
    other = "record_id | order_ref\n shop/main/T1 | FR1002"
    none = "record_id | order_ref\n shop/main/T1 |"
    assert linked(build, ticket, ref_links=other)[:2] == ("shop/main/2", "decision")
    assert linked(build, ticket, ref_links=none) == (None, None, None, None)


def test_an_excluded_ticket_is_linked_to_nothing(build: Build) -> None:
    con = build(
        orders=ORDERS,
        tickets="ticket_id | created_at | customer_key | is_excluded\n T1 | 2025-03-25 10:00:00 | anna | true",
    )
    assert con.execute("select count(*) from stg_ticket_links").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("subject", "evidence", "line"),
    [
        ("The RED-boot has a hole", "title", "shop/main/1/L1"),
        ("Wool hat, and the red boot", "order", None),
        ("Red boots", "order", None),
        ("Where is it?", "order", None),
    ],
)
def test_a_line_is_found_by_the_only_product_that_the_subject_names(
    build: Build, subject: str, evidence: str, line: str | None
) -> None:
    row = linked(build, f"T1 | 2025-03-25 10:00:00 | FR1001 | | | {subject} |", order_lines=TWO_LINES)
    assert row[2:] == (evidence, line)


def test_a_ticket_found_by_its_parcel_is_one_incident_with_the_return_of_that_line(build: Build) -> None:
    con = build(
        orders=ORDERS,
        order_lines="order_id | line_id | sku\n 1 | L1 | BOOT",
        tickets=f"{HEADER}\n T1 | 2025-03-25 10:00:00 | | 1Z999AA10123456784 | | |",
        shipments="shipment_id | order_id | tracking_number\n S1 | 1 | 1z999aa10123456784",
        returns="return_id | line_id | order_id | requested_at | refund_cents | currency"
        "\n R1 | L1 | 1 | 2025-03-26 10:00:00 | 1000 | EUR",
    )
    found = con.execute("select signal_count, kinds, cost_cents, line_key from build_incidents").fetchall()
    assert found == [(2, ["return", "ticket"], 1000, "shop/main/1/L1")]


@pytest.mark.parametrize(
    ("order_evidence", "link_evidence", "confidence"),
    [
        ("number", "sku", "high"),
        ("decision", "order", "high"),
        ("mention", "only_line", "high"),
        ("number", "title", "medium"),
        ("tracking", "sku", "medium"),
        ("return", "order", "medium"),
        ("customer", "title", "low"),
        ("number", "order_not_loaded", None),
    ],
)
def test_how_sure_a_link_is(
    run_view: Callable[..., object], order_evidence: str, link_evidence: str, confidence: str | None
) -> None:
    found = run_view(
        "all_signals",
        signals=f"""
            signal_key | incident_key | order_key | kind   | link_evidence   | order_evidence
            ticket/a   | ticket/a     | k         | ticket | {link_evidence} | {order_evidence}
            ticket/b   | ticket/a     |           | ticket |                 |
        """,
    )
    assert sorted(found["link_confidence"].to_list(), key=str) == sorted([confidence, None], key=str)  # type: ignore[index]
