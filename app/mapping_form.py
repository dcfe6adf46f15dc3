"""The form of one mapping: what the file is, which column means what, and the records that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
import streamlit as st

from app import data, exports, names, tables, zones
from app.exports import Column
from app.i18n import language, md, t
from app.work import CONSTANTS, Work
from pipelines.contract import KINDS
from pipelines.proposing import fields, words_of
from pipelines.trying import Outcome

PREVIEW_ROWS = 8
RECORD_ROWS = 50
#: fields beside one another; a phone puts them below one another
ACROSS = 3
_EXAMPLES = 3


def what_it_is(work: Work) -> None:
    """The first rows of the file, and the kind of its records."""
    if work.trial is not None:
        st.subheader(md(t("mapping.file", file=work.trial.name, n=work.trial.row_count)), anchor=False)
        _first_rows(work)
    if work.saved is not None:
        title = work.saved.draft.title or work.saved.draft.name if work.saved.draft else work.title
        st.subheader(md(t("mapping.editing", title=title)), anchor=False)
        if any(line.lstrip().startswith("#") for line in work.saved.text.splitlines()[1:]):
            st.caption(t("mapping.comments_go"))
    labels = {kind: names.code("record_kind", kind) for kind in KINDS}
    st.session_state["w_kind"] = work.kind
    st.selectbox(
        t("mapping.kind"),
        list(KINDS),
        format_func=labels.__getitem__,
        key="w_kind",
        width=420,
        on_change=lambda: work.choose_kind(st.session_state["w_kind"]),
    )
    if work.proposed:
        st.caption(t(f"mapping.kind_{work.certainty}", kind=labels[work.proposed]))


def _first_rows(work: Work) -> None:
    assert work.trial is not None
    rows = work.trial.rows(PREVIEW_ROWS)
    # by place, because two headers of a file may differ in nothing but a blank
    frame = pl.DataFrame(
        [[row[at] for row in rows] for at in range(len(work.trial.columns))],
        schema={f"c{at}": pl.String for at in range(len(work.trial.columns))},
    )
    shown = [Column(f"c{at}", header) for at, header in enumerate(work.trial.columns)]
    st.caption(t("mapping.first_rows"))
    tables.bare(frame, shown, "first_rows", t("mapping.first_rows_alt"))


def columns(work: Work) -> None:
    """One list of headers for each contract column: first those that were proposed or are needed, then the others."""
    st.subheader(t("mapping.columns"), anchor=False)
    _fields(work, work.shown)
    others = [name for name in fields(KINDS[work.kind]) if name not in work.shown]
    with st.expander(t("mapping.more", n=len(others))):
        _fields(work, others)
    if "order_id" in KINDS[work.kind].columns and "order_id" not in work.columns:
        st.warning(t("mapping.no_order"))


def _fields(work: Work, wanted: Sequence[str]) -> None:
    for start in range(0, len(wanted), ACROSS):
        for place, column in zip(st.columns(ACROSS), wanted[start : start + ACROSS], strict=False):
            with place:
                _field(work, column)


def _field(work: Work, column: str) -> None:
    """The header that a contract column is read from, how sure that is, and what stands under it."""
    key = f"m_{column}"
    label = t(f"field.{column}")
    if column in KINDS[work.kind].required:
        label = t("mapping.needed", field=label)
    chosen = work.columns.get(column, ())
    st.session_state[key] = chosen[0] if chosen else None
    nothing = t("mapping.nothing")
    st.selectbox(
        label,
        [None, *work.headers],
        format_func=lambda header: nothing if header is None else " ".join(header.split()),
        key=key,
        placeholder=nothing,
        on_change=lambda: work.choose(column, st.session_state[key]),
    )
    if chosen:
        st.caption(_why(work, column, chosen[0]))


def _why(work: Work, column: str, header: str) -> str:
    sure = t(f"mapping.sure_{work.sure.get(column, 'chosen')}")
    if work.trial is None or header not in work.trial.columns:
        return md(sure)
    values = work.trial.distinct(header, _EXAMPLES)
    if not values:
        return md(t("mapping.empty_column", sure=sure))
    return md(t("mapping.example_values", sure=sure, values=", ".join(value[:40] for value in values)))


def rest(work: Work) -> None:
    """Texts and persons, what is the same in every row, separators, and the words of columns that have few."""
    kind = KINDS[work.kind]
    used = {header for headers in work.columns.values() for header in headers}
    free = [header for header in work.headers if header not in used]
    if "phrases" in kind.columns:
        _several(work, "words", t("mapping.words"), free)
    _several(work, "personal", t("mapping.personal"), free)
    left = [h for h in free if h not in work.words and h not in work.personal]
    if left:
        st.caption(md(t("mapping.left", columns=", ".join(left))))
    _constants(work)
    for column in [c for c in work.columns if kind.columns.get(c) == "VARCHAR[]"]:
        _separator(work, column)
    for column in [c for c in work.columns if words_of(work.kind, c)]:
        _words(work, column)


def _separator(work: Work, column: str) -> None:
    """What parts the values in one cell."""
    key = f"s_{column}"
    st.session_state[key] = work.split.get(column, "")

    def say() -> None:
        work.split[column] = st.session_state[key]

    label = t("mapping.separator", field=t(f"field.{column}"))
    st.text_input(label, key=key, max_chars=5, width=300, on_change=say)


def _several(work: Work, part: Literal["words", "personal"], label: str, free: Sequence[str]) -> None:
    """A choice of headers for a part of the mapping that takes several."""
    key = f"w_{part}"
    st.session_state[key] = [header for header in getattr(work, part) if header in free]
    st.multiselect(
        label,
        free,
        key=key,
        placeholder=t("mapping.nothing"),
        on_change=lambda: setattr(work, part, tuple(st.session_state[key])),
    )


def _constants(work: Work) -> None:
    """Values that the file does not write because they never change; needed ones are asked for at once."""
    kind = KINDS[work.kind]
    open_ = [
        c for c in (*kind.required, *CONSTANTS) if kind.columns.get(c) == "VARCHAR" and c not in work.columns
    ]
    open_ = [c for c in dict.fromkeys(open_) if c in CONSTANTS]
    needed = [c for c in open_ if c in kind.required]
    for column in needed:
        _constant(work, column)
    others = [c for c in open_ if c not in needed]
    if others:
        with st.expander(t("mapping.constants")):
            for column in others:
                _constant(work, column)


def _constant(work: Work, column: str) -> None:
    label = t("mapping.constant", field=t(f"field.{column}"))
    key, now = f"k_{column}", str(work.constants.get(column, ""))
    ours = words_of(work.kind, column)

    def say() -> None:
        value = st.session_state[key].strip()
        work.constants.pop(column, None)
        if value:
            work.constants[column] = value.upper() if column == "currency" else value

    st.session_state[key] = now
    if ours:
        labels = {"": t("mapping.nothing"), **{word: names.code("word", word) for word in ours}}
        st.selectbox(
            label, list({**labels, now: now}), format_func=lambda word: labels.get(word, word), key=key,
            width=420, on_change=say,
        )  # fmt: skip
    else:
        st.text_input(label, key=key, max_chars=60, width=420, on_change=say)


def _words(work: Work, column: str) -> None:
    """Ours for each of the file's words in a column that holds one of a few."""
    ours = words_of(work.kind, column)
    theirs = [word for word in work.listed(column) if word.lower() not in ours]
    if not theirs:
        return
    known = work.values.setdefault(column, {})
    labels: dict[str | None, str] = {None: t("mapping.as_is")}
    labels |= {word: names.code("word", word) for word in ours}
    open_ = any(word not in known for word in theirs)
    with st.expander(t("mapping.vocabulary", field=t(f"field.{column}")), expanded=open_):
        for start in range(0, len(theirs), ACROSS):
            for place, word in zip(st.columns(ACROSS), theirs[start : start + ACROSS], strict=False):
                with place:
                    _one_word(known, word, f"v_{column}_{word}", labels)


def _one_word(known: dict[str, str], word: str, key: str, labels: dict[str | None, str]) -> None:
    """One of the file's words, and ours that it stands for."""

    def choose() -> None:
        known.pop(word, None)
        if st.session_state[key] is not None:
            known[word] = st.session_state[key]

    st.session_state[key] = known.get(word)
    options = list({**labels, known.get(word): ""})
    st.selectbox(
        md(word[:60]),
        options,
        format_func=lambda ours: labels.get(ours, ours),
        key=key,
        placeholder=labels[None],
        on_change=choose,
    )


def result(work: Work, zone: str) -> None:
    """The records and the rejected rows that the first rows of the file give, by the code that loads files."""
    if (missing := work.missing()) or not work.columns:
        st.error(md(t("mapping.missing", fields=", ".join(t(f"field.{c}") for c in missing))))
        return
    outcome = work.outcome(zone)
    if outcome is None:
        return
    st.subheader(t("mapping.result"), anchor=False)
    if outcome.refusal is not None:
        st.error(md(data.said(outcome.refusal, language())))
        if outcome.refusal.code.startswith("dates_"):
            work.dates = data.date_order()
        return
    if work.dates != "ask":
        work.dates = data.date_order()
    is_whole = work.trial is not None and outcome.rows_in >= work.trial.row_count
    n = outcome.records.height
    counts: dict[str, Any] = {"n": n, "rejected": outcome.rejected, "rows": outcome.rows_in}
    said = t("mapping.result_all", **counts) if is_whole else t("mapping.result_first", **counts)
    (st.warning if outcome.rejected or not n else st.success)(said)
    _records(work, outcome, zone)
    _rejects(outcome)


def _records(work: Work, outcome: Outcome, zone: str) -> None:
    """The records as the other pages would show them: times on the shop's clock, words in the reader's language."""
    told = [name for name in outcome.records.columns if not name.endswith("_scheme")]
    rows = outcome.records.select(told).head(RECORD_ROWS)
    times = [name for name, type_ in rows.schema.items() if type_ == pl.Datetime]
    rows = rows.with_columns(zones.in_zone(zone, *times))
    ours = [name for name in told if words_of(work.kind, name)]
    rows = rows.with_columns([names.column(rows, name, "word").alias(name) for name in ours])
    if told:
        shown = [Column(name, t(f"field.{name}"), _kind(name, rows, outcome)) for name in told]
        tables.bare(rows, shown, "records", t("mapping.records_alt"))


def _kind(name: str, rows: pl.DataFrame, outcome: Outcome) -> exports.Kind:
    """How a contract column is written."""
    if rows.schema[name] == pl.Datetime:
        return "date" if name in outcome.date_only else "moment"
    if rows.schema[name] == pl.List:
        return "list"
    return "money" if name.endswith("_cents") else "text"


def _rejects(outcome: Outcome) -> None:
    if outcome.rejects.is_empty():
        return
    said = [
        data.reason({**row, "params": None}, language())
        for row in outcome.rejects.head(RECORD_ROWS).iter_rows(named=True)
    ]
    shown = [
        Column("line", t("column.line"), "count"),
        Column("column_name", t("column.column")),
        Column("value", t("column.value")),
        Column("said", t("column.reason")),
    ]
    st.caption(t("mapping.rejects"))
    rows = outcome.rejects.head(RECORD_ROWS).with_columns(said=pl.Series(said, dtype=pl.String))
    tables.bare(rows, shown, "trial_rejects", t("mapping.rejects_alt"))
