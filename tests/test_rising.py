"""A rise is found in its place, dated and told once; growth, quiet shops and new tools are not taken for one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analysis.rising import Rises, rises, rising, spell, sure_stories
from app import report
from app.i18n import say
from pipelines import build, views
from pipelines import rising as kept
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words

MONDAY = date(2025, 11, 10)
WEEKS = [MONDAY - timedelta(weeks=n) for n in range(90, -1, -1)]


def frames(counts: dict[str, list[int]], exposure: dict[str, list[int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Weekly counts and exposure by SKU, the last week last."""

    def rows(of: dict[str, list[int]], value: str) -> pl.DataFrame:
        return pl.DataFrame(
            [
                {"cause": "c", "place_kind": "sku", "place": sku, "week_start_date": week, value: n}
                for sku, numbers in of.items()
                for week, n in zip(WEEKS[-len(numbers) :], numbers, strict=True)
                if n
            ]
        )

    return rows(counts, "incident_count"), rows(exposure, "exposure_count")


def steady(rate: float, seed: int) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).poisson(rate, len(WEEKS))]


SKUS = {f"S{n}": steady(2 + n / 4, n) for n in range(24)}
ORDERS = {sku: [400] * len(WEEKS) for sku in SKUS}


def test_a_step_is_found_with_its_week_and_nothing_else_is() -> None:
    risen = {**SKUS, "S9": [*SKUS["S9"][:-4], 19, 22, 18, 21]}
    found = rising(*frames(risen, ORDERS), MONDAY)
    assert found["place"].to_list() == ["S9"]
    row = found.row(0, named=True)
    assert row["since_date"] == MONDAY - timedelta(weeks=3)
    assert row["observed_count"] == 61
    assert row["expected_count"] == pytest.approx(3 * 4.25, rel=0.3)
    assert row["ratio"] == pytest.approx(61 / row["expected_count"])
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
    assert row["has_exposure"]


def test_more_incidents_of_as_many_more_orders_are_no_rise_unless_orders_are_unknown() -> None:
    risen = {**SKUS, "S9": [*SKUS["S9"][:-4], 19, 22, 18, 21]}
    sold = {**ORDERS, "S9": [400] * 87 + [2000] * 4}
    assert "S9" not in rising(*frames(risen, sold), MONDAY)["place"].to_list()
    del sold["S9"]
    without = rising(*frames(risen, sold), MONDAY)
    assert without.select("place", "has_exposure").rows() == [("S9", False)]


def test_two_cases_are_no_rise_and_half_a_year_is_needed() -> None:
    quiet = {**SKUS, "new": [0] * 90 + [2]}
    assert rising(*frames(quiet, {**ORDERS, "new": [400] * 91}), MONDAY).is_empty()
    young = {sku: numbers[-20:] for sku, numbers in SKUS.items()}
    assert rising(*frames(young, ORDERS), MONDAY).is_empty()
    assert rising(*frames({}, {}), MONDAY).is_empty()


def test_what_older_rules_found_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "ANALYSIS", tmp_path)
    before = build.version(Store(tmp_path))
    (tmp_path / "rising.py").write_text("FEWEST = 4\n", encoding="utf-8")
    assert build.version(Store(tmp_path)) != before


NOWHERE = {name: pl.lit(None, pl.String) for name in ("warehouse", "carrier", "country", "region", "channel")}


def incidents(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    names = ("incident_key", "cause", "sku", "supplier", "source", "event_date")
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize(("source", "is_new"), [("shop", False), ("late", True)])
def test_series_of_the_same_incidents_are_one_story_and_a_new_tool_is_said(source: str, is_new: bool) -> None:
    found = pl.DataFrame(
        {
            "number": [0, 1, 2],
            "cause": ["c", "c", "c"],
            "place_kind": ["sku", "supplier", "sku"],
            "place": ["A", "Acme", "B"],
            "since_date": [MONDAY] * 3,
        }
    ).with_columns(pl.col("number").cast(pl.UInt32))
    recent = [(f"a{n}", "c", "A", "Acme", source, MONDAY + timedelta(days=n)) for n in range(6)]
    others = [(f"b{n}", "c", "B", "Bolt", source, MONDAY + timedelta(days=n)) for n in range(6)]
    old = [("o", "c", "Z", "Zed", "shop", date(2025, 1, 6))]
    table = incidents([*recent, *others, *old]).with_columns(**NOWHERE, party=pl.lit("supplier"))
    with duckdb.connect() as con:
        views.create_macros(con)
        con.register("incidents", table.with_columns(lot=pl.lit(None, pl.String)))
        told, _ = kept._told(con, found, MONDAY)
    rows = kept._with_stories(found, told)
    assert rows.select("place", "story", "series_count").rows() == [
        ("A", 0, 2), ("Acme", 0, 2), ("B", 2, 1)
    ]  # fmt: skip
    assert rows["is_new_source"].to_list() == [is_new] * 3
    assert rows["party"].to_list() == ["supplier"] * 3


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_says_what_rises_or_that_nothing_does(store: Store, lang: str) -> None:
    said = words(drawn("rising", lang=lang))
    assert say("en" if lang == "en" else "fr", "rising.how") in said


PLANTED = """
    insert into rising_series by name
    select
        *, date '2025-11-10' as week_start_date, 30 as observed_count, 4.5 as expected_count, 1e-9 as p,
        date '2025-10-27' as since_date, date '2025-10-27' as change_date, 1 as series_count
    from (values
        ('product_defect', 'sku', 'A<b>', 0, 'relabelled', '{"label": "défectueux", "old": ["abîmé"], "source": "zendesk"}'),
        ('product_defect', 'supplier', 'Acme', 0, 'relabelled', '{"label": "d", "old": ["a"], "source": "zendesk"}'),
        ('wrong_item_sent', 'all', null, 1, 'relabelled', '{"label": "erreur", "old": [], "source": "zendesk"}'),
        ('late_delivery', 'carrier', 'DPD', 2, 'new_source', '{"source": "gorgias", "account": "main"}'),
        ('stock_out', 'channel', 'amazon', 3, 'late_file',
            '{"file": "octobre.csv", "source": "zendesk", "loaded": "2025-11-12"}'),
        (null, null, null, -1, 'late_orders', '{"until": "2025-11-20", "is_waiting": true}')
    ) as planted (cause, place_kind, place, story, change, change_facts)
"""


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ["4 hausses", "la dernière que les deux couvrent"]),
        ("en", ["4 rises", "the last that both cover"]),
    ],
)
def test_changes_of_the_data_stand_in_a_section_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch, lang: str, said: list[str]
) -> None:
    with store.writing() as con:
        con.execute(PLANTED)
    store.publish()
    lists: dict[str, list[report.Row]] = {}
    monkeypatch.setattr(report, "rows", lambda items, key: lists.update({key: items}))
    page = drawn("rising", lang=lang)
    assert all(each in words(page) for each in said)
    sentences = [row.detail for row in lists["rising_changes"]]
    # one line a story
    assert len(sentences) == 4
    names = {"défectueux", "erreur", "gorgias", "octobre.csv"}
    assert {name for each in sentences for name in names if name in each} == names
    assert not any("{" in each for each in sentences)
    # none of them is a rise
    assert say("en" if lang == "en" else "fr", "rising.none") in words(page)


def test_many_series_of_one_incident_let_no_weak_story_in() -> None:
    """100 series, eight of one story at 1e-9 and one of another at 0.008.

    By series the ninth may have up to 0.1 * 9 / 100 = 0.009 and passes; of two stories the second may have 0.002.
    """
    rows = pl.DataFrame({"story": [0] * 8 + [8], "p": [1e-9] * 8 + [0.008], "q": [1e-9] * 8 + [0.089]})
    kept_rows = sure_stories(rows, 100)
    assert kept_rows["story"].to_list() == [0] * 8
    assert kept_rows["q"].to_list() == pytest.approx([1e-7] * 8)
    assert sure_stories(rows.with_columns(p=pl.Series([1e-9] * 8 + [0.0019])), 100).height == 9


def test_the_view_keeps_the_surest_of_a_story_first(run_view: Any) -> None:
    found = run_view(
        "rising_issues",
        {"families": ["product"]},
        rising_series="""
            cause          | place_kind | place | story | p     | observed_count | series_count
            product_defect | sku        | A     | 0     | 0.001 | 9              | 2
            product_defect | supplier   | Acme  | 0     | 1e-9  | 12             | 2
            stock_out      | sku        | B     | 2     | 1e-7  | 5              | 1
        """,
    )
    assert found.select("place", "is_lead").rows() == [("Acme", True), ("A", False)]


def test_a_rise_is_seen_week_by_week_and_one_that_came_back_is_told_from_its_beginning() -> None:
    """S9 is above its usual 4 in the last week, and was ten and nine weeks before it."""
    usual = SKUS["S9"]
    again = {**SKUS, "S9": [*usual[:-11], 25, 24, *usual[-9:-1], 24]}
    told = rises(*frames(again, ORDERS), MONDAY)
    weeks = told.seen.filter(pl.col("place") == "S9")["week_start_date"].to_list()
    assert weeks[-1] == MONDAY
    assert told.judged_from == MONDAY - timedelta(weeks=10)
    began, quiet = spell(weeks, told.judged_from)
    assert began == MONDAY
    # three weeks are judged together, so the first rise is seen for up to two weeks longer than it lasted
    assert quiet is not None
    assert 6 <= quiet <= 8
    nothing = rises(*frames({}, {}), MONDAY)
    assert (nothing.seen.height, nothing.judged_from) == (0, None)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ([], (None, None)),
        ([10], (10, None)),
        ([3, 10], (10, 6)),
        ([5, 7, 10], (5, None)),  # one and two quiet weeks are no end
        ([0, 5, 10], (10, 4)),  # four are
        ([2, 6, 10], (None, None)),  # it may have begun before what was looked at
    ],
)
def test_a_rise_ends_after_four_quiet_weeks(seen: list[int], told: tuple[int | None, int | None]) -> None:
    began, quiet = spell([MONDAY + timedelta(weeks=at) for at in seen], MONDAY)
    assert (None if began is None else (began - MONDAY).days // 7, quiet) == told


def test_a_story_is_known_by_the_narrowest_place_that_holds_most_of_it_and_by_the_others_too() -> None:
    """Eight cases of Acme, six of its article A, five of these of lot L, all from Laval, which has twelve others.

    L holds 5 of the 8 and nothing else: more than half of either. A and Acme do too; of Laval's 20 only 8 are these.
    """
    rows: list[tuple[str | None, ...]] = [
        (f"a{n}", "L" if n < 5 else "K", "A" if n < 6 else "B", "Acme") for n in range(8)
    ]
    rows += [(f"z{n}", None, f"Z{n}", "Zed") for n in range(12)]
    table = pl.DataFrame(rows, schema=("incident_key", "lot", "sku", "supplier"), orient="row").with_columns(
        **{**NOWHERE, "warehouse": pl.lit("Laval")}, cause=pl.lit("c"), event_date=pl.lit(MONDAY)
    )
    series = {
        "cause": ["c", "c"], "place_kind": ["supplier", "all"], "place": ["Acme", None],
        "observed_count": [8, 20], "expected_count": [1.0, 12.0],
    }  # fmt: skip
    found = pl.DataFrame({"number": [0, 1], **series, "since_date": [MONDAY] * 2, "story": [0, 0]})
    with duckdb.connect() as con:
        views.create_macros(con)
        con.register("incidents", table.with_columns(party=pl.lit("supplier"), source=pl.lit("shop")))
        _, places = kept._told(con, found, MONDAY)
    # last month the article rose, this week its supplier does: one rise, seen for six weeks
    weeks = [MONDAY - timedelta(weeks=n) for n in (0, 3, 5)]
    seen = pl.DataFrame(
        {
            "cause": ["c"] * 3,
            "place_kind": ["supplier", "sku", "sku"],
            "place": ["Acme", "A", "A"],
            "week_start_date": weeks,
        }
    )
    known = kept._known_by(found, places, Rises(found, seen, MONDAY - timedelta(weeks=10)))
    assert (
        known.select("issue_key", "aliases", "began_date").rows()
        == [("c/lot/L (Acme)", ["c/lot/L (Acme)", "c/sku/A", "c/supplier/Acme"], weeks[-1])] * 2
    )
    everywhere = kept._known_by(found, places.clear(), Rises(found, seen, weeks[-1]))
    assert everywhere["aliases"].to_list() == [["c/supplier/Acme"]] * 2
    # two stories in the same place: each keeps a name of its own
    lone = pl.DataFrame({"number": [0, 1], **series, "since_date": [MONDAY] * 2, "story": [0, 1]})
    both = pl.concat([places, places.with_columns(number=pl.lit(1, places.schema["number"]))])
    names = kept._known_by(lone, both, Rises(lone, seen, weeks[-1]))["issue_key"].to_list()
    assert names == ["c/lot/L (Acme)", "c/sku/A"]
