"""Tables and their CSV: one list of columns says what is shown and what is exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import streamlit as st

from app import exports, navigation
from app.exports import Column, csv_bytes
from app.i18n import language, t
from app.navigation import Target

SHOWN_ROWS = 500  # more than a reader scrolls through; the file has them all
ROW_HEIGHT = 32
# Streamlit sizes a column by its first rows; these may be empty there and long below
WIDTHS = {"cause_name": 210, "place_kind_name": 120, "kind_names": 220, "said": 460, "corrected": 190}


def show(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    key: str,
    alt: str,
    currency: str | None = None,
    leads_to: Callable[[dict[str, Any]], Target] | None = None,
    height: int | None = None,
    whole: Callable[[], pl.DataFrame] | None = None,
    n: int | None = None,
    acts: Callable[[dict[str, Any]], Target] | None = None,
    explains: Callable[[dict[str, Any]], Target] | None = None,
) -> None:
    """The first rows of a frame, each with a way on, and the whole of it as CSV.

    When `frame` is only the beginning, `whole` fetches all `n` rows for the file.
    """
    bare(frame, columns, key, alt, currency, leads_to, height, acts=acts, explains=explains)
    with st.container(horizontal=True, vertical_alignment="center"):
        total = frame.height if n is None else n
        download(whole or (lambda: frame), columns, key, total, currency)
        shown = min(frame.height, SHOWN_ROWS)
        if total > shown:
            st.caption(t("table.first_rows", shown=shown, n=total))


def bare(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    key: str,
    alt: str,
    currency: str | None = None,
    leads_to: Callable[[dict[str, Any]], Target] | None = None,
    height: int | None = None,
    *,
    choose: bool = False,
    acts: Callable[[dict[str, Any]], Target] | None = None,
    explains: Callable[[dict[str, Any]], Target] | None = None,
) -> list[int]:
    """The first rows of a frame, without a file of them; if rows can be chosen, which ones are.

    With `acts`, each row has a button that leads to where an action against it is written down; with `explains`, one
    to what drives it.
    """
    lang = language()
    head = frame.head(SHOWN_ROWS)
    lists = [column.name for column in columns if column.kind == "list"]
    written = head.select([c.name for c in columns]).with_columns(pl.col(lists).list.join(", ")).to_pandas()
    order = [column.name for column in columns]
    config: dict[str, Any] = {
        column.name: st.column_config.Column(
            column.label,
            alignment="right" if column.kind in exports.DECIMALS else "left",
            width=WIDTHS.get(column.name),
        )
        for column in columns
    }
    if leads_to:
        written.insert(0, "_open", t("table.open"))
        config["_open"] = _way_on(head, leads_to, f"open_{key}", 70)
        order.insert(0, "_open")
    if explains:
        written["_why"] = t("table.explain")
        config["_why"] = _way_on(head, explains, f"why_{key}", 84, pinned=False)
        order.insert(1 if leads_to else 0, "_why")
    if acts:
        written["_act"] = t("table.act")
        config["_act"] = _way_on(head, acts, f"act_{key}", 64, pinned=False)
        order.insert(1 if leads_to else 0, "_act")
    choosing: dict[str, Any] = {"on_select": "rerun", "selection_mode": "multi-row"} if choose else {}
    drawn: Any = st.dataframe(
        written.style.format(
            {c.name: _writer(c, lang, currency) for c in columns if c.kind not in ("text", "list")}
        ),
        column_config=config,
        column_order=order,
        hide_index=True,
        placeholder="—",
        height=min(height or 16 * ROW_HEIGHT + 3, (len(written) + 1) * ROW_HEIGHT + 3),
        row_height=ROW_HEIGHT,
        key=key,
        alt=alt,
        **choosing,
    )
    return [row for row in drawn.selection.rows if row < head.height] if choose else []


def download(
    whole: Callable[[], pl.DataFrame],
    columns: Sequence[Column],
    key: str,
    n: int,
    currency: str | None = None,
) -> None:
    """The CSV button of a chart or table of `n` rows; the file is made when it is asked for."""
    lang = language()
    st.download_button(
        t("table.csv"),
        data=lambda: csv_bytes(whole(), columns, lang, currency),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"csv_{key}",
        type="tertiary",
        on_click="ignore",
        help=t("table.csv_help", n=n),
    )


def _way_on(
    frame: pl.DataFrame,
    leads_to: Callable[[dict[str, Any]], Target],
    key: str,
    width: int,
    *,
    pinned: bool = True,
) -> Any:
    def opened() -> None:
        click = st.session_state[key]
        if click is not None:
            navigation.go(leads_to(frame.row(click["row"], named=True)))

    return st.column_config.ButtonColumn(
        "", type="tertiary", pinned=pinned, width=width, on_click=opened, key=key
    )


def _writer(column: Column, lang: str, currency: str | None) -> Callable[[Any], str]:
    return lambda value: exports.shown(_known(value), column.kind, lang, currency)


def _known(value: Any) -> Any:
    """None for what pandas writes as missing (NaN, NaT)."""
    return None if value is None or value != value else value
