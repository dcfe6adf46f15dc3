"""A table of rules as a manager edits it: typed columns, rows that come and go, what is wrong told by its row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from app import data, formats, history, names
from app.buttons import pressed
from app.i18n import known, language, md, t
from pipelines import rules as rule_tables
from pipelines import settings_editing, shop_lists
from pipelines.exports import write_csv
from pipelines.messages import Message, sentence
from pipelines.rules import Row, RuleColumn, Rules, RulesError
from pipelines.settings_editing import Cells
from pipelines.store import Store

#: what the editor holds of each type; the others are edited as text
_POLARS: Mapping[str, Any] = {
    "day": pl.Date,
    "number": pl.Float64,
    "whole": pl.Int64,
    "money": pl.Float64,
}


def draw(store: Store, rules: Rules, who: str) -> None:
    """What the table is for, whose rows count, the rows to edit, and what can be done with them."""
    lang = language()
    st.markdown(md(rules.about[lang]))
    try:
        rows, is_shop = rule_tables.in_force(store.user, rules)
    except RulesError as error:
        st.error(_said(error.message, rules))
        rows, is_shop = rules.rows, True
    whose = "settings.shop_rows" if is_shop else "settings.our_rows" if rows else "settings.no_rows"
    st.caption(t(whose, n=len(rows)))
    key = _key(rules, rows)
    edited: pl.DataFrame = st.data_editor(
        _frame(rules, rows),
        column_config={name: _column(column) for name, column in rules.columns.items()},
        num_rows="dynamic",
        hide_index=True,
        placeholder="—",
        key=key,
        alt=rules.title[lang],
    )
    cells = _cells(rules, edited)
    problem = _problem(rules, cells)
    if problem is not None:
        st.error(_said(problem, rules))
    has_changed = _without_lines(cells) != _without_lines(_cells(rules, _frame(rules, rows)))
    with st.container(horizontal=True):
        label = t("settings.save_rules") if has_changed else t("settings.nothing_to_save")
        if pressed(label, "save_rules", kind="primary", disabled=not has_changed or problem is not None):
            _keep(store, rules, cells, who)
        st.download_button(
            t("settings.download"),
            data=lambda: _file(rules, rows, lang),
            file_name=f"{rules.name}.csv",
            mime="text/csv",
            key="rules_csv",
            on_click="ignore",
            help=t("settings.download_help"),
        )
        if is_shop:
            ours = t("settings.back_help", n=len(rules.rows))
            if pressed(t("settings.back"), "forget_rules", help=ours):
                settings_editing.forget_rules(store, rules, who)
                _work_out(store, t("settings.went_back", table=rules.title[lang]))
    with st.expander(t("settings.from_file")):
        _upload(store, rules, who)


def _upload(store: Store, rules: Rules, who: str) -> None:
    number = st.session_state.setdefault("_rule_files", 0)
    dropped = data.drop_zone(f"rules_{rules.name}_{number}", several=False)
    st.caption(t("settings.from_file_help"))
    if not dropped or not pressed(t("settings.take_file"), "take_file", kind="primary"):
        return
    text = shop_lists.decoded(dropped[0].getvalue())
    try:
        settings_editing.save_rules_text(store, rules, text, who)
    except RulesError as error:
        st.error(_said(error.message, rules))
        return
    st.session_state["_rule_files"] = number + 1
    _work_out(store, t("settings.saved", table=rules.title[language()]))


def _keep(store: Store, rules: Rules, cells: Cells, who: str) -> None:
    try:
        settings_editing.save_rules(store, rules, cells, who)
    except RulesError as error:
        st.error(_said(error.message, rules))
        return
    _work_out(store, t("settings.saved", table=rules.title[language()]))


def _work_out(store: Store, said: str) -> None:
    """Works figures out with what was just saved, and says so on a page drawn anew."""
    history.say(said)
    history.rebuild(store)
    st.rerun()


def _key(rules: Rules, rows: Sequence[Row]) -> str:
    """The editor's own name: another one once the rows are, so that no edit outlives what it was made on."""
    state = hashlib.sha256(rule_tables.csv_text(rules, rows).encode()).hexdigest()[:12]
    return f"rules_{rules.name}_{state}_{language()}"


def _frame(rules: Rules, rows: Sequence[Row]) -> pl.DataFrame:
    """The rows as the editor shows them: money in units, nothing as nothing."""
    schema = {name: _POLARS.get(column.type, pl.String) for name, column in rules.columns.items()}
    frame = pl.DataFrame(
        [[row.get(name) for name in schema] for row in rows], schema=schema, orient="row", strict=False
    )
    money = [name for name, column in rules.columns.items() if column.type == "money"]
    return frame.with_columns(pl.col(money) / 100)


def _column(column: RuleColumn) -> Any:
    label = column.title[language()]
    if column.choices:
        return st.column_config.SelectboxColumn(
            label,
            required=column.required,
            options=list(column.choices),
            format_func=lambda code: choice(column, str(code)),
        )
    if column.type == "day":
        return st.column_config.DateColumn(
            label, required=column.required, format=formats.short_date_pattern(language())
        )
    if column.type not in _POLARS:
        return st.column_config.TextColumn(label, required=column.required)
    step = {"whole": 1.0, "money": 0.01}.get(column.type)
    form = {"whole": "%d", "money": "%.2f"}.get(column.type)
    return st.column_config.NumberColumn(label, required=column.required, step=step, format=form)


#: groups of texts that may know what a word of a table is called
_GROUPS = ("signal", "channel", "party", "family", "claim_kind", "record_kind", "marketplace")


def choice(column: RuleColumn, code: str) -> str:
    """What one of a column's words is called: as its table says it, else as pages call it, else the word itself."""
    if code in column.said:
        return column.said[code][language()]
    group = next((group for group in _GROUPS if known(f"{group}.{code}")), None)
    return names.code(group, code) if group else code


def _cells(rules: Rules, frame: pl.DataFrame) -> list[tuple[int, dict[str, str]]]:
    """The rows as text, each with its number as the reader counts them; rows without anything are left out."""
    rows = []
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        cells = {name: _cell(row.get(name)) for name in rules.columns}
        if any(cells.values()):
            rows.append((number, cells))
    return rows


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return repr(round(value, 10)).removesuffix(".0")
    return str(value).strip()


def _without_lines(cells: Cells) -> list[Mapping[str, str]]:
    return [row for _, row in cells]


def _problem(rules: Rules, cells: Cells) -> Message | None:
    """Why these rows cannot be used, the first reason; None when they can."""
    try:
        rule_tables.checked(rules, cells, rules.title[language()])
    except RulesError as error:
        return error.message
    return None


def _said(message: Message, rules: Rules) -> str:
    """The sentence, with a column called as the table on the page calls it."""
    params = dict(message.params)
    column = rules.columns.get(str(params.get("column")))
    if column is not None:
        params["column"] = column.title[language()]
    if column is not None and "choices" in params:
        params["choices"] = ", ".join(choice(column, code) for code in column.choices)
    return md(sentence(Message(message.code, params), language()))


def _file(rules: Rules, rows: Sequence[Row], lang: str) -> bytes:
    """The rows as a list that a spreadsheet of that language opens and that can be loaded again."""
    titles = {name: column.title[lang] for name, column in rules.columns.items()}
    return write_csv(_frame(rules, rows).rename(titles), lang)
