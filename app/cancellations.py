"""Cancellations: labels against facts, the seller's rate with and without them, limits, and the procedure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from app import bars, charts_limits, db, empty, formats, limits, names, plots, tables
from app.exports import Column
from app.filters import Filters
from app.frame import Page
from app.i18n import md, t
from app.measures import period_name
from app.navigation import Target

VERDICTS = ("contradicted", "undetermined", "confirmed")
LABELS = ("customer", "seller", "marketplace", "payment", "unknown")
EVERY = "all"  # the choice of cases that leaves none out


def nothing() -> None:
    """No cancellation: which file would tell of any."""
    empty.section("cancellations.empty")


def counts(labels: pl.DataFrame) -> dict[str, int]:
    """How many labels that name the customer have each verdict."""
    told = dict(labels.drop_nulls("verdict").select("verdict", "cancellation_count").iter_rows())
    return {verdict: told.get(verdict, 0) for verdict in VERDICTS}


def sentence(page: Page, labels: pl.DataFrame) -> str:
    """The finding in words: labels contradicted, and the seller's rate with and without them."""
    n, lang = counts(labels), page.lang
    decided = n["contradicted"] + n["confirmed"]
    if decided:
        first = t("cancellations.found", n=n["contradicted"], decided=decided, open=n["undetermined"])
    elif n["undetermined"]:
        first = t("cancellations.found_open", n=n["undetermined"])
    else:
        first = t("cancellations.found_none")
    told = db.query("cancellation_summary", page.filters.variables()).row(0, named=True)
    orders = told["order_count"]
    if not orders:
        return f"{first} {t('cancellations.no_orders')}"
    second = t(
        "cancellations.rates",
        declared=formats.percent(told["declared_count"] / orders, lang, 2),
        corrected=formats.percent(told["corrected_count"] / orders, lang, 2),
        n_declared=told["declared_count"],
        n_corrected=told["corrected_count"],
        orders=orders,
    )
    not_known = [
        t(f"cancellations.{name}", n=told[f"{name}_count"])
        for name in ("unlabelled", "without_order")
        if told[f"{name}_count"]
    ]
    return " ".join([first, second, *not_known])


def verdict_chart(page: Page, labels: pl.DataFrame) -> None:
    """From the label to the verdict: one bar a label, that of the customer parted by what facts say."""
    ink = plots.ink()
    shown = [name for name in LABELS if name in labels["declared"]]
    count = {(d, v): n for d, v, n in labels.select("declared", "verdict", "cancellation_count").iter_rows()}
    colours: dict[str | None, str] = {
        "contradicted": ink.accent,
        "undetermined": bars.HOLLOW,
        "confirmed": ink.quiet,
        None: ink.line,
    }
    of = [
        bars.Part(
            t(f"cancellations.verdict.{verdict or 'none'}"),
            colour,
            [count.get((name, verdict), 0) for name in shown],
            [
                t(
                    "cancellations.label_hover",
                    label=t(f"cancellations.label.{name}"),
                    verdict=t(f"cancellations.verdict.{verdict or 'none'}"),
                    n=count.get((name, verdict), 0),
                )
                for name in shown
            ],
            [[name, verdict] for name in shown],
        )
        for verdict, colour in colours.items()
        if any(count.get((name, verdict)) for name in shown)
    ]
    ends = [formats.number(sum(part.amounts[i] for part in of), page.lang, 0) for i in range(len(shown))]
    st.subheader(t("cancellations.labels"), anchor=False)
    figure = bars.parts(
        [t(f"cancellations.label.{name}") for name in shown], of, ends, ink, t("cancellations.axis")
    )

    def leads_to(data: Any) -> Target | None:
        return here(page, data[1] or EVERY) if data else None

    n = counts(labels)
    alt = t("cancellations.labels_alt", **n)
    plots.show(figure, "cancellation_labels", alt, leads_to)
    told = labels.with_columns(
        label=_said(labels, "declared", "label"), verdict_name=_said(labels, "verdict", "verdict")
    )
    columns = [
        Column("label", t("cancellations.column.label")),
        Column("verdict_name", t("cancellations.column.verdict")),
        Column("cancellation_count", t("cancellations.column.cancellations"), "count"),
        Column("order_count", t("column.orders"), "count"),
        Column("amount_cents", t("column.amount"), "money"),
        *(
            Column(f"{name}_count", t(f"cancellations.column.{name}"), "count")
            for name in ("request", "no_stock", "abnormal_price", "burst", "denied")
        ),
    ]
    tables.show(told, columns, "cancellation_labels_table", alt, page.currency)


def rate_chart(page: Page) -> None:
    """The seller's rate of cancellation week by week: as labels declare it, and corrected."""
    st.subheader(t("cancellations.rate"), anchor=False)
    rows = _rates(page.filters)
    if rows.is_empty():
        empty.section("cancellations.no_orders")
        return
    ink = plots.ink()

    def hovers(name: str) -> list[str]:
        return [
            t(
                "cancellations.rate_hover",
                days=period_name(row["week_start_date"], "week", page.lang),
                name=t(f"cancellations.{name}"),
                value=formats.percent(row[name] / 100, page.lang, 2),
                n=row[f"{name}_count"],
                orders=row["order_count"],
            )
            for row in rows.iter_rows(named=True)
        ]

    of = [
        bars.Course(t(f"cancellations.{name}"), colour, dash, rows[name].to_list(), hovers(name))
        for name, colour, dash in (("corrected", ink.accent, "solid"), ("declared", ink.quiet, "dot"))
    ]
    figure = bars.courses(
        rows["week_start_date"].to_list(),
        rows["is_complete"].to_list(),
        of,
        ink,
        t("cancellations.rate_axis"),
    )

    def leads_to(day: Any) -> Target | None:
        week = rows.filter(pl.col("week_start_date").cast(pl.String) == str(day))["week_start_date"]
        return here(page, EVERY, week[0]) if week.len() else None

    weekly = limits.by_week(page)
    earlier = limits.before(weekly.filters)
    past = None if earlier is None else limits.newest(_rates(earlier))
    told = limits.of_rate(weekly, rows, past, "order_count", 100.0)
    drawn = told.rows.with_columns(amount=pl.col("corrected"))
    keys = [day.isoformat() for day in drawn["period_start_date"]]
    charts_limits.add(figure, drawn, ink, keys, hovers("corrected"))
    alt = t("cancellations.rate_alt")
    plots.show(figure, "cancellation_rates", alt, leads_to)
    limits.caption(weekly, told)
    columns = [
        Column("week_start_date", t("column.week"), "date"),
        Column("order_count", t("column.orders"), "count"),
        *(
            Column(f"{name}_count", t(f"cancellations.{name}"), "count")
            for name in ("declared", "corrected", "undetermined")
        ),
    ]
    tables.show(
        rows.sort("week_start_date", descending=True), columns, "cancellation_rate_table", alt, height=166
    )


def _rates(filters: Filters) -> pl.DataFrame:
    """The weeks with orders, in percent; what limits count is the corrected figure."""
    rows = db.query("cancellation_rates", filters.variables()).filter(pl.col("order_count") > 0)
    return rows.with_columns(
        period_start_date=pl.col("week_start_date"),
        incident_count=pl.col("corrected_count"),
        declared=pl.col("declared_count") / pl.col("order_count") * 100,
        corrected=pl.col("corrected_count") / pl.col("order_count") * 100,
    ).sort("week_start_date")


def headroom(page: Page) -> None:
    """Orders that may still be cancelled before each marketplace's limit: what the page on marketplaces says of it."""
    health = db.query("marketplace_health", page.filters.variables())
    found = health.filter((pl.col("metric") == "seller_cancellation") & pl.col("limit_share").is_not_null())
    st.subheader(t("cancellations.headroom"), anchor=False)
    if found.is_empty():
        empty.section("cancellations.headroom_none")
        return
    columns = [
        Column("channel_name", t("column.channel")),
        Column("start_date", t("cancellations.column.from"), "date"),
        Column("denominator", t("column.orders"), "count"),
        Column("share", t("cancellations.declared"), "percent"),
        Column("corrected_share", t("cancellations.corrected"), "percent"),
        Column("limit_share", t("cancellations.column.limit"), "percent"),
        Column("headroom", t("cancellations.column.declared_headroom"), "count"),
        Column("corrected_headroom", t("cancellations.column.corrected_headroom"), "count"),
        Column("rule_source", t("column.source")),
    ]
    shown = found.with_columns(channel_name=names.column(found, "channel", "channel")).sort(
        "corrected_headroom", "channel", nulls_last=True
    )
    tables.show(shown, columns, "cancellation_headroom", t("cancellations.headroom"))
    st.caption(t("cancellations.headroom_note"))


def procedure(page: Page) -> None:
    """What was done before the seller cancelled, one bar a step: done, not done, not told by any tool."""
    found = db.query("cancellation_procedure", page.filters.variables())
    found = found.filter(pl.col("cancellation_count") > 0)
    st.subheader(t("cancellations.procedure"), anchor=False)
    if found.is_empty():
        empty.section("cancellations.procedure_none")
        return
    ink = plots.ink()
    steps = [t(f"cancellations.step.{step}") for step in found["step"]]
    of = [
        bars.Part(
            t(f"cancellations.{name}"),
            colour,
            found[f"{name}_count"].to_list(),
            [
                t("cancellations.step_hover", step=step, state=t(f"cancellations.{name}"), n=n, of=whole)
                for step, n, whole in zip(
                    steps, found[f"{name}_count"], found["cancellation_count"], strict=True
                )
            ],
            steps,
        )
        for name, colour in (("done", ink.accent), ("missing", ink.line), ("unknown", bars.HOLLOW))
    ]
    # of those of which a tool tells; where none does, nothing is known
    ends = [
        t("cancellations.of", n=done, of=done + missing) if done + missing else formats.UNKNOWN
        for done, missing in found.select("done_count", "missing_count").iter_rows()
    ]
    alt = t("cancellations.procedure_alt")
    plots.show(
        bars.parts(steps, of, ends, ink, t("cancellations.axis")),
        "cancellation_procedure",
        alt,
        lambda _: here(page, EVERY),
    )
    columns = [
        Column("step_name", t("cancellations.column.step")),
        Column("cancellation_count", t("cancellations.column.base"), "count"),
        *(
            Column(f"{name}_count", t(f"cancellations.{name}"), "count")
            for name in ("done", "missing", "unknown")
        ),
    ]
    tables.show(
        found.with_columns(step_name=pl.Series(steps, dtype=pl.String)),
        columns,
        "cancellation_procedure_table",
        alt,
    )
    told = db.query("cancellation_summary", page.filters.variables()).row(0, named=True)
    if told["needless_order_count"]:
        amount = formats.money(told["needless_cents"], page.currency, page.lang, 0)
        st.markdown(t("cancellations.needless", n=told["needless_order_count"], amount=md(amount)))
    st.caption(t("cancellations.procedure_note"))


def here(page: Page, verdict: str, week: Any = None) -> Target:
    """This page with the cases of one verdict, of one week if it is given."""
    filters = page.filters.during(week, week + timedelta(weeks=1)) if week else page.filters
    return Target("cancellations", {**filters.pinned().params(), "verdict": [verdict]})


def _said(frame: pl.DataFrame, name: str, group: str) -> pl.Expr:
    codes = frame[name].drop_nulls().unique().to_list()
    return pl.col(name).replace({code: t(f"cancellations.{group}.{code}") for code in codes})
