"""Limits on the charts of pages: what they rest on, what is never judged, how it is drawn and said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app import charts, charts_limits, limits, report, review_pareto
from app.filters import Filters
from app.frame import Page
from app.i18n import say
from app.measures import Measure
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, words

MONDAY = date(2026, 5, 25)
AS_OF = date(2026, 11, 22)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = small_store()
    monkeypatch.setenv("INCIDENTS_STORE", str(made.folder))
    return made


def page(measure: str = "rate", basis: str = "event", grain: str = "week") -> Page:
    filters = Filters("26w", MONDAY, MONDAY + timedelta(weeks=26), measure=measure, basis=basis, grain=grain)
    return Page(filters, [], {}, AS_OF, "en", "EUR")


def weeks(counts: Sequence[int], first: date, orders: int | None = 1000) -> pl.DataFrame:
    """One row a week from `first` on, the last day of the data being AS_OF."""
    days = [first + timedelta(weeks=i) for i in range(len(counts))]
    frame = pl.DataFrame(
        {
            "period_start_date": days,
            "incident_count": list(counts),
            "base": pl.Series([orders] * len(counts), dtype=pl.Int64),
            "is_complete": [day + timedelta(days=6) <= AS_OF for day in days],
        }
    )
    return frame.with_columns(amount=pl.col("incident_count").cast(pl.Float64))


CALM = [50, 46, 54, 52, 48] * 5 + [50]  # 26 weeks
BEFORE = weeks(CALM, MONDAY - timedelta(weeks=26))


def test_limits_rest_on_the_weeks_before_so_that_a_rise_does_not_hide_itself() -> None:
    """26 weeks of 50 in 1,000 before; in the period the rate is twice as high all along."""
    told = limits.of_trend(page(), weeks([100] * 26, MONDAY), BEFORE, "base")
    assert (told.is_before, told.span) == (True, (MONDAY - timedelta(weeks=26), MONDAY))
    assert set(told.rows["verdict"]) == {1}
    assert told.rows["centre"][0] == pytest.approx(50.0), "drawn per 1,000"
    alone = limits.of_trend(page(), weeks([100] * 26, MONDAY), BEFORE.tail(19), "base")
    assert (alone.is_before, set(alone.rows["verdict"])) == (False, {0})


def test_counts_are_held_against_limits_that_follow_the_orders() -> None:
    shown = pl.concat([weeks([50] * 13, MONDAY), weeks([50] * 13, MONDAY + timedelta(weeks=13), orders=200)])
    told = limits.of_trend(page("count"), shown, BEFORE, "base")
    assert told.rows["centre"].to_list() == pytest.approx([50.0] * 13 + [10.0] * 13)
    assert told.rows["verdict"].to_list() == [0] * 13 + [1] * 13


def test_without_orders_weeks_are_compared_as_such_and_a_rate_is_not() -> None:
    shown, earlier = weeks([90] * 26, MONDAY, None), weeks(CALM, MONDAY - timedelta(weeks=26), None)
    assert set(limits.of_trend(page("count"), shown, earlier, "base").rows["verdict"]) == {1}
    assert limits.of_trend(page("rate"), shown, earlier, "base").why == "points"


def test_weeks_that_may_still_change_are_never_judged() -> None:
    """By the order's date, the weeks that reach into the 28 days before 22 November wait for incidents; a week cut short is not judged either."""
    shown = weeks([150] * 27, MONDAY)
    told = limits.of_trend(page(basis="order"), shown, BEFORE, "base").rows
    assert told["is_mature"].to_list() == [True] * 21 + [False] * 6
    assert told["verdict"].to_list() == [1] * 21 + [None] * 6
    by_event = limits.of_trend(page(), shown, BEFORE, "base").rows
    assert by_event["verdict"].to_list() == [1] * 26 + [None]


def test_an_outbreak_that_is_known_is_no_measure_of_what_is_usual() -> None:
    shown = weeks([50] * 22 + [72] * 4, MONDAY)
    with_it = limits.of_trend(page(), shown, None, "base")
    without = limits.of_trend(page(), shown, None, "base", since=MONDAY + timedelta(weeks=22))
    assert with_it.basis is not None
    assert without.basis is not None
    assert (with_it.basis.points, without.basis.points) == (26, 22)
    assert without.basis.centre == pytest.approx(0.05)
    assert with_it.basis.centre > 0.053
    assert without.rows["verdict"].to_list()[-4:] == [1] * 4


def test_a_rise_counts_in_the_whole_shop_or_in_the_place_that_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rising = pl.DataFrame(
        {
            "cause": ["late_dispatch", "late_dispatch", "product_defect", "stock_out"],
            "place_kind": ["all", "warehouse", "supplier", "warehouse"],
            "place": [None, "Laval", "Kordane", "Lyon"],
            "since_date": [MONDAY, MONDAY - timedelta(weeks=2), MONDAY, MONDAY],
        }
    )
    monkeypatch.setattr("app.db.has", lambda view: True)
    monkeypatch.setattr("app.db.query", lambda view, variables: rising)
    assert limits.outbreaks(page()) == {"late_dispatch": MONDAY}
    narrowed = replace(page(), filters=page().filters.choose(warehouse="Laval"))
    assert limits.outbreaks(narrowed) == {"late_dispatch": MONDAY - timedelta(weeks=2)}


@pytest.mark.parametrize(
    ("measure", "counts", "why"),
    [("cost", CALM, "cost"), ("rate", CALM[:19], "points")],
)
def test_what_cannot_be_told_is_said_not_to_be(measure: str, counts: list[int], why: str) -> None:
    told = limits.of_trend(page(measure), weeks(counts, MONDAY), None, "base")
    assert (told.basis, told.why) == (None, why)
    assert told.rows["high"].null_count() == told.rows.height


def test_the_past_begins_with_the_first_incident_and_ends_before_the_first_week_shown() -> None:
    custom = Filters("custom", MONDAY + timedelta(days=3), None)
    earlier = limits.before(custom)
    assert earlier is not None
    assert (earlier.start, earlier.until) == (None, MONDAY)
    by_month = limits.before(Filters("custom", MONDAY, None, grain="month"))
    assert by_month is not None
    assert by_month.until == date(2026, 5, 1)
    assert limits.before(Filters("all", None, None)) is None
    past = limits.newest(weeks([0, 0, 0, 3, 0, *CALM], MONDAY - timedelta(weeks=31)))
    assert past.height == 26
    assert limits.newest(weeks([0, 0, 3, 0], MONDAY)).height == 2


def figure(told: pl.DataFrame, band: charts_limits.Band = "filled") -> Any:
    hovers = [f"<b>{day}" for day in told["period_start_date"]]
    drawn = charts.line(told, charts.LIGHT, "n", hovers)
    keys = [day.isoformat() for day in told["period_start_date"]]
    charts_limits.add(drawn, told, charts.LIGHT, keys, hovers, band)
    return drawn


def test_a_point_outside_after_a_wave_of_sales_is_said_to_be_perhaps_of_it() -> None:
    sales = [1000] * 10 + [2500] + [1000] * 15
    for outside, told in (([10], True), ([12], True), ([16], False), ([5], False), ([], False)):
        rows = pl.DataFrame(
            {
                "period_start_date": [MONDAY + timedelta(weeks=i) for i in range(26)],
                "exposure_count": sales,
                "verdict": [1 if i in outside else 0 for i in range(26)],
            }
        )
        assert limits.follows_sales(rows) is told


def test_what_lies_outside_has_a_shape_of_its_own_and_leads_to_its_cases() -> None:
    told = limits.of_trend(
        page("count"), weeks([50] * 20 + [120, 50, 2, 50, 50, 50, 70], MONDAY), BEFORE, "base"
    ).rows
    traces = {trace.meta: trace for trace in figure(told).data}
    above, below = traces[charts_limits.ABOVE], traces[charts_limits.BELOW]
    assert (above.marker.symbol, below.marker.symbol) == ("triangle-up", "triangle-down")
    assert (list(above.customdata), list(below.customdata)) == (["2026-10-12"], ["2026-10-26"])
    assert (list(above.y), above.hovertext[0][:3]) == ([120.0], "&lt")
    assert [trace.meta for trace in figure(told).data][:3] == ["low", "high", "centre"], (
        "the band lies behind"
    )
    assert "low" not in {trace.meta for trace in figure(told, "none").data}


def test_young_weeks_are_hatched_and_old_ones_are_not() -> None:
    shown = weeks([50] * 26, MONDAY)
    young = limits.of_trend(page("count", "order"), shown, BEFORE, "base").rows
    (area,) = [trace for trace in figure(young).data if trace.meta == "young"]
    assert area.fillpattern.shape == "/"
    assert area.x[0].startswith("2026-10-15"), "from the middle before the first young week on"
    old = limits.of_trend(page("count"), shown, BEFORE, "base").rows
    assert "young" not in {trace.meta for trace in figure(old).data}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_on_trends_says_where_the_newest_week_lies_and_what_limits_rest_on(
    store: Store, lang: str
) -> None:
    told = words(drawn("causes_and_trends", lang=lang))
    assert "Laney" in told
    assert "26 " in told
    of_lines = words(drawn("causes_and_trends", lang=lang, shape="lines"))
    assert "▲" in of_lines
    assert "Laney" not in of_lines


def kpi(weekly: Sequence[int], orders: int = 1000, unit: str = "per_1000") -> pl.DataFrame:
    """The rows of a kpi_ view, the last of them for the week of MONDAY."""
    first = MONDAY - timedelta(weeks=len(weekly) - 1)
    return pl.DataFrame(
        {
            "unit": [unit] * len(weekly),
            "week_start_date": [first + timedelta(weeks=i) for i in range(len(weekly))],
            "numerator": list(weekly),
            "denominator": [orders] * len(weekly),
        }
    )


@pytest.mark.parametrize(("count", "verdict"), [(52, "inside"), (90, "above"), (15, "below")])
def test_a_tile_says_on_which_side_of_its_limits_a_week_is(count: int, verdict: str) -> None:
    for unit in ("per_1000", "share"):
        held = limits.of_week(kpi([*CALM, count], unit=unit), MONDAY, MONDAY + timedelta(weeks=1))
        assert held is not None
        assert held.name == verdict
        assert held.low < 0.05 < held.high


def test_a_week_above_its_limits_after_a_wave_of_sales_is_told_apart_from_one_without() -> None:
    weekly = kpi([*CALM, 90])
    week = (MONDAY, MONDAY + timedelta(weeks=1))
    plain = limits.of_week(weekly, *week)
    is_before = pl.col("week_start_date") == MONDAY - timedelta(weeks=2)
    wave = weekly.with_columns(denominator=pl.when(is_before).then(2500).otherwise("denominator"))
    after = limits.of_week(wave, *week)
    assert plain is not None
    assert after is not None
    assert (plain.name, plain.is_after_sales) == ("above", False)
    assert (after.name, after.is_after_sales) == ("above", True)
    inside = limits.of_week(
        wave.with_columns(numerator=pl.when(is_before).then(125).otherwise("numerator")).filter(
            pl.col("week_start_date") < MONDAY
        ),
        MONDAY - timedelta(weeks=1),
        MONDAY,
    )
    assert inside is not None
    assert (inside.name, inside.is_after_sales) == ("inside", False)


def test_a_tile_without_a_whole_week_or_enough_weeks_says_nothing_of_limits() -> None:
    week = (MONDAY, MONDAY + timedelta(weeks=1))
    assert limits.of_week(kpi([*CALM[:18], 50]), *week) is None
    assert limits.of_week(kpi([*CALM, 50], unit="cents_per_1000"), *week) is None
    assert limits.of_week(kpi([*CALM, 50]), MONDAY, MONDAY + timedelta(weeks=2)) is None
    assert limits.of_week(kpi([*CALM, 50]), MONDAY + timedelta(days=1), MONDAY + timedelta(days=8)) is None
    assert limits.of_week(kpi([*CALM, 50]), None, None) is None


def test_the_headline_the_tile_and_the_chart_of_the_review_have_the_same_limit(store: Store) -> None:
    app = drawn("weekly_review", lang="en", measure="rate")
    said = re.search(r"limits?\*\* ?\(([\d.,]+)‰ to ([\d.,]+)‰\)|limit \(([\d.,]+)‰\)", words(app))
    assert said is not None
    high = said.group(2) or said.group(3)
    sent: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_draw", lambda kind, items, key: sent.extend(report._plain(i) for i in items))
        patch.setattr(charts_limits, "add", lambda figure, rows, *_: sent.append({"rows": rows}))
        drawn("weekly_review", lang="en", measure="rate")
    tile = next(item for item in sent if item.get("label") == say("en", "kpi.incident_rate.short"))
    assert high in tile["limits"]
    assert tile["hint"].startswith("95% interval")
    rows = next(item["rows"] for item in sent if "rows" in item).filter("is_complete")
    assert f"{rows['high'][-1]:,.1f}" == high


def test_the_pareto_says_which_ranks_chance_may_have_given_and_its_file_too(store: Store) -> None:
    for measure in ("count", "rate"):
        told = words(drawn("weekly_review", lang="en", period="13w", measure=measure))
        assert re.search(r"Ranks \d+–\d+.* cannot be told apart", told)
    assert "order by cost" in words(drawn("weekly_review", lang="en", period="13w", measure="cost"))


def test_bars_have_the_interval_of_their_own_measure() -> None:
    """91 of 220 incidents: Goodman's interval of the share is 33.4 to 49.8 %, so 73.5 to 109.5 incidents."""
    ranked = pl.DataFrame({"incident_count": [91, 49, 43, 37], "exposure_count": [1000, 1000, 500, None]})
    told, groups = review_pareto.with_ranks(ranked, Measure("count", "en", "EUR"))
    assert told["amount_low"][0] == pytest.approx(0.33420248 * 220)
    assert told["amount_high"][0] == pytest.approx(0.49783321 * 220)
    assert told.select("rank", "rank_best", "rank_worst").rows() == [
        (1, 1, 1),
        (2, 2, 4),
        (3, 2, 4),
        (4, 2, 4),
    ]
    assert groups == [(2, 4)]
    rates, _ = review_pareto.with_ranks(ranked, Measure("rate", "en", "EUR"))
    assert rates["amount_low"][2] < 86 < rates["amount_high"][2], "43 of 500 is 86 per 1,000"
    assert rates["amount_low"].is_null().to_list() == [False, False, False, True]
    cost, none = review_pareto.with_ranks(ranked, Measure("cost", "en", "EUR"))
    assert none == []
    assert cost["rank_best"].null_count() == 4


def test_a_cause_with_few_cases_gets_no_limits_but_a_sentence(store: Store) -> None:
    assert "Not enough data" in words(
        drawn("causes_and_trends", lang="en", cause="lost_in_transit", measure="rate")
    )
    for shape in ("bars", "lines"):
        told = words(drawn("causes_and_trends", lang="en", measure="cost", shape=shape))
        assert "No control limits on amounts" in told
        assert "chance alone" not in told
    assert "Not enough data" in words(drawn("causes_and_trends", lang="en", grain="month"))


def test_the_file_behind_the_chart_has_the_limits_and_the_total(store: Store) -> None:
    app: AppTest = drawn("causes_and_trends", lang="en", measure="rate")
    table = app.dataframe[0].value
    assert {"low", "high", "verdict_words"} <= set(table.columns)
    assert "Total" in set(table["title"])
    assert {"rate_low", "rate_high"} <= set(app.dataframe[1].value.columns)


@pytest.mark.parametrize(
    ("name", "params"),
    [("service", {}), ("logistics", {}), ("cancellations", {"grain": "month"}), ("recurring_issues", {})],
)
def test_other_trends_and_tables_say_how_sure_they_are(
    store: Store, name: str, params: dict[str, str]
) -> None:
    app = drawn(name, lang="en", period="13w", **params)
    assert [e.value for e in app.exception] == []
    told = words(app)
    if name == "recurring_issues":
        assert {"rate_low", "rate_high", "ratio_low", "ratio_high"} <= set(app.dataframe[0].value.columns)
        return
    assert ("Basis:" in told) or ("Not enough data" in told) or ("Basis, for want" in told)
