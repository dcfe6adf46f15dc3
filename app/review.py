"""The parts of the weekly review: tiles, the finding in a sentence, the issues to treat first, Pareto and trend."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt
from typing import Any

import polars as pl

from app import carrier_money, db, empty, formats, kpis, limits, names, navigation, report, returns
from app.frame import Page
from app.i18n import known, md, t
from app.navigation import Target

LISTED_ISSUES = 7
NOTABLE = 0.1  # nearer than this to the usual count is never said to be above or below it

#: the tiles in reading order, with what their cases are narrowed to; None: its rows are no incidents
TILES: dict[str, dict[str, str] | None] = {
    "kpi_incident_rate": {},
    "kpi_cost_rate": {},
    "kpi_seller_cancellation_rate": None,
    "kpi_received_not_refunded": None,
    "kpi_carrier_error_rate": {"party": "carrier"},
    "kpi_unknown_cause_share": {"cause": "unknown"},
}


#: tiles whose rows are no incidents, and the page that has them
PAGES = {
    "kpi_received_not_refunded": "returns",
    "kpi_seller_cancellation_rate": "cancellations",
    "kpi_carrier_error_rate": "claims",
}
#: of them, those whose figures stand at the end of the data, whatever the period
LASTING = {"claims"}


def title(page: Page) -> str:
    """The page's title with the week or the days it is about."""
    start, until = page.filters.start, page.filters.until
    if not (start and until):
        return t("weekly_review.title_period", days=t("period.all"))
    days = formats.span(start, until, page.lang)
    if until - start == timedelta(weeks=1) and start.weekday() == 0:
        return t("weekly_review.title_week", week=str(start.isocalendar().week), days=days)
    return t("weekly_review.title_period", days=days)


def tiles(page: Page) -> None:
    """One tile a KPI that the store knows, in a fixed order."""
    report.tiles(every_tile(page), key="tiles")


def every_tile(page: Page) -> list[report.Tile]:
    """What the tiles say, in their order."""
    return [tile(page, view, narrowed) for view, narrowed in TILES.items() if db.has(view)]


def tile(page: Page, view: str, narrowed: dict[str, str] | None) -> report.Tile:
    """The tile of one KPI; without a figure it says what is missing."""
    filters, lang = page.filters, page.lang
    rows = db.query(view, filters.without_period())
    figure = kpis.figure(rows, filters.start, filters.until)
    if figure is None or figure.value is None:
        return _unknown(view)
    to_come = _to_come(page, figure.title)
    held = None if to_come else limits.of_week(rows, filters.start, filters.until)
    difference = None if figure.prior is None or to_come else figure.value - figure.prior
    change = "" if difference is None else kpis.changed(difference, figure.unit, lang, page.currency)
    usual = t("weekly_review.usual", value=kpis.written(figure.usual, figure.unit, lang, page.currency))
    return report.Tile(
        label=t(f"kpi.{figure.title}.short"),
        value=kpis.written(figure.value, figure.unit, lang, page.currency) + _corrected(page, view),
        change=change,
        tone=kpis.tone(difference, change, figure.better),
        against=to_come or (t("weekly_review.than_before") if change else ""),
        usual=usual if figure.usual is not None else "",
        note=_money_note(page, view)
        or t(f"kpi.{figure.title}.n", numerator=figure.numerator, denominator=figure.denominator),
        spark=figure.weeks,
        target=_target(page, view, narrowed),
        limits=_limits(page, figure.unit, held),
        hint=_hint(page, figure),
    )


def _limits(page: Page, unit: str, held: limits.Held | None) -> str:
    """Whether the week lies within its control limits; nothing where that cannot be told."""
    if held is None:
        return ""
    low, high = (kpis.written(value, unit, page.lang, page.currency) for value in (held.low, held.high))
    return t(f"limits.tile_{held.name}", low=low, high=high)


def _hint(page: Page, figure: kpis.Figure) -> str:
    """The interval of the figure; nothing for money."""
    ends = kpis.interval(figure)
    if ends is None:
        return ""
    low, high = (kpis.written(value, figure.unit, page.lang, page.currency) for value in ends)
    return t("limits.interval_of", low=low, high=high)


def _target(page: Page, view: str, narrowed: dict[str, str] | None) -> Target | None:
    if view in PAGES:
        params = page.filters.pinned().params()
        if PAGES[view] in LASTING:
            params = {name: values for name, values in params.items() if name not in ("from", "to", "period")}
        return Target(PAGES[view], params)
    return None if narrowed is None else navigation.cases(page.filters, **narrowed)


def _money_note(page: Page, view: str) -> str:
    """What money hangs on it; empty where none is known to."""
    notes = {"returns": returns.owed_note, "claims": carrier_money.recoverable_note}
    say = notes.get(PAGES.get(view, ""))
    return say(page) if say else ""


def _corrected(page: Page, view: str) -> str:
    """Behind what labels declare, what it is once facts correct them; nothing for other tiles."""
    if view != "kpi_seller_cancellation_rate":
        return ""
    rows = db.query("kpi_corrected_cancellation_rate", page.filters.without_period())
    figure = kpis.figure(rows, page.filters.start, page.filters.until)
    if figure is None or figure.value is None:
        return ""
    return f" → {kpis.written(figure.value, figure.unit, page.lang, page.currency)}"


def _unknown(view: str) -> report.Tile:
    name = view.removeprefix("kpi_")
    return report.Tile(
        label=t(f"kpi.{name}.short"),
        value=formats.UNKNOWN,
        change="",
        tone="even",
        against=t(f"kpi.{name}.why"),
        usual="",
        note="",
        spark=[],
        target=None,
    )


def _to_come(page: Page, name: str) -> str:
    """Why a tile of recent days says nothing yet about better or worse; empty when it does."""
    if not page.is_recent():
        return ""
    if known(f"kpi.{name}.to_come"):
        return t(f"kpi.{name}.to_come")
    return t("frame.so_far") if page.filters.basis == "order" else ""


def sentence(page: Page, pareto: pl.DataFrame) -> str:
    """The finding of the period in a line or two of Markdown; what comes from data is made harmless."""
    filters = page.filters
    weekly = db.query("kpi_incident_rate", filters.without_period())
    found = kpis.figure(weekly, filters.start, filters.until)
    if pareto.is_empty():
        return t("weekly_review.sentence_none")
    if found is None or found.value is None:
        text = t("weekly_review.sentence_counts", n=int(pareto["incident_count"].sum()))
    elif found.usual is None:
        text = _sentence("plain", page, found)
    elif page.filters.basis == "order" and page.is_recent():
        return _sentence("to_come", page, found)
    elif (held := limits.of_week(weekly, filters.start, filters.until)) is not None:
        text = _sentence(f"limits_{held.name}", page, found, held)
        if held.is_after_sales and filters.basis == "event":
            text = f"{text} {t('limits.after_sales')}"
    else:
        text = _sentence(_direction(found.numerator, found.usual * found.denominator), page, found)
    rise = strongest_rise(page, pareto)
    return f"{text} {rise}" if rise else text


def _direction(n: int, expected: float) -> str:
    """Whether a count is above or below what is usual, by more than counts of that size vary on their own."""
    margin = max(NOTABLE * expected, 2 * sqrt(expected))
    return "above" if n > expected + margin else "below" if n < expected - margin else "as_usual"


def _sentence(name: str, page: Page, found: kpis.Figure, held: limits.Held | None = None) -> str:
    ends = {} if held is None else {"low": held.low, "high": held.high}
    return t(
        f"weekly_review.sentence_{name}",
        **{end: formats.per_mille(value, page.lang) for end, value in ends.items()},
        rate=formats.per_mille(found.value, page.lang),
        usual=formats.per_mille(found.usual, page.lang),
        n=found.numerator,
        orders=found.denominator,
    )


def strongest_rise(page: Page, pareto: pl.DataFrame) -> str:
    """The cause that is furthest above its usual count, if any is by two incidents or more."""
    if page.filters.start is None:
        return ""  # all of the time has no usual week to be held against
    usual = pl.col("median_13_week_count") * weeks(page)
    # that the unknown rose tells nothing to treat
    told = pareto.filter(~pl.col("cause").is_in(["unknown", "other"]))
    rising = told.drop_nulls("median_13_week_count").with_columns(
        usual=usual, more=pl.col("incident_count") - usual
    )
    if rising.is_empty():
        return ""
    top = rising.sort("more", "cause", descending=[True, False]).row(0, named=True)
    if top["more"] < 2:
        return ""
    return t(
        "weekly_review.sentence_cause",
        cause=md(names.cause(top["cause"])),
        n=top["incident_count"],
        usual=formats.number(top["usual"], page.lang, 0),
    )


def weeks(page: Page) -> float:
    """How many weeks the period has: medians are for one."""
    start, until = page.filters.start, page.filters.until
    return (until - start).days / 7 if start and until else 1.0


def issues(page: Page) -> None:
    """The recurring issues that cost most, at most seven."""
    found = issue_rows(page)
    if found:
        report.rows(found, key="issues")
    else:
        empty.section("empty.issues")


def issue_rows(page: Page) -> list[report.Row]:
    """A line each; none where nothing came back."""
    found = db.query("recurring_issues", page.filters.variables())
    top = found.sort("cost_cents", "incident_count", descending=True, nulls_last=True).head(LISTED_ISSUES)
    return [_issue(page, rank, issue) for rank, issue in enumerate(top.iter_rows(named=True), 1)]


def _issue(page: Page, rank: int, issue: dict[str, Any]) -> report.Row:
    kind = names.code("place_kind", issue["place_kind"])
    place = names.of(issue["place_kind"], issue["place"])
    detail = [t("weekly_review.issue_weeks", n=issue["weeks_present_count"], count=issue["incident_count"])]
    if issue["rate"] and issue["rest_rate"] and issue["rate"] > issue["rest_rate"]:
        ratio = formats.number(issue["rate"] / issue["rest_rate"], page.lang, 1)
        detail.append(t("weekly_review.issue_ratio", ratio=ratio))
    detail.append(t("weekly_review.issue_since", day=formats.day(issue["first_seen_date"], page.lang)))
    return report.Row(
        rank=str(rank),
        title=f"{names.cause(issue['cause'])} · {t('weekly_review.place', kind=kind, place=place)}",
        detail=" · ".join(detail),
        figure=formats.money(issue["cost_cents"], page.currency, page.lang, 0),
        badge=names.code("party", issue["party"]),
        target=issue_cases(page, issue),
    )


def issue_cases(page: Page, issue: dict[str, Any]) -> Target:
    """The cases of one recurring issue, over the 13 weeks it is counted in."""
    end = page.filters.until or page.as_of + timedelta(days=1)
    recent = page.filters.during(end - timedelta(weeks=13), end)
    place = {issue["place_kind"]: issue["place"]} if issue["place_kind"] in navigation.PLACES else {}
    return navigation.cases(recent, cause=issue["cause"], **place)
