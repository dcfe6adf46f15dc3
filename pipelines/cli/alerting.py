"""The verb that sends the weekly list to where people read: alert."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app import alert_words
from app.alert_words import Words as Said
from app.i18n import Lang
from pipelines import alert_states, notebook
from pipelines.alert_states import Row, Standing
from pipelines.alerting import letters, memory
from pipelines.alerting.destinations import SETTINGS, AlertError, Destination, dashboard, destinations
from pipelines.alerting.letters import Item, Letter
from pipelines.alerting.memory import Due
from pipelines.alerting.sending import Post
from pipelines.cli.arguments import program
from pipelines.cli.main import CommandError
from pipelines.cli.words import Words
from pipelines.messages import Message, sentence
from pipelines.notebook import Write
from pipelines.reader import NoSnapshotError, Reader
from pipelines.store import Store, StoreError
from pipelines.sync.credentials import FILE

#: days of the week, as French and English shorten them
_DAYS: Mapping[str, int] = {
    name: at
    for names in (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"))
    for at, name in enumerate(names)
}  # fmt: skip
_RUN = "alert_run"
_LOOK_SECONDS, _RETRY_SECONDS = 30, 3600


def alert(chosen: argparse.Namespace, words: Words) -> int:
    """Sends what each place was not told yet; 1 when a place could not be reached."""
    store = Store(chosen.store)
    weekly = _moment(chosen.weekly, words) if chosen.weekly else None
    for name in chosen.places:
        if name not in SETTINGS:
            raise CommandError(words.say("unknown_place", place=name, places=", ".join(SETTINGS)), 2)
    if weekly is None:
        return _once(chosen, store, words)
    _places(chosen, store, words)  # what is wrong with them is told at once, not on Monday
    print(words.say("alert_weekly", moment=chosen.weekly), file=sys.stderr, flush=True)
    while True:
        try:
            is_now = is_due(store, weekly, datetime.now(ZoneInfo(store.zone())))
            code = _once(chosen, store, words) if is_now else 0
            if is_now and not code:
                _note_run(store)
        except (
            CommandError,
            StoreError,
            NoSnapshotError,
        ) as error:  # a load is writing, say: tried again later
            print(_why(error, words), file=sys.stderr, flush=True)
            code = 1
        time.sleep(_RETRY_SECONDS if code else _LOOK_SECONDS)


def _why(error: Exception, words: Words) -> str:
    if isinstance(error, NoSnapshotError):
        return words.say("no_data", program=program())
    return sentence(error.message, words.lang) if isinstance(error, StoreError) else str(error)


def _places(chosen: argparse.Namespace, store: Store, words: Words) -> tuple[list[Destination], str]:
    """Where alerts go, and the address of the dashboard. Raises CommandError when there is nowhere."""
    try:
        places, address = destinations(store, chosen.places), dashboard(store)
    except AlertError as error:
        raise CommandError(sentence(error.message, words.lang)) from None
    if not places and not chosen.dry_run:
        raise CommandError(words.say("nowhere_to_alert", file=store.user / FILE, program=program()))
    return places, address


def _once(chosen: argparse.Namespace, store: Store, words: Words) -> int:
    """Tells every place, one after the other; one that fails does not stop the next."""
    places, address = _places(chosen, store, words)
    reader = Reader(store)
    try:
        rows = reader.query("weekly_alerts").rows(named=True)
        causes = reader.query("ref_causes")
        days = reader.query("source_freshness")["latest_date"].drop_nulls().to_list()
    finally:
        reader.close()
    lang = cast("Lang", words.lang)
    said = Said(lang, dict(zip(causes["cause"], causes[f"title_{lang}"], strict=True)))
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(store.zone())).date()
    done = []
    if not chosen.dry_run:
        # what is gone from the data is noted first, so that it is known when it comes back
        day = rows[0]["data_date"] if rows else max((day for day in days if day <= today), default=today)
        for topic in (alert_states.TOPIC, *(memory.topic(place.name) for place in places)):
            alert_states.note_gone(store, rows, day, topic)
    listed = alert_states.listed(rows, alert_states.kept(store), today)
    for place in places:
        done.append(_tell(place, store, listed, said, address, now, is_dry=chosen.dry_run))
        if not chosen.json:
            _print(done[-1], place, words)
    if not places:  # nothing is given yet: what would be told
        things = [Due(row, each, each.again, "", 0) for row, each in listed if each.state == "new"]
        done.append({"destination": None, **_told(_letter(things, said, address))})
        if not chosen.json:
            print(done[-1]["text"])
    if chosen.json:
        shown = [{name: value for name, value in each.items() if name != "text"} for each in done]
        print(json.dumps(shown, ensure_ascii=False, indent=2), flush=True)
    return 1 if any(each.get("error") for each in done) else 0


def _tell(
    place: Destination,
    store: Store,
    listed: Sequence[tuple[Row, Standing]],
    said: Said,
    address: str,
    now: datetime,
    *,
    is_dry: bool,
) -> dict[str, Any]:
    """What one place was told, or why it was not."""
    things = memory.due(store, place.name, listed, now)
    letter = _letter(things, said, address)
    told = {"destination": place.name, "host": place.host, **_told(letter)}
    if not things or is_dry:
        return {**told, "is_sent": False, "error": None}
    try:
        claimed = memory.claim(store, place.name, things, now)
    except StoreError as error:  # another program is telling them in this very moment
        return {**told, "is_sent": False, "error": sentence(error.message, said.lang)}
    try:
        warning = Post().send(letter, place)
    except AlertError as error:
        memory.give_back(store, claimed)
        return {**told, "is_sent": False, "error": sentence(error.message, said.lang)}
    except BaseException:  # Ctrl-C while it waits: it is told the next time
        memory.give_back(store, claimed)
        raise
    memory.keep(store, place.name, things, now.astimezone(ZoneInfo(store.zone())).date())
    return {**told, "is_sent": True, "error": None, "warning": _said(warning, said.lang)}


def _said(message: Message | None, lang: str) -> str | None:
    return sentence(message, lang) if message else None


def _told(letter: Letter) -> dict[str, Any]:
    return {"alerts": letters.generic(letter)["alerts"], "text": letters.plain(letter)}


def _letter(things: Sequence[Due], said: Said, address: str) -> Letter:
    """What is told, in words."""
    subject, about, open_word = said.letter(len(things), things[0].row["data_date"] if things else None)
    return Letter(
        lang=said.lang,
        subject=subject,
        about=about,
        items=[_item(each, said, address) for each in things],
        link=f"{address}/?{urlencode({'lang': said.lang})}" if address else "",
        open_word=open_word,
    )


def _item(each: Due, said: Said, address: str) -> Item:
    row, page, params = each.row, *alert_words.leads_to(each.row)
    link = f"{address}/{page}?{urlencode({'lang': said.lang, **params}, doseq=True)}" if address else ""
    names = ("kind", "cause", "party", "place_kind", "place", "item_count", "amount_cents", "currency")
    days = ("since_date", "due_date", "data_date")
    return Item(
        title=said.title(row),
        amount=said.amount(row),
        reason=said.reason(row),
        standing=said.standing(replace(each.now, again=each.again)),
        link=link,
        data={
            "key": row["alert_key"],
            "state": each.now.state,
            "again": each.again or None,
            "owner": each.now.said.owner or None,
            **{name: row[name] for name in names},
            "certainty": round(row["certainty"], 3) if row["certainty"] is not None else None,
            **{name: row[name].isoformat() if row[name] else None for name in days},
        },
    )


def _print(done: Mapping[str, Any], place: Destination, words: Words) -> None:
    count, named = len(done["alerts"]), {"place": place.name, "host": place.host}
    if done["error"]:
        print(done["error"], file=sys.stderr, flush=True)
    elif done["is_sent"]:
        print(words.say("alert_sent", **named, count=count), flush=True)
        if done["warning"]:
            print(done["warning"], file=sys.stderr, flush=True)
    elif count:
        print(words.say("alert_dry", **named, count=count) + "\n\n" + done["text"], flush=True)
    else:
        print(words.say("alert_nothing_new", **named), flush=True)


def _moment(text: str, words: Words) -> tuple[int, int, int]:
    """Day of the week (Monday 0), hour and minute of 'mon@08:00'."""
    found = re.fullmatch(r"([a-z]{3})@(\d{1,2})[:h](\d{2})", text.strip().lower())
    if not found or found[1] not in _DAYS or int(found[2]) > 23 or int(found[3]) > 59:
        raise CommandError(words.say("bad_weekly", value=text), 2)
    return _DAYS[found[1]], int(found[2]), int(found[3])


def is_due(store: Store, weekly: tuple[int, int, int], now: datetime) -> bool:
    """Whether the moment of this week passed since the last run; a first start waits for the next one.

    `now` is on the shop's clock. A moment that passed while nothing ran, or while the computer slept, is made up for.
    """
    entry = notebook.current(store, _RUN).get("weekly")
    if entry is None or entry.after is None:
        _note_run(store)
        return False
    day, hour, minute = weekly
    last = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    last -= timedelta(days=(now.weekday() - day) % 7)
    if last > now:
        last -= timedelta(weeks=1)
    return datetime.fromisoformat(str(entry.after["at"])) < last


def _note_run(store: Store) -> None:
    entry = notebook.current(store, _RUN).get("weekly")
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    notebook.write(store, _RUN, [Write("weekly", {"at": stamp}, entry.version if entry else 0)], "")
