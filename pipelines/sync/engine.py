"""Syncs one account: fetches pages, loads them as files, and only then notes how far it came.

A sync may end at any moment, also by kill -9. Pages on the disk are loaded by the next one; a page fetched twice, or
loaded twice, changes nothing, because loading goes by the records' own ids.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.load import FileResult, Options, load
from pipelines.messages import Message
from pipelines.store import Store, StoreError
from pipelines.sync import outcome
from pipelines.sync.client import Client, Clock
from pipelines.sync.credentials import Credentials, TokenFile, credentials
from pipelines.sync.spool import FeedState, Spool, digest, digest_of, only_one, open_spool
from pipelines.sync.vendor import Feed, Page, Record, SyncError, Vendor, moment

#: so many pages are loaded at once; a long first sync shows something before its end
PAGES_A_LOAD = 200
#: and so many already, where another list of the account is still to be read
PAGES_A_FEED = 20
#: a feed with the newest first is read again from its head while things go on changing, so often at most
_CLOSING_READS = 5
#: while another load is running: seconds between two tries, and how many
_BUSY_PAUSE, _BUSY_TRIES = 10.0, 12
_FORBIDDEN = 403
#: answers that mean that a place kept on the disk is no longer known
_PLACE_LOST = (400, 403, 404, 409, 410, 422)


@dataclass(frozen=True)
class Told:
    """Where a sync stands: `waiting` is the seconds that the vendor wants us to wait, if it does."""

    system: str
    feed: str
    records: int
    pages: int
    waiting: float | None = None
    is_loading: bool = False


@dataclass
class Synced:
    """What one sync of one account did. `error` is why it ended early; what had come was loaded all the same."""

    system: str
    account: str
    records: int = 0
    pages: int = 0
    files: list[FileResult] = field(default_factory=list)
    error: Message | None = None

    @property
    def changed(self) -> int:
        """How many records the store did not have, or had otherwise."""
        return sum(file.loaded for file in self.files)

    @property
    def rejected(self) -> int:
        return sum(file.rejected for file in self.files)


@dataclass(frozen=True)
class Request:
    """What the user wants: `since` reads again from there; `first_since` is where a first sync begins."""

    since: datetime | None = None
    first_since: datetime | None = None


def sync(
    vendor: Vendor,
    account: str,
    store: Store,
    request: Request = Request(),
    progress: Callable[[Told], None] = lambda _: None,
    clock: Clock | None = None,
) -> Synced:
    """Fetches what changed in an account and loads it. Never raises SyncError: what went wrong is in `error`.

    What it did is kept with the store, unless another sync of the account is under way: that one tells.
    """
    done = Synced(vendor.name, account)
    try:
        given = credentials(vendor, account, store)
        with only_one(store.folder / "sync" / f"{vendor.name}.{account}", vendor.title):
            begun = outcome.begin(store, vendor.name, account)
            _run(vendor, given, store, request, progress, clock or Clock(), done)
            outcome.note(store, vendor.name, account, begun.ended(done.changed, done.rejected, done.error))
    except SyncError as error:
        done.error = error.message
        if error.message.code != "sync_busy" and outcome.is_meant(store, vendor.name, account):
            begun = outcome.begin(store, vendor.name, account)
            outcome.note(store, vendor.name, account, begun.ended(0, 0, error.message))
    return done


def _run(
    vendor: Vendor,
    given: Credentials,
    store: Store,
    request: Request,
    progress: Callable[[Told], None],
    clock: Clock,
    done: Synced,
) -> None:
    """Reads and loads all that an account has to tell; what went wrong is in `done.error`."""
    try:
        spool = open_spool(store, vendor.name, done.account)
        with closing(Client(vendor, given, TokenFile(spool.tokens), clock)) as client:
            _Run(client, spool, store, request, progress, done).all_feeds()
    except (SyncError, StoreError) as error:
        done.error = error.message


@dataclass
class _Run:
    client: Client
    spool: Spool
    store: Store
    request: Request
    progress: Callable[[Told], None]
    done: Synced

    def all_feeds(self) -> None:
        """Reads every feed to its end; whatever happens, what has come is loaded."""
        forbidden: SyncError | None = None
        try:
            for feed in self.client.vendor.feeds:
                self.client.waiting = functools.partial(self._tell, feed)
                try:
                    self._read(feed)
                except SyncError as error:
                    if error.status != _FORBIDDEN:
                        raise
                    # an access that may not read one list may well read the next
                    forbidden = forbidden or error
                if self.spool.state.page_count >= PAGES_A_FEED:
                    self._deliver()
        except SyncError:
            self._deliver()
            raise
        self._deliver()
        if forbidden:
            raise forbidden

    def _read(self, feed: Feed) -> None:
        """Reads a feed to its end, and again from its head until nothing has changed meanwhile."""
        self._one_reading(feed, self.request.since)
        if not feed.is_newest_first:
            return
        for _ in range(_CLOSING_READS):
            before = self.spool.state.feed(feed.name).since
            self._one_reading(feed, None)
            if self.spool.state.feed(feed.name).since == before:
                return

    def _one_reading(self, feed: Feed, since: datetime | None) -> None:
        state = self.spool.state.feed(feed.name)
        if since is not None:  # everything from there is wanted, known or not
            state.position, state.resume, state.seen = feed.begin(since), None, {}
        is_kept_place = state.position is not None or state.resume is not None
        if state.position is None:
            state.position = state.resume or feed.begin(self._start(feed, state))
            state.reached = None
        while state.position is not None:
            try:
                page = feed.take(state.position, self.client.ask(feed.ask(state.position)))
            except SyncError as error:
                if not is_kept_place or error.status not in _PLACE_LOST:
                    raise
                is_kept_place, state.resume = False, None
                state.position = feed.begin(self._start(feed, state))
                continue
            is_kept_place = False
            self._keep(feed, state, page)
            if page.wait:
                self._tell(feed, waiting=page.wait)
                self.client.clock.sleep(page.wait)
            if self.spool.state.page_count >= PAGES_A_LOAD:
                self._deliver()

    def _start(self, feed: Feed, state: FeedState) -> datetime | None:
        """A little before the last change seen; without one, where the user wants a first sync to begin."""
        return moment(state.since) - feed.overlap if state.since else self.request.first_since

    def _keep(self, feed: Feed, state: FeedState, page: Page) -> None:
        """Puts a page on the disk, without the records that were loaded already, and notes where to go on."""
        named = [(record, digest(record)) for record in page.records]
        fresh = [record for record, name in named if name not in state.seen]
        files = {
            name: content for name, content in page.files.items() if digest_of(content) not in state.seen
        }
        changes = [*(record.changed_at for record in page.records), page.reached]
        state.reached = max(
            filter(None, [state.reached, *(at.isoformat() for at in changes if at)]), default=None
        )
        if feed.overlap:
            state.seen |= {name: at.isoformat() for (at, name) in _timed(named)}
        if page.reached:
            state.seen |= {digest_of(content): page.reached.isoformat() for content in page.files.values()}
        state.position = page.following
        if page.following is None:
            state.resume = page.resume
            state.since = max(filter(None, [state.since, state.reached]), default=None)
            self._forget_old(feed, state)
        self.done.records += len(fresh)
        self.done.pages += 1
        if fresh or files:
            self.spool.add(fresh, files)
        else:
            self.spool.keep()
        self._tell(feed)

    def _forget_old(self, feed: Feed, state: FeedState) -> None:
        """Keeps the digests of those records only that the next reading will meet again."""
        if state.since is None:
            return
        oldest = (moment(state.since) - feed.overlap).isoformat()
        state.seen = {name: at for name, at in state.seen.items() if at >= oldest}

    def _deliver(self) -> None:
        """Loads the pages on the disk, then notes that they are loaded. Raises SyncError and StoreError."""
        if not self.spool.folder.exists():
            return
        paths = self.spool.files_to_load()
        if paths:
            self.progress(Told(self.done.system, "", self.done.records, self.done.pages, is_loading=True))
            results = self._load_when_free(paths)
            self.done.files += results
            if refused := [result.file for result in results if result.status == "refused"]:
                raise SyncError(
                    Message("sync_not_loaded", {"file": refused[0], "folder": str(self.spool.folder)})
                )
        self.spool.commit()

    def _load_when_free(self, paths: list[Path]) -> list[FileResult]:
        for _ in range(_BUSY_TRIES):
            try:
                return load(paths, self.store, Options(account=self.done.account))
            except StoreError as error:
                if error.message.code != "store_busy":
                    raise
                self.client.clock.sleep(_BUSY_PAUSE)
        return load(paths, self.store, Options(account=self.done.account))

    def _tell(self, feed: Feed, waiting: float | None = None) -> None:
        self.progress(Told(self.done.system, feed.name, self.done.records, self.done.pages, waiting))


def _timed(named: list[tuple[Record, str]]) -> list[tuple[datetime, str]]:
    return [(record.changed_at, name) for record, name in named if record.changed_at]
