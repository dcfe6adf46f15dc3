"""The parts of the data page: loading, files, rejected rows, freshness, and what no rule knows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from app import db, empty, jobs, names, navigation, tables, waiting, zones
from app.buttons import pressed
from app.exports import Column
from app.frame import Page
from app.i18n import Lang, language, md, t, typeset
from pipelines.dates import DayOrder
from pipelines.load import FileResult, Options, Progress, load
from pipelines.mending import mend_files
from pipelines.messages import Message, sentence
from pipelines.store import StoreError

_JOB = "_load"
DATE_ORDERS: Sequence[DayOrder] = ("ask", "day_first", "month_first")


def totals() -> str:
    """How many files there are, and how their rows add up."""
    files = db.query("data_files")
    sums = {name: int(files[name].sum() or 0) for name in ("rows_in", "loaded", "unchanged", "rejected")}
    return t("data.totals", n=files.height, **sums)


def upload() -> None:
    """Files dropped here are read, checked and published; the outcome stays on the page."""
    st.subheader(t("data.load"), anchor=False)
    number = st.session_state.setdefault("_uploads", 0)
    dropped = drop_zone(f"upload_{number}")
    if dropped:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            order = date_order()
            label, is_busy = t("data.start", n=len(dropped)), jobs.is_running(_JOB)
            if pressed(label, "start_load", kind="primary", disabled=is_busy):
                _start(dropped, Options(dates=order))
    if watch():
        st.rerun()
    results()
    _unknown_files()


def drop_zone(key: str, *, several: bool = True) -> Sequence[Any]:
    """A place to drop files, in the reader's language; what was dropped, if anything."""
    with st.container(key="upload"):
        st.html(_dropzone_words())
        dropped: Any = st.file_uploader(
            t("data.drop"), accept_multiple_files=several, key=key, label_visibility="collapsed"
        )
    return dropped if isinstance(dropped, list) else [dropped] if dropped else []


def date_order() -> DayOrder:
    """How the reader says that ambiguous dates are written."""
    labels = {choice: t(f"data.dates_{choice}") for choice in DATE_ORDERS}
    chosen: DayOrder = st.selectbox(
        t("data.dates"), DATE_ORDERS, format_func=labels.__getitem__, key="w_date_order", width=360
    )
    return chosen


def _start(dropped: Sequence[Any], options: Options) -> None:
    """Loads what was dropped. Only files that nobody knows are kept once they are read."""
    folder = tempfile.TemporaryDirectory(prefix="incidents-")
    paths = []
    for i, file in enumerate(dropped):
        # two files of one name stay two files; the name itself is what reports will call it
        path = Path(folder.name) / str(i) / Path(file.name).name
        path.parent.mkdir()
        with path.open("wb") as out:
            out.write(file.getbuffer())
        paths.append(path)

    def finish(found: Sequence[FileResult]) -> None:
        if found:  # else they wait where they are for another try
            waiting.keep_unknown(paths, found)
            st.session_state["_uploads"] += 1
        folder.cleanup()

    load_files(paths, options, finish)


def load_files(
    paths: Sequence[Path], options: Options, finish: Callable[[Sequence[FileResult]], None]
) -> None:
    """Begins to load; `watch` shows how far it is. `finish` gets one result a file, none if nothing could be loaded."""
    store = db.store()

    def work(tell: Callable[[Progress], None]) -> list[FileResult] | Message:
        try:
            return load(paths, store, options, tell)
        except StoreError as error:
            return error.message

    def told(found: list[FileResult] | Message) -> None:
        st.session_state["_results"] = found
        finish([] if isinstance(found, Message) else found)

    jobs.start(_JOB, work, told, Progress("read", paths[0].name, total=len(paths)))


def watch() -> bool:
    """Shows how far a load of this visit is, wherever it was begun; True if one ended here."""

    def say(step: Progress) -> tuple[float, str]:
        share = {"read": step.done / max(step.total, 1) * 0.6, "build": 0.65, "publish": 0.9, "done": 1.0}[
            step.step
        ]
        return share, md(t(f"data.step_{step.step}", file=step.file, done=step.done, total=step.total))

    return jobs.watch(_JOB, say)


def _unknown_files() -> None:
    """The way to describe the files that were refused because no tool writes them."""
    found = waiting.names()
    if found:
        target = navigation.Target("mapping", {})
        label = t("data.describe", n=len(found))
        st.button(label, key="to_mapping", type="primary", on_click=navigation.go, args=(target,))


def results() -> None:
    """What became of the files of the last load of this visit."""
    found = st.session_state.get("_results")
    if found is None:
        return
    if isinstance(found, Message):
        st.error(md(said(found, language())))
        return
    for result in found:
        text = t(
            "data.result_refused" if result.status == "refused" else "data.result_loaded",
            file=Path(result.file).name,
            source=result.source or "?",
            rows_in=result.rows_in,
            loaded=result.loaded,
            unchanged=result.unchanged,
            rejected=result.rejected,
        )
        notes = [said(m, language()) for m in [result.message, *result.warnings] if m]
        show = st.warning if result.status == "refused" or result.rejected else st.success
        show(md(" ".join([text, *notes])))


def said(message: Message, lang: Lang) -> str:
    """A message of the loader as a sentence; its code when there is no sentence for it."""
    try:
        return typeset(sentence(message, lang), lang)
    except KeyError:
        return f"{message.code} {json.dumps(message.params, ensure_ascii=False)}"


def files(page: Page) -> None:
    """Every file (or sheet) that was read: rows in = loaded + unchanged + rejected."""
    st.subheader(t("data.files"), anchor=False)
    rows = db.query("data_files")
    shown = rows.with_columns(
        kind_names=_kinds(rows), status_name=names.column(rows, "status", "file_status")
    ).sort("loaded_at", "file_name", descending=[True, False])
    shown = shown.with_columns(zones.local("loaded_at"))
    columns = [
        Column("file_name", t("column.file")),
        Column("source", t("column.source")),
        Column("kind_names", t("column.kinds")),
        Column("status_name", t("column.status")),
        Column("rows_in", t("column.rows_in"), "count"),
        Column("loaded", t("column.loaded"), "count"),
        Column("unchanged", t("column.unchanged"), "count"),
        Column("rejected", t("column.rejected"), "count"),
        Column("warning_count", t("column.warnings"), "count"),
        Column("loaded_at", t("column.loaded_at"), "moment"),
    ]
    tables.show(shown, columns, "files", t("data.files_alt"))


def _kinds(rows: pl.DataFrame) -> pl.Series:
    """The kinds of records of each file, as the reader calls them."""
    kinds = [[names.code("record_kind", kind) for kind in found or []] for found in rows["kinds"].to_list()]
    return pl.Series([", ".join(found) for found in kinds], dtype=pl.String)


def rejects(page: Page) -> None:
    """Rows that were not loaded, each with its line, its reason and its own text, to be mended and loaded again."""
    rows = db.query("data_rejects")
    st.subheader(t("data.rejects", n=rows.height), anchor=False)
    if rows.is_empty():
        empty.section("data.no_rejects")
        return
    reasons = [reason(row, page.lang) for row in rows.iter_rows(named=True)]
    columns = [
        Column("file_name", t("column.file")),
        Column("line", t("column.line"), "count"),
        Column("column_name", t("column.column")),
        Column("value", t("column.value")),
        Column("said", t("column.reason")),
        Column("raw_text", t("column.raw")),
    ]
    tables.show(
        rows.with_columns(said=pl.Series(reasons, dtype=pl.String)), columns, "rejects", t("data.rejects_alt")
    )
    _to_mend()


def _to_mend() -> None:
    """A button for each file with rejected rows: those rows alone, as the file wrote them, to correct and load."""
    with st.container(horizontal=True):
        for number, file in enumerate(mend_files(db.query("rows_to_mend"))):
            st.download_button(
                md(t("data.mend", n=file.row_count, file=file.name)),
                data=file.content,
                file_name=file.name,
                mime="text/csv",
                key=f"mend_{number}",
                on_click="ignore",
                help=t("data.mend_help"),
            )


def reason(row: dict[str, Any], lang: Lang) -> str:
    """Why a row was rejected, with the column and the value that stand in the way."""
    seen = {"column": row["column_name"] or "", "value": row["value"] or ""}
    return said(Message(row["reason"], {**seen, **json.loads(row["params"] or "{}")}), lang)


def freshness(page: Page) -> None:
    """How far each source reaches, and how much of it found its order."""
    st.subheader(t("data.freshness"), anchor=False)
    columns = [
        Column("source", t("column.source")),
        Column("kind_name", t("column.kind")),
        Column("row_count", t("column.rows"), "count"),
        Column("latest_at", t("column.latest_at"), "moment"),
        Column("linked_share", t("column.linked"), "percent"),
    ]
    rows = db.query("source_freshness")
    rows = rows.with_columns(kind_name=names.column(rows, "kind", "record_kind"))
    rows = rows.sort("source", "kind").with_columns(zones.local("latest_at"))
    tables.show(rows, columns, "freshness", t("data.freshness_alt"))


def unmapped(page: Page) -> None:
    """Tags, reasons and channels that say nothing to the rules yet, the most frequent first."""
    st.subheader(t("data.unmapped"), anchor=False)
    rows = db.query("unmapped_values")
    if rows.is_empty():
        empty.section("data.no_unmapped")
        return
    columns = [
        Column("kind_name", t("column.kind")),
        Column("value", t("column.value")),
        Column("signal_count", t("column.signals"), "count"),
        Column("last_seen_date", t("column.last_date"), "date"),
        Column("scheme", t("column.scheme")),
    ]
    shown = rows.with_columns(
        kind_name=names.column(rows, "value_kind", "value_kind"),
        scheme=names.column(rows, "scheme", "scheme"),
    ).sort("signal_count", "value", descending=[True, False])
    tables.show(shown, columns, "unmapped", t("data.unmapped_alt"))
    target = navigation.Target("vocabulary", {})
    st.button(t("data.to_vocabulary"), key="to_vocabulary", on_click=navigation.go, args=(target,))


def _dropzone_words() -> str:
    """Streamlit's drop zone speaks English only: its words are replaced by ours, in the reader's language."""
    zone = "[data-testid=stFileUploaderDropzone]"
    instructions = zone.replace("]", "Instructions]")
    return (
        "<style>"
        f".st-key-upload {instructions} span {{ font-size: 0 }}"
        f'.st-key-upload {instructions} span::after {{ content: "{t("data.drop")}"; font-size: 0.875rem; '
        "white-space: normal }"
        f".st-key-upload {zone} button p {{ font-size: 0 }}"
        f'.st-key-upload {zone} button p::after {{ content: "{t("data.browse")}"; font-size: 0.9rem }}'
        "</style>"
    )
