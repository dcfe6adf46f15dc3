"""Denominators: what could have gone wrong, with articles told apart and without."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
