"""Shopify's API: points, lists inside orders, and what an app may not see."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.messages import sentence
from tests.test_sync import Open, Shop, filled, shop
from tests.vendor_server_shopify import Shopify

__all__ = ["shop"]  # the fixture


@pytest.fixture
def at(shop: Open) -> Shop:
    """A shop with five orders, of which two came back in part."""
    api = filled(Shopify(), 3)
    api.put(4, returned=1)
    api.put(5, lines=2, returned=2)
    return shop("shopify", api)


def counts(at: Shop) -> dict[str, int]:
    kinds = ("orders", "order_lines", "returns", "refunds", "shipments")
    return {kind: at.con.execute(f"select count(*) from raw_{kind}").fetchall()[0][0] for kind in kinds}


def test_an_order_brings_its_lines_returns_refunds_and_parcels(at: Shop) -> None:
    done = at.synced()
    assert counts(at) == {"orders": 5, "order_lines": 6, "returns": 3, "refunds": 3, "shipments": 5}
    assert at.con.execute("select sum(amount_cents) from raw_refunds").fetchall() == [(3000,)]
    told = at.con.execute("select distinct order_id, reason_raw from raw_returns order by 1").fetchall()
    assert told == [("#4", "WRONG_ITEM"), ("#5", "WRONG_ITEM")]
    assert not [file for file in done.files if file.rejected]
    # a return that comes later brings its order again
    at.api.put(1, returned=1)
    assert at.synced().records == 4
    assert counts(at)["returns"] == 4


def test_lists_longer_than_a_page_are_read_to_their_end(at: Shop) -> None:
    at.api.put(6, lines=130, returned=60)
    at.synced()
    lines = at.con.execute("select count(*) from raw_order_lines where order_id = '#6'").fetchall()
    returned = at.con.execute("select count(*) from raw_returns where order_id = '#6'").fetchall()
    refunded = at.con.execute(
        "select count(*), sum(amount_cents) from raw_refunds where order_id = '#6'"
    ).fetchall()
    assert (lines, returned, refunded) == ([(130,)], [(60,)], [(60, 60000)])


def test_a_query_that_costs_too_much_is_made_smaller(at: Shop) -> None:
    at.api.point_cost = 300
    at.synced()
    assert at.tickets() == at.told()
    firsts = [asked.json["variables"]["first"] for asked in at.api.asked if "graphql" in asked.path]
    assert firsts[:5] == [20, 10, 5, 2, 2]


def test_an_empty_bucket_is_waited_for_as_long_as_it_takes_to_fill(at: Shop) -> None:
    at.api.bucket, at.api.point_cost = 0.0, 50
    at.synced()
    assert at.tickets() == at.told()
    # 1000 points, 100 a second
    assert at.clock.waited[0] == pytest.approx(10, abs=0.5)


def test_a_token_that_lasts_a_day_is_fetched_again_when_it_has_expired(at: Shop) -> None:
    at.api.faults = [None, None, lambda: at.api.tokens.append("a new day")]
    at.synced()
    assert at.tickets() == at.told()
    assert [asked.path for asked in at.api.asked].count("/admin/oauth/access_token") == 2


def test_an_address_that_an_app_may_not_see_stays_blank(at: Shop) -> None:
    at.api.denied = [
        {
            "message": "not approved",
            "code": "ACCESS_DENIED",
            "path": ["orders", "nodes", 0, "shippingAddress"],
        }
    ]
    at.synced()
    assert at.tickets() == at.told()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ({"message": "no", "code": "ACCESS_DENIED", "path": ["orders"]}, "sync_forbidden", "read_returns"),
        (
            {"message": "Field 'x' doesn't exist", "code": "undefinedField"},
            "sync_not_understood",
            "Field 'x'",
        ),
    ],
)
def test_errors_of_graphql_are_not_taken_for_an_empty_shop(
    at: Shop, error: dict[str, Any], code: str, said: str
) -> None:
    at.api.denied = [error]
    result = at.sync().error
    assert result is not None
    assert result.code == code
    assert said in sentence(result, "en")


def test_nothing_personal_is_asked_for(at: Shop) -> None:
    at.synced()
    query = next(asked.json["query"] for asked in at.api.asked if "graphql" in asked.path)
    words = set(query.replace("{", " ").replace("}", " ").split())
    assert not words & {"email", "phone", "firstName", "lastName", "address1", "city", "zip", "customer"}
