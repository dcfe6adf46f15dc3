"""Sends a letter to one place: again where that may help, never elsewhere, never telling a secret.

A request is repeated after a cut connection, an error of the server or "too many requests", later each time or when the
server says. When a connection breaks off after the letter was handed over, nobody knows whether it arrived: it is sent
again, since a thing told twice is better than one never told; `id` lets a program tell.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import httpx

from pipelines.alerting import letters
from pipelines.alerting.destinations import LOOPBACK, AlertError, Destination
from pipelines.alerting.letters import Letter
from pipelines.asking_again import AgainError, again, retry_after
from pipelines.messages import Message

ATTEMPTS = 5
#: a server that wants us to wait longer is asked again by the next run
LONGEST_WAIT = 120.0
_LONGEST_PAUSE = 60.0
_PATIENCE = 30

_BODIES: Mapping[str, Callable[[Letter], dict[str, Any]]] = {
    "slack": letters.slack,
    "teams": letters.teams,
    "webhook": letters.generic,
}


@dataclass(frozen=True)
class Post:
    """How letters go out; tests bring their own clock."""

    sleep: Callable[[float], None] = time.sleep

    def send(self, letter: Letter, place: Destination) -> Message | None:
        """Sends it, and says whom it did not reach, if others got it. Raises AlertError when nobody did."""
        try:
            return again(ATTEMPTS, _LONGEST_PAUSE, self.sleep)(
                _mail if place.name == "email" else _webhook, letter, place
            )
        except AgainError as error:
            raise AlertError(error.message) from None


def _webhook(letter: Letter, place: Destination) -> Message | None:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would note down the address, which is a secret
    headers = {"User-Agent": "after-sales-incidents", "Idempotency-Key": letter.id}
    if token := place.values.get("token"):
        headers["Authorization"] = f"Bearer {token}"
    named: dict[str, str | int] = {"name": place.name, "host": place.host}
    # a loopback address is a test's or a tunnel's: no proxy of the environment stands between
    with httpx.Client(timeout=_PATIENCE, trust_env=place.host not in LOOPBACK) as client:
        try:
            answer = client.post(place.values["url"], json=_BODIES[place.name](letter), headers=headers)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            # only the kind of error: its text may hold the address
            kind = type(error).__name__
            raise AgainError(Message("alert_unreachable", {**named, "reason": kind})) from None
    if answer.is_success:
        return None
    said: dict[str, str | int] = {**named, "status": str(answer.status_code)}
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        after = retry_after(answer.headers.get("retry-after", ""))
        if after is not None and after > LONGEST_WAIT:
            raise AlertError(Message("alert_later", said))
        raise AgainError(Message("alert_later", said), after)
    # also a redirect: what is meant for one address goes to no other
    raise AlertError(Message("alert_refused", said))


def _mail(letter: Letter, place: Destination) -> Message | None:
    message = letters.mail(letter, place.values["from"], place.recipients)
    named: dict[str, str | int] = {"name": place.name, "host": place.host}
    try:
        refused = _hand_over(message, place)
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise AlertError(Message("alert_not_closed", {**named, "reason": type(error).__name__})) from None
    except smtplib.SMTPAuthenticationError:
        raise AlertError(Message("alert_not_allowed", named)) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise AlertError(_not_reached(named, error.recipients)) from None
    except smtplib.SMTPResponseException as error:
        said: dict[str, str | int] = {**named, "status": str(error.smtp_code)}
        if 400 <= error.smtp_code < 500:
            raise AgainError(Message("alert_later", said)) from None
        raise AlertError(Message("alert_refused", said)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise AgainError(Message("alert_unreachable", {**named, "reason": type(error).__name__})) from None
    return _not_reached(named, refused) if refused else None


def _hand_over(message: EmailMessage, place: Destination) -> Mapping[str, object]:
    """The recipients that the server refused, while it took others; what it says when we leave does not matter."""
    port = int(place.values.get("port", "587"))
    context = ssl.create_default_context()
    if place.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(place.host, port, timeout=_PATIENCE, context=context)
    else:
        server = smtplib.SMTP(place.host, port, timeout=_PATIENCE)
    try:
        if place.security == "starttls":
            server.starttls(context=context)
        if place.values.get("password"):
            server.login(place.values.get("user", place.values["from"]), place.values["password"])
        return server.send_message(message)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _not_reached(named: Mapping[str, str | int], refused: Mapping[str, object]) -> Message:
    return Message("alert_no_mailbox", {**named, "addresses": ", ".join(sorted(refused))})
