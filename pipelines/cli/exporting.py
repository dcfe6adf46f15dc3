"""The verb that takes a view out of the store: export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipelines.cli.arguments import FORMATS
from pipelines.cli.main import CommandError
from pipelines.cli.words import Words
from pipelines.exports import write_csv, write_parquet, write_xlsx
from pipelines.reader import VARIABLES, Reader, Value
from pipelines.store import Store

_EXCEL_ROWS = 1_048_575
_FACTS = ("incidents", "lines")

#: what --where asked for, by name; any of the values will do
Asked = dict[str, list[str]]


def export(chosen: argparse.Namespace, words: Words) -> int:
    """Writes one view, filtered, to a file, or as CSV to the terminal."""
    reader = Reader(Store(chosen.store))
    if chosen.view is None:
        print(_views(reader))
        return 0
    if chosen.view not in reader.views():
        raise CommandError(words.say("unknown_view", view=chosen.view) + "\n" + _views(reader), 2)
    kind = chosen.format or _kind_of(chosen.output)
    if chosen.output is None and kind != "csv":
        raise CommandError(words.say("binary_output", format=kind), 2)
    columns = _columns(reader, chosen.view)
    filters, of_rows = sort_out(chosen.where, columns, words)
    frame = keep(reader.query(chosen.view, filters), of_rows, words)
    if kind == "xlsx" and frame.height > _EXCEL_ROWS:
        raise CommandError(words.say("too_many_rows", count=frame.height))
    content = _WRITERS[kind](frame, words.lang)
    if chosen.output is None:
        sys.stdout.buffer.write(content)
        return 0
    write(chosen.output, content, words)
    print(words.say("written", count=frame.height, file=chosen.output), file=sys.stderr)
    return 0


_WRITERS: dict[str, Callable[[pl.DataFrame, str], bytes]] = {
    "csv": write_csv,
    "parquet": lambda frame, lang: write_parquet(frame),
    "xlsx": lambda frame, lang: write_xlsx(frame),
}


def _kind_of(output: Path | None) -> str:
    ending = output.suffix.lower().removeprefix(".") if output else ""
    return ending if ending in FORMATS else "csv"


def comments(reader: Reader) -> dict[str, str]:
    """What each view and fact table says of itself, by name; '' where it says nothing."""
    sql = """
        select view_name, coalesce(comment, '') from duckdb_views() where not internal
        union all
        select table_name, coalesce(comment, '') from duckdb_tables() where list_contains($facts, table_name)
    """
    with reader.snapshot() as held:
        rows = held.con.cursor().execute(sql, {"facts": list(_FACTS)}).fetchall()
        return {name: comment for name, comment in rows if name in held.views}


def _columns(reader: Reader, view: str) -> list[str]:
    with reader.snapshot() as held:
        return list(held.con.cursor().table(view).columns)


def _views(reader: Reader) -> str:
    told = sorted(pair for pair in comments(reader).items() if not pair[0].startswith("check_"))
    width = max((len(name) for name, _ in told), default=0)
    lines = [f"  {name.ljust(width)}  {comment}".rstrip() for name, comment in told]
    return "\n".join(lines)


def sort_out(where: Sequence[str], columns: Sequence[str], words: Words) -> tuple[dict[str, Value], Asked]:
    """The --where options as filters, which apply before anything is counted, and as conditions on columns.

    A name that is both is a column; `channel=x` is the filter `channels` where the view has no such column.
    """
    filters: dict[str, Value] = {}
    of_rows: Asked = {}
    for text in where:
        name, equals, value = text.partition("=")
        variable = next((v for v in (name, f"{name}s", _plural(name)) if v in VARIABLES), None)
        if not equals:
            raise CommandError(words.say("bad_where", text=text), 2)
        if name in columns:
            of_rows.setdefault(name, []).append(value)
        elif variable is None:
            raise CommandError(words.say("unknown_where", name=name, columns=", ".join(columns)), 2)
        elif VARIABLES[variable].endswith("[]"):
            already = filters.get(variable)
            filters[variable] = [*(already if isinstance(already, list) else []), value]
        else:
            filters[variable] = _date(variable, value, words) if VARIABLES[variable] == "date" else value
    return filters, of_rows


def _plural(name: str) -> str:
    return name.removesuffix("y") + "ies"


def _date(name: str, value: str, words: Words) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        kind = words.say("kind_date")
        raise CommandError(words.say("bad_value", name=name, value=value, kind=kind), 2) from error


def keep(frame: pl.DataFrame, of_rows: Asked, words: Words) -> pl.DataFrame:
    """The rows that meet every condition; an empty value asks for what is not known."""
    for name, values in of_rows.items():
        known = [value for value in values if value]
        dtype = frame.schema[name]
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            condition = column.list.set_intersection(known).list.len() > 0
        else:
            condition = column.is_in(_typed(name, known, dtype, words).implode())
        if len(known) < len(values):
            condition = condition.fill_null(False) | column.is_null()
        frame = frame.filter(condition)
    return frame


def _typed(name: str, values: list[str], dtype: pl.DataType, words: Words) -> pl.Series:
    """The values as the column has them."""
    try:
        if dtype == pl.Boolean:
            return pl.Series([{"true": True, "false": False}[value.lower()] for value in values], dtype=dtype)
        if dtype.is_temporal():
            return pl.Series([datetime.fromisoformat(value) for value in values]).cast(dtype)
        return pl.Series(values, dtype=pl.String).cast(dtype)
    except (KeyError, ValueError, pl.exceptions.InvalidOperationError) as error:
        kind = "boolean" if dtype == pl.Boolean else "date" if dtype.is_temporal() else "number"
        shown = ", ".join(values)
        text = words.say("bad_value", name=name, value=shown, kind=words.say(f"kind_{kind}"))
        raise CommandError(text, 2) from error


def write(path: Path, content: bytes, words: Words) -> None:
    """Writes the whole file or none of it."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CommandError(words.say("cannot_write", file=path, reason=error.strerror)) from error
