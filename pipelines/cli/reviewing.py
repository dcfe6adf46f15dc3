"""The verb that writes the weekly review as a PDF: report."""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs

from app import db, frame, review_pdf
from app.i18n import LANGS, Lang, speaking
from pipelines.cli.exporting import write
from pipelines.cli.main import CommandError
from pipelines.cli.words import Words


def report(chosen: argparse.Namespace, words: Words) -> int:
    """Writes what the page shows; a filter that names nothing in the data is refused, not ignored."""
    asked = _asked(chosen.address, chosen.week, words)
    lang = next((known for known in LANGS if [known] == asked.get("lang")), _known(words.lang))
    with db.reading(chosen.store), speaking(lang):
        if db.snapshot() is None:
            raise db.NoSnapshotError(str(chosen.store))
        page = frame.asked_for(asked, "last_week")
        if page.notices:
            said = [frame.unused(notice) for notice in page.notices]
            raise CommandError("\n".join([*said, words.say("report_not_written")]), 2)
        content, name = review_pdf.made(page), review_pdf.file_name(page)
    target = chosen.output or Path(name)
    write(target, content, words)
    print(words.say("report_written", file=target), file=sys.stderr)
    return 0


def _known(lang: str) -> Lang:
    return next(known for known in LANGS if known == lang)


def _asked(address: str | None, week: str | None, words: Words) -> dict[str, list[str]]:
    """The parameters of the page's URL."""
    before, mark, after = (address or "").partition("?")
    asked = parse_qs((after if mark else before).partition("#")[0])
    if week:
        try:
            monday = date.fromisoformat(f"{week}-1")
        except ValueError as error:
            raise CommandError(words.say("bad_week", week=week), 2) from error
        asked.pop("period", None)
        asked |= {"from": [monday.isoformat()], "to": [(monday + timedelta(days=6)).isoformat()]}
    return asked
