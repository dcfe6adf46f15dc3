"""An action's weeks: the rate before and after it, the levels that are compared, and the rate elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from app import charts, deciding, formats, marks
from app.charts import Ink
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.marks import Mark
from app.measures import period_name
from pipelines.actions import Found

_WEEK = timedelta(weeks=1)
COUNTED = ("before", "after")


def rows(chosen: Found) -> pl.DataFrame:
    """The weeks with what is drawn: incidents for 1,000, or incidents where no orders are known; null without any."""
    scale = _scale(chosen)

    def rate(incidents: str, exposure: str) -> pl.Expr:
        known = pl.col(exposure) * pl.col("reported_share")
        return pl.when(known > 0).then(scale * pl.col(incidents) / known)

    return chosen.weeks.with_columns(
        amount=rate("incident_count", "exposure_count"),
        elsewhere=rate("else_incident_count", "else_exposure_count"),
        phase_name=pl.col("phase").replace_strict(
            {
                name: t(f"actions.phase_{name or 'none'}")
                for name in ("", "before", "trigger", "after", "later")
            },
            return_dtype=pl.String,
        ),
    )


def its_marks(chosen: Found) -> list[Mark]:
    """What else happened in its weeks and is about the same: the action itself, its end, other actions, notes."""
    days = chosen.weeks["week_start_date"].to_list()
    if not days:
        return []
    last = days[-1] + timedelta(days=6)
    made = marks.found(deciding.store(), chosen.action.scope, days[0], last)
    end = chosen.effect["end_date"]
    ended = [Mark(end, None, "end", chosen.action.done)] if end is not None and days[0] <= end <= last else []
    return sorted([*made, *ended], key=lambda mark: mark.day)


def meanwhile(chosen: Found, made: Sequence[Mark]) -> int:
    """How many other marks lie in the weeks that are compared: the effect may be associated with them as well."""
    compared = chosen.weeks.filter(pl.col("phase").is_in(COUNTED))["week_start_date"].to_list()
    own = (marks.ACTION, chosen.effect["start_date"], chosen.action.done)
    return sum(
        (mark.kind, mark.day, mark.text) != own
        and mark.kind != "end"
        and (mark.until or mark.day) >= compared[0]
        and mark.day <= compared[-1] + timedelta(days=6)
        for mark in (made if compared else ())
    )


def before_after(page: Page, chosen: Found, made: Sequence[Mark], ink: Ink) -> go.Figure:
    """Rate by week with its marks; weeks that are not compared are hollow; a step for each level."""
    weeks = rows(chosen)
    days = weeks["week_start_date"].to_list()
    counted = [phase in COUNTED for phase in weeks["phase"]]
    traces: list[go.Scatter] = []
    if weeks["elsewhere"].drop_nulls().len():
        traces.append(
            go.Scatter(
                x=days, y=weeks["elsewhere"].to_list(), mode="lines", name=t("actions.there"),
                line={"color": ink.quiet, "width": 1.2, "dash": "dot"}, hoverinfo="skip",
            )
        )  # fmt: skip
    traces.append(
        go.Scatter(
            x=days,
            y=weeks["amount"].to_list(),
            mode="lines+markers",
            cliponaxis=False,
            name=t("actions.here"),
            line={"color": ink.accent, "width": 1.6},
            marker={
                "size": 7,
                "color": [ink.accent if is_counted else ink.ground for is_counted in counted],
                "line": {"width": 1.4, "color": ink.accent},
            },
            customdata=[day.isoformat() for day in days],
            hovertext=[charts.plain(_hover(page, row)) for row in weeks.iter_rows(named=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure = charts.blank([*traces, *_levels(weeks, _scale(chosen), ink)], ink, height=270)
    charts.over_time(figure)
    figure.update_xaxes(ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # room for points at nought
    unit = "actions.axis_rate" if chosen.effect["exposure_kind"] is not None else "actions.axis_count"
    figure.update_yaxes(title={"text": t(unit)}, rangemode="tozero")
    if days:
        marks.draw(figure, made[-marks.MOST :], days[0], days[-1], _WEEK, ink)
    return figure


def _scale(chosen: Found) -> float:
    return 1000.0 if chosen.effect["exposure_kind"] is not None else 1.0


def _levels(weeks: pl.DataFrame, scale: float, ink: Ink) -> list[go.Scatter]:
    """The level of the weeks before and of those after, each over its own weeks."""
    drawn = []
    for phase in COUNTED:
        part = weeks.filter(pl.col("phase") == phase)
        exposure = (part["exposure_count"] * part["reported_share"]).sum()
        if not part.height or not exposure:
            continue
        level = scale * float(part["incident_count"].sum()) / float(exposure)
        first, last = part["week_start_date"].min(), part["week_start_date"].max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        half = timedelta(days=3)
        drawn.append(
            go.Scatter(
                x=[(first - half).isoformat(), (last + half).isoformat()], y=[level, level], mode="lines",
                line={"color": ink.text, "width": 2.5}, hoverinfo="skip", meta=phase,
            )
        )  # fmt: skip
    return drawn


def _hover(page: Page, row: dict[str, object]) -> str:
    day = row["week_start_date"]
    assert isinstance(day, date)
    exposure = row["exposure_count"]
    text = t(
        "actions.hover",
        days=period_name(day, "week", page.lang),
        n=int(str(row["incident_count"])),
        exposure=formats.number(float(str(exposure)), page.lang, 0),
        phase=str(row["phase_name"]),
    )
    share = float(str(row["reported_share"]))
    return (
        text if share >= 0.995 else f"{text} {t('actions.reported', share=formats.percent(share, page.lang))}"
    )


def legend(chosen: Found) -> str:
    """What lines and marks of the chart mean."""
    parts = [t("actions.legend")]
    if chosen.weeks["else_exposure_count"].drop_nulls().len():
        parts.append(t("actions.legend_elsewhere"))
    return " ".join(parts)


def columns(chosen: Found) -> Sequence[Column]:
    """The file of an action's weeks."""
    shown = [
        Column("week_start_date", t("column.week"), "date"),
        Column("incident_count", t("column.incidents"), "count"),
        Column("exposure_count", t("column.exposure"), "count"),
        Column("reported_share", t("actions.reported_share"), "percent"),
        Column("phase", t("actions.phase")),
    ]
    if chosen.weeks["else_exposure_count"].drop_nulls().len():
        shown += [
            Column("else_incident_count", t("actions.else_incidents"), "count"),
            Column("else_exposure_count", t("actions.else_exposure"), "count"),
        ]
    return shown
