"""The trust that tags deserve: untagged tickets, tags that say nothing, say the same, or are contradicted by facts."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.intervals import with_share
from app import (
    db,
    empty,
    formats,
    limits,
    names,
    navigation,
    tables,
)
from app.exports import Column
from app.frame import Page
from app.i18n import t

FEW = 30  # of fewer checked tags the share says little; tables show how little by its interval


def facts(health: pl.DataFrame) -> list[str]:
    """What the grey line adds."""
    return [t("tags.n", n=_whole(health)["ticket_count"])] if health.height else []


def has_tickets(health: pl.DataFrame) -> bool:
    """Whether there is anything to show; if not, says which file would fill the page."""
    if health.is_empty():
        empty.section("tags.empty")
    return not health.is_empty()


def _whole(health: pl.DataFrame) -> dict[str, Any]:
    return health.filter(pl.col("cut") == "all").row(0, named=True)


def findings(page: Page, health: pl.DataFrame) -> None:
    """How many tickets have no tag that says anything, and how often facts contradict one."""
    told = _whole(health)
    mute = told["untagged_count"] + told["other_count"]
    said = t(
        "tags.mute",
        share=formats.percent(mute / told["ticket_count"], page.lang),
        untagged=told["untagged_count"],
        other=told["other_count"],
        n=told["ticket_count"],
    )
    checked, against = told["checked_count"], told["contradicted_count"]
    key = "checked" if checked >= FEW else "few_checked" if checked else "none_checked"
    share = formats.percent(against / checked, page.lang, 1) if checked else ""
    st.markdown(f"**{said}** {t(f'tags.{key}', n=against, checked=checked, share=share)}")
    st.caption(t("tags.delay"))
    if any(page.filters.choices.values()) or page.filters.basis == "order":
        st.caption(t("tags.filtered"))


def by_team(page: Page, health: pl.DataFrame) -> None:
    """The same by team and tool: rules and training are theirs, no person is shown."""
    st.subheader(t("tags.by_team"), anchor=False)
    cuts = {"all": t("tags.cut.all"), "team": t("tags.cut.team"), "tool": t("tags.cut.tool")}
    n = pl.col("ticket_count")
    tables.show(
        with_share(health, "contradicted_count", "checked_count").with_columns(
            cut_name=pl.col("cut").replace(cuts),
            untagged_share=pl.col("untagged_count") / n,
            other_share=pl.col("other_count") / n,
            no_cause_share=pl.col("no_cause_count") / n,
            contradicted_share=pl.when(pl.col("checked_count") > 0).then(
                pl.col("contradicted_count") / pl.col("checked_count")
            ),
        ),
        [
            Column("cut_name", t("tags.column.cut")),
            Column("value", t("tags.column.value")),
            Column("ticket_count", t("tags.column.tickets"), "count"),
            Column("untagged_share", t("tags.column.untagged"), "percent"),
            Column("other_share", t("tags.column.other"), "percent"),
            Column("no_cause_share", t("tags.column.no_cause"), "percent"),
            Column("checked_count", t("tags.column.checked"), "count"),
            Column("contradicted_count", t("tags.column.contradicted"), "count"),
            Column("contradicted_share", t("tags.column.contradicted_share"), "percent"),
            *limits.share_columns(),
        ],
        "tag_health",
        t("tags.by_team"),
    )


def each_tag(page: Page) -> None:
    """Every tag with what it means, how much it is used and what facts say of it."""
    used = db.query("tag_use", page.filters.variables())
    st.subheader(t("tags.each", n=used.height), anchor=False)
    if used.is_empty():
        st.caption(t("tags.no_tags"))
        return
    synonyms = used.filter(pl.col("synonym_count") > 1)["cause"].n_unique()
    st.markdown(
        t(
            "tags.governance",
            unused=int(used["is_unused"].sum() or 0),
            unmapped=int((~used["is_mapped"]).sum()),
            synonyms=synonyms,
            spelled=int((used["spelling_count"] > 1).sum()),
        )
    )
    titles = [names.cause(code) if code else None for code in used["cause"]]
    by_fact = [names.cause(code) if code else None for code in used["contradicting_cause"]]
    yes = {True: t("tags.yes"), False: ""}
    tables.show(
        with_share(used, "contradicted_count", "checked_count").with_columns(
            title=pl.when(pl.col("is_mapped"))
            .then(pl.coalesce(pl.Series(titles, dtype=pl.String), pl.lit(t("tags.no_cause_meant"))))
            .otherwise(pl.lit(t("tags.unmapped"))),
            by_fact=pl.Series(by_fact, dtype=pl.String),
            unused=pl.col("is_unused").replace_strict(yes, default=None),
        ),
        [
            Column("tag", t("tags.column.tag")),
            Column("title", t("column.cause")),
            Column("ticket_count", t("tags.column.tickets"), "count"),
            Column("last_used_date", t("tags.column.last_used"), "date"),
            Column("unused", t("tags.column.unused")),
            Column("synonym_count", t("tags.column.synonyms"), "count"),
            Column("spellings", t("tags.column.spellings"), "list"),
            Column("checked_count", t("tags.column.checked"), "count"),
            Column("contradicted_count", t("tags.column.contradicted"), "count"),
            Column("contradicted_share", t("tags.column.contradicted_share"), "percent"),
            *limits.share_columns(),
            Column("by_fact", t("tags.column.by_fact")),
        ],
        "tag_use",
        t("tags.each_alt"),
        height=420,
    )
    st.caption(t("tags.each_note"))


def contradictions(page: Page) -> None:
    """The tickets whose tag a fact contradicts; a row leads to its case."""
    found = db.query("tag_contradictions", page.filters.variables())
    st.subheader(t("tags.contradictions", n=found.height), anchor=False)
    if found.is_empty():
        st.caption(t("tags.no_contradiction"))
        return
    tables.show(
        found.with_columns(
            cause_name=pl.col("cause").replace(names.causes()),
            fact_name=pl.col("fact_cause").replace(names.causes()),
        ),
        [
            Column("created_date", t("column.event_date"), "date"),
            Column("tag", t("tags.column.tag")),
            Column("cause_name", t("tags.column.by_tag")),
            Column("fact_name", t("tags.column.by_fact")),
            Column("order_name", t("column.order")),
            Column("team", t("tags.cut.team")),
            Column("source", t("column.system")),
        ],
        "tag_contradictions",
        t("tags.contradictions_alt"),
        None,
        lambda row: navigation.case(row["order_key"], row["incident_key"]),
        height=260,
    )
