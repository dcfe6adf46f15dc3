"""What a supplier or a 3PL can be asked to pay for: the cases, their proofs, and the amounts that the cost ledger tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.reader import Value, set_variables
from tests.test_costs import EXPOSURE, RECORDS, RULES
from tests.test_defects import INCIDENTS, table

RunView = Callable[..., pl.DataFrame]
Facts = Callable[..., duckdb.DuckDBPyConnection]
Ask = Callable[..., pl.DataFrame]

PROOFS = {
    "signals": """
        signal_key | incident_key | kind   | record_id
        return/r1  | b            | return | r1
        refund/f1  | b            | refund | f1
        return/r2  | c            | return | r2
        return/r3  | e            | return | r3
    """,
    "raw_tickets": """
        record_id | file_id | row_number | subject            | tags
        z/1       | t       | 12         | The sole came off! | defect, urgent
    """,
    "raw_returns": """
        record_id | file_id | row_number | reason_raw | condition_raw | disposition | received_sku
        r1        | w       | 3          | DEFECTIVE  | Décousu       | write_off   |
        r2        | w       | 4          |            |               |             |
        r3        | w       | 5          | WRONG_ITEM | Conforme      | restock     | HAT
    """,
    "raw_refunds": "record_id | file_id | row_number | reason_raw\n f1 | m | 1 | ",
    "files": "file_id | file_name\n t | tickets.csv\n w | returns.csv\n m | refunds.csv",
}
SUPPLIER = {"parties": ["supplier"], "families": ["product"], "suppliers": ["Ateliers"]}
PARTS = (
    "refund",
    "goodwill",
    "goods",
    "freight_out",
    "freight_back",
    "handling",
    "fee",
    "recovery",
    "resale",
)


@pytest.fixture(scope="module")
def shop(facts: Facts) -> Iterator[Ask]:
    """The shop of test_costs with its rules; of Ateliers are boots that came back and boots that were kept."""
    with facts(**RECORDS, **RULES, exposure_daily=EXPOSURE) as con:

        def ask(view: str, **chosen: Value) -> pl.DataFrame:
            with con.cursor() as cursor:
                set_variables(cursor, chosen)
                return cursor.table(view).pl()

        yield ask


def test_each_case_charged_back_says_what_proves_it(run_view: RunView) -> None:
    got = run_view("chargeback_cases", incidents=INCIDENTS, **PROOFS)
    assert table(got, "order_name", "party", "said", "inspected", "records") == [
        ("#1", "supplier", "The sole came off! · defect, urgent", None, "tickets.csv #12"),
        ("#2", "supplier", "DEFECTIVE", "Décousu · write_off", "refunds.csv #1 | returns.csv #3"),
        ("#3", "supplier", None, None, "returns.csv #4"),
        (None, "supplier", None, None, None),
        ("#4", "3pl", "WRONG_ITEM", "Conforme · HAT · restock", "returns.csv #5"),
    ], "what the merchant's own people did is nobody else's bill"


def test_an_amount_without_a_rate_stands_apart_and_one_that_nobody_tells_is_missing(
    run_view: RunView,
) -> None:
    """No rule of the shop: what was refunded is all that is known, and of #2 that is in dollars."""
    got = run_view("chargeback_cases", incidents=INCIDENTS, **PROOFS)
    assert table(got, "order_name", "refunded_cents", "refunded_currency", "cost_cents") == [
        ("#1", 1000, "EUR", 1000),
        ("#2", 500, "USD", None),
        ("#3", None, "EUR", None),
        (None, None, None, None),
        ("#4", 300, "EUR", 300),
    ]
    assert table(got, "other_currencies", "other_cents", "missing_parts")[:3] == [
        ([], [], ["handling", "fee"]),
        (["USD"], [500], ["handling", "fee"]),
        ([], [], ["refund", "handling"]),
    ]


def test_the_totals_of_a_charge_back_are_the_sums_of_its_cases(run_view: RunView) -> None:
    cases = run_view("chargeback_cases", incidents=INCIDENTS)
    totals = run_view("chargeback_totals", incidents=INCIDENTS)
    assert table(totals, "party", "name", "incident_count", "priced_count", "cost_cents") == [
        ("3pl", "Laval", 1, 1, 300),
        ("supplier", "Kord", 3, 1, 1000),
        ("supplier", None, 1, 0, None),
    ]
    assert table(totals, "other_currencies", "other_cents") == [(None, None), (["USD"], [500]), (None, None)]
    assert totals["incident_count"].sum() == cases.height
    assert totals["cost_cents"].sum() == cases["cost_cents"].sum()
    assert totals["missing_count"].sum() == cases["missing_parts"].list.len().sum()


def test_a_case_tells_each_part_of_the_ledger_and_what_says_it(shop: Ask) -> None:
    """Boots back: 100.00 refunded, 40.00 of them in stock again, freight 8.00, six minutes 3.00, fees 3.00: 74.00."""
    back, kept = shop("chargeback_cases", **SUPPLIER).iter_rows(named=True)
    told = {part: back[f"{part}_cents"] for part in PARTS if back[f"{part}_cents"] is not None}
    assert told == {"refund": 10000, "freight_back": 800, "handling": 300, "fee": 300, "resale": -4000}
    assert (back["measured_cents"], back["assumed_cents"], back["cost_cents"]) == (6000, 1400, 7400)
    assert (back["assumed_parts"], back["missing_parts"]) == (["freight_back", "handling", "fee"], [])
    # 20.00 given back and ten minutes; nobody says what the channel keeps of it
    assert (kept["goodwill_cents"], kept["handling_cents"], kept["cost_cents"]) == (2000, 500, 2500)
    assert (kept["assumed_parts"], kept["missing_parts"]) == (["handling"], ["fee"])


@pytest.mark.parametrize("chosen", [{}, SUPPLIER, {"countries": ["CA"]}, {"basis": "order"}])
def test_a_claim_is_what_the_ledger_shows_under_the_same_filters(shop: Ask, chosen: dict[str, Any]) -> None:
    of_party = {"parties": ["supplier"], "families": ["product"], **chosen}
    cases = shop("chargeback_cases", **of_party)
    (total,) = shop("cost_total", **of_party).iter_rows(named=True)
    (claimed,) = shop("chargeback_totals", **of_party).iter_rows(named=True)
    for name in ("cost_cents", "measured_cents", "assumed_cents", "missing_count"):
        assert claimed[name] == total[name], name
    for component, cents in (
        shop("cost_components", **of_party).select("component", "amount_cents").iter_rows()
    ):
        assert cases[f"{component}_cents"].drop_nulls().sum() == (cents or 0), component
    for row in cases.iter_rows(named=True):
        one = shop("case_costs", incident_key=row["incident_key"])
        assert one["case_cents"][0] == row["cost_cents"] == sum(row[f"{part}_cents"] or 0 for part in PARTS)
        by_basis = dict(one.group_by("basis").agg(pl.col("amount_cents").sum()).iter_rows())
        assert (row["measured_cents"], row["assumed_cents"]) == (by_basis["measured"], by_basis["assumed"])
        assert set(row["assumed_parts"]) == set(one.filter(basis="assumed")["component"])
