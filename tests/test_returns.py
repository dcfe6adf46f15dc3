"""Returned lines, the clocks of their stages, and what is owed: tables drawn in text, figures worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import views
from pipelines.reader import set_variables

RunView = Callable[..., pl.DataFrame]
Facts = Callable[..., duckdb.DuckDBPyConnection]

END = date(2025, 4, 30)  # the last day of the data in every drawing
TARGETS = """
    channel   | stage    | valid_from | target_days | day_kind | region
              | refunded |            | 14          | calendar |
    amazon    | refunded |            | 2           | business | CA-QC
    amazon.fr | refunded | 2025-04-01 | 5           | calendar |
"""
DECISIONS = """
    word          | decision
    restock       | restock
    échange       | exchange
    retour refusé | refused
"""
CAUSES = """
    cause              | family    | party
    product_defect     | product   | supplier
    damaged_in_transit | transport | carrier
    wrong_item_sent    | logistics | fulfiller
    changed_mind       | customer  | customer
    other              | unknown   | unknown
"""
CODES = """
    scheme | code    | cause              | confidence
    reason | BROKEN  | product_defect     | high
    reason | WRONG   | wrong_item_sent    | high
    reason | UNWANTED | changed_mind      | high
    reason | OTHER   | other              | low
    found  | OK      |                    | high
    found  | DEFECT  | product_defect     | high
    found  | CRUSHED | damaged_in_transit | high
"""


def shop(returns: str, refunds: str = "", channel: str = "web", **more: str) -> dict[str, str]:
    """The tables of one order `o`. The line of a record (l1, l2, …) is its incident; what names none is told of l1."""
    lines: set[str] = set()
    signals = ["signal_key | incident_key | order_key | kind | record_id | amount_cents"]
    for kind, text in (("return", returns), ("refund", refunds)):
        rows = [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]
        for row in rows[1:]:
            told = dict(zip(rows[0], row, strict=True))
            line = told["line_id"] or "l1"
            lines.add(line)
            record, amount = told["record_id"], told.get("amount_cents", "")
            signals.append(f"{kind}/{record} | i-{line} | o | {kind} | {record} | {amount}")
    header = "incident_key | order_key | line_key | event_date | currency | channel | order_date"
    tables = {
        "raw_returns": _named(returns),
        "signals": "\n".join(signals),
        "incidents": "\n".join(
            [header, *(f"i-{n} | o | {n} | {END} | CAD | {channel} | 2025-03-01" for n in sorted(lines))]
        ),
        "lines": "\n".join(
            ["line_key | unit_price_cents | quantity", *(f"{n} | 10000 | 1" for n in sorted(lines))]
        ),
        "rule_return_targets": TARGETS,
        "rule_return_decisions": DECISIONS,
        "ref_causes": CAUSES,
        "ref_codes": CODES,
        "settings": "zone | main_currency\n America/Toronto | CAD",
    }
    if refunds:
        tables["raw_refunds"] = _named(refunds)
    return {**tables, **more}


def _named(text: str) -> str:
    """The same rows; those without a tool are told by the shop's own."""
    rows = text.strip().splitlines()
    if "source" in rows[0]:
        return text
    return "\n".join([f"{rows[0]} | source | account", *(f"{row} | shop | main" for row in rows[1:])])


# Weeks in remission under 6-MP, Freireich and others (1963), the table of the textbooks. '+': still in remission.
FREIREICH = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
FREIREICH_CURVE = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def waits(told: list[str], stage: str = "inspected") -> dict[str, str]:
    """Clocks that ended after so many days, or were still running ('+') when the data ended."""
    rows = ["incident_key | return_number | stage | start_date | days | is_done | tools"]
    for number, text in enumerate(told):
        days = float(text.rstrip("+"))
        is_open = text.endswith("+")
        start = END - timedelta(days=int(days)) if is_open else END - timedelta(days=400)
        rows.append(f"{number} | 1 | {stage} | {start} | {'' if is_open else days} | {not is_open} | a/b/")
    return {
        "return_clocks": "\n".join(rows),
        "returned_lines": "incident_key | tools\n 0 | a/b/",
        "raw_returns": "record_id | source | account | inspected_at\n r | a | b | 2025-01-01 12:00",
        "incidents": f"incident_key | event_date\n x | {END}",
    }


def test_the_curve_is_that_of_the_textbooks(run_view: RunView) -> None:
    curve = run_view("return_survival", **waits(FREIREICH))
    by_day = dict(curve.select("day", "waiting_share").iter_rows())
    assert {day: round(by_day[day], 3) for day in FREIREICH_CURVE} == FREIREICH_CURVE
    assert (by_day[0], by_day[5], by_day[8], max(by_day)) == (1.0, 1.0, by_day[7], 35)
    stage = run_view("return_stages", **waits(FREIREICH)).row(0, named=True)
    assert (stage["median_days"], stage["p90_days"]) == (23, None), "nine in ten were never seen to relapse"
    assert (stage["line_count"], stage["done_count"], stage["open_count"]) == (21, 9, 12)


def test_a_backlog_lengthens_the_median_and_not_the_mean_of_what_is_finished(run_view: RunView) -> None:
    """By hand: 4 done after a day, 6 open for 8 days. At day 1: 1 - 4/10 = 0.6 wait, so half are not done yet."""
    stage = run_view("return_stages", **waits(["1"] * 4 + ["8+"] * 6)).row(0, named=True)
    assert (stage["finished_mean_days"], stage["median_days"], stage["longest_days"]) == (1.0, None, 8.0)
    # two more are done at day 9: 0.6 × (1 - 2/2) = 0, and both half and nine tenths are reached there
    later = run_view("return_stages", **waits(["1"] * 4 + ["8+"] * 6 + ["9"] * 2)).row(0, named=True)
    assert (later["median_days"], later["p90_days"]) == (9.0, 9.0)


def oracle(told: list[tuple[int, bool]]) -> list[tuple[int, float]]:
    """The product-limit estimate, written as its definition: one factor for each day on which a wait ended."""
    share, curve = 1.0, []
    for day in sorted({days for days, _ in told}):
        at_risk = sum(days >= day for days, _ in told)
        ended = sum(days == day and done for days, done in told)
        share *= 1 - ended / at_risk
        curve.append((day, share))
    return curve


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=30))
def test_any_waits_give_the_curve_of_its_definition(
    survival: duckdb.DuckDBPyConnection, told: list[tuple[int, bool]]
) -> None:
    survival.execute("delete from int_return_waits")
    survival.executemany(
        "insert into int_return_waits by name select 'inspected' as stage, ? as days, ? as is_done", told
    )
    got = survival.execute("select days, waiting_share from int_return_survival order by days").fetchall()
    wanted = oracle(told)
    assert [day for day, _ in got] == [day for day, _ in wanted]
    assert [share for _, share in got] == pytest.approx([share for _, share in wanted], abs=1e-9)


@pytest.fixture(scope="module")
def survival() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        "create table int_return_waits (stage varchar, place varchar, days double, is_done boolean,"
        " is_too_early boolean, is_late boolean, has_target boolean)"
    )
    query = next(q for q in views.queries(("issues",)) if q.name == "int_return_survival")
    views.run(con, [query])
    return con


def test_what_two_tools_tell_of_one_return_is_one_return(run_view: RunView) -> None:
    """The shop knows the request and the reason, the warehouse what came back; the first to tell a stage counts."""
    got = run_view(
        "return_lines",
        **shop(
            """
            record_id | line_id | return_id | source | account | reason_raw | reason_scheme | requested_at     | received_at      | inspected_at     | warehouse
            a         | l1      | R1        | shop   | main    | BROKEN     | reason        | 2025-03-03 15:00 | 2025-03-10 15:00 |                  |
            b         | l1      | W7        | depot  | main    |            |               |                  | 2025-03-10 14:00 | 2025-03-12 14:00 | Laval
            """
        ),
    ).rows(named=True)
    assert len(got) == 1
    row = got[0]
    assert (row["return_id"], row["source"], row["warehouse"]) == ("R1", "shop", "Laval")
    assert [str(row[stage]) for stage in ("requested_at", "received_at", "inspected_at")] == [
        "2025-03-03 15:00:00", "2025-03-10 14:00:00", "2025-03-12 14:00:00"
    ]  # fmt: skip
    assert row["reported_cause"] == "product_defect"


def test_two_returns_of_one_line_stay_two_and_each_has_its_refund(run_view: RunView) -> None:
    got = run_view(
        "return_lines",
        **shop(
            """
            record_id | line_id | return_id | requested_at     | received_at
            a         | l1      | R1        | 2025-03-03 15:00 | 2025-03-10 15:00
            b         | l1      | R2        | 2025-03-20 15:00 | 2025-03-25 15:00
            """,
            """
            record_id | line_id | sku | refunded_at
            f         | l1      | A   | 2025-03-12 15:00
            g         | l1      | A   | 2025-03-27 15:00
            """,
        ),
    ).sort("return_id")
    assert got["refunded_at"].dt.day().to_list() == [12, 27]


RETURNED = """
    record_id | line_id | return_id | received_at      | refunded_at      | status   | disposition
    told      | l9      | R9        | 2025-03-10 15:00 | 2025-03-12 15:00 |          |
    late      | l1      | R1        | 2025-04-10 15:00 |                  |          |
    soon      | l2      | R2        | 2025-04-28 15:00 |                  |          |
    swapped   | l3      | R3        | 2025-03-10 15:00 |                  |          | échange
    refused   | l4      | R4        | 2025-03-10 15:00 |                  |          | Retour refusé
    declined  | l5      | R5        | 2025-03-10 15:00 |                  | declined |
    on_way    | l6      | R6        |                  |                  |          |
"""


def test_what_is_owed_leaves_out_exchanges_refusals_and_what_never_came_back(run_view: RunView) -> None:
    """20 days and 2 days of the 14 that are allowed; the price of one piece each."""
    owed = run_view("returns_not_refunded", **shop(RETURNED))
    assert owed.select("return_id", "open_days", "age_from_days", "is_overdue", "overdue_days", "owed_cents").rows() == [
        ("R1", 20, 15, True, 6, 10000),
        ("R2", 2, 0, False, -12, 10000),
    ]  # fmt: skip
    ageing = run_view("return_ageing", **shop(RETURNED))
    assert ageing.select("age_from_days", "line_count", "overdue_count", "owed_cents").rows() == [
        (0, 1, 0, 10000), (3, 0, 0, 0), (8, 0, 0, 0), (15, 1, 1, 10000), (31, 0, 0, 0), (61, 0, 0, 0)
    ]  # fmt: skip
    kpi = run_view("kpi_received_not_refunded", **shop(RETURNED))
    assert (kpi["numerator"].sum(), kpi["denominator"].sum()) == (2, 3)


def test_the_silence_of_a_tool_that_never_tells_of_refunds_says_nothing(run_view: RunView) -> None:
    """Its own warehouse's returns are the marketplace's to refund, though the same tool tells of the shop's."""
    returns = """
        record_id | line_id | source | account | fulfilled_by | received_at      | refund_cents
        a         | l1      | amazon | main    | merchant     | 2025-03-10 15:00 | 900
        b         | l2      | amazon | main    | marketplace  | 2025-03-10 15:00 |
        c         | l3      | amazon | main    | merchant     | 2025-03-10 15:00 |
    """
    timed = returns.replace("refund_cents", "refund_cents | refunded_at").replace(
        "900", "900 | 2025-03-11 15:00"
    )
    timed = re.sub(r"\|\n", "| |\n", timed)
    assert run_view("returns_not_refunded", **shop(timed))["incident_key"].to_list() == ["i-l3"]
    # one that tells amounts and never times leaves out amounts too: no debt can be read from it, and no wait
    assert run_view("returns_not_refunded", **shop(returns)).is_empty()
    assert run_view("return_stages", {"stage": "refunded"}, **shop(returns)).is_empty()
    unknown = run_view("return_lines", {"return_list": "refund_unknown"}, **shop(returns))
    assert sorted(unknown["incident_key"]) == ["i-l2", "i-l3"]


def test_a_refund_of_the_whole_order_covers_its_lines_and_a_small_one_none(run_view: RunView) -> None:
    returns = """
        record_id | line_id | return_id | requested_at     | received_at
        a         | l1      | R1        | 2025-03-03 15:00 | 2025-03-10 15:00
        b         | l2      | R1        | 2025-03-03 15:00 | 2025-03-10 15:00
        c         | l3      | R2        | 2025-03-03 15:00 | 2025-03-10 15:00
    """
    refund = "record_id | line_id | return_id | refunded_at      | amount_cents"
    # it names the return R1: both of its lines are paid, the third is not
    named = shop(
        returns, f"{refund}\n f | l9 |  | 2025-01-01 15:00 | 1\n g |  | R1 | 2025-03-12 15:00 | 19000"
    )
    assert run_view("returns_not_refunded", **named)["incident_key"].to_list() == ["i-l3"]
    # a gesture of 10 on an order of 300 pays for the line that it was told of alone
    small = shop(returns, f"{refund}\n g |  |  | 2025-03-12 15:00 | 1000")
    assert run_view("returns_not_refunded", **small)["incident_key"].to_list() == ["i-l2", "i-l3"]


def test_less_than_half_of_the_price_is_a_partial_refund_and_is_neither_owed_nor_a_fault(
    run_view: RunView,
) -> None:
    returns = """
        record_id | line_id | requested_at     | received_at      | refunded_at
        a         | l1      | 2025-03-03 15:00 | 2025-03-10 15:00 | 2025-03-05 15:00
        b         | l2      | 2025-03-03 15:00 | 2025-03-10 15:00 | 2025-03-05 15:00
    """
    tables = shop(returns)
    header, first, second = tables["incidents"].splitlines()
    tables["incidents"] = "\n".join([f"{header} | cost_cents", f"{first} | 4999", f"{second} | 5000"])
    assert run_view("return_lines", {"return_list": "partial"}, **tables)["incident_key"].to_list() == [
        "i-l1"
    ]
    assert run_view("return_lines", {"return_list": "early"}, **tables)["incident_key"].to_list() == ["i-l2"]
    assert run_view("returns_not_refunded", **tables).is_empty()


def test_a_refund_that_did_not_wait_is_named_by_what_it_did_not_wait_for(run_view: RunView) -> None:
    rows = """
        record_id | line_id | requested_at     | received_at      | inspected_at     | refunded_at
        in_order  | l1      | 2025-03-03 15:00 | 2025-03-10 15:00 | 2025-03-12 15:00 | 2025-03-13 15:00
        a         | l2      | 2025-03-03 15:00 | 2025-03-10 15:00 | 2025-03-12 15:00 | 2025-03-10 14:59
        b         | l3      | 2025-03-03 15:00 | 2025-03-10 15:00 | 2025-03-12 15:00 | 2025-03-11 15:00
        c         | l4      | 2025-03-03 15:00 | 2025-03-10 15:00 |                  | 2025-03-11 15:00
        d         | l5      | 2025-03-03 15:00 |                  |                  | 2025-03-11 15:00
    """
    got = run_view("return_lines", **shop(rows)).sort("incident_key")
    assert got["refunded_before"].to_list() == [None, "received", "inspected", "inspected", "never_received"]


def test_a_day_without_a_time_is_not_before_a_time_of_the_same_day(run_view: RunView) -> None:
    """Midnight in Toronto is 04:00 UTC; received at 15:00 UTC of the same day. Whole days are between them: none."""
    rows = """
        record_id | line_id | received_at      | refunded_at      | date_only
        a         | l1      | 2025-04-10 15:00 | 2025-04-10 04:00 | refunded_at
    """
    tables = shop(rows)
    assert run_view("return_lines", **tables)["refunded_before"].to_list() == [None]
    assert run_view("return_stages", {"stage": "refunded"}, **tables)["median_days"].to_list() == [0.0]


def test_a_refund_before_reception_is_counted_and_is_in_no_median(run_view: RunView) -> None:
    rows = """
        record_id | line_id | received_at      | refunded_at
        a         | l1      | 2025-04-10 15:00 | 2025-04-08 15:00
        b         | l2      | 2025-04-10 15:00 | 2025-04-13 03:00
    """
    got = run_view("return_stages", {"stage": "refunded"}, **shop(rows)).row(0, named=True)
    assert (got["done_count"], got["too_early_count"], got["median_days"]) == (2, 1, 2.5)


TARGETED = {
    "l1": ("web", "2025-04-10", "2025-04-24"),  # 14 days
    "l2": ("amazon.ca", "2025-04-17", "2025-04-22"),  # Thursday; Good Friday and the weekend do not count
    "l3": ("amazon", "2025-04-12", "2025-04-15"),  # a Saturday: Monday and Tuesday
    "l4": ("amazon.fr", "2025-04-17", "2025-04-22"),  # its own rule, since April
    "l5": ("amazon.fr", "2025-03-27", "2025-03-31"),  # before it, that of all of Amazon
    "l6": ("amazonia", "2025-04-10", "2025-04-24"),  # not a country of Amazon
}


def test_the_target_is_the_closest_rule_of_its_day(run_view: RunView) -> None:
    returned = [f"{line} | {line} | {day} 15:00" for line, (_, day, _) in TARGETED.items()]
    rows = "\n".join(["record_id | line_id | received_at", *returned, "z | z | 2025-01-02 15:00"])
    tables = shop(
        rows, "record_id | line_id | sku | refunded_at\n f | z | A | 2025-01-03 15:00",
        rule_holidays="region | day\n CA-QC | 2025-04-18",
    )  # fmt: skip
    for line, (channel, _, _) in TARGETED.items():
        tables["incidents"] = re.sub(rf"(i-{line} .*)\| web ", rf"\1| {channel} ", tables["incidents"])
    owed = run_view("returns_not_refunded", **tables).select(
        "incident_key", pl.col("due_date").cast(pl.String)
    )
    assert dict(owed.iter_rows()) == {f"i-{line}": due for line, (_, _, due) in TARGETED.items()}


def test_late_in_time_and_not_known_yet_add_up_to_all(run_view: RunView) -> None:
    """In time after 2 days, late after 20, open and late since the 24th, open with 12 days to go."""
    rows = """
        record_id | line_id | received_at      | refunded_at
        a         | l1      | 2025-03-10 15:00 | 2025-03-12 15:00
        b         | l2      | 2025-03-10 15:00 | 2025-03-30 15:00
        c         | l3      | 2025-04-10 15:00 |
        d         | l4      | 2025-04-28 15:00 |
    """
    got = run_view("return_stages", {"stage": "refunded"}, **shop(rows)).row(0, named=True)
    assert (got["late_count"], got["in_time_count"], got["undetermined_count"]) == (2, 1, 1)
    assert got["late_share"] == pytest.approx(2 / 3)
    assert got["line_count"] == 4


def test_only_what_was_found_resellable_waits_for_its_shelf(run_view: RunView) -> None:
    rows = """
        record_id | line_id | received_at      | restocked_at     | disposition | quantity
        a         | l1      | 2025-03-10 15:00 | 2025-03-12 15:00 | RESTOCK     | 1
        b         | l2      | 2025-03-10 15:00 |                  | restock     | 2
        c         | l3      | 2025-03-10 15:00 |                  | write_off   | 1
        d         | l4      | 2025-03-10 15:00 |                  |             | 1
    """
    stage = run_view("return_stages", {"stage": "restocked"}, **shop(rows)).row(0, named=True)
    assert (stage["line_count"], stage["open_count"]) == (2, 1)
    fault = run_view("return_faults", **shop(rows)).filter(fault="not_restocked").row(0, named=True)
    assert (fault["line_count"], fault["base_count"], fault["unit_count"], fault["value_cents"]) == (
        1,
        2,
        2,
        20000,
    )


VERDICTS = """
    record_id      | line_id | reason_raw | condition_raw
    agreed         | l1      | BROKEN     | DEFECT
    contradicted   | l2      | BROKEN     | OK
    contradicted_2 | l3      | BROKEN     | CRUSHED
    agreed_2       | l4      | UNWANTED   | OK
    contradicted_3 | l5      | UNWANTED   | DEFECT
    undecidable    | l6      | WRONG      | OK
    no_reason      | l7      | OTHER      | DEFECT
    no_reason_2    | l8      |            | DEFECT
    not_understood | l9      | BROKEN     | ???
    not_inspected  | l10     | BROKEN     |
"""


def test_the_reason_is_held_against_the_inspection(run_view: RunView) -> None:
    """Each return is called by its verdict. A sound article may well be the wrong one: nobody can decide that."""
    header, *rows = VERDICTS.strip().splitlines()
    told = [f"{header} | return_id | reason_scheme | condition_scheme | received_at"]
    told += [f"{row} | {row.split('|')[0].strip()} | reason | found | 2025-03-10 15:00" for row in rows]
    got = run_view("return_lines", **shop("\n".join(told)))
    assert got.height == len(rows)
    assert got["verdict"].to_list() == [name.rstrip("_23") for name in got["return_id"]]
    counts = run_view("return_inspections", **shop("\n".join(told)))
    assert counts["line_count"].sum() == len(rows)
    assert counts.filter(verdict="contradicted")["line_count"].sum() == 3


def test_places_part_the_whole_and_filters_keep_their_own(facts: Facts) -> None:
    rows = """
        record_id | line_id | received_at      | inspected_at     | warehouse
        a         | l1      | 2025-03-10 15:00 | 2025-03-12 15:00 | Laval
        b         | l2      | 2025-03-10 15:00 |                  | Laval
        c         | l3      | 2025-03-10 15:00 | 2025-03-11 15:00 | Lyon
        d         | l4      | 2025-03-10 15:00 |                  |
    """

    with facts(**shop(rows)) as con:

        def stages(**filters: Any) -> list[tuple[str | None, int, int]]:
            cursor = con.cursor()
            set_variables(cursor, {"stage": "inspected", **filters})
            return cursor.execute("select place, line_count, open_count from return_stages").fetchall()

        assert stages() == [(None, 4, 2)]
        assert sorted(stages(place_kind="warehouse"), key=str) == [
            ("Laval", 2, 1),
            ("Lyon", 1, 0),
            (None, 1, 1),
        ]
        assert stages(warehouses=["Lyon"]) == [(None, 1, 0)]
        assert stages(start=date(2025, 3, 11)) == []
        assert stages(basis="order", start=date(2025, 3, 1), until=date(2025, 3, 2)) == [(None, 4, 2)]
