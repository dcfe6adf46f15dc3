"""Asks a vendor's API: within its limits, again where that may help, never elsewhere, never telling a secret.

A request is repeated after a cut connection, an error of the server or "too many requests", later each time or when the
vendor says; an access token that has expired is renewed once. Everything else ends with a sentence.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from pipelines.asking_again import AgainError, again, retry_after
from pipelines.messages import Message
from pipelines.sync.credentials import Credentials, TokenFile
from pipelines.sync.vendor import Answer, Ask, SyncError, Vendor

ATTEMPTS = 8
#: a vendor that wants us to wait longer than this is asked again by the next sync
LONGEST_WAIT = 900.0
_LONGEST_PAUSE = 120.0
LARGEST_ANSWER = 512 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REDIRECTS = 3
_SHOWN = 200


@dataclass
class Clock:
    """Time as the client needs it; tests bring their own."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


@dataclass
class Client:
    """One account of one vendor. Close it after use."""

    vendor: Vendor
    given: Credentials
    tokens: TokenFile
    clock: Clock = field(default_factory=Clock)
    #: told how many seconds will be waited
    waiting: Callable[[float], None] = lambda _: None

    def __post_init__(self) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would note down URLs, and some are signed
        self.base = self._address()
        self._access = ""
        self._sent: deque[float] = deque(maxlen=self.vendor.rate.requests)
        self._quiet_until = 0.0
        # a loopback address is a test's or a tunnel's: no proxy of the environment stands between
        self._http = httpx.Client(
            timeout=httpx.Timeout(60, connect=15),
            trust_env=not _is_loopback(self.base),
            headers={"User-Agent": "after-sales-incidents", "Accept": "application/json"},
        )

    def close(self) -> None:
        self._http.close()

    def _address(self) -> httpx.URL:
        """Where the vendor is asked. Raises SyncError for an address that would send secrets in the clear."""
        text = (self.given.values.get("address") or self.vendor.address).format(**self.given.values)
        base = _url(text.rstrip("/"), self.vendor.title)
        if base.scheme != "https" and not (base.scheme == "http" and _is_loopback(base)):
            raise SyncError(Message("sync_not_https", {"system": self.vendor.title, "address": _bare(text)}))
        if base.userinfo:
            raise SyncError(
                Message("sync_not_https", {"system": self.vendor.title, "address": str(base.host)})
            )
        return base

    def ask(self, ask: Ask) -> Answer:
        """The answer to one request. Raises SyncError."""
        try:
            return again(ATTEMPTS, _LONGEST_PAUSE, self._wait)(self._once, ask)
        except AgainError as error:
            raise SyncError(error.message) from None

    def _once(self, ask: Ask) -> Answer:
        if self._is_renewing() and not self._access:
            self._renew()
        answer = self._send(ask)
        if answer is None:  # the access token has expired
            self._renew()
            answer = self._send(ask)
        if answer is None:
            raise SyncError(self._say("sync_not_allowed"), 401)
        if (after := self.vendor.judge(answer)) is not None:
            raise AgainError(self._say("sync_wants_rest"), after)
        self._quiet_until = self.clock.monotonic() + self.vendor.pause(answer)
        return answer

    def _is_renewing(self) -> bool:
        return self.given.auth.renewal(self.given.values) is not None

    def _renew(self) -> None:
        """Fetches an access token; keeps the refresh token that may come with it instead of the old one."""
        renewal = self.given.auth.renewal(self.given.values)
        if renewal is None:
            raise SyncError(self._say("sync_not_allowed"), 401)
        path, form = renewal
        first = hashlib.sha256(form.get("refresh_token", "").encode()).hexdigest()
        kept = self.tokens.read()
        if kept.get("instead_of") == first:
            form["refresh_token"] = kept["refresh_token"]
        headers = self.given.auth.renewal_headers(self.given.values)
        secrets = form.get("refresh_token", ""), headers.get("Authorization", "").removeprefix("Basic ")
        response = self._exchange("POST", self._url(path), data=form, headers=headers)
        if response.has_redirect_location:
            self._refuse_redirect(response, is_foreign=True)
        if response.status_code == 429 or response.status_code >= 500:
            raise self._later(response)
        if response.status_code >= 400:
            said = self._said(response, *secrets)
            raise SyncError(self._say("sync_not_renewed", said=said), response.status_code)
        found = self._decoded(response)
        if not isinstance(found, dict) or not found.get("access_token"):
            raise SyncError(self._say("sync_not_renewed", said=""))
        self._access = str(found["access_token"])
        if found.get("refresh_token") and found["refresh_token"] != form.get("refresh_token"):
            self.tokens.write({"instead_of": first, "refresh_token": str(found["refresh_token"])})

    def _send(self, ask: Ask) -> Answer | None:
        """The answer to one request, or None when the vendor says that the access token is no longer good."""
        url = self._url(ask.path, is_foreign=ask.is_foreign)
        for _ in range(_REDIRECTS):
            self._keep_the_rate()
            headers = {} if ask.is_foreign else self._headers(ask)
            response = self._exchange(
                ask.method, url, params=ask.params, body=self._body(ask), headers=headers
            )
            if not response.has_redirect_location:
                break
            url = self._refuse_redirect(response, is_foreign=ask.is_foreign)
        status = response.status_code
        if status == 401 and self._is_renewing():
            return None
        if status in (401, 403):
            code = "sync_not_allowed" if status == 401 else "sync_forbidden"
            raise SyncError(self._say(code, scopes=self.vendor.scopes or "-", path=url.path), status)
        if status in (408, 425, 429) or status >= 500:
            raise self._later(response)
        if status >= 300:
            raise SyncError(self._say("sync_refused", status=str(status), said=self._said(response)), status)
        return Answer(None if ask.is_foreign else self._decoded(response), response.headers, response.content)

    def _headers(self, ask: Ask) -> dict[str, str]:
        values = self.given.values
        always = {name: value.format(**values) for name, value in self.vendor.headers.items()}
        own = {name: value.format(**values, access=self._access) for name, value in ask.headers.items()}
        return {**always, **self.given.auth.headers(values, self._access), **own}

    def _body(self, ask: Ask) -> dict[str, Any] | None:
        """The JSON to send, with the lists that stand in settings."""
        if ask.body is None:
            return None
        lists = {name: re.split(r",\s*", self.given.values[setting]) for name, setting in ask.lists.items()}
        return {**ask.body, **lists}

    def _decoded(self, response: httpx.Response) -> Any:
        """The JSON of an answer; one that is none was cut off on its way, or is a page of somebody in between."""
        try:
            return _json(response)
        except ValueError:
            raise AgainError(self._say("sync_not_json")) from None

    def _exchange(
        self,
        method: str,
        url: httpx.URL,
        *,
        params: Any = None,
        body: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request and its whole answer. Raises AgainError when the connection could not be had, or was cut."""
        request = self._http.build_request(
            method, url, params=params or None, json=body, data=data, headers=headers
        )
        try:
            response = self._http.send(request, stream=True)
            try:
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        raise SyncError(self._say("sync_too_large"))
            finally:
                response.close()
        except httpx.TransportError as error:
            # only the kind of error: its text may hold the URL
            raise AgainError(self._say("sync_unreachable", reason=type(error).__name__)) from None
        except httpx.HTTPError as error:
            raise SyncError(self._say("sync_unreachable", reason=type(error).__name__)) from None
        return httpx.Response(
            response.status_code,
            headers=[
                pair for pair in response.headers.multi_items() if pair[0].lower() != "content-encoding"
            ],
            content=bytes(content),
            request=request,
        )

    def _refuse_redirect(self, response: httpx.Response, *, is_foreign: bool = False) -> httpx.URL:
        """Where an answer redirects to on the same host. Raises SyncError for any other host."""
        target = response.url.join(response.headers["location"])
        same = (target.scheme, target.host, target.port) == (
            response.url.scheme,
            response.url.host,
            response.url.port,
        )
        if not same or is_foreign:
            raise SyncError(self._say("sync_elsewhere", other=target.host), response.status_code)
        return target

    def _url(self, path: str, *, is_foreign: bool = False) -> httpx.URL:
        """The URL of a path; a whole URL must be on the vendor's host, or have been handed out by the vendor."""
        if "://" not in path:
            return _url(f"{self.base}/{path.lstrip('/')}", self.vendor.title)
        url = _url(path, self.vendor.title)
        is_ours = (url.scheme, url.host, url.port) == (self.base.scheme, self.base.host, self.base.port)
        # tokens may come from a host of their own; a file, from one that the vendor has just named
        is_renewal = path == (self.given.auth.renewal(self.given.values) or ("",))[0]
        is_safe = url.scheme == "https" or _is_loopback(url)
        if is_ours or ((is_foreign or is_renewal) and is_safe):
            return url
        raise SyncError(self._say("sync_elsewhere", other=url.host))

    def _later(self, response: httpx.Response) -> AgainError | SyncError:
        """What to raise for an answer that says: not now."""
        after = retry_after(response.headers.get("retry-after", ""))
        if after is None and response.status_code == 429:
            after = self.vendor.rest(response.headers)
        code = "sync_wants_rest" if response.status_code == 429 else "sync_vendor_down"
        if after is not None and after > LONGEST_WAIT:
            return SyncError(self._say("sync_come_back", minutes=int(after // 60) + 1), response.status_code)
        return AgainError(self._say(code, status=str(response.status_code)), after)

    def _keep_the_rate(self) -> None:
        """Waits until the vendor's rule allows one more request."""
        now = self.clock.monotonic()
        pause = self._quiet_until - now
        if len(self._sent) == self._sent.maxlen:
            pause = max(pause, self._sent[0] + self.vendor.rate.seconds - now)
        if pause > 0:
            self._wait(pause)
        self._sent.append(self.clock.monotonic())

    def _wait(self, seconds: float) -> None:
        if seconds >= 1:
            self.waiting(seconds)
        self.clock.sleep(seconds)

    def _say(self, code: str, **params: str | int) -> Message:
        return Message(code, {"system": self.vendor.title, "host": self.base.host, **params})

    def _said(self, response: httpx.Response, *secrets: str) -> str:
        """What the vendor says of an error, in a few words and without a secret."""
        text = " ".join(response.text.split())
        if text.startswith("<"):
            return ""
        return self.given.without_secrets(text, *filter(None, [*secrets, self._access]))[:_SHOWN]


def _json(response: httpx.Response) -> Any:
    return json.loads(response.content) if response.content.strip() else {}


def _url(text: str, system: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise SyncError(Message("sync_not_https", {"system": system, "address": _bare(text)})) from None
    if not url.host:
        raise SyncError(Message("sync_not_https", {"system": system, "address": _bare(text)}))
    return url


def _bare(text: str) -> str:
    """An address without the name, password and question that may stand in it."""
    parts = urlsplit(text) if "://" in text else urlsplit("//" + text)
    return f"{parts.scheme + '://' if parts.scheme else ''}{parts.netloc.rpartition('@')[2]}"


def _is_loopback(url: httpx.URL) -> bool:
    return url.host in _LOOPBACK
