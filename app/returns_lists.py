"""The lists of the page on returns: what is owed and for how long, what went wrong, reasons against inspections."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app import db, empty, formats, names, navigation, tables, zones
from app.exports import Column
from app.frame import Page
from app.i18n import t
from app.returns import case, target

FAULTS = (
    "early",
    "never_received",
    "not_restocked",
    "partial",
    "contradicted",
    "withdrawn",
    "refund_unknown",
)
LISTS = ("all", *FAULTS)
MOMENTS = ("requested_at", "dropped_off_at", "received_at", "inspected_at", "restocked_at", "refunded_at")


def chosen(page: Page) -> None:
    """The returned lines of one kind, when the URL names a kind; every stage of each in the file."""
    kind = st.query_params.get("list", "")
    if kind not in LISTS:
        return
    variables = page.filters.variables()
    kept = None if kind == "all" else kind
    every = partial(db.query, "return_lines", variables, return_list=kept)
    sizes = dict(db.query("return_faults", variables).select("fault", "line_count").iter_rows())
    n = sizes.get(kind, 0)
    st.subheader(t(f"returns.list_{kind}"), anchor=False)
    if not n:
        empty.section("returns.list_empty")
        return
    head = db.query("return_lines", variables, return_list=kept, row_limit=tables.SHOWN_ROWS)
    words = _vocabulary()
    tables.show(
        _named(head, words),
        [
            Column("on_date", t("column.event_date"), "date"),
            Column("order", t("column.order")),
            Column("return_id", t("returns.return_id")),
            Column("product", t("column.product")),
            Column("sku", t("column.sku")),
            Column("warehouse", t("column.warehouse")),
            *(Column(name, t(f"returns.{name}"), "moment") for name in MOMENTS),
            Column("before_name", t("returns.refunded_before")),
            Column("channel_name", t("column.channel")),
            Column("reason_name", t("returns.reason")),
            Column("condition_raw", t("returns.condition")),
            Column("found_name", t("returns.found")),
            Column("verdict_name", t("returns.verdict")),
            Column("disposition", t("returns.disposition")),
            Column("quantity", t("returns.units"), "count"),
            Column("value_cents", t("returns.value"), "money"),
            Column("refunded_cents", t("returns.refunded"), "money"),
            Column("currency", t("column.currency")),
            Column("supplier", t("column.supplier")),
            Column("source", t("column.source")),
        ],
        "return_lines",
        t("returns.list_alt"),
        None,  # each row says its own currency
        case,
        height=420,
        whole=lambda: _named(every(), words),
        n=n,
    )


def _vocabulary() -> dict[str, dict[str, str]]:
    """What codes are called; files are made later, when nobody's language is known."""
    channels = db.query("filter_values").filter(dimension="channel")["value"].drop_nulls()
    verdicts = ("agreed", "contradicted", "undecidable", "no_reason", "not_understood", "not_inspected")
    before = ("received", "inspected", "never_received")
    return {
        "cause": names.causes(),
        "channel": {code: names.of("channel", code) for code in channels},
        "verdict": {code: t(f"returns.verdict_{code}") for code in verdicts},
        "before": {code: t(f"returns.before_{code}") for code in before},
    }


def _named(rows: pl.DataFrame, words: dict[str, dict[str, str]]) -> pl.DataFrame:
    return rows.with_columns(
        *zones.local(*MOMENTS),
        order=pl.coalesce("order_name", "order_key"),
        channel_name=pl.col("channel").replace(words["channel"]),
        reason_name=pl.col("reported_cause").replace(words["cause"]),
        found_name=pl.col("found_cause").replace(words["cause"]),
        verdict_name=pl.col("verdict").replace(words["verdict"]),
        before_name=pl.col("refunded_before").replace(words["before"]),
    )


def owed(page: Page) -> None:
    """Money owed by age, whenever the return came back, and the lines of the chosen age, the oldest first."""
    st.subheader(t("returns.owed"), anchor=False)
    variables = page.filters.without_period()
    ageing = db.query("return_ageing", variables)
    if ageing.is_empty():
        empty.section("returns.owed_none")
        return
    tables.show(
        ageing.with_columns(title=pl.Series([_age(row) for row in ageing.iter_rows(named=True)])),
        [
            Column("title", t("returns.age")),
            Column("line_count", t("returns.lines"), "count"),
            Column("owed_cents", t("returns.owed_money"), "money"),
            Column("overdue_count", t("returns.overdue"), "count"),
            Column("overdue_cents", t("returns.overdue_money"), "money"),
            Column("without_target_count", t("returns.without_target"), "count"),
            Column("other_currency_count", t("returns.other_currency"), "count"),
            Column("unpriced_count", t("returns.unpriced"), "count"),
        ],
        "return_ageing",
        t("returns.ageing_alt"),
        page.currency,
        lambda row: target(page, age=str(row["age_from_days"])),
    )
    age = st.query_params.get("age", "")
    groups = {str(row["age_from_days"]): row for row in ageing.iter_rows(named=True)}
    only = int(age) if age in groups else None
    rows = db.query("returns_not_refunded", variables, age_from=only)
    if only is not None:
        st.caption(t("returns.only_age", age=_age(groups[age])))
    late = {True: t("returns.overdue_yes"), False: t("returns.overdue_no")}
    tables.show(
        rows.with_columns(
            order=pl.coalesce("order_name", "order_key"),
            channel_name=names.column(rows, "channel", "channel"),
            late=pl.Series(
                [late.get(value, formats.UNKNOWN) for value in rows["is_overdue"]], dtype=pl.String
            ),
            target=pl.Series([_target(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        ),
        [
            Column("received_date", t("returns.received_at"), "date"),
            Column("open_days", t("returns.open_days"), "count"),
            Column("late", t("returns.overdue")),
            Column("due_date", t("returns.due_date"), "date"),
            Column("target", t("returns.target")),
            Column("owed_cents", t("returns.owed_money"), "money"),
            Column("currency", t("column.currency")),
            Column("order", t("column.order")),
            Column("return_id", t("returns.return_id")),
            Column("product", t("column.product")),
            Column("sku", t("column.sku")),
            Column("warehouse", t("column.warehouse")),
            Column("channel_name", t("column.channel")),
            Column("inspected_date", t("returns.inspected_at"), "date"),
            Column("source", t("column.source")),
        ],
        "returns_not_refunded",
        t("returns.owed_alt"),
        None,
        case,
        height=360,
    )
    st.caption(t("returns.owed_note"))


def _age(row: dict[str, Any]) -> str:
    if row["age_to_days"] is None:
        return t("returns.age_over", first=row["age_from_days"])
    return t("returns.age_between", first=row["age_from_days"], last=row["age_to_days"])


def _target(row: dict[str, Any]) -> str:
    if row["target_days"] is None:
        return formats.UNKNOWN
    return t(f"returns.target_{row['target_kind']}", n=row["target_days"])


def faults(page: Page) -> None:
    """Refunds that waited for nothing, resellable articles never put back and the like; a row opens its list."""
    st.subheader(t("returns.faults"), anchor=False)
    found = db.query("return_faults", page.filters.variables()).filter(pl.col("fault") != "all")
    if found.is_empty():
        empty.section("returns.empty_stages")
        return
    tables.show(
        found.with_columns(
            title=pl.Series([t(f"returns.list_{code}") for code in found["fault"]]),
            base=pl.Series([t(f"returns.base_{code}") for code in found["fault"]]),
            # what could not have happened did not happen: it is not known
            line_count=pl.when(pl.col("base_count") > 0).then(pl.col("line_count")),
        ),
        [
            Column("title", t("returns.fault")),
            Column("line_count", t("returns.lines"), "count"),
            Column("base_count", t("returns.base_count"), "count"),
            Column("base", t("returns.base")),
            Column("unit_count", t("returns.units"), "count"),
            Column("value_cents", t("returns.value"), "money"),
            Column("unpriced_count", t("returns.not_in_amount"), "count"),
        ],
        "return_faults",
        t("returns.faults_alt"),
        page.currency,
        lambda row: target(page, list=row["fault"]),
    )
    every = target(page, list="all")
    st.button(t("returns.all_lines"), key="all_lines", type="tertiary", on_click=navigation.go, args=(every,))
    st.caption(t("returns.faults_note"))


def reasons(page: Page) -> None:
    """The reason that customers ticked against what the inspection found: in all, then finding by finding."""
    st.subheader(t("returns.reasons"), anchor=False)
    found = db.query("return_reasons", page.filters.variables())
    if found.is_empty():
        empty.section("returns.empty_stages")
        return
    unknown = t("returns.no_reason")
    tables.show(
        found.with_columns(title=pl.col("reported_cause").replace(names.causes()).fill_null(unknown)),
        [
            Column("title", t("returns.reason")),
            Column("line_count", t("returns.lines"), "count"),
            Column("agreed_count", t("returns.verdict_agreed"), "count"),
            Column("contradicted_count", t("returns.verdict_contradicted"), "count"),
            Column("contradicted_share", t("returns.contradicted_share"), "percent"),
            Column("undecidable_count", t("returns.verdict_undecidable"), "count"),
            Column("not_understood_count", t("returns.verdict_not_understood"), "count"),
            Column("not_inspected_count", t("returns.verdict_not_inspected"), "count"),
        ],
        "return_reasons",
        t("returns.reasons_alt"),
        page.currency,
        lambda row: target(page, list="contradicted"),
    )
    matrix = db.query("return_inspections", page.filters.variables())
    findings = [_finding(row) for row in matrix.iter_rows(named=True)]
    verdicts = [t(f"returns.verdict_{code}") for code in matrix["verdict"]]
    with st.expander(t("returns.matrix")):
        tables.show(
            matrix.with_columns(
                title=pl.col("reported_cause").replace(names.causes()).fill_null(unknown),
                finding=pl.Series(findings, dtype=pl.String),
                verdict_name=pl.Series(verdicts, dtype=pl.String),
            ),
            [
                Column("title", t("returns.reason")),
                Column("finding", t("returns.found")),
                Column("verdict_name", t("returns.verdict")),
                Column("line_count", t("returns.lines"), "count"),
                Column("unit_count", t("returns.units"), "count"),
            ],
            "return_inspections",
            t("returns.reasons_alt"),
        )
    st.caption(t("returns.reasons_note"))


def _finding(row: dict[str, Any]) -> str:
    if row["inspection"] == "fault":
        return names.cause(row["found_cause"])
    return t(f"returns.inspection_{row['inspection']}")
