"""The charge-back file of a supplier or a 3PL: cases, their proofs and what the cost ledger says, as CSV and PDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app import chargeback_pdf, costs, db, empty, exports, formats, names, navigation, tables
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from app.navigation import Target
from pipelines.reader import Value
from pipelines.store import Store, StoreError

FAMILIES: Mapping[str, str] = {"supplier": "product", "3pl": "logistics"}
PLACES: Mapping[str, str] = {"supplier": "suppliers", "3pl": "warehouses"}


def section(page: Page, party: str) -> None:
    """Whom to charge, how much it is, and the two files, made when they are asked for."""
    st.subheader(t(f"chargeback.title_{party}"), anchor=False)
    totals = db.query("chargeback_totals", page.filters.variables()).filter(
        (pl.col("party") == party) & pl.col("name").is_not_null()
    )
    if totals.is_empty():
        empty.section("chargeback.none")
        return
    found = totals.sort("incident_count", "name", descending=[True, False])["name"].to_list()
    asked = st.query_params.get("charged")
    st.session_state["w_charged"] = asked if asked in found else found[0]

    def changed() -> None:
        st.query_params["charged"] = st.session_state["w_charged"]

    name = st.selectbox(
        t(f"chargeback.title_{party}"),
        found,
        key="w_charged",
        label_visibility="collapsed",
        width=330,
        on_change=changed,
    )
    st.text(summary(page, totals.filter(pl.col("name") == name).row(0, named=True)))
    chosen = variables(page, party, name)
    parts = db.query("cost_components", chosen)
    _parts(page, parts)
    sender = shop_name()
    st.caption(md(t("chargeback.note") if sender else f"{t('chargeback.note')} {t('chargeback.no_sender')}"))
    words = Words(page)
    make = partial(cases, chosen)
    # what a file is called is seen by those it is sent to; anything but letters and figures could act as a path
    stem = "".join(c if c.isalnum() else "_" for c in f"{t('chargeback.file')}_{name}")[:80]
    with st.container(horizontal=True):
        st.download_button(
            t("chargeback.csv"),
            data=lambda: words.table(make()),
            file_name=f"{stem}.csv",
            mime="text/csv",
            key="chargeback_csv",
            on_click="ignore",
        )
        st.download_button(
            t("chargeback.pdf"),
            data=lambda: chargeback_pdf.made(words.document(name, sender, make(), parts)),
            file_name=f"{stem}.pdf",
            mime="application/pdf",
            key="chargeback_pdf",
            on_click="ignore",
        )
        if not sender:
            st.button(
                t("chargeback.to_settings"),
                key="chargeback_settings",
                type="tertiary",
                on_click=navigation.go,
                args=(Target("settings", {}),),
            )


def shop_name() -> str | None:
    """Who writes the letter, as the settings say; settings that cannot be read name nobody, and their page says why."""
    try:
        return Store(db.folder()).shop_name()
    except StoreError:
        return None


def _parts(page: Page, parts: pl.DataFrame) -> None:
    """What the claim is made of, as the page of costs would tell it of the same incidents."""
    told = parts.filter(pl.col("part_count") > 0)
    columns = [
        Column("name", t("costs.part")),
        Column("part_count", t("chargeback.cases"), "count"),
        Column("measured_cents", t("costs.measured"), "money"),
        Column("assumed_cents", t("costs.assumed"), "money"),
        Column("amount_cents", t("costs.amount"), "money"),
        Column("missing_count", t("costs.missing"), "count"),
    ]
    if told["other_currency_count"].sum():
        columns.append(Column("other_currency_count", t("costs.unconverted"), "count"))
    if told["is_apart"].any():
        columns.append(Column("apart", t("costs.remark")))
    tables.show(
        told.with_columns(
            name=pl.col("component").replace({name: costs.part(name) for name in told["component"]}),
            apart=pl.when("is_apart").then(pl.lit(t("costs.in_no_sum"))),
        ),
        columns,
        "chargeback_parts",
        t("chargeback.by_part"),
        page.currency,
    )


def variables(page: Page, party: str, name: str) -> dict[str, Value]:
    """The filters of the page, narrowed to whom is charged and what for."""
    return {
        **page.filters.variables(),
        "parties": [party],
        "families": [FAMILIES[party]],
        PLACES[party]: [name],
    }


def cases(chosen: Mapping[str, Value]) -> pl.DataFrame:
    """The cases under these filters, in the order of their days."""
    return db.query("chargeback_cases", chosen)


def summary(page: Page, own: Mapping[str, Any]) -> str:
    """How many cases, what the ledger knows of them, and what stands apart."""

    def money(cents: int | None) -> str:
        return formats.money(cents, page.currency, page.lang)

    said = t(
        "chargeback.summary" if own["cost_cents"] is not None else "chargeback.summary_unknown",
        n=own["incident_count"],
        amount=money(own["cost_cents"]),
        measured=money(own["measured_cents"]),
        assumed=money(own["assumed_cents"]),
        unknown=own["missing_count"],
    )
    if not own["other_currencies"]:
        return said
    amounts = chargeback_pdf.amounts(own["other_currencies"], own["other_cents"], page.lang)
    return f"{said} {t('chargeback.apart', amounts=amounts)}"


class Words:
    """What the files say, in the language of the page: looked up while the page is drawn, for files are made later."""

    def __init__(self, page: Page) -> None:
        self.lang, self.currency = page.lang, page.currency
        self.causes = names.causes()
        self.parts = {name: costs.part(name) for name in chargeback_pdf.PARTS}
        self.evidence = {code: names.code("evidence", code) for code in ("decision", "fact", "tag", "reason")}
        self.evidence |= {code: names.code("evidence", code) for code in ("words", "default", "none")}
        self.yes = t("cases.conflict")
        apart = {"lost_sale": f"{self.parts['lost_sale']}, {t('costs.in_no_sum')}"}
        start, until = page.filters.start, page.filters.until
        self.period = formats.span(start, until, page.lang) if start and until else t("period.all")
        self.basis = t(f"frame.basis_{page.filters.basis}")
        self.as_of = t("frame.as_of", day=formats.day(page.as_of, page.lang))
        self.labels = {
            key: t(f"chargeback.{key}")
            for key in (
                "heading", "from", "to", "period", "cases", "total", "measured", "assumed", "unknown_amounts",
                "other_currencies", "by_part", "by_cause", "said", "inspected", "records", "contested", "none_said",
                "page_of", "basis", "order", "by_rule",
            )
        }  # fmt: skip
        self.columns = [
            Column("event_date", t("column.event_date"), "date"),
            Column("order_name", t("column.order")),
            Column("order_date", t("column.order_date"), "date"),
            Column("cause_name", t("column.cause")),
            Column("sku", t("column.sku")),
            Column("product", t("column.product")),
            Column("variant", t("chargeback.variant")),
            Column("lot", t("column.lot")),
            Column("warehouse", t("column.warehouse")),
            Column("quantity", t("chargeback.quantity"), "count"),
            Column("refunded", t("chargeback.refunded")),
            *(Column(f"{name}_cents", title, "money") for name, title in {**self.parts, **apart}.items()),
            Column("cost_cents", t("chargeback.total"), "money"),
            Column("measured_cents", t("chargeback.measured"), "money"),
            Column("assumed_cents", t("chargeback.assumed"), "money"),
            Column("assumed_names", t("chargeback.assumed_parts"), "list"),
            Column("missing_names", t("chargeback.missing_parts"), "list"),
            Column("others", t("costs.unconverted")),
            Column("evidence_name", t("column.evidence")),
            Column("conflict", t("column.conflict")),
            Column("said", t("chargeback.said")),
            Column("inspected", t("chargeback.inspected")),
            Column("records", t("chargeback.records")),
        ]

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The cases as the files write them."""
        refunded = [
            formats.money(cents, currency, self.lang) if cents is not None else None
            for cents, currency in rows.select("refunded_cents", "refunded_currency").iter_rows()
        ]
        others = [
            chargeback_pdf.amounts(currencies, cents, self.lang)
            for currencies, cents in rows.select("other_currencies", "other_cents").iter_rows()
        ]
        return rows.with_columns(
            cause_name=pl.col("cause").replace(self.causes),
            evidence_name=pl.col("evidence").replace(self.evidence),
            conflict=pl.when(pl.col("has_conflict")).then(pl.lit(self.yes)).otherwise(pl.lit("")),
            refunded=pl.Series(refunded, dtype=pl.String),
            others=pl.Series(others, dtype=pl.String),
            assumed_names=pl.col("assumed_parts").list.eval(pl.element().replace(self.parts)),
            missing_names=pl.col("missing_parts").list.eval(pl.element().replace(self.parts)),
        )

    def table(self, rows: pl.DataFrame) -> bytes:
        """The cases as CSV; a part of the ledger that no case has is no column."""
        empty_parts = {f"{name}_cents" for name in self.parts if not rows[f"{name}_cents"].drop_nulls().len()}
        columns = [column for column in self.columns if column.name not in empty_parts]
        return exports.csv_bytes(self.named(rows), columns, self.lang, self.currency)

    def document(
        self, name: str, sender: str | None, rows: pl.DataFrame, parts: pl.DataFrame
    ) -> chargeback_pdf.Document:
        """The same cases as a letter of claim, with what the ledger says of each part."""
        told = {**self.labels, **{f"part_{part}": title for part, title in self.parts.items()}}
        return chargeback_pdf.document(
            self.named(rows), parts, (sender, name), self.lang, self.currency, told, self.period, self.basis,
            self.as_of,
        )  # fmt: skip
