"""The verb that fetches from the APIs of tools: sync."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from pipelines.cli.arguments import program
from pipelines.cli.loading import as_row, print_results
from pipelines.cli.main import CommandError
from pipelines.cli.words import Words
from pipelines.messages import Message, sentence
from pipelines.store import Store
from pipelines.sync import find_vendors, outcome
from pipelines.sync.credentials import FILE, MAIN, configured
from pipelines.sync.engine import Request, Synced, Told
from pipelines.sync.engine import sync as sync_account
from pipelines.sync.outcome import Account
from pipelines.sync.vendor import SyncError

#: where a first sync begins, unless --since says otherwise
_FIRST_DAYS = 730
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SHORTEST = 10


def sync(chosen: argparse.Namespace, words: Words) -> int:
    """Fetches and loads what is new; 1 when something went wrong, was refused or rejected."""
    if chosen.status:
        return _status(chosen, Store(chosen.store), words)
    every = _interval(chosen.every, words) if chosen.every else None
    request = Request(_day(chosen.since, words), datetime.now(UTC) - timedelta(days=_FIRST_DAYS))
    store = Store(chosen.store)
    code = _once(chosen, request, store, words)
    if every is None:
        return code
    print(words.say("sync_again", every=chosen.every), file=sys.stderr, flush=True)
    while True:
        time.sleep(every)
        try:
            _once(chosen, Request(first_since=request.first_since), store, words)
        except CommandError as error:  # the file of accesses is being edited, say: the next round tries again
            print(error, file=sys.stderr, flush=True)


def _once(chosen: argparse.Namespace, request: Request, store: Store, words: Words) -> int:
    """Syncs every account that is meant, one after the other; one that fails does not stop the next."""
    vendors = find_vendors()
    show = progress_on(sys.stderr, words)
    done = []
    for system, account in accounts(chosen.systems, chosen.account, store, words):
        done.append(sync_account(vendors[system], account, store, request, show))
        show(None)
        if not chosen.json:
            _print(done[-1], words)
    if chosen.json:
        print(
            json.dumps([_as_row(each, words.lang) for each in done], ensure_ascii=False, indent=2), flush=True
        )
    return 0 if all(_is_well(each) for each in done) else 1


def accounts(
    systems: Sequence[str], account: str | None, store: Store, words: Words
) -> list[tuple[str, str]]:
    """(system, account) of each account that is meant. Raises CommandError when there is none."""
    vendors = find_vendors()
    names = ", ".join(vendors)
    for system in systems:
        if system not in vendors:
            raise CommandError(words.say("unknown_system", system=system, systems=names), 2)
    try:
        given = configured(vendors, store)
    except SyncError as error:
        raise CommandError(sentence(error.message, words.lang)) from None
    found = [pair for pair in given if (not systems or pair[0] in systems) and account in (None, pair[1])]
    # one that is named and has no access is tried: that says what it needs
    missing = [system for system in systems if system not in {name for name, _ in found}]
    found += [(system, account or MAIN) for system in missing]
    if not found:
        file = store.user / FILE
        raise CommandError(words.say("nothing_to_sync", file=file, systems=names, program=program()))
    return found


def _status(chosen: argparse.Namespace, store: Store, words: Words) -> int:
    """What the last sync of each account did; 1 when one went wrong."""
    try:
        known = outcome.accounts(store)
    except SyncError as error:
        raise CommandError(sentence(error.message, words.lang)) from None
    known = [
        each
        for each in known
        if (not chosen.systems or each.system in chosen.systems) and chosen.account in (None, each.name)
    ]
    if chosen.json:
        print(json.dumps([_status_row(each, words.lang) for each in known], ensure_ascii=False, indent=2))
    elif known:
        print("\n".join(_status_line(each, words) for each in known))
    else:
        names = ", ".join(find_vendors())
        print(words.say("nothing_to_sync", file=store.user / FILE, systems=names, program=program()))
    return 1 if any(each.last and each.last.error for each in known) else 0


def _status_row(known: Account, lang: str) -> dict[str, Any]:
    """One account as `--status --json` tells it; times are in UTC."""
    last = known.last
    return {
        "system": known.system,
        "account": known.name,
        "began_at": _iso(last.began_at if last else None),
        "ended_at": _iso(last.ended_at if last else None),
        "changed": last.changed if last else None,
        "rejected": last.rejected if last else None,
        "error": _why(last.error, lang) if last and last.error else None,
        "well_at": _iso(last.well_at if last else None),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _status_line(known: Account, words: Words) -> str:
    """One account in a sentence; times are this computer's."""
    last, said = known.last, {"system": known.title, "account": known.name}
    if last is None:
        return words.say("sync_never", **said, name=known.system, program=program())
    if last.ended_at is None:
        return words.say("sync_unfinished", **said, at=_clock(last.began_at))
    if last.error is None:
        counts = {"records": last.changed, "rejected": last.rejected}
        return words.say("sync_went_well", **said, at=_clock(last.ended_at), **counts)
    key = "sync_went_wrong_after" if last.well_at else "sync_went_wrong"
    well_at = _clock(last.well_at) if last.well_at else ""
    reason = _why(last.error, words.lang)
    return words.say(
        key, **said, at=_clock(last.ended_at), records=last.changed, reason=reason, well_at=well_at
    )


def _why(error: Message, lang: str) -> str:
    """What was noted, as a sentence; its code where another version of this program noted it."""
    try:
        return sentence(error, lang)
    except KeyError:
        return error.code


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _day(text: str | None, words: Words) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise CommandError(words.say("bad_since", value=text), 2) from None


def _interval(text: str, words: Words) -> int:
    """Seconds of '15m'."""
    found = re.fullmatch(r"(\d{1,5})([smh])", text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if seconds < _SHORTEST:
        raise CommandError(words.say("bad_every", value=text), 2)
    return seconds


def _is_well(done: Synced) -> bool:
    return not done.error and not any(file.status == "refused" or file.rejected for file in done.files)


def _as_row(done: Synced, lang: str) -> dict[str, Any]:
    """One account as `--json` tells it."""
    return {
        "system": done.system,
        "account": done.account,
        "records": done.records,
        "pages": done.pages,
        "files": [as_row(file, lang) for file in done.files],
        "error": sentence(done.error, lang) if done.error else None,
    }


def _print(done: Synced, words: Words) -> None:
    title = find_vendors()[done.system].title
    print_results(done.files, words)
    key = "sync_done" if done.changed else "sync_nothing_new"
    if done.changed or not done.error:
        print(words.say(key, system=title, account=done.account, records=done.changed))
    if done.error:
        reason = sentence(done.error, words.lang)
        is_main = done.account == MAIN
        print(
            reason if is_main else words.say("sync_failed", account=done.account, reason=reason),
            file=sys.stderr,
        )
    sys.stdout.flush()


def progress_on(out: TextIO, words: Words) -> Callable[[Told | None], None]:
    """Shows where a sync stands: on a terminal one line rewritten in place, else a line now and then."""
    in_place = out.isatty()
    shown = -1.0

    def show(told: Told | None) -> None:
        nonlocal shown
        text = _told(told, words) if told else ""
        if in_place:
            out.write(f"\r\x1b[2K{text} …" if text else "\r\x1b[2K")
        elif told and (told.is_loading or told.waiting or time.monotonic() - shown > 10):
            shown = time.monotonic()
            out.write(f"{text} …\n")
        out.flush()

    return show


def _told(told: Told, words: Words) -> str:
    title = find_vendors()[told.system].title
    if told.is_loading:
        return words.say("sync_loading", system=title, records=told.records)
    if told.waiting:
        seconds = round(told.waiting)
        return words.say("sync_waiting", system=title, feed=told.feed, records=told.records, seconds=seconds)
    return words.say("sync_fetching", system=title, feed=told.feed, records=told.records, pages=told.pages)
