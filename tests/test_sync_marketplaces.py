"""What marketplaces answer besides what all vendors are tested for."""

from __future__ import annotations

from tests.test_sync import Open, filled, shop
from tests.vendor_server_marketplaces import Etsy, Mirakl, Walmart

__all__ = ["shop"]  # the fixture


def test_mirakl_orders_without_returns_and_optional_parts_are_loaded(shop: Open) -> None:
    api = Mirakl()
    api.put(1, is_returned=False)
    line = api.records[1]["order_lines"][0]
    for name in ("refunds", "cancelations", "last_updated_date", "product_title"):
        del line[name]
    at = shop("mirakl", api)
    done = at.synced()
    assert [(file.rejected, file.loaded > 0) for file in done.files] == [(0, True)]
    counts = "select (select count(*) from raw_orders), (select count(*) from raw_returns)"
    assert at.con.execute(counts).fetchall() == [(1, 0)]


def test_mirakl_with_nothing_at_all_is_no_error(shop: Open) -> None:
    at = shop("mirakl", Mirakl())
    assert (at.synced().records, at.synced().files) == (0, [])


def test_mirakl_returns_name_the_line_of_their_order(shop: Open) -> None:
    at = shop("mirakl", filled(Mirakl(), 3))
    at.synced()
    rows = at.con.execute(
        "select count(*) from raw_returns r join raw_order_lines l on (r.order_id, r.line_id) = (l.order_id, l.line_id)"
    ).fetchall()
    assert rows == [(3,)]


def test_what_enters_a_list_on_a_page_already_read_is_found_in_the_same_sync(shop: Open) -> None:
    api = Mirakl()
    api.put(1)  # too old for the first sync, until it changes
    api.tick(86400)
    for number in range(2, 40):
        api.put(number)
    at = shop("mirakl", api)
    # the old order changes while a late page is read, and then stands on the first
    api.faults = [*[None] * 15, lambda: api.put(1, subject="Changed")]
    at.synced()
    assert at.tickets()["1-A"] == "Changed"
    assert at.tickets() == at.told()


def test_walmart_orders_without_returns_and_optional_parts_are_loaded(shop: Open) -> None:
    api = Walmart()
    api.put(1, is_returned=False)
    line = api.records[1]["orderLines"]["orderLine"][0]
    for name in ("refund", "charges", "statusDate", "orderLineStatuses"):
        del line[name]
    at = shop("walmart", api)
    done = at.synced()
    assert [(file.rejected, file.loaded > 0) for file in done.files] == [(0, True)]
    counts = "select (select count(*) from raw_orders), (select count(*) from raw_returns)"
    assert at.con.execute(counts).fetchall() == [(1, 0)]


def test_walmart_access_that_ends_on_the_way_is_renewed(shop: Open) -> None:
    at = shop("walmart", filled(Walmart()))
    at.api.faults = [None, None, None, lambda: at.api.tokens.append("another")]
    at.synced()
    assert at.tickets() == at.told()
    assert [asked.path for asked in at.api.asked].count("/v3/token") == 2


def test_walmart_order_that_leaves_the_list_hides_none_behind_it(shop: Open) -> None:
    at = shop("walmart", filled(Walmart()))
    at.api.tick(86400)  # all of them are older than what a second look goes back
    # the first order changes after its page was read: the third moves to its place
    at.api.faults = [None, None, lambda: at.api.put(1, subject="Changed")]
    at.synced()
    assert at.tickets() == at.told()


def test_etsy_receipts_without_optional_parts_are_loaded(shop: Open) -> None:
    api = Etsy()
    api.put(1, refunds=[])
    api.put(2)
    for name in ("refunds", "shipments", "buyer_email"):
        del api.records[2][name]
    at = shop("etsy", api)
    done = at.synced()
    assert [(file.rejected, file.loaded > 0) for file in done.files] == [(0, True)]
    counts = "select (select count(*) from raw_orders), (select count(*) from raw_refunds)"
    assert at.con.execute(counts).fetchall() == [(2, 0)]


def test_etsy_access_that_ends_on_the_way_is_renewed_with_the_new_refresh_token(shop: Open) -> None:
    at = shop("etsy", filled(Etsy()))
    at.api.faults = [None, None, lambda: at.api.tokens.append("another")]
    at.synced()
    assert at.tickets() == at.told()
    at.synced()  # the token that the user gave is no longer good
    kept = [asked.form["refresh_token"] for asked in at.api.asked if asked.path == "/token"]
    assert kept == ["geheim-123", "geheim-123+", "geheim-123++"]
