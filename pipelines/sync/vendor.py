"""What one vendor's API is, as data: its address, who may ask, how often, and the feeds of records it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pipelines.messages import Message

Document = dict[str, Any]
#: where in a feed the next page begins: plain JSON, kept on disk
Position = dict[str, Any]


class SyncError(Exception):
    """A sync cannot go on; `message` says why and what to do, and never holds a secret.

    `status` is the HTTP status of a vendor that understood the request and would not answer it, else None.
    """

    def __init__(self, message: Message, status: int | None = None) -> None:
        super().__init__(message.code)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Ask:
    """One request. `path` is below the vendor's address, or a whole URL of the same host.

    A URL of another host is asked only where the vendor itself has just handed it out (`is_foreign`), and then without
    the credentials.
    """

    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    #: members of the body that are lists, by the setting in which the user names their parts
    lists: Mapping[str, str] = field(default_factory=dict)
    is_foreign: bool = False
    #: headers of its own, in which {access} is the token of the moment
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back: the JSON of the body (None where the body is a file), and the body as it was."""

    data: Any
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True)
class Record:
    """One document for the file `<kind>`, and when it last changed (None when the feed does not go by time)."""

    kind: str
    document: Document
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """What one answer held. `following` is where to go on, None when the feed was read to its end."""

    records: Sequence[Record] = ()
    following: Position | None = None
    #: where the next sync begins, for feeds that hand out such a place; the others begin at the last change seen
    resume: Position | None = None
    #: whole files, by name, for vendors that answer with the file that a shop would have downloaded
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: how far in time the feed was read, for pages of files; records tell it themselves
    reached: datetime | None = None
    #: seconds to let pass before the next request, because what was asked for is not ready
    wait: float = 0


class Feed(Protocol):
    """One list of records of an API."""

    @property
    def name(self) -> str: ...

    @property
    def overlap(self) -> timedelta:
        """How far before the last change seen a sync begins, for changes that show up late."""

    @property
    def is_newest_first(self) -> bool:
        """True when the latest change comes first: such a feed is read until what is known already comes."""

    def begin(self, since: datetime | None) -> Position:
        """Where to begin in order to get what changed since then; None means all there is."""

    def ask(self, position: Position) -> Ask: ...

    def take(self, position: Position, answer: Answer) -> Page: ...


class Auth(Protocol):
    """How a vendor knows who asks."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the settings without which it cannot be used."""

    def headers(self, settings: Mapping[str, str], access: str) -> dict[str, str]:
        """The headers of a request; `access` is the token of the moment, for those that fetch one."""

    def renewal(self, settings: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
        """Path or URL and form by which a new access token is fetched, or None where none is needed."""

    def renewal_headers(self, settings: Mapping[str, str]) -> dict[str, str]:
        """The headers with which it is fetched."""


@dataclass(frozen=True)
class Rate:
    """The vendor's rule: so many requests in so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Vendor:
    """One vendor. Found in pipelines/sync/*.py as module values, never registered."""

    name: str  # as the source of its files is called
    title: str
    #: its address, with settings in braces; the setting `address` takes its place
    address: str
    auths: Sequence[Auth]
    feeds: Sequence[Feed]
    rate: Rate
    #: settings that are no secrets, and what they must look like
    settings: Mapping[str, str] = field(default_factory=dict)
    #: settings that have a value of their own when nobody gives one; other settings may stand in it, in braces
    defaults: Mapping[str, str] = field(default_factory=dict)
    #: headers of every request, with settings in braces
    headers: Mapping[str, str] = field(default_factory=dict)
    #: seconds to wait after an answer, by what it says of the quota that is left
    pause: Callable[[Answer], float] = lambda _: 0
    #: seconds until it may be asked again, where "too many requests" tells it in headers of its own
    rest: Callable[[Mapping[str, str]], float | None] = lambda _: None
    #: raises SyncError, or gives the seconds after which to ask again, for answers that fail with status 200
    judge: Callable[[Answer], float | None] = lambda _: None
    #: what the account that asks must be allowed to do, in the vendor's words
    scopes: str = ""


def moment(text: str) -> datetime:
    """A time of an API in UTC; one that names no zone is in UTC."""
    read = datetime.fromisoformat(text)
    return (read.replace(tzinfo=UTC) if read.tzinfo is None else read).astimezone(UTC)


def written(at: datetime) -> str:
    """A time as APIs want it: to the second, in UTC. What is cut off only makes it earlier."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def inside(data: Any, path: str) -> Any:
    """What stands at a path such as 'meta.next_cursor'; None when it is not there."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data
