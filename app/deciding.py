"""What a case's cause rests on, and how a person says otherwise: another cause and party, or that it is no incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app import db, formats, history, names
from app.i18n import language, md, t
from pipelines import decisions, notebook
from pipelines.cells import plain
from pipelines.decisions import Decision
from pipelines.notebook import Entry
from pipelines.store import Store, StoreError

#: chosen instead of a cause: what happened is no incident to be counted
NO_INCIDENT = ""


def store() -> Store:
    """The store whose cases are shown: a decision on the demo is the demo's."""
    return Store(db.folder())


def draw(incidents: pl.DataFrame) -> None:
    """For each incident of a case its cause, why, and a way to say otherwise; then what was said so far."""
    history.said()
    told = incidents["signal_keys"].explode().drop_nulls().to_list()
    try:
        entries = decisions.about(store(), told)
    except StoreError as error:
        history.say(error.message)
        history.said()
        entries = {}
    for row in incidents.iter_rows(named=True):
        decision = entries.get(row["decision_item"]) if row["decision_item"] else None
        st.markdown(_verdict(row))
        st.caption(_why(row, decision))
        _correct(row, entries)
    if entries:
        _history(entries)


def _verdict(row: Mapping[str, Any]) -> str:
    """One line: what it is about, its cause, who can fix it, what it cost."""
    product = md(row["product"] or row["sku"] or t("case.whole_order"))
    if not row["is_counted"]:
        return t("deciding.not_counted", product=product)
    cost = row["cost_cents"]
    return t(
        "deciding.verdict",
        product=product,
        cause=md(names.cause(row["cause"])),
        party=md(names.of("party", row["party"])),
        cost=t("case.cost_unknown") if cost is None else md(formats.money(cost, row["currency"], language())),
    )


def _why(row: Mapping[str, Any], decision: Entry | None) -> str:
    """What the cause rests on, in words: who decided it, or the evidence that won, and what else was said."""
    if decision is not None:
        parts = [_told(decision)]
    else:
        sure = t(f"sureness.{row['confidence']}") if row["confidence"] else ""
        parts = [t(f"why.{row['evidence']}", sure=sure)]
    others = [names.cause(cause) for cause in row["secondary_causes"]]
    if others and row["is_counted"]:
        parts.append(t("deciding.others", causes=", ".join(others)))
    if row["has_conflict"]:
        parts.append(t("case.conflict"))
    return md(" ".join(parts))


def _correct(row: Mapping[str, Any], entries: Mapping[str, Entry]) -> None:
    """The form of one incident: a cause (or none), who can fix it, and why."""
    key = row["incident_key"]
    with st.expander(t("deciding.correct")):
        if not row["signal_keys"]:
            st.text(t("deciding.nothing"))
            return
        causes = dict(sorted(names.causes().items(), key=lambda each: plain(each[1])))
        labels = {NO_INCIDENT: t("deciding.no_incident"), **causes}
        now = row["cause"] if row["is_counted"] else NO_INCIDENT
        chosen = st.selectbox(
            t("column.cause"),
            list(labels),
            index=list(labels).index(now) if now in labels else None,
            format_func=labels.__getitem__,
            key=f"cause_{key}",
            width=420,
        )
        party = None if chosen == NO_INCIDENT else _party(row, chosen)
        note = st.text_input(t("deciding.note"), key=f"note_{key}", max_chars=300, width=620)
        who = history.who(f"who_{key}")
        item = row["decision_item"] or _withdrawn(row, entries) or key
        seen = entries[item].version if item in entries else 0
        st.button(
            t("deciding.save"),
            key=f"decide_{key}",
            type="primary",
            disabled=chosen is None,
            on_click=_decide,
            args=(item, _decision(row, chosen or None, party, note.strip(), entries.get(item)), seen, who),
        )


def _withdrawn(row: Mapping[str, Any], entries: Mapping[str, Entry]) -> str | None:
    """Under what a decision of this case was kept that somebody took back: its history goes on."""
    own = set(row["signal_keys"])
    return next(
        (
            item
            for item, entry in entries.items()
            if entry.after is None and entry.before and not own.isdisjoint(entry.before["signals"])
        ),
        None,
    )


def _party(row: Mapping[str, Any], cause: str | None) -> str:
    """A list of who can put it right; the cause's own party at first, or the one that the case has now."""
    labels = {party: names.of("party", party) for party in decisions.DECIDABLE}
    at_first = row["party"] if cause == row["cause"] else _usual_party(row, cause)
    chosen: str = st.selectbox(
        t("column.party"),
        list(labels),
        index=list(labels).index(at_first) if at_first in labels else 0,
        format_func=labels.__getitem__,
        key=f"party_{row['incident_key']}_{cause}",  # of another cause another party is proposed
        width=420,
    )
    return chosen


def _usual_party(row: Mapping[str, Any], cause: str | None) -> str:
    """Who can put a cause right by our rules; of what whoever shipped answers for, whoever shipped this."""
    rules = db.query("ref_causes").filter(pl.col("cause") == cause)["party"]
    party = rules[0] if rules.len() else "unknown"
    if party == "fulfiller":
        return "3pl" if row["fulfilled_by"] in ("3pl", "marketplace") else "merchant"
    return str(party)


def _decision(
    row: Mapping[str, Any], cause: str | None, party: str | None, note: str, before: Entry | None
) -> Decision:
    """What the reader says, and what the rules had said before anybody did."""
    first = before.after if before is not None and before.after is not None else None
    was = (first["was_cause"], first["was_party"]) if first else (row["cause"], row["party"])
    return Decision(cause, party, note, tuple(row["signal_keys"]), *was)


def _decide(item: str, decision: Decision, seen: int, who: str) -> None:
    place = store()
    try:
        changed = decisions.decide(place, item, decision, seen, who)
    except StoreError as error:
        history.say(error.message)
        return
    history.say(t("deciding.saved") if changed else t("deciding.same"))
    if changed:
        st.session_state["_rebuild"] = str(place.folder)


def _undo(entry: Entry, who: str) -> None:
    place = store()

    def done() -> None:
        st.session_state["_rebuild"] = str(place.folder)

    history.take_back(place, entry.batch, who, t("deciding.undone"), done)


def _history(newest: Mapping[str, Entry]) -> None:
    """What was said of the case, the newest first; the newest of each decision can be taken back."""
    place = store()
    told = [entry for item in newest for entry in notebook.history(place, decisions.TOPIC, item)]
    with st.expander(t("deciding.history", n=len(told))):
        for entry in sorted(told, key=lambda each: each.number, reverse=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(_told(entry)), width="stretch")
                st.button(
                    t("mapping.undo"),
                    key=f"undo_{entry.number}",
                    disabled=newest[entry.item].version != entry.version,
                    on_click=_undo,
                    args=(entry, history.name()),
                )


def _told(entry: Entry) -> str:
    """Who said what and when, in a sentence."""
    zone = ZoneInfo(store().zone())
    by = {
        "at": formats.moment(entry.at.astimezone(zone), language()),
        "who": entry.who or t("mapping.somebody"),
    }
    value = entry.after
    if value is None:
        return t("deciding.told_rules", **by)
    if value["cause"] is None:
        said = t("deciding.told_no_incident", **by)
    else:
        said = t(
            "deciding.told_cause",
            cause=names.cause(value["cause"]),
            party=names.of("party", value["party"]),
            was=names.cause(value["was_cause"]),
            **by,
        )
    return f"{said} {t('deciding.told_note', note=value['note'])}" if value["note"] else said
