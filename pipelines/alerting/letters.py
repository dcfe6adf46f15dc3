"""What is sent, and how each place wants it written. All that comes from data stays text: nothing in it is markup.

Slack: blocks of `plain_text`, which knows no mentions and no links. Teams: an Adaptive Card, as a workflow ("Post to a
channel when a webhook request is received") takes it; its text runs know no Markdown. E-mail: plain text, and HTML in
which every text is escaped.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

#: longer texts Slack refuses
_TITLE, _TEXT = 150, 2_900


@dataclass(frozen=True)
class Item:
    """One thing to tell, in words; `data` is the same for programs."""

    title: str
    amount: str
    reason: str
    standing: str
    link: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Letter:
    """All that is told at once."""

    lang: str
    subject: str
    about: str
    items: Sequence[Item]
    link: str
    open_word: str  # what a link is called

    @property
    def id(self) -> str:
        """The same for the same things: a program can tell that it got them already."""
        told = repr([(item.data["key"], item.data["again"], item.data["data_date"]) for item in self.items])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def flat(text: str) -> str:
    """A text on one line, without characters that cannot be seen."""
    seen = "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)
    return re.sub(" +", " ", seen).strip()


def plain(letter: Letter) -> str:
    """The letter as a terminal or a mailbox without HTML shows it."""
    lines = [letter.subject, letter.about, ""]
    for rank, item in enumerate(letter.items, 1):
        lines += [f"{rank}. {flat(item.title)} — {flat(item.amount)}", f"   {flat(item.standing)}"]
        lines += [f"   {flat(item.reason)}", *([f"   {item.link}"] if item.link else []), ""]
    return "\n".join([*lines, *([letter.link] if letter.link else [])]).rstrip() + "\n"


def slack(letter: Letter) -> dict[str, Any]:
    """The body for an incoming webhook of Slack."""

    def text(words: str, most: int = _TEXT) -> dict[str, Any]:
        return {"type": "plain_text", "text": _short(flat(words), most), "emoji": False}

    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": text(letter.subject, _TITLE)},
        {"type": "context", "elements": [text(letter.about)]},
    ]
    for rank, item in enumerate(letter.items, 1):
        blocks.append({"type": "section", "text": text(f"{rank}. {item.title} — {item.amount}")})
        elements = [text(f"{item.standing} · {item.reason}")]
        if item.link:
            elements.append({"type": "mrkdwn", "text": f"<{_slack(item.link)}|{_slack(letter.open_word)}>"})
        blocks.append({"type": "context", "elements": elements})
    if letter.link:
        words = f"<{_slack(letter.link)}|{_slack(letter.open_word)}>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": words}})
    # what a notification shows; it is read as mrkdwn
    return {"text": _slack(flat(letter.subject)), "blocks": blocks}


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(letter: Letter) -> dict[str, Any]:
    """The body for a workflow of Teams."""

    def text(words: str, **more: Any) -> dict[str, Any]:
        run = {"type": "TextRun", "text": _short(flat(words), _TEXT), **more}
        return {"type": "RichTextBlock", "inlines": [run]}

    body = [text(letter.subject, weight="Bolder", size="Large"), text(letter.about, isSubtle=True)]
    for rank, item in enumerate(letter.items, 1):
        opens = {"selectAction": {"type": "Action.OpenUrl", "url": item.link}} if item.link else {}
        body.append(text(f"{rank}. {item.title} — {item.amount}", weight="Bolder", **opens))
        body.append(text(f"{item.standing} · {item.reason}"))
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": letter.lang,
        "msteams": {"width": "Full"},
        "body": body,
    }
    if letter.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": letter.open_word, "url": letter.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": kind, "contentUrl": None, "content": card}],
    }


def generic(letter: Letter) -> dict[str, Any]:
    """The body for any other program."""
    return {
        "id": letter.id,
        "language": letter.lang,
        "subject": letter.subject,
        "about": letter.about,
        "link": letter.link or None,
        "alerts": [
            {
                **item.data,
                "title": item.title,
                "amount": item.amount,
                "reason": item.reason,
                "standing": item.standing,
                "link": item.link or None,
            }
            for item in letter.items
        ],
    }


def mail(letter: Letter, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """The letter as e-mail, plain and as HTML."""
    message = EmailMessage()
    message["Subject"] = _short(flat(letter.subject), _TITLE)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(letter.id, domain=sender.rpartition("@")[2])
    message["Content-Language"] = letter.lang
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain(letter))
    message.add_alternative(_html(letter), subtype="html")
    return message


def _html(letter: Letter) -> str:
    say = html.escape

    def linked(words: str, link: str) -> str:
        return f'<a href="{say(link)}">{say(words)}</a>' if link else say(words)

    rows = [
        f"<li><b>{linked(flat(item.title), item.link)}</b> — {say(flat(item.amount))}<br>"
        f"{say(flat(item.standing))}<br>{say(flat(item.reason))}</li>"
        for item in letter.items
    ]
    more = f"<p>{linked(letter.open_word, letter.link)}</p>" if letter.link else ""
    return (
        f'<!doctype html><html lang="{say(letter.lang)}"><head><meta charset="utf-8"></head>'
        f"<body><h1>{say(flat(letter.subject))}</h1><p>{say(flat(letter.about))}</p>"
        f"<ol>{''.join(rows)}</ol>{more}</body></html>"
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
