"""A rise is told of the lot or region that holds it, and equal names of two suppliers or countries are two places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analysis.detection import judge
from analysis.rising import rises
from app import alert_words, navigation
from app import rising as app_rising
from app.filters import Filters, read
from app.i18n import known
from pipelines import places, rising, scopes, views
from pipelines.reader import set_variables
from tests.pages_store import MARKUP, small_store
from tests.test_pages import drawn, words

MONDAY = date(2025, 11, 10)  # of the last week, which is complete
FIRST = MONDAY - timedelta(weeks=79)


@pytest.mark.parametrize("aggregate", ["int_rising_weeks", "int_incident_places"])
def test_every_kind_of_place_is_searched_for(aggregate: str) -> None:
    (sql,) = [query.sql for query in views.queries(("aggregates",)) if query.name == aggregate]
    for kind in places.KINDS:
        assert sql.count(f"_in_places('{kind.name}')") == 1


@pytest.fixture(scope="module")
def shop(facts: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """80 weeks of two suppliers' boots, each week 40 of each of four articles, shipped by two carriers to three regions.

    Lots change every ten weeks; both suppliers call theirs alike. Every other week one boot of each article is bad, which
    is told two weeks after its order, and six parcels are lost, one of each carrier in each region. Planted: of Acme's
    lot L7, sold for the last ten weeks, every tenth boot is bad; in the last four weeks Borel loses five parcels a week
    in the North of Canada, not in that of France.
    """
    con = facts()
    con.execute(
        """
        create table sold as
        with weeks as (select range::integer as week from range(80)),
        articles as (
            select unnest([
                {'sku': 'A1', 'supplier': 'Acme'}, {'sku': 'A2', 'supplier': 'Acme'},
                {'sku': 'B1', 'supplier': 'Bolt'}, {'sku': 'B2', 'supplier': 'Bolt'}
            ], recursive := true)
        )
        select
            week, n::integer as n, sku, supplier, concat_ws('/', sku, week, n) as line_key, line_key as order_key,
            'L' || (week // 10) as lot, 'web' as channel, 'Laval' as warehouse,
            date '$first' + 7 * week + (n % 7)::integer as order_date,
            if(n % 4 = 3, 'FR', 'CA') as country, if(n % 4 = 1, 'South', 'North') as region,
            if(n % 8 < 4, 'Borel', 'Rapide') as carrier
        from weeks, articles, range(40) as each(n);

        insert into lines by name
        select * exclude (week, n), 1 as quantity, true as is_confirmed, true as is_shipped from sold;
        insert into exposure_daily by name
        select 'order' as date_basis, order_date as date, channel, sku, supplier, warehouse, carrier, country,
            count(*) as order_count, count(*) as lines_confirmed, count(*) as lines_shipped, count(*) as units_sold
        from lines group by all;
        insert into exposure_places by name
        select date_basis, date, channel, warehouse, carrier, country, sum(order_count)::bigint as order_count,
            sum(lines_confirmed)::bigint as lines_confirmed, sum(lines_shipped)::bigint as lines_shipped,
            sum(units_sold)::bigint as units_sold
        from exposure_daily group by all;

        insert into incidents by name
        select
            * exclude (week, n), 'line/' || line_key || '/' || cause as incident_key, 'shop' as source,
            1000 as cost_cents, 'EUR' as currency
        from (
            select *, 'product_defect' as cause, 'product' as family, 'supplier' as party, order_date + 14 as event_date
            from sold
            where week % 2 = 0 and n = 6 or supplier = 'Acme' and lot = 'L7' and n % 10 = 2
            union all
            select *, 'lost_in_transit', 'transport', 'carrier', order_date
            from sold
            where week % 2 = 0 and sku = 'A1' and n in (8, 9, 11, 12, 13, 15)
                or week >= 76 and (sku, n) in (('A1', 0), ('A2', 2), ('B1', 8), ('B2', 10), ('B2', 16))
        )
        where event_date <= date '$first' + 559;
        """.replace("$first", FIRST.isoformat())
    )
    views.create_views(con, ("aggregates",))
    rising.keep(con)
    yield con
    con.close()


def test_a_bad_lot_is_told_as_that_suppliers_lot(shop: duckdb.DuckDBPyConnection) -> None:
    """Eight boots a week of L7 (Acme) are bad, told two weeks later, and one of its 80: 26 in the last three weeks.

    Its articles from other lots: one bad boot in 80, so three are expected. Bolt's lot of that name is as always.
    """
    lead = leads(shop)["product_defect"]
    assert (lead["place_kind"], lead["place"]) == ("lot", "L7 (Acme)")
    assert (lead["within_kind"], lead["within_place"]) == ("supplier", "Acme")
    assert lead["observed_count"] == 26
    assert lead["expected_count"] == pytest.approx(3, rel=0.1)
    assert lead["issue_key"] == "product_defect/lot/L7 (Acme)"
    assert "product_defect/supplier/Acme" in lead["aliases"]
    # the same boots make their articles and their supplier rise: one story, in which nobody else is
    series = shop.sql("from rising_issues where cause = 'product_defect'").pl()
    assert series["story"].n_unique() == 1
    assert not {"L7 (Bolt)", "B1", "B2", "Bolt"} & set(series["place"])


def test_the_rest_of_a_lot_is_its_articles_without_it(shop: duckdb.DuckDBPyConnection) -> None:
    """Acme's two articles: 80 sold in each of the 70 weeks before L7, two bad ones in every other of these."""
    of = "select sum(incident_count), sum(exposure_count) from int_rising_rests where cause = 'product_defect' and place = "
    assert shop.sql(f"{of} 'L7 (Acme)'").fetchall() == [(70, 5600)]


def test_parcels_lost_in_a_region_are_told_as_that_countrys_region(shop: duckdb.DuckDBPyConnection) -> None:
    """Two lost in the North of Canada every other week and five in each of the last four: 17 in the last three weeks.

    One a week is usual there, so three are expected; in the North of France nothing changed.
    """
    lead = leads(shop)["lost_in_transit"]
    assert (lead["place_kind"], lead["place"]) == ("region", "North (CA)")
    assert (lead["within_kind"], lead["within_place"]) == ("country", "CA")
    assert (lead["observed_count"], lead["since_date"]) == (17, MONDAY - timedelta(weeks=3))
    assert lead["expected_count"] == pytest.approx(3, rel=0.1)
    places_told = shop.sql("from rising_issues where cause = 'lost_in_transit'").pl()["place"]
    assert set(places_told) <= {"North (CA)", "Borel"}


def test_what_a_rise_costs_is_that_of_the_cases_in_its_place(shop: duckdb.DuckDBPyConnection) -> None:
    """10 EUR each: 26 cases of the lot, 17 of the region, not the 28 and 18 of the cause in these weeks."""
    found = shop.execute("select item, cost_count, mean_cents from int_rise_costs order by item").fetchall()
    assert found == [
        ("lost_in_transit/region/North (CA)", 17, 1000), ("product_defect/lot/L7 (Acme)", 26, 1000)
    ]  # fmt: skip


def listed(con: duckdb.DuckDBPyConnection, target: navigation.Target) -> int:
    """How many cases the page of cases lists for a link."""
    dimensions = {name: frozenset(target.params.get(name, ())) for name in scopes.VARIABLES}
    asked, notices = read(target.params, dimensions, {"13w": (None, None)}, MONDAY)
    assert not notices
    kind, _, place = target.params.get("at", [""])[0].partition("/")
    variables = {**asked.variables(), **({"place_kind": kind, "place": place} if place else {})}
    set_variables(con, variables)
    try:
        return con.sql("from cases").pl().height
    finally:
        for name in variables:
            con.execute(f"reset variable {name}")


def test_a_rise_counts_what_the_list_shows_that_its_link_opens(shop: duckdb.DuckDBPyConnection) -> None:
    """L7 (Acme) is sold three weeks less, so that of the last week's cases none is due: 26 in three weeks as before.

    Eight boots a week in the two weeks that are due, against the two that other lots let expect, and as many again as
    in the last of these for the third.
    """
    shop.execute("begin")
    try:
        sold_out = "update lines set lot = 'L8' where lot = 'L7' and supplier = 'Acme' and order_date >= $day"
        shop.execute(sold_out, {"day": MONDAY - timedelta(weeks=2)})
        shop.execute("update incidents set channel = 'ebay' where carrier = 'Borel'")
        views.create_views(shop, ("aggregates",))
        rising.keep(shop)
        rises_told = shop.sql("from rising_issues").pl().rows(named=True)
        counts = {
            (row["cause"], row["place_kind"], row["place"]): (
                row["observed_count"],
                listed(shop, app_rising.cases(row)),
            )
            for row in rises_told
        }
    finally:
        shop.execute("rollback")
    assert counts["product_defect", "lot", "L7 (Acme)"] == (26, 26)
    kinds = {kind for _, kind, _ in counts}
    assert kinds >= {"lot", "sku", "supplier", "region", "carrier", "channel", places.ALL}
    assert {one for one, other in counts.values() if one != other} == set()


def test_a_lot_that_leaps_within_days_is_told_as_the_lot(shop: duckdb.DuckDBPyConnection) -> None:
    """Nine boots of L7 (Bolt) come back bad on the Monday after the judged week."""
    shop.execute("begin")
    try:
        shop.execute(
            """
            insert into incidents by name
            select *, 'n/' || line_key as incident_key, 'product_defect' as cause, 'product' as family,
                'supplier' as party, date '$day' as event_date, 'shop' as source
            from (select * exclude (week, n) from sold where sku = 'B1' and week = 75 and n < 9)
            """.replace("$day", (MONDAY + timedelta(weeks=1)).isoformat())
        )
        views.create_views(shop, ("aggregates",))
        rising.keep(shop)
        found = shop.sql("select place_kind, place, observed_count from rising_days where is_lead").fetchall()
    finally:
        shop.execute("rollback")
    assert found == [("lot", "L7 (Bolt)", 9)]


def test_a_story_is_told_by_the_narrowest_place_that_rises_and_holds_most_of_it(run_view: Any) -> None:
    """The supplier is the surest; its article holds most of the story too, its lot does but was not judged."""
    rows = pl.DataFrame(
        {
            "number": [0, 1, 2],
            "story": [0, 0, 0],
            "cause": ["c"] * 3,
            "place_kind": ["supplier", "all", "sku"],
            "place": ["Acme", None, "A"],
            "observed_count": [20, 24, 15],
            "expected_count": [4.0, 9.0, 2.0],
        }
    )
    held = {0: [("lot", "L (Acme)"), ("sku", "A"), ("supplier", "Acme")], 2: [("supplier", "Acme")]}
    # 13 of the 16 that are beyond what is expected
    assert rising._is_narrowest(rows, held).to_list() == [False, False, True]
    # 12 of them are too few: the article has most of the cases because it has most of the orders
    fewer = rows.with_columns(expected_count=pl.Series([4.0, 9.0, 3.0]))
    assert rising._is_narrowest(fewer, held).to_list() == [True, False, False]
    found = run_view(
        "rising_issues",
        rising_series="""
            cause          | place_kind | place | story | p     | is_narrowest
            product_defect | sku        | A     | 0     | 0.001 | true
            product_defect | supplier   | Acme  | 0     | 1e-9  | false
            stock_out      | all        |       | 2     | 1e-7  |
            stock_out      | sku        | B     | 2     | 1e-7  |
        """,
    )
    assert found.select("place", "is_lead").rows() == [
        ("A", True),
        ("Acme", False),
        ("B", True),
        (None, False),
    ]


def leads(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    return {row["cause"]: row for row in con.sql("from rising_issues where is_lead").pl().rows(named=True)}


WEEKS = [MONDAY - timedelta(weeks=n) for n in range(59, -1, -1)]


def sold_in_lots(**lots: tuple[list[int], list[int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts and exposure of lots in their last weeks, and of everything, where two cases a week are as ever."""
    series = {("lot", name): told for name, told in lots.items()} | {("all", None): ([2] * 60, [100] * 60)}
    rows = [
        {"cause": "c", "place_kind": kind, "place": place, "week_start_date": week, "incident_count": n, "exposure_count": units}
        for (kind, place), (counts, sold) in series.items()
        for week, n, units in zip(WEEKS[-len(counts) :], counts, sold, strict=True)
    ]  # fmt: skip
    both = pl.DataFrame(rows)
    return both.drop("exposure_count"), both.drop("incident_count")


def rests(*names: str) -> pl.DataFrame:
    """100 boots a week of other lots, two of them bad."""
    return pl.DataFrame(
        [
            {"cause": "c", "place_kind": "lot", "place": name, "week_start_date": week, "incident_count": 2, "exposure_count": 100}
            for name in names
            for week in WEEKS
        ]
    )  # fmt: skip


AT_ONCE = {"c": np.array([1.0])}


def test_a_lot_is_held_against_its_articles_from_other_lots() -> None:
    """50 a week of each lot for six weeks: one bad boot a week is expected. `bad` has five from its first day on."""
    sold = [50] * 6
    shop = sold_in_lots(bad=([5] * 6, sold), good=([1] * 6, sold), few=([0, 3, 0, 1, 1, 0], sold))
    told = rises(*shop, MONDAY, AT_ONCE, rests("bad", "good", "few"))
    (row,) = told.found.rows(named=True)
    assert (row["place"], row["observed_count"], row["since_date"]) == ("bad", 15, WEEKS[-6])
    assert row["expected_count"] == pytest.approx(3, rel=0.05)
    # two cases in three weeks are too few to look any further, but they were looked at
    assert (told.looked_at, told.few["place"].to_list() if told.few is not None else None) == (4, ["few"])


def test_weeks_in_which_nothing_of_a_lot_is_due_any_more_are_counted_and_not_judged() -> None:
    """Not sold in the last week, which has five cases all the same: as many are expected as in the week before."""
    told = rises(*sold_in_lots(bad=([5] * 6, [50] * 5 + [0])), MONDAY, AT_ONCE, rests("bad"))
    (row,) = told.found.rows(named=True)
    assert row["observed_count"] == 15
    assert row["expected_count"] == pytest.approx(3, rel=0.05)
    assert row["ratio"] == pytest.approx(row["observed_count"] / row["expected_count"])
    assert row["ratio_low"] > 1
    # a hundred cases that nothing sold explains make it no surer
    more = rises(*sold_in_lots(bad=([5] * 5 + [100], [50] * 5 + [0])), MONDAY, AT_ONCE, rests("bad"))
    assert more.found["observed_count"].to_list() == [110]
    assert more.found["p"].to_list() == told.found["p"].to_list()


@pytest.mark.parametrize(
    ("delays", "of", "sold"),
    [
        (
            {},
            "bad",
            [50] * 6,
        ),  # how late cases come is not known: a lot sold out would have cases without any sales
        (AT_ONCE, "another", [50] * 6),  # no other lot of its articles was ever sold
        (AT_ONCE, "bad", [50, 50, 50, 0, 0, 0]),  # no case is due any more of what was sold three weeks ago
    ],
)
def test_a_lot_that_cannot_be_compared_is_not_told(delays: dict[str, Any], of: str, sold: list[int]) -> None:
    told = rises(*sold_in_lots(bad=([5] * 6, sold)), MONDAY, delays, rests(of))
    assert told.found.is_empty()
    assert told.looked_at


def test_a_series_held_against_its_own_past_is_judged_as_ever() -> None:
    rng = np.random.default_rng(3)
    exposure = np.full((30, 70), 100.0)
    counts = rng.poisson(2, (30, 70))
    assert (judge(counts, exposure, 60, (counts, exposure)).p == judge(counts, exposure, 60).p).all()
    # against ten times the sales at the same rate, the same is expected
    larger = judge(counts, exposure, 60, (rng.poisson(20, (30, 70)), exposure * 10))
    assert larger.expected == pytest.approx(np.full((30, 10), 2.0), rel=0.2)


def test_every_kind_of_place_has_its_words_and_its_filter_or_what_holds_it() -> None:
    for kind in places.KINDS:
        assert known(f"rising.kind.{kind.name}")
        assert all(known(f"rising.kind.{name}") for name in kind.within)
        assert {kind.name, *kind.within} & scopes.VARIABLES.keys()


def test_lots_and_regions_are_named_with_whose_they_are() -> None:
    with duckdb.connect() as con:
        views.create_macros(con)
        named = con.sql("""
            select place_of('lot', a), place_of('region', a), within_of('lot', a), within_of('sku', a)
            from (values
                ('L', 'A1', 'Acme', 'North', 'CA', null, null, null), ('L', 'A1', null, 'North', null, null, null, null),
                (null, 'A1', 'Acme', null, 'CA', null, null, null)
            ) as a (lot, sku, supplier, region, country, warehouse, carrier, channel)
        """)
        assert named.fetchall() == [
            ("L (Acme)", "North (CA)", {"kind": "supplier", "place": "Acme"}, None),
            ("L (A1)", "North", {"kind": "sku", "place": "A1"}, None),
            (None, None, {"kind": "supplier", "place": "Acme"}, None),
        ]


def test_a_click_on_a_lot_leads_to_its_cases_alone_and_its_explanation_to_what_holds_it() -> None:
    row = {
        "cause": "c", "place_kind": "lot", "place": "L/7 (Acme)", "within_kind": "supplier", "within_place": "Acme",
    }  # fmt: skip
    target = navigation.cases_at(Filters("all", None, None), row)
    assert target.page == "cases"
    assert target.params == {
        "cause": ["c"], "supplier": ["Acme"], "period": ["all"], "at": ["lot/L/7 (Acme)"]
    }  # fmt: skip
    # a place that a filter selects exactly needs nothing else
    sku = {**row, "place_kind": "sku", "place": "A1", "within_kind": None, "within_place": None}
    assert navigation.cases_at(Filters("all", None, None), sku).params == {
        "cause": ["c"], "sku": ["A1"], "period": ["all"]
    }  # fmt: skip
    everywhere = {**sku, "place_kind": "all", "place": None}
    assert "at" not in navigation.cases_at(Filters("all", None, None), everywhere).params
    told = {
        "kind": "rising", "since_date": MONDAY, "facts": '{"week": "2025-11-10", "within_kind": "country", "within_place": "CA"}',
        "cause": "c", "place_kind": "region", "place": "North (CA)",
    }  # fmt: skip
    page, params = alert_words.leads_to(told)
    assert (page, params["country"], params["cause"]) == ("drivers", ["CA"], ["c"])


def test_the_list_of_cases_keeps_to_one_place(run_view: Any) -> None:
    drawn = """
        incident_key | cause | lot | supplier | region | country | event_date
        a            | c     | L   | Acme     | North  | CA      | 2025-11-01
        b            | c     | L   | Bolt     | North  | FR      | 2025-11-02
        d            | c     | K   | Acme     | North  | CA      | 2025-11-03
    """

    def kept(**place: str) -> list[str]:
        return sorted(run_view("cases", place, incidents=drawn)["incident_key"])

    assert kept(place_kind="lot", place="L (Acme)") == ["a"]
    assert kept(place_kind="region", place="North (CA)") == ["a", "d"]
    assert kept() == ["a", "b", "d"]


def test_the_page_of_cases_says_which_place_it_keeps_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENTS_STORE", str(small_store().folder))
    page = drawn("cases", at="lot/KD-3107 (Kordane)", period="all", lang="fr")
    (button,) = [each for each in page.button if each.key == "cases_only"]
    assert button.label.startswith("Seulement")
    assert "4 incidents" in words(page)
    # a link says what it likes
    page = drawn("cases", at=f"lot/{MARKUP}", period="all", lang="fr")
    (button,) = [each for each in page.button if each.key == "cases_only"]
    assert "\\<img" in button.label
    assert not [each for each in drawn("cases", at="moon/North").button if each.key == "cases_only"]
