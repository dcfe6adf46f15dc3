"""Errors of warehouses and 3PLs against the agreed level, articles taken for one another, orders that left late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from analysis.funnel import interval
from analysis.intervals import with_share
from app import charts_limits, db, empty, formats, limits, names, navigation, plots, quality_charts, tables
from app.exports import Column
from app.filters import Filters
from app.frame import Page
from app.i18n import md, t
from app.measures import period_cases, period_name
from app.navigation import Target

MILLE = 1000


def count(errors: pl.DataFrame) -> str:
    """How many incidents the page is about, for the grey line."""
    return t("logistics.n", n=int(errors.filter(pl.col("cause").is_null())["incident_count"].sum()))


def with_intervals(errors: pl.DataFrame) -> pl.DataFrame:
    """The same rows with the exact 95 % interval of each rate, and how far they are above what was accepted."""
    low, high = interval(errors["incident_count"].cast(pl.Float64).to_numpy())
    return errors.with_columns(
        rate_low=pl.Series(low) / pl.col("lines_shipped"),
        rate_high=pl.Series(high) / pl.col("lines_shipped"),
        over_count=pl.col("judged_count") - pl.col("accepted_count"),
    ).with_columns(
        state=pl.when(pl.col("accepted_count").is_null())
        .then(pl.lit("no_level"))
        .when(pl.col("over_count") <= 0)
        .then(pl.lit("within"))
        .when(pl.col("rate_low") * MILLE > pl.col("agreed_per_1000"))
        .then(pl.lit("above"))
        .otherwise(pl.lit("above_unsure"))
    )


def finding(page: Page, errors: pl.DataFrame) -> None:
    """The kind of error that is furthest above its level, else the most frequent one, in words."""
    told = with_intervals(errors).filter(
        pl.col("warehouse").is_not_null()
        & pl.col("lines_shipped").is_not_null()
        & pl.col("cause").is_not_null()
    )
    if told.is_empty():
        empty.section("logistics.none")
        return
    over = told.filter(pl.col("over_count") > 0).sort("over_count", descending=True)
    row = (over if over.height else told.sort("incident_count", descending=True)).row(0, named=True)
    parts = {
        "cause": names.cause(row["cause"]),
        "warehouse": row["warehouse"],
        "n": row["incident_count"],
        "lines": row["lines_shipped"],
        "rate": formats.per_mille(row["rate"], page.lang),
    }
    text = (
        t("logistics.finding_over", **parts, agreed=formats.number(row["agreed_per_1000"], page.lang))
        if over.height
        else t("logistics.finding", **parts)
    )
    st.subheader(md(text), anchor=False)


def table(page: Page, errors: pl.DataFrame) -> None:
    """Every warehouse and kind of error, with rate, interval and level."""
    if errors.is_empty():
        return
    told = with_intervals(errors)
    shown = told.with_columns(
        warehouse_name=_warehouse(),
        cause_name=pl.col("cause").replace(names.causes()).fill_null(t("logistics.all_kinds")),
        state_name=pl.col("state").replace({c: t(f"level_state.{c}") for c in told["state"].unique()}),
    )
    tables.show(
        shown.sort("over_count", "incident_count", descending=True, nulls_last=True),
        [
            Column("warehouse_name", t("column.warehouse")),
            Column("cause_name", t("logistics.error")),
            Column("incident_count", t("column.incidents"), "count"),
            Column("lines_shipped", t("logistics.lines"), "count"),
            Column("rate", t("logistics.rate"), "per_mille"),
            Column("agreed_per_1000", t("logistics.agreed"), "number"),
            Column("state_name", t("logistics.state")),
            Column("rate_low", t("defects.low"), "per_mille"),
            Column("rate_high", t("defects.high"), "per_mille"),
            Column("third_party_count", t("logistics.of_3pl"), "count"),
            Column("accepted_count", t("logistics.accepted"), "number"),
            Column("judged_count", t("logistics.judged"), "count"),
            Column("cost_cents", t("column.cost"), "money"),
        ],
        "warehouse_errors",
        t("logistics.table_alt"),
        page.currency,
        lambda row: navigation.cases(
            page.filters, family="logistics", warehouse=row["warehouse"], cause=row["cause"]
        ),
        height=330,
    )
    if not told["agreed_per_1000"].drop_nulls().len():
        st.caption(t("logistics.no_level"))


def _warehouse() -> pl.Expr:
    return pl.col("warehouse").fill_null(t("logistics.unknown_warehouse"))


def _chosen(label: str, key: str, param: str, options: list[str], said: Callable[[str], str]) -> str:
    """One of the options, as the URL says it; the first when it says none."""
    asked = st.query_params.get(param)
    st.session_state[key] = asked if asked in options else options[0]

    def changed() -> None:
        st.query_params[param] = st.session_state[key]

    st.selectbox(
        label,
        options,
        format_func=said,
        key=key,
        label_visibility="collapsed",
        width=330,
        on_change=changed,
    )
    return str(st.session_state[key])


def weeks(page: Page, errors: pl.DataFrame) -> None:
    """One warehouse and kind of error week by week, with the level agreed."""
    told = with_intervals(errors).filter(
        pl.col("warehouse").is_not_null() & pl.col("cause").is_not_null() & (pl.col("lines_shipped") > 0)
    )
    if told.is_empty():
        return
    st.subheader(t("logistics.weeks"), anchor=False)
    ordered = told.sort(
        pl.col("over_count").fill_null(-1e9), "incident_count", descending=True, nulls_last=True
    )
    causes = names.causes()
    said = {
        f"{row['warehouse']}|{row['cause']}": f"{row['warehouse']} · {causes.get(row['cause'], row['cause'])}"
        for row in ordered.iter_rows(named=True)
    }
    pick = _chosen(t("logistics.weeks"), "w_error", "error", list(said), said.__getitem__)
    warehouse, cause = pick.rsplit("|", 1)
    weekly, held = _weekly(limits.by_week(page), warehouse, cause)
    hovers = [
        t(
            "logistics.week_hover",
            days=period_name(row["period_start_date"], "week", page.lang),
            rate=formats.number(row["amount"], page.lang, 1),
            n=row["incident_count"],
            lines=formats.number(row["lines_shipped"], page.lang, 0),
        )
        for row in weekly.iter_rows(named=True)
    ]
    alt = t("logistics.weeks_alt", what=said[pick])
    words = (t("logistics.measured"), t("logistics.agreed"))

    def leads_to(day: Any) -> Target:
        return period_cases(page.filters, day, warehouse=warehouse, cause=cause)

    figure = quality_charts.against_level(weekly, plots.ink(), t("logistics.axis"), hovers, words)
    keys = [day.isoformat() for day in weekly["period_start_date"]]
    charts_limits.add(figure, weekly, plots.ink(), keys, hovers, "edges")
    plots.show(figure, "errors_by_week", alt, leads_to)
    limits.caption(limits.by_week(page), held, has_bars=True)
    tables.download(
        lambda: limits.with_words(weekly),
        [
            Column("period_start_date", t("column.week"), "date"),
            Column("incident_count", t("column.incidents"), "count"),
            Column("lines_shipped", t("logistics.lines"), "count"),
            Column("amount", t("logistics.axis"), "number"),
            Column("agreed", t("logistics.agreed"), "number"),
            *limits.columns(),
        ],
        "errors_by_week",
        weekly.height,
    )


def _weekly(page: Page, warehouse: str, cause: str) -> tuple[pl.DataFrame, limits.Told]:
    """One warehouse and kind of error, a row a week, with the limits of its own past."""

    def counted(filters: Filters) -> pl.DataFrame:
        return (
            db.query("third_party_errors", filters.variables())
            .filter((pl.col("warehouse") == warehouse) & (pl.col("cause") == cause))
            .group_by(period_start_date="week_start_date")
            .agg(
                pl.col("incident_count").sum(),
                pl.col("lines_shipped", "agreed_per_1000", "is_complete").first(),
            )
        )

    earlier = limits.before(page.filters)
    past = None if earlier is None else limits.newest(counted(earlier))
    told = limits.of_rate(page, counted(page.filters), past, "lines_shipped", MILLE)
    rows = told.rows.with_columns(
        amount=pl.when(pl.col("lines_shipped") > 0).then(
            pl.col("incident_count") / pl.col("lines_shipped") * MILLE
        ),
        agreed=pl.col("agreed_per_1000"),
    )
    return rows, told


def confusions(page: Page) -> None:
    """Articles taken for one another, and how many confusions do not say which."""
    st.subheader(t("logistics.confusions"), anchor=False)
    found = db.query("confused_articles", page.filters.variables())
    known = found.drop_nulls("other_sku")
    n, told = int(found["incident_count"].sum()), int(known["incident_count"].sum())
    if not n:
        empty.section("logistics.no_confusion")
        return
    if known.height:
        top = known.row(0, named=True)
        st.text(
            t(
                "logistics.pair",
                warehouse=top["warehouse"] or t("logistics.unknown_warehouse"),
                one=f"{top['product'] or top['sku']} {top['variant'] or ''}".strip(),
                other=(top["other_variant"] if top["is_same_product"] else None)
                or f"{top['other_product'] or top['other_sku']} {top['other_variant'] or ''}".strip(),
                n=top["incident_count"],
            )
        )
    st.caption(t("logistics.pairs_known", n=n, told=told, rest=n - told))
    if known.is_empty():
        return
    tables.show(
        known.with_columns(warehouse_name=_warehouse()),
        [
            Column("warehouse_name", t("column.warehouse")),
            Column("product", t("column.product")),
            Column("sku", t("logistics.one")),
            Column("variant", t("logistics.one_variant")),
            Column("other_sku", t("logistics.other")),
            Column("other_variant", t("logistics.other_variant")),
            Column("incident_count", t("column.incidents"), "count"),
            Column("forward_count", t("logistics.forward"), "count"),
            Column("reverse_count", t("logistics.reverse"), "count"),
            Column("by_return_count", t("logistics.by_return"), "count"),
            Column("by_ticket_count", t("logistics.by_ticket"), "count"),
            Column("first_seen_date", t("column.first_seen"), "date"),
            Column("last_seen_date", t("column.last_seen"), "date"),
        ],
        "confused_articles",
        t("logistics.confusions_alt"),
        None,
        lambda row: _pair_cases(page, row),
        height=260,
    )


def _pair_cases(page: Page, row: dict[str, Any]) -> Target:
    """Wrong articles of this warehouse in which either of the two was ordered."""
    target = navigation.cases(page.filters, warehouse=row["warehouse"])
    return Target(
        target.page,
        {
            **target.params,
            "sku": [row["sku"], row["other_sku"]],
            "cause": ["wrong_item_sent", "wrong_variant_sent"],
        },
    )


def punctuality(page: Page) -> None:
    """Orders that left by their deadline, by warehouse; what is not known is said."""
    st.subheader(t("logistics.dispatch"), anchor=False)
    found = db.query("dispatch_punctuality", page.filters.variables())
    whole = found.filter(pl.col("week_start_date").is_null() & (pl.col("order_count") > 0))
    if whole.is_empty() or not whole["on_time_share"].drop_nulls().len():
        empty.section("logistics.no_deadline")
        return
    st.caption(t("logistics.dispatch_note", n=int(whole["unknown_count"].sum())))
    by_week = st.toggle(t("logistics.by_week"), key="w_dispatch_weeks")
    rows = found.filter(pl.col("week_start_date").is_not_null()) if by_week else whole
    week = [Column("week_start_date", t("column.week"), "date")] if by_week else []
    tables.show(
        with_share(
            rows.with_columns(
                warehouse_name=_warehouse(),
                decided=pl.sum_horizontal("on_time_count", "late_count", "waiting_count"),
            ),
            "on_time_count",
            "decided",
        ),
        [
            Column("warehouse_name", t("column.warehouse")),
            *week,
            Column("order_count", t("column.orders"), "count"),
            Column("on_time_share", t("logistics.on_time"), "percent"),
            *limits.share_columns(),
            Column("agreed_on_time_share", t("logistics.agreed"), "percent"),
            Column("on_time_count", t("logistics.on_time_n"), "count"),
            Column("late_count", t("logistics.late"), "count"),
            Column("waiting_count", t("logistics.waiting"), "count"),
            Column("p90_late_hours", t("logistics.p90"), "number"),
            Column("not_due_count", t("logistics.not_due"), "count"),
            Column("unknown_count", t("logistics.unknown"), "count"),
            Column("promised_count", t("logistics.promised"), "count"),
        ],
        "dispatch_punctuality",
        t("logistics.dispatch_alt"),
        None,
        lambda row: navigation.cases(page.filters, cause="late_dispatch", warehouse=row["warehouse"]),
        height=330,
    )
