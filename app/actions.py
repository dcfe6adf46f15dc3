"""The register of corrective actions: what became of each, and the one looked at with its weeks before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import (
    action_chart,
    action_form,
    action_words,
    db,
    deciding,
    empty,
    formats,
    history,
    marks,
    navigation,
    plots,
    report,
    tables,
)
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target
from pipelines import actions, scopes
from pipelines.actions import Action, Found
from pipelines.store import StoreError

REVIEWED = 5  # in the weekly review, at most
#: the order of the register: what asks for something first
ORDER = ("back", "worse", "not_shown", "too_early", "effective")


def found(page: Page) -> list[Found]:
    """Every action that is about anything the filters keep, with what became of it, the pressing ones first.

    What was written since the last load is worked out here; the rest was found at the load.
    """
    kept: dict[tuple[str, int], dict[str, Any]] = {}
    if db.has("action_effects"):
        for row in db.query("action_effects").iter_rows(named=True):
            kept[row["item"], row["version"]] = row
    made = [
        _found(item, version, action, kept.get((item, version)))
        for item, (version, action) in actions.current(deciding.store()).items()
        if scopes.meet(action.scope, page.filters.choices)
    ]
    made.sort(key=lambda one: one.action.start, reverse=True)
    return sorted(made, key=lambda one: ORDER.index(action_words.state(one.effect)))


def _found(item: str, version: int, action: Action, kept: dict[str, Any] | None) -> Found:
    if kept is None:
        return actions.found(item, version, action, db.query)
    weeks = db.query("action_weeks", only={"item": item}).sort("week_start_date")
    return Found(item, version, action, kept, weeks)


def draw(page: Page) -> None:
    """The sentence, the register, the action looked at, the form of a new one."""
    history.said()
    try:
        every = found(page)
    except StoreError as error:
        history.say(error.message)
        history.said()
        st.stop()
    is_asked = "new" in st.query_params  # by a link from a rise, an issue or a thing to do
    if is_asked:
        action_form.new(page, is_open=True)
    st.markdown(sentence(page, every))
    if every:
        register(page, every)
        chosen = _chosen(every)
        st.subheader(md(chosen.action.done), anchor=False)
        one(page, chosen)
        action_form.change(page, chosen)
    else:
        empty.section("actions.none")
    if not is_asked:
        action_form.new(page, is_open=not every)


def sentence(page: Page, every: Sequence[Found]) -> str:
    """How many there are of each verdict, and when the next one is due."""
    if not every:
        return t("actions.sentence_none")
    counts = {name: sum(action_words.state(one.effect) == name for one in every) for name in ORDER}
    said = [t(f"actions.count.{name}", n=n) for name, n in counts.items() if n]
    text = t("actions.sentence", n=len(every), counts=", ".join(said))
    due = [one.effect["known_by"] for one in every if _is_waiting(one) and one.effect["known_by"]]
    return f"{text} {t('actions.next', day=formats.day(min(due), page.lang))}" if due else text


def _is_waiting(one: Found) -> bool:
    return one.effect["verdict"] == "too_early" and one.effect["reason"] == "wait"


def waiting(page: Page) -> list[Found]:
    """Actions whose verdict is awaited, and those whose cause came back: what a weekly review looks at."""
    return [one for one in found(page) if _is_waiting(one) or action_words.state(one.effect) == "back"]


def review(page: Page) -> None:
    """The same as a short list, for the weekly review; nothing where nothing is awaited."""
    lines = review_rows(page)
    if lines:
        st.subheader(t("actions.review"), anchor=False)
        report.rows(lines, key="actions_waiting")


def review_rows(page: Page) -> list[report.Row]:
    """A line each."""
    try:
        awaited = waiting(page)[:REVIEWED]
    except StoreError:
        return []  # the page on actions says why; the review is about more than them
    return [
        report.Row(
            rank=str(rank),
            title=one.action.done,
            detail=" · ".join(
                part
                for part in (
                    action_words.verdict(page, one.effect),
                    action_words.scope_said(one.action.scope),
                    one.action.owner,
                    action_words.effect_said(one.effect, page.lang),
                )
                if part
            ),
            figure=formats.day(one.effect["known_by"], page.lang, with_year=_is_other_year(page, one)),
            badge="",
            target=target(page, one.item),
        )
        for rank, one in enumerate(awaited, 1)
    ]


def _is_other_year(page: Page, one: Found) -> bool:
    """Whether its verdict will be known in a year that is not this one."""
    return one.effect["known_by"] is not None and one.effect["known_by"].year != page.as_of.year


def register(page: Page, every: Sequence[Found]) -> None:
    """The list, each line leading to its action; the file has just these lines."""
    rows = pl.DataFrame(
        [
            {
                "item": one.item,
                "verdict_said": action_words.verdict(page, one.effect),
                "done": one.action.done,
                "scope_said": action_words.scope_said(one.action.scope),
                "owner": one.action.owner or None,
                "start_date": one.effect["start_date"],
                "end_date": one.effect["end_date"],
                "expected": one.effect["expected_change"],
                "effect_said": action_words.effect_said(one.effect, page.lang),
                "known_by": one.effect["known_by"],
                "before_count": one.effect["before_count"],
                "after_count": one.effect["after_count"],
                "change": action_words.change(one.effect["ratio"]),
                "low": action_words.change(one.effect["ratio_low"]),
                "high": action_words.change(one.effect["ratio_high"]),
            }
            for one in every
        ],
        schema_overrides={
            **dict.fromkeys(("owner", "effect_said"), pl.String),
            **dict.fromkeys(("start_date", "end_date", "known_by"), pl.Date),
            **dict.fromkeys(("expected", "change", "low", "high"), pl.Float64),
        },
        infer_schema_length=None,
    )
    columns = [
        Column("verdict_said", t("actions.verdict")),
        Column("done", t("actions.done")),
        Column("scope_said", t("actions.scope")),
        Column("effect_said", t("actions.effect")),
        Column("owner", t("actions.owner")),
        Column("start_date", t("actions.start"), "date"),
        Column("known_by", t("actions.known_by"), "date"),
        Column("expected", t("actions.expected"), "percent"),
        Column("before_count", t("actions.before"), "count"),
        Column("after_count", t("actions.after"), "count"),
        Column("change", t("actions.change"), "percent"),
        Column("low", t("actions.low"), "percent"),
        Column("high", t("actions.high"), "percent"),
        Column("end_date", t("actions.end"), "date"),
    ]
    tables.show(rows, columns, "actions", t("actions.alt"), None, lambda row: target(page, row["item"]))


def target(page: Page, item: str) -> Target:
    """The page with one action looked at."""
    return Target("actions", {**page.filters.params(), "action": [item]})


def _chosen(every: Sequence[Found]) -> Found:
    """The action of the URL, else the most pressing one."""
    asked = st.query_params.get("action")
    return next((one for one in every if one.item == asked), every[0])


def one(page: Page, chosen: Found) -> None:
    """What is known of an action: in words, then week by week."""
    effect = chosen.effect
    parts = [f"**{md(action_words.verdict(page, effect))}**", md(action_words.figures(page, effect))]
    st.markdown(" · ".join(part for part in parts if part != ""))
    facts = [
        action_words.scope_said(chosen.action.scope),
        t("actions.since_start", day=formats.day(effect["start_date"], page.lang)),
    ]
    if chosen.action.owner:
        facts.append(t("actions.owned", owner=chosen.action.owner))
    facts.append(t("actions.hoped", change=formats.percent(effect["expected_change"], page.lang)))
    st.caption(md(" · ".join(facts)))
    if chosen.weeks.height:
        made = action_chart.its_marks(chosen)
        figure = action_chart.before_after(page, chosen, made, plots.ink())
        plots.show(
            figure, f"action_{chosen.item}", t("actions.chart_alt"), lambda day: _week(page, chosen, day)
        )
        marks.legend(page, made)
        lines = [action_chart.legend(chosen), *action_words.caveats(page, effect)]
        others = action_chart.meanwhile(chosen, made)
        if others:
            lines.insert(1, t("actions.overlap", n=others))
        st.caption("  \n".join(md(line) for line in lines))
    with st.container(horizontal=True, vertical_alignment="center"):
        tables.download(
            lambda: chosen.weeks, action_chart.columns(chosen), f"action_{chosen.item}", chosen.weeks.height
        )
        st.button(
            t("actions.cases"),
            key=f"cases_{chosen.item}",
            type="tertiary",
            on_click=navigation.go,
            args=(_cases(page, chosen, effect["start_date"], page.as_of + timedelta(days=1)),),
        )


def _cases(page: Page, chosen: Found, first: date, until: date) -> Target:
    """The cases of an action's scope in some days, which are those of the event or of the order as its weeks are."""
    choices = {name: tuple(values) for name, values in chosen.action.scope.items()}
    filters = replace(page.filters, choices=choices, basis=str(chosen.effect["date_basis"]))
    return navigation.cases(filters.during(first, until))


def _week(page: Page, chosen: Found, day: Any) -> Target | None:
    """The cases of one week of the chart."""
    if day is None:
        return None
    monday = date.fromisoformat(str(day))
    return _cases(page, chosen, monday, monday + timedelta(weeks=1))
