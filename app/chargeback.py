"""The charge-back file of a supplier or a 3PL: cases with their proofs and amounts, as CSV and as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl
import streamlit as st

from app import chargeback_pdf, db, empty, exports, formats, names
from app.exports import Column
from app.frame import Page
from app.i18n import md, t
from pipelines.reader import Value

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
    found = (
        totals.group_by("name")
        .agg(pl.col("incident_count").sum())
        .sort("incident_count", "name", descending=[True, False])["name"]
        .to_list()
    )
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
    own = totals.filter(pl.col("name") == name)
    st.text(summary(page, own))
    st.caption(md(t("chargeback.note")))
    words = Words(page)
    make = partial(cases, variables(page, party, name))
    # what a file is called is seen by those it is sent to; anything but letters and figures could act as a path
    stem = "".join(c if c.isalnum() else "_" for c in f"{t('chargeback.file')}_{name}")[:80]
    with st.container(horizontal=True):
        st.download_button(
            t("chargeback.csv"),
            data=lambda: exports.csv_bytes(words.named(make()), words.columns, words.lang),
            file_name=f"{stem}.csv",
            mime="text/csv",
            key="chargeback_csv",
            on_click="ignore",
        )
        st.download_button(
            t("chargeback.pdf"),
            data=lambda: chargeback_pdf.made(words.document(name, party, make())),
            file_name=f"{stem}.pdf",
            mime="application/pdf",
            key="chargeback_pdf",
            on_click="ignore",
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


def summary(page: Page, own: pl.DataFrame) -> str:
    """How many cases, what is known of them in the main currency, and what stands apart."""
    n, priced = int(own["incident_count"].sum()), int(own["priced_count"].sum())
    main = own.filter(pl.col("currency") == page.currency)["cost_cents"].drop_nulls()
    parts = [
        t(
            "chargeback.summary",
            n=n,
            amount=formats.money(int(main.sum()) if main.len() else None, page.currency, page.lang),
            unknown=n - priced,
        )
    ]
    others = own.filter((pl.col("currency") != page.currency) & pl.col("cost_cents").is_not_null())
    if others.height:
        amounts = [
            formats.money(row["cost_cents"], row["currency"], page.lang)
            for row in others.iter_rows(named=True)
        ]
        parts.append(t("chargeback.apart", amounts=", ".join(amounts)))
    return " ".join(parts)


class Words:
    """What the files say, in the language of the page: looked up while the page is drawn, for files are made later."""

    def __init__(self, page: Page) -> None:
        self.lang, self.currency = page.lang, page.currency
        self.causes = names.causes()
        self.evidence = {code: names.code("evidence", code) for code in ("decision", "fact", "tag", "reason")}
        self.evidence |= {code: names.code("evidence", code) for code in ("words", "default", "none")}
        self.yes = t("cases.conflict")
        start, until = page.filters.start, page.filters.until
        self.period = formats.span(start, until, page.lang) if start and until else t("period.all")
        self.basis = t(f"frame.basis_{page.filters.basis}")
        self.as_of = t("frame.as_of", day=formats.day(page.as_of, page.lang))
        self.labels = {
            key: t(f"chargeback.{key}")
            for key in (
                "heading", "to", "period", "cases", "total", "unknown_amounts", "other_currencies", "by_cause",
                "said", "inspected", "records", "contested", "none_said", "page_of", "measured_only", "order",
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
            Column("cost_cents", t("column.amount"), "money"),
            Column("currency", t("column.currency")),
            Column("evidence_name", t("column.evidence")),
            Column("conflict", t("column.conflict")),
            Column("said", t("chargeback.said")),
            Column("inspected", t("chargeback.inspected")),
            Column("records", t("chargeback.records")),
        ]

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The cases as the files write them."""
        return rows.with_columns(
            cause_name=pl.col("cause").replace(self.causes),
            evidence_name=pl.col("evidence").replace(self.evidence),
            conflict=pl.when(pl.col("has_conflict")).then(pl.lit(self.yes)).otherwise(pl.lit("")),
        )

    def document(self, name: str, party: str, rows: pl.DataFrame) -> chargeback_pdf.Document:
        """The same cases as a letter of claim: totals of the main currency, the others listed apart."""
        return chargeback_pdf.document(
            self.named(rows), name, self.lang, self.currency, self.labels, self.period, self.basis, self.as_of
        )
