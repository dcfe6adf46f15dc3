"""What marketplaces judge their sellers by, counted from orders: worked out by hand from the rows drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pipelines.rules import all_rules
from tests.cancelled import cancelled

RunView = Callable[..., pl.DataFrame]

END = date(2025, 3, 31)
EXPOSURE = f"date_basis | date | channel | order_count\n event | {END} | amazon.ca | 1"
LIMITS = """
    marketplace | metric              | valid_from | attention_share | limit_share | window_days
    amazon      | order_defect        |            |                 | 0.05        | 60
    amazon      | seller_cancellation |            | 0.02            | 0.07        | 30
    amazon      | seller_cancellation | 2025-05-01 |                 | 0.01        | 30
    amazon      | valid_tracking      |            |                 | 0.95        | 30
    amazon      | on_time_delivery    |            |                 | 0.9         | 30
    amazon      | late_shipment       |            |                 | 0.04        | 30
    amazon      | not_received        |            |                 |             | 30
"""
#: columns of the kept fact; what a row leaves out is nothing gone wrong
COLUMNS = (
    "order_key", "source", "channel", "fulfilled_by", "order_date", "shipped_date", "promised_date", "is_confirmed",
    "is_cancelled", "is_waiting", "is_shipped_late", "awaited_dispatch_at", "line_count", "parcel_count",
    "scanned_count", "untold_count", "has_parcel", "on_time_count", "late_count", "awaited_count", "cancelled_by",
    "is_refused", "has_defect", "has_inr", "has_inad", "has_ncx", "has_claim", "claimed_line_count",
)  # fmt: skip


def orders(*groups: tuple[int, dict[str, Any]]) -> str:
    """The drawing of so many orders of each kind, placed ten days before the end unless told otherwise."""
    usual: dict[str, Any] = {
        "source": "amazon", "channel": "amazon.ca", "fulfilled_by": "merchant", "order_date": END - timedelta(days=10),
        "shipped_date": END - timedelta(days=9), "promised_date": END - timedelta(days=3), "is_confirmed": True,
        "line_count": 1, "parcel_count": 1, "scanned_count": 1, "untold_count": 0, "has_parcel": True,
        "on_time_count": 1, "late_count": 0, "awaited_count": 0, "claimed_line_count": 0,
    }  # fmt: skip
    flags = (
        "is_cancelled",
        "is_waiting",
        "is_refused",
        "has_defect",
        "has_inr",
        "has_inad",
        "has_ncx",
        "has_claim",
    )
    lines = [" | ".join(COLUMNS)]
    for position, (count, told) in enumerate(groups):
        row = {**dict.fromkeys(flags, False), **usual, **told}
        cells = ["" if row.get(name) is None else str(row[name]) for name in COLUMNS[1:]]
        lines.extend(" | ".join([f"o{position}/{n}", *cells]) for n in range(count))
    return "\n".join(lines)


def health(
    run_view: RunView, drawn: str, filters: dict[str, Any] | None = None, **more: str
) -> dict[str, dict[str, Any]]:
    store = {"exposure_daily": EXPOSURE, "rule_marketplace_limits": LIMITS, "order_outcomes": drawn, **more}
    return {
        row["metric"]: row for row in run_view("marketplace_health", filters, **store).iter_rows(named=True)
    }


def test_shares_limits_and_how_many_more_may_go_wrong(run_view: RunView) -> None:
    """100 orders of the last 30 days. Seven are cancelled by the seller: 7 % of 7 % allowed, none more. One is
    cancelled by nobody knows whom. 5 % of defects allowed, four there: one more; those of day 61 do not count. Parcels:
    two of 100 have no scanned number, five may: three more. On time: twelve of 100 late, ten may: over by two.
    """
    got = health(
        run_view,
        orders(
            (76, {}),
            (7, {"cancelled_by": "seller"}),
            (1, {"cancelled_by": "unknown"}),
            (2, {"has_defect": True, "scanned_count": 0}),
            (2, {"has_defect": True}),
            (12, {"late_count": 1, "on_time_count": 0}),
            (
                3,
                {
                    "has_defect": True,
                    "order_date": END - timedelta(days=60),
                    "shipped_date": END - timedelta(days=59),
                    "promised_date": END - timedelta(days=55),
                },
            ),
        ),
    )
    told = {
        name: (row["numerator"], row["denominator"], row["headroom"], row["state"])
        for name, row in got.items()
    }
    assert told == {
        "order_defect": (4, 100, 1, "within"),
        "seller_cancellation": (7, 100, 0, "attention"),
        "valid_tracking": (98, 100, 3, "within"),
        "on_time_delivery": (88, 100, -2, "over"),
        "late_shipment": (None, None, None, "unknown"),  # no file says by when to ship
        "not_received": (None, None, None, "unknown"),  # nobody ever told of one
    }
    assert got["seller_cancellation"]["unknown_count"] == 1
    assert got["late_shipment"]["unknown_count"] == 100
    assert got["late_shipment"]["share_low"] is None
    low, high = got["seller_cancellation"]["share_low"], got["seller_cancellation"]["share_high"]
    assert (low, high) == pytest.approx((0.0343, 0.1375), abs=1e-4)


def test_a_window_is_its_own_days_up_to_the_end_of_the_data(run_view: RunView) -> None:
    for age, counted in ((0, 2), (29, 2), (30, 1)):
        drawn = orders((1, {"cancelled_by": "seller"}), (1, {"order_date": END - timedelta(days=age)}))
        row = health(run_view, drawn)["seller_cancellation"]
        assert (row["denominator"], str(row["start_date"])) == (counted, "2025-03-02")


def test_labels_that_facts_contradict_count_in_the_corrected_share(run_view: RunView) -> None:
    """Of 100 orders three are cancelled by the seller, two "by the customer" of an article of which nothing was left,
    and nobody is known to have asked. 7 % allowed: four more as labelled, two more corrected.
    """
    tables = cancelled(
        """
        order | sku  | at                  | declared_by | cause        | channel
        o1/0  | SHOE | 2025-03-22 10:00:00 | customer    | changed_mind | amazon.ca
        o1/1  | SHOE | 2025-03-22 10:00:00 | customer    | changed_mind | amazon.ca
        """,
        raw_stock_levels="location | sku | at | available\n here | SHOE | 2025-03-21 10:00:00 | 0",
    )
    drawn = orders((3, {"cancelled_by": "seller"}), (2, {"cancelled_by": "other"}), (95, {}))
    got = health(run_view, drawn, None, **{**tables, "exposure_daily": EXPOSURE})["seller_cancellation"]
    assert (got["numerator"], got["corrected_numerator"], got["denominator"]) == (3, 5, 100)
    assert (got["headroom"], got["corrected_headroom"], got["state"]) == (4, 2, "attention")


def test_what_the_marketplace_ships_is_left_out(run_view: RunView) -> None:
    got = health(run_view, orders((3, {"cancelled_by": "seller"}), (9, {"fulfilled_by": "marketplace"})))
    assert got["seller_cancellation"]["denominator"] == 3


def test_what_is_overdue_and_has_not_happened_counts_and_what_is_not_due_does_not(run_view: RunView) -> None:
    """Shipped in time, shipped late, and to be shipped by yesterday and still here: two of three late; what has until
    after the end is not counted, nor what was cancelled. A parcel promised for the end and not there is late; one
    promised for the day after is not judged yet.
    """
    nowhere = {
        "shipped_date": None,
        "parcel_count": 0,
        "has_parcel": False,
        "on_time_count": 0,
        "promised_date": None,
    }
    got = health(
        run_view,
        orders(
            (1, {"is_shipped_late": False}),
            (1, {"is_shipped_late": True}),
            (1, {**nowhere, "awaited_dispatch_at": "2025-03-30 10:00:00"}),
            (1, {**nowhere, "awaited_dispatch_at": "2025-04-01 10:00:00"}),
            (1, {**nowhere, "awaited_dispatch_at": "2025-03-30 10:00:00", "is_cancelled": True}),
            (1, {"promised_date": END, "awaited_count": 1, "on_time_count": 0}),
            (1, {"promised_date": END + timedelta(days=1), "awaited_count": 1, "on_time_count": 0}),
        ),
    )
    assert (got["late_shipment"]["numerator"], got["late_shipment"]["denominator"]) == (2, 3)
    assert got["late_shipment"]["unknown_count"] == 2
    assert (got["on_time_delivery"]["numerator"], got["on_time_delivery"]["denominator"]) == (2, 3)


REPORT = """
    record_id | source | account | marketplace | metric                            | period_start_at     | period_end_at       | numerator | denominator | target | status
    h1        | amazon | main    | amazon.ca   | pre_fulfillment_cancellation_rate | 2025-03-01 00:00:00 | 2025-03-07 00:00:00 | 9         | 100         | 0.2    | GOOD
    h2        | amazon | main    | amazon.ca   | pre_fulfillment_cancellation_rate | 2025-03-20 00:00:00 | 2025-03-26 00:00:00 | 3         | 200         | 0.01   | BAD
    h3        | amazon | main    | amazon.ca   | late_shipment_rate                | 2025-02-24 00:00:00 | 2025-03-26 00:00:00 | 2         | 150         | 0.04   | GOOD
    h4        | amazon | main    | amazon.fr   | valid_tracking_rate               | 2025-02-24 00:00:00 | 2025-03-26 00:00:00 | 180       | 200         | 0.95   | BAD
    h5        | amazon | main    | amazon.fr   | listing_policy_violations         | 2025-02-24 00:00:00 | 2025-03-26 00:00:00 | 2         |             | 0      | BAD
"""


def test_the_marketplaces_own_report_stands_beside_and_its_target_counts(run_view: RunView) -> None:
    """The newest report asks for 1 %: of our 100 orders one may be cancelled, two were: over by one. Where our orders
    tell nothing, its counts do: 4 % of 150 is six, two are there. Another marketplace is known by its report alone:
    5 % of 200 may go wrong, 20 did: over by ten.
    """
    drawn = orders((98, {}), (2, {"cancelled_by": "seller"}))
    store = {"exposure_daily": EXPOSURE, "rule_marketplace_limits": LIMITS, "order_outcomes": drawn}
    found = run_view("marketplace_health", raw_account_health=REPORT, **store)
    got = {(row["channel"], row["metric"]): row for row in found.iter_rows(named=True)}
    cancelled = got["amazon.ca", "seller_cancellation"]
    assert (cancelled["told_numerator"], cancelled["told_denominator"], cancelled["told_status"]) == (
        3,
        200,
        "BAD",
    )
    assert (cancelled["limit_share"], cancelled["limit_from"], cancelled["headroom"]) == (0.01, "told", -1)
    assert (cancelled["state"], cancelled["numerator"]) == ("over", 2)
    late = got["amazon.ca", "late_shipment"]
    assert (late["share"], late["headroom"], late["state"]) == (None, 4, "within")
    tracked = got["amazon.fr", "valid_tracking"]
    assert (tracked["headroom"], tracked["state"], tracked["window_days"]) == (-10, "over", 31)
    assert ("amazon.fr", "listing_policy_violations") not in got


def test_a_filter_on_channels_keeps_those(run_view: RunView) -> None:
    drawn = orders((2, {"cancelled_by": "seller"}), (2, {"channel": "amazon.fr"}))
    assert (
        health(run_view, drawn, {"channels": ["amazon.fr"]})["seller_cancellation"]["channel"] == "amazon.fr"
    )


def test_rules_of_the_tool_count_where_no_name_does(run_view: RunView) -> None:
    """Carrefour runs on Mirakl: three orders of four lines, one line with an incident, one order refused."""
    limits = """
        marketplace | metric     | attention_share | limit_share | window_days
        mirakl      | incident   | 0.05            | 0.09        | 30
        mirakl      | acceptance | 0.97            | 0.96        | 30
    """
    mirakl = {"source": "mirakl", "channel": "carrefour"}
    drawn = orders(
        (2, {**mirakl, "line_count": 4}),
        (1, {**mirakl, "line_count": 4, "has_claim": True, "claimed_line_count": 1}),
        (1, {**mirakl, "line_count": 0, "is_refused": True}),
        (1, {**mirakl, "is_waiting": True, "is_confirmed": False}),
    )
    got = health(run_view, drawn, rule_marketplace_limits=limits)
    assert (got["incident"]["numerator"], got["incident"]["denominator"], got["incident"]["headroom"]) == (
        1,
        12,
        0,
    )
    assert got["incident"]["state"] == "attention"
    accepted = got["acceptance"]
    assert (accepted["numerator"], accepted["denominator"], accepted["unknown_count"]) == (3, 4, 1)
    assert accepted["state"] == "over"


def test_the_limit_closest_to_the_channel_that_is_in_force_counts(run_view: RunView) -> None:
    """amazon.fr has rules of its own, one of them not yet in force; amazon.de has that of amazon. 5 % of 120 are 6, one
    cancelled leaves 5; 2.5 % of 100 are 2, one leaves 1."""
    limits = """
        marketplace | metric              | valid_from | limit_share | window_days
        amazon      | seller_cancellation |            | 0.025       | 30
        amazon.fr   | seller_cancellation | 2025-01-01 | 0.05        | 30
        amazon.fr   | seller_cancellation | 2025-06-01 | 0.5         | 30
        amazon      | late_shipment       |            | 0.9         | 30
    """
    french, german = ({"channel": name} for name in ("amazon.fr", "amazon.de"))
    drawn = orders(
        *((1, {**place, "cancelled_by": "seller"}) for place in (french, german)), (119, french), (99, german)
    )
    tables = {"exposure_daily": EXPOSURE, "order_outcomes": drawn, "rule_marketplace_limits": limits}
    got = run_view("marketplace_health", None, **tables)
    cancelled = got.filter(pl.col("metric") == "seller_cancellation").sort("channel")
    assert cancelled.select("channel", "limit_share", "denominator", "headroom").rows() == [
        ("amazon.de", 0.025, 100, 1),
        ("amazon.fr", 0.05, 120, 5),
    ]


def test_every_metric_of_the_rules_is_counted(run_view: RunView) -> None:
    """A metric that the table of limits offers and nobody counts would silently stay unknown."""
    rules = next(rules for rules in all_rules() if rules.name == "marketplace_limits")
    days = run_view(
        "int_marketplace_days",
        exposure_daily=EXPOSURE,
        rule_marketplace_limits=LIMITS,
        order_outcomes=orders((1, {})),
    )
    assert set(rules.columns["metric"].choices) == set(days["metric"])


FACTS = {
    "raw_orders": """
        record_id | source | account | order_id | channel   | placed_at           | ship_by_at          | deliver_by_at       | shipped_at          | delivered_at        | date_only
        o1        | amazon | main    | 1        | amazon.ca | 2025-03-01 10:00:00 | 2025-03-03 00:00:00 |                     | 2025-03-03 18:00:00 |                     | ship_by_at
        o2        | amazon | main    | 2        | amazon.ca | 2025-03-01 10:00:00 | 2025-03-03 12:00:00 |                     | 2025-03-03 18:00:00 |                     |
        o3        | amazon | main    | 3        | amazon.ca | 2025-03-01 10:00:00 |                     | 2025-03-08 12:00:00 | 2025-03-03 18:00:00 | 2025-03-09 12:00:00 |
        o4        | amazon | main    | 4        | amazon.ca | 2025-03-01 10:00:00 | 2025-03-03 12:00:00 |                     |                     |                     |
    """,
    "raw_shipments": """
        record_id | source | account | order_id | tracking_number | shipped_at          | promised_by_at      | delivered_at        | status
        p1        | wms    | main    | 1        | T1              | 2025-03-03 18:00:00 | 2025-03-08 12:00:00 | 2025-03-08 11:00:00 | delivered
        p2        | wms    | main    | 2        |                 | 2025-03-03 18:00:00 | 2025-03-08 12:00:00 |                     | in_transit
        p2b       | wms    | main    | 2        | T2              | 2025-03-03 18:00:00 |                     |                     |
    """,
    "raw_cancellations": """
        record_id | source | account | cancellation_id | cancelled_at        | declared_by
        x1        | amazon | main    | x1              | 2025-03-02 10:00:00 | merchant
        x2        | amazon | main    | x2              | 2025-03-02 10:00:00 | customer
        x3        | amazon | main    | x3              | 2025-03-04 10:00:00 | merchant
        x4        | amazon | main    | x4              | 2025-03-02 10:00:00 |
    """,
    "raw_claims": """
        record_id | source | account | claim_id | kind
        c2        | amazon | main    | c2       | a_to_z
    """,
    "raw_tickets": """
        record_id | source | account | ticket_id | channel
        t3        | amazon | main    | t3        | review
        t4        | desk   | main    | t4        | email
    """,
    "signals": """
        signal_key      | incident_key | order_key | kind         | record_id | cause        | party
        cancellation/x1 | i1           | o1        | cancellation | x1        | stock_out    | merchant
        cancellation/x2 | i2           | o2        | cancellation | x2        | unknown      | unknown
        cancellation/x3 | i3           | o3        | cancellation | x3        | stock_out    | merchant
        cancellation/x4 | i4           | o4        | cancellation | x4        | unknown      | unknown
        claim/c2        | j2           | o2        | claim        | c2        | not_received | carrier
    """,
    "incidents": """
        incident_key | order_key | cause           | family  | kinds        | event_date
        i1           | o1        | stock_out       | stock   | cancellation | 2025-03-02
        ticket/t3    | o3        | product_defect  | product | ticket       | 2025-03-09
        ticket/t4    | o4        | late_delivery   | transport | ticket     | 2025-03-09
        r1           | o1        | wrong_item_sent | logistics | return     | 2025-03-09
    """,
}


def test_what_became_of_an_order_is_read_from_all_its_records(facts: Callable[..., Any]) -> None:
    """o1 had until the end of 3 March; o2 until noon. o3's order says itself when it came, a day late. A cancellation
    counts as the file declares it, one after the dispatch (o3) not at all, one without a word (o4) is not known. Poor
    feedback (t3) and A-to-z claims are defects, an e-mail is none.
    """
    with facts(**FACTS) as con:
        found = con.sql("from order_outcomes order by order_key").pl()
    columns = ("is_shipped_late", "cancelled_by", "has_defect", "has_inr", "has_inad", "has_ncx")
    assert found.select("order_key", *columns).rows() == [
        ("o1", False, "seller", False, False, True, True),
        ("o2", True, "other", True, True, False, False),
        ("o3", None, None, True, False, False, True),
        ("o4", None, "unknown", False, False, False, False),
    ]
    columns = (
        "parcel_count",
        "scanned_count",
        "untold_count",
        "on_time_count",
        "late_count",
        "awaited_count",
    )
    assert found.select("order_key", *columns).rows() == [
        ("o1", 1, 1, 0, 1, 0, 0),
        ("o2", 2, 0, 1, 0, 0, 1),  # one parcel without a number, and one of which nothing is told
        ("o3", 1, 0, 0, 0, 1, 0),
        ("o4", 0, 0, 0, 0, 0, 0),
    ]
    awaited = [str(at or "") for at in found["awaited_dispatch_at"]]
    assert awaited == ["", "", "", "2025-03-03 12:00:00"]
