"""What customers write to the demo's two helpdesks, and what agents make of it: tags, reasons, replies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.aftermath import speaks_french
from pipelines.demo.orders import Book
from pipelines.demo.shop import Columns, places
from pipelines.demo.vocabulary import AGENTS, ODD_TAGS, OTHER_TAGS, QUESTIONS, Wording, voices, wordings

_WAYS = {
    "email": 0.44,
    "contact_form": 0.12,
    "chat": 0.20,
    "instagram-direct-message": 0.09,
    "facebook-messenger": 0.06,
    "tiktok-shop": 0.05,
    "phone": 0.04,
}
_OPENS = {False: 9, True: 3}  # on Montreal's clock: the desk in France opens at nine in Paris
_NO_REF = 0.2  # customers who forget the order number
_SECOND = 0.12  # those who write again


def tickets(book: Book, problems: Columns) -> pl.DataFrame:
    """One row a ticket in order of time; `desk` says whose it is: gorgias (Canada and Amazon) or zendesk (France).

    `order` is the order it is about (null: none), `ref` how the customer wrote it (empty: not at all).
    """
    rows = _complaints(book, problems) + _questions(book)
    rows.sort(key=lambda row: (row["created"], row["customer"]))
    end = datetime.combine(book.until, datetime.min.time())
    rows = [row for row in rows if row["created"] < end]
    for row in rows:
        for name in ("replied", "closed"):
            if row[name] is not None and row[name] >= end:
                row[name] = None
        if row["closed"] is None:
            row["score"] = None
    return pl.DataFrame(rows, infer_schema_length=None).with_row_index("number", offset=1)


def _complaints(book: Book, problems: Columns) -> list[dict[str, Any]]:
    rng = book.rng
    chosen = np.flatnonzero(problems["ticket"])
    french = speaks_french(book, problems["order"][chosen])
    luck = rng.random((len(chosen), 8))
    rows = []
    for at, in_french, dice in zip(chosen, french, luck, strict=True):
        cause, story = str(problems["cause"][at]), str(problems["story"][at])
        order, line = int(problems["order"][at]), int(problems["line"][at])
        voice = voices().get(cause)
        worded = wordings().get(story) or voice or Wording()
        choice = worded.fr if in_french else worded.en
        row = {
            **_ticket(book, _written(problems, int(at), dice[1]), dice[:4], order),
            "order": order,
            "ref": book.orders["name"][order] if story or dice[4] > _NO_REF else "",
            "subject": _with_sizes(
                choice[int(dice[5] * len(choice))], str(book.catalogue.sku[book.lines["sku"][line]])
            ),
            "tags": _tags(cause, story, bool(in_french), dice[6], rng),
            "reason": voice.reason if voice and dice[7] < 0.35 else "",
            "sku": book.catalogue.sku[book.lines["sku"][line]]
            if voice and voice.when == "after" and dice[7] > 0.4
            else "",
            "french": bool(in_french),
            "score": _score(
                dice[3], harsh=cause not in ("size_or_fit", "changed_mind", "style_or_colour_preference")
            ),
        }
        rows.append(row)
        if dice[2] < _SECOND and not story:
            again = dict(
                row,
                created=row["created"] + timedelta(hours=20 + int(dice[1] * 90)),
                subject=f"Re: {row['subject']}",
            )
            rows.append(
                dict(
                    again,
                    replied=again["created"] + timedelta(hours=3),
                    closed=again["created"] + timedelta(hours=30),
                )
            )
    return rows


def _with_sizes(subject: str, sku: str) -> str:
    """A subject that names the size ordered and the other of the two that Laval mixes up."""
    ordered = sku.rsplit("-", 1)[-1]
    return (
        subject.format(ordered=ordered, received="38" if ordered == "39" else "39")
        if "{" in subject
        else subject
    )


def _written(problems: Columns, at: int, chance: float) -> np.datetime64:
    """When a customer writes: before a cancellation that was asked for, after one that was not."""
    reported, cause = problems["reported"][at], problems["cause"][at]
    minutes = np.timedelta64(60, "s")
    if cause in ("price_error", "stock_out", "payment_or_fraud"):
        return reported + int(40 + chance * 3200) * minutes
    if problems["cancelled"][at]:
        return reported - int(15 + chance * 200) * minutes
    return reported


def _questions(book: Book) -> list[dict[str, Any]]:
    """Tickets that tell of no problem: they are in every helpdesk."""
    rng, count = book.rng, len(book.orders["placed"])
    chosen = np.flatnonzero(rng.random(count) < 0.008)
    french = speaks_french(book, chosen)
    rows = []
    for order, in_french, dice in zip(chosen, french, rng.random((len(chosen), 6)), strict=True):
        tag, fr, en = QUESTIONS[int(dice[4] * len(QUESTIONS))]
        subjects = fr if in_french else en
        about = tag == "suivi_commande"
        rows.append(
            {
                **_ticket(book, book.orders["placed"][order], dice[:4], int(order)),
                "order": int(order) if about else None,
                "ref": book.orders["name"][order] if about else "",
                "subject": subjects[int(dice[5] * len(subjects))],
                "tags": [tag] if dice[3] < 0.9 else [],
                "reason": "",
                "sku": "",
                "french": bool(in_french),
                "score": None,
            }
        )
    return rows


def _ticket(book: Book, at: np.datetime64, dice: np.ndarray, order: int) -> dict[str, Any]:
    """When a ticket came, was answered and closed, where and from whom."""
    created = at.astype("datetime64[s]").item()
    french_desk = places()[int(book.orders["place"][order])].country in ("FR", "BE")
    waited = created + timedelta(minutes=int(8 + 2600 * dice[0] ** 3))
    replied = _while_open(waited, _OPENS[french_desk])
    closed = replied + timedelta(minutes=int(30 + 9000 * dice[1] ** 2))
    amazon = str(book.orders["channel"][order]).startswith("amazon")
    way = (
        "email"
        if amazon
        else list(_WAYS)[int(np.searchsorted(np.cumsum(list(_WAYS.values())), dice[2] * 0.9999))]
    )
    if french_desk and way == "tiktok-shop":
        way = "email"
    return {
        "created": created,
        "replied": replied,
        "closed": closed if dice[3] > 0.02 else None,
        "way": way,
        "desk": "zendesk" if french_desk else "gorgias",
        "agent": AGENTS[int(dice[1] * 997) % len(AGENTS)],
        "customer": int(book.orders["customer"][order]),
        "amazon": amazon,
        "last_order": book.orders["name"][order],
    }


def _while_open(at: datetime, opens: int) -> datetime:
    """The moment itself, or one soon after the next opening: desks answer eight hours a day, not on Sundays."""
    hour = (at.hour - opens) % 24
    if hour >= 8:
        at = (at + timedelta(hours=24 - hour)).replace(minute=at.minute // 2)
    return at + timedelta(days=at.weekday() == 6)


def _tags(cause: str, story: str, french: bool, chance: float, rng: np.random.Generator) -> list[str]:
    """As agents tag: mostly right in one of several words, sometimes 'other', sometimes nothing."""
    if not story and chance < 0.10:
        return []
    if not story and chance < 0.16:
        return [OTHER_TAGS[int(chance * 1000) % len(OTHER_TAGS)]]
    voice = voices().get(cause)
    words = (wordings()[story].tags if story in wordings() else ()) or (voice.tags if voice else ())
    tags = [words[int(rng.integers(len(words)))]] if words else []
    if chance > 0.93:
        tags.append(ODD_TAGS[int(rng.integers(len(ODD_TAGS)))])
    elif chance > 0.80:
        tags.append("urgent" if chance > 0.88 else ("français" if french else "english"))
    return tags


def _score(chance: float, *, harsh: bool) -> int | None:
    """Stars from one to five; most people give none."""
    if chance > 0.24:
        return None
    level = chance / 0.24
    return (1, 2, 3, 4, 5)[int(level * 5)] if harsh else (3, 4, 5, 5, 5)[int(level * 5)]
