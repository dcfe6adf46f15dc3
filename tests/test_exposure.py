"""Denominators: what could have gone wrong, with articles told apart and without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import duckdb

from pipelines.reader import Value, set_variables

SOLD = """
    order_key | line_key | order_date | shipped_date | channel | sku  | supplier | warehouse | carrier | country | is_confirmed | is_shipped | quantity
    o1        | o1/1     | 2025-03-03 | 2025-03-04   | web     | BOOT | Kord     | Laval     | Post    | CA      | true         | true       | 2
    o1        | o1/2     | 2025-03-03 | 2025-03-04   | web     | HAT  | Alto     | Laval     | Post    | CA      | true         | true       | 1
    o2        | o2/1     | 2025-03-03 | 2025-03-03   | shop    | BOOT | Kord     | Lyon      | Post    | FR      | true         | true       | 1
    o3        | o3/1     | 2025-03-04 |              | web     | HAT  | Alto     | Lyon      |         | FR      | true         | false      | 5
"""


def test_denominators_without_articles_are_those_of_all_articles(
    facts: Callable[..., duckdb.DuckDBPyConnection],
) -> None:
    choices: list[Mapping[str, Value]] = [
        {},
        {"basis": "order"},
        {"countries": ["FR"]},
        {"channels": ["web"], "warehouses": ["Laval"]},
        {"carriers": ["Post"], "skus": ["BOOT"]},
        {"suppliers": ["Alto"]},
    ]
    sums = "sum(columns('_count|lines_|units_'))"
    with facts(lines=SOLD) as con:
        assert (
            con.execute("select count(*) from exposure_places").fetchall()
            < con.execute("select count(*) from exposure_daily").fetchall()
        )
        for chosen in choices:
            with con.cursor() as cursor:
                set_variables(cursor, chosen)
                by_day, by_article = (
                    cursor.sql(f"select date, {sums} from {view} group by date order by date").pl()
                    for view in ("int_place_exposure", "int_matching_exposure")
                )
            assert by_day.height
            assert by_day.equals(by_article), chosen
        # three of the four lines have left
        shipped = con.execute("select sum(lines_shipped) from exposure_places where date_basis = 'order'")
        assert shipped.fetchall() == [(3,)]


def test_articles_sold_in_a_period_are_those_of_its_whole_months_and_of_the_days_around_them(
    facts: Callable[..., duckdb.DuckDBPyConnection],
) -> None:
    """One piece a day from 1 January to 30 April 2025, a boot or a hat in turn: a period sells as many as it has days."""
    header = "order_key | line_key | order_date | sku | supplier | channel | is_confirmed | is_shipped | quantity\n"
    days = [date(2025, 1, 1) + timedelta(days=at) for at in range(120)]
    rows = [
        f"o{at} | o{at}/1 | {day} | {('BOOT', 'HAT')[at % 2]} | Kord | {('web', 'shop')[at % 2]} | true | false | 1"
        for at, day in enumerate(days)
    ]
    with facts(lines=header + "\n".join(rows)) as con:

        def sold(**chosen: Value) -> int:
            with con.cursor() as cursor:
                set_variables(cursor, chosen)
                ((pieces,),) = cursor.execute(
                    "select coalesce(sum(units_sold), 0) from int_matching_sales"
                ).fetchall()
            return int(pieces)

        assert sold() == 120
        periods = [
            (date(2025, 1, 1), date(2025, 2, 1)),
            (date(2025, 1, 31), date(2025, 3, 2)),
            (date(2025, 2, 3), date(2025, 2, 10)),
            (date(2025, 2, 3), date(2025, 3, 1)),
            (date(2025, 2, 1), date(2025, 4, 30)),
            (date(2025, 1, 30), date(2025, 2, 1)),
        ]
        for start, until in periods:
            assert sold(start=start, until=until) == (until - start).days, (start, until)
            assert sold(start=start, until=until, channels=["web", "shop"]) == (until - start).days
            assert abs(2 * sold(start=start, until=until, skus=["BOOT"]) - (until - start).days) <= 1
        assert sold(start=date(2025, 4, 15)) == 16
        assert sold(until=date(2025, 1, 15)) == 14
        assert sold(until=date(2025, 1, 15), channels=["web"]) == 7
