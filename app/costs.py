"""What incidents cost, part by part: the sentence, the bars, what is known of each part, and one case's own ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from app import charts, db, empty, formats, names, navigation, plots, tables
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target

CUTS = ("cause", "party", "sku", "supplier")
BARS = 12
#: one colour a part, none of a family's; what lowers the cost is grey
COLOURS: Mapping[str, str] = {
    "refund": "#2f7c94",
    "goodwill": "#86b8c6",
    "goods": "#c07f3b",
    "freight_out": "#8f6f2e",
    "freight_back": "#d9b45c",
    "handling": "#7d8f4e",
    "fee": "#a58fb8",
    "recovery": "#7c858c",
    "resale": "#b3babf",
}


def cut() -> str:
    """By what the cost is cut, from the URL."""
    asked = st.query_params.get("cut", CUTS[0])
    return asked if asked in CUTS else CUTS[0]


def cut_switch() -> None:
    """By cause, party, article or supplier; the choice is in the URL."""
    labels = {name: t(f"dimension.{name}") for name in CUTS}
    st.session_state["w_cut"] = cut()

    def changed() -> None:
        st.query_params["cut"] = st.session_state["w_cut"]

    st.segmented_control(
        t("costs.cut"),
        CUTS,
        format_func=labels.__getitem__,
        key="w_cut",
        required=True,
        label_visibility="collapsed",
        on_change=changed,
    )


def finding(page: Page, total: Mapping[str, Any]) -> None:
    """What the period cost, how much of that is known, and what is in no sum."""
    lang = page.lang
    if total["cost_cents"] is None:
        st.markdown(f"**{t('costs.nothing_known', n=total['incident_count'])}**")
    else:
        per = total["cents_per_1000_orders"]
        st.markdown(
            "**"
            + t(
                "costs.finding" if per is not None else "costs.finding_without_orders",
                cost=md(_money(page, total["cost_cents"])),
                n=total["incident_count"],
                per=md(_money(page, per)),
            )
            + "**"
        )
    st.markdown(
        t(
            "costs.known",
            n=total["part_count"],
            measured=md(formats.percent(total["measured_share"], lang)),
            assumed=md(formats.percent(total["assumed_share"], lang)),
            missing=md(formats.percent(total["missing_share"], lang)),
        )
    )
    for line in _apart(page, total):
        st.caption(md(line))


def _apart(page: Page, total: Mapping[str, Any]) -> list[str]:
    """What no sum holds: parts of which nothing is known, other currencies, sales lost."""
    lines = []
    unknown = [name for name in total["unknown_components"] or [] if name != "lost_sale"]
    if unknown:
        lines.append(t("costs.unknown", parts=", ".join(part(name).lower() for name in unknown)))
    if total["other_currency_count"]:
        currencies = ", ".join(total["other_currencies"])
        lines.append(t("costs.other_currency", n=total["other_currency_count"], currencies=currencies))
    if total["lost_sale_count"]:
        lost, known = total["lost_sale_count"], total["lost_sale_known_count"]
        lines.append(t("costs.lost", n=lost, known=known, cost=_money(page, total["lost_sale_cents"])))
    return lines


def part(component: str) -> str:
    """What a part of the ledger is called."""
    return names.code("cost_part", component)


def bars(page: Page, ranked: pl.DataFrame, by: str) -> None:
    """The dearest values, each cut into its parts; a bar leads to its cases."""
    known = ranked.filter(pl.col("cost_cents").is_not_null() & pl.col("value").is_not_null()).head(BARS)
    if known.is_empty():
        empty.section("costs.nothing_ranked")
        return
    top = known.row(0, named=True)
    share = formats.percent(top["cost_share"], page.lang)
    st.subheader(md(t("costs.top", name=names.of(by, top["value"]), share=share)), anchor=False)
    unit = 1 if page.currency in formats.WITHOUT_CENTS else 100
    titles = {name: part(name) for name in COLOURS}
    parts = (
        known.select("value", *(pl.col(f"{name}_cents").alias(name) for name in COLOURS))
        .unpivot(index="value", variable_name="part", value_name="cents")
        .drop_nulls("cents")
        .filter(pl.col("cents") != 0)
    )
    labels = {value: names.of(by, value) for value in known["value"]}
    hovers = [
        f"{labels[row['value']]} · {titles[row['part']]} · {_money(page, row['cents'])}"
        for row in parts.iter_rows(named=True)
    ]
    figure = charts.in_parts(
        parts.select(
            key="value",
            part="part",
            title=pl.col("part").replace(titles),
            amount=pl.col("cents") / unit,
            hover=pl.Series(hovers, dtype=pl.String),
        ),
        dict(known.select("value", pl.col("cost_cents") / unit).iter_rows()),
        labels,
        {value: _money(page, cents) for value, cents in known.select("value", "cost_cents").iter_rows()},
        COLOURS,
        plots.ink(),
        t("axis.cost", currency=page.currency),
    )
    alt = t("costs.bars_alt", names=", ".join(labels.values()))
    plots.show(figure, "costs_bars", alt, lambda value: _cases(page, by, value))
    st.caption(t("costs.bars_note"))


def _cases(page: Page, by: str, value: Any) -> Target | None:
    return None if value is None else navigation.cases(page.filters, **{by: str(value)})


def table(page: Page, rows: pl.DataFrame, by: str, key: str) -> None:
    """Each value with its cost, what that is made of and how much of it is known; a row leads to its cases."""
    shown = rows.with_columns(name=_named(rows, by))
    columns = [
        Column("name", t(f"dimension.{by}")),
        Column("incident_count", t("column.incidents"), "count"),
        Column("cost_cents", t("costs.cost"), "money"),
        Column("cents_per_1000_orders", t("costs.per_1000"), "money"),
        Column("cost_share", t("column.share"), "percent"),
        Column("coverage_share", t("costs.coverage"), "percent"),
        Column("measured_cents", t("costs.measured"), "money"),
        Column("assumed_cents", t("costs.assumed"), "money"),
        Column("missing_count", t("costs.missing"), "count"),
        Column("other_currency_count", t("costs.unconverted"), "count"),
        *(Column(f"{name}_cents", part(name), "money") for name in (*COLOURS, "lost_sale")),
    ]
    tables.show(
        shown,
        columns,
        key,
        t("costs.table_alt"),
        page.currency,
        lambda row: _cases(page, by, row["value"]) or navigation.cases(page.filters),
    )


def _named(rows: pl.DataFrame, by: str) -> pl.Expr:
    titles = {value: names.of(by, value) for value in rows["value"].drop_nulls()}
    return pl.col("value").replace(titles).fill_null(t("costs.no_value"))


def below_floor(page: Page, rows: pl.DataFrame, by: str) -> None:
    """What is not ranked: too little of it is known to say that it costs more or less than the others."""
    if rows.is_empty():
        return
    st.subheader(t("costs.below", n=rows.height), anchor=False)
    st.caption(t("costs.below_note"))
    table(page, rows, by, "costs_below")


def components(page: Page, rows: pl.DataFrame) -> None:
    """What is known of each part of the ledger."""
    st.subheader(t("costs.parts"), anchor=False)
    st.markdown(t("costs.parts_note"))
    titles = {name: part(name) for name in rows["component"]}
    tables.show(
        rows.with_columns(
            name=pl.col("component").replace(titles),
            apart=pl.when("is_apart").then(pl.lit(t("costs.in_no_sum"))),
        ),
        [
            Column("name", t("costs.part")),
            Column("amount_cents", t("costs.amount"), "money"),
            Column("part_count", t("costs.occasions"), "count"),
            Column("coverage_share", t("costs.coverage"), "percent"),
            Column("measured_count", t("costs.measured"), "count"),
            Column("assumed_count", t("costs.assumed"), "count"),
            Column("missing_count", t("costs.missing"), "count"),
            Column("other_currency_count", t("costs.unconverted"), "count"),
            Column("apart", t("costs.remark")),
        ],
        "cost_components",
        t("costs.parts_alt"),
        page.currency,
    )
    target = Target("settings", {})
    st.button(t("costs.to_settings"), key="to_settings", on_click=navigation.go, args=(target,))


def of_case(page: Page, case: Mapping[str, str]) -> None:
    """What the incidents of one order cost, part by part, each with what says so."""
    rows = db.query("case_costs", {}, None, **case)
    if rows.is_empty():
        return
    st.subheader(t("costs.of_case"), anchor=False)
    amounts = [_amount(page, row) for row in rows.iter_rows(named=True)]
    several = rows["incident_key"].n_unique() > 1
    article = [Column("article", t("column.product"))] if several else []
    shown = rows.with_columns(
        article=pl.coalesce("product", "sku").fill_null(t("case.whole_order")),
        name=pl.col("component").replace({name: part(name) for name in rows["component"]}),
        amount=pl.Series(amounts, dtype=pl.String),
        said_by=names.column(rows, "basis", "cost_basis"),
        apart=pl.when("is_apart").then(pl.lit(t("costs.in_no_sum"))),
    )
    columns = [
        *article,
        Column("name", t("costs.part")),
        Column("amount", t("costs.amount")),
        Column("said_by", t("costs.basis")),
        Column("apart", t("costs.remark")),
    ]
    tables.show(shown, columns, "case_costs", t("costs.of_case_alt"))
    cents, missing = rows.row(0, named=True)["case_cents"], rows["case_missing_count"][0]
    cost = md(formats.money(cents, page.currency, page.lang))
    more = f" {t('costs.of_case_missing', n=missing)}" if missing else ""
    st.markdown(t("costs.of_case_total", cost=cost) + more)


def _amount(page: Page, row: Mapping[str, Any]) -> str:
    """The amount in the main currency, and in its own where that is another."""
    own = row["own_currency"]
    if row["amount_cents"] is None:
        return formats.money(row["own_cents"], own, page.lang)
    said = formats.money(row["amount_cents"], page.currency, page.lang)
    is_foreign = own is not None and own != page.currency and row["own_cents"] is not None
    return f"{said} ({formats.money(row['own_cents'], own, page.lang)})" if is_foreign else said


def _money(page: Page, cents: float | None) -> str:
    return formats.money(cents, page.currency, page.lang, 0)
