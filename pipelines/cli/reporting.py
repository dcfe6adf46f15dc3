"""The verbs that tell what is there: status, rejects, check."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.cli.exporting import comments, write
from pipelines.cli.words import Words
from pipelines.exports import write_csv
from pipelines.mending import mend_files
from pipelines.messages import Message, sentence
from pipelines.reader import Reader
from pipelines.store import Store

_COUNTS = ("rows_in", "loaded", "unchanged", "rejected")
_SHOWN_ROWS = 20


def status(chosen: argparse.Namespace, words: Words) -> int:
    """What became of each file; 1 when one was refused or has rejected rows."""
    files = _files(Reader(Store(chosen.store)), words.lang)
    if chosen.json:
        print(json.dumps(files, ensure_ascii=False, indent=2))
    else:
        _print_table(_status_rows(files, words))
        for file in files:
            for text in [file["message"], *file["warnings"]]:
                if text:
                    print(f"{file['file']} : {text}" if words.lang == "fr" else f"{file['file']}: {text}")
    return 1 if any(file["status"] == "refused" or file["rejected"] for file in files) else 0


def _files(reader: Reader, lang: str) -> list[dict[str, Any]]:
    """One dict a file, in the order in which they were first loaded."""
    rows = reader.query("files").sort("first_loaded_at", "file_name").to_dicts()
    return [
        {
            "file": row["file_name"],
            "source": row["source"],
            "kind": ", ".join(row["kinds"] or []),
            "status": row["status"],
            **{name: row[name] for name in _COUNTS},
            "warnings": [
                sentence(Message(warning["code"], warning["params"]), lang)
                for warning in json.loads(row["warnings"] or "[]")
            ],
            "message": _said(row["message_code"], row["message_params"], lang),
        }
        for row in rows
    ]


def _said(code: str | None, params: str | None, lang: str) -> str | None:
    return sentence(Message(code, json.loads(params or "{}")), lang) if code else None


def _status_rows(files: Sequence[dict[str, Any]], words: Words) -> Iterator[list[str]]:
    yield [words.say(f"col_{name}") for name in ("file", "source", "kind", *_COUNTS, "warnings")]
    for file in files:
        counts = [words.number(file[name]) for name in _COUNTS]
        source = words.say("refused") if file["status"] == "refused" else file["source"] or ""
        yield [file["file"], source, file["kind"], *counts, words.number(len(file["warnings"]))]
    sums = [words.number(sum(file[name] for file in files)) for name in _COUNTS]
    yield [words.say("total"), "", "", *sums, words.number(sum(len(file["warnings"]) for file in files))]


def _print_table(rows: Iterator[list[str]]) -> None:
    """Columns wide enough for what is in them, numbers to the right."""
    table = list(rows)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = [
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def rejects(chosen: argparse.Namespace, words: Words) -> int:
    """The rejected rows, one entry for each reason; 1 when there are any."""
    if chosen.mend:
        return _write_to_mend(chosen, words)
    rows = Reader(Store(chosen.store)).query("data_rejects").to_dicts()
    found = [
        {
            "file": row["file_name"],
            "line": row["line"],
            "row_number": row["row_number"],
            "column": row["column_name"],
            "value": row["value"],
            "reason": _reason(row, words.lang),
            "code": row["reason"],
            "raw_text": row["raw_text"],
        }
        for row in rows
    ]
    if chosen.csv:
        write(chosen.csv, write_csv(pl.DataFrame(found, infer_schema_length=None), words.lang), words)
        row_count = len({(row["file"], row["row_number"], row["line"]) for row in found})
        print(words.say("rejects_written", count=row_count, file=chosen.csv))
    elif chosen.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for row in found:
            print(words.say("reject", file=row["file"], line=str(row["line"]), reason=row["reason"]))
        if not found:
            print(words.say("no_rejects"))
    return 1 if found else 0


def _write_to_mend(chosen: argparse.Namespace, words: Words) -> int:
    """The rejected rows of each file as a file of its own, to be corrected and loaded; 1 when there are any."""
    files = mend_files(Reader(Store(chosen.store)).query("rows_to_mend"))
    chosen.mend.mkdir(parents=True, exist_ok=True)
    for file in files:
        (chosen.mend / file.name).write_bytes(file.content)
        print(words.say("rejects_written", count=file.row_count, file=chosen.mend / file.name))
    if not files:
        print(words.say("no_rejects"))
    return 1 if files else 0


def _reason(row: dict[str, Any], lang: str) -> str:
    """Why a row was rejected; the sentences speak of the column and what stands in it."""
    params = {"column": row["column_name"] or "", "value": row["value"] or ""}
    return sentence(Message(row["reason"], {**params, **json.loads(row["params"] or "{}")}), lang)


def sources(chosen: argparse.Namespace, words: Words) -> int:
    """Every file format that is understood, found in pipelines/sources."""
    from pipelines.sources import find_sources

    found = [
        {
            "name": source.name,
            "title": source.title,
            "kinds": [table.kind for table in source.tables],
            "needs": [need if isinstance(need, str) else " / ".join(need) for need in source.needs],
        }
        for source in find_sources()
    ]
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    for source in found:
        print(source["title"])
        print(words.say("source_needs", needs=", ".join(source["needs"])))
    return 0


def check(chosen: argparse.Namespace, words: Words) -> int:
    """Runs every check_ view; 1 when one of them has rows."""
    reader = Reader(Store(chosen.store))
    names = sorted(name for name in reader.views() if name.startswith("check_"))
    found = {name: reader.query(name) for name in names}
    has_failed = any(not frame.is_empty() for frame in found.values())
    if chosen.json:
        print(json.dumps({name: frame.to_dicts() for name, frame in found.items()}, default=str, indent=2))
        return int(has_failed)
    told = comments(reader)
    for name, frame in found.items():
        if frame.is_empty():
            print(words.say("check_ok", name=name))
            continue
        print(words.say("check_failed", name=name, count=frame.height, comment=told.get(name, "")))
        for row in frame.head(_SHOWN_ROWS).iter_rows(named=True):
            print("  " + ", ".join(f"{column}={value}" for column, value in row.items()))
        if frame.height > _SHOWN_ROWS:
            print(words.say("and_more", count=frame.height - _SHOWN_ROWS))
    if not names:
        print(words.say("no_checks"))
    elif not has_failed:
        print(words.say("all_healthy", count=len(names)))
    return int(has_failed)
