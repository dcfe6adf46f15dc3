"""The work list: what needs a person, who has it in hand, and several things changed at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app import action_form, db, deciding, empty, formats, history, names, navigation, tables
from app.exports import Column
from app.frame import Page
from app.i18n import language, md, t
from app.navigation import Target
from pipelines import notebook, work_states
from pipelines.notebook import Entry
from pipelines.store import Store, StoreError
from pipelines.work_states import OPEN, STATES, Edit, State

SHOWN = ("open", "mine", *STATES, "all")
UNCHANGED = "unchanged"
HISTORY = 20
_WEEK = timedelta(weeks=1)


def today(store: Store) -> date:
    """The day on the shop's clock: what is muted comes back by it."""
    return datetime.now(ZoneInfo(store.zone())).date()


def rows(page: Page, said: Mapping[str, tuple[int, State]], day: date) -> pl.DataFrame:
    """One row a thing to do that passes the filters, with its state, owner and note."""
    items = db.query("work_items", page.filters.without_period())
    told = [said.get(key, (0, State())) for key in items["item_key"].to_list()]
    return items.with_columns(
        version=pl.Series([version for version, _ in told], dtype=pl.Int64),
        state=pl.Series([state.on(day) for _, state in told], dtype=pl.String),
        owner=pl.Series([state.owner for _, state in told], dtype=pl.String),
        note=pl.Series([state.note for _, state in told], dtype=pl.String),
    )


def draw(page: Page) -> None:
    """The sentence, the choices, the list, the change of what was chosen, and what was changed before."""
    place = deciding.store()
    history.said()
    present = db.query("work_items")["item_key"].to_list()
    work_states.note_solved(place, present)
    said = work_states.states(place)
    day = today(place)
    every = rows(page, said, day)
    st.markdown(sentence(page, every))
    chosen = _narrowed(every)
    if chosen.is_empty():
        empty.section("work_list.none" if every.height else "work_list.nothing")
    else:
        picked = _list(page, chosen, notebook.mark(place, work_states.TOPIC))
        _edit(page, place, chosen, picked, said, day)
    _history(place)


def sentence(page: Page, every: pl.DataFrame) -> str:
    """How much there is to do, what it is worth, and what is late, in a line of Markdown."""
    open_ = every.filter(pl.col("state").is_in(OPEN))
    if open_.is_empty():
        return t("work_list.all_done")
    late = open_.filter(pl.col("urgency") == "late")
    money = [formats.money(_sum(part), page.currency, page.lang, 0) for part in (open_, late)]
    text = t("work_list.sentence", n=open_.height, money=md(money[0]))
    if late.height:
        text = f"{text} {t('work_list.late', n=late.height, money=md(money[1]))}"
    week = open_.filter(pl.col("urgency") == "this_week").height
    text = f"{text} {t('work_list.this_week', n=week)}" if week else text
    unknown = open_["main_cents"].null_count()
    return f"{text} {t('work_list.unknown', n=unknown, currency=md(page.currency))}" if unknown else text


def _sum(part: pl.DataFrame) -> int | None:
    known = part["main_cents"].drop_nulls()
    return int(known.sum()) if known.len() else None


def _choice(param: str, options: Sequence[str], label: str, written: Callable[[str], str], width: int) -> str:
    """A list whose choice stands in the URL; the first option is the one of a URL that says nothing."""
    asked = st.query_params.get(param, options[0])
    key = f"w_{param}"
    st.session_state[key] = asked if asked in options else options[0]

    def changed() -> None:
        if st.session_state[key] == options[0]:
            st.query_params.pop(param, None)
        else:
            st.query_params[param] = st.session_state[key]

    names_of = {option: written(option) for option in options}
    return str(
        st.selectbox(
            label, options, format_func=names_of.__getitem__, key=key, on_change=changed, width=width
        )
    )


def _narrowed(every: pl.DataFrame) -> pl.DataFrame:
    """The things of the kind, state and owner that the reader asks for."""
    kinds = ["", *sorted(every["kind"].unique().to_list(), key=lambda kind: names.code("work_kind", kind))]
    owners = ["", *sorted(every.filter(pl.col("owner") != "")["owner"].unique().to_list())]
    counts = dict(every.group_by("kind").len().iter_rows())

    def kind_name(kind: str) -> str:
        return f"{names.code('work_kind', kind)} ({counts[kind]})" if kind else t("work_list.every_kind")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = _choice("work", kinds, t("column.what"), kind_name, 320)
        shown = _choice(
            "state", SHOWN, t("work_list.shown"), lambda each: names.code("work_state", each), 230
        )
        owner = _choice("owner", owners, t("work_list.owner"), lambda who: who or t("work_list.anybody"), 220)
    wanted = every
    if kind:
        wanted = wanted.filter(pl.col("kind") == kind)
    if owner:
        wanted = wanted.filter(pl.col("owner") == owner)
    if shown in ("open", "mine"):
        wanted = wanted.filter(pl.col("state").is_in(OPEN))
    elif shown != "all":
        wanted = wanted.filter(pl.col("state") == shown)
    return wanted.filter(pl.col("owner") == history.name()) if shown == "mine" else wanted


def _list(page: Page, chosen: pl.DataFrame, mark: str) -> list[int]:
    """The table; which of its rows are chosen. After each change it is a new one, with nothing chosen."""
    shown = chosen.with_columns(
        kind_name=names.column(chosen, "kind", "work_kind"),
        state_name=names.column(chosen, "state", "work_state"),
        urgency_name=names.column(chosen, "urgency", "urgency"),
        cause_name=names.column(chosen, "cause", "cause"),
        channel_name=names.column(chosen, "channel", "channel"),
    )
    columns = [
        Column("urgency_name", t("work_list.urgency")),
        Column("kind_name", t("column.what")),
        Column("reference", t("work_list.reference")),
        Column("amount_cents", t("column.amount"), "money"),
        Column("currency", t("column.currency")),
        Column("due_date", t("work_list.due"), "date"),
        Column("state_name", t("work_list.state")),
        Column("owner", t("work_list.owner")),
        Column("note", t("work_list.note")),
        Column("product", t("column.product")),
        Column("cause_name", t("column.cause")),
        Column("channel_name", t("dimension.channel")),
        Column("since_date", t("work_list.since"), "date"),
    ]
    alt = t("work_list.alt")
    picked = tables.bare(shown, columns, f"work_{mark}", alt, None, _target(page), height=520, choose=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        tables.download(lambda: shown, columns, "work_list", shown.height)
        if shown.height > tables.SHOWN_ROWS:
            st.caption(t("table.first_rows", shown=tables.SHOWN_ROWS, n=shown.height))
    return picked


def _target(page: Page) -> Callable[[dict[str, Any]], Target]:
    """Where a thing leads: to its case, or to the cases of its article."""

    def leads_to(row: dict[str, Any]) -> Target:
        if row["order_key"] or row["incident_key"]:
            return navigation.case(row["order_key"], row["incident_key"])
        return navigation.cases(page.filters, sku=row["sku"])

    return leads_to


def _edit(
    page: Page,
    place: Store,
    chosen: pl.DataFrame,
    picked: list[int],
    said: Mapping[str, tuple[int, State]],
    day: date,
) -> None:
    """What to change in the chosen rows: owner, state, note; one button takes them in hand."""
    st.caption(t("work_list.chosen", n=len(picked)) if picked else t("work_list.choose"))
    who = history.who()
    labels = {UNCHANGED: t("work_list.unchanged")} | {each: names.code("work_state", each) for each in STATES}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = st.selectbox(
            t("work_list.state"),
            list(labels),
            format_func=labels.__getitem__,
            key="work_new_state",
            width=220,
        )
        until = None
        if state == "muted":
            until = st.date_input(
                t("work_list.until"), value=day + _WEEK, min_value=day + timedelta(days=1),
                key="work_until", width=170, format="DD/MM/YYYY",
            )  # fmt: skip
        owner = st.text_input(
            t("work_list.owner"),
            key="work_new_owner",
            placeholder=labels[UNCHANGED],
            max_chars=60,
            width=200,
        )
        note = st.text_input(
            t("work_list.note"), key="work_new_note", placeholder=labels[UNCHANGED], max_chars=300, width=340
        )
    change = Edit(
        None if state == UNCHANGED else state,
        owner.strip() or None,
        note.strip() or None,
        until if isinstance(until, date) else None,
    )
    things = [
        (row["item_key"], row["version"], said.get(row["item_key"], (0, State()))[1], _about(row))
        for row in (chosen.row(at, named=True) for at in picked if at < chosen.height)
    ]
    with st.container(horizontal=True):
        mine = Edit("in_hand", who)
        for key, label, wanted, shortcut, is_off in (
            ("work_save", t("work_list.save", n=len(things)), change, "Ctrl+Enter", change == Edit()),
            ("work_take", t("work_list.take"), mine, "Ctrl+Shift+Enter", not who),
        ):
            st.button(
                label,
                key=key,
                type="primary" if key == "work_save" else "secondary",
                disabled=not things or is_off,
                on_click=_save,
                args=(place, things, wanted, who),
                shortcut=shortcut,
            )
        first = chosen.row(picked[0], named=True) if len(picked) == 1 and picked[0] < chosen.height else {}
        has_scope = bool(first.get("cause") or first.get("sku"))
        st.button(
            t("actions.start_one"),
            key="work_act",
            disabled=not has_scope,
            help=t("actions.start_help"),
            on_click=navigation.go,
            args=(action_form.start_on(page.filters, first.get("cause"), "sku", first.get("sku")),),
        )


def _about(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a thing was, for when it is gone from the data."""
    return {name: row[name] for name in ("kind", "reference", "amount_cents", "currency")}


def _save(
    place: Store, things: Sequence[tuple[str, int, State, Mapping[str, Any]]], change: Edit, who: str
) -> None:
    try:
        done = work_states.edit(place, things, change, who)
    except StoreError as error:
        history.say(error.message)
        return
    st.session_state.update(work_new_state=UNCHANGED, work_new_owner="", work_new_note="")
    history.say(t("work_list.saved", n=len(done)))


def _history(place: Store) -> None:
    """The last changes, each with what it was about; the newest of its things can be taken back."""
    entries = notebook.history(place, work_states.TOPIC, limit=HISTORY * 25)
    if not entries:
        return
    newest: dict[str, int] = {}
    for entry in entries:
        newest.setdefault(entry.item, entry.version)
    batches: dict[str, list[Entry]] = {}
    for entry in entries:
        batches.setdefault(entry.batch, []).append(entry)
    with st.expander(t("work_list.history")):
        for batch, done in list(batches.items())[:HISTORY]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(_told(done)), width="stretch")
                is_last = all(newest[entry.item] == entry.version for entry in done)
                solved = work_states.state_of(done[0]).state == work_states.SOLVED
                st.button(
                    t("mapping.undo"),
                    key=f"undo_{batch}",
                    disabled=not is_last or solved,
                    on_click=history.take_back,
                    args=(place, batch, history.name(), t("work_list.undone")),
                )


def _told(done: Sequence[Entry]) -> str:
    """One change in a sentence: when, who, of what, and what it says now."""
    first, zone = done[0], ZoneInfo(deciding.store().zone())
    state = work_states.state_of(first)
    about = (first.after or first.before or {}).get("about") or {}
    what = t("work_list.things", n=len(done))
    if len(done) == 1:
        what = f"{names.code('work_kind', about.get('kind'))} {about.get('reference') or ''}".strip()
    at = formats.moment(first.at.astimezone(zone), language())
    if state.state == work_states.SOLVED:
        return t("work_list.told_solved", at=at, what=what)
    now = [names.code("work_state", state.state)]
    if state.until:
        now.append(t("work_list.until_day", day=formats.day(date.fromisoformat(state.until), language())))
    if state.owner:
        now.append(state.owner)
    if state.note:
        now.append(state.note)
    key = "work_list.told_undone" if first.undoes else "work_list.told"
    return t(key, at=at, who=first.who or t("mapping.somebody"), what=what, now=" · ".join(now))
