"""The verbs that bring data in: load, watch, demo."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from pipelines.cli.arguments import program
from pipelines.cli.main import ROOT, CommandError
from pipelines.cli.words import Words
from pipelines.dates import DayOrder
from pipelines.load import FileResult, Options, Progress
from pipelines.load import load as load_files
from pipelines.messages import sentence
from pipelines.store import Store, StoreError

# What browsers and spreadsheets leave in a folder while they are still busy with a file.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")

_DATES: dict[str | None, DayOrder] = {None: "ask", "day-first": "day_first", "month-first": "month_first"}

#: size and time of last change of each file of a folder
Look = Mapping[Path, tuple[int, int]]


def load(chosen: argparse.Namespace, words: Words) -> int:
    """Loads what is named; 1 when anything was refused or rejected."""
    results = _load(chosen.paths, chosen, words)
    if chosen.json:
        print(json.dumps([as_row(result, words.lang) for result in results], ensure_ascii=False, indent=2))
    elif not results:
        print(words.say("nothing_found"))
    else:
        print_results(results, words)
    return 1 if any(result.status == "refused" or result.rejected for result in results) else 0


def watch(chosen: argparse.Namespace, words: Words) -> int:
    """Loads what arrives in the folder until it is interrupted; a file that still grows waits."""
    folder = chosen.folder or ROOT / "data" / "inbox"
    if chosen.folder is None:
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir():
        raise CommandError(words.say("no_such_folder", folder=folder), 2)
    print(words.say("watching", folder=folder), file=sys.stderr, flush=True)
    done: dict[Path, tuple[int, int]] = {}
    before: Look = {}
    while True:
        now = look(folder)
        if ready := arrived(before, now, done):
            try:
                print_results(_load(ready, chosen, words), words)
                done.update({path: now[path] for path in ready})
            except StoreError as error:  # another load is running, say: the next look tries again
                print(sentence(error.message, words.lang), file=sys.stderr, flush=True)
        before = now
        time.sleep(chosen.every)


def look(folder: Path) -> Look:
    """The files of a folder, at any depth, that a user has put there."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        is_ours = not path.name.startswith((".", "~$")) and path.suffix.lower() not in _UNFINISHED
        if is_ours and path.is_file():
            try:
                state = path.stat()
            except FileNotFoundError:
                continue  # renamed since it was listed
            seen[path] = (state.st_size, state.st_mtime_ns)
    return seen


def arrived(before: Look, now: Look, done: Look) -> list[Path]:
    """The files new or changed since they were last loaded, that did not change between the two looks."""
    return [path for path, state in now.items() if before.get(path) == state and done.get(path) != state]


def demo(chosen: argparse.Namespace, words: Words) -> int:
    """Writes the files of the invented shop and loads them."""
    from pipelines.demo import copy_mappings, copy_settings, last_monday, write_demo

    store = Store(chosen.store)
    print(words.say("demo_writing"), file=sys.stderr, flush=True)
    copy_settings(store.user)
    copy_mappings(store.user / "mappings")
    until = last_monday(datetime.now(UTC).date())
    paths = write_demo(store.folder / "files", until, chosen.size, chosen.seed)
    results = load_files(paths, store, Options(), progress_on(sys.stderr, words))
    print_results(results, words)
    # the demo has broken rows on purpose, so that the pages can show what becomes of them
    return 1 if any(result.status == "refused" for result in results) else 0


def as_row(result: FileResult, lang: str) -> dict[str, Any]:
    """One file as `--json` tells it."""
    return {
        "file": result.file,
        "source": result.source,
        "kind": ", ".join(result.kinds),
        "status": result.status,
        "rows_in": result.rows_in,
        "loaded": result.loaded,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "warnings": [sentence(warning, lang) for warning in result.warnings],
        "message": sentence(result.message, lang) if result.message else None,
    }


def _load(paths: Sequence[Path], chosen: argparse.Namespace, words: Words) -> list[FileResult]:
    options = Options(account=chosen.account, dates=_DATES[chosen.dates])
    return load_files(paths, Store(chosen.store), options, progress_on(sys.stderr, words))


def print_results(results: Sequence[FileResult], words: Words) -> None:
    for result in results:
        if result.status == "refused":
            reason = sentence(result.message, words.lang) if result.message else ""
            print(words.say("file_refused", file=result.file, reason=reason))
            continue
        print(
            words.say(
                "file_loaded",
                file=result.file,
                source=result.source,
                rows_in=result.rows_in,
                loaded=result.loaded,
                unchanged=result.unchanged,
                rejected=result.rejected,
            )
        )
        for warning in result.warnings:
            print(words.say("file_warning", text=sentence(warning, words.lang)))
    if any(result.rejected for result in results):
        print(words.say("see_rejects", program=program()))
    sys.stdout.flush()


def progress_on(out: TextIO, words: Words) -> Callable[[Progress], None]:
    """Shows where a load stands: on a terminal one line rewritten in place, else a line a step and file."""
    in_place = out.isatty()

    def show(progress: Progress) -> None:
        if progress.step == "done":
            text = ""
        else:
            number = progress.done + 1
            text = words.say(f"step_{progress.step}", file=progress.file, number=number, total=progress.total)
        if in_place:
            out.write(f"\r\x1b[2K{text} …" if text else "\r\x1b[2K")
        elif text:
            out.write(f"{text} …\n")
        out.flush()

    return show
