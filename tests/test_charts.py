"""Figures: right bars, fixed colours that everyone can tell apart, hollow where a period is not over, nothing obeyed."""

from __future__ import annotations

import itertools
import json
from datetime import date, timedelta

import polars as pl
import pytest

from app import charts

NO_INTERVAL = {"amount_low": [None, None], "amount_high": [None, None]}
WEEKS = [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]


def test_pareto_bars_keep_the_colour_of_their_family_and_give_back_their_cause() -> None:
    frame = pl.DataFrame(
        {
            "key": ["b", "a"],
            "family": ["transport", "product"],
            "amount": [5.0, 3.0],
            "median": [2.0, None],
            **NO_INTERVAL,
        }
    )
    figure = charts.pareto(frame, charts.LIGHT, "incidents", ["Lost", "Defect"], ["5", "3"], ["x", "y"])
    bars, marks, _ = figure.data
    assert list(bars.marker.color) == [charts.FAMILY_COLOURS["transport"], charts.FAMILY_COLOURS["product"]]
    assert list(bars.customdata) == ["b", "a"]
    assert list(marks.x) == [2.0, None]
    assert figure.layout.xaxis.title.text == "incidents"
    assert list(figure.layout.yaxis.ticktext) == ["Lost", "Defect"]


def test_the_figure_of_a_bar_stands_beyond_a_mark_that_would_be_drawn_across_it() -> None:
    frame = pl.DataFrame(
        {
            "key": ["a", "b", "c"],
            "family": ["stock"] * 3,
            "amount": [29.0, 6.0, 5.0],
            "median": [40.0, 7.0, 2.0],
            "amount_low": [None] * 3,
            "amount_high": [None] * 3,
        }
    )
    figure = charts.pareto(frame, charts.LIGHT, "n", ["A", "B", "C"], ["29", "6", "5"], ["x", "y", "z"])
    assert list(figure.data[2].x) == [29.0, 7.0, 5.0]


def test_the_figure_of_a_bar_stands_beyond_its_interval() -> None:
    frame = pl.DataFrame(
        {
            "key": ["a"],
            "family": ["stock"],
            "amount": [30.0],
            "median": [10.0],
            "amount_low": [25.0],
            "amount_high": [37.0],
        }
    )
    bars, _, figures = charts.pareto(frame, charts.LIGHT, "n", ["A"], ["30"], ["x"]).data
    assert (list(bars.error_x.arrayminus), list(bars.error_x.array)) == ([5.0], [7.0])
    assert list(figures.x) == [37.0]


def test_an_incomplete_week_is_hollow_and_an_unknown_one_is_a_gap() -> None:
    frame = pl.DataFrame(
        {"period_start_date": WEEKS, "amount": [1.0, None, 2.0], "is_complete": [True, True, False]}
    )
    (line,) = charts.line(frame, charts.LIGHT, "rate", ["a", "b", "c"], middle=1.5).data
    assert list(line.marker.color) == [charts.LIGHT.accent, charts.LIGHT.accent, charts.LIGHT.ground]
    assert list(line.y) == [1.0, None, 2.0]
    assert line.connectgaps is None


def test_groups_are_stacked_in_a_fixed_order_young_parts_are_hatched_and_incomplete_ones_hollow() -> None:
    frame = pl.DataFrame(
        {
            "period_start_date": WEEKS * 2,
            "group": ["transport"] * 3 + ["product"] * 3,
            "title": ["Transport"] * 3 + ["Produit"] * 3,
            "family": ["transport"] * 3 + ["product"] * 3,
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "is_complete": [True, True, False] * 2,
            "is_mature": [True, False, False] * 2,
        }
    )
    figure = charts.by_group(frame, charts.DARK, "n", list("abcdef"), stacked=True)
    assert [trace.name for trace in figure.data] == ["Produit", "Transport"]
    bars = figure.data[0].marker
    assert list(bars.pattern.shape) == ["", "/", ""]
    assert list(bars.color)[1:] == [charts.FAMILY_COLOURS["product"], "rgba(0,0,0,0)"]
    assert list(bars.line.width) == [0, 0, 1.5]
    assert list(figure.data[1].customdata[1]) == ["transport", "2026-11-02"]
    assert figure.layout.barmode == "stack"


def test_two_causes_of_one_family_have_its_colour_and_a_dash_of_their_own() -> None:
    frame = pl.DataFrame(
        {
            "period_start_date": [WEEKS[0]] * 2,
            "group": ["lost", "late"],
            "title": ["Lost", "Late"],
            "family": ["transport"] * 2,
            "amount": [1.0, 2.0],
            "is_complete": [True] * 2,
        }
    )
    lines = charts.by_group(frame, charts.LIGHT, "n", ["a", "b"], stacked=False).data
    assert {line.line.color for line in lines} == {charts.FAMILY_COLOURS["transport"]}
    assert len({line.line.dash for line in lines}) == 2


def test_markup_in_names_is_text_in_labels_hovers_and_legends() -> None:
    hostile = "<b>x</b><img src=x onerror=alert(1)>"
    frame = pl.DataFrame(
        {
            "key": ["k"],
            "family": ["stock"],
            "amount": [1.0],
            "median": [None],
            "amount_low": [None],
            "amount_high": [None],
        }
    )
    figure = charts.pareto(frame, charts.LIGHT, "n", [hostile], [hostile], [hostile])
    spec = json.loads(figure.to_json())
    assert "<" not in json.dumps(
        [spec["data"][2]["text"], spec["data"][0]["hovertext"], spec["layout"]["yaxis"]["ticktext"]]
    )


def test_figures_carry_no_template_so_that_they_stay_small() -> None:
    frame = pl.DataFrame({"period_start_date": WEEKS, "amount": [1.0, 2.0, 3.0], "is_complete": [True] * 3})
    assert len(charts.line(frame, charts.LIGHT, "rate", ["a", "b", "c"]).to_json()) < 2500


def rgb(colour: str) -> tuple[float, float, float]:
    """Linear light of a hex colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b


def luminance(colour: str) -> float:
    r, g, b = rgb(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("ground", [charts.LIGHT.ground, charts.DARK.ground])
@pytest.mark.parametrize("family", charts.FAMILY_COLOURS)
def test_family_colours_stand_out_on_both_grounds(family: str, ground: str) -> None:
    one, other = sorted((luminance(charts.FAMILY_COLOURS[family]), luminance(ground)), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= 3.0


# Machado, Oliveira, Fernandes 2009, full severity: what linear light becomes for each kind of colour blindness
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritan": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def lab(colour: str, kind: str) -> tuple[float, float, float]:
    """OKLab of a colour as that eye sees it."""
    light = rgb(colour)
    r, g, b = (min(max(sum(m * c for m, c in zip(row, light, strict=True)), 0), 1) for row in BLINDNESS[kind])
    long = (0.4122 * r + 0.5363 * g + 0.0514 * b) ** (1 / 3)
    middle = (0.2119 * r + 0.6807 * g + 0.1074 * b) ** (1 / 3)
    short = (0.0883 * r + 0.2817 * g + 0.6300 * b) ** (1 / 3)
    return (
        0.2105 * long + 0.7936 * middle - 0.0041 * short,
        1.9780 * long - 2.4286 * middle + 0.4506 * short,
        0.0259 * long + 0.7828 * middle - 0.8087 * short,
    )


@pytest.mark.parametrize("kind", BLINDNESS)
def test_no_two_families_look_alike_to_any_common_eye(kind: str) -> None:
    near = [
        (one, other, round(apart, 3))
        for one, other in itertools.combinations(charts.FAMILY_COLOURS, 2)
        if (
            apart := sum(
                (a - b) ** 2
                for a, b in zip(
                    lab(charts.FAMILY_COLOURS[one], kind),
                    lab(charts.FAMILY_COLOURS[other], kind),
                    strict=True,
                )
            )
            ** 0.5
        )
        < 0.05
    ]
    assert near == []


@pytest.mark.parametrize(("weeks", "step"), [(3, 1), (13, 2), (20, 3), (26, None)])
def test_marks_of_few_weeks_stand_on_their_mondays(weeks: int, step: int | None) -> None:
    mondays = [date(2026, 8, 24) + timedelta(weeks=n) for n in range(weeks)]
    frame = pl.DataFrame(
        {"period_start_date": mondays, "amount": [1.0] * weeks, "is_complete": [True] * weeks}
    )
    axis = charts.line(frame, charts.LIGHT, "incidents", ["x"] * weeks).layout.xaxis
    assert axis.dtick == (None if step is None else step * 7 * 24 * 3600 * 1000)
    assert axis.tick0 == (None if step is None else "2026-08-24")
