"""The parts of the page on which the shop's own words get their causes, and words for channels their channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from app import db, formats, history, names
from app.buttons import pressed
from app.frame import Page
from app.i18n import LANGS, md, say, t
from pipelines import editing, mapping_files, user_changes
from pipelines.cells import plain
from pipelines.channels import CHANNELS, NAMES
from pipelines.editing import Value
from pipelines.shop_tags import IGNORE
from pipelines.store import Store, StoreError
from pipelines.suggesting import Suggestion, suggest
from pipelines.user_changes import Change

ON_A_PAGE = 20
#: words beside one another; a phone puts them below one another
ACROSS = 2
KINDS = ("all", "tag", "reason", "condition", "channel")
#: chosen for a word that is itself the name of a channel; no channel is called so
OWN = ""
_CHOICES = "_causes_chosen"


def store() -> Store:
    """The store whose words are shown: the demo's words are the demo's."""
    return Store(db.folder())


def words() -> tuple[pl.DataFrame, int]:
    """The values that a reader can say the meaning of, most frequent first; and how many more nobody can map here.

    One row a kind (tag, reason, condition, channel), scheme and value.
    """
    rows = db.query("unmapped_values")
    values = [_value(row) for row in rows.rows(named=True)]
    ours = pl.Series(editing.can_map(store(), values), dtype=pl.Boolean)
    is_condition = pl.col("scheme").str.ends_with(".condition").fill_null(value=False) & (
        pl.col("value_kind") == "reason"
    )
    told = rows.with_columns(kind=pl.when(is_condition).then(pl.lit("condition")).otherwise("value_kind"))
    return told.filter(ours).sort("signal_count", "value", descending=[True, False]), int((~ours).sum())


def _value(row: Mapping[str, Any]) -> Value:
    return Value(row["value"], row["scheme"], row["value_kind"] == "channel")


def draw(page: Page) -> None:
    """The words, a cause or channel to choose for each, and what was chosen before."""
    history.said()
    rows, others = words()
    st.markdown(t("vocabulary.what"))
    if rows.is_empty():
        st.success(t("vocabulary.none"))
    else:
        signals = int(rows["signal_count"].sum())
        st.markdown(f"**{t('vocabulary.left', n=rows.height, signals=signals)}**")
        _list(page, _narrowed(rows))
    if others:
        st.caption(t("vocabulary.not_ours", n=others))
    changes = [change for change in user_changes.changes(store()) if change.what in editing.VALUES]
    if changes:
        history.draw(store(), changes, _told)
    st.caption(md(t("vocabulary.where", files=str(store().user))))


def _narrowed(rows: pl.DataFrame) -> pl.DataFrame:
    """The words of one kind that hold what is searched for."""
    labels = {kind: t(f"vocabulary.{kind}") for kind in KINDS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            t("vocabulary.kind"), KINDS, format_func=labels.__getitem__, key="w_word_kind", width=220
        )
        sought = st.text_input(t("vocabulary.search"), key="w_word_search", width=260).strip().lower()
        if kind != "all":
            rows = rows.filter(pl.col("kind") == kind)
        if sought:
            rows = rows.filter(pl.col("value").str.to_lowercase().str.contains(sought, literal=True))
        pages = max(1, -(-rows.height // ON_A_PAGE))
        number = 1
        if pages > 1:
            number = int(
                st.selectbox(t("vocabulary.page"), range(1, pages + 1), key=f"w_word_page_{pages}", width=110)
            )
    return rows.slice((number - 1) * ON_A_PAGE, ON_A_PAGE)


def _list(page: Page, rows: pl.DataFrame) -> None:
    """A list of causes or channels for each word, the suggested one first; and a button that maps what was chosen."""
    chosen: dict[Value, str] = st.session_state.setdefault(_CHOICES, {})
    found = rows.rows(named=True)
    values = [_value(row) for row in found]
    suggested = _suggested(str(db.snapshot()), values)
    causes, channels = _sorted(names.causes()), _sorted(_channels())
    where = _schemes(rows["scheme"].drop_nulls().unique().to_list())
    for start in range(0, len(found), ACROSS):
        batch = zip(
            st.columns(ACROSS, gap="large"),
            found[start : start + ACROSS],
            suggested[start : start + ACROSS],
            strict=False,
        )
        for place, row, suggestion in batch:
            with place:
                value = _value(row)
                _word(value, suggestion, channels if value.is_channel else causes, chosen)
                place_name = where.get(row["scheme"], t("vocabulary.tag"))
                kind = f"{names.code('value_kind', 'channel')} · " if value.is_channel else ""
                seen = t(
                    "vocabulary.seen",
                    where=f"{kind}{place_name}",
                    n=row["signal_count"],
                    day=formats.day(row["last_seen_date"], page.lang),
                )
                st.caption(md(" · ".join([seen, *_like(value, suggestion)])))
    _buttons(values, suggested, chosen)


def _channels() -> dict[str, str]:
    """What channels are called, ours and those that the shop named, by their codes."""
    shop = db.query("ref_channels").filter(pl.col("origin") == "shop")["channel"].unique().to_list()
    return {code: names.code("channel", code) for code in (*NAMES, *shop)}


def _sorted(titles: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(titles.items(), key=lambda each: plain(each[1])))


def _like(value: Value, suggestion: Suggestion | None) -> list[str]:
    """Why a cause or channel is suggested, if one is."""
    if suggestion is None:
        return []
    return [t("vocabulary.like", cause=_title(suggestion.cause, value.is_channel), like=suggestion.like)]


def _title(code: str, is_channel: bool) -> str:
    """What a cause or channel is called, or 'says nothing'."""
    if is_channel:
        return names.code("channel", code)
    return t("vocabulary.ignore") if code == IGNORE else names.cause(code)


def _word(
    value: Value, suggestion: Suggestion | None, titles: dict[str, str], chosen: dict[Value, str]
) -> None:
    """One word and the causes, or the channels, that it may mean."""
    key = f"{'channel' if value.is_channel else 'c'}_{value.scheme}_{value.value}"
    other = OWN if value.is_channel else IGNORE
    says = t("vocabulary.own", word=value.value[:60]) if value.is_channel else t("vocabulary.ignore")
    labels: dict[str | None, str] = {None: t("vocabulary.choose"), other: says}
    labels.update(titles)
    options: list[str | None] = [None, other, *titles]
    if suggestion is not None and suggestion.cause in labels:
        options = [None, suggestion.cause, *(o for o in options if o not in (None, suggestion.cause))]
        labels[suggestion.cause] = t("vocabulary.suggested", cause=labels[suggestion.cause])
    st.session_state[key] = chosen.get(value)

    def choose() -> None:
        cause = st.session_state[key]
        if cause is None:
            chosen.pop(value, None)
        else:
            chosen[value] = cause

    st.selectbox(
        md(value.value[:80]),
        options,
        format_func=labels.__getitem__,
        key=key,
        placeholder=labels[None],
        on_change=choose,
    )


def _buttons(
    values: Sequence[Value], suggested: Sequence[Suggestion | None], chosen: dict[Value, str]
) -> None:
    open_ = {v: s.cause for v, s in zip(values, suggested, strict=True) if s is not None and v not in chosen}
    who = history.who()
    with st.container(horizontal=True):
        label = t("vocabulary.save", n=len(chosen)) if chosen else t("vocabulary.save_none")
        if pressed(label, "map_words", kind="primary", disabled=not chosen):
            _save(chosen, who)
        if open_:
            label = t("vocabulary.take", n=len(open_))
            st.button(label, key="take_suggestions", on_click=chosen.update, args=(open_,))


def _save(chosen: dict[Value, str], who: str) -> None:
    meant = {value: value.value if code == OWN else code for value, code in chosen.items()}
    try:
        changes = editing.set_causes(store(), meant, who)
    except StoreError as error:
        history.say(error.message)
        st.rerun()
    chosen.clear()
    history.say(t("vocabulary.done", n=len(changes)))
    history.rebuild(store())
    st.rerun()


def _schemes(schemes: Sequence[str]) -> dict[str, str]:
    """What the vocabularies and tools are called: of a mapping its title."""
    titles = {m.draft.name: m.draft.title or m.draft.name for m in mapping_files.saved(store()) if m.draft}
    told = {}
    for scheme in schemes:
        name = scheme.removeprefix("mapping.").removesuffix(".condition")
        is_mapping = scheme.startswith("mapping.") or scheme in titles
        told[scheme] = titles.get(name, name) if is_mapping else names.code("scheme", scheme)
    return told


@st.cache_data(max_entries=40, show_spinner=False)
def _suggested(snapshot: str, values: list[Value]) -> list[Suggestion | None]:
    """The best suggestion for each value, from everything that the rules know; a snapshot never changes."""
    causes = iter(suggest([each.value for each in values if not each.is_channel], _known_causes()))
    channels = iter(suggest([each.value for each in values if each.is_channel], _known_channels()))
    return [next(channels if each.is_channel else causes) for each in values]


def _known_channels() -> dict[str, str]:
    """The channel of each text that names one: words of tools, and what we call channels in any language."""
    # a vendor's 'channel::api' would be found in every word that has 'channel' in it
    known = {word: code for word, code in CHANNELS.items() if "::" not in word}
    for lang in LANGS:
        known |= {say(lang, f"channel.{code}"): code for code in NAMES}
    rows = db.query("ref_channels").filter(pl.col("origin") == "shop")
    return known | dict(rows.select("code", "channel").iter_rows())


def _known_causes() -> dict[str, str]:
    """The cause, or 'ignore', of each text that the rules know."""
    known: dict[str, str] = {}
    for table, column in (("ref_phrases", "phrase"), ("ref_codes", "code"), ("ref_tags", "tag")):
        rows = db.query(table)
        causes = rows["cause"].fill_null(IGNORE) if table != "ref_phrases" else rows["cause"]
        known |= {text: cause for text, cause in zip(rows[column], causes, strict=True) if cause is not None}
    titles = db.query("ref_causes")
    for column in ("title_fr", "title_en"):
        known |= dict(zip(titles[column], titles["cause"], strict=True))
    return known


def _told(change: Change, at: str, who: str) -> str:
    is_channel = change.what == "channel"
    after = t("vocabulary.unmapped") if change.after is None else _title(change.after, is_channel)
    return t("vocabulary.changed", at=at, who=who, value=change.value or "", cause=after)
