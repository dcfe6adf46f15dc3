"""The weekly list: seven things at most, each with who has it in hand, and a way to say so, mute it or undo that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from app import action_form, alert_words, db, deciding, formats, history, names, navigation, report, work_list
from app.alert_words import Words
from app.buttons import pressed
from app.filters import Filters
from app.frame import Page, data_as_of
from app.i18n import language, md, t
from app.navigation import Target
from pipelines import alert_states, notebook
from pipelines.alert_states import MOST, STATES, Kept, Row, Standing
from pipelines.notebook import Entry
from pipelines.store import Store, StoreError
from pipelines.work_states import Edit

HISTORY = 10
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Told:
    """One thing with how it stands today."""

    row: Row
    now: Standing


def words() -> Words:
    """What speaks the reader's language."""
    return Words(language(), names.causes())


def told(filters: Mapping[str, Any] | None = None) -> list[Told]:
    """Everything that the data tell under these filters, the most pressing first."""
    place = deciding.store()
    entries = _entries(place)
    day = work_list.today(place)
    rows = db.query("weekly_alerts", filters)
    return [Told(row, alert_states.standing(row, entries, day)) for row in rows.iter_rows(named=True)]


def _entries(place: Store) -> list[Kept]:
    """What was said of things; one that is gone from the data, or there again, is noted first."""
    every = db.query("weekly_alerts").rows(named=True)
    alert_states.note_gone(place, every, every[0]["data_date"] if every else data_as_of())
    return alert_states.kept(place)


@dataclass(frozen=True)
class Week:
    """The list of the week, what it is about, and what is not on it: the less pressing, and the muted."""

    about: str
    shown: Sequence[Told]
    others: Sequence[Told]

    @property
    def rest(self) -> str:
        """How many are not on the list; '' where none is."""
        muted = sum(each.now.state == "muted" for each in self.others)
        counts = [("alerts.rest", len(self.others) - muted), ("alerts.muted", muted)]
        return " ".join(t(key, n=n) for key, n in counts if n)


def week(page: Page) -> Week:
    """What is to be treated this week under the filters of the page."""
    found = told(page.filters.without_period())
    shown = [each for each in found if each.now.state != "muted"]
    day = formats.day(found[0].row["data_date"] if found else page.as_of, page.lang)
    about = [t("alerts.as_of", n=MOST, day=day)]
    if page.filters.choices:
        about.append(t("alerts.filtered"))
    muted = [each for each in found if each.now.state == "muted"]
    return Week(" ".join(about), shown[:MOST], [*shown[MOST:], *muted])


def draw(page: Page) -> None:
    """The list of the week, what is not on it, and what was said of it so far."""
    now = week(page)
    st.subheader(t("alerts.week"), anchor=False)
    st.caption(md(now.about))
    if not now.shown:
        st.markdown(t("alerts.none"))
    rows(now.shown, "week")
    _rest(now)
    past()


def _rest(now: Week) -> None:
    """What is not on the list, for whoever opens it."""
    if not now.others:
        return
    with st.expander(md(now.rest), on_change="rerun", key="alerts_rest") as box:
        if box.open:
            rows(now.others, "rest")


def rows(things: Sequence[Told], key: str) -> None:
    """A line for each thing, which leads to what it is made of, and beside it who has it in hand."""
    say, place = words(), deciding.store()
    for rank, each in enumerate(things, 1):
        left, right = st.columns([6, 1], vertical_alignment="center", gap="small")
        with left:
            report.rows([line(say, rank, each)], key=f"{key}_{each.row['alert_key']}")
        with right:
            follow(place, each, key)


def line(say: Words, rank: int, each: Told) -> report.Row:
    """What is said of one thing."""
    return report.Row(
        rank=str(rank),
        title=say.title(each.row),
        detail=" · ".join(_detail(say, each)),
        figure=say.amount(each.row),
        badge=say.state(each.now.state),
        target=Target(*alert_words.leads_to(each.row)),
    )


def _detail(say: Words, each: Told) -> list[str]:
    """Why it is told again, who has it, why it is told, and who can put it right where that is not the shop."""
    parts = [say.again(each.now)] if each.now.again else []
    if each.now.said.owner:
        parts.append(t("alerts.owned", who=each.now.said.owner))
    parts.append(say.reason(each.row))
    if each.row["party"] not in ("merchant", "unknown", None):
        parts.append(t("alerts.party", party=say.party(each.row["party"])))
    return parts


@st.fragment
def follow(place: Store, each: Told, key: str) -> None:
    """A button that opens the form of one thing: owner, state, note. Once something is said it is a new one, closed."""
    name = f"{key}_{each.row['alert_key']}_{each.now.version}"
    with st.popover(t("alerts.follow"), on_change="rerun", key=f"follow_{name}", type="tertiary") as popover:
        if popover.open:
            _form(place, each, name)


def _form(place: Store, each: Told, name: str) -> None:
    now = each.now
    st.markdown(f"**{md(words().title(each.row))}**")
    who = history.who(f"who_{name}")
    owner = st.text_input(t("alerts.owner"), now.said.owner, key=f"owner_{name}", max_chars=60)
    labels = {state: words().state(state) for state in STATES}
    # whoever opens it knows it
    at_first = "known" if now.state == "new" else now.state
    state = st.selectbox(
        t("alerts.state"),
        list(labels),
        index=list(labels).index(at_first),
        format_func=labels.__getitem__,
        key=f"state_{name}",
    )
    until = None
    if state == "muted":
        day = work_list.today(place)
        until = st.date_input(
            t("alerts.until"), day + _WEEK, min_value=day + timedelta(days=1), key=f"until_{name}",
            format="DD/MM/YYYY",
        )  # fmt: skip
    note = st.text_input(t("alerts.note"), now.said.note, key=f"note_{name}", max_chars=300)
    change = Edit(state, owner, note, until if isinstance(until, date) else None)
    with st.container(horizontal=True):
        for button, label, wanted in (
            ("save", t("alerts.save"), change),
            ("mine", t("alerts.mine"), Edit("known", who)),
        ):
            if pressed(
                label,
                f"{button}_{name}",
                kind="primary" if button == "save" else "secondary",
                disabled=button == "mine" and not who,
            ):
                _save(place, each, wanted, who)
                st.rerun()
        if each.row["cause"] and pressed(t("actions.start_one"), f"act_{name}", help=t("actions.start_help")):
            navigation.go(_action(each.row))
            st.rerun()


def _action(row: Row) -> Target:
    """Where an action against a thing is written down."""
    everything = Filters("all", None, None)
    return action_form.start_on(everything, row["cause"], *alert_words.held_by(row), row["since_date"])


def _save(place: Store, each: Told, change: Edit, who: str) -> None:
    try:
        alert_states.edit(place, [(each.row, each.now)], change, who)
    except StoreError as error:
        history.say(error.message)
        return
    history.say(t("alerts.saved", what=words().title(each.row)))


def past() -> None:
    """The last changes, each with what it was about; the newest of a thing can be taken back."""
    place = deciding.store()
    entries = notebook.history(place, alert_states.TOPIC, limit=HISTORY)
    if not entries:
        return
    newest: dict[str, int] = {}
    for entry in entries:
        newest.setdefault(entry.item, entry.version)
    with st.expander(t("alerts.history")):
        for entry in entries:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(_said(place, entry)), width="stretch")
                st.button(
                    t("mapping.undo"),
                    key=f"undo_{entry.batch}",
                    disabled=newest[entry.item] != entry.version or not entry.who,
                    on_click=history.take_back,
                    args=(place, entry.batch, history.name(), t("alerts.undone")),
                )


def _said(place: Store, entry: Entry) -> str:
    """One change in a sentence: when, who, of what, and what it says now."""
    at = formats.moment(entry.at.astimezone(ZoneInfo(place.zone())), language())
    said, about = alert_states.said_of(entry), (entry.after or entry.before or {}).get("about") or {}
    what = _what(about)
    if not entry.who:
        return t("alerts.told_gone" if said.gone_on else "alerts.told_back", at=at, what=what)
    now = Standing(entry.item, entry.version, said, said.state)
    parts = [words().standing(now), *([said.note] if said.note else [])]
    key = "alerts.told_undone" if entry.undoes else "alerts.told"
    return t(key, at=at, who=entry.who, what=what, now=" · ".join(parts))


def _what(about: Mapping[str, Any]) -> str:
    """What a thing was called, as far as the notebook remembers it."""
    say = words()
    cause = [names.cause(about["cause"])] if about.get("cause") else []
    kind = [] if about.get("kind") == "rising" else [names.code("alert_kind", about.get("kind"))]
    return " · ".join([*kind, *cause, say.place(about.get("place_kind") or "all", about.get("place"))])
